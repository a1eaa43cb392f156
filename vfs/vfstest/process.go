package vfstest

import (
	"encoding/gob"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/millrace-media/millrace/vfs"
)

// processEnv holds the folder that a child process reads.
const processEnv = "MILLRACE_VFSTEST_ROOT"

// Process returns a reader of the files in a folder that works in a process of its own, since a process must not read
// its own mount. The test binary's TestMain must call Main.
func Process(t *testing.T, root string) Reader {
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
	p := &process{send: gob.NewEncoder(in), waiting: map[int]chan answer{}}
	done := make(chan struct{})
	go p.receive(gob.NewDecoder(out), done)
	t.Cleanup(func() {
		in.Close()
		<-done
		if err := cmd.Wait(); err != nil {
			t.Errorf("the reading process: %v", err)
		}
	})
	return p
}

type question struct {
	ID   int
	Op   string
	Path string
	Off  int64
	N    int
}

type answer struct {
	ID      int
	Errno   syscall.Errno
	Err     string
	Data    []byte
	Entries []Entry
}

type process struct {
	mu      sync.Mutex // guards everything below
	send    *gob.Encoder
	last    int
	waiting map[int]chan answer
	ended   bool
}

func (p *process) receive(dec *gob.Decoder, done chan<- struct{}) {
	defer close(done)
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
	a, ok := <-ch
	if !ok {
		return a, errors.New("the reading process ended")
	}
	return a, fromErrno(a)
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

// serve answers questions until there are no more.
func serve(root string, in io.Reader, out io.Writer) {
	dec, enc := gob.NewDecoder(in), gob.NewEncoder(out)
	var mu sync.Mutex
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		var q question
		if err := dec.Decode(&q); err != nil {
			return
		}
		wg.Go(func() {
			a := answer{ID: q.ID}
			if err := do(filepath.Join(root, filepath.FromSlash(q.Path)), q, &a); err != nil {
				a.Err = err.Error()
				errors.As(err, &a.Errno)
			}
			mu.Lock()
			defer mu.Unlock()
			_ = enc.Encode(a) // nobody is left to hear of an error
		})
	}
}

func do(path string, q question, a *answer) (err error) {
	switch q.Op {
	case "read":
		a.Data, err = readFile(path, q.Off, q.N)
	case "list":
		a.Entries, err = list(path)
	case "stat":
		var st fs.FileInfo
		if st, err = os.Stat(path); err == nil {
			a.Entries = []Entry{fileEntry(st)}
		}
	case "write":
		var f *os.File
		if f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600); err == nil {
			f.Close()
		}
	case "mkdir":
		err = os.Mkdir(path, 0o700)
	case "remove":
		err = os.Remove(path)
	case "rename":
		err = os.Rename(path, path+".new")
	case "chmod":
		err = os.Chmod(path, 0o600)
	case "xattr":
		_, err = xattr(path)
	default:
		err = syscall.ENOSYS
	}
	return err
}

func readFile(path string, off int64, n int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	buf := make([]byte, n)
	m, err := f.ReadAt(buf, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return buf[:m], nil
}

func list(path string) ([]Entry, error) {
	dir, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, e := range dir {
		st, err := e.Info()
		if err != nil {
			return nil, err
		}
		entries = append(entries, fileEntry(st))
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries, nil
}

func fileEntry(st fs.FileInfo) Entry {
	if st.IsDir() {
		return Entry{Name: st.Name(), Dir: true}
	}
	return Entry{Name: st.Name(), Size: st.Size(), Mtime: st.ModTime().Unix()}
}
