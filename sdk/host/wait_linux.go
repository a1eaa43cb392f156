package host

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// bury waits for a process, kills what is left of its group and reaps it. reaping is called while the process's number,
// which is its group's too, still cannot belong to another.
func bury(cmd *exec.Cmd, reaping func()) error {
	pid := cmd.Process.Pid
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	// A group of which nobody is left is what was wanted.
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	reaping()
	return cmd.Wait()
}

// changeTime is when a file's inode last changed, in nanoseconds.
func changeTime(st *syscall.Stat_t) int64 { return st.Ctim.Nano() }
