package core

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
)

// Mounter is the process of "millrace mount": it keeps the files of a library, mounted and over HTTP, with the plugins that
// their bytes come from, beside a daemon that does all the rest. Neither needs the other to go on.
type Mounter struct {
	base
	*shelf
	lock     *os.File
	evidence chan told
	started  time.Time
}

// maxTold is how much evidence waits for the daemon.
const maxTold = 64

// NewMounter reads the configuration and opens the library, for which it waits where the daemon has not made it yet. Mistakes
// in the configuration are the diagnostics; with an error among them there is no Mounter.
func NewMounter(ctx context.Context, o Options) (*Mounter, config.Diagnostics, error) {
	m := &Mounter{evidence: make(chan told, maxTold), started: time.Now().UTC()}
	m.init(o)
	ds, err := m.prepare(ctx, m.open)
	if err == nil && !ds.HasErrors() {
		m.shelf, err = m.newShelf(m.cfg.Load(), m.tell)
	}
	if err != nil || ds.HasErrors() {
		m.close()
		return nil, ds, err
	}
	return m, ds, nil
}

func (m *Mounter) open(ctx context.Context, c *config.Config) error {
	if !c.Mount.Separate() {
		return fmt.Errorf("the daemon itself keeps the files: write process = %q in the block mount, and restart the daemon", config.ProcessSeparate)
	}
	err := makeFolders(c)
	if err == nil {
		err = m.alone(c)
	}
	if err == nil {
		err = m.follow(ctx, m.library(c))
	}
	if err == nil {
		err = m.base.open(c)
	}
	if err != nil {
		return err
	}
	m.usePlugins(c, plugin.Options{})
	return nil
}

// alone keeps a second process from the files: a lock that ends with the process, however it ends.
func (m *Mounter) alone(c *config.Config) (err error) {
	path := filepath.Join(c.Data, "run", "mount.lock")
	if m.lock, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("lock the files: %w", err)
	}
	err = syscall.Flock(int(m.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return fmt.Errorf("%w %s already: end that one first", errMountRuns, c.Data)
	case err != nil:
		return fmt.Errorf("lock %s: %w", path, err)
	}
	return nil
}

// How often the library is looked for while there is none, and how often that is told.
const (
	followEvery = 500 * time.Millisecond
	followTell  = 30 * time.Second
)

// follow opens the library beside the daemon, and waits for that where it is to make it or to bring it up to date.
func (m *Mounter) follow(ctx context.Context, o db.Options) (err error) {
	o.Follow = true
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for begin, next := time.Now(), time.Duration(0); ; {
		if m.db, err = db.Open(ctx, o); !errors.Is(err, db.ErrOlder) {
			return wrap(err, "open the library")
		}
		if waited := time.Since(begin); waited >= next {
			next = waited + followTell
			m.log.Warn("waiting for the daemon to make the library, or to bring it up to date: start millrace serve of this version",
				"version", m.o.Version, "waited", waited.Round(time.Second).String())
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// tell keeps evidence for the daemon, and returns at once, for a reader waits. What does not fit is dropped: the next read
// tells it again.
func (m *Mounter) tell(_ context.Context, f db.File, e link.Evidence) {
	t := told{File: f.ID, Release: e.Placement.Release, Instance: e.Placement.Instance, Kind: e.Kind, Text: e.Text}
	select {
	case m.evidence <- t:
	default:
		m.log.Debug("evidence was dropped: the daemon does not take it", "file", f.ID, "instance", e.Placement.Instance)
	}
}

// debrids are the instances that the process of "millrace mount" runs: those that files come from.
func debrids(c *config.Config) []config.Instance {
	return slices.DeleteFunc(slices.Clone(c.Instances), func(in config.Instance) bool { return in.Capability != sdk.CapabilityDebrid })
}

func (m *Mounter) apply(c *config.Config) {
	m.mount.Libraries(c.Libraries)
	m.setLevel(c)
}

// Reload is as the daemon's.
func (m *Mounter) Reload(ctx context.Context) (config.Diagnostics, error) {
	return m.again(ctx, reloading{mine: debrids, apply: m.apply})
}

// Run keeps the files until ctx ends, then unmounts them. It is called once.
func (m *Mounter) Run(ctx context.Context) error {
	defer m.close()
	back, stopBack := context.WithCancel(context.WithoutCancel(ctx)) // what must outlive the mount
	defer stopBack()
	var behind errgroup.Group
	behind.Go(func() error { return m.pool.Run(back) })
	behind.Go(func() error { return m.fs.Run(back) })
	err := m.start(ctx, back, &behind)
	if err == nil {
		err = m.work(ctx)
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin-jobsWithin)
	defer cancel()
	unmounted := make(chan error, 1)
	go func() { unmounted <- m.kernel.unmount(stop) }() // a plugin that does not finish must not keep the mount
	m.pool.Drain(stop)
	err = errors.Join(err, <-unmounted)
	stopBack()
	return errors.Join(err, behind.Wait())
}

func (m *Mounter) start(ctx, back context.Context, behind *errgroup.Group) error {
	c := m.cfg.Load()
	if err := m.fill(ctx, back, behind); err != nil {
		return err
	}
	m.apply(c)
	if err := m.configure(ctx, c, debrids(c)); err != nil {
		return err
	}
	m.mountOn(c)
	return nil
}

// work serves until ctx ends.
func (m *Mounter) work(ctx context.Context) error {
	lis, err := listenUnix(MountSocketPath(m.cfg.Load().Data), "the daemon")
	if err != nil {
		return err
	}
	g, inner := errgroup.WithContext(ctx)
	g.Go(func() error { return m.serve(inner, lis) })
	g.Go(func() error { return m.kernel.keep(inner) })
	st := Started{Socket: lis.Addr().String(), Mount: m.kernel.dir()}
	m.log.Info("keeping the files", "mount", st.Mount, "version", m.o.Version)
	if m.o.Started != nil {
		m.o.Started(st)
	}
	if err := g.Wait(); ctx.Err() == nil || !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// close lets go of everything.
func (m *Mounter) close() {
	if m.shelf != nil {
		m.shelf.close()
	}
	m.base.close()
	if m.lock != nil {
		// To close the file would not do: a child process that was forked at this moment has it too, until it begins to
		// run its own program.
		_ = syscall.Flock(int(m.lock.Fd()), syscall.LOCK_UN) // closing is what is left to do where that fails
		m.lock.Close()
	}
}
