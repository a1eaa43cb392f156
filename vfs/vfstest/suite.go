package vfstest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/vfs"
)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	tests := []struct {
		name string
		run  func(t *testing.T, open Open)
	}{
		{"lists what is there", testList},
		{"says how large a file is, and how old", testStat},
		{"does not find what is not there", testMissing},
		{"reads any part of any file", testRead},
		{"gives random readers the right bytes", testRandom},
		{"gives random readers the right bytes without a disk", testRandomMemory},
		{"reads in every way that there is, from files that stay open", testWays},
		{"fetches what many want once", testOnce},
		{"gives the right bytes though its cache's files are damaged", testDamage},
		{"mends bodies that end early, break or stall", testMend},
		{"fails with the source and recovers with it", testFail},
		{"gives up on a source that hangs", testHang},
		{"shows what is added, removed and renamed", testChange},
		{"reads the new content of a file that is replaced", testReplace},
		{"fetches nothing to list and to open", testNoNetwork},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(t, open)
		})
	}
}

func setup(t *testing.T, open Open) (*World, Reader) {
	t.Helper()
	w := NewWorld(t, options(t))
	return w, open(t, w.FS)
}

func testList(t *testing.T, open Open) {
	_, r := setup(t, open)
	got := map[string][]Entry{}
	for _, dir := range []string{"", "movies", "movies/Big (1988)", "shows", "shows/Überß & <Söhne>"} {
		entries, err := r.List(dir)
		if err != nil {
			t.Fatalf("list %q: %v", dir, err)
		}
		got[dir] = entries
	}
	files := Files()
	want := map[string][]Entry{
		"":       {{Name: "movies", Dir: true}, {Name: "shows", Dir: true}},
		"movies": {{Name: "Big (1988)", Dir: true}, {Name: "Small (2001)", Dir: true}},
		"movies/Big (1988)": {
			{Name: "Big (1988).en.srt", Size: int64(len(files[1].Data)), Mtime: mtime.Unix()},
			{Name: "Big (1988).mkv", Size: files[0].Size, Mtime: mtime.Unix()},
		},
		"shows":                 {{Name: "empty.mkv", Mtime: mtime.Unix()}, {Name: "Überß & <Söhne>", Dir: true}},
		"shows/Überß & <Söhne>": {{Name: "S01E01 #1 50%.mkv", Size: files[3].Size, Mtime: mtime.Unix()}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listing (-want +got):\n%s", diff)
	}
}

func testStat(t *testing.T, open Open) {
	_, r := setup(t, open)
	for _, f := range Files() {
		got, err := r.Stat(f.Path)
		if err != nil {
			t.Errorf("stat %s: %v", f.Path, err)
			continue
		}
		if want := max(f.Size, int64(len(f.Data))); got.Dir || got.Size != want || got.Mtime != mtime.Unix() {
			t.Errorf("stat %s: got %+v, want size %d and mtime %d", f.Path, got, want, mtime.Unix())
		}
	}
	if got, err := r.Stat("movies"); err != nil || !got.Dir {
		t.Errorf("stat movies: got %+v, %v; want a directory", got, err)
	}
}

func testMissing(t *testing.T, open Open) {
	_, r := setup(t, open)
	for _, path := range []string{"nothing", "movies/nothing.mkv", "movies/Small (2001)/Small (2001).mkv/below"} {
		if _, err := r.Stat(path); !errors.Is(err, vfs.ErrNotExist) {
			t.Errorf("stat %s: got %v, want %v", path, err, vfs.ErrNotExist)
		}
		if _, err := r.ReadAt(path, 0, 1); !errors.Is(err, vfs.ErrNotExist) {
			t.Errorf("read %s: got %v, want %v", path, err, vfs.ErrNotExist)
		}
	}
}

func testRead(t *testing.T, open Open) {
	_, r := setup(t, open)
	for _, f := range Files() {
		size := max(f.Size, int64(len(f.Data)))
		for _, part := range []struct {
			off int64
			n   int
		}{{0, 1}, {0, int(size)}, {0, int(size) + 100}, {size / 2, 70000}, {max(0, size-5), 100}, {size, 10}, {size + 100, 10}, {16<<10 - 1, 2}} {
			checkRead(t, r, f, part.off, part.n)
		}
	}
}

func checkRead(t *testing.T, r Reader, f File, off int64, n int) {
	t.Helper()
	got, err := r.ReadAt(f.Path, off, n)
	if err != nil {
		t.Errorf("read %d bytes of %s at %d: %v", n, f.Path, off, err)
		return
	}
	if want := f.bytes(off, n); !bytes.Equal(got, want) {
		t.Errorf("read %d bytes of %s at %d: got %d bytes, the first wrong one is %d; want %d", n, f.Path, off, len(got), firstDiff(got, want), len(want))
	}
}

func firstDiff(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func testRandom(t *testing.T, open Open) {
	w, r := setup(t, open)
	w.Origin.Script(flaky())
	readRandomly(t, r)
}

func testRandomMemory(t *testing.T, open Open) {
	o := options(t)
	o.Cache.Dir = ""
	o.Cache.Memory = 64 * o.Cache.ChunkSize // less than the files
	w := NewWorld(t, o)
	w.Origin.Script(flaky())
	readRandomly(t, open(t, w.FS))
}

// flaky cuts some bodies short, but not those of requests that go on where one was cut: these are not aligned.
func flaky() func(Request) Fault {
	return func(r Request) Fault { return Fault{Cut: r.N%5 == 0 && r.Off%1024 == 0, CutAfter: r.Len/2 + 1} }
}

func readRandomly(t *testing.T, r Reader) {
	t.Helper()
	Storm{Seed: Seed(t)}.Run(t, Holding(r))
}

// testWays reads a file that nobody has read yet, and again when it is cached.
func testWays(t *testing.T, open Open) {
	w, r := setup(t, open)
	w.Origin.Script(flaky())
	f := Files()[3]
	for range 2 {
		for _, by := range Holding(r).Ways() {
			h, err := Holding(r).Hold(f.Path, by)
			if err != nil {
				t.Errorf("open for %s: %v", by, err)
				continue
			}
			for _, off := range []int64{0, 4096, 16<<10 - 1, f.Size / 2, f.Size - 10, f.Size} {
				got, err := h.ReadAt(off, 200<<10)
				if want := f.bytes(off, 200<<10); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s at %d: got %d bytes, %v, the first wrong one is %d; want %d", by, off, len(got), err, firstDiff(got, want), len(want))
				}
			}
			if err := h.Close(); err != nil {
				t.Errorf("close after %s: %v", by, err)
			}
		}
	}
}

func testOnce(t *testing.T, open Open) {
	w, r := setup(t, open)
	f := Files()[0]
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() { checkRead(t, r, f, 0, int(f.Size)) })
	}
	wg.Wait()
	if got := w.Origin.Served(); got != f.Size {
		t.Errorf("the origin sent %d bytes of a file of %d", got, f.Size)
	}
}

func testMend(t *testing.T, open Open) {
	faults := map[string]func(Request) Fault{
		"cut at once":  func(r Request) Fault { return Fault{Cut: r.N%2 == 1} },
		"cut later":    func(r Request) Fault { return Fault{Cut: r.N%2 == 1, CutAfter: 20000} },
		"broken":       func(r Request) Fault { return broken(r) },
		"too long":     func(r Request) Fault { return Fault{Extra: 100000} },
		"stalled":      func(r Request) Fault { return Fault{Stall: r.N == 1, CutAfter: 5000} },
		"never begins": func(r Request) Fault { return Fault{Hang: r.N == 1} },
	}
	for name, script := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, r := setup(t, open)
			w.Origin.Script(script)
			checkRead(t, r, Files()[3], 0, 300<<10)
		})
	}
}

func broken(r Request) Fault {
	if r.N%2 == 0 {
		return Fault{}
	}
	return Fault{Break: errors.New("connection reset"), CutAfter: 20000}
}

func testFail(t *testing.T, open Open) {
	w, r := setup(t, open)
	f := Files()[0]
	for _, tt := range []struct{ fault, want error }{
		{errors.New("the provider is on fire"), vfs.ErrBroken},
		{fmt.Errorf("traffic limit: %w", vfs.ErrBroken), vfs.ErrBroken},
	} {
		w.Origin.Script(func(Request) Fault { return Fault{Err: tt.fault} })
		if _, err := r.ReadAt(f.Path, 1<<20, 1000); !errors.Is(err, tt.want) {
			t.Errorf("read with the fault %q: got %v, want %v", tt.fault, err, tt.want)
		}
	}
	w.Origin.Script(nil)
	checkRead(t, r, f, 1<<20, 1000)
}

func testHang(t *testing.T, open Open) {
	o := options(t)
	o.ReadTimeout = 100 * time.Millisecond
	w := NewWorld(t, o)
	r := open(t, w.FS)
	w.Origin.Script(func(Request) Fault { return Fault{Hang: true} })
	if _, err := r.ReadAt(Files()[0].Path, 0, 1000); !errors.Is(err, vfs.ErrBroken) {
		t.Errorf("read: got %v, want %v", err, vfs.ErrBroken)
	}
	Eventually(t, "the request is cancelled", func() bool { return w.Origin.Open() == 0 })
	w.Origin.Script(nil)
	Eventually(t, "the file can be read", func() bool {
		got, err := r.ReadAt(Files()[0].Path, 0, 1000)
		return err == nil && bytes.Equal(got, Files()[0].bytes(0, 1000))
	})
}

func testChange(t *testing.T, open Open) {
	w, r := setup(t, open)
	if _, err := r.List("movies"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Stat("movies/New/New.mkv"); !errors.Is(err, vfs.ErrNotExist) {
		t.Fatalf("stat before: got %v, want %v", err, vfs.ErrNotExist)
	}
	f := File{Path: "movies/New/New.mkv", Inode: vfs.FileInode(10), ContentID: "new", Size: 100000}
	if err := w.Tree.Apply(vfs.Put(f.Path, f.file())); err != nil {
		t.Fatal(err)
	}
	Eventually(t, "the new file is listed", func() bool { return names(r, "movies") == "Big (1988) New Small (2001) " })
	Eventually(t, "the new file is there", func() bool { e, err := r.Stat(f.Path); return err == nil && e.Size == f.Size })
	checkRead(t, r, f, 50000, 1000)

	if err := w.Tree.Apply(vfs.Rename("movies/New", "movies/Newer")); err != nil {
		t.Fatal(err)
	}
	f.Path = "movies/Newer/New.mkv"
	Eventually(t, "the file has moved", func() bool { e, err := r.Stat(f.Path); return err == nil && e.Size == f.Size })
	checkRead(t, r, f, 0, 1000)

	if err := w.Tree.Apply(vfs.Remove("movies/Newer")); err != nil {
		t.Fatal(err)
	}
	Eventually(t, "the file is gone", func() bool { _, err := r.Stat(f.Path); return errors.Is(err, vfs.ErrNotExist) })
	Eventually(t, "it is not listed", func() bool { return names(r, "movies") == "Big (1988) Small (2001) " })
}

func names(r Reader, dir string) (names string) {
	entries, err := r.List(dir)
	if err != nil {
		return err.Error()
	}
	for _, e := range entries {
		names += e.Name + " "
	}
	return names
}

func testReplace(t *testing.T, open Open) {
	w, r := setup(t, open)
	f := Files()[0]
	checkRead(t, r, f, 0, 100000)
	f.ContentID, f.Size = "better", 3<<20
	if err := w.Tree.Apply(vfs.Put(f.Path, f.file())); err != nil {
		t.Fatal(err)
	}
	Eventually(t, "the new size is seen", func() bool { e, err := r.Stat(f.Path); return err == nil && e.Size == f.Size })
	Eventually(t, "the new bytes are read", func() bool {
		got, err := r.ReadAt(f.Path, 0, 100000)
		return err == nil && bytes.Equal(got, f.bytes(0, 100000))
	})
	checkRead(t, r, f, f.Size-1000, 5000)
}

func testNoNetwork(t *testing.T, open Open) {
	w, r := setup(t, open)
	w.Origin.Script(func(Request) Fault { return Fault{Hang: true} })
	for _, dir := range []string{"", "movies", "movies/Big (1988)"} {
		if _, err := r.List(dir); err != nil {
			t.Errorf("list %q: %v", dir, err)
		}
	}
	for _, f := range Files() {
		if _, err := r.ReadAt(f.Path, 0, 0); err != nil {
			t.Errorf("open %s: %v", f.Path, err)
		}
	}
	if got := w.Origin.Requests(); len(got) != 0 {
		t.Errorf("the origin was asked: %+v", got)
	}
}
