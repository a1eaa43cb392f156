package cache

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"golang.org/x/time/rate"
)

// Limit is how often something may be done: Rate times a second, Burst at once after a rest. A zero Rate is no limit.
type Limit struct {
	Rate  float64
	Burst int
}

// Acquire waits until n more may be done under a key, or ctx ends. With Redis the limit is shared by all daemons.
func (c *Cache) Acquire(ctx context.Context, key string, l Limit, n int) error {
	if l.Rate <= 0 || n <= 0 {
		return nil
	}
	l.Burst = max(l.Burst, n, 1)
	if c.redis == nil {
		return c.acquireLocal(ctx, key, l, n)
	}
	for {
		wait, err := c.takeShared(ctx, key, l, n)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("wait for a turn: %w", ctx.Err())
		case err != nil:
			c.complain(err)
			return c.acquireLocal(ctx, key, l, n)
		case wait <= 0:
			return nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("wait for a turn: %w", ctx.Err())
		}
	}
}

// takeShared takes n turns, or says how long to wait before trying again.
func (c *Cache) takeShared(ctx context.Context, key string, l Limit, n int) (time.Duration, error) {
	perMinute := max(int(math.Round(l.Rate*60)), 1)
	r, err := c.rates.AllowN(ctx, prefix+"limit:"+key, redis_rate.Limit{Rate: perMinute, Period: time.Minute, Burst: l.Burst}, n)
	if err != nil {
		return 0, fmt.Errorf("take a turn: %w", err)
	}
	if r.Allowed >= n {
		return 0, nil
	}
	return max(r.RetryAfter, 5*time.Millisecond), nil
}

func (c *Cache) acquireLocal(ctx context.Context, key string, l Limit, n int) error {
	c.mu.Lock()
	lim, ok := c.limiters[key]
	if !ok || lim.Limit() != rate.Limit(l.Rate) || lim.Burst() < l.Burst {
		lim = rate.NewLimiter(rate.Limit(l.Rate), l.Burst)
		c.limiters[key] = lim
	}
	c.mu.Unlock()
	if err := lim.WaitN(ctx, n); err != nil {
		return fmt.Errorf("wait for a turn: %w", err)
	}
	return nil
}
