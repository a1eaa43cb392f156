package plugin

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
)

func fixed() (*Instance, *Instance) {
	p := Fixed(Options{},
		Value{Instance: config.Instance{Capability: sdk.CapabilityDebrid, Name: "a", Timeout: time.Second}},
		Value{Instance: config.Instance{Capability: sdk.CapabilityDebrid, Name: "b"}})
	return p.All()[0], p.All()[1]
}

func answer(err error) func(context.Context) error { return func(context.Context) error { return err } }

func call(in *Instance, err error) error { return in.Call(context.Background(), "x", answer(err)) }

// left is a call whose caller leaves while it runs.
func left(in *Instance) error {
	ctx, leave := context.WithCancel(context.Background())
	return in.Call(ctx, "x", func(context.Context) error {
		leave()
		return down
	})
}

func hang(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

var down = &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: "down"}

func TestACallIsBoundedInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in, _ := fixed()
		err := in.Call(t.Context(), "x", hang)
		if sdk.KindOf(err) != sdk.Unavailable || sdk.ScopeOf(err) != sdk.ReachProvider || err.Error() != "a did not answer within 1s" {
			t.Errorf("got %v", err)
		}
	})
}

func TestALimitPausesItsInstanceAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in, other := fixed()
		limited := &sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachAccount, RetryAfter: time.Minute, Message: "too many"}
		if err := call(in, limited); !errors.Is(err, limited) {
			t.Fatalf("got %v", err)
		}
		err := call(in, nil)
		if sdk.KindOf(err) != sdk.Limited || sdk.RetryAfter(err) != time.Minute || in.Unwell() == nil {
			t.Errorf("got %v", err)
		}
		if err := call(other, nil); err != nil {
			t.Errorf("the other: %v", err)
		}
		time.Sleep(time.Minute)
		if err := call(in, nil); err != nil || in.Unwell() != nil {
			t.Errorf("after the pause: %v, %v", err, in.Unwell())
		}
	})
}

func TestAShorterLimitDoesNotEndALongerOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in, _ := fixed()
		begun := make(chan struct{})
		go func() {
			_ = in.Call(context.Background(), "x", func(context.Context) error {
				<-begun
				return &sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachAccount, RetryAfter: time.Second}
			})
		}()
		synctest.Wait()
		_ = call(in, &sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachAccount, RetryAfter: time.Minute})
		close(begun)
		synctest.Wait()
		if err := call(in, nil); sdk.RetryAfter(err) != time.Minute {
			t.Errorf("got %v", err)
		}
	})
}

func TestAProviderThatIsDownIsLeftAloneForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in, other := fixed()
		for range breakerFailures {
			_ = call(in, down)
		}
		called := false
		err := in.Call(t.Context(), "x", func(context.Context) error { called = true; return nil })
		if called || sdk.KindOf(err) != sdk.Unavailable || sdk.RetryAfter(err) <= 0 || !strings.Contains(err.Error(), "last: down") {
			t.Errorf("called: %t, %v", called, err)
		}
		if in.Unwell() == nil {
			t.Error("it is said to be well")
		}
		if err := call(other, nil); err != nil {
			t.Errorf("the other: %v", err)
		}
		time.Sleep(breakerDelay)
		ctx, leave := context.WithCancel(t.Context())
		_ = in.Call(ctx, "x", func(ctx context.Context) error {
			leave()
			return hang(ctx)
		})
		if err := call(in, nil); sdk.KindOf(err) != sdk.Unavailable {
			t.Errorf("a caller that left counts as proof that it is back: %v", err)
		}
		time.Sleep(breakerDelay)
		if err := call(in, nil); err != nil {
			t.Errorf("after the delay: %v", err)
		}
		if err := call(in, nil); err != nil || in.Unwell() != nil {
			t.Errorf("it did not close: %v, %v", err, in.Unwell())
		}
	})
}

func TestHangingCountsAsBeingDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in, _ := fixed()
		for range breakerFailures {
			_ = in.Call(t.Context(), "x", hang)
		}
		if err := call(in, nil); sdk.KindOf(err) != sdk.Unavailable {
			t.Errorf("got %v", err)
		}
	})
}

func TestWhatIsNobodysFaultClosesNothing(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*Instance) error{
		"of an item": func(in *Instance) error { return call(in, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachItem}) },
		"of a link":  func(in *Instance) error { return call(in, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachLink}) },
		"a limit of one link": func(in *Instance) error {
			return call(in, &sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachLink, RetryAfter: time.Hour})
		},
		"not found":           func(in *Instance) error { return call(in, sdk.Errorf(sdk.NotFound, "no")) },
		"an unknown error":    func(in *Instance) error { return call(in, errors.New("odd")) },
		"a caller that left":  func(in *Instance) error { return left(in) },
		"denied for one item": func(in *Instance) error { return call(in, &sdk.Error{Kind: sdk.Denied, Scope: sdk.ReachItem}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, _ := fixed()
			for range 3 * breakerFailures {
				_ = do(in)
			}
			if err := in.Unwell(); err != nil {
				t.Errorf("it is unwell: %v", err)
			}
			if err := call(in, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestARefusedAccountIsUnwellUntilACallSucceeds(t *testing.T) {
	t.Parallel()
	in, _ := fixed()
	denied := &sdk.Error{Kind: sdk.Denied, Scope: sdk.ReachAccount, Message: "the key is refused"}
	_ = call(in, denied)
	_ = call(in, sdk.Errorf(sdk.NotFound, "no"))
	if err := in.Unwell(); !errors.Is(err, denied) {
		t.Errorf("got %v", err)
	}
	_ = call(in, nil)
	if err := in.Unwell(); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestOnlySoManyCallsRunAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, in := fixed()
		end := make(chan struct{})
		running := make(chan struct{}, 2*concurrency)
		for range 2 * concurrency {
			go func() {
				_ = in.Call(context.Background(), "x", func(context.Context) error {
					running <- struct{}{}
					<-end
					return nil
				})
			}()
		}
		synctest.Wait()
		if n := len(running); n != concurrency {
			t.Errorf("%d run at once", n)
		}
		close(end)
		synctest.Wait()
		if n := len(running); n != 2*concurrency {
			t.Errorf("%d ran", n)
		}
	})
}

func TestWorstIsTheLeastFinalError(t *testing.T) {
	t.Parallel()
	of := func(k sdk.Kind) error { return sdk.Errorf(k, "%s", k) }
	for _, c := range []struct {
		name string
		errs []error
		want sdk.Kind
	}{
		{"is nothing for no errors", nil, ""},
		{"is nothing for none that is one", []error{nil, nil}, ""},
		{"is an outage beside a not found", []error{of(sdk.NotFound), of(sdk.Unavailable)}, sdk.Unavailable},
		{"is a limit before an outage", []error{of(sdk.Unavailable), nil, of(sdk.Limited)}, sdk.Limited},
		{"is unknown beside denied", []error{of(sdk.Denied), errors.New("odd")}, sdk.Other},
		{"is gone only where all are", []error{of(sdk.Gone), of(sdk.Gone)}, sdk.Gone},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := sdk.KindOf(Worst(c.errs)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
