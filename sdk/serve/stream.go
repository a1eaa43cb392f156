package serve

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// How long a value may wait for others to fill its message, and how many bytes a message should have at most.
const (
	batchWait = 20 * time.Millisecond
	batchSize = 4 << 20
)

// stream runs a call that yields, and sends what it yields in batches.
func stream[T, V, M any](s *server, ss grpc.ServerStreamingServer[M], id string, pack func([]V) *M,
	do func(T, context.Context, func(...V) error) error) error {
	ctx := ss.Context()
	_, err := call(ctx, s, id, func(v T) (struct{}, error) {
		b := &batch[V, M]{pack: pack, send: ss.Send}
		err := do(v, ctx, b.yield)
		if flushed := b.finish(); err == nil {
			err = flushed
		}
		return struct{}{}, err
	})
	return err
}

// batch gathers yielded values. It may be yielded to by several goroutines.
type batch[V, M any] struct {
	pack func([]V) *M
	send func(*M) error

	mu      sync.Mutex // guards what follows, and keeps sends apart
	pending []V
	timer   *time.Timer
	over    bool
	err     error
}

func (b *batch[V, M]) yield(values ...V) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return context.Canceled // yielded to after the call returned
	}
	b.pending = append(b.pending, values...)
	for b.err == nil && len(b.pending) >= wire.BatchLen {
		b.sendFirst(wire.BatchLen)
	}
	if b.err == nil && len(b.pending) > 0 && b.timer == nil {
		b.timer = time.AfterFunc(batchWait, b.flush)
	}
	return b.err
}

// flush sends what waits; the timer calls it.
func (b *batch[V, M]) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = nil
	if !b.over && b.err == nil && len(b.pending) > 0 {
		b.sendFirst(len(b.pending))
	}
}

// finish sends the rest. Nothing is sent after it.
func (b *batch[V, M]) finish() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timer != nil {
		b.timer.Stop()
	}
	if b.err == nil && len(b.pending) > 0 {
		b.sendFirst(len(b.pending))
	}
	b.over = true
	return b.err
}

func (b *batch[V, M]) sendFirst(n int) {
	values := b.pending[:n]
	b.pending = append([]V(nil), b.pending[n:]...)
	if err := b.sendSplit(values); err != nil {
		b.err, b.pending = err, nil
	}
}

// sendSplit sends values in one message, or in two where it would be large.
func (b *batch[V, M]) sendSplit(values []V) error {
	m := b.pack(values)
	if pm, ok := any(m).(proto.Message); ok && len(values) > 1 && proto.Size(pm) > batchSize {
		half := len(values) / 2
		if err := b.sendSplit(values[:half]); err != nil {
			return err
		}
		return b.sendSplit(values[half:])
	}
	return b.send(m)
}
