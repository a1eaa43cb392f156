//go:build linux

package fuse_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/fuse"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

// smallDisk returns a folder on a disk of its own, with so much room.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount a small disk")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("cannot mount a small disk here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// TestReadersDoNotNoticeAFullDisk has the cache on a disk that is smaller than it may be, and that somebody else fills
// and empties meanwhile.
func TestReadersDoNotNoticeAFullDisk(t *testing.T) {
	t.Parallel()
	requireFUSE(t)
	dir := smallDisk(t, "4m")
	w := vfstest.NewWorld(t, vfs.Options{Cache: chunk.Options{
		Dir: filepath.Join(dir, "cache"), KeepFree: -1, ChunkSize: 16 << 10, Memory: 1 << 20, SyncEvery: 5 * time.Millisecond,
	}})
	r := vfstest.Holding(vfstest.Process(t, mount(t, w.FS).Dir()))
	seed := vfstest.Seed(t)
	over := make(chan struct{})
	var hog sync.WaitGroup
	hog.Go(func() { fillAgainAndAgain(filepath.Join(dir, "hog"), over) })
	vfstest.Storm{Seed: seed}.Run(t, r)
	close(over)
	hog.Wait()
	vfstest.Storm{Seed: seed + 1}.Run(t, r)
}

// fillAgainAndAgain takes all the room of a disk and gives it back, until it is over.
func fillAgainAndAgain(path string, over <-chan struct{}) {
	pause := time.NewTicker(10 * time.Millisecond)
	defer pause.Stop()
	for {
		select {
		case <-over:
			return
		case <-pause.C:
			_ = os.WriteFile(path, make([]byte, 4<<20), 0o600) // it fails, as it should: the disk is full then
			os.Remove(path)
		}
	}
}

// TestHarmDoneWhileAMountIsRead does everything to the cache's files at any moment, where the kernel reads none of them by
// itself: readers must not notice.
func TestHarmDoneWhileAMountIsRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := vfstest.NewWorld(t, vfs.Options{Cache: chunk.Options{
		Dir: dir, KeepFree: -1, ChunkSize: 16 << 10, Memory: 1 << 20, Backoff: time.Millisecond, SyncEvery: 5 * time.Millisecond,
	}})
	m := mountWith(t, w.FS, fuse.Options{NoPassthrough: true})
	r := vfstest.Holding(vfstest.Process(t, m.Dir()))
	seed := vfstest.Seed(t)
	harms, _ := vfstest.Harms()
	done := vfstest.WhileHarmed(seed, dir, harms, func() {
		vfstest.Storm{Seed: seed, Ways: []vfstest.Way{vfstest.Uncached, vfstest.Mmap}}.Run(t, r)
	})
	if t.Failed() {
		t.Logf("what was done: %q", done)
	}
}
