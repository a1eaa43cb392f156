//go:build linux

package soak

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// sample is how the serving process and its cache were at a moment.
type sample struct {
	At          time.Duration // since the readers began
	RSS, Heap   int64         // bytes
	Goroutines  int
	Descriptors int
	Disk, Index int64 // bytes that data and indexes of the cache take on disk
	Files       int   // of the cache
	Open        int   // handles
	Passed      int   // of these, that the kernel reads from by itself
	Read        int64 // bytes that the readers have compared so far
}

// resident reads how much memory of a process is in use, in bytes.
func resident(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0, fmt.Errorf("statm of process %d: %q", pid, b)
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}

func descriptors(pid int) (int, error) {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return len(entries), err
}

// taken is how much room the data and the indexes in a cache folder take on disk, the files included that are deleted and still
// open in a process.
type taken struct {
	dir         string
	pid         int
	seen        map[uint64]bool
	data, index int64 // bytes
}

func measure(dir string, pid int) (*taken, error) {
	t := &taken{dir: dir, pid: pid, seen: map[uint64]bool{}}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // it went meanwhile
		case err != nil || e.IsDir():
			return err
		}
		return t.add(path, path)
	})
	if err != nil {
		return nil, err
	}
	return t, t.open()
}

// open adds what the process has open.
func (t *taken) open() error {
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", t.pid))
	if err != nil {
		return err
	}
	for _, fd := range fds {
		to, err := os.Readlink(fd)
		if err != nil || !strings.HasPrefix(to, t.dir+"/") {
			continue // closed meanwhile, or something else
		}
		if err := t.add(fd, strings.TrimSuffix(to, " (deleted)")); err != nil {
			return err
		}
	}
	return nil
}

// add counts a file once, however often it is met.
func (t *taken) add(path, name string) error {
	var st syscall.Stat_t
	err := syscall.Stat(path, &st)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || t.seen[st.Ino] {
		return err
	}
	t.seen[st.Ino] = true
	if filepath.Ext(name) == ".idx" {
		t.index += st.Blocks * 512
	} else {
		t.data += st.Blocks * 512
	}
	return nil
}

// mostDisk is what the cache's data may take on disk: its bound, a chunk that is on its way, and what the file system needs to
// remember where the pieces of a sparse file are.
func mostDisk(files int) int64 { return cacheBytes + chunkBytes + int64(files)*(16<<10) }

// within measures the cache. Files grow and shrink while they are looked at one after the other, so that what seems too much
// is looked at again: only what stays too much is.
func within(dir string, pid int) (t *taken, err error) {
	for range 5 {
		if t, err = measure(dir, pid); err != nil || t.data <= mostDisk(len(t.seen)) {
			return t, err
		}
	}
	return t, nil
}
