package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
)

// LoadOptions are what [LoadConfig] can do without.
type LoadOptions struct {
	Environ []string     // variables over the file, as os.Environ gives them
	Offline bool         // run no plugin, and leave unchecked what belongs to plugins
	Log     *slog.Logger // of what goes wrong on the side; nil: silent
}

// LoadConfig reads a configuration as a daemon would, without one. The settings of plugins are checked against what each
// plugin says of itself, which is kept in the data folder where there is one: a process runs only for a plugin that is not
// known yet. The error is not about the configuration's text.
func LoadConfig(ctx context.Context, path string, o LoadOptions) (*config.Config, config.Diagnostics, error) {
	opts := config.Options{Environ: o.Environ, Profile: CheckProfile}
	c, ds := config.Load(ctx, path, opts)
	if o.Offline || ds.HasErrors() {
		return c, ds, nil
	}
	err := withPlugins(c, o.Log, func(p *plugin.Pool) error {
		opts.Schema, opts.Plugins = p.Schema, p.Names()
		c, ds = config.Load(ctx, path, opts)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return c, ds, nil
}

// Installed is a plugin that a daemon would find.
type Installed struct {
	sdk.Description
	Path string
	Err  error // why it does not say what it is; the description then holds its name alone
}

// Plugins describes every installed plugin, by name, without a daemon.
func Plugins(ctx context.Context, c *config.Config, log *slog.Logger) ([]Installed, error) {
	var all []Installed
	err := withPlugins(c, log, func(p *plugin.Pool) error {
		for _, name := range p.Names() {
			in := Installed{}
			in.Description, in.Err = p.Describe(ctx, name)
			in.Name = name
			if path, err := p.Path(name); err == nil {
				in.Path = path
			}
			all = append(all, in)
		}
		return nil
	})
	return all, err
}

// withPlugins calls f with plugins that can be described and not used. Nothing is written where there is no data folder
// yet, or where it is somebody else's.
func withPlugins(c *config.Config, log *slog.Logger, f func(*plugin.Pool) error) (err error) {
	keep, run := filepath.Join(c.Data, "schemas"), c.Data
	if !writable(c.Data) {
		tmp, terr := os.MkdirTemp("", "millrace-")
		if terr != nil {
			return fmt.Errorf("make a folder for what plugins say of themselves: %w", terr)
		}
		defer os.RemoveAll(tmp)
		keep, run = tmp, tmp
	}
	rt, err := host.RuntimeDir(run)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	return f(plugin.New(plugin.Options{Dirs: PluginDirs(c), Runtime: rt, Schemas: keep, Log: log}))
}

// writable reports whether a folder is there and files can be made in it.
func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return false
	}
	f.Close()
	return os.Remove(f.Name()) == nil
}
