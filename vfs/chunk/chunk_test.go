package chunk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

const size = 16 << 10 // of a chunk in these tests

func options(dir string) chunk.Options {
	return chunk.Options{
		Dir: dir, KeepFree: -1, ChunkSize: size, Backoff: time.Millisecond,
		Stall: 5 * time.Second, SyncEvery: 5 * time.Millisecond, DiskWait: time.Minute,
	}
}

// open returns a cache that runs until the test ends, or stop is called.
func open(t testing.TB, src chunk.Source, o chunk.Options) (c *chunk.Cache, stop func()) {
	t.Helper()
	c, err := chunk.New(src, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(ctx) // returns nil always
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return c, stop
}

// read reads and compares.
func read(t testing.TB, c *chunk.Cache, id string, total, off int64, n int) {
	t.Helper()
	f := c.Open(id, total)
	defer f.Close()
	if err := compare(f, id, total, off, n); err != nil {
		t.Errorf("read %d bytes of %s at %d: %v", n, id, off, err)
	}
}

func compare(f *chunk.File, id string, total, off int64, n int) error {
	got := make([]byte, n)
	m, _, err := f.ReadAt(context.Background(), got, off)
	want := make([]byte, max(0, min(int64(n), total-off)))
	vfstest.Bytes(id, off, want)
	if err != nil && !(errors.Is(err, io.EOF) && m == len(want) && m < n) {
		return err
	}
	if !bytes.Equal(got[:m], want) {
		return errors.New("other bytes")
	}
	return nil
}

// asked returns how many bytes an origin was asked for.
func asked(o *vfstest.Origin) (n int64) {
	for _, r := range o.Requests() {
		n += r.Len
	}
	return n
}

func TestCacheKeepsWhatItRead(t *testing.T) {
	t.Parallel()
	o, dir := vfstest.NewOrigin(), t.TempDir()
	const total = 40*size + 100
	c, stop := open(t, o, options(dir))
	read(t, c, "a", total, 0, total)
	stop()
	c, _ = open(t, o, options(dir))
	read(t, c, "a", total, 0, total+1)
	if got := asked(o); got != total {
		t.Errorf("the origin was asked for %d bytes, want %d", got, total)
	}
	if s := c.Stats(); s.Disk != total || s.Contents != 1 {
		t.Errorf("got %+v, want %d bytes of one content on disk", s, total)
	}
}

func TestCacheTellsContentsApart(t *testing.T) {
	t.Parallel()
	c, _ := open(t, vfstest.NewOrigin(), options(t.TempDir()))
	for _, id := range []string{"a", "b", "../../etc/passwd", string(bytes.Repeat([]byte("long"), 2000))} {
		for _, total := range []int64{1, size, 3*size - 1} {
			read(t, c, id, total, 0, int(total))
		}
	}
}

// files returns the cache's files with an extension.
func files(t *testing.T, dir, ext string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "??", "*"+ext))
	if err != nil || len(names) == 0 {
		t.Fatalf("no %s file in %s: %v", ext, dir, err)
	}
	return names
}

func edit(t *testing.T, path string, fn func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, fn(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

func flip(at int) func([]byte) []byte {
	return func(b []byte) []byte { b[at] ^= 0x40; return b }
}

func TestCacheNeverServesDamage(t *testing.T) {
	t.Parallel()
	const total = 20 * size
	tests := []struct {
		name   string
		damage func(t *testing.T, dir string)
		want   int64 // bytes fetched again
	}{
		{"when a byte of data is flipped", func(t *testing.T, dir string) {
			edit(t, files(t, dir, ".dat")[0], flip(5*size+77))
		}, size},
		{"when a checksum is flipped", func(t *testing.T, dir string) {
			edit(t, files(t, dir, ".idx")[0], flip(4096+8*7+1))
		}, size},
		{"when a slot's check is flipped", func(t *testing.T, dir string) {
			edit(t, files(t, dir, ".idx")[0], flip(4096+8*7+6))
		}, size},
		{"when the header is flipped", func(t *testing.T, dir string) {
			edit(t, files(t, dir, ".idx")[0], flip(20))
		}, total},
		{"when a chunk stands in another's place", func(t *testing.T, dir string) {
			edit(t, files(t, dir, ".dat")[0], func(b []byte) []byte { copy(b[3*size:4*size], b[9*size:]); return b })
		}, size},
		{"when a chunk and its slot stand in another's place", func(t *testing.T, dir string) {
			edit(t, files(t, dir, ".dat")[0], func(b []byte) []byte { copy(b[3*size:4*size], b[9*size:]); return b })
			edit(t, files(t, dir, ".idx")[0], func(b []byte) []byte { copy(b[4096+3*8:4096+4*8], b[4096+9*8:]); return b })
		}, size},
		{"when the data is torn", func(t *testing.T, dir string) {
			edit(t, files(t, dir, ".dat")[0], func(b []byte) []byte { clear(b[8*size+100 : 10*size]); return b })
		}, 2 * size},
		{"when the data is cut off", func(t *testing.T, dir string) {
			edit(t, files(t, dir, ".dat")[0], func(b []byte) []byte { return b[:10*size] })
		}, total},
		{"when the index is cut off", func(t *testing.T, dir string) {
			edit(t, files(t, dir, ".idx")[0], func(b []byte) []byte { return b[:4096+8*15+3] })
		}, 5 * size},
		{"when the data is gone", func(t *testing.T, dir string) { os.Remove(files(t, dir, ".dat")[0]) }, total},
		{"when the index is gone", func(t *testing.T, dir string) { os.Remove(files(t, dir, ".idx")[0]) }, total},
		{"when it is another content's data", func(t *testing.T, dir string) {
			edit(t, files(t, dir, ".dat")[0], func(b []byte) []byte { vfstest.Bytes("b", 0, b); return b })
		}, total},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o, dir := vfstest.NewOrigin(), t.TempDir()
			c, stop := open(t, o, options(dir))
			read(t, c, "a", total, 0, total)
			stop()
			tt.damage(t, dir)
			for range 2 {
				c, stop = open(t, o, options(dir))
				read(t, c, "a", total, 0, total)
				stop()
			}
			if got := asked(o) - total; got != tt.want {
				t.Errorf("%d bytes were fetched again, want %d", got, tt.want)
			}
		})
	}
}

func TestCacheStaysWithinItsBounds(t *testing.T) {
	t.Parallel()
	o, dir := vfstest.NewOrigin(), t.TempDir()
	opt := options(dir)
	opt.MaxBytes, opt.Memory = 20<<20, 40*size
	c, _ := open(t, o, opt)
	const total = 30 << 20
	for off := int64(0); off < 2*total; off += 1 << 20 {
		read(t, c, string(rune('a'+off/total)), total, off%total, 1<<20)
		if s := c.Stats(); s.Disk > opt.MaxBytes || s.Memory > opt.Memory {
			t.Fatalf("got %+v, want at most %d on disk and %d in memory", s, opt.MaxBytes, opt.Memory)
		}
	}
	if got := c.Stats().Disk; got < opt.MaxBytes/2 {
		t.Errorf("%d bytes are on disk, want it used up to %d", got, opt.MaxBytes)
	}
	if got := allocated(t, dir); got > opt.MaxBytes+1<<20 {
		t.Errorf("%d bytes are taken on disk, want at most %d", got, opt.MaxBytes)
	}
	before := asked(o)
	read(t, c, "b", total, total-4<<20, 4<<20)
	if got := asked(o) - before; got != 0 {
		t.Errorf("what was used last was fetched again: %d bytes", got)
	}
}

func TestCacheEmptiesWhatNobodyReads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	opt := options(dir)
	opt.TTL = 20 * time.Millisecond
	c, _ := open(t, vfstest.NewOrigin(), opt)
	read(t, c, "a", 10*size, 0, 10*size)
	vfstest.Eventually(t, "the disk is empty", func() bool { return c.Stats().Contents == 0 && c.Stats().Disk == 0 })
	if names, _ := filepath.Glob(filepath.Join(dir, "??", "*")); len(names) != 0 {
		t.Errorf("files are left: %q", names)
	}
}

func TestCacheServesWithoutRoom(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	opt := options(t.TempDir())
	opt.KeepFree = 1 << 60
	c, _ := open(t, o, opt)
	read(t, c, "a", 10*size, 0, 10*size)
	if s := c.Stats(); s.Disk != 0 {
		t.Errorf("got %+v, want nothing on disk", s)
	}
}

func TestFolderIsForOneCache(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, stop := open(t, vfstest.NewOrigin(), options(dir))
	if c, err := chunk.New(vfstest.NewOrigin(), options(dir)); err == nil {
		c.Close()
		t.Error("a second cache opened the folder")
	}
	stop()
	c, err := chunk.New(vfstest.NewOrigin(), options(dir))
	if err != nil {
		t.Fatalf("the folder is still taken: %v", err)
	}
	c.Close()
	c.Close()
}

func TestNewRefusesBadOptions(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]chunk.Options{
		"a chunk that is no power of two": {ChunkSize: 100000},
		"a chunk that is too small":       {ChunkSize: 1024},
		"a negative bound":                {MaxBytes: -1},
		"a folder that is a file":         {Dir: os.Args[0]},
	} {
		if c, err := chunk.New(vfstest.NewOrigin(), o); err == nil {
			c.Close()
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestRandomReadersUnderPressure(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	o.Script(func(r vfstest.Request) vfstest.Fault {
		return vfstest.Fault{Cut: r.N%7 == 0 && r.Off%1024 == 0, CutAfter: r.Len/2 + 1}
	})
	opt := options(t.TempDir())
	opt.MaxBytes, opt.Memory = 3<<20, 32*size
	c, _ := open(t, o, opt)
	var wg sync.WaitGroup
	for i := range uint64(12) {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(3, i))
			id := string(rune('a' + i%3))
			total := int64(4<<20 + 1000*(i%3))
			f := c.Open(id, total)
			defer f.Close()
			p := f.Prefetch()
			defer p.Drop()
			for range 60 {
				off := rnd.Int64N(total)
				switch rnd.IntN(4) {
				case 0:
					p.Want(off, rnd.Int64N(1<<20))
				case 1:
					p.Drop()
				}
				if err := compare(f, id, total, off, 1+rnd.IntN(20*size)); err != nil {
					t.Errorf("read %s at %d: %v", id, off, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestCacheDoesNotKeepManyFilesOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	opt := options(dir)
	opt.SyncEvery = time.Hour
	c, _ := open(t, vfstest.NewOrigin(), opt)
	const contents = 400
	for i := range contents {
		read(t, c, fmt.Sprint(i), size, 0, size)
	}
	vfstest.Eventually(t, "fewer are open than were read", func() bool { return openIn(t, dir) < 2*contents*3/4 })
	if s := c.Stats(); s.Contents != contents {
		t.Errorf("got %+v, want %d contents", s, contents)
	}
}

// openIn returns how many files in a folder this process has open.
func openIn(t *testing.T, dir string) (n int) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("cannot see what is open here: %v", err)
	}
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, dir) {
			n++
		}
	}
	return n
}
