package chunk

// slabBytes is how much memory an arena asks for at once.
const slabBytes = 4 << 20

// arena is memory for buffers of one size that the garbage collector does not count: it lets the heap grow to twice what
// lives in it, and so would double the largest part of what a process takes. It is not safe for concurrent use.
type arena struct {
	size  int64
	slabs []slab
	rest  []byte // of the newest slab
}

// slab is a piece of memory and how to give it back.
type slab struct {
	bytes []byte
	free  func([]byte)
}

// take returns a new buffer.
func (a *arena) take() []byte {
	if len(a.rest) == 0 {
		s := newSlab(max(1, slabBytes/a.size) * a.size)
		a.slabs = append(a.slabs, s)
		a.rest = s.bytes
	}
	buf := a.rest[:a.size:a.size]
	a.rest = a.rest[a.size:]
	return buf
}

// release gives everything back. No buffer may be used any more.
func (a *arena) release() {
	for _, s := range a.slabs {
		s.free(s.bytes)
	}
	a.slabs, a.rest = nil, nil
}

// heapSlab is memory that the garbage collector looks after.
func heapSlab(n int64) slab { return slab{bytes: make([]byte, n), free: func([]byte) {}} }
