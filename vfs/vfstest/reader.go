package vfstest

import (
	"testing"
	"time"

	"github.com/millrace-media/millrace/vfs"
)

// Reader reads a file system as a program does: by path, which is relative to the root and slash-separated. Its errors
// are vfs's, by errors.Is.
type Reader interface {
	// ReadAt returns up to n bytes from off; fewer, or none, at the end of the file.
	ReadAt(path string, off int64, n int) ([]byte, error)
	// List returns what is in a directory, sorted by name.
	List(path string) ([]Entry, error)
	// Stat returns what is at a path.
	Stat(path string) (Entry, error)
}

// Entry is what a Reader knows of a file or directory.
type Entry struct {
	Name  string
	Dir   bool
	Size  int64 // 0 for a directory
	Mtime int64 // Unix seconds; 0 for a directory
}

// Open returns a reader of an FS. What it starts it ends with t.Cleanup.
type Open func(t *testing.T, fsys *vfs.FS) Reader

// Eventually waits until ok, and fails the test when that does not come.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
