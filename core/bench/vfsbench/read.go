//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// task is what a reader is to do. Paths are those of the catalogue, below Root.
type task struct {
	Do      string
	Root    string
	Paths   []string
	Off     int64
	Size    int64 // of each read
	Count   int
	Workers int
	Seed    uint64
	Sampled bool    // look at the first bytes of each read only: where it is the reading's own speed that counts
	Rate    float64 // bytes a second that a player takes
	Seconds float64
	Buffer  float64 // seconds that a player has in hand at most
	Keep    string  // file to write what is got to
}

// outcome is what a reader tells.
type outcome struct {
	Bytes   int64
	Seconds float64
	CPU     float64   // seconds of the reader itself
	Laps    []float64 // seconds each
	Plays   []play
	Error   string
}

// readTask is a reader's process: it reads a task, does it and writes the outcome.
func readTask(in io.Reader, out io.Writer) error {
	var t task
	if err := json.NewDecoder(in).Decode(&t); err != nil {
		return err
	}
	do := map[string]func(task, *outcome) error{
		"through": readThrough, "get": get, "first": readFirst, "random": readRandom, "scan": scan, "play": playAll,
		"list": listAll, "open": openAll, "hold": hold, "cool": cool, "stat": statAll,
	}[t.Do]
	if do == nil {
		return fmt.Errorf("no task is called %q", t.Do)
	}
	var o outcome
	begun := time.Now()
	err := do(t, &o)
	if o.Seconds == 0 {
		o.Seconds = time.Since(begun).Seconds()
	}
	if err != nil {
		o.Error = err.Error()
	}
	o.CPU = ownCPU()
	return json.NewEncoder(out).Encode(o)
}

// ownCPU is how many seconds of processor time this process has used.
func ownCPU() float64 {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()).Seconds()
}

func (t task) open(path string) (*os.File, error) { return os.Open(filepath.Join(t.Root, path)) }

// checker compares what is read with what there is.
type checker struct {
	content
	sampled bool
}

func (t task) checker() checker { return checker{newContent(), t.Sampled} }

// sample is how many bytes of a read are looked at where not all are.
const sample = 512

func (c checker) check(path string, off int64, p []byte) error {
	if c.sampled {
		p = p[:min(len(p), sample)]
	}
	if at := c.differs(path, off, p); at >= 0 {
		return fmt.Errorf("%s has a wrong byte at %d", path, at)
	}
	return nil
}

// readThrough reads files from one end to the other, as cp does.
func readThrough(t task, o *outcome) error {
	c, buf := t.checker(), make([]byte, t.Size)
	begun := time.Now()
	defer func() { o.Seconds = time.Since(begun).Seconds() }()
	for _, path := range t.Paths {
		f, err := t.open(path)
		if err != nil {
			return err
		}
		n, err := c.through(f, path, buf)
		f.Close()
		o.Bytes += n
		if err != nil {
			return err
		}
	}
	return nil
}

func (c checker) through(r io.Reader, path string, buf []byte) (off int64, err error) {
	for {
		n, err := io.ReadFull(r, buf)
		if wrong := c.check(path, off, buf[:n]); wrong != nil {
			return off, wrong
		}
		off += int64(n)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return off, nil
		case err != nil:
			return off, err
		}
	}
}

// get reads files from the origin itself; Root is its URL. It may keep what it gets.
func get(t task, o *outcome) error {
	c, buf := t.checker(), make([]byte, t.Size)
	kept := io.Discard
	if t.Keep != "" {
		f, err := os.Create(t.Keep)
		if err != nil {
			return err
		}
		defer f.Close()
		kept = f
	}
	begun := time.Now()
	defer func() { o.Seconds = time.Since(begun).Seconds() }()
	for _, path := range t.Paths {
		resp, err := http.Get(t.Root + "/" + path) //nolint:gosec // the origin's address is ours
		if err != nil {
			return err
		}
		n, err := c.through(io.TeeReader(resp.Body, kept), path, buf)
		resp.Body.Close()
		o.Bytes += n
		if err != nil {
			return err
		}
	}
	return nil
}

// lap reads once at a place of an open file, or of one that it opens, and notes how long that took.
func (o *outcome) lap(c checker, path string, off int64, buf []byte, open func() (*os.File, error)) error {
	begun := time.Now()
	f, err := open()
	if err != nil {
		return err
	}
	n, err := f.ReadAt(buf, off)
	o.Laps = append(o.Laps, time.Since(begun).Seconds())
	o.Bytes += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return c.check(path, off, buf[:n])
}

// readFirst opens each file and reads its first bytes.
func readFirst(t task, o *outcome) error {
	c, buf := t.checker(), make([]byte, t.Size)
	for _, path := range t.Paths {
		var f *os.File
		err := o.lap(c, path, t.Off, buf, func() (_ *os.File, err error) {
			f, err = t.open(path)
			return f, err
		})
		if err != nil {
			return err
		}
		f.Close()
	}
	return nil
}

// readRandom reads at random places of one open file, as somebody does who looks for a scene.
func readRandom(t task, o *outcome) error {
	c, buf := t.checker(), make([]byte, t.Size)
	rnd := rand.New(rand.NewPCG(t.Seed, 1))
	f, err := t.open(t.Paths[0])
	if err != nil {
		return err
	}
	defer f.Close()
	for range t.Count {
		at := rnd.Int64N(far - t.Size)
		if err := o.lap(c, t.Paths[0], at, buf, func() (*os.File, error) { return f, nil }); err != nil {
			return err
		}
	}
	return nil
}

// page is how ffprobe reads.
const page = 32 << 10

// scan looks at head and tail of every file, as a media server does that has found them: Size bytes of the head, and a
// quarter of that of the tail.
func scan(t task, o *outcome) error {
	c := t.checker()
	return t.each(o, func(path string) (n int64, err error) {
		f, err := t.open(path)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		head, err := pages(c, f, path, 0, t.Size)
		if err != nil {
			return head, err
		}
		tail, err := pages(c, f, path, far-t.Size/4, t.Size/4)
		return head + tail, err
	})
}

func pages(c checker, f *os.File, path string, off, n int64) (int64, error) {
	buf := make([]byte, page)
	for at := off; at < off+n; at += page {
		if _, err := f.ReadAt(buf, at); err != nil {
			return at - off, err
		}
		if err := c.check(path, at, buf); err != nil {
			return at - off, err
		}
	}
	return n, nil
}

// each does something with each path, Workers at a time, and notes how long each took.
func (t task) each(o *outcome, do func(path string) (int64, error)) error {
	paths := make(chan string)
	var mu sync.Mutex // guards o and errs
	var errs []error
	var workers sync.WaitGroup
	for range max(1, t.Workers) {
		workers.Go(func() {
			for path := range paths {
				begun := time.Now()
				n, err := do(path)
				mu.Lock()
				o.Bytes += n
				o.Laps = append(o.Laps, time.Since(begun).Seconds())
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	for _, path := range t.Paths {
		paths <- path
	}
	close(paths)
	workers.Wait()
	return errors.Join(errs...)
}

// openAll opens and closes each file.
func openAll(t task, o *outcome) error {
	return t.each(o, func(path string) (int64, error) {
		f, err := t.open(path)
		if err != nil {
			return 0, err
		}
		return 0, f.Close()
	})
}

func statAll(t task, o *outcome) error {
	return t.each(o, func(path string) (int64, error) {
		_, err := os.Stat(filepath.Join(t.Root, path))
		return 0, err
	})
}

// listAll lists a folder with all below it.
func listAll(t task, _ *outcome) error {
	cmd := exec.Command("ls", "-lR", filepath.Join(t.Root, t.Paths[0]))
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

// hold opens every file and keeps all open until each was read a little.
func hold(t task, o *outcome) error {
	c := t.checker()
	var mu sync.Mutex // guards files
	var files []*os.File
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	return t.each(o, func(path string) (int64, error) {
		f, err := t.open(path)
		if err != nil {
			return 0, err
		}
		mu.Lock()
		files = append(files, f)
		mu.Unlock()
		return pages(c, f, path, t.Off, t.Size)
	})
}

// cool has the kernel forget the bytes of files, or of all files below a folder, so that they are read from the disk.
func cool(t task, _ *outcome) error {
	for _, path := range t.Paths {
		err := filepath.WalkDir(filepath.Join(t.Root, path), func(p string, e os.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			return forget(p)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func forget(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	// A mount refuses to sync a file that it cannot write; there nothing waits to be written.
	unix.Fdatasync(int(f.Fd())) //nolint:errcheck // see above
	return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
}
