package vfstest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestHarmDoneWhileFilesAreRead does everything to a cache's files at any moment, which is allowed where nobody but the
// cache itself reads them: what it did not check a moment ago it must not serve.
func TestHarmDoneWhileFilesAreRead(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Cache.Memory, o.Cache.SyncEvery = 32*o.Cache.ChunkSize, 5*time.Millisecond
	w := NewWorld(t, o)
	seed := Seed(t)
	harms, _ := Harms()
	done := WhileHarmed(seed, o.Cache.Dir, harms, func() {
		Storm{Seed: seed, Reads: 150}.Run(t, Holding(Direct(t, w.FS)))
	})
	if t.Failed() {
		t.Logf("what was done: %q", done)
	}
}

// TestEveryHarmIsOne makes sure that there is something to test with: after each harm a file is another, or none.
func TestEveryHarmIsOne(t *testing.T) {
	t.Parallel()
	harms, _ := Harms()
	for _, h := range harms {
		dir := t.TempDir()
		first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
		write(t, first, "one")
		write(t, second, "two")
		before := read(first) + read(second)
		rnd := rand.New(rand.NewPCG(1, 0))
		for range 8 { // a file that is exchanged with itself stays
			if Damage(rnd, dir, []Harm{h}); read(first)+read(second) != before {
				break
			}
		}
		if read(first)+read(second) == before {
			t.Errorf("%s: both files are as they were", h.Name)
		}
	}
}

func write(t *testing.T, path, id string) {
	t.Helper()
	b := make([]byte, 20000)
	Bytes(id, 0, b)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return "gone"
	}
	return string(b)
}
