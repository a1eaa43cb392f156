package vfstest

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// Seed returns what the random choices of a test begin with, and has the test print it when it fails. It is what
// MILLRACE_SEED says, else 1 in tests of every day, so that a failure is there for everybody, and another each time in
// those with the tag "long".
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := uint64(1)
	if fresh {
		seed = uint64(time.Now().UnixNano())
	}
	if v := os.Getenv("MILLRACE_SEED"); v != "" {
		var err error
		if seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			t.Fatalf("MILLRACE_SEED: %v", err)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("MILLRACE_SEED=%d makes the same choices", seed)
		}
	})
	return seed
}
