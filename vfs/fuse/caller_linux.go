package fuse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

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
