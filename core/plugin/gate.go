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

	mu     sync.Mutex
	until  time.Time // guarded by mu; the provider said: not before
	unwell error     // guarded by mu; the last Denied, until a call succeeds
	last   error     // guarded by mu; the last failure of account or provider, for people
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

// enter admits a call or says at once why not. The caller must call leave with the call's outcome.
func (g *gate) enter(ctx context.Context, name string, now time.Time) error {
	g.mu.Lock()
	wait, last := g.until.Sub(now), g.last
	g.mu.Unlock()
	if wait > 0 {
		return &sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachAccount, RetryAfter: wait,
			Message: fmt.Sprintf("%s asked for a pause of %s", name, wait.Round(time.Second))}
	}
	if err := g.bulk.AcquirePermit(ctx); err != nil {
		return fmt.Errorf("wait for a turn at %s: %w", name, context.Cause(ctx))
	}
	if !g.breaker.TryAcquirePermit() {
		g.bulk.ReleasePermit()
		return &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, RetryAfter: max(g.breaker.RemainingDelay(), time.Second),
			Message: fmt.Sprintf("%s failed %d times in a row and is left alone for a while; last: %v", name, breakerFailures, last)}
	}
	return nil
}

// leave records how a call ended.
func (g *gate) leave(err error, now time.Time) {
	g.bulk.ReleasePermit()
	kind, wide := sdk.KindOf(err), sdk.ScopeOf(err) == sdk.ReachProvider
	if kind == sdk.Unavailable && (wide || timedOut(err)) {
		g.breaker.RecordFailure()
	} else {
		g.breaker.RecordSuccess()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case err == nil:
		g.unwell, g.last = nil, nil
	case kind == sdk.Denied && sdk.ScopeOf(err) == sdk.ReachAccount:
		g.unwell, g.last = err, err
	case kind == sdk.Limited && sdk.ScopeOf(err) == sdk.ReachAccount, kind == sdk.Limited && wide:
		g.until = now.Add(pause(err))
		g.last = err
	case kind == sdk.Unavailable:
		g.last = err
	}
}

func timedOut(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

func pause(err error) time.Duration {
	if d := sdk.RetryAfter(err); d > 0 {
		return d
	}
	return defaultLimitWait
}

// state tells what keeps calls from the instance now: nil where nothing does.
func (g *gate) state(now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.unwell != nil:
		return g.unwell
	case g.until.After(now):
		return g.last
	case g.breaker.IsOpen():
		return g.last
	}
	return nil
}
