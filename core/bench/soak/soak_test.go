//go:build linux

package soak

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/millrace-media/millrace/vfs/vfstest"
)

// roleEnv says what a child process is: {"Serving":{…}} or {"Reading":{…}}.
const roleEnv = "MILLRACE_SOAK_ROLE"

type role struct {
	Serving *serving
	Reading *reading
}

func TestMain(m *testing.M) {
	text := os.Getenv(roleEnv)
	if text == "" {
		os.Exit(m.Run())
	}
	var r role
	err := json.Unmarshal([]byte(text), &r)
	switch {
	case err == nil && r.Serving != nil:
		err = r.Serving.run(os.Stdin, os.Stdout)
	case err == nil && r.Reading != nil:
		err = r.Reading.run(os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// TestALibraryIsReadForAMoment is the soak, too short to tell what grows.
func TestALibraryIsReadForAMoment(t *testing.T) {
	t.Parallel()
	s := soak(t, 8*time.Second)
	for _, wrong := range over(s) {
		t.Error(wrong)
	}
}

const (
	deadline = 60 * time.Second // of a read: what serves gives up after 30 s, and a machine may be busy
	patience = 90 * time.Second // with a process that is to begin or to end
)

// soak has the library read for a while, and gives a sample of each second.
func soak(t *testing.T, long time.Duration) []sample {
	t.Helper()
	requireFUSE(t)
	dir, err := os.MkdirTemp("", "soak-") // not t.TempDir, which would walk into a mount that is left
	if err != nil {
		t.Fatal(err)
	}
	at := serving{Origin: origin(t).Server.URL, DB: filepath.Join(dir, "db"), Cache: filepath.Join(dir, "cache"), Dir: filepath.Join(dir, "mnt")}
	if err := os.Mkdir(at.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { leftNothing(t, dir) })
	server := start(t, role{Serving: &at})
	first := next[inside](t, server)
	readers := start(t, role{Reading: &reading{Dir: at.Dir, DAV: first.DAV, Seed: vfstest.Seed(t)}})
	w := &watch{t: t, cache: at.Cache, server: server, readers: readers, begun: time.Now()}
	w.watch(long)
	w.end(first)
	return w.samples
}

func requireFUSE(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/dev/fuse"); err != nil && os.Getenv("MILLRACE_REQUIRE_FUSE") != "1" {
		t.Skip("no /dev/fuse here")
	}
}

// origin is far away and not well: now and then a body ends early, a connection is reset or brings no more, and every so many
// links die after some use. None of it twice in a row, so that nobody who tries again fails.
func origin(t *testing.T) *vfstest.Server {
	s := vfstest.NewServer(t)
	used := map[string]int{}
	s.Script(func(a vfstest.Ask) vfstest.Reply {
		r := vfstest.Reply{Delay: roundTrip, After: a.Len / 2}
		used[a.Link]++
		switch {
		case strings.HasSuffix(a.Link, "7") && used[a.Link] > 10:
			r.Status = 403
		case a.N%1999 == 0:
			r.Stall = true
		case a.N%211 == 0:
			r.Reset = true
		case a.N%97 == 0:
			r.Cut = true
		}
		return r
	})
	return s
}

// leftNothing checks that no mount is left, and removes the folder.
func leftNothing(t *testing.T, dir string) {
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		t.Error(err)
	}
	if bytes.Contains(mounts, []byte(dir+"/")) {
		t.Errorf("a mount was left behind in %s", dir)
		return
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Error(err)
	}
}

// child is a process with a role.
type child struct {
	cmd   *exec.Cmd
	in    io.Closer
	lines chan []byte   // of its output; closed at its end
	ended chan struct{} // closed when it has
	err   error         // how; set before ended is closed
	once  sync.Once
}

// start starts a child, which is stopped at the end of the test at the latest.
func start(t *testing.T, r role) *child {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(os.Args[0]), lines: make(chan []byte, 16), ended: make(chan struct{})}
	c.cmd.Env, c.cmd.Stderr = append(os.Environ(), roleEnv+"="+string(text)), os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err == nil {
		c.in, err = c.cmd.StdinPipe()
	}
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go c.listen(out)
	t.Cleanup(func() { c.stop(t) })
	return c
}

func (c *child) listen(out io.Reader) {
	in := bufio.NewScanner(out)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		c.lines <- bytes.Clone(in.Bytes())
	}
	close(c.lines)
	c.err = c.cmd.Wait()
	close(c.ended)
}

// stop asks a child to end and waits until it has.
func (c *child) stop(t *testing.T) {
	t.Helper()
	c.once.Do(func() {
		c.in.Close()
		go func() {
			for range c.lines { // what it still says is of no interest
			}
		}()
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-c.ended:
		case <-timer.C:
			t.Errorf("process %d does not end; it is made to", c.cmd.Process.Pid)
			_ = c.cmd.Process.Signal(syscall.SIGQUIT) // a Go program tells where it hangs
			<-c.ended
		}
		if c.err != nil {
			t.Errorf("process %d: %v", c.cmd.Process.Pid, c.err)
		}
	})
}

// next waits for a child's next line.
func next[T any](t *testing.T, c *child) (v T) {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case line, ok := <-c.lines:
		if !ok {
			t.Fatalf("process %d ended", c.cmd.Process.Pid)
		}
		return decode[T](t, line)
	case <-timer.C:
		t.Fatalf("process %d is silent", c.cmd.Process.Pid)
	}
	return v
}

func decode[T any](t *testing.T, line []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(line, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
