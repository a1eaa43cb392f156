//go:build !linux

package host

import (
	"os/exec"
	"syscall"
)

// bury waits for a process, reaps it and kills what is left of its group. reaping is called when the process's number is
// about to be free.
func bury(cmd *exec.Cmd, reaping func()) error {
	err := cmd.Wait()
	// A group of which nobody is left is what was wanted.
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	reaping()
	return err
}

// changeTime is when a file's inode last changed, in nanoseconds; systems name it differently, and the modification time
// stands in for it.
func changeTime(*syscall.Stat_t) int64 { return 0 }
