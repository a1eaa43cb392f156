package chunk_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

// hangs has an origin never answer for contents whose id begins with "dead".
func hangs(r vfstest.Request) vfstest.Fault {
	return vfstest.Fault{Hang: len(r.ContentID) >= 4 && r.ContentID[:4] == "dead"}
}

func TestDeadContentsDoNotKeepOthersWaiting(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	o.Script(hangs)
	opt := options("")
	opt.MaxPrefetch, opt.Stall = 8, time.Second
	c, _ := open(t, o, opt)
	want := func(id string, off, n int64) *chunk.Prefetch {
		f := c.Open(id, 1000*size)
		t.Cleanup(f.Close)
		p := f.Prefetch()
		t.Cleanup(p.Drop)
		p.Want(off, n)
		return p
	}
	for i := range int64(8) {
		want("dead", 100*i*size, 10*size) // one content may not take all places
	}
	alive := want("alive", 0, 10*size)
	vfstest.Eventually(t, "what is wanted beside one dead content is there", func() bool { return !alive.Pending() })
	for i := range 8 {
		want(fmt.Sprint("dead", i), 0, 10*size) // many may, but only until they are known for it
	}
	alive = want("alive", 500*size, 10*size)
	vfstest.Eventually(t, "what is wanted beside many dead contents is there", func() bool { return !alive.Pending() })
}

func TestRequestThatStallsIsMadeAgain(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	o.Script(func(r vfstest.Request) vfstest.Fault { return vfstest.Fault{Stall: r.N == 1, CutAfter: 2*size + 100} })
	opt := options("")
	opt.Stall = 500 * time.Millisecond
	c, _ := open(t, o, opt)
	read(t, c, "a", 4*size, 0, 4*size)
	got := o.Requests()
	// On a busy machine the first may seem to stall earlier than it does.
	if len(got) < 2 || got[1].Off == 0 || got[1].Off > 2*size+100 {
		t.Errorf("got the requests %+v, want the second from where the first had stalled", got)
	}
}

func TestSlowRequestIsNoStall(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	o.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Delay: 20 * time.Millisecond} })
	opt := options("")
	opt.Stall = 5 * time.Second
	c, _ := open(t, o, opt)
	read(t, c, "a", 40*size, 0, 40*size)
	if got := asked(o); got != 40*size {
		t.Errorf("the origin was asked for %d bytes, want each once", got)
	}
}

func TestReaderInSequenceWaitsForWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	gate := make(chan struct{})
	o.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Gate: gate} })
	c, _ := open(t, o, options(""))
	f := c.Open("a", 1000*size)
	defer f.Close()
	p := f.Prefetch()
	defer p.Drop()
	p.Want(0, 200*size)
	vfstest.Eventually(t, "it is asked for", func() bool { return o.Open() == 1 })
	got := make(chan error, 1)
	go func() {
		_, _, err := f.ReadNext(context.Background(), make([]byte, size), 150*size)
		got <- err
	}()
	close(gate)
	if err := <-got; err != nil {
		t.Errorf("got %v", err)
	}
	if n := len(o.Requests()); n != 1 {
		t.Errorf("the source was asked %d times, want once", n)
	}
}

func TestSkip(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) (*vfstest.Origin, *chunk.Cache, *chunk.Prefetch) {
		o := vfstest.NewOrigin()
		o.Script(func(r vfstest.Request) vfstest.Fault { return vfstest.Fault{Hang: r.Off == 0} })
		c, _ := open(t, o, options(""))
		f := c.Open("a", 1000*size)
		t.Cleanup(f.Close)
		p := f.Prefetch()
		t.Cleanup(p.Drop)
		p.Want(0, 500*size)
		vfstest.Eventually(t, "it hangs", func() bool { return o.Open() == 1 })
		return o, c, p
	}
	t.Run("gives up what was passed over, and brings what follows", func(t *testing.T) {
		t.Parallel()
		o, c, p := setup(t)
		p.Skip(400 * size)
		vfstest.Eventually(t, "the rest is there", func() bool { return !p.Pending() && o.Open() == 0 })
		read(t, c, "a", 1000*size, 400*size, 100*size)
		if got := o.Requests(); len(got) != 2 || got[1].Off != 400*size || got[1].Len != 100*size {
			t.Errorf("got the requests %+v, want the second for what follows", got)
		}
	})
	t.Run("keeps what will soon be there", func(t *testing.T) {
		t.Parallel()
		o, _, p := setup(t)
		p.Skip(10 * size)
		if n := o.Open(); n != 1 || !p.Pending() {
			t.Errorf("%d requests are open, want the one that there was", n)
		}
	})
}

func TestRequestsGrowWhileTheOneBeforeIsUnderWay(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	gate := make(chan struct{})
	o.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Gate: gate} })
	c, _ := open(t, o, options(""))
	f := c.Open("a", 1000*size)
	defer f.Close()
	p := f.Prefetch()
	defer p.Drop()
	for off := int64(0); off < 500*size; off += 100 * size {
		p.Want(off, 100*size)
	}
	vfstest.Eventually(t, "the origin is asked", func() bool { return o.Open() == 1 })
	close(gate)
	vfstest.Eventually(t, "all of it is there", func() bool { return !p.Pending() })
	if got := o.Requests(); len(got) != 2 || got[1].Len != 400*size {
		t.Errorf("got the requests %+v, want one for the first and one for all others", got)
	}
}

func TestMemoryIsGivenBack(t *testing.T) {
	t.Parallel()
	c, stop := open(t, vfstest.NewOrigin(), options(t.TempDir()))
	read(t, c, "a", 100*size, 0, 100*size)
	if got := c.Stats().Memory; got != 100*size {
		t.Errorf("%d bytes are in memory, want what was read", got)
	}
	stop()
	if got := c.Stats().Memory; got != 0 {
		t.Errorf("%d bytes are in memory after the end", got)
	}
}

func TestFastStreamLeavesWhatSlowOnesWereBrought(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	opt := options("")
	opt.Memory = 64 * size
	c, _ := open(t, o, opt)
	f := c.Open("film", 1000*size)
	defer f.Close()
	p := f.Prefetch()
	defer p.Drop()
	p.Want(0, 20*size)
	vfstest.Eventually(t, "it is there", func() bool { return !p.Pending() })
	for off := int64(0); off < 500*size; off += 10 * size {
		read(t, c, "copy", 1000*size, off, 10*size)
	}
	before := len(o.Requests())
	read(t, c, "film", 1000*size, 0, 20*size)
	if got := len(o.Requests()) - before; got != 0 {
		t.Errorf("the film was asked for %d times more, want it kept until it is read", got)
	}
}

func TestWhatNobodyReadsLeavesRoom(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	opt := options("")
	opt.Memory = 64 * size
	c, _ := open(t, o, opt)
	f := c.Open("left", 1000*size)
	defer f.Close()
	p := f.Prefetch()
	defer p.Drop()
	p.Want(0, 200*size)
	vfstest.Eventually(t, "it is there", func() bool { return !p.Pending() })
	read(t, c, "b", 1000*size, 0, 30*size)
	before := len(o.Requests())
	read(t, c, "b", 1000*size, 0, 30*size)
	if got := len(o.Requests()) - before; got != 0 {
		t.Errorf("what was just read was asked for %d times more, want it in memory", got)
	}
}

func TestStreamTakesLittleMemory(t *testing.T) {
	t.Parallel()
	const total = 600 * size
	o := vfstest.NewOrigin()
	opt := options(t.TempDir())
	opt.Memory = 1024 * size
	c, _ := open(t, o, opt)
	for off := int64(0); off < total; off += 10 * size {
		read(t, c, "a", total, off, 10*size)
		vfstest.Eventually(t, "it is on disk", func() bool { return c.Stats().Disk == off+10*size })
	}
	if got := c.Stats().Memory; got > total/4 {
		t.Errorf("%d bytes are in memory, want little of what is read and on disk", got)
	}
	read(t, c, "a", total, 0, total)
	if got := asked(o); got != total {
		t.Errorf("the origin was asked for %d bytes, want each once", got)
	}
}
