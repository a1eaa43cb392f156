package vfs_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

// diskOf are options of an FS with a disk cache of a size.
func diskOf(dir string, size int64) vfs.Options {
	return vfs.Options{Cache: chunk.Options{Dir: dir, MaxBytes: size, KeepFree: -1, SyncEvery: 20 * time.Millisecond, DiskWait: time.Minute}}
}

// eventually waits until ok says so.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within 30 s: %s", what)
}

// run starts an FS over a source and returns what ends it.
func run(t *testing.T, source vfs.Source, o vfs.Options) (*vfs.FS, func()) {
	t.Helper()
	tree := vfs.NewTree()
	for _, c := range []vfs.Change{
		vfs.Put("shows/a.mkv", vfs.File{Inode: vfs.FileInode(1), ContentID: "a", Size: 3 << 20}),
		vfs.Put("shows/again/a.mkv", vfs.File{Inode: vfs.FileInode(1), ContentID: "a", Size: 3 << 20}),
		vfs.Put("shows/b.mkv", vfs.File{Inode: vfs.FileInode(2), ContentID: "b", Size: 2 << 20}),
		vfs.Put("shows/b.srt", vfs.File{Inode: vfs.SidecarInode(2), Data: []byte("text")}),
		vfs.Put("notes/c.srt", vfs.File{Inode: vfs.SidecarInode(3), Data: []byte("text")}),
		vfs.Put("large.mkv", vfs.File{Inode: vfs.FileInode(4), ContentID: "large", Size: 80 << 20}),
	} {
		if err := tree.Apply(c); err != nil {
			t.Fatal(err)
		}
	}
	fsys, err := vfs.New(tree, source, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- fsys.Run(ctx) }()
	stop := func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		ended <- nil
	}
	t.Cleanup(stop)
	return fsys, stop
}

// kept is what is on disk, without when.
func kept(fsys *vfs.FS) []vfs.Content {
	contents := fsys.Contents()
	for i := range contents {
		contents[i].Used = time.Time{}
	}
	return contents
}

func whole(fsys *vfs.FS, n int) bool {
	contents := fsys.Contents()
	for _, c := range contents {
		if !c.Whole || c.Open {
			return false
		}
	}
	return len(contents) == n
}

func TestWhatIsPinnedIsFetchedAndStays(t *testing.T) {
	t.Parallel()
	origin, dir := vfstest.NewOrigin(), t.TempDir()
	gate, first := make(chan struct{}), ""
	origin.Script(func(r vfstest.Request) vfstest.Fault {
		if first == "" {
			first = r.ContentID
		}
		if r.ContentID == first {
			return vfstest.Fault{}
		}
		return vfstest.Fault{Gate: gate}
	})
	fsys, stop := run(t, origin, diskOf(dir, 64<<20))
	if err := fsys.Pin("shows"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first is whole", func() bool {
		return slices.ContainsFunc(fsys.Contents(), func(c vfs.Content) bool { return c.Whole })
	})
	stop() // as if killed before the second
	close(gate)
	fsys, _ = run(t, origin, diskOf(dir, 64<<20))
	eventually(t, "a restart goes on with the second", func() bool { return whole(fsys, 2) })
	want := []vfs.Content{
		{ID: "a", Paths: []string{"shows/a.mkv", "shows/again/a.mkv"}, Size: 3 << 20, Cached: 3 << 20, Pinned: true, Whole: true},
		{ID: "b", Paths: []string{"shows/b.mkv"}, Size: 2 << 20, Cached: 2 << 20, Pinned: true, Whole: true},
	}
	sorted := cmpopts.SortSlices(func(a, b vfs.Content) bool { return a.ID < b.ID })
	if diff := cmp.Diff(want, kept(fsys), sorted); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := origin.Served(); got < 5<<20 {
		t.Errorf("the origin served %d bytes, want all 5 MiB", got)
	}
	if err := fsys.Unpin("shows/b.mkv"); err != nil {
		t.Fatal(err)
	}
	want[1].Pinned = false
	if diff := cmp.Diff(want, kept(fsys), sorted); diff != "" {
		t.Errorf("after one was let go (-want +got)\n%s", diff)
	}
	if freed, err := fsys.Drop("shows/again"); err != nil || freed != 3<<20 {
		t.Errorf("drop: got %d, %v", freed, err)
	}
	if diff := cmp.Diff(want[1:], kept(fsys)); diff != "" {
		t.Errorf("after the other was dropped (-want +got)\n%s", diff)
	}
	if err := fsys.Tree().Apply(vfs.Remove("shows/b.mkv")); err != nil {
		t.Fatal(err)
	}
	if freed, err := fsys.Drop("b"); err != nil || freed != 2<<20 {
		t.Errorf("drop of what left the library, by its id: got %d, %v", freed, err)
	}
	if got := kept(fsys); len(got) != 0 {
		t.Errorf("got %+v after everything was dropped", got)
	}
}

func TestPinningRefuses(t *testing.T) {
	t.Parallel()
	fsys, _ := run(t, vfstest.NewOrigin(), diskOf(t.TempDir(), 64<<20))
	for _, tt := range []struct {
		name, path string
		want       error
	}{
		{"a path that there is not", "shows/z.mkv", vfs.ErrNotExist},
		{"a folder without a film", "notes", vfs.ErrInvalid},
	} {
		if err := fsys.Pin(tt.path); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	var room *vfs.RoomError
	if err := fsys.Pin(""); !errors.As(err, &room) || room.Need != 85<<20 || room.Max > 64<<20 {
		t.Errorf("more than fits: got %v", err)
	}
	if got := kept(fsys); len(got) != 0 {
		t.Errorf("a part is pinned: %+v", got)
	}
	if err := fsys.Unpin("z"); !errors.Is(err, vfs.ErrNotExist) {
		t.Errorf("unpin of nothing: got %v", err)
	}
	if _, err := fsys.Drop("z"); !errors.Is(err, vfs.ErrNotExist) {
		t.Errorf("drop of nothing: got %v", err)
	}
	if freed, err := fsys.Drop(""); freed != 0 || err != nil {
		t.Errorf("drop of all where there is nothing: got %d, %v", freed, err)
	}
	memory, _ := run(t, vfstest.NewOrigin(), vfs.Options{})
	if err := memory.Pin("shows"); !errors.Is(err, vfs.ErrInvalid) {
		t.Errorf("pin without a disk: got %v", err)
	}
	if err := memory.Unpin("shows"); !errors.Is(err, vfs.ErrInvalid) {
		t.Errorf("unpin without a disk: got %v", err)
	}
}

func TestAPinnedFileThatCannotBeHadIsTriedAgain(t *testing.T) {
	t.Parallel()
	origin := vfstest.NewOrigin()
	origin.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Err: vfs.ErrBusy} })
	fsys, _ := run(t, origin, diskOf(t.TempDir(), 64<<20))
	if err := fsys.Pin("shows/a.mkv"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the origin refuses", func() bool { return len(origin.Requests()) > 1 })
	origin.Script(nil)
	if err := fsys.Pin("shows/a.mkv"); err != nil { // pinned already: it is looked at at once
		t.Fatal(err)
	}
	eventually(t, "it is whole", func() bool { return whole(fsys, 1) })
}

func TestBelow(t *testing.T) {
	t.Parallel()
	fsys, _ := run(t, vfstest.NewOrigin(), vfs.Options{})
	for path, want := range map[string][]string{
		"shows/":      {"shows/a.mkv", "shows/again/a.mkv", "shows/b.mkv", "shows/b.srt"},
		"/large.mkv/": {"large.mkv"},
		"shows/again": {"shows/again/a.mkv"},
		"":            {"large.mkv", "notes/c.srt", "shows/a.mkv", "shows/again/a.mkv", "shows/b.mkv", "shows/b.srt"},
	} {
		files, err := fsys.Tree().Below(path)
		var got []string
		for _, f := range files {
			got = append(got, f.Path)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got)\n%s", path, err, diff)
		}
	}
	if _, err := fsys.Tree().Below("shows/z"); !errors.Is(err, vfs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, vfs.ErrNotExist)
	}
}
