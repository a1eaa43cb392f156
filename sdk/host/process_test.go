package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
)

func TestProcessAnswers(t *testing.T) {
	t.Parallel()
	p, s := startStub(t, stubOptions(t, "ok"))
	got, err := scrape(t.Context(), s, "anything")
	if diff := cmp.Diff([]string{"anything"}, got); diff != "" || err != nil {
		t.Errorf("releases (-want +got):\n%s%v", diff, err)
	}
	d := p.Describe()
	if d.Name != "stub" || d.Version != "1.2.3" || len(d.Capabilities) != 2 {
		t.Errorf("description %+v", d)
	}
	if err := p.Health(t.Context()); err != nil {
		t.Errorf("health: %v", err)
	}
	if p.PID() == 0 || p.PID() == os.Getpid() {
		t.Errorf("pid %d", p.PID())
	}
}

func TestClientHasOptionalInterfacesWhereFlagged(t *testing.T) {
	t.Parallel()
	p, s := startStub(t, stubOptions(t, "ok"))
	if _, ok := s.(sdk.Feed); !ok {
		t.Error("a scraper with a feed is not one")
	}
	if _, ok := s.(sdk.Checker); !ok {
		t.Error("a scraper that checks is no checker")
	}
	if _, ok := s.(sdk.TorrentFetcher); ok {
		t.Error("a scraper fetches torrents that it cannot")
	}
	if _, ok := s.(sdk.Hook); ok {
		t.Error("a scraper takes hooks that it cannot")
	}
	if _, err := p.Debrid("i"); sdk.KindOf(err) != sdk.Invalid {
		t.Errorf("a scraper as a debrid: %v", err)
	}
	if _, err := p.Scraper("other"); sdk.KindOf(err) != sdk.Invalid {
		t.Errorf("an instance that is not there: %v", err)
	}
	feed, _ := s.(sdk.Feed)
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var name string
	err := feed.Feed(t.Context(), since, func(rs ...sdk.Release) error {
		name = rs[0].Name
		return nil
	})
	if name != since.Format(time.RFC3339) || err != nil {
		t.Errorf("feed since %q, %v", name, err)
	}
}

func TestConfigureComplains(t *testing.T) {
	t.Parallel()
	p, s := startStub(t, stubOptions(t, "ok"))
	for _, tt := range []struct {
		name, settings string
		want           []string // attributes complained about
		kind           sdk.Kind
	}{
		{name: "about an unknown argument", settings: `{"nonsense":1}`, want: []string{"nonsense"}},
		{name: "about a wrong type", settings: `{"count":"many"}`, want: []string{"count"}},
		{name: "about a value out of bounds", settings: `{"count":0}`, want: []string{"count"}},
		{name: "for the constructor", settings: `{"fail":"invalid"}`, want: []string{"token"}},
		{name: "with the constructor's error", settings: `{"fail":"denied"}`, kind: sdk.Denied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ds, err := p.Configure(t.Context(), Instance{ID: "i", Capability: sdk.CapabilityScraper, Settings: []byte(tt.settings)})
			var got []string
			for _, d := range ds {
				got = append(got, d.Attribute)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || sdk.KindOf(err) != tt.kind {
				t.Errorf("attributes (-want +got):\n%s%v", diff, err)
			}
			if _, err := scrape(t.Context(), s, "x"); err != nil {
				t.Errorf("the instance before is gone: %v", err)
			}
		})
	}
}

func TestErrorsCrossTheWire(t *testing.T) {
	t.Parallel()
	_, s := startStub(t, stubOptions(t, "ok"))
	_, err := scrape(t.Context(), s, "limited")
	var got *sdk.Error
	if !errors.As(err, &got) {
		t.Fatalf("%T %v", err, err)
	}
	want := sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachAccount, RetryAfter: 3 * time.Second, Code: "34", Message: "scrape: slow down"}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	_, err = scrape(t.Context(), s, "unavailable")
	if errors.Is(err, ErrCrashed) || sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("an upstream that is down is taken for a crash: %v", err)
	}
}

func TestYieldErrorStopsTheCall(t *testing.T) {
	t.Parallel()
	_, s := startStub(t, stubOptions(t, "ok"))
	enough := errors.New("enough")
	err := s.Scrape(t.Context(), sdk.Query{Names: []string{"flood:1000000"}}, func(...sdk.Release) error { return enough })
	if !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestFloodIsHeldBackByItsReader(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "ok")
	o.MemoryLimit = 64 << 20
	p, s := startStub(t, o)
	want, got := 50000, 0
	err := s.Scrape(t.Context(), sdk.Query{Names: []string{"flood:" + strconv.Itoa(want)}}, func(rs ...sdk.Release) error {
		if len(rs) > 100 {
			return fmt.Errorf("a batch of %d", len(rs))
		}
		got += len(rs)
		return nil
	})
	if got != want || err != nil {
		t.Errorf("%d of %d releases, %v", got, want, err)
	}
	if m := proportionalMemory(p.PID()); m > 128<<20 {
		t.Errorf("the plugin holds %v", m)
	}
}

func TestServicesReachTheHost(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "ok")
	services := newMemory()
	o.Services = services
	_, s := startStub(t, o)
	for _, want := range []string{" 0 true one true", "one 1 true two true"} {
		_, value, _ := strings.Cut(strings.TrimSuffix(want, " true"), "true ")
		got, err := scrape(t.Context(), s, "state:"+value)
		if diff := cmp.Diff([]string{want}, got); diff != "" || err != nil {
			t.Errorf("state (-want +got):\n%s%v", diff, err)
		}
	}
	if diff := cmp.Diff([]string{"i search 2", "i search 2"}, services.acquisitions()); diff != "" {
		t.Errorf("acquired (-want +got):\n%s", diff)
	}
}

func TestInstanceGetsItsEnvironmentAndLogs(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "ok")
	var log logBook
	o.Log = log.logger()
	p, _ := startStub(t, o)
	ds, err := p.Configure(t.Context(), Instance{
		ID: "u", Name: "mine", Capability: sdk.CapabilityScraper, Settings: []byte(`{"token":"hunter2"}`), Trust: sdk.TrustUser, Folder: "/f",
	})
	if err != nil || HasErrors(ds) {
		t.Fatal(ds, err)
	}
	s, err := p.Scraper("u")
	if err != nil {
		t.Fatal(err)
	}
	got, err := scrape(t.Context(), s, "describe-env")
	if diff := cmp.Diff([]string{"mine user /f hunter2"}, got); diff != "" || err != nil {
		t.Errorf("env (-want +got):\n%s%v", diff, err)
	}
	eventually(t, "the line is logged", func() bool {
		return strings.Contains(log.String(), `msg="a line" instance=mine n=1 token=***`)
	})
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("the log tells a secret:\n%s", log.String())
	}
}

func TestSecretsStayInThePlugin(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "ok")
	var log logBook
	o.Log = log.logger()
	p, _ := startStub(t, o)
	s := configured(t, p, "q", `{"token":"correct horse \"battery\""}`)
	_, err := scrape(t.Context(), s, "quote")
	if sdk.KindOf(err) != sdk.Denied || err.Error() != "the key *** is refused" {
		t.Errorf("got %v", err)
	}
	eventually(t, "the line is logged", func() bool { return strings.Contains(log.String(), "asked with ***") })
	if in := (Instance{ID: "x", Settings: []byte("hunter2")}); strings.Contains(fmt.Sprintf("%v %+v %#v %s", in, in, in, in), "hunter2") {
		t.Error("an instance prints its settings")
	}
}

func TestUserInstancesNeedTheFlag(t *testing.T) {
	t.Parallel()
	p, _ := startStub(t, stubOptions(t, "ok"))
	_, err := p.Configure(t.Context(), Instance{ID: "n", Capability: sdk.CapabilityNotifier, Trust: sdk.TrustUser})
	if sdk.KindOf(err) != sdk.Invalid {
		t.Errorf("a plugin that may reach anything is offered to users: %v", err)
	}
}

func TestEnvironmentDoesNotLeak(t *testing.T) {
	t.Setenv("MILLRACE_SECRET_OF_THE_HOST", "hunter2")
	t.Setenv("TZ", "UTC")
	_, s := startStub(t, stubOptions(t, "ok"))
	got, err := scrape(t.Context(), s, "env")
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(got, "\n")
	if strings.Contains(all, "hunter2") {
		t.Errorf("the plugin sees the host's environment:\n%s", all)
	}
	if !strings.Contains(all, "TZ=UTC") || !strings.Contains(all, "PATH=") {
		t.Errorf("what is allowed is missing:\n%s", all)
	}
}

func TestWhatAPluginPrintsIsHarmless(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"evil-log", "long-line"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			o := stubOptions(t, "chatter")
			var log logBook
			o.Log = log.logger()
			_, s := startStub(t, o)
			for range 3 {
				got, err := scrape(t.Context(), s, command)
				if diff := cmp.Diff([]string{"still here"}, got); diff != "" || err != nil {
					t.Fatalf("releases (-want +got):\n%s%v", diff, err)
				}
			}
			eventually(t, "the first line is logged", func() bool { return strings.Contains(log.String(), "hello before the handshake") })
			if command == "long-line" {
				eventually(t, "a print is logged", func() bool { return strings.Contains(log.String(), "printed by the plugin") })
			}
			if n := len(log.String()); n > 1<<20 {
				t.Errorf("%d bytes were logged", n)
			}
		})
	}
}

func TestStartTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, kind string
		change     func(*Options)
		want       error
		text       []string
	}{
		{name: "of a file that is not there", kind: "ok", change: func(o *Options) { o.Path += "-no" }, want: ErrStart, text: []string{"cannot be run", "no such file"}},
		{name: "of a binary that is no plugin", kind: "alien", want: ErrStart, text: []string{"ended with status 3"}},
		{name: "of a plugin that dies", kind: "crasher", want: ErrStart, text: []string{"ended with status 4", "cannot go on"}},
		{name: "of a plugin that says nothing", kind: "mute", change: func(o *Options) { o.StartTimeout = 2 * time.Second }, want: ErrStart, text: []string{"took too long", "about to hang"}},
		{name: "of another protocol", kind: "newer", want: ErrVersion, text: []string{`plugin "stub" 1.2.3 speaks protocol 7`, "speaks protocol 1", "install a newer version of Millrace"}},
		{name: "of a changed file", kind: "ok", change: func(o *Options) { o.Checksum = strings.Repeat("0", 64) }, want: ErrChecksum, text: []string{"SHA-256", "install it again"}},
		{name: "of a false name", kind: "liar", want: ErrStart, text: []string{`calls itself "liar"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := stubOptions(t, tt.kind)
			if tt.change != nil {
				tt.change(&o)
			}
			p, err := Start(t.Context(), o)
			if err == nil {
				p.Kill()
				t.Fatal("it started")
			}
			if !errors.Is(err, tt.want) || sdk.KindOf(err) != sdk.Unavailable || sdk.ScopeOf(err) != sdk.ReachProvider {
				t.Errorf("got %v, kind %s", err, sdk.KindOf(err))
			}
			for _, text := range tt.text {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not say %q", err, text)
				}
			}
		})
	}
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := Start(ctx, stubOptions(t, "mute"))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestVerifiedFileIsWhatRuns(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "ok")
	sum, err := Checksum(o.Path, "")
	if err != nil {
		t.Fatal(err)
	}
	o.Checksum = strings.ToUpper(sum)
	_, s := startStub(t, o)
	if _, err := scrape(t.Context(), s, "x"); err != nil {
		t.Error(err)
	}
}

func TestFileIsChangedAfterItWasVerified(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "ok")
	file := filepath.Join(t.TempDir(), "plugin")
	if err := os.Symlink(o.Path, file); err != nil {
		t.Fatal(err)
	}
	o.Path = file
	var log logBook
	c, err := newChild(o, &output{log: log.logger()})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("#!/bin/sh\necho evil\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.cmd.Args = append(c.cmd.Args, "describe")
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-c.exited
	c.lineTo.Close()
	if c.exit() != nil || !strings.Contains(log.String(), "1.2.3") || strings.Contains(log.String(), "evil") {
		t.Errorf("%v:\n%s", c.exit(), log.String())
	}
}

func TestCrashIsTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, command, text string }{
		{"with the status", "crash", "ended with status 6"},
		{"with the signal", "kill", "killed by signal 9: out of memory, perhaps"},
		{"of a panic in a goroutine", "panic-goroutine", "ended with status 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, s := startStub(t, stubOptions(t, "ok"))
			_, err := scrape(t.Context(), s, tt.command)
			if !errors.Is(err, ErrCrashed) || sdk.KindOf(err) != sdk.Unavailable || sdk.ScopeOf(err) != sdk.ReachProvider {
				t.Errorf("got %v", err)
			}
			if !strings.Contains(err.Error(), tt.text) {
				t.Errorf("%q does not say %q", err, tt.text)
			}
			<-p.Done()
		})
	}
}

func TestPanicInACallIsAnError(t *testing.T) {
	t.Parallel()
	p, s := startStub(t, stubOptions(t, "ok"))
	_, err := scrape(t.Context(), s, "panic")
	if sdk.KindOf(err) != sdk.Other || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	if _, err := scrape(t.Context(), s, "x"); err != nil {
		t.Errorf("the process is gone: %v", err)
	}
	eventually(t, "the panic is among the last lines", func() bool { return strings.Contains(strings.Join(p.Stderr(), "\n"), "a bug") })
}

func TestDeadlineReachesThePlugin(t *testing.T) {
	t.Parallel()
	_, s := startStub(t, stubOptions(t, "ok"))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := scrape(ctx, s, "hang")
	if !errors.Is(err, context.DeadlineExceeded) || sdk.KindOf(err) != sdk.Unavailable || errors.Is(err, ErrCrashed) {
		t.Errorf("got %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := scrape(ctx, s, "hang"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestLargeMessages(t *testing.T) {
	t.Parallel()
	p, s := startStub(t, stubOptions(t, "ok"))
	got, err := scrape(t.Context(), s, "large:"+strconv.Itoa(20<<20))
	if err != nil || len(got) != 1 || len(got[0]) != 20<<20 {
		t.Errorf("an answer of 20 MiB: %d releases, %v", len(got), err)
	}
	if _, err := scrape(t.Context(), s, strings.Repeat("q", 8<<20)); err != nil {
		t.Errorf("a request of 8 MiB: %v", err)
	}
	if _, err := scrape(t.Context(), s, "large:"+strconv.Itoa(65<<20)); sdk.KindOf(err) != sdk.Other {
		t.Errorf("an answer of 65 MiB: %v", err)
	}
	if err := p.Health(t.Context()); err != nil {
		t.Errorf("the process is gone: %v", err)
	}
}

func TestDrainLetsCallsFinish(t *testing.T) {
	t.Parallel()
	p, s := startStub(t, stubOptions(t, "ok"))
	file := filepath.Join(t.TempDir(), "linger")
	done := make(chan error, 1)
	go func() {
		_, err := scrape(t.Context(), s, "linger:"+file)
		done <- err
	}()
	eventually(t, "the call is under way", func() bool { b, _ := os.ReadFile(file); return string(b) == "began" })
	if err := p.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Errorf("the call was cut off: %v", err)
	}
	if _, err := scrape(t.Context(), s, "x"); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("a call is taken after Drain: %v", err)
	}
}

func TestDrainGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	p, s := startStub(t, stubOptions(t, "ok"))
	done := make(chan error, 1)
	go func() {
		_, err := scrape(t.Context(), s, "hang")
		done <- err
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := p.Drain(ctx); err == nil {
		// The call may not have begun; then there was nothing to wait for.
		t.Log("drained before the call began")
	}
	p.Kill()
	if err := <-done; err == nil {
		t.Error("the call went on")
	}
}

func TestKillEndsWhatWillNotEnd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, kind, command string }{
		{"though it is stopped", "ok", "stop"},
		{"though it ignores the end of its server", "slow-exit", "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := stubOptions(t, tt.kind)
			o.Grace = 200 * time.Millisecond
			p, s := startStub(t, o)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, _ = scrape(ctx, s, tt.command) // a stopped process does not answer
			pid := p.PID()
			p.Kill()
			if alive(pid) {
				t.Error("it lives on")
			}
			if p.Exit() == nil {
				t.Error("it ended by itself")
			}
		})
	}
}

func TestGrandchildrenEndWithThePlugin(t *testing.T) {
	t.Parallel()
	p, s := startStub(t, stubOptions(t, "ok"))
	got, err := scrape(t.Context(), s, "children")
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(got[0])
	if err != nil || !alive(pid) {
		t.Fatalf("no grandchild: %v", err)
	}
	p.Kill()
	eventually(t, "the grandchild has ended", func() bool { return !alive(pid) })
}

func TestPluginEndsWithAKilledHost(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "mr")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), stubEnv+"=host", "MILLRACE_TEST_RUNTIME="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var plugin, grandchild int
	var problem string
	if _, err := fmt.Fscan(out, &plugin, &grandchild, &problem); err != nil || problem != "<nil>" {
		t.Fatalf("the host did not start its plugin: %v %s", err, problem)
	}
	if !alive(plugin) || !alive(grandchild) {
		t.Fatal("the plugin is not there")
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as it should be
	eventually(t, "the plugin has ended", func() bool { return !alive(plugin) })
	eventually(t, "the grandchild has ended", func() bool { return !alive(grandchild) })

	left, err := filepath.Glob(dir + "/*/*/*/*")
	if err != nil || len(left) == 0 {
		t.Fatalf("a killed host leaves sockets: %v %v", left, err)
	}
	r, err := runtimeIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if left, _ := filepath.Glob(dir + "/*/*/*/*"); len(left) > 0 {
		t.Errorf("the next host leaves them too: %v", left)
	}
}

func TestDescribeCachedStartsAProcessOnce(t *testing.T) {
	t.Parallel()
	o := stubOptions(t, "ok")
	cache := t.TempDir()
	first, err := DescribeCached(t.Context(), o, cache)
	if err != nil {
		t.Fatal(err)
	}
	o.Env = []string{stubEnv + "=crasher"} // would not start
	second, err := DescribeCached(t.Context(), o, cache)
	if diff := cmp.Diff(first, second); diff != "" || err != nil {
		t.Errorf("description (-first +second):\n%s%v", diff, err)
	}
}

func TestChecksumFollowsTheFile(t *testing.T) {
	t.Parallel()
	cache, file := t.TempDir(), filepath.Join(t.TempDir(), "f")
	sums := map[string]bool{}
	for _, content := range []string{"one", "two", "two"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		sum, err := Checksum(file, cache)
		if err != nil {
			t.Fatal(err)
		}
		sums[sum] = true
	}
	if len(sums) != 2 {
		t.Errorf("%d checksums of two contents", len(sums))
	}
}
