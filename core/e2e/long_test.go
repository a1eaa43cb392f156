//go:build long

package e2e

import (
	"fmt"
	"sync/atomic"
	"testing"
)

func TestNothingIsLostOrDoubledWhereTheDaemonIsKilledOftenLong(t *testing.T) {
	t.Parallel()
	killAtRandom(t, 40)
}

// TestNothingIsLostOrDoubledAtAnyCommitLong ends the daemon before and after each of its commits, one daemon a commit, up to the
// last that there is.
func TestNothingIsLostOrDoubledAtAnyCommitLong(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before", "after"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			var last atomic.Bool
			for n := 1; n <= 400 && !last.Load() && !t.Failed(); n++ {
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					if !killAtCommit(t, fmt.Sprintf("commit.%s:%d", when, n)) {
						last.Store(true)
					}
				})
			}
		})
	}
}

// TestItemIsCompletedThoughAnAdditionGetsNoAnswerLong waits for the minute after which the account's list tells whether an
// addition succeeded.
func TestItemIsCompletedThoughAnAdditionGetsNoAnswerLong(t *testing.T) {
	t.Parallel()
	completesThoughFailing(t, "realdebrid", "")
}
