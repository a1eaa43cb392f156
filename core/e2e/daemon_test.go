package e2e

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// daemon is a process of `millrace serve`, with a folder of its own in the scene, or one of `millrace mount` beside it.
type daemon struct {
	t      testing.TB
	scene  *scene
	name   string
	does   string // its command: serve or mount
	config string
	env    []string
	log    *journal

	cmd     *exec.Cmd
	exited  chan error // its end, once
	ended   bool
	address string // of the web server
}

// start runs a daemon with a configuration of the given blocks and waits until it is ready.
func (s *scene) start(blocks ...string) *daemon {
	s.t.Helper()
	d := s.daemon("a", blocks...)
	d.run()
	d.ready()
	return d
}

// daemon writes a daemon's configuration without running it.
func (s *scene) daemon(name string, blocks ...string) *daemon {
	s.t.Helper()
	d := &daemon{t: s.t, scene: s, name: name, does: "serve", config: s.write(name, blocks...), log: newJournal(), ended: true}
	s.daemons = append(s.daemons, d)
	return d
}

// run starts the process, which may be a second or third one after others have ended.
func (d *daemon) run(env ...string) {
	d.t.Helper()
	cmd := exec.Command(d.scene.path("bin/millrace"), d.does, "--config", d.config)
	cmd.Dir = filepath.Dir(d.config)
	cmd.Env = append(outside(), "XDG_RUNTIME_DIR="+d.scene.path("x"))
	cmd.Env = append(append(cmd.Env, d.env...), env...)
	out, err := cmd.StderrPipe()
	if err == nil {
		err = os.MkdirAll(d.scene.path("x"), 0o700)
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.cmd, d.exited, d.ended = cmd, make(chan error, 1), false
	d.log.restart()
	go func() {
		d.log.read(out)
		d.exited <- cmd.Wait()
	}()
}

// outside is the environment without what is meant for the tests.
func outside() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "MILLRACE_") })
}

// ready waits until the daemon says that it runs.
func (d *daemon) ready() {
	d.t.Helper()
	d.scene.wait("daemon "+d.name+" to run", func() bool {
		words := map[string]string{"serve": "Millrace runs at http://", "mount": "The library is mounted on"}[d.does]
		line, ok := d.log.find(words)
		if _, rest, found := strings.Cut(line, "http://"); ok && found {
			d.address = strings.Trim(rest, "/\n ")
		}
		if d.hasExited() {
			d.t.Fatalf("daemon %s ended while it started", d.name)
		}
		return ok
	})
}

// hasExited reports the end of a process that nobody ended.
func (d *daemon) hasExited() bool {
	select {
	case err := <-d.exited:
		d.exited <- err
		return true
	default:
		return false
	}
}

// stop ends the daemon gracefully, which must take less than fifteen seconds.
func (d *daemon) stop() {
	d.t.Helper()
	if d.ended {
		return
	}
	_ = d.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself, which its status tells
	timer := time.NewTimer(20 * time.Second)  // and what a busy machine adds
	defer timer.Stop()
	select {
	case err := <-d.exited:
		d.ended = true
		if err != nil {
			d.t.Errorf("daemon %s ended with %v", d.name, err)
		}
	case <-timer.C:
		d.t.Errorf("daemon %s did not end in time", d.name)
		d.kill()
	}
}

// kill ends the daemon as a crash would.
func (d *daemon) kill() {
	d.t.Helper()
	if d.ended {
		return
	}
	_ = d.cmd.Process.Kill() // it may have ended by itself
	d.waitExit()
}

// waitExit waits for a process that ends by itself, or was killed.
func (d *daemon) waitExit() {
	d.t.Helper()
	<-d.exited
	d.ended = true
}

// end is the cleanup's: a killed daemon is started once more, so that its leftovers are its own to clear away.
func (d *daemon) end() {
	if d.cmd == nil {
		return
	}
	killed := d.ended && !d.cmd.ProcessState.Success()
	if killed {
		d.run()
		d.ready()
	}
	d.stop()
}

func (d *daemon) signal(s syscall.Signal) {
	d.t.Helper()
	if err := d.cmd.Process.Signal(s); err != nil {
		d.t.Fatalf("send %v to daemon %s: %v", s, d.name, err)
	}
}

// mount is the folder in which the library is mounted.
func (d *daemon) mount() string { return filepath.Join(filepath.Dir(d.config), "mnt") }

// data is the data folder.
func (d *daemon) data() string { return filepath.Join(filepath.Dir(d.config), "data") }

// plugins gives the processes of the daemon's plugins by the plugin's name.
func (d *daemon) plugins() map[string]int {
	out := map[string]int{}
	for _, p := range processesOf(d.scene.dir) {
		pid, name, _ := strings.Cut(p, " ")
		n, err := strconv.Atoi(pid)
		if plugin, ok := strings.CutPrefix(name, "millrace-plugin-"); ok && err == nil && parentOf(n) == d.cmd.Process.Pid {
			out[plugin] = n
		}
	}
	return out
}

// parentOf reads a process's parent; 0 where it has ended.
func parentOf(pid int) int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0
	}
	n, _ := strconv.Atoi(fields[1]) // 0 is no parent
	return n
}

// journal keeps a daemon's log.
type journal struct {
	mu    sync.Mutex // guards what follows
	lines []string
	begin int // of the process that runs now
}

func newJournal() *journal { return &journal{} }

func (j *journal) restart() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.begin = len(j.lines)
}

func (j *journal) read(r io.Reader) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		j.mu.Lock()
		j.lines = append(j.lines, in.Text())
		j.mu.Unlock()
	}
}

// find gives the first line of the current process that holds all the words.
func (j *journal) find(words ...string) (string, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range j.lines[j.begin:] {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			return line, true
		}
	}
	return "", false
}

// all gives every line of every process.
func (j *journal) all() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "\n")
}

func (j *journal) tail(n int) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines[max(0, len(j.lines)-n):], "\n")
}

// byName sorts what has a name.
func byName[T any](list []T, name func(T) string) []T {
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(name(a), name(b)) })
	return list
}
