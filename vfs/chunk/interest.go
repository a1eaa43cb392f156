package chunk

import "context"

// maxAhead bounds how far Ahead looks.
const maxAhead = 64 << 20

// runKey is under which the context of a request has its run.
type runKey struct{}

// Urgent says whether a reader waits for what the request with this context brings. It may change while the request is
// made: a source that has requests wait for their turn should ask again. It is false for contexts of others.
func Urgent(ctx context.Context) bool {
	r, ok := ctx.Value(runKey{}).(*run)
	return ok && r.waiting.Load() > 0
}

// await notes that a reader waits for a piece, and settle that it does not any more.
func (c *Cache) await(p *piece) {
	if p.done == nil {
		p.done = make(chan struct{})
	}
	p.waiting++
	if p.run != nil {
		p.run.waiting.Add(1)
	}
}

func (c *Cache) settle(p *piece) {
	p.waiting--
	if p.run != nil {
		p.run.waiting.Add(-1)
	}
}

// From returns the name of whoever sent the bytes of this content last, where the source tells; see Source.
func (f *File) From() string {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	return f.of.from
}

// Ahead returns how many bytes from off on can be read without the source, up to 64 MiB.
func (f *File) Ahead(off int64) int64 {
	if off < 0 || off >= f.of.size {
		return 0
	}
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	size := f.c.o.ChunkSize
	end := min(f.of.size, off+maxAhead)
	at := off
	for n := off / size; at < end && f.c.here(f.of, n); n++ {
		at = min((n+1)*size, end)
	}
	return at - off
}

// here says whether piece n is in memory or, as far as one can tell without reading it, on disk.
func (c *Cache) here(ct *content, n int64) bool {
	if p := ct.pieces[n]; p != nil {
		return p.run == nil
	}
	return ct.store.has(n)
}
