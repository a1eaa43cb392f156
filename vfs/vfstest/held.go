package vfstest

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/millrace-media/millrace/vfs"
)

// Way is how a program reads: by which system call.
type Way string

const (
	// Pread reads at a place.
	Pread Way = "pread"
	// Readv reads at a place into several buffers.
	Readv Way = "readv"
	// Mmap maps a stretch and touches it.
	Mmap Way = "mmap"
	// Uncached reads past the kernel's page cache, with O_DIRECT.
	Uncached Way = "O_DIRECT"
	// Sendfile has the kernel send a stretch into a socket.
	Sendfile Way = "sendfile"
	// Splice has the kernel move a stretch into a pipe.
	Splice Way = "splice"
)

// Holder keeps files of a file system open and reads them.
type Holder interface {
	// Ways returns how it can read.
	Ways() []Way
	// Hold opens a file, to be read in one way. Close it.
	Hold(path string, by Way) (Held, error)
}

// Held is an open file. It is safe for concurrent use, but for Close.
type Held interface {
	// ReadAt returns up to n bytes from off; fewer, or none, at the end of the file.
	ReadAt(off int64, n int) ([]byte, error)
	Close() error
}

// Holding returns a Reader as a Holder. One that is none opens a file anew for each read.
func Holding(r Reader) Holder {
	if h, ok := r.(Holder); ok {
		return h
	}
	return reopening{r}
}

type reopening struct{ r Reader }

func (o reopening) Ways() []Way { return []Way{Pread} }

func (o reopening) Hold(path string, _ Way) (Held, error) { return reopened{o.r, path}, nil }

type reopened struct {
	r    Reader
	path string
}

func (o reopened) ReadAt(off int64, n int) ([]byte, error) { return o.r.ReadAt(o.path, off, n) }
func (o reopened) Close() error                            { return nil }

// Direct reads an FS by calling it.
func Direct(t *testing.T, fsys *vfs.FS) Reader {
	t.Helper()
	return direct{fsys}
}

type direct struct{ fsys *vfs.FS }

var _ Holder = direct{}

func (d direct) Ways() []Way { return []Way{Pread} }

func (d direct) Hold(path string, _ Way) (Held, error) {
	node, err := d.fsys.Tree().Walk(path)
	if err != nil {
		return nil, err
	}
	h, err := d.fsys.Open(node.Inode)
	if err != nil {
		return nil, err
	}
	return handle{h}, nil
}

type handle struct{ *vfs.Handle }

func (h handle) ReadAt(off int64, n int) ([]byte, error) {
	buf := make([]byte, n)
	m, err := h.Handle.ReadAt(context.Background(), buf, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return buf[:m], nil
}

func (d direct) ReadAt(path string, off int64, n int) ([]byte, error) {
	h, err := d.Hold(path, Pread)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	return h.ReadAt(off, n)
}

func (d direct) List(path string) ([]Entry, error) {
	node, err := d.fsys.Tree().Walk(path)
	if err != nil {
		return nil, err
	}
	nodes, err := d.fsys.ReadDir(node.Inode)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, n := range nodes {
		entries = append(entries, entry(n))
	}
	return entries, nil
}

func (d direct) Stat(path string) (Entry, error) {
	node, err := d.fsys.Tree().Walk(path)
	if err != nil {
		return Entry{}, err
	}
	return entry(node), nil
}

func entry(n vfs.Node) Entry {
	if n.Dir {
		return Entry{Name: n.Name, Dir: true}
	}
	return Entry{Name: n.Name, Size: n.Size, Mtime: n.Mtime.Unix()}
}
