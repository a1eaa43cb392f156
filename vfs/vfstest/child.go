package vfstest

import (
	"encoding/gob"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// worker is the child process of a Process: it answers questions about the files below root.
type worker struct {
	root string

	mu   sync.Mutex // guards everything below, and writing
	enc  *gob.Encoder
	last int
	held map[int]*openFile
}

// openFile is a file held open, and how it is read.
type openFile struct {
	f   *os.File
	way Way
}

// serve answers questions until there are no more.
func serve(root string, in io.Reader, out io.Writer) {
	dec := gob.NewDecoder(in)
	w := &worker{root: root, enc: gob.NewEncoder(out), held: map[int]*openFile{}}
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		var q question
		if err := dec.Decode(&q); err != nil {
			return
		}
		wg.Go(func() { w.answer(q) })
	}
}

func (w *worker) answer(q question) {
	a := answer{ID: q.ID}
	if err := w.do(filepath.Join(w.root, filepath.FromSlash(q.Path)), q, &a); err != nil {
		a.Err = err.Error()
		errors.As(err, &a.Errno)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.enc.Encode(a) // nobody is left to hear of an error
}

func (w *worker) do(path string, q question, a *answer) (err error) {
	switch q.Op {
	case "read":
		a.Data, err = readFile(path, q.Off, q.N)
	case "hold":
		a.Held, err = w.hold(path, q.Way)
	case "read held":
		a.Data, err = w.readHeld(q)
	case "drop":
		err = w.drop(q.Held)
	case "list":
		a.Entries, err = list(path)
	case "stat":
		a.Entries, err = stat(path)
	default:
		err = change(q.Op, path)
	}
	return err
}

// change tries to change what is at a path.
func change(op, path string) (err error) {
	switch op {
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

func (w *worker) hold(path string, way Way) (int, error) {
	f, err := openBy(path, way)
	if err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	w.held[w.last] = &openFile{f: f, way: way}
	return w.last, nil
}

func (w *worker) readHeld(q question) ([]byte, error) {
	w.mu.Lock()
	o := w.held[q.Held]
	w.mu.Unlock()
	if o == nil {
		return nil, syscall.EBADF
	}
	return readBy(o.f, o.way, q.Off, q.N)
}

func (w *worker) drop(held int) error {
	w.mu.Lock()
	o := w.held[held]
	delete(w.held, held)
	w.mu.Unlock()
	if o == nil {
		return syscall.EBADF
	}
	return o.f.Close()
}

func readFile(path string, off int64, n int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return pread(f, off, n)
}

func pread(f *os.File, off int64, n int) ([]byte, error) {
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

func stat(path string) ([]Entry, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return []Entry{fileEntry(st)}, nil
}

func fileEntry(st fs.FileInfo) Entry {
	if st.IsDir() {
		return Entry{Name: st.Name(), Dir: true}
	}
	return Entry{Name: st.Name(), Size: st.Size(), Mtime: st.ModTime().Unix()}
}
