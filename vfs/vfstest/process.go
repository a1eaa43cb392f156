package vfstest

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/millrace-media/millrace/vfs"
)

// processEnv holds the folder that a child process reads.
const processEnv = "MILLRACE_VFSTEST_ROOT"

// Patience is how long a reading process is given for one call. A call that takes longer is a hang, which no file system
// of ours may cause: it is far over every deadline, even on a machine that is busy.
const Patience = 90 * time.Second

// ErrHang says that a call did not return within Patience.
var ErrHang = errors.New("the call hangs")

// Process returns a reader of the files in a folder that works in a process of its own, since a process must not read
// its own mount. The test binary's TestMain must call Main. The reader is a Holder.
func Process(t testing.TB, root string) Reader {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), processEnv+"="+root)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, send: gob.NewEncoder(in), waiting: map[int]chan answer{}, gone: make(chan struct{})}
	go p.receive(gob.NewDecoder(out))
	t.Cleanup(func() { p.end(t, in) })
	return p
}

type question struct {
	ID   int
	Op   string
	Path string
	Way  Way
	Held int
	Off  int64
	N    int
}

type answer struct {
	ID      int
	Errno   syscall.Errno
	Err     string
	Data    []byte
	Held    int
	Entries []Entry
}

type process struct {
	cmd  *exec.Cmd
	gone chan struct{} // closed when nothing more comes from the process

	mu      sync.Mutex // guards everything below
	send    *gob.Encoder
	last    int
	waiting map[int]chan answer
	ended   bool
	killed  bool
}

var _ Holder = (*process)(nil)

// end has the process end by itself, and by force where it hangs.
func (p *process) end(t testing.TB, in io.Closer) {
	in.Close()
	select {
	case <-p.gone:
	case <-time.After(Patience):
		t.Error("the reading process hangs")
		_ = p.cmd.Process.Kill() // it may end just now
		<-p.gone
	}
	err := p.cmd.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil && !p.killed {
		t.Errorf("the reading process: %v", err)
	}
}

// Kill kills a reader's process, as the machine or an impatient person does.
func Kill(t testing.TB, r Reader) {
	t.Helper()
	p, ok := r.(*process)
	if !ok {
		t.Fatalf("%T has no process", r)
	}
	p.mu.Lock()
	p.killed = true
	p.mu.Unlock()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
}

func (p *process) receive(dec *gob.Decoder) {
	defer close(p.gone)
	for {
		var a answer
		err := dec.Decode(&a)
		p.mu.Lock()
		if err != nil {
			p.ended = true
			for _, ch := range p.waiting {
				close(ch)
			}
			p.mu.Unlock()
			return
		}
		p.waiting[a.ID] <- a
		delete(p.waiting, a.ID)
		p.mu.Unlock()
	}
}

func (p *process) ask(q question) (answer, error) {
	ch := make(chan answer, 1)
	if err := p.write(q, ch); err != nil {
		return answer{}, err
	}
	t := time.NewTimer(Patience)
	defer t.Stop()
	select {
	case a, ok := <-ch:
		if !ok {
			return a, errors.New("the reading process ended")
		}
		return a, fromErrno(a)
	case <-t.C:
		return answer{}, fmt.Errorf("%s %s: %w", q.Op, q.Path, ErrHang)
	}
}

func (p *process) write(q question, ch chan answer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return errors.New("the reading process has ended")
	}
	p.last++
	q.ID = p.last
	p.waiting[q.ID] = ch
	return p.send.Encode(q)
}

func fromErrno(a answer) error {
	switch {
	case a.Err == "":
		return nil
	case a.Errno == syscall.ENOENT || a.Errno == syscall.ENOTDIR:
		return vfs.ErrNotExist
	case a.Errno == syscall.EACCES:
		return vfs.ErrPermission
	case a.Errno == syscall.EINVAL || a.Errno == syscall.EISDIR:
		return vfs.ErrInvalid
	case a.Errno == syscall.EBUSY:
		return vfs.ErrBusy
	case a.Errno == syscall.EIO:
		return vfs.ErrBroken
	case a.Errno != 0:
		return fmt.Errorf("%s: %w", a.Err, a.Errno)
	default:
		return errors.New(a.Err)
	}
}

func (p *process) ReadAt(path string, off int64, n int) ([]byte, error) {
	a, err := p.ask(question{Op: "read", Path: path, Off: off, N: n})
	return a.Data, err
}

func (p *process) List(path string) ([]Entry, error) {
	a, err := p.ask(question{Op: "list", Path: path})
	return a.Entries, err
}

func (p *process) Stat(path string) (Entry, error) {
	a, err := p.ask(question{Op: "stat", Path: path})
	if err != nil {
		return Entry{}, err
	}
	return a.Entries[0], nil
}

func (p *process) Ways() []Way { return slices.Clone(ways) }

func (p *process) Hold(path string, by Way) (Held, error) {
	a, err := p.ask(question{Op: "hold", Path: path, Way: by})
	if err != nil {
		return nil, err
	}
	return &heldFile{p: p, id: a.Held, path: path}, nil
}

// heldFile is a file that the process has open.
type heldFile struct {
	p    *process
	id   int
	path string
}

func (f *heldFile) ReadAt(off int64, n int) ([]byte, error) {
	a, err := f.p.ask(question{Op: "read held", Path: f.path, Held: f.id, Off: off, N: n})
	return a.Data, err
}

func (f *heldFile) Close() error {
	_, err := f.p.ask(question{Op: "drop", Path: f.path, Held: f.id})
	return err
}

// Do has the process do something else to a path: "write", "mkdir", "remove", "rename", "chmod" or "xattr". It returns
// the errno, or 0.
func Do(r Reader, op, path string) syscall.Errno {
	p, ok := r.(*process)
	if !ok {
		return syscall.ENOSYS
	}
	a, err := p.ask(question{Op: op, Path: path})
	if err != nil && a.Errno == 0 {
		return syscall.EIO
	}
	return a.Errno
}
