package vfstest

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// testDamage has a cache's files harmed again and again. While they are read they are deleted and replaced; between
// readings, when no file is open that the kernel may read by itself, anything may happen to them.
func testDamage(t *testing.T, open Open) {
	o := options(t)
	o.Cache.Memory, o.Cache.SyncEvery = 32*o.Cache.ChunkSize, 5*time.Millisecond
	w := NewWorld(t, o)
	r := open(t, w.FS)
	seed := Seed(t)
	rnd := rand.New(rand.NewPCG(seed, 0))
	harms, gentle := Harms()
	var done []string
	for i := range uint64(3) {
		done = append(done, WhileHarmed(seed+i, o.Cache.Dir, harms[:gentle], func() {
			Storm{Seed: seed + i, Reads: 10, Readers: 4}.Run(t, Holding(r))
		})...)
		storm := Storm{Seed: seed + i, Reads: 20, Readers: 4, Ways: unkept(Holding(r))}
		storm.Run(t, Holding(r)) // so that there is something to harm
		Eventually(t, "every file is closed", func() bool { return len(w.FS.Streams()) == 0 })
		for range 6 {
			done = append(done, Damage(rnd, o.Cache.Dir, harms[gentle:]))
		}
		storm.Run(t, Holding(r))
	}
	if t.Failed() {
		t.Logf("what was done: %q", done)
	}
}

// unkept are ways of reading that reach the file system each time. Pages that the kernel keeps would hide what it does.
func unkept(r Holder) []Way {
	if slices.Contains(r.Ways(), Uncached) {
		return []Way{Uncached}
	}
	return r.Ways()
}
