package core

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/millrace-media/millrace/core/cache"
	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/pipeline"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs/chunk"
)

// PluginDirs lists where plugins are looked for: the configured folder alone, or else beside the executable, the user's
// folder and the system's.
func PluginDirs(c *config.Config) []string {
	if len(c.Plugins.Dirs) > 0 {
		return c.Plugins.Dirs
	}
	var dirs []string
	if exe, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Join(filepath.Dir(exe), "plugins"))
	}
	data := os.Getenv("XDG_DATA_HOME")
	if home, err := os.UserHomeDir(); data == "" && err == nil {
		data = filepath.Join(home, ".local", "share")
	}
	if data != "" {
		dirs = append(dirs, filepath.Join(data, "millrace", "plugins"))
	}
	return append(dirs, "/usr/lib/millrace/plugins")
}

// pluginFolder is where an instance keeps what is too big for its state: in the data folder under the plugin's name, and
// its own where it has one, for two must not share a folder.
func pluginFolder(data, name, instance string) string {
	if instance != name {
		name += "-" + instance
	}
	return filepath.Join(data, name)
}

// Levels of logging as the configuration names them; trace lies below debug.
var levels = map[string]slog.Level{
	"trace": slog.LevelDebug - 4, "debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}

func (b *base) setLevel(c *config.Config) {
	if b.o.Level != nil {
		b.o.Level.Set(levels[c.Log.Level])
	}
}

func (b *base) pluginLevel(name string) string {
	c := b.cfg.Load()
	if l, ok := c.Log.Plugins[name]; ok {
		return l
	}
	return c.Log.Level
}

// secret is what everything that must not be guessed is derived from: of the configuration, or made at the first start
// and kept in the data folder.
func secret(c *config.Config) ([]byte, error) {
	if !c.Server.Secret.IsZero() {
		return derive([]byte(c.Server.Secret.Reveal()), "secret")
	}
	path := filepath.Join(c.Data, "secret")
	b, err := os.ReadFile(path)
	switch {
	case err == nil && len(b) >= 32:
		return derive(b, "secret")
	case err == nil:
		return nil, fmt.Errorf("read the secret: %s has %d bytes, not 32: put it back from a backup, or remove it to have a new one made", path, len(b))
	case !os.IsNotExist(err):
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails
	switch err := writeNew(path, fresh); {
	case os.IsExist(err): // the other process of this data folder was quicker
		return secret(c)
	case err != nil:
		return nil, fmt.Errorf("keep the secret: %w", err)
	}
	return derive(fresh, "secret")
}

func derive(key []byte, purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, key, nil, "millrace "+purpose, 32)
}

// writeNew makes a file whole or not at all, so that a crash leaves none, and of several that make it one does.
func writeNew(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err = os.Link(f.Name(), path); err != nil && !os.IsExist(err) { // not every file system has links
		err = os.Rename(f.Name(), path)
	}
	return err
}

// nodeName names this daemon among those of a library: what it holds itself is good on it alone. It is the same at each
// start from the same data folder.
func nodeName(secret []byte, c *config.Config) string {
	name, err := os.Hostname()
	if err != nil {
		name = "daemon"
	}
	sum := sha256.Sum256(append([]byte(c.Data+"\x00"), secret...))
	return name + "-" + hex.EncodeToString(sum[:4])
}

func (b *base) chunkOptions(c *config.Config) chunk.Options {
	m := c.Mount
	return chunk.Options{
		Dir: filepath.Join(c.Data, "chunks"), MaxBytes: int64(m.Cache.Size), TTL: m.Cache.TTL, KeepFree: keepFree(m.Cache.Free),
		Memory: int64(m.Memory), ChunkSize: int64(m.Cache.Chunk), Observer: b.metrics, Logger: b.log,
	}
}

// keepFree is a setting as the cache has it: there 0 is the default, and none is less.
func keepFree(n sdk.Size) int64 {
	if n == 0 {
		return -1
	}
	return int64(n)
}

// apply gives the drivers what a configuration says.
func (d *Daemon) apply(c *config.Config) {
	set := pipeline.Settings{Profiles: map[string]*rank.Compiled{}, Libraries: c.Libraries, Base: "/"}
	if c.Mount.Enabled {
		set.Base = c.Mount.Path
	}
	for _, p := range c.Profiles {
		compiled, err := RankProfile(p).Compile()
		if err != nil { // load has checked them
			d.log.Error("a profile cannot be used", "profile", p.Name, "err", err)
			continue
		}
		set.Profiles[p.Name] = compiled
	}
	d.line.Apply(set)
	if d.shelf != nil {
		d.mount.Libraries(c.Libraries)
	}
	d.setLevel(c)
}

// keepFixed leaves in a new configuration what is read at the start only as it was, and lists what differed.
func keepFixed(old, c *config.Config) []string {
	var names []string
	keep(&names, "data", &c.Data, old.Data)
	keep(&names, "server.listen", &c.Server.Listen, old.Server.Listen)
	keep(&names, "server.password", &c.Server.Password, old.Server.Password)
	keep(&names, "server.secret", &c.Server.Secret, old.Server.Secret)
	keep(&names, "mount.path", &c.Mount.Path, old.Mount.Path)
	c.Mount.Enabled = old.Mount.Enabled
	keep(&names, "mount.passthrough", &c.Mount.Passthrough, old.Mount.Passthrough)
	keep(&names, "mount.memory", &c.Mount.Memory, old.Mount.Memory)
	keep(&names, "mount.process", &c.Mount.Process, old.Mount.Process)
	keep(&names, "mount.cache", &c.Mount.Cache, old.Mount.Cache)
	keep(&names, "database.url", &c.Database.URL, old.Database.URL)
	keep(&names, "cache.url", &c.Cache.URL, old.Cache.URL)
	if !slices.Equal(c.Plugins.Dirs, old.Plugins.Dirs) {
		c.Plugins.Dirs = old.Plugins.Dirs
		names = append(names, "plugins.dir")
	}
	return names
}

func keep[T comparable](names *[]string, name string, now *T, was T) {
	if *now != was {
		*now = was
		*names = append(*names, name)
	}
}

// hub is what plugins may ask of the daemon.
type hub struct {
	db     *db.DB
	cache  *cache.Cache
	limits func(instance string) sdk.Limits
}

func (h *hub) LoadState(ctx context.Context, instance, key string) ([]byte, int64, error) {
	return h.db.LoadState(ctx, instance, key)
}

func (h *hub) StoreState(ctx context.Context, instance, key string, value []byte, version int64) (bool, error) {
	return h.db.StoreState(ctx, instance, key, value, version)
}

func (h *hub) CacheGet(ctx context.Context, instance, key string) ([]byte, bool) {
	return h.cache.Get(ctx, "plugin/"+instance+"/"+key)
}

func (h *hub) CachePut(ctx context.Context, instance, key string, value []byte, ttl time.Duration) {
	h.cache.Put(ctx, "plugin/"+instance+"/"+key, value, ttl)
}

func (h *hub) Acquire(ctx context.Context, instance, class string, n int) error {
	l := h.limits(instance)
	return h.cache.Acquire(ctx, "plugin/"+instance+"/"+class, cache.Limit{Rate: l.Rate, Burst: l.Burst}, n)
}

// warnings lets only what an operator should act on through: the job queue tells of every poll.
type warnings struct{ slog.Handler }

func (h warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}
func (h warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{h.Handler.WithAttrs(a)} }
func (h warnings) WithGroup(n string) slog.Handler      { return warnings{h.Handler.WithGroup(n)} }
