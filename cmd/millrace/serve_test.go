package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// heard is what a daemon writes; it tells when a text has come.
type heard struct {
	mu   sync.Mutex
	text strings.Builder // guarded by mu
	want string
	came chan struct{} // closed when want has come
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before := strings.Contains(h.text.String(), h.want)
	h.text.Write(b)
	if !before && strings.Contains(h.text.String(), h.want) {
		close(h.came)
	}
	return len(b), nil
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// daemon runs `millrace serve` on the world's data folder with nothing but defaults, and gives what ends it.
func (w *world) daemon(log *heard, args ...string) (stop func() int) {
	w.t.Helper()
	file := filepath.Join(w.home, "config.hcl")
	text := "data = \"" + w.data + "\"\nserver { listen = \"127.0.0.1:0\" }\nplugins { dir = \"" + w.home + "\" }\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	p := &program{in: strings.NewReader(""), out: log, err: log, now: time.Now, every: time.Millisecond}
	go func() { ended <- p.run(ctx, append([]string{"serve", "-config", file}, args...)) }()
	select {
	case <-log.came:
	case code := <-ended:
		cancel()
		w.t.Fatalf("the daemon ended with %d: %s", code, log)
	}
	w.t.Cleanup(cancel)
	return func() int {
		cancel()
		return <-ended
	}
}

func TestALibraryIsBackedUpAndRestored(t *testing.T) {
	t.Parallel()
	w := setup(t)
	log := &heard{want: "Set the password once at http://", came: make(chan struct{})}
	stop := w.daemon(log)
	data, file := "--data="+w.data, "--config="+filepath.Join(w.home, "config.hcl")
	if got := w.run("", "status", data); got.code != exitOK || !strings.Contains(got.out, "No items.") {
		t.Errorf("status: %s", got)
	}
	made := w.run("", "key", "new", "first", data)
	if made.code != exitOK || !strings.HasPrefix(made.out, "mr_") {
		t.Fatalf("key new: %s", made)
	}
	zip := filepath.Join(w.home, "b.zip")
	if got := w.run("", "backup", zip, data); got.code != exitOK {
		t.Fatalf("backup: %s", got)
	}
	if got := w.run("", "key", "new", "second", data); got.code != exitOK {
		t.Fatalf("key new: %s", got)
	}
	if got := w.run("", "restore", zip, "--yes", file); got.code != exitFailed || !strings.Contains(got.err, "stop it first") {
		t.Errorf("restore beside a daemon: %s", got)
	}
	if got := w.run("", "serve", file); got.code != exitFailed || !strings.Contains(got.err, "a daemon runs on DATA: stop it first") {
		t.Errorf("a second daemon: %s", got)
	}
	if code := stop(); code != exitOK {
		t.Fatalf("the daemon ended with %d: %s", code, log)
	}
	if got := w.run("", "restore", zip, file); got.code != exitUsage {
		t.Errorf("restore without asking: %s", got)
	}
	if got := w.run("", "restore", zip, "--yes", file); got.code != exitOK {
		t.Fatalf("restore: %s", got)
	}
	again := &heard{want: "Millrace runs at", came: make(chan struct{})}
	stop = w.daemon(again)
	if got := w.run("", "key", "list", data); !strings.Contains(got.out, "first") || strings.Contains(got.out, "second") {
		t.Errorf("after the restore: %s", got)
	}
	if code := stop(); code != exitOK {
		t.Errorf("the daemon ended with %d: %s", code, again)
	}
}

func TestALogOfJSONHoldsNoLinkToSetThePassword(t *testing.T) {
	t.Parallel()
	w := setup(t)
	log := &heard{want: "no password is set", came: make(chan struct{})}
	stop := w.daemon(log, "-log-format", "json")
	if code := stop(); code != exitOK {
		t.Errorf("the daemon ended with %d", code)
	}
	for line := range strings.Lines(log.String()) {
		valid(t, line)
	}
	if strings.Contains(log.String(), "/setup") {
		t.Errorf("got %s", log)
	}
}

func TestADaemonWithMistakesInItsConfigurationDoesNotStart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	file := filepath.Join(w.home, "config.hcl")
	if err := os.WriteFile(file, []byte("lag {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := w.run("", "serve", "-config", file)
	if got.code != exitFailed || strings.Count(got.err, "There is no block called \"lag\" here.") != 1 {
		t.Errorf("got %s", got)
	}
}

func TestTheCacheOfARealDaemonCanBeAsked(t *testing.T) {
	t.Parallel()
	w := setup(t)
	log := &heard{want: "Set the password once at http://", came: make(chan struct{})}
	stop := w.daemon(log)
	for _, tc := range []struct {
		args string
		code int
		says string
	}{
		{"top", exitOK, "Nothing is being read."},
		{"cache status", exitOK, "Disk    0 B of"},
		{"cache pin movies/x.mkv", exitFailed, `neither the library nor the cache has "movies/x.mkv"`},
		{"cache unpin movies/x.mkv", exitFailed, `neither the library nor the cache has "movies/x.mkv"`},
		{"cache pin /", exitFailed, "it cannot be done: no file there has bytes to fetch"},
		{"cache drop / -y", exitFailed, "say a path below the root, or all"},
		{"cache drop --all -y", exitOK, "Freed 0 B."},
	} {
		if got := w.run("", append(strings.Fields(tc.args), "--data", w.data)...); got.code != tc.code || !strings.Contains(got.out+got.err, tc.says) {
			t.Errorf("%s: want code %d and %q, got %s", tc.args, tc.code, tc.says, got)
		}
	}
	if code := stop(); code != exitOK {
		t.Errorf("the daemon ended with %d: %s", code, log)
	}
}
