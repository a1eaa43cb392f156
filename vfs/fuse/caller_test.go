//go:build linux

package fuse

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/millrace-media/millrace/vfs"
)

func TestAReaderIsItsProcess(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	want := vfs.Reader{Kind: "fuse", PID: os.Getpid(), Program: filepath.Base(exe)}
	if got := reader(uint32(unix.Gettid())); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAReaderThatIsNotKnown(t *testing.T) {
	t.Parallel()
	for name, tid := range map[string]uint32{"of another namespace": 0, "that there is not": 1 << 30} {
		if got, want := reader(tid), (vfs.Reader{Kind: "fuse", PID: int(tid)}); got != want {
			t.Errorf("one %s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestThePositionOfAReaderIsSeen(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "film.mkv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("0123456789"); err != nil {
		t.Fatal(err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		t.Fatal(err)
	}
	if got, ok := position(os.Getpid(), st.Ino); !ok || got != 10 {
		t.Errorf("got %d, %v; want 10", got, ok)
	}
	for name, at := range map[string]struct {
		pid   int
		inode uint64
	}{"a process that there is not": {1 << 30, st.Ino}, "a file that is not open": {os.Getpid(), st.Ino + 1<<40}, "nobody": {0, st.Ino}} {
		if got, ok := position(at.pid, at.inode); ok {
			t.Errorf("of %s it is told: %d", name, got)
		}
	}
}
