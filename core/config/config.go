// Package config turns config.hcl into a [Config]. It knows which blocks and attributes there are, which variable of the
// environment stands over each of them, and how to show a mistake: file and line, the line itself, and what was probably
// meant. What belongs to a plugin it checks against that plugin's schema.
//
// It opens nothing but the files it is asked to read, starts no process, and never shows the value of a secret.
package config

import (
	"context"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// Config is a whole configuration, checked, with every default filled in. Paths are absolute.
type Config struct {
	Dir       string // folder of the configuration: what relative paths, also those in plugins' settings, are relative to
	Data      string // folder of the database, the caches and the plugins' state
	Server    Server
	Log       Log
	Plugins   Plugins
	Database  Database
	Cache     Cache
	Mount     Mount
	Libraries []Library  // in the order of the file; at least one a kind of title
	Profiles  []Profile  // in the order of the file; there is always one called "default"
	Instances []Instance // by capability, as data flows; within one in the order of the file; those not enabled too

	tree    *section                 // the effective values, for Show and Env
	origins map[instanceKey]*section // where each instance was written
	source  *source                  // the files, for diagnostics that come later
}

// Server is the HTTP listener.
type Server struct {
	Listen   string     // host:port
	URL      string     // how clients reach it, without a slash at the end; empty: derived from the request
	Password sdk.Secret // of the pages; empty: set in the browser at the first start
	Secret   sdk.Secret // what tokens are derived from; empty: made at the first start and kept in Data
}

// Log says how much is logged: trace, debug, info, warn or error.
type Log struct {
	Level   string
	Plugins map[string]string // plugin to level, where it differs
}

// Plugins says where plugins are looked for.
type Plugins struct {
	Dirs []string // empty: the usual places
}

// Cache says where short-lived answers are kept.
type Cache struct {
	URL sdk.Secret // of Redis; empty: memory
}

// Database says where the library is stored.
type Database struct {
	URL sdk.Secret // of PostgreSQL; empty: SQLite in Data
}

// Mount is the library as a folder of this machine.
type Mount struct {
	Enabled     bool     // whether there is a Path; WebDAV works without
	Path        string   // where to mount
	Passthrough bool     // whether the kernel may read files that are wholly on disk without asking
	Memory      sdk.Size // bound of all buffers
	Process     string   // ProcessDaemon or ProcessSeparate
	Cache       ChunkCache
}

// Who keeps the files: the tree, the cache, the mount, and the providers that the bytes come from.
const (
	ProcessDaemon   = "daemon"   // the daemon itself
	ProcessSeparate = "separate" // a process of "millrace mount", which a daemon's end does not touch
)

// Separate reports whether the files are another process's.
func (m Mount) Separate() bool { return m.Process == ProcessSeparate }

// ChunkCache is the disk cache of what was streamed, for the mount and for WebDAV.
type ChunkCache struct {
	Size  sdk.Size      // at most so many bytes on disk; oldest use goes first
	TTL   time.Duration // drop what nobody read for so long; 0: never for that alone
	Chunk sdk.Size      // what is fetched and kept at least; a power of two
	Free  sdk.Size      // left free on the disk
}

// Library is one tree of folders in the mount.
type Library struct {
	Name   string
	Kind   sdk.TitleKind
	Folder Template // of a title
	Season Template // of a season, below Folder; of shows only
	File   Template // name of a file, without its extension
}

// Options are what [Load] needs of its surroundings.
type Options struct {
	// Environ is the environment as [os.Environ] gives it. Nil is an empty one.
	Environ []string
	// Schema gives the schema of a plugin's capability. Nil leaves what belongs to plugins unchecked.
	Schema func(ctx context.Context, plugin, capability string) (sdk.Schema, error)
	// Plugins are the names of the plugins there are, to tell what was meant by a misspelt one.
	Plugins []string
	// Profile looks for mistakes that only the ranking can see: a name that it does not know, a pattern that does not
	// compile. Attributes are named as "resolutions[1]" or "reject.any[0]". Nil checks nothing more.
	Profile func(Profile) []sdk.Diagnostic
}

// Load reads a configuration: one file, or every *.hcl and *.hcl.json of a folder. An empty path is an empty file in the
// working directory. The diagnostics hold all mistakes that were found; with an error among them there is no Config.
func Load(ctx context.Context, path string, o Options) (*Config, Diagnostics) {
	d := newDecoder(ctx, o)
	body := d.source.open(path, d.report)
	if len(d.source.broken) > 0 {
		// What follows from a mistake in the form is no use to anybody.
		return nil, d.diagnostics()
	}
	tree := d.root(body)
	c := d.build(tree)
	d.unknownVariables()
	ds := d.diagnostics()
	if ds.HasErrors() {
		return nil, ds
	}
	return c, ds
}
