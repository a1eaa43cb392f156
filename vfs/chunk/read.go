package chunk

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// span is how many chunks a reader waits for at once, so that it is not woken for each.
const span = 8

// ReadAt reads len(p) bytes from off, and fewer with io.EOF at the end of the content. It returns the source's error, or
// ctx's when that ends first; what it read before is in p then. A reader that leaves does not take a fetch from others.
func (f *File) ReadAt(ctx context.Context, p []byte, off int64) (n int, t Tally, err error) {
	return f.readAt(ctx, &claim{}, p, off)
}

// ReadNext is ReadAt for a reader that goes on where it ended. What it reads is on its way or follows what is, so that it
// waits for that longer than one that jumps would.
func (f *File) ReadNext(ctx context.Context, p []byte, off int64) (n int, t Tally, err error) {
	return f.readAt(ctx, &claim{patient: true}, p, off)
}

func (f *File) readAt(ctx context.Context, cl *claim, p []byte, off int64) (n int, t Tally, err error) {
	want := f.clip(p, off)
	defer f.c.release(cl)
	for n < want {
		m, err := f.readSpan(ctx, cl, p[n:want], off+int64(n), &t)
		n += m
		if err != nil {
			return n, t, err
		}
	}
	if n < len(p) {
		return n, t, io.EOF
	}
	return n, t, nil
}

// readSpan reads up to the end of p or of span chunks.
func (f *File) readSpan(ctx context.Context, cl *claim, p []byte, off int64, t *Tally) (n int, err error) {
	size := f.c.o.ChunkSize
	first, last := off/size, (off+int64(len(p))-1)/size
	p = p[:min(int64(len(p)), (first+span)*size-off)]
	found := f.gather(ctx, cl, first, last)
	for n < len(p) {
		m, from, err := f.readPiece(ctx, cl, p[n:], off+int64(n), found[(off+int64(n))/size-first])
		if errors.Is(err, errAgain) {
			continue
		}
		if err != nil {
			return n, err
		}
		n += m
		t[from] += int64(m)
		f.c.o.Observer.Served(from, m)
	}
	return n, nil
}

// readPiece reads up to the end of one piece.
func (f *File) readPiece(ctx context.Context, cl *claim, p []byte, off int64, as found) (int, Origin, error) {
	if as.err != nil {
		return 0, Network, as.err
	}
	size := f.c.o.ChunkSize
	pc, waited, err := f.piece(ctx, cl, off/size, (off+int64(len(p))-1)/size)
	if err != nil {
		return 0, Network, err
	}
	from := Memory
	if waited || as.missing != nil {
		from = pc.origin
	}
	n := copy(p, pc.buf[off-pc.n*size:])
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	f.finish(pc, off+int64(n))
	return n, from, nil
}

// finish gives up a pinned piece that was read up to end.
func (f *File) finish(p *piece, end int64) {
	if end >= min((p.n+1)*f.c.o.ChunkSize, f.of.size) {
		p.read = true
		f.c.memory.finish(p)
	}
	f.c.unpin(p)
}

// found is how a reader found a piece.
type found struct {
	missing *piece // what it was then; nil where it was here
	err     error  // why it did not come, where it was waited for
}

// gather asks for what is missing of a span from piece first on, at most up to last, and waits for the end of it. Nothing
// is pinned meanwhile, or readers could take all the memory that each of them needs one more piece of; so what it has
// waited for may be gone again, and where memory is short it does not wait.
func (f *File) gather(ctx context.Context, cl *claim, first, last int64) (fs [span]found) {
	c := f.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return fs
	}
	var ends []*piece // the last one of each run
	for n := first; n <= min(last, first+span-1); n++ {
		p := f.demand(cl, n, last)
		if p.run == nil {
			continue
		}
		fs[n-first].missing = p
		if k := len(ends); k > 0 && ends[k-1].run == p.run {
			ends[k-1] = p
		} else {
			ends = append(ends, p)
		}
	}
	if c.memory.starved == 0 && len(ends) > 0 {
		c.waitAll(ctx, ends)
	}
	for i, p := range fs {
		if p.missing != nil && p.missing.run == nil && !errors.Is(p.missing.err, errAgain) {
			fs[i].err = p.missing.err
		}
	}
	return fs
}

// waitAll waits until pieces are here, or failed. They are not pinned.
func (c *Cache) waitAll(ctx context.Context, ps []*piece) {
	for _, p := range ps {
		c.await(p)
	}
	c.mu.Unlock()
	for _, p := range ps {
		select {
		case <-p.done:
		case <-ctx.Done():
		}
	}
	c.mu.Lock()
	for _, p := range ps {
		c.settle(p)
	}
}

// demand returns piece n. Where it is not here a reader claims it, and with it those that follow up to last.
func (f *File) demand(cl *claim, n, last int64) *piece {
	p := f.of.pieces[n]
	switch {
	case p == nil:
		f.c.start(f.c.claimRun(f.of, cl, n, min(last, n+maxSlice-1)))
		p = f.of.pieces[n]
	case p.run != nil:
		f.c.hasten(cl, p)
	}
	return p
}

// piece returns piece n, pinned, and whether it had to be waited for. Those that follow up to last are asked for with it.
func (f *File) piece(ctx context.Context, cl *claim, n, last int64) (p *piece, waited bool, err error) {
	c := f.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, false, ErrClosed
	}
	p = f.demand(cl, n, last)
	p.pins++
	if p.run == nil {
		c.memory.touch(p)
		return p, false, nil
	}
	return p, true, c.wait(ctx, p)
}

// wait waits for a pinned piece.
func (c *Cache) wait(ctx context.Context, p *piece) (err error) {
	c.await(p)
	c.mu.Unlock()
	select {
	case <-p.done:
		err = p.err
	case <-ctx.Done():
		err = fmt.Errorf("wait for chunk %d of %s: %w", p.n, p.of.id, ctx.Err())
	}
	c.mu.Lock()
	c.settle(p)
	if err != nil {
		c.unpin(p)
	}
	return err
}
