//go:build linux

package fuse_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

// replaced is a file whose content is replaced again and again.
type replaced struct {
	w      *vfstest.World
	holder vfstest.Holder
	now    atomic.Int64 // the number of its content
}

const (
	replacedPath = "film.mkv"
	replacedSize = 1<<20 + 77
)

func contentID(n int64) string { return fmt.Sprint("version ", n) }

func (r *replaced) replace(t *testing.T) {
	t.Helper()
	n := r.now.Load() + 1
	f := vfs.File{Inode: vfs.FileInode(77), Size: replacedSize, ContentID: contentID(n)}
	if err := r.w.Tree.Apply(vfs.Put(replacedPath, f)); err != nil {
		t.Fatal(err)
	}
	r.now.Store(n)
}

// read opens the file in one way and reads it here and there: it must be one content, and none that was replaced before
// it was opened.
func (r *replaced) read(rnd *rand.Rand, way vfstest.Way) error {
	oldest := r.now.Load()
	h, err := r.holder.Hold(replacedPath, way)
	if err != nil && strings.Contains(err.Error(), syscall.ESTALE.Error()) {
		return nil // it was replaced twice while it was being opened
	}
	if err != nil {
		return fmt.Errorf("open by %s: %w", way, err)
	}
	defer h.Close()
	content := int64(-1)
	for range 6 {
		off := rnd.Int64N(replacedSize/4096) * 4096
		got, err := h.ReadAt(off, 64<<10)
		if err != nil {
			return fmt.Errorf("read by %s: %w", way, err)
		}
		if content < 0 {
			content = r.which(got, off, oldest)
		}
		if content < 0 || !isOf(content, got, off) {
			return fmt.Errorf("read by %s at %d: not of one content", way, off)
		}
	}
	return nil
}

// which returns the number of the content that bytes are of, from oldest on, or -1.
func (r *replaced) which(got []byte, off, oldest int64) int64 {
	for n := oldest; n <= r.now.Load()+1; n++ {
		if isOf(n, got, off) {
			return n
		}
	}
	return -1
}

func isOf(n int64, got []byte, off int64) bool {
	want := make([]byte, min(64<<10, replacedSize-off))
	vfstest.Bytes(contentID(n), off, want)
	return bytes.Equal(got, want)
}

func TestReadersNeverSeeTwoContentsOfAFile(t *testing.T) {
	t.Parallel()
	requireFUSE(t)
	o := cached(t, nil)
	o.Cache.MaxBytes = 24 << 20
	w := vfstest.NewWorld(t, o)
	r := &replaced{w: w}
	r.replace(t)
	r.holder = vfstest.Holding(vfstest.Process(t, mount(t, w.FS).Dir()))
	var readers sync.WaitGroup
	for i := range uint64(6) {
		readers.Go(func() {
			rnd := rand.New(rand.NewPCG(5, i))
			for range 40 {
				ways := r.holder.Ways()
				if err := r.read(rnd, ways[rnd.IntN(len(ways))]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 8 {
		r.replace(t)
		fillFile(t, w, replacedPath)
	}
	readers.Wait()
}
