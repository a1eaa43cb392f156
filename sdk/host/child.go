package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin/runner"

	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// child is one run of a plugin's binary, as go-plugin's Runner. It differs from go-plugin's own in that the process
// ends with the host however that ends, leads a process group that ends with it, runs the very file that was verified, and
// cannot harm the host by what it prints.
type child struct {
	path string
	cmd  *exec.Cmd
	out  *output

	stdout, stderr *os.File // our ends of the pipes
	lifeline       *os.File // our end: closed when the process is to end
	passed         []*os.File
	line           *io.PipeReader // the handshake line alone, for go-plugin
	lineTo         *io.PipeWriter
	silence        *io.PipeReader // what go-plugin sees of standard error: its end
	silenceTo      *io.PipeWriter
	exited         chan struct{} // closed when the process was reaped, its group killed and its pipes read

	mu       sync.Mutex // guards what follows
	pid      int
	doomed   bool // killed, perhaps before it was started
	reaped   bool
	protocol int // of the handshake line; 0: none seen
	err      error
}

var _ runner.Runner = (*child)(nil)

// hostEnv are the variables of the daemon that its plugins see.
var hostEnv = []string{
	"PATH", "HOME", "TZ", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
}

func environment(o Options) []string {
	var env []string
	for _, k := range hostEnv {
		if v, ok := os.LookupEnv(k); ok {
			env = append(env, k+"="+v)
		}
	}
	if o.LogLevel != "" {
		env = append(env, wire.LogLevelEnv+"="+o.LogLevel)
	}
	if o.MemoryLimit > 0 {
		env = append(env, "GOMEMLIMIT="+strconv.FormatInt(int64(o.MemoryLimit), 10))
	}
	return append(env, o.Env...)
}

// newChild opens, verifies and prepares; it starts nothing.
func newChild(o Options, out *output) (_ *child, err error) {
	c := &child{path: o.Path, out: out, exited: make(chan struct{})}
	defer func() {
		if err != nil {
			c.closeFiles()
		}
	}()
	file, err := openBinary(o.Path, o.Checksum)
	if err != nil {
		return nil, err
	}
	c.passed = append(c.passed, nil, file)
	if c.passed[0], c.lifeline, err = os.Pipe(); err != nil {
		return nil, fmt.Errorf("make a lifeline: %w", err)
	}
	stdout, stderr, err := c.pipes()
	if err != nil {
		return nil, err
	}
	c.line, c.lineTo = io.Pipe()
	c.silence, c.silenceTo = io.Pipe()
	c.cmd = &exec.Cmd{
		Path:        executable(o.Path),
		Args:        []string{o.Path},
		Dir:         o.Dir,
		Env:         append(environment(o), wire.LifelineEnv+"=3"),
		Stdout:      stdout,
		Stderr:      stderr,
		ExtraFiles:  c.passed[:2:2],
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true},
	}
	return c, nil
}

// executable is how the child names the file that was passed to it as descriptor 4, so that what was verified is what
// runs. Elsewhere than on Linux it is the path.
func executable(path string) string {
	if runtime.GOOS == "linux" {
		return "/proc/self/fd/4"
	}
	return path
}

// openBinary opens the file that is to run and compares its checksum, if there is one.
func openBinary(path, checksum string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if checksum == "" {
		return f, nil
	}
	sum, err := hashOf(f)
	if err == nil && !strings.EqualFold(sum, checksum) {
		err = fmt.Errorf("%w: %s has SHA-256 %s and should have %s; install it again", ErrChecksum, path, sum, checksum)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func hashOf(f *os.File) (string, error) {
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", f.Name(), err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (c *child) pipes() (stdout, stderr *os.File, err error) {
	if c.stdout, stdout, err = os.Pipe(); err != nil {
		return nil, nil, fmt.Errorf("make a pipe: %w", err)
	}
	c.passed = append(c.passed, stdout)
	if c.stderr, stderr, err = os.Pipe(); err != nil {
		return nil, nil, fmt.Errorf("make a pipe: %w", err)
	}
	c.passed = append(c.passed, stderr)
	return stdout, stderr, nil
}

// closeFiles closes what is still open, of a process that has ended or was never started.
func (c *child) closeFiles() {
	for _, f := range append(c.passed, c.lifeline, c.stdout, c.stderr) {
		if f != nil {
			f.Close()
		}
	}
}

// Start is part of runner.Runner.
func (c *child) Start(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := errors.New("it was stopped before it started")
	if !c.doomed {
		err = c.cmd.Start()
	}
	if err != nil {
		return fmt.Errorf("run %s: %w", c.path, err)
	}
	for _, f := range c.passed {
		f.Close()
	}
	c.pid = c.cmd.Process.Pid
	go c.watch()
	return nil
}

// watch reads what the process prints and buries it when it has ended.
func (c *child) watch() {
	var pumps sync.WaitGroup
	pumps.Go(func() { eachLine(c.stderr, c.out.line) })
	pumps.Go(func() { c.readStdout() })
	err := bury(c.cmd, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.reaped = true
	})
	c.mu.Lock()
	c.err = exitError(err)
	c.mu.Unlock()
	// Something that left the group may hold the pipes: it is not waited for.
	stop := time.AfterFunc(pipeGrace, func() {
		c.stdout.Close()
		c.stderr.Close()
	})
	pumps.Wait()
	stop.Stop()
	c.silenceTo.Close()
	c.closeFiles()
	close(c.exited)
}

// readStdout passes the handshake on and logs everything else, before it as after it.
func (c *child) readStdout() {
	defer c.lineTo.Close()
	shaken := false
	eachLine(c.stdout, func(b []byte) {
		m := handshake.FindSubmatch(b)
		if shaken || m == nil {
			c.out.plain(b)
			return
		}
		shaken = true
		c.mu.Lock()
		c.protocol, _ = strconv.Atoi(string(m[1]))
		c.mu.Unlock()
		// A closed pipe means that go-plugin gave up; the process is killed then.
		_, _ = io.WriteString(c.lineTo, string(b)+"\n")
	})
}

// end kills the process's group, as long as the number is its own. One that was not started yet will not be.
func (c *child) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doomed = true
	if c.pid != 0 && !c.reaped {
		// A group that has ended already is what was wanted.
		_ = syscall.Kill(-c.pid, syscall.SIGKILL)
	}
}

// exitError tells how a process ended; nil for status 0.
func exitError(err error) error {
	var e *exec.ExitError
	if !errors.As(err, &e) {
		return err
	}
	ws, ok := e.Sys().(syscall.WaitStatus)
	switch {
	case ok && ws.Signaled() && ws.Signal() == syscall.SIGKILL:
		return errors.New("was killed by signal 9: out of memory, perhaps")
	case ok && ws.Signaled():
		return fmt.Errorf("was killed by signal %d (%s)", int(ws.Signal()), ws.Signal())
	}
	return fmt.Errorf("ended with status %d", e.ExitCode())
}

// exit is how the process ended, once it has.
func (c *child) exit() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// spoken is the protocol of the handshake line; 0 where none was seen.
func (c *child) spoken() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.protocol
}

func (c *child) process() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pid
}

// Wait is part of runner.Runner.
func (c *child) Wait(context.Context) error {
	<-c.exited
	return c.exit()
}

// Kill is part of runner.Runner: the whole group ends at once.
func (c *child) Kill(context.Context) error {
	c.end()
	return nil
}

// ID is part of runner.Runner.
func (c *child) ID() string {
	if pid := c.process(); pid != 0 {
		return strconv.Itoa(pid)
	}
	return ""
}

// Stdout is part of runner.Runner.
func (c *child) Stdout() io.ReadCloser { return c.line }

// Stderr is part of runner.Runner. go-plugin reads nothing there: it would panic on some lines.
func (c *child) Stderr() io.ReadCloser { return c.silence }

// Name is part of runner.Runner.
func (c *child) Name() string { return filepath.Base(c.path) }

// Diagnose is part of runner.Runner.
func (c *child) Diagnose(context.Context) string { return "" }

// PluginToHost is part of runner.Runner.
func (c *child) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

// HostToPlugin is part of runner.Runner.
func (c *child) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}
