package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
)

// quick is a policy for tests: what production waits for in seconds is had in milliseconds.
var quick = Policy{
	BackoffMin: time.Millisecond, BackoffMax: 20 * time.Millisecond, Crashes: 50,
	HealthEvery: 50 * time.Millisecond, HealthTimeout: 10 * time.Second, HealthFailures: 2,
}

// supervise runs a supervisor until the end of the test.
func supervise(tb testing.TB, o Options, p Policy) *Supervisor {
	tb.Helper()
	s, err := NewSupervisor(o, nil, p)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("run: %v", err)
		}
		if got := s.Status().State; got != StateStopped {
			tb.Errorf("it is %s after Run", got)
		}
	})
	return s
}

func TestSupervisorRestartsWhatDies(t *testing.T) {
	t.Parallel()
	s := supervise(t, stubOptions(t, "ok"), quick)
	sc := configured(t, s, "i", `{"count":2}`)
	for want := 1; want <= 3; want++ {
		before := s.Status().PID
		if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		// The call may still find the dead process, be made again, or wait for the next one: all of that is the supervisor's.
		got, err := scrape(t.Context(), sc, "again")
		if diff := cmp.Diff([]string{"again", "again"}, got); diff != "" || err != nil {
			t.Fatalf("after death %d (-want +got):\n%s%v", want, diff, err)
		}
		if after := s.Status(); after.PID == before || after.Restarts != want || after.State != StateRunning {
			t.Errorf("status %+v", after)
		}
	}
	if got := s.Status().LastError; !strings.Contains(got, "killed by signal 9") {
		t.Errorf("last error %q", got)
	}
}

func TestIdempotentCallIsMadeAgainOnce(t *testing.T) {
	t.Parallel()
	s := supervise(t, stubOptions(t, "ok"), quick)
	sc := configured(t, s, "i", `{}`)
	got, err := scrape(t.Context(), sc, "crash-once:"+filepath.Join(t.TempDir(), "f"))
	if diff := cmp.Diff([]string{"after"}, got); diff != "" || err != nil {
		t.Errorf("releases (-want +got):\n%s%v", diff, err)
	}
	if n := s.Status().Restarts; n != 1 {
		t.Errorf("%d restarts", n)
	}
	if _, err := scrape(t.Context(), sc, "crash"); !errors.Is(err, ErrCrashed) {
		t.Errorf("a call that always kills: %v", err)
	}
	eventually(t, "the second and third process have died", func() bool { return s.Status().Restarts == 3 })
}

func TestCallThatYieldedIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	s := supervise(t, stubOptions(t, "ok"), quick)
	sc := configured(t, s, "i", `{}`)
	file := filepath.Join(t.TempDir(), "calls")
	got, err := scrape(t.Context(), sc, "crash-late:"+file)
	if diff := cmp.Diff([]string{"first"}, got); diff != "" || !errors.Is(err, ErrCrashed) {
		t.Errorf("releases (-want +got):\n%s%v", diff, err)
	}
	if calls, err := os.ReadFile(file); string(calls) != "called\n" {
		t.Errorf("calls: %q %v", calls, err)
	}
}

func TestTooManyCrashesFail(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "crasher")
	p := quick
	p.Crashes = 5
	s := supervise(t, o, p)
	eventually(t, "it is given up", func() bool { return s.Status().State == StateFailed })
	st := s.Status()
	if st.Restarts != 4 || !strings.Contains(st.LastError, "ended with status 4") || !strings.Contains(st.LastError, "cannot go on") {
		t.Errorf("status %+v", st)
	}
	_, err := s.Configure(t.Context(), Instance{ID: "i", Capability: sdk.CapabilityScraper})
	if !errors.Is(err, ErrFailed) || sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("configure: %v", err)
	}
	s.Reset()
	eventually(t, "it is started again", func() bool { return s.Status().Restarts > 4 })
}

func TestWrongProtocolIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	s := supervise(t, stubOptions(t, "newer"), quick)
	eventually(t, "it is given up", func() bool { return s.Status().State == StateFailed })
	if st := s.Status(); st.Restarts != 0 || !strings.Contains(st.LastError, "protocol 7") {
		t.Errorf("status %+v", st)
	}
}

func TestHangingProcessIsReplaced(t *testing.T) {
	t.Parallel()
	p := quick
	p.HealthTimeout = 500 * time.Millisecond
	s := supervise(t, stubOptions(t, "ok"), p)
	sc := configured(t, s, "i", `{}`)
	pid := s.Status().PID
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another process runs", func() bool { st := s.Status(); return st.State == StateRunning && st.PID != pid })
	if got := s.Status().LastError; !strings.Contains(got, "health checks") {
		t.Errorf("last error %q", got)
	}
	if _, err := scrape(t.Context(), sc, "x"); err != nil {
		t.Error(err)
	}
	if alive(pid) {
		t.Error("the process that hung lives on")
	}
}

func TestCallWaitsForAStartAsLongAsItsCallerDoes(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "mute")
	s := supervise(t, o, quick)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := s.Configure(ctx, Instance{ID: "i", Capability: sdk.CapabilityScraper})
	if !errors.Is(err, context.DeadlineExceeded) || sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestInstanceThatCameWhileDownIsConfiguredLater(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "ok")
	file := filepath.Join(t.TempDir(), "plugin")
	target := o.Path
	o.Path = file // not there yet
	s := supervise(t, o, quick)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Configure(ctx, Instance{ID: "i", Capability: sdk.CapabilityScraper, Settings: []byte(`{"count":3}`)}); err == nil {
		t.Fatal("it was configured")
	}
	if err := os.Symlink(target, file); err != nil {
		t.Fatal(err)
	}
	s.Reset()
	eventually(t, "it runs", func() bool { return s.Status().State == StateRunning })
	sc, err := s.Scraper("i")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := scrape(t.Context(), sc, "x"); len(got) != 3 || err != nil {
		t.Errorf("%q %v", got, err)
	}
}

func TestRefusedAfterRestartIsTold(t *testing.T) {
	t.Parallel()
	s := supervise(t, stubOptions(t, "ok"), quick)
	configured(t, s, "i", `{}`)
	// What the plugin accepted once it refuses the next time.
	s.mu.Lock()
	s.wanted["i"].in.Settings = []byte(`{"fail":"denied"}`)
	s.mu.Unlock()
	sc, err := s.Scraper("i")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scrape(t.Context(), sc, "crash"); err == nil {
		t.Fatal("it did not crash")
	}
	eventually(t, "the refusal is told", func() bool {
		_, err := scrape(t.Context(), sc, "x")
		return sdk.KindOf(err) == sdk.Denied
	})
	configured(t, s, "i", `{}`)
	if _, err := scrape(t.Context(), sc, "x"); err != nil {
		t.Errorf("after it was configured well: %v", err)
	}
}

func TestReleasedInstanceIsForgotten(t *testing.T) {
	t.Parallel()
	s := supervise(t, stubOptions(t, "ok"), quick)
	sc := configured(t, s, "i", `{}`)
	if err := s.Release(t.Context(), "i"); err != nil {
		t.Fatal(err)
	}
	if err := s.Release(t.Context(), "i"); err != nil {
		t.Errorf("again: %v", err)
	}
	if _, err := scrape(t.Context(), sc, "x"); sdk.KindOf(err) != sdk.Invalid {
		t.Errorf("a call to it: %v", err)
	}
	if _, err := s.Scraper("i"); sdk.KindOf(err) != sdk.Invalid {
		t.Errorf("a client of it: %v", err)
	}
}

func TestSupervisorDrains(t *testing.T) {
	t.Parallel()
	s, err := NewSupervisor(stubOptions(t, "ok"), nil, quick)
	if err != nil {
		t.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- s.Run(t.Context()) }()
	sc := configured(t, s, "i", `{}`)
	file := filepath.Join(t.TempDir(), "linger")
	done := make(chan error, 1)
	go func() {
		_, err := scrape(t.Context(), sc, "linger:"+file)
		done <- err
	}()
	eventually(t, "the call is under way", func() bool { b, _ := os.ReadFile(file); return string(b) == "began" })
	if err := s.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if err := errors.Join(<-done, <-ran); err != nil {
		t.Error(err)
	}
	if _, err := scrape(t.Context(), sc, "x"); !errors.Is(err, ErrStopped) {
		t.Errorf("a call afterwards: %v", err)
	}
}

func TestClientsCanBeHadFromADescription(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "ok")
	d, err := DescribeCached(t.Context(), o, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSupervisor(o, &d, quick)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.Configure(ctx, Instance{ID: "i", Capability: sdk.CapabilityScraper}); err == nil {
		t.Fatal("it was configured without a process")
	}
	sc, err := s.Scraper("i")
	if _, ok := sc.(sdk.Feed); !ok || err != nil {
		t.Errorf("%T %v", sc, err)
	}
}

func TestStatusTellsOfMemory(t *testing.T) {
	t.Parallel()
	s := supervise(t, stubOptions(t, "ok"), quick)
	configured(t, s, "i", `{}`)
	st := s.Status()
	if st.Memory < 1<<20 || st.Version != "1.2.3" || st.Started.IsZero() {
		t.Errorf("status %+v", st)
	}
}

func TestManyCallersSurviveManyDeaths(t *testing.T) {
	t.Parallel()
	s := supervise(t, stubOptions(t, "ok"), quick)
	var callers sync.WaitGroup
	for i := range 8 {
		callers.Go(func() {
			id := strconv.Itoa(i)
			for range 10 {
				// Made anew each time, as the settings of a user of the addon are.
				if ds, err := s.Configure(t.Context(), Instance{ID: id, Capability: sdk.CapabilityScraper}); len(ds) > 0 || (err != nil && !errors.Is(err, ErrCrashed)) {
					t.Errorf("configure %s: %v %v", id, ds, err)
				}
				sc, err := s.Scraper(id)
				if err != nil {
					t.Errorf("instance %s: %v", id, err)
					return
				}
				if got, err := scrape(t.Context(), sc, "x"); err != nil && !errors.Is(err, ErrCrashed) {
					t.Errorf("scrape %s: %q %v", id, got, err)
				}
			}
		})
	}
	for range 5 {
		eventually(t, "it runs", func() bool { return s.Status().State == StateRunning })
		if pid := s.Status().PID; pid != 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have died of the last one just now
		}
	}
	callers.Wait()
	sc := configured(t, s, "last", `{}`)
	if _, err := scrape(t.Context(), sc, "x"); err != nil {
		t.Error(err)
	}
}
