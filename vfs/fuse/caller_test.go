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
