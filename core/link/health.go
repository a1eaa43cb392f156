package link

import (
	"sync"
	"time"
)

// health remembers for a short while which servers did not answer and which instances asked for a pause, so that the next
// read asks another holder of the file first. It keeps nobody from being asked where there is no other.
type health struct {
	mu     sync.Mutex
	hosts  map[host]*condition  // guarded by mu; of those that failed lately
	pauses map[string]time.Time // guarded by mu; by instance: not before
}

// host is a server that an instance's links lead to; without a name it is the instance's own interface, which gives links.
type host struct{ instance, name string }

// condition tells how a server fares.
type condition struct {
	failures int       // since it last worked
	slips    int       // small ones, of which one alone says nothing
	last     time.Time // of all
	until    time.Time // it is passed over
}

// How long a server is passed over: doubled with each failure.
const (
	restFirst = 15 * time.Second
	restMost  = 2 * time.Minute
	// trial is how long others still pass over a server that one read tries again.
	trial = 10 * time.Second
	// remembered is how long after its last failure one is remembered at all.
	remembered = 10 * time.Minute
)

// failed notes that a server did not do what it should. One small fault, as a body that ends early, is no failure; a
// second one is.
func (h *health) failed(k host, grave bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	c := h.hosts[k]
	if c == nil || now.Sub(c.last) > remembered {
		h.sweep(now)
		c = &condition{}
		h.hosts[k] = c
	}
	c.last = now
	if c.slips++; !grave && c.slips < 2 {
		return
	}
	c.failures++
	c.until = now.Add(min(restFirst<<min(c.failures-1, 4), restMost))
}

func (h *health) sweep(now time.Time) {
	for k, c := range h.hosts {
		if now.Sub(c.last) > remembered {
			delete(h.hosts, k)
		}
	}
}

// worked notes that a server did what it should.
func (h *health) worked(k host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.hosts, k)
}

// ill reports whether a server is to be passed over. Once it has been for long enough the first who asks may try it, and
// the others only when that one was served.
func (h *health) ill(k host) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.hosts[k]
	if c == nil || c.failures == 0 {
		return false
	}
	now := time.Now()
	if now.Before(c.until) {
		return true
	}
	c.until = now.Add(trial)
	return false
}

// pauseUnknown is the pause where a server that wants one does not say how long.
const pauseUnknown = 2 * time.Second

// pause notes that an instance is to be left alone, and gives for how long.
func (h *health) pause(instance string, d time.Duration) time.Duration {
	if d <= 0 {
		d = pauseUnknown
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if until := time.Now().Add(d); until.After(h.pauses[instance]) {
		h.pauses[instance] = until
	}
	return d
}

// paused is for how long an instance is to be left alone yet.
func (h *health) paused(instance string) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	until, ok := h.pauses[instance]
	if !ok {
		return 0
	}
	d := time.Until(until)
	if d <= 0 {
		delete(h.pauses, instance)
		return 0
	}
	return d
}
