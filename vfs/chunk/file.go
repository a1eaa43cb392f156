package chunk

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// maxSlice is how many chunks one request of a reader may cover.
const maxSlice = 64

// errAgain tells a reader that the run that it waited for was given up, and to look anew.
var errAgain = errors.New("given up")

// File is a content being read. It is safe for concurrent use.
type File struct {
	c  *Cache
	of *content
}

// Tally counts the bytes of a read by where they came from, indexed by Origin.
type Tally [3]int64

// Open returns the content with an id and a size in bytes. It does no I/O. Close it.
func (c *Cache) Open(id string, size int64) *File {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := key{id, size}
	ct := c.contents[k]
	if ct == nil {
		ct = &content{key: k, pieces: map[int64]*piece{}}
		c.contents[k] = ct
	}
	ct.refs++
	return &File{c: c, of: ct}
}

// Close gives the content up. Reads must have ended.
func (f *File) Close() {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	if f.of != nil {
		f.c.unref(f.of)
		f.of = nil
	}
}

// Cached reads like ReadAt where every byte is in memory; else it reads nothing and returns false.
func (f *File) Cached(p []byte, off int64) (n int, ok bool) {
	want := f.clip(p, off)
	if want <= 0 {
		return 0, false
	}
	pinned := f.pinAll(off, want)
	if pinned == nil {
		return 0, false
	}
	for _, pc := range pinned {
		n += copy(p[n:want], pc.buf[off+int64(n)-pc.n*f.c.o.ChunkSize:])
	}
	f.c.mu.Lock()
	for _, pc := range pinned {
		f.c.unpin(pc)
	}
	f.c.mu.Unlock()
	f.c.o.Observer.Served(Memory, n)
	return n, true
}

func (f *File) pinAll(off int64, want int) []*piece {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	first, last := off/f.c.o.ChunkSize, (off+int64(want)-1)/f.c.o.ChunkSize
	if last-first >= maxSlice || f.c.closed {
		return nil
	}
	pinned := make([]*piece, 0, last-first+1)
	for n := first; n <= last; n++ {
		p := f.of.pieces[n]
		if p == nil || p.run != nil {
			return nil
		}
		pinned = append(pinned, p)
	}
	for _, p := range pinned {
		p.pins++
		f.c.memory.recent.MoveToBack(p.elem)
	}
	return pinned
}

// clip returns how many bytes of p there are from off.
func (f *File) clip(p []byte, off int64) int {
	if off < 0 || off >= f.of.size {
		return 0
	}
	return int(min(int64(len(p)), f.of.size-off))
}

// ReadAt reads len(p) bytes from off, and fewer with io.EOF at the end of the content. It returns the source's error, or
// ctx's when that ends first; what it read before is in p then. A reader that leaves does not take a fetch from others.
func (f *File) ReadAt(ctx context.Context, p []byte, off int64) (n int, t Tally, err error) {
	want := f.clip(p, off)
	cl := claim{}
	defer f.c.release(&cl)
	for n < want {
		m, from, err := f.read(ctx, &cl, p[n:want], off+int64(n))
		n += m
		t[from] += int64(m)
		if err != nil {
			return n, t, err
		}
		f.c.o.Observer.Served(from, m)
	}
	if n < len(p) {
		return n, t, io.EOF
	}
	return n, t, nil
}

// read reads up to the end of one chunk.
func (f *File) read(ctx context.Context, cl *claim, p []byte, off int64) (int, Origin, error) {
	size := f.c.o.ChunkSize
	last := min((off+int64(len(p))-1)/size, off/size+maxSlice-1)
	for {
		pc, waited, err := f.piece(ctx, cl, off/size, last)
		if errors.Is(err, errAgain) {
			continue
		}
		if err != nil {
			return 0, Network, err
		}
		from := Memory
		if waited {
			from = pc.origin
		}
		n := copy(p, pc.buf[off-pc.n*size:])
		f.c.mu.Lock()
		f.c.unpin(pc)
		f.c.mu.Unlock()
		return n, from, nil
	}
}

// piece returns piece n, pinned, and whether it had to be waited for. Those that follow up to last are asked for with it.
func (f *File) piece(ctx context.Context, cl *claim, n, last int64) (p *piece, waited bool, err error) {
	c := f.c
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, false, ErrClosed
	}
	p = f.of.pieces[n]
	if p != nil && p.run == nil {
		p.pins++
		c.memory.recent.MoveToBack(p.elem)
		c.mu.Unlock()
		return p, false, nil
	}
	if p == nil {
		p = c.fetch(f.of, cl, n, last)
	} else {
		c.hasten(cl, p)
	}
	p.pins++
	c.await(p)
	c.mu.Unlock()
	return p, true, c.wait(ctx, p)
}

func (c *Cache) wait(ctx context.Context, p *piece) error {
	var err error
	select {
	case <-p.done:
		err = p.err
	case <-ctx.Done():
		err = fmt.Errorf("wait for chunk %d of %s: %w", p.n, p.of.id, ctx.Err())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(p)
	if err != nil {
		c.unpin(p)
	}
	return err
}

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
			c.queue = append(c.queue, c.claimRun(ct, &p.claim, i, last))
		}
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
