package chunk

import (
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The files of a content. See index.go for the first two.
const (
	dataExt  = ".dat"
	indexExt = ".idx"
	pinExt   = ".pin" // it is there while the content is pinned
	newExt   = ".new" // it is being written, and of no use after a crash
)

const (
	// segmentBytes is what is taken away at once: the unit of least recently used.
	segmentBytes = 8 << 20
	// pauseFull is how long nothing is written after the disk was full or failed.
	pauseFull = 30 * time.Second
	// maxIdle is how many contents stay open while nobody uses them, and maxUnsynced how many of these may have
	// something to flush, so that a scan of thousands does not run out of descriptors.
	maxIdle, maxUnsynced = 64, 256
	// maxSyncs is how many files are synced at once: a file system with a journal makes several last for the price of one.
	maxSyncs = 16
)

var errNoRoom = errors.New("no room on the cache disk")

// disk is the folder of a cache: what is in it, in which order it was used, and how much it is.
type disk struct {
	o     Options
	chunk int64
	per   int64 // chunks a segment
	lock  *os.File

	flushing sync.Mutex // one flush at a time
	evicting sync.Mutex // one who makes room at a time, so that many do not make room for one another
	pinning  sync.Mutex // one change of what is pinned at a time
	verifier verifier

	mu        sync.Mutex // guards everything below, and the fields of entries and segments; held for no I/O but opening
	entries   map[string]*entry
	recent    list.List // of *segment, those that may be taken away, least recently used first
	idle      list.List // of *entry, open though nobody uses them, least recently used first
	used      int64     // with what is gone but still open
	fullUntil time.Time
	closed    bool
}

// entry is one content in the folder.
type entry struct {
	name     string
	key      key
	segments map[int64]*segment
	bytes    int64 // of all segments
	used     time.Time
	pinned   bool
	lent     int           // how many Backings are open
	drops    int           // how many chunks are being dropped
	gone     bool          // not among the entries any more: its files are unlinked
	queued   bool          // waits to be compared with its checksums
	verified stamp         // what its data file was like when all of it was compared with its checksums
	store    *store        // while refs > 0, and for a while after
	refs     int           // who uses the store
	idle     *list.Element // while open and refs == 0
}

// segment is a stretch of a content's chunks.
type segment struct {
	of    *entry
	n     int64
	bytes int64
	used  time.Time
	going bool          // is being taken away: nothing may be written to it
	elem  *list.Element // nil where it may not be taken away
}

func openDisk(o Options) (*disk, error) {
	d := &disk{o: o, chunk: o.ChunkSize, per: max(1, segmentBytes/o.ChunkSize), entries: map[string]*entry{}}
	d.recent.Init()
	d.idle.Init()
	d.verifier.stop = make(chan struct{})
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the cache folder: %w", err)
	}
	var err error
	if d.lock, err = lockDir(o.Dir); err != nil {
		return nil, err
	}
	if err := d.scan(); err != nil {
		unlockDir(d.lock)
		return nil, fmt.Errorf("look through the cache folder: %w", err)
	}
	return d, nil
}

// nameOf returns the name of a content's files without extension.
func nameOf(k key) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%d/%s", k.size, k.id))
	return hex.EncodeToString(h[:20])
}

func (d *disk) path(name, ext string) string {
	return filepath.Join(d.o.Dir, name[:2], name+ext)
}

func newEntry(k key) *entry {
	return &entry{name: nameOf(k), key: k, segments: map[int64]*segment{}}
}

// acquire opens a content; it returns nil where that fails, and the cache does without. Release it.
func (d *disk) acquire(k key) *store {
	if len(k.id) > maxID || k.size <= 0 {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	e := d.current(nameOf(k))
	if e == nil {
		if time.Now().Before(d.fullUntil) {
			return nil
		}
		e = newEntry(k)
	}
	if err := d.open(e); err != nil {
		d.fail(err)
		return nil
	}
	d.entries[e.name] = e
	return e.store
}

// current returns an entry. One whose files somebody else has deleted is gone: who reads it goes on, and the content
// starts anew.
func (d *disk) current(name string) *entry {
	e := d.entries[name]
	if e != nil && e.store != nil && e.store.deleted() {
		d.o.Logger.Warn("a cache file was deleted by somebody else; it starts anew", "content", e.key.id)
		d.detach(e)
	}
	return d.entries[name]
}

// open makes sure that an entry's store is open and counts one more user.
func (d *disk) open(e *entry) error {
	if e.store == nil {
		if err := os.MkdirAll(filepath.Join(d.o.Dir, e.name[:2]), 0o700); err != nil {
			return err
		}
		s, err := openStore(d, e)
		if err != nil {
			return err
		}
		e.store = s
		d.recount(e)
	}
	d.use(e)
	return nil
}

// use counts one more user of an open store.
func (d *disk) use(e *entry) {
	e.refs++
	if e.idle != nil {
		d.idle.Remove(e.idle)
		e.idle = nil
	}
}

// release ends one use of a store. It stays open for the next, unless many others are.
func (d *disk) release(s *store) {
	if s != nil && d.done(s) > maxUnsynced {
		d.flush()
	}
}

// done is release without the flush that it may bring about. It returns how many stores nobody uses.
func (d *disk) done(s *store) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	s.e.refs--
	if s.e.refs == 0 {
		s.e.idle = d.idle.PushBack(s.e)
		d.shutIdle()
	}
	return d.idle.Len()
}

// shutIdle closes stores that nobody uses: those of which nothing is left, and the oldest of the rest where there are
// too many. What has something to flush stays.
func (d *disk) shutIdle() {
	for el := d.idle.Front(); el != nil; {
		e := el.Value.(*entry)
		el = el.Next()
		if d.idle.Len() > maxIdle || len(e.segments) == 0 || e.gone || d.closed {
			d.shut(e)
		}
	}
}

// shut closes a store that nobody uses, unless it has something to flush, or is gone but takes room still.
func (d *disk) shut(e *entry) {
	s := e.store
	if !d.closed && s.busy() {
		return
	}
	d.idle.Remove(e.idle)
	e.store, e.idle = nil, nil
	switch {
	case e.gone:
		d.used -= e.bytes // the files are unlinked: closing them is what gives their room back
	case len(e.segments) == 0:
		d.vacate(e)
	default:
		_ = os.Chtimes(s.idx.Name(), e.used, e.used) // only the order of eviction after a restart depends on it
	}
	s.closeFiles()
}

// vacate removes the files of an entry that is closed and empty, and the entry unless it is pinned.
func (d *disk) vacate(e *entry) {
	d.unlink(e.name, indexExt, dataExt)
	if !e.pinned {
		delete(d.entries, e.name)
	}
}

// detach forgets a content at once. Who has it open goes on with what was there; its room is counted until then.
func (d *disk) detach(e *entry) {
	delete(d.entries, e.name)
	d.unlink(e.name, indexExt, dataExt)
	e.gone = true
	d.settle(e)
	switch {
	case e.store == nil:
		d.used -= e.bytes
	case e.refs == 0:
		d.shut(e)
	}
	if e.pinned {
		d.entries[e.name] = &entry{name: e.name, key: e.key, segments: map[int64]*segment{}, pinned: true, used: e.used}
	}
}

func (d *disk) unlink(name string, exts ...string) {
	for _, ext := range exts {
		if err := os.Remove(d.path(name, ext)); err != nil && !errors.Is(err, os.ErrNotExist) {
			d.o.Logger.Warn("a cache file cannot be removed", "error", err)
		}
	}
}

// flush makes what was written last.
func (d *disk) flush() {
	d.flushing.Lock()
	defer d.flushing.Unlock()
	var flushes sync.WaitGroup
	turns := make(chan struct{}, maxSyncs)
	for _, s := range d.unsynced() {
		flushes.Go(func() {
			turns <- struct{}{}
			d.flushStore(s)
			<-turns
			d.verifyComplete(s)
			d.done(s)
		})
	}
	flushes.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shutIdle()
}

// flushStore makes what was written to a store last. What cannot be made to last is given up, since nobody knows what is
// on the disk.
func (d *disk) flushStore(s *store) {
	numbers := s.unsynced()
	if err := s.flush(numbers); err != nil {
		d.failed(err)
		for _, n := range numbers {
			d.drop(s, n)
		}
	}
}

// unsynced opens the stores that have something to flush.
func (d *disk) unsynced() []*store {
	d.mu.Lock()
	defer d.mu.Unlock()
	var stores []*store
	for _, e := range d.entries {
		if e.store != nil && e.store.dirty() {
			d.use(e)
			stores = append(stores, e.store)
		}
	}
	return stores
}

// close flushes, closes every file and lets the folder go. Nobody may use a store any more.
func (d *disk) close() {
	d.endVerifying()
	d.flush()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	d.closed = true
	d.shutIdle()
	unlockDir(d.lock)
}

func (d *disk) usage() (bytes int64, contents int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used, len(d.entries)
}

// failed has nothing written for a while: the disk is full or does not work.
func (d *disk) failed(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail(err)
}

func (d *disk) fail(err error) {
	if now := time.Now(); !now.Before(d.fullUntil) {
		d.o.Logger.Warn("the chunk cache cannot write; files are served without it for a while", "error", err, "pause", pauseFull)
		d.fullUntil = now.Add(pauseFull)
	}
}
