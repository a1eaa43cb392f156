package chunk

import (
	"context"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// maxRuns is how many runs of one content a reader may split off others.
	maxRuns = 8
	// maxOfOne is how many prefetches of one content run at once, so that a dead one leaves room for others.
	maxOfOne = 4
)

// run brings pieces pos to end-1 of a content, one after the other, in a goroutine of its own.
type run struct {
	c       *Cache
	of      *content
	pos     int64
	end     int64
	started bool
	counted bool // among the prefetches that run
	claims  []*claim
	cancel  context.CancelFunc // set when started
	waiting atomic.Int32       // readers that wait for its pieces

	asking  atomic.Bool             // it waits for the source
	brought atomic.Int64            // bytes that the source has sent
	abort   context.CancelCauseFunc // ends the request under way; nil while there is none
	seen    int64                   // what brought was when the watch looked last
	since   time.Time               // since when it is that
}

// claim is somebody's interest in runs. A run in which nobody is interested ends.
type claim struct {
	runs    []*run
	patient bool // a reader that would rather wait for what is on its way than ask for it a second time
}

func (cl *claim) join(r *run) {
	if !slices.Contains(cl.runs, r) {
		cl.runs = append(cl.runs, r)
		r.claims = append(r.claims, cl)
	}
}

// leave ends a claim's interest in a run, and the run with the last one.
func (c *Cache) leave(cl *claim, r *run) {
	cl.runs = slices.DeleteFunc(cl.runs, func(q *run) bool { return q == r })
	r.claims = slices.DeleteFunc(r.claims, func(o *claim) bool { return o == cl })
	if len(r.claims) == 0 {
		c.stop(r, errAgain)
	}
}

// release ends a claim, and the runs that nobody else claims.
func (c *Cache) release(cl *claim) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(cl.runs) == 0 {
		return
	}
	for len(cl.runs) > 0 {
		c.leave(cl, cl.runs[len(cl.runs)-1])
	}
	c.dispatch()
}

// newRun makes an empty run from piece n on, not started.
func (c *Cache) newRun(ct *content, n int64) *run {
	r := &run{c: c, of: ct, pos: n, end: n}
	ct.refs++
	ct.runs++
	c.runs[r] = struct{}{}
	return r
}

// grow adds the missing pieces up to at most last to the end of a run.
func (r *run) grow(last int64) {
	for ; r.end <= last && r.of.pieces[r.end] == nil; r.end++ {
		r.of.pieces[r.end] = &piece{of: r.of, n: r.end, run: r, origin: Network}
	}
}

// claimRun makes a run, not started, for the missing pieces from n to at most last. Piece n must be missing.
func (c *Cache) claimRun(ct *content, cl *claim, n, last int64) *run {
	r := c.newRun(ct, n)
	r.grow(last)
	cl.join(r)
	return r
}

// hasten sees to it that a piece that is on its way comes soon, now that a reader waits for it.
func (c *Cache) hasten(cl *claim, p *piece) {
	r := p.run
	if p.n > r.pos && !slices.Contains(cl.runs, r) && r.of.runs < maxRuns && c.late(r, p, cl.patient) {
		r = c.split(r, p.n)
	}
	cl.join(r)
	if !r.started {
		c.start(r)
	}
}

// late says whether a reader had better have a piece brought by itself than wait for what goes before it.
func (c *Cache) late(r *run, p *piece, patient bool) bool {
	ahead := (p.n - r.pos) * c.o.ChunkSize
	switch {
	case patient:
		return ahead > max(patience, r.of.pace.far())
	case !r.started:
		return true
	default:
		return ahead > r.of.pace.far()
	}
}

// split takes the pieces from n out of a run into one of their own.
func (c *Cache) split(r *run, n int64) *run {
	s := c.newRun(r.of, n)
	s.end, r.end = r.end, n
	for i := s.pos; i < s.end; i++ {
		p := s.of.pieces[i]
		p.run = s
		r.waiting.Add(-int32(p.waiting))
		s.waiting.Add(int32(p.waiting))
	}
	for _, cl := range r.claims {
		cl.join(s)
	}
	return s
}

// dispatch starts prefetches while there may be more, those first that have waited for longest.
func (c *Cache) dispatch() {
	c.queue = slices.DeleteFunc(c.queue, func(r *run) bool {
		if r.started {
			return true // for a reader
		}
		if c.prefetching >= c.o.MaxPrefetch || r.of.prefetching >= maxOfOne || c.early(r) {
			return false
		}
		r.counted = true
		c.prefetching++
		r.of.prefetching++
		c.start(r)
		return true
	})
}

// early says whether another run will be busy for a while with what goes before this one: one request after the other
// then does as well as two at once, and the later it starts the more it can ask for.
func (c *Cache) early(r *run) bool {
	before := r.of.pieces[r.pos-1]
	if before == nil || before.run == nil {
		return false
	}
	q := before.run
	return (q.end-q.pos)*c.o.ChunkSize > r.of.pace.lead()
}

func (c *Cache) start(r *run) {
	r.started = true
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), runKey{}, r))
	r.cancel = cancel
	c.watch()
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
	r.of.runs--
	for i := r.pos; i < r.end; i++ {
		c.fail(r.of.pieces[i], err)
		err = errAgain
	}
	r.pos = r.end
	for _, cl := range r.claims {
		cl.runs = slices.DeleteFunc(cl.runs, func(q *run) bool { return q == r })
	}
	r.claims = nil
	c.uncount(r)
	if r.started {
		r.cancel()
		return
	}
	c.queue = slices.DeleteFunc(c.queue, func(q *run) bool { return q == r })
	c.unref(r.of)
}

// uncount leaves a prefetch's place to others.
func (c *Cache) uncount(r *run) {
	if r.counted {
		r.counted = false
		c.prefetching--
		r.of.prefetching--
	}
}

func (c *Cache) fail(p *piece, err error) {
	if err == nil {
		err = errAgain
	}
	delete(p.of.pieces, p.n)
	p.run, p.err = nil, err
	p.announce()
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
	p.buf, p.origin, p.run, p.kept = buf, from, nil, from == Disk
	p.pins++
	if p.waiting > 0 {
		c.memory.recent.put(p)
	} else {
		c.memory.unread.put(p)
	}
	p.announce()
	if len(c.queue) > 0 && (r.end-r.pos)*c.o.ChunkSize <= r.of.pace.lead() {
		c.dispatch()
	}
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
