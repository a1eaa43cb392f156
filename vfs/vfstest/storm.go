package vfstest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
)

// Storm is many readers at once. Each keeps files open and reads them in every way that there is: in
// sequence, backwards, or anywhere, in pieces of many sizes. Every byte is compared with the original.
type Storm struct {
	// Files are read. Empty means those of every World.
	Files []File
	// Readers is how many there are. 0 means 8.
	Readers int
	// Reads is how many each makes. 0 means 40.
	Reads int
	// MaxRead is how many bytes a read has at most. 0 means 300 KiB.
	MaxRead int
	// Ways are those in which files are read. Empty means all that the Holder has.
	Ways []Way
	// Seed is what random choices begin with; see Seed.
	Seed uint64
	// Allow says which errors may be seen. Nil: none. A wrong byte, a short read and a hang never may.
	Allow func(error) bool
	// Until, if not nil, ends the storm when it is closed, whatever is left to read.
	Until <-chan struct{}
}

// Toll is what a storm read.
type Toll struct {
	// Good and Bad count the reads that brought their bytes, and those that brought an error that is allowed.
	Good, Bad int64
}

// Run has the readers read, and waits for them. It fails the test for what must not be.
func (s Storm) Run(t testing.TB, r Holder) Toll {
	t.Helper()
	s = s.withDefaults(r)
	var good, bad atomic.Int64
	var wg sync.WaitGroup
	for i := range s.Readers {
		wg.Go(func() {
			g := &gale{Storm: s, t: t, r: r, rnd: rand.New(rand.NewPCG(s.Seed, uint64(i)))}
			g.run()
			good.Add(g.good)
			bad.Add(g.bad)
		})
	}
	wg.Wait()
	return Toll{Good: good.Load(), Bad: bad.Load()}
}

func (s Storm) withDefaults(r Holder) Storm {
	if len(s.Ways) == 0 {
		s.Ways = r.Ways()
	}
	if len(s.Files) == 0 {
		s.Files = Files()
	}
	if s.Readers == 0 {
		s.Readers = 8
	}
	if s.Reads == 0 {
		s.Reads = 40
	}
	if s.MaxRead == 0 {
		s.MaxRead = 300 << 10
	}
	if s.Allow == nil {
		s.Allow = func(error) bool { return false }
	}
	return s
}

// maxHeld is how many files one reader of a storm keeps open.
const maxHeld = 6

// gale is one reader of a storm.
type gale struct {
	Storm
	t    testing.TB
	r    Holder
	rnd  *rand.Rand
	held []*held
	good int64
	bad  int64
}

// held is a file that a reader keeps open, and how it goes through it.
type held struct {
	Held
	f    File
	way  Way
	step int // 1 in sequence, -1 backwards, 0 anywhere
	off  int64
}

func (g *gale) run() {
	defer g.closeAll()
	for i := 0; i < g.Reads && !g.t.Failed(); i++ {
		select {
		case <-g.Until:
			return
		default:
		}
		if h := g.pick(); h != nil {
			g.read(h)
		}
	}
}

// pick returns a file to read: one that is open, or another one.
func (g *gale) pick() *held {
	if n := len(g.held); n == maxHeld || n > 0 && g.rnd.IntN(3) > 0 {
		i := g.rnd.IntN(n)
		if g.rnd.IntN(8) > 0 {
			return g.held[i]
		}
		g.close(i)
	}
	h := &held{f: g.Files[g.rnd.IntN(len(g.Files))], way: g.Ways[g.rnd.IntN(len(g.Ways))], step: g.rnd.IntN(3) - 1}
	h.off = g.rnd.Int64N(h.f.length() + 1)
	var err error
	if h.Held, err = g.r.Hold(h.f.Path, h.way); err != nil {
		g.failed(fmt.Errorf("open %s for %s: %w", h.f.Path, h.way, err))
		return nil
	}
	g.held = append(g.held, h)
	return h
}

func (g *gale) read(h *held) {
	n := 1 + g.rnd.IntN(1+g.rnd.IntN(g.MaxRead))
	if h.step < 0 {
		h.off -= int64(n)
	}
	if h.step == 0 || h.off < 0 || h.off > h.f.length() {
		h.off = g.rnd.Int64N(h.f.length() + 1)
	}
	got, err := h.ReadAt(h.off, n)
	if err != nil {
		g.failed(fmt.Errorf("%s %d bytes of %s at %d: %w", h.way, n, h.f.Path, h.off, err))
		return
	}
	g.good++
	if want := h.f.bytes(h.off, n); !bytes.Equal(got, want) {
		g.t.Errorf("%s %d bytes of %s at %d: got %d bytes, the first wrong one is %d; want %d", h.way, n, h.f.Path, h.off, len(got), firstDiff(got, want), len(want))
	}
	if h.step > 0 {
		h.off += int64(n)
	}
}

func (g *gale) failed(err error) {
	g.bad++
	if !g.Allow(err) {
		g.t.Error(err)
	}
}

func (g *gale) close(i int) {
	h := g.held[i]
	g.held = append(g.held[:i], g.held[i+1:]...)
	if err := h.Close(); err != nil && !g.Allow(err) {
		g.t.Errorf("close %s: %v", h.f.Path, err)
	}
}

func (g *gale) closeAll() {
	for len(g.held) > 0 {
		g.close(0)
	}
}

// length is how many bytes a file has.
func (f File) length() int64 { return max(f.Size, int64(len(f.Data))) }

// ReadWhole reads every file of every World from its beginning to its end, and compares it.
func ReadWhole(t testing.TB, r Reader) {
	t.Helper()
	for _, f := range Files() {
		got, err := r.ReadAt(f.Path, 0, int(f.length())+1)
		if want := f.bytes(0, int(f.length())); err != nil || !bytes.Equal(got, want) {
			t.Errorf("read all of %s: got %d bytes, %v, the first wrong one is %d; want %d", f.Path, len(got), err, firstDiff(got, want), len(want))
		}
	}
}
