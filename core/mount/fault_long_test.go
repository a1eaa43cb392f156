//go:build long

package mount

import (
	"strings"
	"testing"

	"github.com/millrace-media/millrace/vfs/vfstest"
)

// TestLongStormOfFailures is TestAStormOfFailures for longer, with other choices each time, and with the cache's files
// deleted and replaced meanwhile.
func TestLongStormOfFailures(t *testing.T) {
	t.Parallel()
	for _, d := range doors {
		for _, dir := range []string{"", "disk"} {
			t.Run(strings.TrimSpace(d.name+" "+dir), func(t *testing.T) {
				t.Parallel()
				if dir != "" {
					dir = t.TempDir()
				}
				f := weave(t, impatient(dir), "a", "b")
				r := d.open(t, f.fs)
				seed := vfstest.Seed(t)
				harms, gentle := vfstest.Harms()
				for i := range uint64(4) {
					f.rage(seed+i, "a/")
					storm := vfstest.Storm{Files: f.files, Seed: seed + i, Reads: 100}
					vfstest.WhileHarmed(seed+i, dir, harms[:gentle], func() { storm.Run(t, r) })
				}
			})
		}
	}
}
