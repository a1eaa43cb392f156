package serve

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// guardStdout points descriptor 1 at stderr and returns what it was: the handshake line must be the only thing that the
// host finds there, whatever the plugin's code or what it links prints.
func guardStdout() (*os.File, error) {
	fd, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, fmt.Errorf("keep standard output: %w", err)
	}
	if err := unix.Dup2(2, 1); err != nil {
		return nil, fmt.Errorf("point standard output at standard error: %w", err)
	}
	return os.NewFile(uintptr(fd), "handshake"), nil
}

// watchHost ends the process when its host is gone, however it went. The host's lifeline is a pipe that the kernel closes
// with it; where there is none the parent is looked at every second. It runs until the process ends.
func watchHost() {
	fd, err := strconv.Atoi(os.Getenv(wire.LifelineEnv))
	if err != nil || fd < 3 {
		go watchParent()
		return
	}
	syscall.CloseOnExec(fd)
	lifeline := os.NewFile(uintptr(fd), "lifeline")
	go func() {
		// Nothing is ever written: reading ends when the other end is closed.
		_, _ = io.Copy(io.Discard, lifeline)
		endProcess()
	}()
}

func watchParent() {
	parent := os.Getppid()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for range tick.C {
		if os.Getppid() != parent {
			endProcess()
		}
	}
}

// endProcess kills the process and, where it leads a group of its own, whatever it has started.
func endProcess() {
	if syscall.Getpgrp() == os.Getpid() {
		// If this fails there is still Exit.
		_ = syscall.Kill(-os.Getpid(), syscall.SIGKILL)
	}
	os.Exit(1)
}
