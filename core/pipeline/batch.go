package pipeline

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// batches gathers changes for each updater over a short while, so that a season's episodes are one call. A caller waits
// until its changes were told, so that the job behind it is done only then.
type batches struct {
	wait time.Duration
	tell func(ctx context.Context, instance string, changes []sdk.Change) error

	mu   sync.Mutex
	open map[string]*batch // guarded by mu; by instance
}

type batch struct {
	changes []sdk.Change
	paths   map[string]int // path to its place in changes
	done    chan struct{}  // closed once err is set
	err     error
}

func newBatches(wait time.Duration, tell func(context.Context, string, []sdk.Change) error) *batches {
	return &batches{wait: wait, tell: tell, open: map[string]*batch{}}
}

// add puts changes in the instance's open batch and waits for it. The first caller tells the batch when its time is over.
func (b *batches) add(ctx context.Context, instance string, changes []sdk.Change) error {
	b.mu.Lock()
	bt, joined := b.open[instance]
	if !joined {
		bt = &batch{paths: map[string]int{}, done: make(chan struct{})}
		b.open[instance] = bt
	}
	for _, c := range changes {
		bt.put(c)
	}
	b.mu.Unlock()
	if !joined {
		return b.lead(ctx, instance, bt)
	}
	select {
	case <-bt.done:
		return bt.err
	case <-ctx.Done():
		return fmt.Errorf("wait for %s to hear of changes: %w", instance, ctx.Err())
	}
}

// put keeps the last thing that happened to a path.
func (bt *batch) put(c sdk.Change) {
	if i, ok := bt.paths[c.Path]; ok {
		bt.changes[i] = c
		return
	}
	bt.paths[c.Path] = len(bt.changes)
	bt.changes = append(bt.changes, c)
}

func (b *batches) lead(ctx context.Context, instance string, bt *batch) error {
	timer := time.NewTimer(b.wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	b.mu.Lock()
	delete(b.open, instance)
	b.mu.Unlock()
	if bt.err = ctx.Err(); bt.err == nil {
		bt.err = b.tell(ctx, instance, bt.changes)
	}
	close(bt.done)
	return bt.err
}
