// Package core puts the daemon together: configuration, database, plugins, pipeline, mount and web. It is the only package
// that sees all the others; each of them knows the ones below it and nothing beside it.
package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/cache"
	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/core/mount"
	"github.com/millrace-media/millrace/core/pipeline"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/sdk/host"
	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/fuse"
)

// Options are what a daemon can do without.
type Options struct {
	Config    string            // a file or a folder; empty: nothing but defaults
	Environ   []string          // variables over the file, as os.Environ gives them
	Version   string            // of this program
	Log       *slog.Logger      // nil: silent
	Level     *slog.LevelVar    // set to what the configuration says; nil: nobody's
	Failpoint func(name string) // called around every commit, for tests that end the process there
	Started   func(Started)     // called once, when everything runs
}

// Started tells where a daemon can be reached.
type Started struct {
	Address string // of the web server, as "127.0.0.1:8080"
	Socket  string // of the command line
	Mount   string // where the library is mounted; empty: nowhere
	Setup   string // link under which the password is set for the first time; empty: it is set
}

// Daemon is one daemon. Two can live in one process, with data folders of their own.
type Daemon struct {
	o       Options
	log     *slog.Logger
	cfg     atomic.Pointer[config.Config]
	begun   atomic.Bool
	metrics *metrics

	reload sync.Mutex // one at a time

	secret  []byte
	runtime *host.Runtime
	db      *db.DB
	cache   *cache.Cache
	pool    *plugin.Pool
	links   *link.Resolver
	finder  *search.Finder
	line    *pipeline.Pipeline
	mount   *mount.Mount
	fs      *vfs.FS
	files   Files
	kernel  *kernel
	web     *web.Server
}

// stopWithin is how long the whole of a graceful stop may take.
const stopWithin = 15 * time.Second

// New reads the configuration. Its mistakes are the diagnostics; with an error among them there is no daemon.
func New(ctx context.Context, o Options) (*Daemon, config.Diagnostics, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Failpoint == nil {
		o.Failpoint = func(string) {}
	}
	d := &Daemon{o: o, log: o.Log, metrics: newMetrics()}
	early, ds := config.Load(ctx, o.Config, config.Options{Environ: o.Environ})
	if ds.HasErrors() {
		return nil, ds, nil
	}
	if err := d.open(ctx, early); err != nil {
		d.close()
		return nil, nil, err
	}
	cfg, ds := d.load(ctx)
	if ds.HasErrors() {
		d.close()
		return nil, ds, nil
	}
	d.cfg.Store(cfg)
	if err := d.build(cfg); err != nil {
		d.close()
		return nil, ds, err
	}
	return d, ds, nil
}

// open makes what cannot change while the daemon runs: folders, the database, the place of plugins.
func (d *Daemon) open(ctx context.Context, c *config.Config) (err error) {
	d.cfg.Store(c)
	d.setLevel(c)
	if err := os.MkdirAll(filepath.Join(c.Data, "run"), 0o700); err != nil {
		return fmt.Errorf("make the data folder %s: %w", c.Data, err)
	}
	if answers(SocketPath(c.Data)) {
		return fmt.Errorf("%w: a daemon answers on %s", errRunning, SocketPath(c.Data))
	}
	if d.secret, err = secret(c); err != nil {
		return err
	}
	if d.runtime, err = host.RuntimeDir(c.Data); err != nil {
		return err
	}
	if d.cache, err = cache.New(cache.Options{URL: c.Cache.URL.Reveal(), Log: d.log}); err != nil {
		return err
	}
	o := db.Options{Log: slog.New(warnings{d.log.Handler()}), Version: d.o.Version, Failpoint: d.o.Failpoint}
	if c.Database.URL.IsZero() {
		o.Path = filepath.Join(c.Data, "millrace.db")
	} else {
		o.URL = c.Database.URL.Reveal()
	}
	if d.db, err = db.Open(ctx, o); err != nil {
		return fmt.Errorf("open the library: %w", err)
	}
	h := &hub{db: d.db, cache: d.cache}
	d.pool = plugin.New(plugin.Options{
		Dirs: PluginDirs(c), Runtime: d.runtime, Services: h, Schemas: filepath.Join(c.Data, "schemas"), WorkDir: c.Dir,
		Folder: func(name, instance string) string { return pluginFolder(c.Data, name, instance) }, Log: d.log,
		Level:   d.pluginLevel,
		Observe: d.metrics.pluginCall,
	})
	h.limits = d.pool.Limits
	return nil
}

// load reads the configuration whole, plugins' settings included.
func (d *Daemon) load(ctx context.Context) (*config.Config, config.Diagnostics) {
	return config.Load(ctx, d.o.Config, config.Options{
		Environ: d.o.Environ, Schema: d.pool.Schema, Plugins: d.pool.Names(), Profile: CheckProfile,
	})
}

// build puts together what runs.
func (d *Daemon) build(c *config.Config) (err error) {
	node := nodeName(d.secret, c)
	d.finder = search.New(d.db, d.pool, d.cache, d.log)
	d.line = pipeline.New(d.db, d.pool, d.finder, pipeline.Options{Log: d.log, Node: node})
	d.links = link.New(d.db, d.pool, link.Options{
		Node: node, Log: d.log, Evidence: d.line.Evidence, Fetched: d.metrics.fetched, Conn: d.metrics.connected,
	})
	d.mount = mount.New(d.db, d.links, d.log)
	d.fs, err = vfs.New(d.mount.Tree(), d.mount, vfs.Options{Cache: d.chunkOptions(c)})
	if err != nil {
		return fmt.Errorf("open the chunk cache: %w", err)
	}
	d.files = ownFiles{d.fs}
	d.kernel = &kernel{fs: d.fs, log: d.log, o: fuse.Options{NoPassthrough: !c.Mount.Passthrough, Logger: d.log}}
	d.metrics.watch(d)
	d.web, err = d.newWeb(c)
	return err
}

// close lets go of everything of a daemon that does not run.
func (d *Daemon) close() {
	if d.links != nil {
		d.links.Close()
	}
	if d.fs != nil {
		d.fs.Close()
	}
	if d.db != nil {
		if err := d.db.Close(); err != nil {
			d.log.Error("the library was not closed well", "err", err)
		}
	}
	if d.cache != nil {
		if err := d.cache.Close(); err != nil {
			d.log.Debug("the cache was not closed well", "err", err)
		}
	}
	if d.runtime != nil {
		if err := d.runtime.Close(); err != nil {
			d.log.Debug("the runtime folder was not removed", "err", err)
		}
	}
}

// Run runs the daemon until ctx ends, then stops it: intake closes, jobs and plugins finish what they do, the mount is
// released. It is called once.
func (d *Daemon) Run(ctx context.Context) error {
	defer d.close()
	front, err := d.listen()
	if err != nil {
		return err
	}
	defer front.close()
	back, stopBack := context.WithCancel(context.WithoutCancel(ctx)) // what must outlive the jobs
	defer stopBack()
	var behind errgroup.Group
	behind.Go(func() error { return d.pool.Run(back) })
	behind.Go(func() error { return d.fs.Run(back) })
	err = d.start(ctx, back, &behind)
	if err == nil {
		err = d.work(ctx, front)
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin-jobsWithin)
	defer cancel()
	unmounted := make(chan error, 1)
	go func() { unmounted <- d.kernel.unmount(stop) }() // a plugin that does not finish must not keep the mount
	d.pool.Drain(stop)
	err = errors.Join(err, <-unmounted)
	stopBack()
	return errors.Join(err, behind.Wait())
}

// start brings up, in order, what the work needs.
func (d *Daemon) start(ctx, back context.Context, behind *errgroup.Group) error {
	c := d.cfg.Load()
	if err := d.mount.Load(ctx); err != nil {
		return err
	}
	behind.Go(func() error { return d.mount.Run(back) })
	d.apply(c)
	problems, err := d.pool.Apply(ctx, c.Instances)
	for _, p := range problems {
		for _, dg := range c.Diagnose(p.Instance, p.Diagnostics) {
			d.log.Warn(dg.String())
		}
	}
	if err != nil {
		return fmt.Errorf("configure plugins: %w", err)
	}
	if c.Mount.Enabled {
		if err := d.kernel.mount(c.Mount.Path); err != nil {
			d.log.Error("the library is not mounted; it is served by WebDAV at /dav/", "err", err)
		}
	}
	return nil
}

// work serves and works until ctx ends or something of it breaks.
func (d *Daemon) work(ctx context.Context, front *front) error {
	g, inner := errgroup.WithContext(ctx)
	g.Go(func() error { return front.serve(inner, d.web) })
	g.Go(func() error { return d.line.Run(inner) })
	g.Go(func() error { return d.kernel.keep(inner) })
	d.begun.Store(true)
	st := Started{Address: front.address(), Socket: front.socket, Mount: d.kernel.dir(), Setup: d.web.SetupURL("http://" + front.address())}
	d.log.Info("running", "address", st.Address, "mount", st.Mount, "version", d.o.Version)
	if d.o.Started != nil {
		d.o.Started(st)
	}
	err := g.Wait()
	d.begun.Store(false)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// jobsWithin is how much of a stop is the jobs'.
const jobsWithin = 8 * time.Second

// front is where requests come in: a TCP port, and a socket for the command line.
type front struct {
	tcp    net.Listener
	unix   net.Listener
	socket string
}

func (d *Daemon) listen() (*front, error) {
	c := d.cfg.Load()
	tcp, err := net.Listen("tcp", c.Server.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s (server.listen): %w", c.Server.Listen, err)
	}
	f := &front{tcp: tcp, socket: SocketPath(c.Data)}
	if len(f.socket) > maxSocketPath {
		tcp.Close()
		return nil, fmt.Errorf("the data folder's path is too long for the command line's socket %s: at most %d bytes in all", f.socket, maxSocketPath)
	}
	if answers(f.socket) {
		tcp.Close()
		return nil, fmt.Errorf("%w: a daemon answers on %s", errRunning, f.socket)
	}
	if err := os.Remove(f.socket); err != nil && !os.IsNotExist(err) {
		tcp.Close()
		return nil, fmt.Errorf("remove the old socket: %w", err)
	}
	if f.unix, err = net.Listen("unix", f.socket); err == nil {
		err = os.Chmod(f.socket, 0o600)
	}
	if err != nil {
		f.close()
		return nil, fmt.Errorf("listen for the command line on %s: %w", f.socket, err)
	}
	return f, nil
}

// maxSocketPath is the longest path of a socket on Linux, in bytes (unix(7), sun_path).
const maxSocketPath = 107

// errRunning says that a daemon runs on the same data folder.
var errRunning = errors.New("another daemon uses the data folder")

// answers reports whether somebody listens on a socket: one that a killed daemon left behind does not answer.
func answers(socket string) bool {
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// SocketPath is where a daemon listens for the command line.
func SocketPath(data string) string { return filepath.Join(data, "run", "api.sock") }

func (f *front) address() string { return f.tcp.Addr().String() }

func (f *front) close() {
	f.tcp.Close()
	if f.unix != nil {
		f.unix.Close()
	}
}

// serve answers until ctx ends; then nothing new is taken, and what is being answered has a moment to finish.
func (f *front) serve(ctx context.Context, w *web.Server) error {
	var g errgroup.Group
	outer := &http.Server{Handler: w.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	inner := &http.Server{Handler: w.Local(), ReadHeaderTimeout: 10 * time.Second}
	for s, l := range map[*http.Server]net.Listener{outer: f.tcp, inner: f.unix} {
		g.Go(func() error {
			if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve %s: %w", l.Addr(), err)
			}
			return nil
		})
		g.Go(func() error {
			<-ctx.Done()
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			if s.Shutdown(stop) != nil {
				s.Close() // streams that go on: their readers ask again
			}
			return nil
		})
	}
	return g.Wait()
}
