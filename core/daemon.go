// Package core puts the daemon together: configuration, database, plugins, pipeline, mount and web. It is the only package
// that sees all the others; each of them knows the ones below it and nothing beside it.
package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/core/pipeline"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/core/web"
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
	base
	*shelf               // nil where another process keeps the files
	away   *mountProcess // that process; else nil
	begun  atomic.Bool

	finder *search.Finder
	line   *pipeline.Pipeline
	files  Files
	web    *web.Server
}

// stopWithin is how long the whole of a graceful stop may take.
const stopWithin = 15 * time.Second

// New reads the configuration. Its mistakes are the diagnostics; with an error among them there is no daemon.
func New(ctx context.Context, o Options) (*Daemon, config.Diagnostics, error) {
	d := &Daemon{}
	d.init(o)
	ds, err := d.prepare(ctx, d.open)
	if err == nil && !ds.HasErrors() {
		err = d.build(d.cfg.Load())
	}
	if err != nil || ds.HasErrors() {
		d.close()
		return nil, ds, err
	}
	return d, ds, nil
}

// open makes what cannot change while the daemon runs.
func (d *Daemon) open(ctx context.Context, c *config.Config) error {
	if answers(SocketPath(c.Data)) {
		return fmt.Errorf("%w: a daemon answers on %s", errRunning, SocketPath(c.Data))
	}
	if !c.Mount.Separate() && answers(MountSocketPath(c.Data)) {
		return fmt.Errorf("%w: stop it, or write process = %q in the block mount", errMountRuns, config.ProcessSeparate)
	}
	err := makeFolders(c)
	if err == nil {
		err = d.base.open(c)
	}
	if err != nil {
		return err
	}
	if d.db, err = db.Open(ctx, d.library(c)); err != nil {
		return fmt.Errorf("open the library: %w", err)
	}
	var o plugin.Options
	if c.Mount.Separate() {
		if d.away, err = newMountProcess(c.Data, d.log); err != nil {
			return err
		}
		o.Remote, o.Others = d.away.remote, d.away
	}
	d.usePlugins(c, o)
	return nil
}

// build puts together what runs.
func (d *Daemon) build(c *config.Config) (err error) {
	d.finder = search.New(d.db, d.pool, d.cache, d.log)
	d.line = pipeline.New(d.db, d.pool, d.finder, pipeline.Options{Log: d.log, Node: nodeName(d.secret, c)})
	if d.away != nil {
		d.files = d.away
	} else {
		if d.shelf, err = d.newShelf(c, d.line.Evidence); err != nil {
			return err
		}
		d.files = ownFiles{d.fs}
	}
	d.metrics.watch(d)
	d.web, err = d.newWeb(c)
	return err
}

// close lets go of everything of a daemon that does not run.
func (d *Daemon) close() {
	if d.shelf != nil {
		d.shelf.close()
	}
	if d.away != nil {
		d.away.close()
	}
	d.base.close()
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
	behind.Go(func() error { return d.keep(back) })
	err = d.start(ctx, back, &behind)
	if err == nil {
		err = d.work(ctx, front)
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin-jobsWithin)
	defer cancel()
	unmounted := make(chan error, 1)
	go func() { unmounted <- d.unmount(stop) }() // a plugin that does not finish must not keep the mount
	d.pool.Drain(stop)
	err = errors.Join(err, <-unmounted)
	stopBack()
	return errors.Join(err, behind.Wait())
}

// keep runs what keeps the files, in this process or beside it, until ctx ends.
func (d *Daemon) keep(ctx context.Context) error {
	if d.away != nil {
		return d.away.run(ctx, d.weigh)
	}
	return d.fs.Run(ctx)
}

// weigh gives what a provider answered about a file to the pipeline. What has left the library since is of no interest.
func (d *Daemon) weigh(ctx context.Context, t told) {
	f, err := d.db.File(ctx, t.File)
	var p db.Placement
	if err == nil {
		p, err = d.db.Placement(ctx, t.Instance, t.Release)
	}
	if err != nil {
		d.log.Debug("evidence is not weighed", "file", t.File, "instance", t.Instance, "err", err)
		return
	}
	d.line.Evidence(ctx, f, link.Evidence{Placement: p, Kind: t.Kind, Text: t.Text})
}

func (d *Daemon) unmount(ctx context.Context) error {
	if d.shelf == nil {
		return nil
	}
	return d.kernel.unmount(ctx)
}

// start brings up, in order, what the work needs.
func (d *Daemon) start(ctx, back context.Context, behind *errgroup.Group) error {
	c := d.cfg.Load()
	if d.shelf != nil {
		if err := d.fill(ctx, back, behind); err != nil {
			return err
		}
	}
	if d.away != nil && d.away.greet(ctx) != nil { // so that the first steps find it there
		d.log.Warn("the daemon starts without millrace mount: nothing is fetched and no file is served until that runs")
	}
	d.apply(c)
	if err := d.configure(ctx, c, c.Instances); err != nil {
		return err
	}
	if d.shelf != nil {
		d.mountOn(c)
	}
	return nil
}

// work serves and works until ctx ends or something of it breaks.
func (d *Daemon) work(ctx context.Context, front *front) error {
	g, inner := errgroup.WithContext(ctx)
	g.Go(func() error { return front.serve(inner, d.web) })
	g.Go(func() error { return d.line.Run(inner) })
	if d.shelf != nil {
		g.Go(func() error { return d.kernel.keep(inner) })
	}
	d.begun.Store(true)
	st := Started{Address: front.address(), Socket: front.socket, Mount: d.mounted(), Setup: d.web.SetupURL("http://" + front.address())}
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

// mounted is where the library is mounted; empty: nowhere.
func (d *Daemon) mounted() string {
	if d.away != nil {
		return d.away.mounted()
	}
	return d.kernel.dir()
}

// Reload reads the configuration again and puts it in force, here and in the process of "millrace mount" where there is
// one: what did not change goes on untouched. On any mistake the old one goes on, and the diagnostics say why.
func (d *Daemon) Reload(ctx context.Context) (config.Diagnostics, error) {
	r := reloading{mine: func(c *config.Config) []config.Instance { return c.Instances }, apply: d.apply}
	if d.away != nil {
		r.ask = d.away.reload
	}
	return d.again(ctx, r)
}

// jobsWithin is how much of a stop is the jobs'.
const jobsWithin = 8 * time.Second
