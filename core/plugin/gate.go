package plugin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"

	"github.com/millrace-media/millrace/sdk"
)

// gate stands before every call to an instance: it bounds how many run at once, waits out the limits that the provider
// told, and leaves a provider that is down alone for a while. A fault of one item or link closes nothing.
type gate struct {
	bulk    bulkhead.Bulkhead[any]
	breaker circuitbreaker.CircuitBreaker[any]

	mu      sync.Mutex
	until   time.Time // guarded by mu; the provider said: not before
	limit   error     // guarded by mu; with which it said so
	unwell  error     // guarded by mu; the last Denied of the account, until a call succeeds
	failure error     // guarded by mu; the last that counted for the breaker
}

// Bounds of a gate.
const (
	concurrency      = 16
	breakerFailures  = 5
	breakerDelay     = 15 * time.Second
	defaultLimitWait = 30 * time.Second
)

func newGate() *gate {
	return &gate{
		bulk: bulkhead.New[any](concurrency),
		breaker: circuitbreaker.NewBuilder[any]().
			WithFailureThreshold(breakerFailures).
			WithDelay(breakerDelay).
			WithSuccessThreshold(1).
			Build(),
	}
}

// enter admits a call or says at once why not. The caller must call leave with the call's outcome, or abandon.
func (g *gate) enter(ctx context.Context, name string, now func() time.Time) error {
	if err := g.paused(name, now()); err != nil {
		return err
	}
	if err := g.bulk.AcquirePermit(ctx); err != nil {
		return fmt.Errorf("wait for a turn at %s: %w", name, context.Cause(ctx))
	}
	err := g.paused(name, now()) // those before may have been told to wait
	if err == nil && !g.breaker.TryAcquirePermit() {
		err = &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, RetryAfter: max(g.breaker.RemainingDelay(), time.Second),
			Message: fmt.Sprintf("%s failed %d times in a row and is left alone for a while; last: %v", name, breakerFailures, g.lastFailure())}
	}
	if err != nil {
		g.bulk.ReleasePermit()
	}
	return err
}

func (g *gate) paused(name string, now time.Time) error {
	g.mu.Lock()
	wait := g.until.Sub(now)
	g.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	return &sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachAccount, RetryAfter: wait,
		Message: fmt.Sprintf("%s asked for a pause of %s", name, wait.Round(time.Second))}
}

// leave records how a call ended.
func (g *gate) leave(err error, now time.Time) {
	g.bulk.ReleasePermit()
	kind, scope := sdk.KindOf(err), sdk.ScopeOf(err)
	down := kind == sdk.Unavailable && (scope == sdk.ReachProvider || timedOut(err))
	if down {
		g.breaker.RecordFailure()
	} else {
		g.breaker.RecordSuccess()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case err == nil:
		g.unwell = nil
	case kind == sdk.Denied && scope == sdk.ReachAccount:
		g.unwell = err
	case kind == sdk.Limited && (scope == sdk.ReachAccount || scope == sdk.ReachProvider):
		// Calls that ran at the same time may have been told a shorter wait.
		if until := now.Add(pause(err)); until.After(g.until) {
			g.until, g.limit = until, err
		}
	case down:
		g.failure = err
	}
}

// abandon ends a call that its caller gave up, which says nothing about the provider. A provider that was being tried
// again is left alone for a while more, for it is not known to be back.
func (g *gate) abandon() {
	g.bulk.ReleasePermit()
	if g.breaker.IsHalfOpen() {
		g.breaker.RecordFailure()
	}
}

func timedOut(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

func pause(err error) time.Duration {
	if d := sdk.RetryAfter(err); d > 0 {
		return d
	}
	return defaultLimitWait
}

func (g *gate) lastFailure() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.failure
}

// state tells what keeps calls from the instance now: nil where nothing does.
func (g *gate) state(now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.unwell != nil:
		return g.unwell
	case g.until.After(now):
		return g.limit
	case g.breaker.IsOpen():
		return g.failure
	}
	return nil
}
