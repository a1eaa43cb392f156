package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/serve"
)

// The test binary is its own misbehaving plugin: with stubEnv it is one, of the kind that the variable names.
const stubEnv = "MILLRACE_TEST_STUB"

func TestMain(m *testing.M) {
	switch kind := os.Getenv(stubEnv); kind {
	case "":
		status := m.Run()
		if left := leftovers(); status == 0 && left != "" {
			fmt.Fprintln(os.Stderr, "the tests left behind:\n"+left)
			status = 1
		}
		os.Exit(status)
	case "host":
		runStubHost()
	default:
		runStub(kind)
	}
}

// leftovers are goroutines of the host's and processes that outlive the tests, given a moment to end.
func leftovers() string {
	deadline := time.Now().Add(5 * time.Second)
	for {
		left := append(goroutines(), children()...)
		if len(left) == 0 {
			return ""
		}
		if time.Now().After(deadline) {
			return strings.Join(left, "\n\n")
		}
		timer := time.NewTimer(10 * time.Millisecond)
		<-timer.C
	}
}

func goroutines() []string {
	buf := make([]byte, 4<<20)
	var left []string
	for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")[1:] {
		if strings.Contains(g, "sdk/host.") || strings.Contains(g, "go-plugin") || strings.Contains(g, "google.golang.org/grpc") {
			left = append(left, g)
		}
	}
	return left
}

func children() []string {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	var left []string
	for _, file := range stats {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // it ended meanwhile
		}
		_, rest, _ := strings.Cut(string(b), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(os.Getpid()) {
			left = append(left, "process "+string(b))
		}
	}
	return left
}

// runStub is the plugin's main.
func runStub(kind string) {
	switch kind {
	case "chatter":
		fmt.Println("hello before the handshake")
		fmt.Println(strings.Repeat("x", 1<<20))
	case "alien":
		fmt.Println("I am no plugin.")
		os.Exit(3)
	case "mute":
		fmt.Fprintln(os.Stderr, "mute: about to hang")
		block()
	case "newer":
		if len(os.Args) == 1 {
			fmt.Println("1|7|unix|/nowhere|grpc|")
			block()
		}
	case "crasher":
		fmt.Fprintln(os.Stderr, "crasher: cannot go on")
		os.Exit(4)
	case "liar":
		serve.Main(serve.Plugin{Name: "liar", Version: "1.0.0", Capabilities: []serve.Capability{serve.Scraper(newStub)}})
	case "debugged":
		os.Exit(serve.Run(stubPlugin, []string{"debug"}, os.Stdout, os.Stderr))
	case "slow-exit":
		defer block()
		os.Exit(slowExit())
	}
	serve.Main(stubPlugin)
}

func slowExit() int {
	status := serve.Run(stubPlugin, nil, os.Stdout, os.Stderr)
	block()
	return status
}

// block waits for a signal that never comes; the runtime does not take it for a deadlock.
func block() {
	r, w, err := os.Pipe()
	if err == nil {
		_, _ = io.Copy(io.Discard, r)
		w.Close()
	}
}

var stubPlugin = serve.Plugin{
	Name:    "stub",
	Version: "1.2.3",
	Capabilities: []serve.Capability{
		serve.Scraper(newStub, serve.TrustUser(), serve.Limit(2, 4, 3)),
		serve.Notifier(newPlain),
	},
}

type stubSettings struct {
	Token sdk.Secret `hcl:"token,optional" doc:"A secret."`
	Fail  string     `hcl:"fail,optional"`
	Count int        `hcl:"count" default:"1" min:"1" max:"100000"`
}

// stub does what the first name of a query says.
type stub struct {
	env sdk.Env
	s   stubSettings
}

var (
	_ sdk.Scraper = (*stub)(nil)
	_ sdk.Feed    = (*stub)(nil)
	_ sdk.Checker = (*stub)(nil)
	_ sdk.Closer  = (*stub)(nil)
)

func newStub(ctx context.Context, env sdk.Env, s stubSettings) (*stub, error) {
	switch s.Fail {
	case "denied":
		return nil, sdk.Errorf(sdk.Denied, "the token is refused")
	case "invalid":
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "token", Message: "the token is too short"}
	case "crash":
		os.Exit(5)
	}
	return &stub{env, s}, nil
}

func (s *stub) Close() error {
	s.env.Log.Info("closed")
	return nil
}

func (s *stub) Check(ctx context.Context) (sdk.Health, error) {
	return sdk.Health{Message: "well", User: strconv.Itoa(os.Getpid())}, nil
}

func (s *stub) Feed(ctx context.Context, since time.Time, yield func(...sdk.Release) error) error {
	return yield(sdk.Release{Name: since.Format(time.RFC3339)})
}

func (s *stub) Scrape(ctx context.Context, q sdk.Query, yield func(...sdk.Release) error) error {
	command, arg, _ := strings.Cut(q.Name(), ":")
	if do, ok := commands[command]; ok {
		return do(s, ctx, arg, yield)
	}
	for i := range s.s.Count {
		if err := yield(sdk.Release{Name: q.Name(), Seeders: i}); err != nil {
			return err
		}
	}
	return nil
}

var commands = map[string]func(s *stub, ctx context.Context, arg string, yield func(...sdk.Release) error) error{
	"crash": func(*stub, context.Context, string, func(...sdk.Release) error) error {
		os.Exit(6)
		return nil
	},
	// crash-once dies unless the file exists, which it makes.
	"crash-once": func(s *stub, _ context.Context, file string, yield func(...sdk.Release) error) error {
		if f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			f.Close()
			os.Exit(6)
		}
		return yield(sdk.Release{Name: "after"})
	},
	// crash-late yields first.
	"crash-late": func(_ *stub, ctx context.Context, file string, yield func(...sdk.Release) error) error {
		f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = f.WriteString("called\n")
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		if err := yield(sdk.Release{Name: "first"}); err != nil {
			return err
		}
		timer := time.NewTimer(200 * time.Millisecond)
		defer timer.Stop()
		<-timer.C
		os.Exit(6)
		return nil
	},
	"kill": func(_ *stub, ctx context.Context, _ string, _ func(...sdk.Release) error) error {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		<-ctx.Done()
		return ctx.Err()
	},
	"hang": func(_ *stub, ctx context.Context, _ string, _ func(...sdk.Release) error) error {
		<-ctx.Done()
		return ctx.Err()
	},
	// linger goes on for a while whatever its caller says, and tells by a file that it began and ended.
	"linger": func(_ *stub, _ context.Context, file string, yield func(...sdk.Release) error) error {
		if err := os.WriteFile(file, []byte("began"), 0o600); err != nil {
			return err
		}
		timer := time.NewTimer(300 * time.Millisecond)
		defer timer.Stop()
		<-timer.C
		return errors.Join(yield(sdk.Release{Name: "done"}), os.WriteFile(file, []byte("ended"), 0o600))
	},
	"stop": func(_ *stub, ctx context.Context, _ string, _ func(...sdk.Release) error) error {
		if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
			return err
		}
		<-ctx.Done() // the signal may come a little later
		return ctx.Err()
	},
	"panic": func(*stub, context.Context, string, func(...sdk.Release) error) error {
		panic("a bug, with hunter2 in it")
	},
	"panic-goroutine": func(_ *stub, ctx context.Context, _ string, _ func(...sdk.Release) error) error {
		go panic("a bug elsewhere")
		<-ctx.Done()
		return ctx.Err()
	},
	"evil-log": func(_ *stub, ctx context.Context, _ string, yield func(...sdk.Release) error) error {
		os.Stderr.WriteString("{\"@message\":42}\n{\"@level\":{},\"@message\":[1]}\n")
		syscall.Write(2, []byte("{\"@message\":42}\n{\"@message\":\"x\",\"@level\":7}\n\xff\xfe\n"))
		return yield(sdk.Release{Name: "still here"})
	},
	"long-line": func(_ *stub, ctx context.Context, _ string, yield func(...sdk.Release) error) error {
		line := append(bytes.Repeat([]byte("y"), 1<<20), '\n')
		for _, fd := range []int{1, 2} {
			for rest := line; len(rest) > 0; {
				n, err := syscall.Write(fd, rest)
				if err != nil {
					return err
				}
				rest = rest[n:]
			}
		}
		fmt.Println("printed by the plugin")
		return yield(sdk.Release{Name: "still here"})
	},
	"env": func(_ *stub, ctx context.Context, _ string, yield func(...sdk.Release) error) error {
		for _, kv := range os.Environ() {
			if err := yield(sdk.Release{Name: kv}); err != nil {
				return err
			}
		}
		return nil
	},
	"large": func(_ *stub, ctx context.Context, n string, yield func(...sdk.Release) error) error {
		size, err := strconv.Atoi(n)
		if err != nil {
			return err
		}
		return yield(sdk.Release{Name: strings.Repeat("z", size)})
	},
	"flood": func(_ *stub, ctx context.Context, n string, yield func(...sdk.Release) error) error {
		count, err := strconv.Atoi(n)
		for i := 0; i < count && err == nil; i++ {
			err = yield(sdk.Release{Name: "r", Page: strings.Repeat("p", 1000), Seeders: i})
		}
		return err
	},
	"children": func(_ *stub, ctx context.Context, _ string, yield func(...sdk.Release) error) error {
		cmd := exec.Command("sleep", "1000")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Start(); err != nil {
			return err
		}
		return yield(sdk.Release{Name: strconv.Itoa(cmd.Process.Pid)})
	},
	"limited": func(*stub, context.Context, string, func(...sdk.Release) error) error {
		return fmt.Errorf("scrape: %w", &sdk.Error{Kind: sdk.Limited, Scope: sdk.ReachAccount, RetryAfter: 3 * time.Second, Code: "34", Message: "slow down"})
	},
	// quote tells its secret in a log line and in its error.
	"quote": func(s *stub, _ context.Context, _ string, _ func(...sdk.Release) error) error {
		s.env.Log.Info("asked with " + s.s.Token.Reveal())
		return sdk.Errorf(sdk.Denied, "the key %s is refused", s.s.Token.Reveal())
	},
	"unavailable": func(*stub, context.Context, string, func(...sdk.Release) error) error {
		return sdk.Errorf(sdk.Unavailable, "the upstream is down")
	},
	"state": func(s *stub, ctx context.Context, value string, yield func(...sdk.Release) error) error {
		old, version, err := s.env.State.Load(ctx, "k")
		if err != nil {
			return err
		}
		swapped, err := s.env.State.Store(ctx, "k", []byte(value), version)
		if err != nil {
			return err
		}
		s.env.Cache.Put(ctx, "k", []byte(value), time.Minute)
		cached, ok := s.env.Cache.Get(ctx, "k")
		if err := s.env.Limit.Acquire(ctx, "search", 2); err != nil {
			return err
		}
		return yield(sdk.Release{Name: fmt.Sprintf("%s %d %t %s %t", old, version, swapped, cached, ok)})
	},
	"describe-env": func(s *stub, ctx context.Context, _ string, yield func(...sdk.Release) error) error {
		s.env.Log.Info("a line", "token", s.s.Token, "n", 1)
		return yield(sdk.Release{Name: fmt.Sprintf("%s %s %s %s", s.env.Instance, s.env.Trust, s.env.Folder, s.s.Token.Reveal())})
	},
}

// plain is a capability with no optional interface.
type plain struct{}

var _ sdk.Notifier = plain{}

func newPlain(context.Context, sdk.Env, struct{}) (plain, error) { return plain{}, nil }

func (plain) Notify(context.Context, sdk.Notification) error { return nil }

// runStubHost is a host that starts a plugin and waits to be killed. It tells the plugin's number on its standard output.
func runStubHost() {
	r, err := runtimeIn(os.Getenv("MILLRACE_TEST_RUNTIME"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	p, err := Start(context.Background(), Options{Path: os.Args[0], Name: "stub", Runtime: r, Env: []string{stubEnv + "=ok"}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if _, err := p.Configure(context.Background(), Instance{ID: "i", Capability: sdk.CapabilityScraper}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sc, err := p.Scraper("i")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	child := ""
	err = sc.Scrape(context.Background(), sdk.Query{Names: []string{"children"}}, func(rs ...sdk.Release) error {
		child = rs[0].Name
		return nil
	})
	fmt.Println(p.PID(), child, err)
	block()
}

// tempRuntime is a runtime folder whose path is short enough for sockets.
func tempRuntime(tb testing.TB) *Runtime {
	tb.Helper()
	dir, err := os.MkdirTemp("", "mr")
	if err != nil {
		tb.Fatal(err)
	}
	r, err := runtimeIn(dir)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		left, err := filepath.Glob(r.Dir() + "/[0-9]*")
		if err != nil || len(left) > 0 {
			tb.Errorf("sockets were left behind: %v %v", left, err)
		}
		if err := errors.Join(r.Close(), os.RemoveAll(dir)); err != nil {
			tb.Error(err)
		}
	})
	return r
}

// logBook is a log that can be read while it is written.
type logBook struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *logBook) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: levelTrace}))
}

func stubOptions(tb testing.TB, kind string) Options {
	tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return Options{
		Path: exe, Name: "stub", Runtime: tempRuntime(tb), Env: []string{stubEnv + "=" + kind},
		StartTimeout: 20 * time.Second,
	}
}

// startStub starts a stub with one instance, "i", and kills it at the end of the test.
func startStub(tb testing.TB, o Options) (*Process, sdk.Scraper) {
	tb.Helper()
	p, err := Start(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(p.Kill)
	return p, configured(tb, p, "i", `{}`)
}

func configured(tb testing.TB, n Instances, id, settings string) sdk.Scraper {
	tb.Helper()
	ds, err := n.Configure(tb.Context(), Instance{ID: id, Name: "block " + id, Capability: sdk.CapabilityScraper, Settings: []byte(settings)})
	if err != nil || HasErrors(ds) {
		tb.Fatalf("configure: %v %v", ds, err)
	}
	s, err := n.Scraper(id)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// scrape has the stub obey a command.
func scrape(ctx context.Context, s sdk.Scraper, command string) ([]string, error) {
	var names []string
	err := s.Scrape(ctx, sdk.Query{Names: []string{command}}, func(rs ...sdk.Release) error {
		for _, r := range rs {
			names = append(names, r.Name)
		}
		return nil
	})
	return names, err
}

// eventually waits for something that another process does.
func eventually(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			tb.Fatalf("it never came to be that %s", what)
		}
		timer := time.NewTimer(5 * time.Millisecond)
		<-timer.C
	}
}

func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(b), ") Z ")
}
