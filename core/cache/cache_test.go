package cache

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// backends runs a test on memory and on a Redis server of its own.
func backends(t *testing.T, test func(t *testing.T, c *Cache)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, ""))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, startRedis(t)))
	})
}

func open(t *testing.T, url string) *Cache {
	t.Helper()
	c, err := New(Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// startRedis starts a server on a socket of its own and gives its URL.
func startRedis(t *testing.T) string {
	t.Helper()
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("MILLRACE_REQUIRE_TOOLS") == "1" {
			t.Fatal("redis-server is not installed: apt-get install redis-server")
		}
		t.Skip("redis-server is not installed")
	}
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	sock := filepath.Join(dir, "s")
	cmd := exec.Command(bin, "--port", "0", "--unixsocket", sock, "--save", "", "--dir", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: sock})
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for client.Ping(ctx).Err() != nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("redis-server does not answer")
		}
	}
	return "unix://" + sock
}

func TestAValueIsKeptUntilItExpires(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, c *Cache) {
		ctx := t.Context()
		if _, ok := c.Get(ctx, "k"); ok {
			t.Error("an unknown key was found")
		}
		c.Put(ctx, "k", []byte("v"), time.Minute)
		if v, ok := c.Get(ctx, "k"); !ok || string(v) != "v" {
			t.Errorf("got %q, %t", v, ok)
		}
		c.Delete(ctx, "k")
		if _, ok := c.Get(ctx, "k"); ok {
			t.Error("a deleted key was found")
		}
		c.Put(ctx, "none", []byte("v"), 0)
		if _, ok := c.Get(ctx, "none"); ok {
			t.Error("a value without a time to live was kept")
		}
		c.Put(ctx, "short", []byte("v"), 30*time.Millisecond)
		eventually(t, func() bool { _, ok := c.Get(ctx, "short"); return !ok })
	})
}

func TestOneComputationServesAllWhoAsk(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, c *Cache) {
		var calls atomic.Int32
		gate := make(chan struct{})
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				v, err := c.Do(t.Context(), "k", time.Minute, func(context.Context) ([]byte, error) {
					calls.Add(1)
					<-gate
					return []byte("v"), nil
				})
				if err != nil || string(v) != "v" {
					t.Errorf("got %q, %v", v, err)
				}
			})
		}
		eventually(t, func() bool { return calls.Load() > 0 })
		close(gate)
		wg.Wait()
		if n := calls.Load(); n != 1 {
			t.Errorf("computed %d times", n)
		}
	})
}

func TestAnErrorIsNotKept(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, c *Cache) {
		boom := errors.New("boom")
		_, err := c.Do(t.Context(), "k", time.Minute, func(context.Context) ([]byte, error) { return nil, boom })
		if !errors.Is(err, boom) {
			t.Errorf("got %v", err)
		}
		v, err := c.Do(t.Context(), "k", time.Minute, func(context.Context) ([]byte, error) { return []byte("v"), nil })
		if err != nil || string(v) != "v" {
			t.Errorf("got %q, %v", v, err)
		}
	})
}

func TestACallerThatGivesUpDoesNotEndTheComputation(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, c *Cache) {
		ctx, cancel := context.WithCancel(t.Context())
		gate := make(chan struct{})
		entered := make(chan struct{})
		done := make(chan error)
		go func() {
			_, err := c.Do(ctx, "k", time.Minute, func(ctx context.Context) ([]byte, error) {
				close(entered)
				<-gate
				return []byte("v"), ctx.Err()
			})
			done <- err
		}()
		<-entered
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		close(gate)
		eventually(t, func() bool { v, ok := c.Get(t.Context(), "k"); return ok && string(v) == "v" })
	})
}

func TestALimitMakesCallersWait(t *testing.T) {
	t.Parallel()
	backends(t, func(t *testing.T, c *Cache) {
		l := Limit{Rate: 1, Burst: 2}
		for range 2 {
			if err := c.Acquire(t.Context(), "a", l, 1); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := c.Acquire(ctx, "a", l, 1); err == nil {
			t.Error("a third call within the second was let through")
		}
		if err := c.Acquire(t.Context(), "b", l, 1); err != nil {
			t.Errorf("another account had to wait: %v", err)
		}
		if err := c.Acquire(t.Context(), "a", Limit{}, 1); err != nil {
			t.Errorf("no limit made a caller wait: %v", err)
		}
	})
}

func TestTwoDaemonsShareRedis(t *testing.T) {
	t.Parallel()
	url := startRedis(t)
	a, b := open(t, url), open(t, url)
	a.Put(t.Context(), "k", []byte("v"), time.Minute)
	if v, ok := b.Get(t.Context(), "k"); !ok || string(v) != "v" {
		t.Errorf("got %q, %t", v, ok)
	}
	l := Limit{Rate: 0.5, Burst: 1}
	if err := a.Acquire(t.Context(), "x", l, 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := b.Acquire(ctx, "x", l, 1); err == nil {
		t.Error("the other daemon had a limit of its own")
	}
}

func TestWithoutRedisTheDaemonGoesOn(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close() // nobody listens there now
	c := open(t, fmt.Sprintf("redis://:sesame@%s/0?max_retries=-1", addr))
	c.Put(t.Context(), "k", []byte("v"), time.Minute)
	if _, ok := c.Get(t.Context(), "k"); ok {
		t.Error("found a value in nothing")
	}
	if err := c.Acquire(t.Context(), "k", Limit{Rate: 100, Burst: 1}, 1); err != nil {
		t.Errorf("the limit failed closed: %v", err)
	}
	if c.Ping(t.Context()) == nil {
		t.Error("Ping found a server that is not there")
	}
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it never came about")
		}
	}
}
