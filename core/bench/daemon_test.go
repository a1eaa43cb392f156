package bench

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/db/dbtest"
)

func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }

// programs gives the folder of millrace and its plugins.
func programs(b *testing.B) string {
	b.Helper()
	dir := os.Getenv("MILLRACE_BIN")
	if dir == "" {
		dir = "../../bin"
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		_, err = os.Stat(filepath.Join(dir, "millrace"))
	}
	if err != nil {
		b.Fatalf("the programs are not there, make build makes them: %v", err)
	}
	return dir
}

// folder is a new one with a short name, as sockets want it.
func folder(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("", "mr-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			b.Logf("what the benchmark wrote is left: %v", err)
		}
	})
	return dir
}

// daemon is a process of millrace serve in a folder of its own.
type daemon struct {
	b      *testing.B
	dir    string
	cmd    *exec.Cmd
	log    *journal
	exited chan error
}

// configure writes a configuration. Without FUSE the library is not mounted.
func configure(b *testing.B, dir, blocks string) string {
	b.Helper()
	text := `data = "./data"` + "\n" + `server { listen = "127.0.0.1:0" }` + "\n" + `log { level = "warn" }` + "\n"
	if hasFUSE() {
		text += `mount { path = "./mnt" }` + "\n"
	}
	file := filepath.Join(dir, "config.hcl")
	if err := os.WriteFile(file, []byte(text+blocks), 0o600); err != nil {
		b.Fatal(err)
	}
	return file
}

func hasFUSE() bool {
	f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

const startWithin = time.Minute

// serve starts a daemon and waits until it says that it runs. It ends with the benchmark at the latest.
func serve(b *testing.B, dir, blocks string) *daemon {
	b.Helper()
	d := &daemon{b: b, dir: dir, log: newJournal(), exited: make(chan error, 1)}
	d.cmd = exec.Command(filepath.Join(programs(b), "millrace"), "serve", "--config", configure(b, dir, blocks))
	d.cmd.Dir, d.cmd.Stderr = dir, d.log
	d.cmd.Env = append(slices.DeleteFunc(os.Environ(), ours), "XDG_RUNTIME_DIR="+dir)
	if err := d.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(d.stop)
	go func() { d.exited <- d.cmd.Wait() }()
	select {
	case <-d.log.ready:
	case err := <-d.exited:
		d.exited <- err
		b.Fatalf("the daemon ended: %v\n%s", err, d.log.String())
	case <-time.After(startWithin):
		b.Fatalf("the daemon did not start:\n%s", d.log.String())
	}
	return d
}

// ours reports whether a variable would stand over the configuration.
func ours(variable string) bool { return strings.HasPrefix(variable, "MILLRACE_") }

// stop ends the daemon, which may have ended before.
func (d *daemon) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGTERM) // one that has ended needs none
	select {
	case err := <-d.exited:
		d.exited <- err
	case <-time.After(startWithin):
		_ = d.cmd.Process.Kill()
		d.b.Errorf("the daemon did not end:\n%s", d.log.String())
	}
}

// mount is the folder in which the library is mounted.
func (d *daemon) mount() string { return filepath.Join(d.dir, "mnt") }

// processes are the daemon and its plugins.
func (d *daemon) processes() []int {
	return append([]int{d.cmd.Process.Pid}, children(d.cmd.Process.Pid)...)
}

// ticks is how many units of /proc's times a second has, on every Linux that Go runs on.
const ticks = 100

// cpu is how long the daemon and its plugins have had a processor. Other work of the machine does not change it much.
func (d *daemon) cpu() time.Duration {
	var total int64
	for _, pid := range d.processes() {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			d.b.Fatal(err)
		}
		var user, system int64 // the 14th and the 15th field; the 2nd, a name, ends with the last bracket
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
			d.b.Fatal(err)
		}
		total += user + system
	}
	return time.Duration(total) * time.Second / ticks
}

// children lists the processes that a process has started, of any of its threads.
func children(pid int) []int {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil
	}
	var out []int
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue // a thread that has ended
		}
		for _, word := range strings.Fields(string(text)) {
			var n int
			if _, err := fmt.Sscan(word, &n); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}

// journal keeps what a daemon says, and tells when it says that it runs.
type journal struct {
	ready chan struct{} // closed then

	mu   sync.Mutex   // guards what follows
	text bytes.Buffer // what was said
	runs bool
}

func newJournal() *journal { return &journal{ready: make(chan struct{})} }

// Write implements io.Writer.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text.Write(p)
	if !j.runs && bytes.Contains(j.text.Bytes(), []byte("Millrace runs at ")) {
		j.runs = true
		close(j.ready)
	}
	return len(p), nil
}

// String is the end of what was said.
func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	text := j.text.String()
	return text[max(0, len(text)-4000):]
}
