package web

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	tryBurst = 6                // wrong passwords at once
	tryEvery = 10 * time.Second // then one in so long
	tryPlace = 4096             // addresses that are remembered
)

// tries counts wrong passwords by address.
type tries struct {
	mu   sync.Mutex
	from map[netip.Prefix]*bucket // guarded by mu
}

// bucket leaks one wrong password every tryEvery.
type bucket struct {
	n    float64
	last time.Time
}

func (b *bucket) leak(now time.Time) {
	b.n = max(0, b.n-now.Sub(b.last).Seconds()/tryEvery.Seconds())
	b.last = now
}

// begin counts a try as wrong until it turns out right; ok is false where there were too many.
func (t *tries) begin(from netip.Prefix, now time.Time) (right func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.from == nil {
		t.from = map[netip.Prefix]*bucket{}
	}
	if len(t.from) >= tryPlace {
		t.forget(now)
	}
	if len(t.from) >= tryPlace {
		from = netip.Prefix{} // the rest shares one
	}
	b := t.from[from]
	if b == nil {
		b = &bucket{last: now}
		t.from[from] = b
	}
	b.leak(now)
	if b.n > tryBurst-1 {
		return nil, false
	}
	b.n++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		b.n = max(0, b.n-1)
	}, true
}

func (t *tries) forget(now time.Time) {
	for from, b := range t.from {
		if b.leak(now); b.n == 0 {
			delete(t.from, from)
		}
	}
}

// try is called before a password is looked at; release, where it was right.
func (s *Server) try(ctx context.Context) (release func(), err error) {
	from, _ := ctx.Value(keyFrom).(netip.Prefix)
	release, ok := s.tries.begin(from, time.Now())
	if !ok {
		return nil, errTooMany
	}
	return release, nil
}

// network is where a request comes from: an address, or the /64 that one person has.
func network(r *http.Request) netip.Prefix {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	addr, bits := ap.Addr().Unmap(), 32
	if addr.Is6() {
		bits = 64
	}
	p, err := addr.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
