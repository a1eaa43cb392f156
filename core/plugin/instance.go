package plugin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
)

// defaultTimeouts bound a call where the block sets no timeout.
var defaultTimeouts = map[string]time.Duration{
	sdk.CapabilitySource:    2 * time.Minute,
	sdk.CapabilityMetadata:  30 * time.Second,
	sdk.CapabilityScraper:   30 * time.Second,
	sdk.CapabilityDebrid:    60 * time.Second,
	sdk.CapabilityAnalyzer:  2 * time.Minute,
	sdk.CapabilitySubtitles: 30 * time.Second,
	sdk.CapabilityUpdater:   30 * time.Second,
	sdk.CapabilityNotifier:  30 * time.Second,
}

// Call makes a call to the instance: bounded in time and in number, not made at all while the provider asked for a pause
// or is down, and counted by its outcome. do must use the ctx that it is given.
func (in *Instance) Call(ctx context.Context, name string, do func(context.Context) error) error {
	begin := time.Now()
	if err := in.admit(ctx); err != nil {
		in.pool.o.Observe(in, name, sdk.KindOf(err), 0)
		return err
	}
	timeout := in.Timeout
	if timeout <= 0 {
		timeout = defaultTimeouts[in.Capability]
	}
	bounded, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := do(bounded)
	switch {
	case err == nil:
	case ctx.Err() != nil: // the caller left: nobody's fault
	case bounded.Err() != nil:
		err = &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: fmt.Sprintf("%s did not answer within %s", in.Name, timeout), Err: err}
	case in.released.Load():
		err = in.replaced(err)
	}
	now := time.Now()
	if err != nil && ctx.Err() != nil {
		in.gate.abandon()
	} else {
		in.gate.leave(err, now)
	}
	in.pool.o.Observe(in, name, sdk.KindOf(err), now.Sub(begin))
	return err
}

// admit says why a call cannot be made now, if so.
func (in *Instance) admit(ctx context.Context) error {
	if in.released.Load() {
		return in.replaced(nil)
	}
	return in.gate.enter(ctx, in.Name, time.Now)
}

// replaced is the error of a call to an instance that was let go: whoever asks again finds its successor.
func (in *Instance) replaced(err error) error {
	return &sdk.Error{Kind: sdk.Unavailable, RetryAfter: time.Second, Message: in.Name + " is being configured anew", Err: err}
}

// Limits are how hard the account of an instance may be asked: what the block says, else what the plugin declares. The
// instance is named "capability/name".
func (p *Pool) Limits(instance string) sdk.Limits {
	capability, name, _ := strings.Cut(instance, "/")
	in, ok := p.Find(capability, name)
	if !ok {
		return sdk.Limits{}
	}
	return in.limits()
}

func (in *Instance) limits() sdk.Limits {
	l := in.caps.Limits
	if in.Limit > 0 {
		l.Rate, l.Burst = in.Limit, max(int(in.Limit), 1)
	}
	return l
}

// Has reports whether the plugin declared a flag for this capability.
func (in *Instance) Has(flag string) bool { return in.caps.Has(flag) }

// Unwell tells what keeps calls from the instance now, nil where nothing does.
func (in *Instance) Unwell() error {
	if in.sup != nil {
		if st := in.sup.Status(); st.State != host.StateRunning {
			return sdk.Errorf(sdk.Unavailable, "the plugin is %s: %s", st.State, orElse(st.LastError, "it takes no calls"))
		}
	}
	if in.remote != nil {
		if err := in.remote.Ready(); err != nil {
			return err
		}
	}
	return in.gate.state(time.Now())
}

// Check asks the upstream whether it is well; ok is false where the plugin cannot tell.
func (in *Instance) Check(ctx context.Context) (h sdk.Health, ok bool, err error) {
	c, ok := in.client.(sdk.Checker)
	if !ok {
		return h, false, nil
	}
	err = in.Call(ctx, "check", func(ctx context.Context) error {
		h, err = c.Check(ctx)
		return err
	})
	return h, true, err
}

// Hook passes an HTTP request on; ok is false where the plugin takes none.
func (in *Instance) Hook(ctx context.Context, r sdk.HookRequest) (resp sdk.HookResponse, ok bool, err error) {
	h, ok := in.client.(sdk.Hook)
	if !ok {
		return resp, false, nil
	}
	err = in.Call(ctx, "hook", func(ctx context.Context) error {
		resp, err = h.Hook(ctx, r)
		return err
	})
	return resp, true, err
}

// Source is the client of a source. Like the others it has an optional ability only where the plugin reported it, is to be
// used within Call, and is nil for an instance of another capability.
func (in *Instance) Source() sdk.Source { return as[sdk.Source](in) }

// Metadata is the client of a metadata service.
func (in *Instance) Metadata() sdk.Metadata { return as[sdk.Metadata](in) }

// Scraper is the client of a scraper.
func (in *Instance) Scraper() sdk.Scraper { return as[sdk.Scraper](in) }

// Debrid is the client of a debrid provider.
func (in *Instance) Debrid() sdk.Debrid { return as[sdk.Debrid](in) }

// Updater is the client of a media server.
func (in *Instance) Updater() sdk.Updater { return as[sdk.Updater](in) }

func as[T any](in *Instance) T {
	c, _ := in.client.(T)
	return c
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
