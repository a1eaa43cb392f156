//go:build linux && long

package soak

import (
	"os"
	"testing"
	"time"
)

// TestNothingGrowsWhileALibraryIsReadLong takes three minutes, or what MILLRACE_SOAK says.
func TestNothingGrowsWhileALibraryIsReadLong(t *testing.T) {
	t.Parallel()
	long := 3 * time.Minute
	if v := os.Getenv("MILLRACE_SOAK"); v != "" {
		var err error
		if long, err = time.ParseDuration(v); err != nil {
			t.Fatalf("MILLRACE_SOAK: %v", err)
		}
	}
	for _, wrong := range judge(soak(t, long)) {
		t.Error(wrong)
	}
}
