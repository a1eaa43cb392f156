package vfstest

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// Harm does something bad to one file, or two, of a cache.
type Harm struct {
	Name string
	do   func(rnd *rand.Rand, path, other string) error
}

// Harms returns all the bad things. Those that leave the bytes of a file that somebody has open as they are come first,
// and gentle is how many these are.
func Harms() (harms []Harm, gentle int) {
	return []Harm{
		{"delete", func(_ *rand.Rand, path, _ string) error { return os.Remove(path) }},
		{"replace", replace},
		{"cut off", truncate},
		{"flip a bit", flip},
		{"clear a stretch", blank},
		{"exchange", exchangeBytes},
		{"lengthen", lengthen},
		{"empty", func(_ *rand.Rand, path, _ string) error { return os.Truncate(path, 0) }},
	}, 2
}

// Damage does one of some harms to a file of a cache's folder, data or index. It returns what it did, or "" where there
// was no file.
func Damage(rnd *rand.Rand, dir string, harms []Harm) string {
	paths := cacheFiles(dir)
	if len(paths) == 0 {
		return ""
	}
	h := harms[rnd.IntN(len(harms))]
	path, other := paths[rnd.IntN(len(paths))], paths[rnd.IntN(len(paths))]
	if err := h.do(rnd, path, other); err != nil {
		return fmt.Sprintf("%s %s: %v", h.Name, filepath.Base(path), err) // the cache took the file away meanwhile
	}
	return h.Name + " " + filepath.Base(path)
}

// cacheFiles returns every file of a cache but its lock, which is nobody's to harm: another process would come in.
func cacheFiles(dir string) (paths []string) {
	_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && e.Name() != "lock" {
			paths = append(paths, path)
		}
		return nil // a file that has gone meanwhile
	})
	return paths
}

// replace puts another file with random bytes in the place of a file.
func replace(rnd *rand.Rand, path, _ string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	tmp := path + ".other"
	if err := os.WriteFile(tmp, noise(rnd, st.Size()), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func noise(rnd *rand.Rand, n int64) []byte {
	b := make([]byte, n)
	Bytes(fmt.Sprint("noise", rnd.Uint64()), 0, b)
	return b
}

// within opens a file to write and calls fn with it and a random place in it.
func within(rnd *rand.Rand, path string, fn func(f *os.File, off, size int64) error) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || st.Size() == 0 {
		return err
	}
	return fn(f, rnd.Int64N(st.Size()), st.Size())
}

func truncate(rnd *rand.Rand, path, _ string) error {
	return within(rnd, path, func(f *os.File, off, _ int64) error { return f.Truncate(off) })
}

func flip(rnd *rand.Rand, path, _ string) error {
	return within(rnd, path, func(f *os.File, off, _ int64) error {
		var b [1]byte
		if _, err := f.ReadAt(b[:], off); err != nil {
			return err
		}
		b[0] ^= 1 << rnd.IntN(8)
		_, err := f.WriteAt(b[:], off)
		return err
	})
}

func blank(rnd *rand.Rand, path, _ string) error {
	return within(rnd, path, func(f *os.File, off, size int64) error {
		_, err := f.WriteAt(make([]byte, min(size-off, 100<<10)), off)
		return err
	})
}

func lengthen(rnd *rand.Rand, path, _ string) error {
	return within(rnd, path, func(f *os.File, _, size int64) error {
		_, err := f.WriteAt(noise(rnd, 5000), size)
		return err
	})
}

// exchangeBytes gives each of two files what the other has, in place.
func exchangeBytes(_ *rand.Rand, path, other string) error {
	a, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(other)
	if err != nil {
		return err
	}
	if err := overwrite(path, b); err != nil {
		return err
	}
	return overwrite(other, a)
}

// overwrite gives a file other bytes; one that has gone meanwhile is not made again.
func overwrite(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(b)
	return err
}

// WhileHarmed calls fn, and has the files of a cache's folder harmed until it returns. It returns what was done.
func WhileHarmed(seed uint64, dir string, harms []Harm, fn func()) (done []string) {
	rnd := rand.New(rand.NewPCG(seed, 0))
	over := make(chan struct{})
	go func() {
		defer close(over)
		fn()
	}()
	pause := time.NewTicker(5 * time.Millisecond)
	defer pause.Stop()
	for {
		select {
		case <-over:
			return done
		case <-pause.C:
			done = append(done, Damage(rnd, dir, harms))
		}
	}
}
