//go:build linux && long

package fuse_test

import "testing"

// TestLongKills kills two hundred and ten processes with a mount at random moments, and has their caches damaged.
func TestLongKills(t *testing.T) {
	t.Parallel()
	for _, m := range killModes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			newGround(t, m.cached, m.passed).survives(70)
		})
	}
}

func TestLongReadersDie(t *testing.T) {
	t.Parallel()
	readersDie(t, 60)
}
