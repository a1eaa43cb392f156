//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a child that runs until it is stopped.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	out   *bufio.Reader
	ended chan struct{} // closed when it has
}

// start starts a program. What it complains of goes to a file, or is seen where there is none.
func start(complaints *os.File, name string, args ...string) (*process, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	if complaints != nil {
		cmd.Stderr = complaints
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, stdin: stdin, out: bufio.NewReader(out), ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		cmd.Process.Wait() //nolint:errcheck // how it ended does not matter
	}()
	return p, nil
}

// patience is how long a process may take to end when it is asked to.
const patience = 15 * time.Second

// stop ends the process: asks first, then insists.
func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it has ended already
	p.stdin.Close()
	if !p.within(patience) {
		p.cmd.Process.Kill() //nolint:errcheck // it has ended already
		p.within(patience)
	}
}

func (p *process) within(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.ended:
		return true
	case <-timer.C:
		return false
	}
}

// tick is what the kernel counts processor time in: USER_HZ is 100 on every architecture that Go runs on.
const tick = 10 * time.Millisecond

// cpu is the processor time that the process has used.
func (p *process) cpu() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, ok := bytes.Cut(b, []byte(") "))
	fields := strings.Fields(string(rest))
	if !ok || len(fields) < 13 {
		return 0, errors.New("the kernel tells of no processor time")
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, errors.Join(err1, err2)
}

// resetPeak has the kernel forget how much memory the process once had.
func (p *process) resetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)
}

// peak is the most memory that was resident, in bytes.
func (p *process) peak() (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if text, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(text)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("the kernel tells of no peak")
}

// server is a mount over the origin: ours or rclone's.
type server struct {
	*process
	name  string
	dir   string // where it is mounted
	cache string // where it keeps what it read
	home  string // of all its own files
}

// mounted returns whether something is mounted on a folder, without looking into it.
func mounted(dir string) bool {
	b, err := os.ReadFile("/proc/self/mountinfo")
	return err == nil && bytes.Contains(b, []byte(" "+dir+" "))
}

// ready waits until the server has mounted.
func (s *server) ready(ctx context.Context) error {
	deadline := time.Now().Add(30 * time.Second)
	for !mounted(s.dir) {
		select {
		case <-s.ended:
			return fmt.Errorf("%s ended before it had mounted", s.name)
		default:
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not mount", s.name)
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// close ends the server, and its mount whatever happens.
func (s *server) close() {
	s.stop()
	if mounted(s.dir) {
		exec.Command("fusermount3", "-u", "-z", s.dir).Run() //nolint:errcheck // nothing more can be done
	}
}

// ours starts our mount.
func (b *bench) ours(args ...string) (*server, error) {
	return b.serve("ours", func(s *server) (string, []string) {
		args = append([]string{"ours", "-db", b.library, "-origin", b.origin.url(), "-cache", s.cache, "-dir", s.dir}, args...)
		if b.o.profiles != "" {
			args = append(args, "-profile", filepath.Join(b.o.profiles, filepath.Base(s.home)))
		}
		return b.self, args
	})
}

// rclone starts rclone's, as its manual says for films: the defaults, and the whole cache.
func (b *bench) rclone() (*server, error) {
	return b.serve("rclone", func(s *server) (string, []string) {
		return b.o.rclone, []string{"mount", ":webdav:", s.dir, "--webdav-url", b.origin.url(), "--webdav-vendor", "other",
			"--vfs-cache-mode", "full", "--cache-dir", s.cache, "--read-only", "--config", "/dev/null", "--log-level", "ERROR"}
	})
}

// serve starts a server with folders of its own, and waits until it has mounted.
func (b *bench) serve(name string, command func(*server) (string, []string)) (*server, error) {
	b.started++
	home := filepath.Join(b.dir, fmt.Sprintf("%s-%s-%d", b.row, name, b.started))
	s := &server{name: name, home: home, dir: filepath.Join(home, "mnt"), cache: filepath.Join(home, "cache")}
	for _, dir := range []string{s.dir, s.cache} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	log, err := os.Create(filepath.Join(home, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	program, args := command(s)
	if s.process, err = start(log, program, args...); err != nil {
		return nil, err
	}
	b.servers = append(b.servers, s)
	if err := s.ready(b.ctx); err != nil {
		text, _ := os.ReadFile(log.Name()) // without it there is less to tell
		return s, fmt.Errorf("%w: %s", err, text)
	}
	return s, nil
}

// readWithin is how long a reader may take: far more than any should.
const readWithin = 5 * time.Minute

// read has a reader do a task.
func (b *bench) read(t task) (outcome, error) {
	p, err := b.reader(t)
	if err != nil {
		return outcome{}, err
	}
	var o outcome
	told := make(chan error, 1)
	go func() { told <- json.NewDecoder(p.out).Decode(&o) }()
	ctx, cancel := context.WithTimeout(b.ctx, readWithin)
	defer cancel()
	select {
	case err = <-told:
	case <-ctx.Done():
		p.cmd.Process.Kill() //nolint:errcheck // it has ended already
		return outcome{}, fmt.Errorf("read: %w", ctx.Err())
	}
	if err == nil && o.Error != "" {
		err = errors.New(o.Error)
	}
	return o, err
}

// reader starts a reader that does a task.
func (b *bench) reader(t task) (*process, error) {
	p, err := start(nil, b.self, "read")
	if err != nil {
		return nil, err
	}
	b.readers = append(b.readers, p)
	return p, json.NewEncoder(p.stdin.(io.Writer)).Encode(t)
}
