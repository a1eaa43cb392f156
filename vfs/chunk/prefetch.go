package chunk

import "slices"

// Prefetch is what one reader expects to want. It is not safe for concurrent use.
type Prefetch struct {
	f     *File
	claim claim
}

// Prefetch returns a reader's expectations, of which there are none yet. Drop them before the File is closed.
func (f *File) Prefetch() *Prefetch { return &Prefetch{f: f} }

// Want asks for the n bytes from off, in the background and after what readers wait for.
func (p *Prefetch) Want(off, n int64) {
	c, ct := p.f.c, p.f.of
	end := min(off+n, ct.size)
	if off < 0 || off >= end {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	last := (end - 1) / c.o.ChunkSize
	for i := off / c.o.ChunkSize; i <= last; i++ {
		if ct.pieces[i] == nil {
			p.want(i, last)
		}
	}
	c.dispatch()
}

// want asks for the missing pieces from n to at most last, together with those before them where nobody has asked the
// source for them yet.
func (p *Prefetch) want(n, last int64) {
	c, ct := p.f.c, p.f.of
	if before := ct.pieces[n-1]; before != nil && before.run != nil && !before.run.started && slices.Contains(p.claim.runs, before.run) {
		before.run.grow(last)
		return
	}
	c.queue = append(c.queue, c.claimRun(ct, &p.claim, n, last))
}

// Skip gives up what was wanted before off, because the reader has passed over it, but not what will soon be there anyway.
func (p *Prefetch) Skip(off int64) {
	c, n := p.f.c, off/p.f.c.o.ChunkSize
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range slices.Clone(p.claim.runs) {
		if (n-r.pos)*c.o.ChunkSize <= r.of.pace.far() {
			continue
		}
		if n < r.end {
			c.queue = append(c.queue, c.split(r, n))
		}
		c.leave(&p.claim, r)
	}
	c.dispatch()
}

// Pending says whether anything that was wanted is still on its way.
func (p *Prefetch) Pending() bool {
	p.f.c.mu.Lock()
	defer p.f.c.mu.Unlock()
	return len(p.claim.runs) > 0
}

// Drop gives up what was wanted and has not come, unless others want it too.
func (p *Prefetch) Drop() { p.f.c.release(&p.claim) }
