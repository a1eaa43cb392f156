package chunk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

var errMood = errors.New("not now")

// moody is an origin's script that now and then fails in every way that an origin can. It never fails twice in a row.
func moody() func(vfstest.Request) vfstest.Fault {
	rnd := rand.New(rand.NewPCG(7, 7)) // the script's calls do not overlap
	return func(r vfstest.Request) vfstest.Fault {
		if r.N%2 == 0 {
			return vfstest.Fault{}
		}
		after := rnd.Int64N(r.Len)
		return []vfstest.Fault{
			{Cut: true, CutAfter: after},
			{Stall: true, CutAfter: after},
			{Hang: true},
			{Break: errMood, CutAfter: after},
			{Extra: 1000},
			{Delay: time.Millisecond},
		}[rnd.IntN(6)]
	}
}

// stress is readers of every kind on a few contents, with a cache that is far too small for them.
type stress struct {
	t     *testing.T
	c     *chunk.Cache
	total int64
}

func (s *stress) read(f *chunk.File, id string, rnd *rand.Rand, off int64, n int, next bool) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if rnd.IntN(8) == 0 { // it leaves, at once or soon
		time.AfterFunc(time.Duration(rnd.IntN(3))*time.Millisecond, cancel)
	}
	readAt := f.ReadAt
	if next {
		readAt = f.ReadNext
	}
	got := make([]byte, n)
	m, tally, err := readAt(ctx, got, off)
	want := make([]byte, m)
	vfstest.Bytes(id, off, want)
	if !bytes.Equal(got[:m], want) {
		s.t.Errorf("%s at %d: other bytes", id, off)
	}
	if sum := tally[0] + tally[1] + tally[2]; sum != int64(m) {
		s.t.Errorf("%s at %d: %d bytes were counted of %d", id, off, sum, m)
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, context.Canceled) {
		s.t.Errorf("%s at %d: %v", id, off, err)
	}
	if m, ok := f.Cached(got, off); ok && !bytes.Equal(got[:m], append(want, got[len(want):m]...)) {
		s.t.Errorf("%s at %d: other bytes in memory", id, off)
	}
}

// run is one reader.
func (s *stress) run(id string, rnd *rand.Rand) {
	f := s.c.Open(id, s.total)
	defer f.Close()
	p := f.Prefetch()
	defer p.Drop()
	at := int64(0)
	for range 25 {
		n := 1 + rnd.IntN(30*size)
		next := rnd.IntN(3) > 0
		if !next {
			at = rnd.Int64N(s.total)
		}
		switch rnd.IntN(6) {
		case 0:
			p.Drop()
		case 1:
			p.Skip(at)
		case 2, 3:
			p.Want(at, rnd.Int64N(2<<20))
		}
		s.read(f, id, rnd, at, n, next)
		at = (at + int64(n)) % s.total
		f.Ahead(at)
		if st := s.c.Stats(); st.Memory > st.MaxMemory {
			s.t.Errorf("%d bytes are in memory, want at most %d", st.Memory, st.MaxMemory)
		}
	}
}

func TestReadersOfEveryKindAndAnOriginWithMoods(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	o.Script(moody())
	opt := options(t.TempDir())
	opt.Stall, opt.Attempts, opt.Memory, opt.MaxBytes = 100*time.Millisecond, 20, 48*size, 4<<20
	c, stop := open(t, o, opt)
	s := &stress{t: t, c: c, total: 6<<20 + 777}
	var wg sync.WaitGroup
	for i := range uint64(16) {
		wg.Go(func() { s.run(fmt.Sprint("film", i%4), rand.New(rand.NewPCG(1, i))) })
	}
	wg.Wait()
	vfstest.Eventually(t, "nothing is asked of the origin any more", func() bool { return o.Open() == 0 })
	if st := c.Stats(); st.Fetching > 0 || st.Queued > 0 {
		t.Errorf("got %+v, want nothing under way", st)
	}
	stop()
	if got := c.Stats().Memory; got != 0 {
		t.Errorf("%d bytes are in memory after the end", got)
	}
}
