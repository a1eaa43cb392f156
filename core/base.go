package core

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/millrace-media/millrace/core/cache"
	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk/host"
)

// base is what the daemon and the process of "millrace mount" both stand on: a configuration, a data folder, the library
// in the database, short-lived answers, plugins.
type base struct {
	o       Options
	log     *slog.Logger
	cfg     atomic.Pointer[config.Config]
	metrics *metrics

	reload sync.Mutex // one at a time

	secret  []byte
	runtime *host.Runtime
	db      *db.DB
	cache   *cache.Cache
	pool    *plugin.Pool
}

func (b *base) init(o Options) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Failpoint == nil {
		o.Failpoint = func(string) {}
	}
	b.o, b.log, b.metrics = o, o.Log, newMetrics()
}

// prepare reads the configuration, opens what it names, and reads it whole with what the plugins say. Its mistakes are the
// diagnostics.
func (b *base) prepare(ctx context.Context, open func(context.Context, *config.Config) error) (config.Diagnostics, error) {
	early, ds := config.Load(ctx, b.o.Config, config.Options{Environ: b.o.Environ})
	if ds.HasErrors() {
		return ds, nil
	}
	b.cfg.Store(early)
	b.setLevel(early)
	if err := open(ctx, early); err != nil {
		return nil, err
	}
	c, ds := b.load(ctx)
	if !ds.HasErrors() {
		b.cfg.Store(c)
	}
	return ds, nil
}

// open makes folders and what needs no database.
func (b *base) open(c *config.Config) (err error) {
	if b.secret, err = secret(c); err != nil {
		return err
	}
	if b.runtime, err = host.RuntimeDir(c.Data); err != nil {
		return err
	}
	b.cache, err = cache.New(cache.Options{URL: c.Cache.URL.Reveal(), Log: b.log})
	return err
}

// makeFolders makes the data folder and the one of its sockets.
func makeFolders(c *config.Config) error {
	if err := os.MkdirAll(filepath.Join(c.Data, "run"), 0o700); err != nil {
		return fmt.Errorf("make the data folder %s: %w", c.Data, err)
	}
	return nil
}

// library says which library the configuration names.
func (b *base) library(c *config.Config) db.Options {
	o := db.Options{Log: slog.New(warnings{b.log.Handler()}), Version: b.o.Version, Failpoint: b.o.Failpoint}
	if c.Database.URL.IsZero() {
		o.Path = filepath.Join(c.Data, "millrace.db")
	} else {
		o.URL = c.Database.URL.Reveal()
	}
	return o
}

// usePlugins makes the pool; o is what differs between processes.
func (b *base) usePlugins(c *config.Config, o plugin.Options) {
	h := &hub{db: b.db, cache: b.cache}
	o.Dirs, o.Runtime, o.Services, o.WorkDir = PluginDirs(c), b.runtime, h, c.Dir
	o.Schemas = filepath.Join(c.Data, "schemas")
	o.Folder = func(name, instance string) string { return pluginFolder(c.Data, name, instance) }
	o.Log, o.Level, o.Observe = b.log, b.pluginLevel, b.metrics.pluginCall
	b.pool = plugin.New(o)
	h.limits = b.pool.Limits
}

// load reads the configuration whole, plugins' settings included.
func (b *base) load(ctx context.Context) (*config.Config, config.Diagnostics) {
	return config.Load(ctx, b.o.Config, config.Options{
		Environ: b.o.Environ, Schema: b.pool.Schema, Plugins: b.pool.Names(), Profile: CheckProfile,
	})
}

// configure gives the plugins their settings for the first time.
func (b *base) configure(ctx context.Context, c *config.Config, ins []config.Instance) error {
	problems, err := b.pool.Apply(ctx, ins)
	for _, p := range problems {
		for _, dg := range c.Diagnose(p.Instance, p.Diagnostics) {
			b.log.Warn(dg.String())
		}
	}
	if err != nil {
		return fmt.Errorf("configure plugins: %w", err)
	}
	return nil
}

// reloading is what differs between the processes when the configuration is read again.
type reloading struct {
	mine  func(*config.Config) []config.Instance // the instances of this process
	ask   func(context.Context) config.Diagnostics
	apply func(*config.Config)
}

// again reads the configuration again and puts it in force: what did not change goes on untouched. On any mistake the old
// one goes on, and the diagnostics say why.
func (b *base) again(ctx context.Context, r reloading) (config.Diagnostics, error) {
	b.reload.Lock()
	defer b.reload.Unlock()
	c, ds := b.load(ctx)
	if !ds.HasErrors() && r.ask != nil {
		ds = merge(ds, r.ask(ctx))
	}
	if ds.HasErrors() {
		b.log.Error("the configuration was not reloaded", "err", ds.Err())
		return ds, nil
	}
	problems, err := b.pool.Apply(ctx, r.mine(c))
	for _, p := range problems {
		ds = append(ds, c.Diagnose(p.Instance, p.Diagnostics)...)
	}
	if err != nil {
		b.log.Error("the configuration was not reloaded", "err", err)
		return ds, err
	}
	for _, name := range keepFixed(b.cfg.Load(), c) {
		b.log.Warn("a change of the configuration takes effect at the next start", "setting", name)
	}
	b.cfg.Store(c)
	r.apply(c)
	b.log.Info("configuration reloaded")
	return ds, nil
}

// merge adds what was not said yet.
func merge(ds, more config.Diagnostics) config.Diagnostics {
	for _, d := range more {
		if !slices.ContainsFunc(ds, func(o config.Diagnostic) bool { return o.String() == d.String() }) {
			ds = append(ds, d)
		}
	}
	return ds
}

// close lets go of everything.
func (b *base) close() {
	if b.db != nil {
		if err := b.db.Close(); err != nil {
			b.log.Error("the library was not closed well", "err", err)
		}
	}
	if b.cache != nil {
		if err := b.cache.Close(); err != nil {
			b.log.Debug("the cache was not closed well", "err", err)
		}
	}
	if b.runtime != nil {
		if err := b.runtime.Close(); err != nil {
			b.log.Debug("the runtime folder was not removed", "err", err)
		}
	}
}
