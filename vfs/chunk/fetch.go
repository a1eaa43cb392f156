package chunk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// errStalled says that a request brought nothing for too long.
var errStalled = errors.New("the source brought nothing for too long")

// fetcher is the goroutine of a run: what is on disk it reads from there, the rest it has the source send.
type fetcher struct {
	c     *Cache
	r     *run
	store *store        // nil: memory only
	saved chan struct{} // closed when every piece handed to saves is on disk
	saves chan *piece   // pinned pieces to write; writing must not hold up what comes next

	// The request under way, if body is not nil. It has brought got of want bytes and stands at off.
	body   io.ReadCloser
	off    int64
	got    int64
	want   int64
	began  time.Time
	ctx    context.Context // ends with the request
	cancel context.CancelCauseFunc
	guard  *time.Timer // cancels the request when it stalls
}

// saveQueue is how many pieces of a run may wait to be written before the run waits for the disk.
const saveQueue = 16

// open opens the content on disk. Call close when the run has ended.
func (f *fetcher) open() {
	if f.c.disk == nil {
		return
	}
	if f.store = f.c.disk.acquire(f.r.of.key); f.store == nil {
		return
	}
	f.share(f.store, +1)
	f.saves, f.saved = make(chan *piece, saveQueue), make(chan struct{})
	go func() {
		defer close(f.saved)
		for p := range f.saves {
			f.store.save(p.n, [][]byte{p.buf})
			f.unpin(p)
		}
	}()
}

// close waits until what was brought is written.
func (f *fetcher) close() {
	if f.store == nil {
		return
	}
	close(f.saves)
	<-f.saved
	f.share(nil, -1)
	f.c.disk.release(f.store)
}

// share lets others look at what the content has on disk, for as long as a run has it open.
func (f *fetcher) share(s *store, open int) {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	ct := f.r.of
	if ct.opens += open; s != nil || ct.opens == 0 {
		ct.store = s
	}
}

func (f *fetcher) unpin(p *piece) {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	f.c.unpin(p)
}

// run brings the run's pieces.
func (f *fetcher) run(ctx context.Context) error {
	defer func() { f.hangUp(context.Canceled) }()
	for {
		n, end, ok := f.r.next()
		if !ok {
			return nil
		}
		if err := f.bring(ctx, n, end); err != nil {
			return err
		}
	}
}

// bring brings piece n of a run that ends before end.
func (f *fetcher) bring(ctx context.Context, n, end int64) error {
	buf, err := f.c.buffer(ctx)
	if err != nil {
		return err
	}
	buf = buf[:f.c.length(f.r.of, n)]
	if f.store.load(n, buf) {
		f.keep(f.c.deliver(f.r, buf, Disk))
		return nil
	}
	if err := f.download(ctx, n, end, buf); err != nil {
		f.c.mu.Lock()
		f.c.recycle(buf)
		f.c.mu.Unlock()
		return err
	}
	f.keep(f.c.deliver(f.r, buf, Network))
	return nil
}

// keep has a delivered piece written to disk; it is pinned until then.
func (f *fetcher) keep(p *piece) {
	switch {
	case p == nil:
	case p.origin == Network && f.store != nil:
		f.saves <- p
	default:
		f.unpin(p)
	}
}

// download fills buf with piece n. A body that ends early is asked for again, a bounded number of times.
func (f *fetcher) download(ctx context.Context, n, end int64, buf []byte) error {
	start := n * f.c.o.ChunkSize
	filled := 0
	for attempt := 1; ; attempt++ {
		err := f.ask(ctx, start+int64(filled), n, end)
		if err == nil {
			var m int
			m, err = f.fill(buf[filled:])
			filled += m
		}
		if err == nil {
			return nil
		}
		var fatal *final
		if errors.As(err, &fatal) {
			return fatal.err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if attempt >= f.c.o.Attempts {
			return fmt.Errorf("chunk %d of %s, %d of %d bytes after %d attempts: %w", n, f.r.of.id, filled, len(buf), attempt, err)
		}
		if err := pause(ctx, f.c.o.Backoff<<(attempt-1)); err != nil {
			return err
		}
	}
}

// final is an error that asking again does not help.
type final struct{ err error }

func (e *final) Error() string { return e.err.Error() }

// ask makes sure that there is a body that stands at off, in piece n.
func (f *fetcher) ask(ctx context.Context, off, n, end int64) error {
	if f.body != nil && f.off == off {
		return nil
	}
	f.hangUp(context.Canceled)
	for last := n + 1; last < end; last++ {
		if f.store.has(last) {
			end = last
		}
	}
	stop := min(end*f.c.o.ChunkSize, f.r.of.size)
	f.ctx, f.cancel = context.WithCancelCause(ctx)
	f.began, f.off, f.got, f.want = time.Now(), off, 0, stop-off
	f.guard = time.AfterFunc(f.c.o.Stall, func() { f.cancel(errStalled) })
	body, err := f.c.src.ReadRange(f.ctx, f.r.of.id, off, f.want)
	if err == nil {
		f.body = body
		f.credit(body)
		return nil
	}
	f.guard.Stop()
	stalled := errors.Is(context.Cause(f.ctx), errStalled)
	f.cancel(nil)
	f.c.o.Observer.Fetched(time.Since(f.began), 0, err)
	if stalled {
		return errStalled
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &final{err}
}

// credit remembers who sends.
func (f *fetcher) credit(body io.ReadCloser) {
	named, ok := body.(interface{ From() string })
	if !ok {
		return
	}
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	f.r.of.from = named.From()
}

// fill reads from the body until p is full. When it fails the request has ended.
func (f *fetcher) fill(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		f.guard.Reset(f.c.o.Stall)
		var m int
		m, err = f.body.Read(p[n:])
		n += m
		f.off += int64(m)
		f.got += int64(m)
	}
	f.guard.Stop()
	if n == len(p) {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if cause := context.Cause(f.ctx); cause != nil {
		err = cause
	}
	f.hangUp(err)
	return n, err
}

// hangUp ends the request under way, if there is one. Where it has brought all it was asked for, why does not matter.
func (f *fetcher) hangUp(why error) {
	if f.body == nil {
		return
	}
	f.guard.Stop()
	f.body.Close() // nothing is lost with a body that was only read
	f.body = nil
	f.cancel(nil)
	if f.got == f.want {
		why = nil
	}
	f.c.o.Observer.Fetched(time.Since(f.began), f.got, why)
}
