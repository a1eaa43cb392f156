package chunk

import "time"

const (
	// saveBytes is how much is written at once, where it is consecutive.
	saveBytes = 1 << 20
	// saveQueue is how many such pieces a run may have waiting before it waits for the disk.
	saveQueue = 2
)

// saver writes what a run brings to disk, without holding up what comes next. Pieces are pinned until then.
type saver struct {
	c      *Cache
	most   int // pieces in a batch
	save   func(first int64, bufs [][]byte)
	has    func(n int64) bool
	urgent func() bool // whether a reader waits for what comes next

	batch []*piece
	began time.Time     // when the batch was
	queue chan []*piece // nil until there is more than one batch
	done  chan struct{} // closed when all of the queue is written
}

// saveAtOnce returns how many pieces a run may pin before it has them written: a small part of all, since there may be
// many runs.
func (c *Cache) saveAtOnce() int {
	return int(max(1, min(saveBytes/c.o.ChunkSize, int64(c.memory.max)/64)))
}

// add takes a pinned piece.
func (s *saver) add(p *piece) {
	if n := len(s.batch); n > 0 && s.batch[n-1].n+1 != p.n {
		s.send()
	}
	if len(s.batch) == 0 {
		s.began = time.Now()
	}
	s.batch = append(s.batch, p)
	if len(s.batch) >= s.most || time.Since(s.began) > s.c.o.SyncEvery {
		s.send()
	}
}

// send has the batch written in the background.
func (s *saver) send() {
	if len(s.batch) == 0 {
		return
	}
	if s.queue == nil {
		s.queue, s.done = make(chan []*piece, saveQueue), make(chan struct{})
		go func() {
			defer close(s.done)
			for batch := range s.queue {
				s.write(batch)
			}
		}()
	}
	if !s.hand(s.batch) {
		s.c.unpinAll(s.batch)
		s.c.o.Observer.Lost(Unwritten, int64(len(s.batch))*s.c.o.ChunkSize)
	}
	s.batch = make([]*piece, 0, len(s.batch))
}

// hand puts a batch in the queue. A disk that is slower than the source may hold the run up, so that all is kept; one that
// does nothing for a while may not where a reader waits.
func (s *saver) hand(batch []*piece) bool {
	select {
	case s.queue <- batch:
		return true
	default:
	}
	tick := time.NewTicker(s.c.o.DiskWait)
	defer tick.Stop()
	for {
		select {
		case s.queue <- batch:
			return true
		case <-tick.C:
			if s.urgent() {
				return false
			}
		}
	}
}

// close returns when all is written.
func (s *saver) close() {
	if s.queue != nil {
		close(s.queue)
		<-s.done
	}
	s.write(s.batch)
}

func (s *saver) write(batch []*piece) {
	if len(batch) == 0 {
		return
	}
	bufs := make([][]byte, len(batch))
	for i, p := range batch {
		bufs[i] = p.buf
	}
	s.save(batch[0].n, bufs)
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	for _, p := range batch {
		p.kept = s.has(p.n)
		s.c.memory.finish(p)
		s.c.unpin(p)
	}
}

func (c *Cache) unpinAll(ps []*piece) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range ps {
		c.unpin(p)
	}
}
