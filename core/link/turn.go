package link

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// urgencyKey is where a context has what WithUrgency put there.
type urgencyKey struct{}

// WithUrgency tells reads under the context whether somebody waits for what they bring, at any time it is asked. What
// nobody waits for yet lets the others go first. Without it a read is urgent.
func WithUrgency(ctx context.Context, urgent func() bool) context.Context {
	return context.WithValue(ctx, urgencyKey{}, urgent)
}

func urgency(ctx context.Context) func() bool {
	if urgent, ok := ctx.Value(urgencyKey{}).(func() bool); ok {
		return urgent
	}
	return func() bool { return true }
}

// defaultConns is how many connections an instance may have where its links do not say.
const defaultConns = 24

// turns bounds the connections of each instance: providers refuse, or ban, an account that has too many.
type turns struct {
	mu     sync.Mutex
	queues map[string]*queue // guarded by mu; by instance
}

// queue is who has a connection to an instance and who waits for one. The mutex of turns guards it.
type queue struct {
	limit   int
	held    map[*turn]struct{}
	waiting []*turn // in the order in which they came
}

// turn is the right to one connection.
type turn struct {
	of     *turns
	q      *queue
	urgent func() bool
	given  chan struct{} // closed when it is this one's turn
	cut    func()        // makes the holder give it up; guarded by the mutex of turns; nil until it may be
	idle   atomic.Int64  // since when its holder takes nothing, in Unix nanoseconds; 0 while it does
}

// lookEvery is how often one that waits looks whether it has become urgent, or whether a connection is not used.
const lookEvery = 20 * time.Millisecond

// take waits until there may be another connection to an instance. Who got one gives it back by end.
func (ts *turns) take(ctx context.Context, instance string, limit int, urgent func() bool) (*turn, error) {
	t := ts.join(instance, limit, urgent)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-t.given:
			return t, nil
		case <-ctx.Done():
			t.end()
			return nil, context.Cause(ctx)
		case <-tick.C:
			t.look()
		}
	}
}

func (ts *turns) join(instance string, limit int, urgent func() bool) *turn {
	if limit <= 0 {
		limit = defaultConns
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	q := ts.queues[instance]
	if q == nil {
		q = &queue{held: map[*turn]struct{}{}}
		ts.queues[instance] = q
	}
	q.limit = limit
	t := &turn{of: ts, q: q, urgent: urgent, given: make(chan struct{})}
	q.waiting = append(q.waiting, t)
	q.serve()
	return t
}

// spare takes a connection to an instance that nobody needs, beside one more that stays free; nil where there is none.
func (ts *turns) spare(instance string) *turn {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	q := ts.queues[instance]
	if q == nil || len(q.waiting) > 0 || len(q.held)+1 >= q.limit-q.limit/4 {
		return nil
	}
	t := &turn{of: ts, q: q}
	q.held[t] = struct{}{}
	return t
}

// serve gives out what is free: first to those that somebody waits for. A quarter is theirs alone, so that one who sits
// before a screen need not wait until what is read ahead for others has come.
func (q *queue) serve() {
	for len(q.waiting) > 0 && len(q.held) < q.limit {
		i := slices.IndexFunc(q.waiting, func(t *turn) bool { return t.urgent() })
		if i < 0 {
			if len(q.held) >= q.limit-q.limit/4 {
				return
			}
			i = 0
		}
		t := q.waiting[i]
		q.waiting = slices.Delete(q.waiting, i, i+1)
		q.held[t] = struct{}{}
		close(t.given)
	}
}

// How long a connection is left to one who takes nothing from it, while others wait: those whom somebody waits for, and
// those who read ahead.
const (
	idleForUrgent = 500 * time.Millisecond
	idleForAhead  = 5 * time.Second
)

// look gives a turn that waits what has become free, and takes a connection from who has taken nothing from it for
// longest: a reader that is far enough ahead may leave it so for hours. That one's body ends early.
func (t *turn) look() {
	t.of.mu.Lock()
	t.q.serve()
	var cut func()
	if slices.Contains(t.q.waiting, t) && len(t.q.held) >= t.q.limit {
		cut = t.q.idlest(t.urgent())
	}
	t.of.mu.Unlock()
	if cut != nil {
		cut()
	}
}

// idlest gives how to end the connection that is used least, if one is idle for long enough.
func (q *queue) idlest(urgent bool) func() {
	bound := idleForAhead
	if urgent {
		bound = idleForUrgent
	}
	since := time.Now().Add(-bound).UnixNano()
	var found *turn
	for t := range q.held {
		if idle := t.idle.Load(); t.cut != nil && idle != 0 && idle <= since {
			found, since = t, idle
		}
	}
	if found == nil {
		return nil
	}
	return found.cut
}

// yields tells how the holder can be made to give the connection up.
func (t *turn) yields(cut func()) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	t.cut = cut
	t.rest()
}

// busy says that the holder takes something now, and rest that it does not.
func (t *turn) busy() { t.idle.Store(0) }
func (t *turn) rest() { t.idle.Store(time.Now().UnixNano()) }

// end gives a turn back, or stops waiting for it. It may be called again.
func (t *turn) end() {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	delete(t.q.held, t)
	t.q.waiting = slices.DeleteFunc(t.q.waiting, func(o *turn) bool { return o == t })
	t.q.serve()
}
