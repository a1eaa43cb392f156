package main

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// failpointVariable has the daemon kill itself around a commit: "commit.before:17" before the 17th, "commit.after:3" after
// the third. It is for tests of what a crash leaves behind.
const failpointVariable = "MILLRACE_FAILPOINT"

// failpoint gives what is called around every commit, nil where the variable is not set.
func failpoint() func(string) {
	name, count, ok := strings.Cut(os.Getenv(failpointVariable), ":")
	n, err := strconv.ParseInt(count, 10, 64)
	if !ok || err != nil {
		return nil
	}
	var seen atomic.Int64
	return func(at string) {
		if at == name && seen.Add(1) == n {
			_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL) // nothing runs after it
		}
	}
}
