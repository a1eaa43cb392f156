package host

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/test/bufconn"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/serve"
)

func TestAttachReachesAPluginOfThisProcess(t *testing.T) {
	t.Parallel()
	plugin, services := bufconn.Listen(1<<20), bufconn.Listen(1<<20)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	var log logBook
	go func() { served <- serve.Listen(ctx, stubPlugin, plugin, services.DialContext, &log) }()
	o := Options{Name: "stub", Services: newMemory()}
	p, err := Attach(t.Context(), o, Attachment{Dial: plugin.DialContext, Services: services})
	if err != nil {
		t.Fatal(err)
	}
	s := configured(t, p, "i", `{"count":2}`)
	got, err := scrape(t.Context(), s, "x")
	if diff := cmp.Diff([]string{"x", "x"}, got); diff != "" || err != nil {
		t.Errorf("releases (-want +got):\n%s%v", diff, err)
	}
	got, err = scrape(t.Context(), s, "state:one")
	if diff := cmp.Diff([]string{" 0 true one true"}, got); diff != "" || err != nil {
		t.Errorf("state (-want +got):\n%s%v", diff, err)
	}
	if err := p.Health(t.Context()); err != nil {
		t.Error(err)
	}
	p.Kill()
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestRuntimeFoldersAreTold(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "a-name-that-is-long-enough-to-make-every-socket-in-it-longer-than-the-system-allows", "x")
	if _, err := runtimeIn(root); err == nil {
		t.Error("a folder is taken in which no socket can be")
	}
	a, b := tempRuntime(t), tempRuntime(t)
	second, err := runtimeIn(filepath.Dir(a.Dir()))
	if err != nil {
		t.Fatal(err)
	}
	if second.Dir() == a.Dir() || second.Dir() == b.Dir() {
		t.Errorf("two daemons share %s", second.Dir())
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// silent is a plugin that takes connections and never answers.
func TestAttachGivesUp(t *testing.T) {
	t.Parallel()
	l := bufconn.Listen(1)
	t.Cleanup(func() { l.Close() })
	dial := func(ctx context.Context) (net.Conn, error) { return l.DialContext(ctx) }
	_, err := Attach(t.Context(), Options{Name: "silent", StartTimeout: 100 * time.Millisecond}, Attachment{Dial: dial})
	if sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestReattachReachesAPluginInADebugger(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), stubEnv+"=debugged")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "=") {
	}
	name, value, _ := strings.Cut(lines.Text(), "=")
	t.Setenv(name, strings.Trim(value, "'"))
	o := stubOptions(t, "crasher") // it must not be started
	o.Services = newMemory()
	s := supervise(t, o, quick)
	sc := configured(t, s, "i", `{}`)
	got, err := scrape(t.Context(), sc, "state:one")
	if diff := cmp.Diff([]string{" 0 true one true"}, got); diff != "" || err != nil {
		t.Errorf("state (-want +got):\n%s%v", diff, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the plugin ended badly: %v", err)
	}
	eventually(t, "its end is noticed", func() bool { return s.Status().State != StateRunning })
}
