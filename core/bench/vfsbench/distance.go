//go:build linux

package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// farListener makes connections that are a round trip away: what a client sends over a new one arrives that much later.
type farListener struct {
	net.Listener
	far atomic.Int64 // the round trip, in nanoseconds
	n   atomic.Int64 // connections

	mu   sync.Mutex
	idle map[net.Conn]struct{} // guarded by mu
}

func (l *farListener) delay() time.Duration { return time.Duration(l.far.Load()) }

// Accept implements [net.Listener].
func (l *farListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.n.Add(1)
	return &farConn{TCPConn: c.(*net.TCPConn), from: time.Now().Add(l.delay())}, nil
}

// farConn is a connection over which nothing arrives before a moment. What it embeds can send files without copying.
type farConn struct {
	*net.TCPConn
	from time.Time
	once sync.Once
}

// Read implements [net.Conn].
func (c *farConn) Read(p []byte) (int, error) {
	c.once.Do(func() { wait(context.Background(), time.Until(c.from)) }) //nolint:errcheck // that context does not end
	return c.TCPConn.Read(p)
}

// state keeps note of the connections that wait for a request.
func (l *farListener) state(c net.Conn, s http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.idle == nil {
		l.idle = map[net.Conn]struct{}{}
	}
	if s == http.StateIdle {
		l.idle[c] = struct{}{}
	} else {
		delete(l.idle, c)
	}
}

// hangUp closes the connections that nobody uses, as a server does that has waited long enough.
func (l *farListener) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.idle {
		c.Close()
	}
	clear(l.idle)
}

// pace lets bytes pass at a rate, evenly. The zero value lets all pass.
type pace struct {
	mu   sync.Mutex
	rate float64   // guarded by mu; bytes a second; 0: no limit
	next time.Time // guarded by mu; when what was let pass so far is through
}

// slack is how far bytes may be before their time: less is not worth a sleep.
const slack = time.Millisecond

func (p *pace) set(rate float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rate, p.next = rate, time.Time{}
}

func (p *pace) on() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rate > 0
}

// take waits until n bytes may pass.
func (p *pace) take(ctx context.Context, n int) error { return wait(ctx, p.book(n)) }

// book returns how long n bytes have to wait. Time that nobody used is lost.
func (p *pace) book(n int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rate == 0 {
		return 0
	}
	now := time.Now()
	if p.next.Before(now.Add(-4 * slack)) {
		p.next = now
	}
	p.next = p.next.Add(time.Duration(float64(n) / p.rate * float64(time.Second)))
	if d := p.next.Sub(now); d > slack {
		return d
	}
	return 0
}

// conditions are how far the origin is and how fast.
type conditions struct {
	RTT  time.Duration
	Rate float64 // bytes a second in all; 0: as fast as it can
}

// counts are what an origin did since it was last told to start anew.
type counts struct{ Sent, Requests, Conns int64 }

// control is how the origin is told what to be. It is no round trip away, and not counted.
func (o *origin) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /set", func(w http.ResponseWriter, r *http.Request) {
		var c conditions
		if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		o.conns.far.Store(int64(c.RTT))
		o.rate.set(c.Rate)
	})
	mux.HandleFunc("POST /hangup", func(http.ResponseWriter, *http.Request) { o.conns.hangUp() })
	mux.HandleFunc("POST /reset", func(http.ResponseWriter, *http.Request) {
		o.sent.Store(0)
		o.requests.Store(0)
		o.conns.n.Store(0)
	})
	mux.HandleFunc("GET /counts", func(w http.ResponseWriter, _ *http.Request) {
		c := counts{Sent: o.sent.Load(), Requests: o.requests.Load(), Conns: o.conns.n.Load()}
		json.NewEncoder(w).Encode(c) //nolint:errcheck // whoever asked is gone
	})
	return mux
}
