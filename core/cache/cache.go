// Package cache keeps short-lived answers, in memory or in Redis, sees to it that one answer is computed once however many
// ask, and makes callers of one account wait for their turn. What it holds can be lost at any moment without harm: facts
// belong in the database.
package cache

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"github.com/go-redis/redis_rate/v10"
)

// Options say where answers are kept. The zero value keeps 64 MiB in memory.
type Options struct {
	URL   string // of Redis, as redis://host:6379/0; empty: memory
	Bytes uint64 // most that is kept in memory; 0 is 64 MiB
	Log   *slog.Logger
}

// Cache is safe for use by many. With Redis it is shared by all daemons of a library; when Redis cannot be reached it
// goes on as if nothing were cached, and limits hold for this daemon alone.
type Cache struct {
	memory *otter.Cache[string, entry] // nil with Redis
	redis  *redis.Client               // nil without
	rates  *redis_rate.Limiter
	flight singleflight.Group
	log    *slog.Logger

	mu       sync.Mutex
	limiters map[string]*rate.Limiter // guarded by mu
	quiet    time.Time                // guarded by mu; the last complaint about Redis
}

type entry struct {
	value []byte
	ttl   time.Duration
}

// New checks the options. It asks nothing of Redis: Ping does.
func New(o Options) (*Cache, error) {
	c := &Cache{log: o.Log, limiters: map[string]*rate.Limiter{}}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if o.URL != "" {
		opts, err := redis.ParseURL(o.URL)
		if err != nil {
			return nil, fmt.Errorf("the address of Redis cannot be read: write redis://host:6379/0") // the text of err may hold the password
		}
		c.redis = redis.NewClient(opts)
		c.rates = redis_rate.NewLimiter(c.redis)
		return c, nil
	}
	if o.Bytes == 0 {
		o.Bytes = 64 << 20
	}
	memory, err := otter.New(&otter.Options[string, entry]{
		MaximumWeight:    o.Bytes,
		Weigher:          func(k string, e entry) uint32 { return uint32(len(k) + len(e.value) + 64) },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, entry]) time.Duration { return e.Value.ttl }),
	})
	if err != nil {
		return nil, fmt.Errorf("make cache: %w", err)
	}
	c.memory = memory
	return c, nil
}

// Close lets go of Redis.
func (c *Cache) Close() error {
	if c.redis == nil {
		c.memory.StopAllGoroutines()
		return nil
	}
	return c.redis.Close()
}

// Ping asks whether Redis can be reached; memory always can.
func (c *Cache) Ping(ctx context.Context) error {
	if c.redis == nil {
		return nil
	}
	if err := c.redis.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("reach Redis: %w", err)
	}
	return nil
}

// Get gives what was put under a key and has not expired.
func (c *Cache) Get(ctx context.Context, key string) ([]byte, bool) {
	if c.redis == nil {
		e, ok := c.memory.GetIfPresent(key)
		return e.value, ok
	}
	b, err := c.redis.Get(ctx, prefix+key).Bytes()
	if err != nil && err != redis.Nil {
		c.complain(err)
	}
	return b, err == nil
}

// Put keeps a value for a time; 0 or less keeps nothing.
func (c *Cache) Put(ctx context.Context, key string, value []byte, ttl time.Duration) {
	if ttl <= 0 {
		return
	}
	if c.redis == nil {
		c.memory.Set(key, entry{value, ttl})
		return
	}
	if err := c.redis.Set(ctx, prefix+key, value, ttl).Err(); err != nil {
		c.complain(err)
	}
}

// Delete forgets a key.
func (c *Cache) Delete(ctx context.Context, key string) {
	if c.redis == nil {
		c.memory.Invalidate(key)
		return
	}
	if err := c.redis.Del(ctx, prefix+key).Err(); err != nil {
		c.complain(err)
	}
}

// prefix keeps our keys apart from those of others in the same Redis.
const prefix = "millrace:"

// Do gives the value of a key, computing it where there is none: once, however many ask at the same time. A caller that
// gives up does not end the computation for the others. An error is not kept.
func (c *Cache) Do(ctx context.Context, key string, ttl time.Duration, compute func(context.Context) ([]byte, error)) ([]byte, error) {
	if v, ok := c.Get(ctx, key); ok {
		return v, nil
	}
	ch := c.flight.DoChan(key, func() (any, error) {
		shared := context.WithoutCancel(ctx)
		if v, ok := c.Get(shared, key); ok { // put there between our look and our turn
			return v, nil
		}
		v, err := compute(shared)
		if err == nil {
			c.Put(shared, key, v, ttl)
		}
		return v, err
	})
	select {
	case r := <-ch:
		v, _ := r.Val.([]byte)
		return v, r.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// complain logs that Redis failed, at most twice a minute.
func (c *Cache) complain(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.quiet) > 30*time.Second {
		c.quiet = now
		c.log.Warn("Redis cannot be reached: going on without shared caches and limits", "err", err)
	}
}
