package chunk_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

func TestContents(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, stop := open(t, vfstest.NewOrigin(), options(dir))
	read(t, c, "whole", 3*size, 0, 3*size)
	vfstest.Eventually(t, "the first is written", func() bool { return c.Stats().Disk == 3*size })
	read(t, c, "part", 3*size, 0, size)
	if err := c.Pin("pinned", 5*size); err != nil {
		t.Fatal(err)
	}
	f := c.Open("part", 3*size)
	want := []chunk.Content{
		{ID: "part", Size: 3 * size, Cached: size, Open: true},
		{ID: "whole", Size: 3 * size, Cached: 3 * size, Whole: true},
		{ID: "pinned", Size: 5 * size, Pinned: true},
	}
	noTime := cmpopts.IgnoreFields(chunk.Content{}, "Used")
	vfstest.Eventually(t, "everything is written", func() bool { return cmp.Equal(want, c.Contents(), noTime) })
	f.Close()
	stop()
	c, _ = open(t, vfstest.NewOrigin(), options(dir))
	want[0].Open = false
	if diff := cmp.Diff(want, c.Contents(), noTime); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
}

func TestPinnedContentStays(t *testing.T) {
	t.Parallel()
	o, dir := vfstest.NewOrigin(), t.TempDir()
	opt := options(dir)
	opt.MaxBytes, opt.TTL = 20<<20, time.Hour
	c, stop := open(t, o, opt)
	const total = 12 << 20
	if err := c.Pin("a", total); err != nil {
		t.Fatal(err)
	}
	read(t, c, "a", total, 0, total)
	stop()
	c, stop = open(t, o, opt)
	for off := int64(0); off < 3*total; off += 1 << 20 {
		read(t, c, "b", 3*total, off, 1<<20)
		if s := c.Stats(); s.Disk > opt.MaxBytes {
			t.Fatalf("got %+v, want at most %d on disk", s, opt.MaxBytes)
		}
	}
	stop()
	opt.TTL = time.Millisecond
	c, _ = open(t, o, opt)
	vfstest.Eventually(t, "what is not pinned is gone", func() bool { return c.Stats().Contents == 1 })
	before := asked(o)
	read(t, c, "a", total, 0, total)
	if got := asked(o) - before; got != 0 {
		t.Errorf("%d bytes of the pinned content were fetched again", got)
	}
	if err := c.Unpin("a", total); err != nil {
		t.Fatal(err)
	}
	vfstest.Eventually(t, "what was unpinned is gone", func() bool { return c.Stats().Contents == 0 })
	if names, _ := filepath.Glob(filepath.Join(dir, "??", "*")); len(names) != 0 {
		t.Errorf("files are left: %q", names)
	}
}

func TestPinIsRefused(t *testing.T) {
	t.Parallel()
	opt := options(t.TempDir())
	opt.MaxBytes = 100 << 20
	c, _ := open(t, vfstest.NewOrigin(), opt)
	for i, tt := range []struct {
		id   string
		size int64
		ok   bool
	}{{"a", 50 << 20, true}, {"a", 50 << 20, true}, {"b", 31 << 20, false}, {"c", 30 << 20, true}, {"d", 1, false}, {"e", 0, false}} {
		if err := c.Pin(tt.id, tt.size); (err == nil) != tt.ok {
			t.Errorf("%d: pin %d bytes of %s: got %v, want it accepted: %t", i, tt.size, tt.id, err, tt.ok)
		}
	}
	memory, _ := open(t, vfstest.NewOrigin(), options(""))
	if err := memory.Pin("a", size); err == nil {
		t.Error("a cache without a disk pinned something")
	}
}

func TestDropForgetsDiskAndMemory(t *testing.T) {
	t.Parallel()
	o := vfstest.NewOrigin()
	c, _ := open(t, o, options(t.TempDir()))
	const total = 20 * size
	if err := c.Pin("a", total); err != nil {
		t.Fatal(err)
	}
	read(t, c, "a", total, 0, total)
	vfstest.Eventually(t, "it is written", func() bool { return c.Stats().Disk == total })
	if freed, err := c.Drop("a", total); err != nil || freed != total {
		t.Errorf("drop: got %d, %v; want %d bytes", freed, err, total)
	}
	vfstest.Eventually(t, "the disk is empty", func() bool { s := c.Stats(); return s.Disk == 0 && s.Contents == 0 })
	read(t, c, "a", total, 0, total)
	if got := asked(o); got != 2*total {
		t.Errorf("the origin was asked for %d bytes, want %d", got, 2*total)
	}
	if freed, err := c.Drop("never seen", total); err != nil || freed != 0 {
		t.Errorf("drop of what is not there: got %d, %v", freed, err)
	}
}

func TestDropWhileItIsRead(t *testing.T) {
	t.Parallel()
	c, _ := open(t, vfstest.NewOrigin(), options(t.TempDir()))
	const total = 8 << 20
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 3 {
			for off := int64(0); off < total; off += 100 * 1000 {
				read(t, c, "a", total, off, 100*1000)
			}
		}
	}()
	for i := 0; ; i++ {
		select {
		case <-done:
			return
		default:
		}
		if _, err := c.Drop("a", total); err != nil {
			t.Error(err)
		}
		if b, ok := c.Backing("a", total); ok {
			checkDropped(t, b)
		}
	}
}

func checkDropped(t *testing.T, b *chunk.Backing) {
	t.Helper()
	defer b.Close()
	want, got := make([]byte, size), make([]byte, size)
	vfstest.Bytes("a", size, want)
	if _, err := b.File().ReadAt(got, size); err != nil || !cmp.Equal(want, got) {
		t.Errorf("a lent file has other bytes, or %v", err)
	}
}

func TestCacheShrinksWithItsBound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	opt := options(dir)
	c, stop := open(t, vfstest.NewOrigin(), opt)
	const total = 20 << 20
	for _, id := range []string{"a", "b"} {
		if err := c.Pin(id, total); err != nil {
			t.Fatal(err)
		}
		read(t, c, id, total, 0, total)
	}
	stop()
	opt.MaxBytes = 30 << 20
	c, _ = open(t, vfstest.NewOrigin(), opt)
	pinned := 0
	for _, ct := range c.Contents() {
		if ct.Pinned {
			pinned++
		}
	}
	if s := c.Stats(); s.Disk > opt.MaxBytes || pinned != 1 {
		t.Errorf("got %s with %d pinned, want at most %d bytes and 1", fmt.Sprintf("%+v", s), pinned, opt.MaxBytes)
	}
}
