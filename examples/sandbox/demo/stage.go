package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// stage is the services, the daemon and the folder of one show.
type stage struct {
	dir      string
	world    *world.World
	cmd      *exec.Cmd
	gone     chan struct{} // closed when the daemon's process has ended
	password string
	api      *api
	address  string // of the daemon's web server
	mounted  bool   // the library is a folder; else it is read over WebDAV

	mu    sync.Mutex // guards what follows
	log   []string   // the daemon's, the last lines
	heard chan string
}

// stopWithin is how long the daemon may take to end.
const stopWithin = 20 * time.Second

// setUp starts the services and the daemon, which then runs.
func setUp(ctx context.Context, o options) (*stage, error) {
	dir, err := os.MkdirTemp("", "millrace-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the demo: %w", err)
	}
	st := &stage{dir: dir, gone: make(chan struct{}), password: randomWord(), heard: make(chan string, 1)}
	st.api = newAPI(filepath.Join(dir, "data", "run", "api.sock"))
	if err := st.open(ctx, o); err != nil {
		tail := st.tail(60)
		return nil, errors.Join(fmt.Errorf("start: %w\n%s", err, tail), st.takeDown())
	}
	return st, nil
}

func randomWord() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func (st *stage) open(ctx context.Context, o options) (err error) {
	// The services outlive the show's context: they end after the daemon.
	st.world, err = world.Start(context.WithoutCancel(ctx), world.Options{Empty: true, Library: st.mount()})
	if err != nil {
		return fmt.Errorf("start the sandbox: %w", err)
	}
	file := filepath.Join(st.dir, "config.hcl")
	if err := os.WriteFile(file, []byte(st.config(o)), 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	bin, err := filepath.Abs(filepath.Join(o.bin, "millrace"))
	if err != nil {
		return err
	}
	st.cmd = exec.Command(bin, "serve", "--config", file)
	st.cmd.Env = append(withoutSettings(os.Environ()), "XDG_RUNTIME_DIR="+st.dir)
	st.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us: we end it in order
	out, err := st.cmd.StderrPipe()
	if err == nil {
		err = st.cmd.Start()
	}
	if err != nil {
		st.cmd = nil
		return fmt.Errorf("start millrace: %w", err)
	}
	go st.follow(out)
	return st.waitReady(ctx, o)
}

// withoutSettings leaves out the variables that stand over the configuration.
func withoutSettings(environ []string) []string {
	var out []string
	for _, v := range environ {
		if !strings.HasPrefix(v, "MILLRACE_") {
			out = append(out, v)
		}
	}
	return out
}

// follow reads the daemon's log to its end, and waits for the process.
func (st *stage) follow(r io.Reader) {
	defer close(st.gone)
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		st.keep(in.Text())
	}
	_ = st.cmd.Wait() // how it ended is in its state
}

const runsAt = "Millrace runs at http://"

func (st *stage) keep(line string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if len(st.log) == 200 {
		st.log = st.log[1:]
	}
	st.log = append(st.log, line)
	if _, address, ok := strings.Cut(line, runsAt); ok {
		select {
		case st.heard <- strings.Trim(address, "/ "):
		default: // it was said before
		}
	}
}

// tail gives the last lines of the daemon's log.
func (st *stage) tail(n int) string {
	st.mu.Lock()
	defer st.mu.Unlock()
	return strings.Join(st.log[max(0, len(st.log)-n):], "\n")
}

func (st *stage) waitReady(ctx context.Context, o options) error {
	timer := time.NewTimer(time.Minute)
	defer timer.Stop()
	select {
	case st.address = <-st.heard:
	case <-st.gone:
		return errors.New("the daemon ended")
	case <-timer.C:
		return errors.New("the daemon did not start within a minute")
	case <-ctx.Done():
		return ctx.Err()
	}
	mounts, err := os.ReadFile("/proc/mounts")
	st.mounted = err == nil && !o.webdav && strings.Contains(string(mounts), " "+st.mount()+" ")
	return nil
}

// mount is where the library is a folder.
func (st *stage) mount() string { return filepath.Join(st.dir, "mnt") }

// takeDown ends the daemon, then the services, and removes the folder.
func (st *stage) takeDown() error {
	err := st.stop()
	if st.world != nil {
		err = errors.Join(err, st.world.Close())
	}
	if mounts, merr := os.ReadFile("/proc/mounts"); merr == nil && strings.Contains(string(mounts), st.dir+"/") {
		return errors.Join(err, fmt.Errorf("a mount was left in %s", st.dir)) // and nothing may be removed through it
	}
	return errors.Join(err, os.RemoveAll(st.dir))
}

func (st *stage) stop() error {
	if st.cmd == nil {
		return nil
	}
	_ = st.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	timer := time.NewTimer(stopWithin)
	defer timer.Stop()
	select {
	case <-st.gone:
	case <-timer.C:
		_ = st.cmd.Process.Kill() // as above
		<-st.gone
		return errors.New("the daemon did not end in time and was killed")
	}
	if !st.cmd.ProcessState.Success() {
		return fmt.Errorf("the daemon ended with %v", st.cmd.ProcessState)
	}
	return nil
}
