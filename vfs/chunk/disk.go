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

const (
	dataExt  = ".dat"
	indexExt = ".idx"
	// segmentBytes is what is taken away at once: the unit of least recently used.
	segmentBytes = 8 << 20
	// pauseFull is how long nothing is written after the disk was full or failed.
	pauseFull = 30 * time.Second
	// maxIdle is how many contents stay open while nobody uses them, and maxUnsynced how many of these may have
	// something to flush, so that a scan of thousands does not run out of descriptors.
	maxIdle, maxUnsynced = 64, 256
)

var errNoRoom = errors.New("no room on the cache disk")

// disk is the folder of a cache: what is in it, in which order it was used, and how much it is.
type disk struct {
	o     Options
	chunk int64
	per   int64 // chunks a segment
	lock  *os.File

	flushing sync.Mutex // one flush at a time

	mu        sync.Mutex // guards everything below, and the fields of entries and segments; held for no I/O but opening
	entries   map[string]*entry
	recent    list.List // of *segment, least recently used first
	idle      list.List // of *entry, open though nobody uses them, least recently used first
	used      int64
	fullUntil time.Time
	closed    bool
}

// entry is one content in the folder.
type entry struct {
	name     string
	key      key
	segments map[int64]*segment
	used     time.Time
	store    *store // while refs > 0, and for a while after
	refs     int
	idle     *list.Element // while open and refs == 0
}

// segment is a stretch of a content's chunks.
type segment struct {
	of    *entry
	n     int64
	bytes int64
	used  time.Time
	going bool // is being taken away: nothing may be written to it
	elem  *list.Element
}

func openDisk(o Options) (*disk, error) {
	d := &disk{o: o, chunk: o.ChunkSize, per: max(1, segmentBytes/o.ChunkSize), entries: map[string]*entry{}}
	d.recent.Init()
	d.idle.Init()
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
	name := nameOf(k)
	e := d.entries[name]
	if e == nil {
		if time.Now().Before(d.fullUntil) {
			return nil
		}
		e = &entry{name: name, key: k, segments: map[int64]*segment{}}
	}
	if err := d.open(e); err != nil {
		d.fail(err)
		return nil
	}
	d.entries[name] = e
	return e.store
}

// open makes sure that an entry's store is open and counts one more user.
func (d *disk) open(e *entry) error {
	if e.store == nil {
		if err := os.MkdirAll(filepath.Join(d.o.Dir, e.name[:2]), 0o700); err != nil {
			return err
		}
		s, err := openStore(d, e, e.key)
		if err != nil {
			return err
		}
		e.store = s
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
		if d.idle.Len() > maxIdle || len(e.segments) == 0 || d.closed {
			d.shut(e)
		}
	}
}

// shut closes a store that nobody uses, unless it has something to flush.
func (d *disk) shut(e *entry) {
	s := e.store
	if !d.closed && s.dirty() {
		return
	}
	d.idle.Remove(e.idle)
	e.store, e.idle = nil, nil
	if len(e.segments) == 0 {
		d.unlink(e.name)
		delete(d.entries, e.name)
	} else {
		_ = os.Chtimes(s.idx.Name(), e.used, e.used) // only the order of eviction after a restart depends on it
	}
	s.closeFiles()
}

func (d *disk) unlink(name string) {
	for _, ext := range []string{indexExt, dataExt} {
		if err := os.Remove(d.path(name, ext)); err != nil && !errors.Is(err, os.ErrNotExist) {
			d.o.Logger.Warn("a cache file cannot be removed", "error", err)
		}
	}
}

// flush makes what was written last. What cannot be made to last is given up, since nobody knows what is on the disk.
func (d *disk) flush() {
	d.flushing.Lock()
	defer d.flushing.Unlock()
	for _, s := range d.unsynced() {
		numbers := s.unsynced()
		if err := s.flush(numbers); err != nil {
			d.failed(err)
			for _, n := range numbers {
				d.drop(s, n)
			}
		}
		d.done(s)
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

// scan finds what an earlier process left. What it cannot read it removes.
func (d *disk) scan() error {
	names, err := filepath.Glob(filepath.Join(d.o.Dir, "??", "*"))
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, path := range names {
		name, ext := stem(path)
		if (ext != dataExt && ext != indexExt) || len(name) != 40 || known[name] {
			continue
		}
		known[name] = true
		if err := d.adopt(name); err != nil {
			d.o.Logger.Info("a cache file is of no use and is removed", "file", name, "reason", err)
			d.unlink(name)
		}
	}
	d.sortRecent()
	return nil
}

func stem(path string) (name, ext string) {
	base := filepath.Base(path)
	ext = filepath.Ext(base)
	return base[:len(base)-len(ext)], ext
}

func (d *disk) adopt(name string) error {
	k, used, err := d.identify(name)
	if err != nil {
		return err
	}
	e := &entry{name: name, key: k, segments: map[int64]*segment{}}
	s, err := openStore(d, e, k)
	if err != nil {
		return err
	}
	defer s.closeFiles()
	before := d.used
	for n := range chunks(k.size, d.chunk) {
		if s.has(n) {
			d.add(e, n, min(d.chunk, k.size-n*d.chunk), used)
		}
	}
	if len(e.segments) == 0 {
		return errors.New("it is empty")
	}
	d.entries[name] = e
	if taken(s.data) > d.used-before+d.chunk {
		d.reclaim(s)
	}
	return nil
}

func (d *disk) identify(name string) (key, time.Time, error) {
	f, err := os.Open(d.path(name, indexExt))
	if err != nil {
		return key{}, time.Time{}, err
	}
	defer f.Close()
	h := make([]byte, headerSize)
	if _, err := f.ReadAt(h, 0); err != nil {
		return key{}, time.Time{}, errBadHeader
	}
	k, err := decodeHeader(h, d.chunk)
	if err != nil || nameOf(k) != name {
		return key{}, time.Time{}, errBadHeader
	}
	st, err := f.Stat()
	if err != nil {
		return key{}, time.Time{}, err
	}
	return k, st.ModTime(), nil
}

// reclaim frees what was written but never entered in the index.
func (d *disk) reclaim(s *store) {
	total := chunks(s.size, d.chunk)
	for n := int64(0); n < total; {
		end := n
		for end < total && !s.has(end) {
			end++
		}
		if end > n {
			if err := punch(s.data, n*d.chunk, min(end*d.chunk, s.size)-n*d.chunk); err != nil {
				return // it stays until the file goes
			}
		}
		n = end + 1
	}
}
