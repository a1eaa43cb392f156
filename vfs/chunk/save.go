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
	c     *Cache
	store *store
	most  int // pieces in a batch

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
	s.queue <- s.batch
	s.batch = make([]*piece, 0, len(s.batch))
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
	s.store.save(batch[0].n, bufs)
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	for _, p := range batch {
		s.c.unpin(p)
	}
}
