package fuse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/millrace-media/millrace/vfs"
)

// reader tells who opens a file. The kernel names the thread that asks, which belongs to the process that is told here. One that has ended, or is of
// another namespace, has no name here.
func reader(tid uint32) vfs.Reader {
	r := vfs.Reader{Kind: "fuse", PID: int(tid)}
	if tid == 0 {
		return r
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
	if err != nil {
		return r
	}
	if pid, err := strconv.Atoi(field(status, "Tgid")); err == nil {
		r.PID = pid
	}
	r.Program = program(r.PID)
	return r
}

// program returns the name of a process. The kernel cuts it at 15 bytes, so where the file that it runs goes on like that,
// the file's name is taken.
func program(pid int) string {
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return ""
	}
	name := strings.TrimSuffix(string(comm), "\n")
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)) // fails for other users' processes, where we are not root
	whole := filepath.Base(strings.TrimSuffix(exe, " (deleted)"))
	if err == nil && strings.HasPrefix(whole, name) {
		return whole
	}
	return name
}

// position returns how far a process is in a file of ours that it has open, where that can be told: it is for its own user
// and root to see, and one that reads without a position stays at its beginning. With several open at once it is the
// farthest. Looking there asks the file system for nothing.
func position(pid int, inode uint64) (far int64, ok bool) {
	dir := fmt.Sprintf("/proc/%d/fdinfo", pid)
	entries, err := os.ReadDir(dir)
	if err != nil || pid == 0 {
		return 0, false
	}
	for _, e := range entries {
		info, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil || field(info, "ino") != strconv.FormatUint(inode, 10) {
			continue // closed meanwhile, or another file
		}
		if pos, err := strconv.ParseInt(field(info, "pos"), 10, 64); err == nil {
			far, ok = max(far, pos), true
		}
	}
	return far, ok
}

// field returns a value of a file of /proc that has a name and a value on each line.
func field(status []byte, name string) string {
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// lookAgain is how often a read that takes long looks whether its caller still lives.
const lookAgain = 500 * time.Millisecond

// whileWanted returns a context for one read. It ends when the kernel interrupts the read, and when the caller has died:
// the kernel reads ahead in the background, and of those reads it neither interrupts any nor closes the file before they
// are answered. Call stop when the read is over.
func whileWanted(parent *gofuse.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	var mu sync.Mutex // guards look
	var look *time.Timer
	mu.Lock()
	defer mu.Unlock()
	look = time.AfterFunc(lookAgain, func() {
		mu.Lock()
		defer mu.Unlock()
		if dead(parent.Pid) {
			cancel()
		} else if ctx.Err() == nil {
			look.Reset(lookAgain)
		}
	})
	return ctx, func() {
		cancel()
		mu.Lock()
		defer mu.Unlock()
		look.Stop()
	}
}

// dead says whether a process is known to have ended, or to be ending: a zombie waits for its parent only. A process of
// another namespace has no number here.
func dead(pid uint32) bool {
	if pid == 0 {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH)
	}
	_, state, ok := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(" "))
	return ok && len(state) > 0 && (state[0] == 'Z' || state[0] == 'X')
}
