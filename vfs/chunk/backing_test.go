//go:build linux

package chunk_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

// backing waits until a content can be read from its file.
func backing(t *testing.T, c *chunk.Cache, id string, total int64) *chunk.Backing {
	t.Helper()
	var b *chunk.Backing
	vfstest.Eventually(t, "the content is whole and verified", func() (ok bool) {
		b, ok = c.Backing(id, total)
		return ok
	})
	t.Cleanup(b.Close)
	return b
}

// checkFile compares a file with a content.
func checkFile(t *testing.T, f *os.File, id string, total int64) {
	t.Helper()
	if err := compareFile(f, id, total); err != nil {
		t.Error(err)
	}
}

func compareFile(f *os.File, id string, total int64) error {
	got, err := io.ReadAll(io.NewSectionReader(f, 0, total+1))
	if err != nil {
		return err
	}
	want := make([]byte, total)
	vfstest.Bytes(id, 0, want)
	if !bytes.Equal(got, want) {
		return fmt.Errorf("the file of %s has other bytes", id)
	}
	return nil
}

func TestBackingIsAWholeContent(t *testing.T) {
	t.Parallel()
	c, _ := open(t, vfstest.NewOrigin(), options(t.TempDir()))
	const total = 20*size + 5
	if _, ok := c.Backing("a", total); ok {
		t.Error("there is one of what was never read")
	}
	read(t, c, "a", total, 0, total-size)
	if _, ok := c.Backing("a", total); ok {
		t.Error("there is one of what lacks its end")
	}
	read(t, c, "a", total, 0, total)
	b := backing(t, c, "a", total)
	checkFile(t, b.File(), "a", total)
	b.Close()
	b.Close()
}

func TestBackingNeedsNoReaderToBeVerified(t *testing.T) {
	t.Parallel()
	c, _ := open(t, vfstest.NewOrigin(), options(t.TempDir()))
	read(t, c, "a", size, 0, size)
	vfstest.Eventually(t, "the first call succeeds", func() bool {
		read(t, c, "a", size, 0, size)
		b, ok := c.Backing("a", size)
		if ok {
			b.Close()
		}
		return ok
	})
}

func TestBackingIsNeverDamaged(t *testing.T) {
	t.Parallel()
	const total = 20 * size
	c, dir := (*chunk.Cache)(nil), ""
	stop := func() {}
	tests := []struct {
		name   string
		damage func(t *testing.T)
	}{
		{"when a byte was flipped while nothing ran", func(t *testing.T) {
			stop()
			edit(t, files(t, dir, ".dat")[0], flip(5*size+77))
			c, stop = open(t, vfstest.NewOrigin(), options(dir))
		}},
		{"when a byte is flipped after it was verified", func(t *testing.T) {
			backing(t, c, "a", total).Close()
			edit(t, files(t, dir, ".dat")[0], flip(7*size+1))
		}},
		{"when the file is cut off after it was verified", func(t *testing.T) {
			backing(t, c, "a", total).Close()
			if err := os.Truncate(files(t, dir, ".dat")[0], 3*size); err != nil {
				t.Fatal(err)
			}
		}},
		{"when the file is deleted after it was verified", func(t *testing.T) {
			backing(t, c, "a", total).Close()
			os.Remove(files(t, dir, ".dat")[0])
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir = t.TempDir()
			opt := options(dir)
			opt.Memory = 1 // the least there is, so that it is read from disk
			c, stop = open(t, vfstest.NewOrigin(), opt)
			defer func() { stop() }()
			read(t, c, "a", total, 0, total)
			tt.damage(t)
			if b, ok := c.Backing("a", total); ok {
				b.Close()
				t.Error("a damaged file was lent")
			}
			var b *chunk.Backing
			vfstest.Eventually(t, "what was damaged is fetched again", func() (ok bool) {
				read(t, c, "b", 40*size, 0, 40*size)
				read(t, c, "a", total, 0, total)
				b, ok = c.Backing("a", total)
				return ok
			})
			defer b.Close()
			checkFile(t, b.File(), "a", total)
		})
	}
}

func TestBackingStaysWhileOthersNeedRoom(t *testing.T) {
	t.Parallel()
	opt := options(t.TempDir())
	opt.MaxBytes, opt.Memory = 24<<20, 1
	c, _ := open(t, vfstest.NewOrigin(), opt)
	const total = 12 << 20
	read(t, c, "a", total, 0, total)
	b := backing(t, c, "a", total)
	others := func() {
		t.Helper()
		for off := int64(0); off < 2*opt.MaxBytes; off += 1 << 20 {
			read(t, c, fmt.Sprint(off>>23), 8<<20, off%(8<<20), 1<<20)
			if s := c.Stats(); s.Disk > opt.MaxBytes {
				t.Fatalf("got %+v, want at most %d on disk", s, opt.MaxBytes)
			}
		}
	}
	others()
	checkFile(t, b.File(), "a", total)
	b.Close()
	others()
	vfstest.Eventually(t, "it is evicted, once nobody reads its file", func() bool {
		return !slices.ContainsFunc(c.Contents(), func(ct chunk.Content) bool { return ct.ID == "a" })
	})
}

func TestBackingThatIsDroppedIsOnlyUnlinked(t *testing.T) {
	t.Parallel()
	o, dir := vfstest.NewOrigin(), t.TempDir()
	c, _ := open(t, o, options(dir))
	const total = 20 * size
	read(t, c, "a", total, 0, total)
	b := backing(t, c, "a", total)
	if freed, err := c.Drop("a", total); err != nil || freed != total {
		t.Errorf("drop: got %d, %v; want %d bytes", freed, err, total)
	}
	checkFile(t, b.File(), "a", total)
	if s := c.Stats(); s.Disk != total || s.Contents != 0 {
		t.Errorf("got %+v, want no content, and its room counted while its file is read", s)
	}
	read(t, c, "a", total, 0, total)
	if got := asked(o); got != 2*total {
		t.Errorf("the origin was asked for %d bytes, want %d", got, 2*total)
	}
	checkFile(t, b.File(), "a", total)
	b.Close()
	vfstest.Eventually(t, "the room of the first file is free", func() bool { return c.Stats().Disk == total })
	second := backing(t, c, "a", total)
	checkFile(t, second.File(), "a", total)
}

func TestFileThatOthersReadIsNeverPunched(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	opt := options(dir)
	opt.MaxBytes, opt.Memory = 20<<20, 1
	c, stop := open(t, vfstest.NewOrigin(), opt)
	const total = 12 << 20
	read(t, c, "a", total, 0, total)
	stop()
	c, _ = open(t, vfstest.NewOrigin(), opt)
	f, err := os.Open(files(t, dir, ".dat")[0]) // as a program has that read it when an earlier process died
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for off := int64(0); off < opt.MaxBytes; off += 1 << 20 {
		read(t, c, "b", opt.MaxBytes, off, 1<<20)
		if got := c.Stats(); got.Disk > opt.MaxBytes {
			t.Fatalf("got %+v, want at most %d on disk", got, opt.MaxBytes)
		}
	}
	checkFile(t, f, "a", total)
	if got := c.Contents(); len(got) != 1 || got[0].ID != "b" {
		t.Errorf("got %+v, want only the other content", got)
	}
	if got := c.Stats().Disk; got < total {
		t.Errorf("got %d bytes on disk, want the file counted that is unlinked but open", got)
	}
	f.Close()
	vfstest.Eventually(t, "its room is free", func() bool {
		read(t, c, "b", opt.MaxBytes, 0, int(opt.MaxBytes))
		return c.Stats().Disk > opt.MaxBytes*3/4 && len(files(t, dir, ".dat")) == 1
	})
}

func TestFileThatIsDeletedIsMadeAnew(t *testing.T) {
	t.Parallel()
	o, dir := vfstest.NewOrigin(), t.TempDir()
	opt := options(dir)
	opt.Memory = 1
	c, _ := open(t, o, opt)
	const total = 20 * size
	read(t, c, "a", total, 0, total)
	b := backing(t, c, "a", total)
	for _, path := range append(files(t, dir, ".dat"), files(t, dir, ".idx")...) {
		os.Remove(path)
	}
	read(t, c, "b", 40*size, 0, 40*size)
	read(t, c, "a", total, 0, total)
	checkFile(t, b.File(), "a", total)
	second := backing(t, c, "a", total)
	checkFile(t, second.File(), "a", total)
	if got := allocated(t, dir); got < total {
		t.Errorf("%d bytes are taken in the folder, want %d at least", got, total)
	}
}

func TestCloseDoesNotWaitForAContentToBeVerified(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, stop := open(t, vfstest.NewOrigin(), options(dir))
	const total = 20 << 20
	read(t, c, "a", total, 0, total)
	stop()
	c, stop = open(t, vfstest.NewOrigin(), options(dir))
	if _, ok := c.Backing("a", total); ok {
		t.Error("a new process believes what it has not read")
	}
	stop() // and Main sees to it that nothing goes on
	if _, ok := c.Backing("a", total); ok {
		t.Error("a closed cache lends a file")
	}
}
