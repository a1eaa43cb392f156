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
	store *store // nil: memory only
	saver saver

	// The request under way, if body is not nil. It has brought got of want bytes and stands at off.
	body   io.ReadCloser
	off    int64
	got    int64
	want   int64
	began  time.Time
	ctx    context.Context // ends with the request
	cancel context.CancelCauseFunc

	// What has come since the pace was measured last, and the time that it took.
	came int64
	took time.Duration
}

// open opens the content on disk. Call close when the run has ended.
func (f *fetcher) open() {
	if f.c.disk == nil {
		return
	}
	if f.store = f.c.disk.acquire(f.r.of.key); f.store == nil {
		return
	}
	f.saver = saver{c: f.c, most: f.c.saveAtOnce(), save: f.store.save, has: f.store.has, urgent: func() bool { return f.r.waiting.Load() > 0 }}
	f.share(f.store, +1)
}

// close waits until what was brought is written.
func (f *fetcher) close() {
	if f.store == nil {
		return
	}
	f.saver.close()
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

// run brings the run's pieces.
func (f *fetcher) run(ctx context.Context) error {
	defer func() { f.hangUp(context.Canceled) }()
	for {
		n, end, buf, ok := f.turn()
		if !ok {
			return nil
		}
		if err := f.bring(ctx, n, end, buf); err != nil {
			return err
		}
	}
}

// turn returns which piece to bring next and a buffer for it; nil where there is no room at the moment. ok is false when
// there is no next.
func (f *fetcher) turn() (n, end int64, buf []byte, ok bool) {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	if f.r.pos >= f.r.end {
		return 0, 0, nil, false
	}
	return f.r.pos, f.r.end, f.c.spare(), true
}

// bring brings piece n of a run that ends before end.
func (f *fetcher) bring(ctx context.Context, n, end int64, buf []byte) (err error) {
	if buf == nil {
		f.saver.send() // it may be what keeps the room
		if buf, err = f.c.buffer(ctx); err != nil {
			return err
		}
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
		f.saver.add(p)
	default:
		f.c.mu.Lock()
		defer f.c.mu.Unlock()
		f.c.unpin(p)
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
	stop := min(f.missing(n, end)*f.c.o.ChunkSize, f.r.of.size)
	f.ctx, f.cancel = context.WithCancelCause(ctx)
	f.began, f.off, f.got, f.want = time.Now(), off, 0, stop-off
	f.guard(f.cancel)
	f.r.asking.Store(true)
	body, err := f.c.src.ReadRange(f.ctx, f.r.of.id, off, f.want)
	f.r.asking.Store(false)
	if err == nil {
		f.body = body
		f.answered(body)
		return nil
	}
	stalled := errors.Is(context.Cause(f.ctx), errStalled)
	f.guard(nil)
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

// missing returns where, from piece n on and before end, what is not on disk ends.
func (f *fetcher) missing(n, end int64) int64 {
	for last := n + 1; last < end; last++ {
		if f.store.has(last) {
			return last
		}
	}
	return end
}

// guard has the watch end the request with cancel when it stalls.
func (f *fetcher) guard(cancel context.CancelCauseFunc) {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	f.r.abort, f.r.since = cancel, f.began
}

// answered remembers how long an answer took and who sent it.
func (f *fetcher) answered(body io.ReadCloser) {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	f.r.of.pace.answered(time.Since(f.began))
	if named, ok := body.(interface{ From() string }); ok {
		f.r.of.from = named.From()
	}
}

// fill reads from the body until p is full. When it fails the request has ended.
func (f *fetcher) fill(p []byte) (n int, err error) {
	began := time.Now()
	f.r.asking.Store(true)
	for n < len(p) && err == nil {
		var m int
		m, err = f.body.Read(p[n:])
		n += m
		f.r.brought.Add(int64(m))
	}
	f.r.asking.Store(false)
	f.off += int64(n)
	f.got += int64(n)
	if n == len(p) {
		f.measure(int64(n), time.Since(began))
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

// measure takes how long n bytes took.
func (f *fetcher) measure(n int64, d time.Duration) {
	f.came += n
	f.took += d
	if f.came < measureBytes && f.took < measureTime {
		return
	}
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	f.r.of.pace.came(f.came, f.took)
	f.came, f.took = 0, 0
}

// hangUp ends the request under way, if there is one. Where it has brought all it was asked for, why does not matter.
func (f *fetcher) hangUp(why error) {
	if f.body == nil {
		return
	}
	f.guard(nil)
	f.body.Close() // nothing is lost with a body that was only read
	f.body = nil
	f.cancel(nil)
	if f.got == f.want {
		why = nil
	}
	f.c.o.Observer.Fetched(time.Since(f.began), f.got, why)
}
