package link

import (
	"context"
	"io"
	"sync"
	"time"
)

// warmEvery is how often at most a server is asked for one byte, so that a connection to it is open and free.
const warmEvery = 15 * time.Second

// warmth remembers when each server was asked so.
type warmth struct {
	mu   sync.Mutex
	last map[host]time.Time // guarded by mu
}

// due reports whether it is time to ask a server again.
func (w *warmth) due(h host) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if now.Sub(w.last[h]) < warmEvery {
		return false
	}
	for o, at := range w.last {
		if now.Sub(at) >= warmEvery {
			delete(w.last, o)
		}
	}
	w.last[h] = now
	return true
}

// warm sees to it that beside a body that will have its connection for long there is another that is free: whoever jumps in
// the film then waits one round trip, and not for a connection too. It takes none that others need.
func (a *attempt) warm(l *lease) {
	if l.NoRange || l.Local || a.rng.n <= drainBytes || !a.r.warmth.due(hostOf(a.place.Instance, l)) {
		return
	}
	t := a.r.turns.spare(a.place.Instance)
	if t == nil {
		return
	}
	if !a.r.background(func(ctx context.Context) { a.touch(ctx, l); t.end() }) {
		t.end()
	}
}

// touch asks for one byte. What becomes of it does not matter: whoever reads will see for themselves.
func (a *attempt) touch(ctx context.Context, l *lease) {
	began := time.Now()
	reply, err := fetch(ctx, a.r.http, request{
		link: l, rng: byteRange{off: a.rng.off, n: 1, size: a.rng.size}, silence: answerWithin,
		conn: func(reused bool) { a.r.o.Conn(a.place.Instance, reused) },
	})
	var n int64
	if err == nil {
		guard := time.AfterFunc(drainTime, func() { reply.cancel(errSilent) })
		n, err = io.CopyN(io.Discard, reply.Body, 1)
		reply.Body.Close()
		guard.Stop()
		reply.cancel(nil)
	}
	a.r.o.Fetched(a.place.Instance, n, time.Since(began), err)
}
