package chunk

import "time"

// watch sees to it that runs are looked at while there are any. One look at all of them now and then is cheaper than a
// timer for each read of a body.
func (c *Cache) watch() {
	if c.watcher == nil {
		c.watcher = time.AfterFunc(c.glance(), c.look)
	}
}

// glance is how often runs are looked at, and so how exact Options.Stall is.
func (c *Cache) glance() time.Duration {
	return max(time.Millisecond, min(time.Second, c.o.Stall/8))
}

func (c *Cache) look() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, again := time.Now(), false
	for r := range c.runs {
		if r.started {
			again = true
			c.inspect(r, now)
		}
	}
	c.watcher = nil
	if again {
		c.watch()
	}
	c.dispatch()
}

// inspect ends a request that has brought nothing for too long. One that is about to leaves its place to others.
func (c *Cache) inspect(r *run, now time.Time) {
	if got := r.brought.Load(); got != r.seen || !r.asking.Load() {
		r.seen, r.since = got, now
		return
	}
	idle := now.Sub(r.since)
	if idle >= c.o.Stall/4 {
		c.uncount(r)
	}
	if idle >= c.o.Stall && r.abort != nil {
		r.abort(errStalled)
		r.abort = nil
	}
}
