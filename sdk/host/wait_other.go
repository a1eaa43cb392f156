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
