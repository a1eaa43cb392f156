//go:build linux

package soak

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// How the library is read.
const (
	streams    = 16
	streamRate = 1 << 20 // bytes a second each: 8 Mbit/s
	held       = 200     // handles that are kept open
	jumpers    = 6       // who read from them, anywhere
	scanners   = 2       // who read head and tail of one film after the other
	rereaders  = 2       // who read the small films whole, over and over
	visitors   = 2       // who read what comes and goes
	downloads  = 2       // who get pieces over WebDAV
)

// reading is the process that reads.
type reading struct {
	Dir  string // the mount
	DAV  string // URL of the same over WebDAV
	Seed uint64
}

// toll is what was read and what was wrong, one line of JSON each second.
type toll struct {
	Reads, Bytes int64
	Oldest       time.Duration // how long the oldest read under way, or one that ended since the last line, took
	Wrong        []string      // bytes that differ, and errors; the first few
	Streams      int64         // films played to their end, or as far as somebody wanted
	Scanned      int64         // films
	Visited      int64         // files that come and go
	Gone         int64         // of these, that went before they could be opened
	Downloads    int64         // pieces of films over WebDAV
}

// crowd is everybody who reads.
type crowd struct {
	reading
	stop <-chan struct{}

	mu    sync.Mutex // guards everything below
	toll  toll
	since map[int]time.Time // reads under way, by reader
}

func (r reading) run(in io.Reader, out io.Writer) error {
	ctx, cancel := untilClosed(in)
	defer cancel()
	c := &crowd{reading: r, stop: ctx.Done(), since: map[int]time.Time{}}
	var wg sync.WaitGroup
	n := 0
	for _, k := range []struct {
		many int
		do   func(*reader)
	}{
		{streams, (*reader).stream}, {jumpers, (*reader).jump}, {scanners, (*reader).scan}, {rereaders, (*reader).reread}, {visitors, (*reader).visit},
		{downloads, (*reader).download},
	} {
		for i := range k.many {
			n++
			rd := &reader{crowd: c, id: n, nth: i, of: k.many, rnd: rand.New(rand.NewPCG(r.Seed, uint64(n)))}
			wg.Go(func() { k.do(rd) })
		}
	}
	enc := json.NewEncoder(out)
	err := every(ctx, time.Second, func() error { return enc.Encode(c.take()) })
	wg.Wait()
	return errors.Join(err, enc.Encode(c.take()))
}

// take gives the toll so far.
func (c *crowd) take() toll {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.toll
	for _, at := range c.since {
		t.Oldest = max(t.Oldest, time.Since(at))
	}
	c.toll.Oldest = 0
	return t
}

// count changes the toll.
func (c *crowd) count(do func(*toll)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do(&c.toll)
}

func (c *crowd) wrong(format string, args ...any) {
	c.count(func(t *toll) {
		if len(t.Wrong) < 20 {
			t.Wrong = append(t.Wrong, fmt.Sprintf(format, args...))
		}
	})
}

func (c *crowd) stopped() bool {
	select {
	case <-c.stop:
		return true
	default:
		return false
	}
}

// rest waits, and reports whether to go on.
func (c *crowd) rest(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-c.stop:
		return false
	case <-t.C:
		return true
	}
}

// reader is one of them.
type reader struct {
	*crowd
	id      int
	nth, of int // of its kind
	rnd     *rand.Rand
	buf     []byte
	want    []byte
}

// file is one that is open, or one that needs no opening.
type file struct {
	io.ReaderAt
	path string
	size int64
}

// open opens what is at a path of the library; nil where that fails.
func (r *reader) open(path string) *file {
	f, err := r.tryOpen(path)
	if err != nil {
		r.wrong("%v", err)
	}
	return f
}

func (r *reader) tryOpen(path string) (*file, error) {
	var f *os.File
	err := r.timed(func() (err error) { f, err = os.Open(filepath.Join(r.Dir, path)); return err })
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	return &file{ReaderAt: f, path: path, size: info.Size()}, nil
}

// forget closes a file, and has the kernel drop what it keeps of it, so that the next reader asks us.
func (f *file) forget() {
	open, ok := f.ReaderAt.(*os.File)
	if !ok {
		return
	}
	_ = unix.Fadvise(int(open.Fd()), 0, 0, unix.FADV_DONTNEED) // else the kernel answers by itself, which is no harm
	open.Close()
}

// timed does something that must end before the deadline.
func (r *reader) timed(do func() error) error {
	begun := time.Now()
	r.mu.Lock()
	r.since[r.id] = begun
	r.mu.Unlock()
	err := do()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.since, r.id)
	r.toll.Oldest = max(r.toll.Oldest, time.Since(begun))
	return err
}

// read reads n bytes and compares them. It reports whether all is well.
func (r *reader) read(f *file, off int64, n int) bool {
	err := r.tryRead(f, off, n)
	if err != nil {
		r.wrong("%v", err)
	}
	return err == nil
}

var errOther = errors.New("these are other bytes")

func (r *reader) tryRead(f *file, off int64, n int) error {
	n = int(min(int64(n), f.size-off))
	if cap(r.buf) < n {
		r.buf, r.want = make([]byte, n), make([]byte, n)
	}
	got, want := r.buf[:n], r.want[:n]
	err := r.timed(func() error { _, err := f.ReadAt(got, off); return err })
	if err == nil {
		original(f.path, f.size, off, want)
		r.count(func(t *toll) { t.Reads, t.Bytes = t.Reads+1, t.Bytes+int64(n) })
		if !bytes.Equal(got, want) {
			err = errOther
		}
	}
	if err != nil {
		return fmt.Errorf("read %d bytes from %d of %s: %w", n, off, f.path, err)
	}
	return nil
}

// stream plays films, at the rate of one, with now and then a jump.
func (r *reader) stream() {
	for i := r.nth; !r.stopped(); i += r.of {
		f := r.open(filmPath(hotFilms + i%(films-hotFilms)))
		if f == nil {
			return
		}
		r.play(f)
		f.forget()
		r.count(func(t *toll) { t.Streams++ })
	}
}

const streamRead = 256 << 10

// play reads a film, or most of it, at its rate. One that is late does not catch up: it stalls, as a player does.
func (r *reader) play(f *file) {
	off := r.rnd.Int64N(f.size / 8)
	for left := int64(30+r.rnd.IntN(60)) << 20; left > 0 && off < f.size; left -= streamRead {
		next := time.Now().Add(time.Second * streamRead / streamRate)
		if !r.read(f, off, streamRead) || !r.rest(time.Until(next)) {
			return
		}
		if off += streamRead; r.rnd.IntN(80) == 0 {
			off = r.rnd.Int64N(f.size)
		}
	}
}

// jump keeps its share of the handles open and reads from them, anywhere; some it gives up for others.
func (r *reader) jump() {
	mine := make([]*file, held/r.of+1)
	defer func() {
		for _, f := range mine {
			if f != nil {
				f.forget()
			}
		}
	}()
	for i := 0; r.rest(40 * time.Millisecond); i++ {
		at := i % len(mine) // until each is open
		if i >= len(mine) {
			at = r.rnd.IntN(len(mine))
		}
		if mine[at] != nil && r.rnd.IntN(10) == 0 {
			mine[at].forget()
			mine[at] = nil
		}
		if mine[at] == nil {
			if mine[at] = r.open(filmPath(r.rnd.IntN(films))); mine[at] == nil {
				return
			}
		}
		if f := mine[at]; !r.read(f, r.rnd.Int64N(f.size), 1+r.rnd.IntN(128<<10)) {
			return
		}
	}
}

// scan looks at head and tail of one film after the other, as a media server does.
func (r *reader) scan() {
	for i := r.nth; r.rest(60 * time.Millisecond); i += r.of {
		f := r.open(filmPath(i % films))
		if f == nil || !r.read(f, 0, 64<<10) || !r.read(f, f.size-32<<10, 32<<10) || !r.read(f, 64<<10, 64<<10) {
			return
		}
		f.forget()
		r.count(func(t *toll) { t.Scanned++ })
	}
}

// reread reads a small film whole.
func (r *reader) reread() {
	for i := r.nth; r.rest(300 * time.Millisecond); i++ {
		f := r.open(filmPath(i % hotFilms))
		if f == nil {
			return
		}
		for off := int64(0); off < f.size && !r.stopped(); off += 1 << 20 {
			if !r.read(f, off, 1<<20) {
				return
			}
		}
		f.forget()
	}
}

// visit reads what comes and goes. What is gone cannot be opened. What was removed before its first byte was read may fail;
// what has been read from can be read on, gone or not.
func (r *reader) visit() {
	for r.rest(100 * time.Millisecond) {
		f, err := r.tryOpen(slotPath(r.rnd.IntN(slots)))
		if err == nil {
			err = r.look(f)
			f.forget()
		}
		switch {
		case err == nil:
			r.count(func(t *toll) { t.Visited++ })
		case errors.Is(err, fs.ErrNotExist):
			r.count(func(t *toll) { t.Gone++ })
		default:
			r.wrong("%v", err)
			return
		}
	}
}

// look reads some of a file. Where the file has gone before, the error is fs.ErrNotExist.
func (r *reader) look(f *file) error {
	for i := range 4 {
		err := r.tryRead(f, r.rnd.Int64N(f.size), 64<<10)
		switch {
		case err == nil:
		case i == 0 && !errors.Is(err, errOther) && r.leaves(f):
			return fs.ErrNotExist
		default:
			return err
		}
	}
	return nil
}

// leaves reports whether a file goes from its path, which the mount hears of a moment after the library.
func (r *reader) leaves(f *file) bool {
	for begun := time.Now(); time.Since(begun) < deadline/2; {
		info, err := os.Stat(filepath.Join(r.Dir, f.path))
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() != f.size {
			return true
		}
		if !r.rest(20 * time.Millisecond) {
			return true // nobody will know
		}
	}
	return false
}
