package link

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// drainBytes and drainTime bound what is read to no use where a body is closed early, so that its connection can be
	// used again: a new one costs a round trip or three.
	drainBytes = 256 << 10
	drainTime  = 500 * time.Millisecond
)

// errCut ends a body whose connection another needs.
var errCut = errors.New("the connection was given to another reader")

// body gives the bytes that were asked for, or an error. It is one request: its turn ends with it.
type body struct {
	a    *answered
	ctx  context.Context // of the reader, as long as the body
	turn *turn
	from string
	left atomic.Int64
	got  int64
	err  error
	end  func(got int64, err error) // told once, when it is over

	leave  func() bool
	closed sync.Once
	freed  sync.Once
	drain  func(func(context.Context)) bool // runs what reads the rest; false: it must not
}

// watch has the reader's context end the request. Where little is left of it the connection is worth more than the rest
// costs: a read under way ends soon by itself, and Close does what is left to do.
func (b *body) watch() {
	b.leave = context.AfterFunc(b.ctx, func() {
		if b.left.Load() > drainBytes || stalled(b.ctx) {
			b.a.cancel(context.Cause(b.ctx))
			return
		}
		time.AfterFunc(drainTime, func() { b.a.cancel(context.Cause(b.ctx)) })
	})
	b.turn.yields(func() {
		b.a.cancel(errCut)
		b.free()
	})
}

// stalled reports whether a reader gave up because nothing came, rather than because it wanted no more.
func stalled(ctx context.Context) bool {
	return ctx.Err() != nil && !errors.Is(context.Cause(ctx), context.Canceled)
}

// From is the name of the instance that gives the bytes.
func (b *body) From() string { return b.from }

// Read implements io.Reader. A body that ends early ends with io.ErrUnexpectedEOF: its reader may ask for the rest.
func (b *body) Read(p []byte) (int, error) {
	left := b.left.Load()
	if left == 0 {
		return 0, io.EOF
	}
	if b.ctx.Err() != nil {
		return 0, context.Cause(b.ctx)
	}
	b.turn.busy()
	n, err := b.a.Body.Read(p[:min(int64(len(p)), left)])
	b.turn.rest()
	b.got += int64(n)
	if b.left.Add(-int64(n)) == 0 {
		b.free()
		return n, nil
	}
	if err != nil {
		err = b.broken(err)
	}
	return n, err
}

// broken says why a body ended early.
func (b *body) broken(err error) error {
	switch {
	case b.ctx.Err() != nil:
		err = context.Cause(b.ctx)
	case err == io.EOF, errors.Is(context.Cause(b.a.ctx), errCut):
		err = io.ErrUnexpectedEOF
	default:
		err = unreachable(b.a.ctx, err)
	}
	if !errors.Is(context.Cause(b.a.ctx), errCut) {
		b.err = err
	}
	return err
}

// free lets another have the connection.
func (b *body) free() { b.freed.Do(b.turn.end) }

// Close implements io.Closer.
func (b *body) Close() error {
	b.closed.Do(b.close)
	return nil
}

func (b *body) close() {
	left := b.left.Load()
	if stalled(b.ctx) && left > 0 {
		b.err = context.Cause(b.ctx)
	}
	b.end(b.got, b.err)
	if b.err == nil && left <= drainBytes && b.drain(b.rest) {
		return
	}
	b.drop()
}

func (b *body) drop() {
	b.leave()
	b.a.cancel(context.Canceled)
	b.a.Body.Close()
	b.free()
}

// rest reads what is left and to the end of the answer, so that the connection can be used again.
func (b *body) rest(ctx context.Context) {
	b.leave()
	defer b.drop()
	guard := time.AfterFunc(drainTime, func() { b.a.cancel(context.Canceled) })
	defer guard.Stop()
	defer context.AfterFunc(ctx, func() { b.a.cancel(context.Canceled) })()
	_, _ = io.CopyN(io.Discard, b.a.Body, b.left.Load()+1) // where it fails the connection is not kept
}
