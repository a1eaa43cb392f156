package vfstest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Main is for TestMain: it runs the tests and then fails when goroutines of file systems are left. Where the test binary
// was started by Process, it reads files instead.
func Main(m *testing.M) {
	if root := os.Getenv(processEnv); root != "" {
		serve(root, os.Stdin, os.Stdout)
		os.Exit(0)
	}
	code := m.Run()
	if left := leftover(); code == 0 && left != "" {
		fmt.Fprintf(os.Stderr, "goroutines are left:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// leftover returns the stacks of goroutines that should have ended, after giving them time to.
func leftover() string {
	var left string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if left = stacks(); left == "" {
			return ""
		}
	}
	return left
}

func stacks() string {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var left []string
	for i, stack := range strings.Split(string(buf), "\n\n") {
		ours := strings.Contains(stack, "millrace/vfs") || strings.Contains(stack, "go-fuse")
		if i > 0 && ours {
			left = append(left, stack)
		}
	}
	return strings.Join(left, "\n\n")
}
