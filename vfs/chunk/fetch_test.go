package chunk_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

func TestChunkIsFetchedOnceWhoeverAsks(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	gate := make(chan struct{})
	o.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Gate: gate} })
	c, _ := open(t, o, options(""))
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { read(t, c, "a", 4*size, 0, 4*size) })
	}
	vfstest.Eventually(t, "the origin is asked", func() bool { return o.Open() == 1 })
	close(gate)
	wg.Wait()
	if got := o.Requests(); len(got) != 1 {
		t.Errorf("got the requests %+v, want one", got)
	}
}

// reading is a read under way.
type reading struct {
	cancel context.CancelFunc
	err    chan error
}

func start(f *chunk.File, off int64, n int) reading {
	ctx, cancel := context.WithCancel(context.Background())
	r := reading{cancel: cancel, err: make(chan error, 1)}
	go func() {
		_, _, err := f.ReadAt(ctx, make([]byte, n), off)
		r.err <- err
	}()
	return r
}

func TestReaderThatLeaves(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	gate := make(chan struct{})
	o.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Gate: gate} })
	c, _ := open(t, o, options(""))
	f := c.Open("a", 4*size)
	defer f.Close()

	first, second := start(f, 0, 4*size), start(f, 0, 4*size)
	vfstest.Eventually(t, "the origin is asked", func() bool { return o.Open() == 1 })
	first.cancel()
	if err := <-first.err; !errors.Is(err, context.Canceled) {
		t.Errorf("the first reader got %v, want %v", err, context.Canceled)
	}
	if o.Open() != 1 {
		t.Error("the second reader's fetch was cancelled")
	}
	second.cancel()
	<-second.err
	vfstest.Eventually(t, "the fetch that nobody wants is cancelled", func() bool { return o.Open() == 0 })

	third := start(f, 0, 4*size)
	close(gate)
	if err := <-third.err; err != nil {
		t.Errorf("the third reader got %v", err)
	}
}

func TestPrefetch(t *testing.T) {
	t.Parallel()
	const total = 1000 * size
	setup := func(t *testing.T) (*vfstest.Origin, *chunk.Cache, *chunk.File) {
		o := vfstest.NewOrigin()
		opt := options("")
		opt.MaxPrefetch = 1
		c, _ := open(t, o, opt)
		f := c.Open("a", total)
		t.Cleanup(f.Close)
		return o, c, f
	}
	t.Run("brings what is wanted before it is read", func(t *testing.T) {
		t.Parallel()
		o, c, f := setup(t)
		p := f.Prefetch()
		p.Want(0, 10*size)
		vfstest.Eventually(t, "it is there", func() bool { return !p.Pending() })
		read(t, c, "a", total, 0, 10*size)
		if got := o.Requests(); len(got) != 1 || got[0].Len != 10*size {
			t.Errorf("got %+v, want one request", got)
		}
	})
	t.Run("does not keep a reader waiting", func(t *testing.T) {
		t.Parallel()
		o, c, f := setup(t)
		o.Script(func(r vfstest.Request) vfstest.Fault { return vfstest.Fault{Hang: r.Off >= 500*size} })
		p := f.Prefetch()
		defer p.Drop()
		p.Want(500*size, size)
		p.Want(600*size, 10*size)
		vfstest.Eventually(t, "the first hangs", func() bool { return o.Open() == 1 })
		if s := c.Stats(); s.Queued != 1 {
			t.Errorf("got %+v, want one in the queue", s)
		}
		read(t, c, "a", total, 0, size)
	})
	t.Run("is hastened by a reader", func(t *testing.T) {
		t.Parallel()
		o, c, f := setup(t)
		o.Script(func(r vfstest.Request) vfstest.Fault { return vfstest.Fault{Hang: r.Off == 500*size} })
		p := f.Prefetch()
		defer p.Drop()
		p.Want(500*size, size)
		p.Want(100*size, 10*size) // waits in the queue
		read(t, c, "a", total, 105*size, size)
		read(t, c, "a", total, 100*size, 10*size)
	})
	t.Run("lets a reader far ahead have its own request", func(t *testing.T) {
		t.Parallel()
		o, c, f := setup(t)
		o.Script(func(r vfstest.Request) vfstest.Fault { return vfstest.Fault{Hang: r.Off == 0} })
		p := f.Prefetch()
		defer p.Drop()
		p.Want(0, 900*size)
		vfstest.Eventually(t, "it hangs", func() bool { return o.Open() == 1 })
		read(t, c, "a", total, 800*size, size)
	})
	t.Run("ends when it is dropped", func(t *testing.T) {
		t.Parallel()
		o, c, f := setup(t)
		o.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Hang: true} })
		p := f.Prefetch()
		p.Want(0, 10*size)
		p.Want(20*size, 10*size)
		vfstest.Eventually(t, "it hangs", func() bool { return o.Open() == 1 })
		p.Drop()
		vfstest.Eventually(t, "it has ended", func() bool {
			s := c.Stats()
			return o.Open() == 0 && s.Fetching == 0 && s.Queued == 0
		})
		o.Script(nil)
		read(t, c, "a", total, 0, 30*size)
	})
	t.Run("goes on for a reader when it is dropped", func(t *testing.T) {
		t.Parallel()
		o, _, f := setup(t)
		gate := make(chan struct{})
		o.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Gate: gate} })
		p := f.Prefetch()
		p.Want(0, 10*size)
		r := start(f, 0, size)
		vfstest.Eventually(t, "the origin is asked", func() bool { return o.Open() == 1 })
		p.Drop()
		close(gate)
		if err := <-r.err; err != nil {
			t.Errorf("the reader got %v", err)
		}
	})
}

func TestErrorsReachTheReader(t *testing.T) {
	t.Parallel()
	fire := errors.New("fire")
	tests := []struct {
		name  string
		fault vfstest.Fault
		want  error
		tries int
	}{
		{"at once when the source fails", vfstest.Fault{Err: fire}, fire, 1},
		{"after some attempts when bodies break", vfstest.Fault{Break: fire}, fire, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := vfstest.NewOrigin()
			o.Script(func(vfstest.Request) vfstest.Fault { return tt.fault })
			c, _ := open(t, o, options(t.TempDir()))
			f := c.Open("a", 10*size)
			defer f.Close()
			if _, _, err := f.ReadAt(context.Background(), make([]byte, 100), 0); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if got := len(o.Requests()); got != tt.tries {
				t.Errorf("the source was asked %d times, want %d", got, tt.tries)
			}
			o.Script(nil)
			read(t, c, "a", 10*size, 0, 10*size)
		})
	}
}

func TestFailureOfOneChunkSparesTheOthers(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	bad := errors.New("bad")
	o.Script(func(r vfstest.Request) vfstest.Fault {
		if r.Off == 0 {
			return vfstest.Fault{Err: bad}
		}
		return vfstest.Fault{}
	})
	c, _ := open(t, o, options(""))
	f := c.Open("a", 10*size)
	defer f.Close()
	p := f.Prefetch()
	defer p.Drop()
	p.Want(0, 10*size)
	read(t, c, "a", 10*size, 3*size, size)
}

func TestCloseEndsReads(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	o.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Hang: true} })
	c, stop := open(t, o, options(t.TempDir()))
	f := c.Open("a", 10*size)
	defer f.Close()
	r := start(f, 0, size)
	vfstest.Eventually(t, "the origin is asked", func() bool { return o.Open() == 1 })
	stop()
	if err := <-r.err; !errors.Is(err, chunk.ErrClosed) {
		t.Errorf("got %v, want %v", err, chunk.ErrClosed)
	}
	if _, _, err := f.ReadAt(context.Background(), make([]byte, 1), 0); !errors.Is(err, chunk.ErrClosed) {
		t.Errorf("got %v after the end, want %v", err, chunk.ErrClosed)
	}
}
