package chunk

import "errors"

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
		f.finish(pc, off+int64(n))
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
		f.c.memory.touch(p)
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
