package sdktest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
	"github.com/millrace-media/millrace/sdk/serve"
)

// Case is what every suite needs: a plugin, as a value or as a binary, settings that are good, and the upstream that they
// lead to. A suite must not run in parallel with other tests: it counts goroutines.
type Case struct {
	Plugin   serve.Plugin
	Binary   string // instead of Plugin: run as a process of its own
	Settings map[string]any
	// Upstream is where Settings lead; nil leaves out what needs faults.
	Upstream *Upstream
	// But names rows of the table of errors (see Rows) that mean something else to this plugin; the kind "" leaves one out.
	But map[string]sdk.Kind
}

// suite is a run of one.
type suite struct {
	t          T
	c          Case
	capability string
	plugin     *Plugin
	goroutines int
}

// begin starts the plugin and checks what is alike for all: its schema, and what it says of bad settings.
func begin(t T, c Case, capability string) *suite {
	t.Helper()
	s := &suite{t: t, c: c, capability: capability, goroutines: runtime.NumGoroutine()}
	if c.Binary != "" {
		s.plugin = Exec(t, c.Binary)
	} else {
		if err := serve.Check(c.Plugin); err != nil {
			t.Fatalf("the plugin is not in order: %v", err)
		}
		s.plugin = Serve(t, c.Plugin)
	}
	d, ok := s.plugin.Describe().Capability(capability)
	if !ok {
		t.Fatalf("plugin %q has no capability %q", s.plugin.Describe().Name, capability)
	}
	run(t, "its schema is valid", func(t T) { checkSchema(t, d.Schema) })
	if c.Binary == "" {
		run(t, "its description is always the same", func(t T) { checkStable(t, c.Plugin, s.plugin.Describe()) })
	}
	run(t, "its settings are checked", func(t T) { checkSettings(t, s.plugin, d, c.Settings) })
	return s
}

// end checks that calls which were given up have ended in the plugin too, and that nothing is left when it has ended.
func (s *suite) end() {
	s.t.Helper()
	run(s.t, "what was given up has ended", func(t T) {
		ctx, cancel := context.WithTimeout(t.Context(), grace)
		defer cancel()
		if err := s.plugin.process.Drain(ctx); err != nil {
			t.Errorf("calls are still running %v after their callers have gone: %v", grace, err)
		}
	})
	s.plugin.Close()
	if _, ok := s.t.(*testing.T); !ok {
		return // a program has goroutines of its own
	}
	run(s.t, "no goroutine is left", func(t T) {
		deadline := time.Now().Add(5 * time.Second)
		for runtime.NumGoroutine() > s.goroutines+1 { // this check has one
			if time.Now().After(deadline) {
				stacks := make([]byte, 1<<20)
				t.Fatalf("%d goroutines, and %d at the beginning:\n%s", runtime.NumGoroutine(), s.goroutines, stacks[:runtime.Stack(stacks, true)])
			}
			pause(t.Context(), 10*time.Millisecond)
		}
	})
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func checkSchema(t T, s sdk.Schema) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range s.Attributes {
		switch {
		case a.Name == "":
			t.Errorf("an attribute has no name")
		case seen[a.Name]:
			t.Errorf("attribute %q is there twice", a.Name)
		case slices.Contains(sdk.Reserved(), a.Name):
			t.Errorf("attribute %q belongs to the host", a.Name)
		case a.Doc == "":
			t.Errorf("attribute %q has no doc", a.Name)
		case a.Required && a.Default != nil:
			t.Errorf("attribute %q is required and has a default", a.Name)
		case a.Secret && a.Default != nil:
			t.Errorf("attribute %q is a secret with a default", a.Name)
		}
		seen[a.Name] = true
	}
}

func checkStable(t T, p serve.Plugin, first sdk.Description) {
	t.Helper()
	again, err := serve.Describe(p)
	if err != nil {
		t.Fatalf("describe: %v", err)
	}
	if diff := cmp.Diff(again, first); diff != "" {
		t.Errorf("described again (-again +first):\n%s", diff)
	}
}

// checkSettings holds the plugin to telling which attribute is wrong.
func checkSettings(t T, p *Plugin, d sdk.CapabilityDescription, good map[string]any) {
	t.Helper()
	if ds := p.Validate(t, d.Capability, good); host.HasErrors(ds) {
		t.Errorf("settings that are good are refused: %v", ds)
	}
	refusals(t, p, d, good)
}

// refusals asks what the plugin says of settings that are wrong by its own schema.
func refusals(t T, p *Plugin, d sdk.CapabilityDescription, good map[string]any) {
	t.Helper()
	refused := func(what, attribute string, settings map[string]any) {
		t.Helper()
		for _, x := range p.Validate(t, d.Capability, settings) {
			if !x.Warning && (x.Attribute == attribute || strings.HasPrefix(x.Attribute, attribute+"[")) {
				return
			}
		}
		t.Errorf("%s %q is not refused by its name", what, attribute)
	}
	for _, a := range d.Schema.Attributes {
		if a.Required {
			without := maps.Clone(good)
			delete(without, a.Name)
			refused("a missing", a.Name, without)
		}
		refused("a mistyped", a.Name, with(good, a.Name, mistyped(a.Type)))
		if len(a.Choices) > 0 && a.Type == sdk.TypeString {
			refused("an unknown choice for", a.Name, with(good, a.Name, "no such choice"))
		}
	}
	refused("an unknown", "no_such_setting", with(good, "no_such_setting", true))
}

func with(settings map[string]any, name string, value any) map[string]any {
	changed := maps.Clone(settings)
	if changed == nil {
		changed = map[string]any{}
	}
	changed[name] = value
	return changed
}

func mistyped(t sdk.Type) any {
	if t == sdk.TypeString {
		return 7
	}
	return "neither a number nor a list nor anything else"
}

// faults runs the table of errors, where there is an upstream to fail.
func (s *suite) faults(call func(context.Context) error) {
	s.t.Helper()
	if s.c.Upstream != nil {
		Errors(s.t, s.c.Upstream, call, s.c.But)
	}
}

// crowd is how many calls are made at once.
const crowd = 16

// atOnce makes a call sixteen times at once and holds every answer against the first one's.
func atOnce[R any](t T, call func(context.Context) (R, error)) {
	t.Helper()
	run(t, "sixteen calls at once answer alike", func(t T) {
		want, err := call(t.Context())
		if err != nil {
			t.Fatalf("alone: %v", err)
		}
		var wg sync.WaitGroup
		for range crowd {
			wg.Go(func() {
				got, err := call(t.Context())
				if err != nil {
					t.Errorf("at once: %v", err)
				} else if diff := cmp.Diff(got, want); diff != "" {
					t.Errorf("at once (-got +want):\n%s", diff)
				}
			})
		}
		wg.Wait()
	})
}

// whole checks that what was planted comes back, field by field.
func whole[R any](t T, call func(context.Context) (R, error), want R) {
	t.Helper()
	run(t, "a planted answer comes back whole", func(t T) {
		got, err := call(t.Context())
		if err != nil {
			t.Fatalf("it failed: %v", err)
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("(-got +want):\n%s", diff)
		}
	})
}

// gather makes a slice of what is yielded.
func gather[V any](stream func(context.Context, func(...V) error) error) func(context.Context) ([]V, error) {
	return func(ctx context.Context) ([]V, error) {
		var all []V
		err := stream(ctx, func(vs ...V) error {
			all = append(all, vs...)
			return nil
		})
		return all, err
	}
}

// errStop is what the suites' yield returns.
var errStop = errors.New("the suite has had enough")

// stops checks that an error of yield ends the work and is returned.
func stops[V any](t T, stream func(context.Context, func(...V) error) error) {
	t.Helper()
	run(t, "an error of yield ends the work", func(t T) {
		calls := 0
		var err error
		if !within(10*time.Second, func() {
			err = stream(t.Context(), func(...V) error {
				calls++
				return errStop
			})
		}) {
			t.Fatalf("it went on for ten seconds")
		}
		if calls > 1 {
			t.Errorf("yield was called %d times after its error", calls-1)
		}
		if calls > 0 && !errors.Is(err, errStop) {
			t.Errorf("the error is %v, want that of yield", err)
		}
	})
}

// checkHealth runs Check where there is one.
func (s *suite) checkHealth(instance any) {
	s.t.Helper()
	checker, ok := instance.(sdk.Checker)
	if !ok {
		return
	}
	run(s.t, "its upstream is well", func(t T) {
		h, err := checker.Check(t.Context())
		if err != nil {
			t.Errorf("Check: %v", err)
		}
		if h.Slots < 0 || h.Used < 0 || h.Quota < 0 {
			t.Errorf("numbers below zero: %+v", h)
		}
	})
	s.checkTrust()
	if s.c.Upstream == nil {
		return
	}
	run(s.t, "an upstream that is down fails the check", func(t T) {
		s.c.Upstream.Heal()
		s.c.Upstream.Fault(Fault{What: Reset})
		defer s.c.Upstream.Heal()
		if _, err := checker.Check(t.Context()); sdk.KindOf(err) != sdk.Unavailable {
			t.Errorf("Check = %v, want Unavailable", err)
		}
	})
}

// checkTrust runs Check of an instance that a user of the addon brought, where the plugin may be offered to such: it must
// not reach the upstream, which is on loopback.
func (s *suite) checkTrust() {
	s.t.Helper()
	d, _ := s.plugin.Describe().Capability(s.capability)
	if !d.Has(sdk.FlagTrustUser) || !d.Has(sdk.FlagCheck) || s.c.Upstream == nil {
		return
	}
	run(s.t, "a user's instance reaches public addresses only", func(t T) {
		id := s.plugin.configure(t, host.Instance{Capability: s.capability, Settings: encode(t, s.c.Settings), Trust: sdk.TrustUser})
		v, err := s.plugin.process.Client(id)
		if err != nil {
			t.Fatalf("reach the instance: %v", err)
		}
		checker, ok := v.(sdk.Checker)
		if !ok {
			t.Fatalf("it reported a check that it does not have")
		}
		before := len(s.c.Upstream.Calls())
		if _, err := checker.Check(t.Context()); err == nil {
			t.Errorf("Check of a loopback address had no error")
		}
		if n := len(s.c.Upstream.Calls()) - before; n > 0 {
			t.Errorf("it called the loopback address %d times", n)
		}
	})
}

// given reports whether a case fills a field.
func given[V any](v V) bool { return !reflect.ValueOf(&v).Elem().IsZero() }

// nothing says that a suite cannot judge an empty answer.
func nothing(t T, what string, n int) bool {
	t.Helper()
	if n == 0 {
		t.Errorf("there are no %s to judge by", what)
	}
	return n == 0
}

// ordinal names an element of an answer in messages.
func ordinal(i int, name string) string { return fmt.Sprintf("%d (%q)", i, name) }
