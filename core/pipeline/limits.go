package pipeline

import (
	"sync"
	"time"
)

// patience watches transfers that are not ready: one that does not move for too long is given up.
type patience struct {
	mu sync.Mutex
	at map[string]progress // guarded by mu; by instance and placement
}

type progress struct {
	value float64
	moved time.Time
}

// patienceLasts is how long a transfer at a provider may stand still before the next release is tried.
const patienceLasts = 2 * time.Hour

func newPatience() *patience { return &patience{at: map[string]progress{}} }

// over notes how far a transfer is, and reports whether it has stood still for too long.
func (p *patience) over(key string, value float64, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, ok := p.at[key]
	if !ok || value > old.value {
		p.at[key] = progress{value, now}
		return false
	}
	return now.Sub(old.moved) > patienceLasts
}

func (p *patience) forget(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.at, key)
}

// hourly lets so many things happen in an hour.
type hourly struct {
	most int

	mu   sync.Mutex
	when []time.Time // guarded by mu; within the last hour
}

func newHourly(most int) *hourly { return &hourly{most: most} }

func (h *hourly) allow(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.when) > 0 && now.Sub(h.when[0]) > time.Hour {
		h.when = h.when[1:]
	}
	if len(h.when) >= h.most {
		return false
	}
	h.when = append(h.when, now)
	return true
}
