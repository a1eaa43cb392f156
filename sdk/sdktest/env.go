package sdktest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// Env is what a host would give: state, cache and limiter in memory, an HTTP client that reaches any address, a folder,
// and a log that goes to the test's.
func Env(t T) sdk.Env {
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	t.Cleanup(transport.CloseIdleConnections)
	return sdk.Env{
		Instance: "test",
		Trust:    sdk.TrustOperator,
		Log:      Logger(t),
		HTTP:     &http.Client{Transport: transport},
		State:    NewState(),
		Cache:    NewCache(),
		Limit:    NewLimiter(),
		Folder:   t.TempDir(),
	}
}

// Logger writes to a test's log until the test ends.
func Logger(t T) *slog.Logger {
	w := &logWriter{t: t}
	t.Cleanup(w.stop)
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type logWriter struct {
	mu sync.Mutex // guards t: nil once the test has ended
	t  T
}

func (w *logWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.t != nil {
		w.t.Logf("%s", strings.TrimSuffix(string(line), "\n"))
	}
	return len(line), nil
}

func (w *logWriter) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.t = nil
}

// State is an [sdk.State] in memory.
type State struct {
	mu     sync.Mutex // guards values
	values map[string]versioned
}

type versioned struct {
	value   []byte
	version int64
}

var _ sdk.State = (*State)(nil)

// NewState makes an empty state.
func NewState() *State { return &State{values: map[string]versioned{}} }

// Load gives a value and its version.
func (s *State) Load(ctx context.Context, key string) ([]byte, int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.values[key]
	return bytes.Clone(v.value), v.version, nil
}

// Store writes a value where the version is the one given.
func (s *State) Store(ctx context.Context, key string, value []byte, version int64) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if len(value) > 64<<10 {
		return false, sdk.Errorf(sdk.Invalid, "a value of %d bytes is over the 64 KiB of a state", len(value))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values[key].version != version {
		return false, nil
	}
	if value == nil {
		delete(s.values, key)
		return true, nil
	}
	s.values[key] = versioned{bytes.Clone(value), version + 1}
	return true, nil
}

// Cache is an [sdk.Cache] in memory.
type Cache struct {
	mu     sync.Mutex // guards values
	values map[string]expiring
}

type expiring struct {
	value []byte
	until time.Time
}

var _ sdk.Cache = (*Cache)(nil)

// NewCache makes an empty cache.
func NewCache() *Cache { return &Cache{values: map[string]expiring{}} }

// Get gives a value that has not outlived its time.
func (c *Cache) Get(_ context.Context, key string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.values[key]
	if !ok || time.Now().After(v.until) {
		return nil, false
	}
	return bytes.Clone(v.value), true
}

// Put keeps a value; one over 1 MiB is dropped, as by a host.
func (c *Cache) Put(_ context.Context, key string, value []byte, ttl time.Duration) {
	if len(value) > 1<<20 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values[key] = expiring{bytes.Clone(value), time.Now().Add(ttl)}
}

// Limiter is an [sdk.Limiter] that lets everything pass and counts.
type Limiter struct {
	mu     sync.Mutex // guards counts
	counts map[string]int
}

var _ sdk.Limiter = (*Limiter)(nil)

// NewLimiter makes a limiter.
func NewLimiter() *Limiter { return &Limiter{counts: map[string]int{}} }

// Acquire counts.
func (l *Limiter) Acquire(ctx context.Context, class string, n int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if n < 1 {
		return fmt.Errorf("acquire %d of %q", n, class)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[class] += n
	return nil
}

// Count is how much of a class was acquired.
func (l *Limiter) Count(class string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[class]
}
