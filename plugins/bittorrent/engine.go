package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
	"golang.org/x/sync/errgroup"
)

// engine holds torrents that survive restarts: the .torrent of each is in dir/torrents, its data and the marks of what is
// verified in dir/data. It has one client for public torrents and, once one is used, another for private ones.
type engine struct {
	s          Settings
	log        *slog.Logger
	wait       time.Duration // readTimeout, but for tests
	kept       shelf
	data       *store
	lock       *os.File
	both       limits
	files      *fileServer
	stop       context.CancelFunc
	ended      errgroup.Group
	announcers sync.WaitGroup
	short      atomic.Bool // the disk is full, whatever the settings say

	mu      sync.Mutex // guards what follows
	public  *node
	private *node
	holds   map[metainfo.Hash]*hold
	closed  bool
}

// hold is what the engine keeps about one torrent in use. The engine's mutex guards it.
type hold struct {
	hash    metainfo.Hash
	t       *torrent.Torrent
	spec    *torrent.TorrentSpec // with what was added since
	private bool
	bodies  map[*body]struct{}  // open requests for bytes
	used    time.Time           // last read, or added
	probe   func()              // ends the probe
	lingers map[int]*time.Timer // pieces that are finished without a reader; see finish

	trackers []string           // that are asked
	ctx      context.Context    // of what asks them
	leave    context.CancelFunc // ends it

	asked    time.Time // when the swarm was asked, or last gave something
	got      int64     // bytes that the swarm had given by then
	informed bool      // and whether the info was there
}

// errClosed is what is left to say of an engine that has ended.
var errClosed = errors.New("the instance has ended")

// errInUse is told of a folder that another engine uses.
var errInUse = errors.New("another instance or another daemon uses it")

// openEngine takes the folder and starts the client. Torrents of earlier runs begin when they are asked for.
func openEngine(dir string, s Settings, log *slog.Logger) (*engine, error) {
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	e := &engine{s: s, log: log, wait: readTimeout, lock: lock, both: newLimits(s), kept: shelf{filepath.Join(dir, "torrents")}, holds: map[metainfo.Hash]*hold{}}
	if err := e.start(dir); err != nil {
		return nil, errors.Join(err, unlockFolder(lock))
	}
	return e, nil
}

func (e *engine) start(dir string) error {
	if err := os.MkdirAll(e.kept.dir, 0o700); err != nil {
		return fmt.Errorf("make folder for torrents: %w", err)
	}
	var err error
	if e.data, err = openStore(filepath.Join(dir, "data"), slack(e.s.Disk), e.log); err != nil {
		return err
	}
	if e.files, err = listenFiles(e); err != nil {
		return err
	}
	if e.public, err = connect(e.s, e.data, e.both, false, e.log); err != nil {
		return errors.Join(err, e.files.l.Close())
	}
	ctx, stop := context.WithCancel(context.Background()) // ends with close: the engine outlives the call that needed it
	e.stop = stop
	e.ended.Go(e.files.serve)
	e.ended.Go(func() error { return e.tidy(ctx) })
	return nil
}

// lockFolder makes sure that nobody else uses a folder. The lock ends with the process at the latest.
func lockFolder(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder for torrents: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock folder for torrents: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = errInUse
		}
		return nil, errors.Join(fmt.Errorf("lock folder %s: %w", dir, err), f.Close())
	}
	return f, nil
}

// unlockFolder lets a folder go. To close the file would not do: a child process that was forked at this moment has it too,
// until it begins to run its own program.
func unlockFolder(f *os.File) error {
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}

// close ends all transfers and waits until nothing runs any more; the folder is free then.
func (e *engine) close() error {
	e.stop()
	e.mu.Lock()
	e.closed = true
	for _, h := range e.holds {
		h.end()
	}
	nodes := slices.DeleteFunc([]*node{e.public, e.private}, func(n *node) bool { return n == nil })
	e.mu.Unlock()
	errs := []error{e.files.close(), e.ended.Wait()}
	e.announcers.Wait()
	for _, n := range nodes {
		errs = append(errs, n.close())
	}
	errs = append(errs, unlockFolder(e.lock))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close torrent client: %w", err)
	}
	return nil
}

// end ends what goes on behind the torrent.
func (h *hold) end() {
	h.endProbe()
	h.leave()
	for _, t := range h.lingers {
		t.Stop()
	}
	clear(h.lingers)
}

func (h *hold) endProbe() {
	if h.probe != nil {
		h.probe()
		h.probe = nil
	}
}

// known gives the torrent if the engine holds it, in memory or on disk; else nil.
func (e *engine) known(hash metainfo.Hash) (*hold, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if h, ok := e.holds[hash]; ok {
		return h, nil
	}
	k, err := e.kept.load(hash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return e.begin(k.spec, k.private)
}

// add begins a torrent, or tells one that is in use more about itself.
func (e *engine) add(spec *torrent.TorrentSpec, private bool) (*hold, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	h, ok := e.holds[spec.InfoHash]
	if !ok {
		return e.begin(spec, private)
	}
	if !e.s.WebSeeds {
		spec.Webseeds = nil
	}
	more := *spec
	more.Trackers = nil // see announce
	if err := h.t.MergeSpec(&more); err != nil {
		return nil, fmt.Errorf("merge torrent %s: %w", spec.InfoHash.HexString(), err)
	}
	if news := without(slices.Concat(spec.Trackers...), slices.Concat(h.spec.Trackers...)); len(news) > 0 {
		h.spec.Trackers = append(h.spec.Trackers, news)
		n, err := e.nodeFor(h.private)
		if err != nil {
			return nil, err
		}
		e.announce(h, n, news)
	}
	h.spec.Webseeds = append(h.spec.Webseeds, without(spec.Webseeds, h.spec.Webseeds)...)
	return h, nil
}

// without gives what of all is not in old.
func without(all, old []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(old, s) })
}

// begin gives a torrent to the client that is right for it. The caller holds the mutex.
func (e *engine) begin(spec *torrent.TorrentSpec, private bool) (*hold, error) {
	n, err := e.nodeFor(private)
	if err != nil {
		return nil, err
	}
	theirs := *spec
	theirs.Trackers = nil // they are asked by announce
	if private {
		theirs.DhtNodes = nil
	}
	if !e.s.WebSeeds {
		theirs.Webseeds = nil
	}
	t, _, err := n.AddTorrentSpec(&theirs)
	if err != nil {
		return nil, fmt.Errorf("add torrent %s: %w", spec.InfoHash.HexString(), err)
	}
	h := &hold{hash: spec.InfoHash, t: t, spec: spec, private: private, bodies: map[*body]struct{}{}, lingers: map[int]*time.Timer{}, used: time.Now()}
	h.ctx, h.leave = context.WithCancel(context.Background()) // ends with endLocked or close
	t.SetOnWriteChunkError(func(err error) { e.writeFailed(h, err) })
	e.holds[spec.InfoHash] = h
	e.announce(h, n, spec.Trackers...)
	if !private {
		e.announce(h, n, e.s.Trackers)
	}
	return h, nil
}

func (e *engine) nodeFor(private bool) (*node, error) {
	if e.closed {
		return nil, errClosed
	}
	if !private {
		return e.public, nil
	}
	if e.private == nil {
		n, err := connect(e.s, e.data, e.both, true, e.log)
		if err != nil {
			return nil, fmt.Errorf("start client for private torrents: %w", err)
		}
		e.private = n
	}
	return e.private, nil
}

// settle is called once the info is there: a torrent that turns out to be private changes clients, and it is kept for the
// next run.
func (e *engine) settle(h *hold) (*hold, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.holds[h.hash] != h {
		return nil, fmt.Errorf("torrent %s was removed meanwhile", h.hash.HexString())
	}
	if h.spec.InfoBytes == nil {
		h.spec.InfoBytes = h.t.Metainfo().InfoBytes
	}
	if !h.private && isPrivate(h.t.Info()) {
		spec := h.spec
		e.endLocked(h)
		var err error
		if h, err = e.begin(spec, true); err != nil {
			return nil, err
		}
	}
	return h, e.kept.save(h.spec, h.private)
}

// writeFailed stops taking data that cannot be written; tidy lets it begin again.
func (e *engine) writeFailed(h *hold, err error) {
	if errors.Is(err, os.ErrClosed) {
		return // the torrent was dropped meanwhile
	}
	e.log.Error("downloaded data cannot be written", "hash", h.hash.HexString(), "err", err)
	h.t.DisallowDataDownload()
	if errors.Is(err, syscall.ENOSPC) {
		e.short.Store(true)
	}
}

// forget ends a torrent and deletes everything about it.
func (e *engine) forget(hash metainfo.Hash) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.dropLocked(hash); err != nil {
		return err
	}
	return e.kept.remove(hash)
}

// dropLocked ends a torrent and deletes its data; its .torrent stays, so that it can be had again.
func (e *engine) dropLocked(hash metainfo.Hash) error {
	if h, ok := e.holds[hash]; ok {
		e.endLocked(h)
	}
	return e.data.delete(hash)
}

// endLocked takes a torrent out of use. Its readers are cut off.
func (e *engine) endLocked(h *hold) {
	h.end()
	h.t.Drop()
	delete(e.holds, h.hash)
}
