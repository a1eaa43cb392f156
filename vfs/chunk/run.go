package chunk

import (
	"context"
	"slices"
	"sync/atomic"
	"time"
)

// far is how many bytes a reader waits for to pass by before it has its own request made.
const far = 1 << 20

// maxRuns is how many runs of one content a reader may split off others.
const maxRuns = 8

// run brings pieces pos to end-1 of a content, one after the other, in a goroutine of its own.
type run struct {
	c       *Cache
	of      *content
	pos     int64
	end     int64
	started bool
	counted bool // among c.prefetching
	claims  map[*claim]struct{}
	cancel  context.CancelFunc // set when started
	waiting atomic.Int32       // readers that wait for its pieces
}

// claim is somebody's interest in runs. A run in which nobody is interested ends.
type claim struct {
	runs map[*run]struct{}
}

func (cl *claim) join(r *run) {
	if cl.runs == nil {
		cl.runs = map[*run]struct{}{}
	}
	cl.runs[r] = struct{}{}
	r.claims[cl] = struct{}{}
}

// release ends a claim, and the runs that nobody else claims.
func (c *Cache) release(cl *claim) {
	if cl.runs == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for r := range cl.runs {
		delete(r.claims, cl)
		delete(cl.runs, r)
		if len(r.claims) == 0 {
			c.stop(r, errAgain)
		}
	}
	c.dispatch()
}

// claimRun makes a run, not started, for the missing pieces from n to at most last. Piece n must be missing.
func (c *Cache) claimRun(ct *content, cl *claim, n, last int64) *run {
	r := &run{c: c, of: ct, pos: n, end: n, claims: map[*claim]struct{}{}}
	for ; r.end <= last && ct.pieces[r.end] == nil; r.end++ {
		ct.pieces[r.end] = &piece{of: ct, n: r.end, run: r, done: make(chan struct{}), origin: Network}
	}
	ct.refs++
	c.runs[r] = struct{}{}
	cl.join(r)
	return r
}

// fetch starts a run for a reader and returns its first piece.
func (c *Cache) fetch(ct *content, cl *claim, n, last int64) *piece {
	r := c.claimRun(ct, cl, n, last)
	c.start(r)
	return ct.pieces[n]
}

// hasten sees to it that a piece that is on its way comes soon, now that a reader waits for it.
func (c *Cache) hasten(cl *claim, p *piece) {
	r := p.run
	if ahead := (p.n - r.pos) * c.o.ChunkSize; p.n > r.pos && (!r.started || ahead >= far) && c.runsOf(p.of) < maxRuns {
		r = c.split(r, p.n)
	}
	cl.join(r)
	if !r.started {
		c.start(r)
	}
}

func (c *Cache) runsOf(ct *content) int {
	n := 0
	for r := range c.runs {
		if r.of == ct {
			n++
		}
	}
	return n
}

// split takes the pieces from n out of a run into one of their own.
func (c *Cache) split(r *run, n int64) *run {
	s := &run{c: c, of: r.of, pos: n, end: r.end, claims: map[*claim]struct{}{}}
	r.end = n
	for i := s.pos; i < s.end; i++ {
		p := s.of.pieces[i]
		p.run = s
		r.waiting.Add(-int32(p.waiting))
		s.waiting.Add(int32(p.waiting))
	}
	for cl := range r.claims {
		cl.join(s)
	}
	s.of.refs++
	c.runs[s] = struct{}{}
	return s
}

// dispatch starts prefetches while there may be more.
func (c *Cache) dispatch() {
	for c.prefetching < c.o.MaxPrefetch && len(c.queue) > 0 {
		r := c.queue[0]
		c.queue[0] = nil
		c.queue = c.queue[1:]
		if _, alive := c.runs[r]; alive && !r.started {
			r.counted = true
			c.prefetching++
			c.start(r)
		}
	}
}

func (c *Cache) start(r *run) {
	r.started = true
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), runKey{}, r))
	r.cancel = cancel
	c.fetches.Add(1)
	go func() {
		defer c.fetches.Done()
		defer cancel()
		f := &fetcher{c: c, r: r}
		f.open()
		c.finish(r, f.run(ctx))
		f.close()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.unref(r.of)
	}()
}

// finish ends a run that has brought what it could, and starts those that waited for it.
func (c *Cache) finish(r *run, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop(r, err)
	c.dispatch()
}

// stop ends a run. Readers of the piece that it was about to bring get err, those of the others look anew. It is called
// once more when its goroutine ends.
func (c *Cache) stop(r *run, err error) {
	if _, alive := c.runs[r]; !alive {
		return
	}
	delete(c.runs, r)
	for i := r.pos; i < r.end; i++ {
		c.fail(r.of.pieces[i], err)
		err = errAgain
	}
	r.pos = r.end
	for cl := range r.claims {
		delete(cl.runs, r)
	}
	clear(r.claims)
	if r.counted {
		c.prefetching--
	}
	if r.started {
		r.cancel()
		return
	}
	c.queue = slices.DeleteFunc(c.queue, func(q *run) bool { return q == r })
	c.unref(r.of)
}

func (c *Cache) fail(p *piece, err error) {
	if err == nil {
		err = errAgain
	}
	delete(p.of.pieces, p.n)
	p.run, p.err = nil, err
	close(p.done)
}

// next returns the number of the piece that a run has to bring now.
func (r *run) next() (n, end int64, ok bool) {
	r.c.mu.Lock()
	defer r.c.mu.Unlock()
	return r.pos, r.end, r.pos < r.end
}

// deliver gives a run's next piece to its readers and keeps it. It returns the piece pinned, or nil where the run was
// stopped; the buffer belongs to the cache from now on.
func (c *Cache) deliver(r *run, buf []byte, from Origin) *piece {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.pos >= r.end {
		c.recycle(buf)
		return nil
	}
	p := r.of.pieces[r.pos]
	r.pos++
	r.waiting.Add(-int32(p.waiting))
	p.buf, p.origin, p.run = buf, from, nil
	p.pins++
	p.elem = c.memory.recent.PushBack(p)
	close(p.done)
	return p
}

// pause waits for d or for ctx.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
