package chunk

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Cache keeps chunks of any number of contents. It is safe for concurrent use.
type Cache struct {
	src  Source
	o    Options
	disk *disk // nil: memory only

	fetches sync.WaitGroup // one for each run's goroutine

	mu          sync.Mutex // guards everything below, and the fields of contents, pieces, runs and claims; held for no I/O
	closed      bool
	contents    map[key]*content
	runs        map[*run]struct{}
	queue       []*run // prefetches that wait for their turn, oldest first
	prefetching int    // those that run and have not stalled
	watcher     *time.Timer
	memory      memory
}

// key is what a content is known by.
type key struct {
	id   string
	size int64
}

// content is what is in memory, or on its way, of one key.
type content struct {
	key
	refs   int // Files and runs
	runs   int
	pace   pace
	pieces map[int64]*piece
	from   string // who sent its bytes last, where the source tells
	store  *store // while a run has it open
	opens  int    // runs that do

	prefetching int // its share of the cache's
}

// piece is a chunk in memory, or one that is on its way there.
type piece struct {
	of   *content
	n    int64         // its number
	run  *run          // who brings it; nil once it is here
	done chan struct{} // nil while nobody waits
	// buf and err are set before done is closed. The buffer is the piece's while pins > 0 or it is on a shelf.
	buf     []byte
	err     error
	origin  Origin
	pins    int
	waiting int  // readers
	read    bool // to its end
	kept    bool // on disk
	shelf   *shelf
	elem    *list.Element
}

// New returns a cache over src. It opens the folder, takes it for itself (two processes must not share one) and looks
// through it; it starts nothing. Call Run, or at least Close.
func New(src Source, o Options) (*Cache, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Cache{
		src: src, o: o, contents: map[key]*content{}, runs: map[*run]struct{}{},
		memory: memory{max: int(max(minPieces, o.Memory/o.ChunkSize)), room: make(chan struct{}), arena: arena{size: o.ChunkSize}},
	}
	if o.Dir != "" {
		if c.disk, err = openDisk(o); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Run makes what is written to disk last, and removes what is too old, until ctx ends. Then it closes the cache: readers
// get ErrClosed, and it returns when everything has ended and is on disk.
func (c *Cache) Run(ctx context.Context) error {
	tick := time.NewTicker(c.o.SyncEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			c.Close()
			return nil
		case <-tick.C:
			if c.disk != nil {
				c.disk.flush()
				c.disk.expire()
			}
		}
	}
}

// Close does what the end of Run does. It may be called more than once.
func (c *Cache) Close() {
	c.mu.Lock()
	c.closed = true
	for r := range c.runs {
		c.stop(r, ErrClosed)
	}
	c.mu.Unlock()
	c.fetches.Wait()
	c.mu.Lock()
	if c.watcher != nil {
		c.watcher.Stop()
	}
	c.empty()
	c.mu.Unlock()
	if c.disk != nil {
		c.disk.close()
	}
}

// Stats is how much a cache holds and does.
type Stats struct {
	// Memory is the size of all buffers in use, and MaxMemory its bound, in bytes.
	Memory, MaxMemory int64
	// Disk is how many bytes of chunks are on disk, MaxDisk its bound, and Contents of how many contents.
	Disk, MaxDisk int64
	Contents      int
	// Fetching is how many ranges are being brought, and Queued how many wait for their turn.
	Fetching, Queued int
}

// Stats returns what the cache holds and does now.
func (c *Cache) Stats() Stats {
	c.mu.Lock()
	s := Stats{
		Memory:    int64(c.memory.used) * c.o.ChunkSize,
		MaxMemory: int64(c.memory.max) * c.o.ChunkSize,
	}
	for r := range c.runs {
		if r.started {
			s.Fetching++
		} else {
			s.Queued++
		}
	}
	c.mu.Unlock()
	if c.disk != nil {
		s.Disk, s.Contents = c.disk.usage()
		s.MaxDisk = c.o.MaxBytes
	}
	return s
}

// announce tells those who wait for a piece that it is there, or will not come.
func (p *piece) announce() {
	if p.done != nil {
		close(p.done)
	}
}

// forget drops a content of which nothing is left.
func (c *Cache) forget(ct *content) {
	if ct.refs == 0 && len(ct.pieces) == 0 && c.contents[ct.key] == ct {
		delete(c.contents, ct.key)
	}
}

func (c *Cache) unref(ct *content) {
	ct.refs--
	c.forget(ct)
}

// length returns how many bytes piece n has.
func (c *Cache) length(ct *content, n int64) int64 {
	return min(c.o.ChunkSize, ct.size-n*c.o.ChunkSize)
}
