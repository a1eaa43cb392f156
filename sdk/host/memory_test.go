package host

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// memory is a daemon's services, kept in maps.
type memory struct {
	mu       sync.Mutex // guards what follows
	state    map[string][]byte
	versions map[string]int64
	cache    map[string][]byte
	acquired []string
}

var _ Services = (*memory)(nil)

func newMemory() *memory {
	return &memory{state: map[string][]byte{}, versions: map[string]int64{}, cache: map[string][]byte{}}
}

func (m *memory) LoadState(_ context.Context, instance, key string) ([]byte, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state[instance+key], m.versions[instance+key], nil
}

func (m *memory) StoreState(_ context.Context, instance, key string, value []byte, version int64) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.versions[instance+key] != version {
		return false, nil
	}
	m.state[instance+key] = value
	m.versions[instance+key]++
	return true, nil
}

func (m *memory) CacheGet(_ context.Context, instance, key string) ([]byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.cache[instance+key]
	return v, ok
}

func (m *memory) CachePut(_ context.Context, instance, key string, value []byte, _ time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cache[instance+key] = value
}

func (m *memory) Acquire(_ context.Context, instance, class string, n int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.acquired = append(m.acquired, fmt.Sprintf("%s %s %d", instance, class, n))
	return nil
}

func (m *memory) acquisitions() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.acquired)
}
