package vfs_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/vfs"
)

var someTime = time.Date(2024, 1, 2, 3, 4, 5, 678, time.UTC)

func file(id int64) vfs.File {
	return vfs.File{Inode: vfs.FileInode(id), Size: 100 * id, Mtime: someTime.Add(time.Duration(id) * time.Second), ContentID: fmt.Sprint("c", id)}
}

// paths returns every path of a tree, directories with a slash at the end.
func paths(t testing.TB, tree *vfs.Tree) []string {
	t.Helper()
	got := []string{}
	var walk func(inode uint64, prefix string)
	walk = func(inode uint64, prefix string) {
		nodes, err := tree.ReadDir(inode)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes {
			if n.Dir {
				got = append(got, prefix+n.Name+"/")
				walk(n.Inode, prefix+n.Name+"/")
			} else {
				got = append(got, prefix+n.Name)
			}
		}
	}
	walk(vfs.RootInode, "")
	return got
}

func TestApply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		changes []vfs.Change
		want    []string
		err     error
	}{
		{"makes the directories that a file needs", []vfs.Change{vfs.Put("/a/b/c.mkv", file(1))}, []string{"a/", "a/b/", "a/b/c.mkv"}, nil},
		{"removes directories that become empty", []vfs.Change{vfs.Put("a/b/c", file(1)), vfs.Put("a/d", file(2)), vfs.Remove("a/b/c")}, []string{"a/", "a/d"}, nil},
		{"keeps directories that were asked for", []vfs.Change{vfs.Mkdir("a/b"), vfs.Put("a/b/c", file(1)), vfs.Remove("a/b/c")}, []string{"a/", "a/b/"}, nil},
		{"removes a directory with what is in it", []vfs.Change{vfs.Put("a/b/c", file(1)), vfs.Put("a/b/d/e", file(2)), vfs.Put("f", file(3)), vfs.Remove("a")}, []string{"f"}, nil},
		{"removes what is not there", []vfs.Change{vfs.Remove("a/b")}, []string{}, nil},
		{"replaces a file", []vfs.Change{vfs.Put("a", file(1)), vfs.Put("a", file(2))}, []string{"a"}, nil},
		{"gives a file two names", []vfs.Change{vfs.Put("a/x", file(1)), vfs.Put("b/y", file(1))}, []string{"a/", "a/x", "b/", "b/y"}, nil},
		{"moves a file", []vfs.Change{vfs.Put("a/x", file(1)), vfs.Rename("a/x", "b/y")}, []string{"b/", "b/y"}, nil},
		{"moves a directory", []vfs.Change{vfs.Put("a/b/x", file(1)), vfs.Put("a/y", file(2)), vfs.Mkdir("a/e"), vfs.Rename("a", "c/d")}, []string{"c/", "c/d/", "c/d/b/", "c/d/b/x", "c/d/e/", "c/d/y"}, nil},
		{"moves to where it is", []vfs.Change{vfs.Put("a", file(1)), vfs.Rename("a", "/a/")}, []string{"a"}, nil},
		{"makes the others when one cannot be made", []vfs.Change{vfs.Put("a", file(1)), vfs.Put("a/b", file(2)), vfs.Put("c", file(3))}, []string{"a", "c"}, vfs.ErrInvalid},
		{"does not put a file where a directory is", []vfs.Change{vfs.Put("a/b", file(1)), vfs.Put("a", file(2))}, []string{"a/", "a/b"}, vfs.ErrInvalid},
		{"does not make a directory where a file is", []vfs.Change{vfs.Put("a", file(1)), vfs.Mkdir("a")}, []string{"a"}, vfs.ErrInvalid},
		{"does not move onto something", []vfs.Change{vfs.Put("a", file(1)), vfs.Put("b", file(2)), vfs.Rename("a", "b")}, []string{"a", "b"}, vfs.ErrInvalid},
		{"does not move a directory into itself", []vfs.Change{vfs.Put("a/b", file(1)), vfs.Rename("a", "a/c")}, []string{"a/", "a/b"}, vfs.ErrInvalid},
		{"does not move below a file", []vfs.Change{vfs.Put("a", file(1)), vfs.Put("b", file(2)), vfs.Rename("a", "b/c")}, []string{"a", "b"}, vfs.ErrInvalid},
		{"does not move what is not there", []vfs.Change{vfs.Rename("a", "b")}, []string{}, vfs.ErrNotExist},
		{"refuses ..", []vfs.Change{vfs.Put("a/../b", file(1))}, []string{}, vfs.ErrInvalid},
		{"refuses an empty name", []vfs.Change{vfs.Put("a//b", file(1))}, []string{}, vfs.ErrInvalid},
		{"refuses the root", []vfs.Change{vfs.Remove("/")}, []string{}, vfs.ErrInvalid},
		{"refuses a name that is too long", []vfs.Change{vfs.Put(fmt.Sprintf("%0256d", 1), file(1))}, []string{}, vfs.ErrInvalid},
		{"refuses a zero byte", []vfs.Change{vfs.Mkdir("a\x00b")}, []string{}, vfs.ErrInvalid},
		{"refuses the root's inode", []vfs.Change{vfs.Put("a", vfs.File{Inode: 1, ContentID: "x"})}, []string{}, vfs.ErrInvalid},
		{"refuses a directory's inode", []vfs.Change{vfs.Put("a", vfs.File{Inode: vfs.FirstDirInode, ContentID: "x"})}, []string{}, vfs.ErrInvalid},
		{"refuses a file without content", []vfs.Change{vfs.Put("a", vfs.File{Inode: 2, Size: 1})}, []string{}, vfs.ErrInvalid},
		{"refuses a change that is none", []vfs.Change{{}}, []string{}, vfs.ErrInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tree := vfs.NewTree()
			err := tree.Apply(tt.changes...)
			if !errors.Is(err, tt.err) {
				t.Errorf("got error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, paths(t, tree)); diff != "" {
				t.Errorf("paths (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTreeNodes(t *testing.T) {
	t.Parallel()
	tree := vfs.NewTree()
	if err := tree.Apply(vfs.Put("a/x", file(1)), vfs.Put("a/b/y", file(1)), vfs.Put("a/z", file(2))); err != nil {
		t.Fatal(err)
	}
	got, err := tree.Walk("/a/x/")
	want := vfs.Node{Inode: vfs.FileInode(1), Name: "x", Size: 100, Mtime: file(1).Mtime, ContentID: "c1", Links: 2}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("file (-want +got): %v\n%s", err, diff)
	}
	dir, err := tree.Walk("a")
	if err != nil || dir.Links != 3 || !dir.Mtime.Equal(file(2).Mtime) || dir.Inode < vfs.FirstDirInode {
		t.Errorf("got the directory %+v, %v; want 3 links and the newest file's time", dir, err)
	}
	if files, dirs, bytes := tree.Totals(); files != 2 || dirs != 3 || bytes != 300 {
		t.Errorf("got %d files, %d directories, %d bytes; want 2, 3, 300", files, dirs, bytes)
	}
	if err := tree.Apply(vfs.Remove("a/b/y")); err != nil {
		t.Fatal(err)
	}
	if path, err := tree.Path(vfs.FileInode(1)); path != "a/x" || err != nil {
		t.Errorf("got the path %q, %v; want the one that is left", path, err)
	}
	if n, err := tree.Stat(vfs.FileInode(1)); n.Links != 1 || n.Name != "x" || err != nil {
		t.Errorf("got %+v, %v; want one link, x", n, err)
	}
	if dir, err := tree.Walk("a"); err != nil || !dir.Mtime.After(file(2).Mtime) {
		t.Errorf("got the directory %+v, %v; want a time after the removal", dir, err)
	}
}

func TestDirectoryInodesSurviveRestart(t *testing.T) {
	t.Parallel()
	inode := func(changes ...vfs.Change) uint64 {
		tree := vfs.NewTree()
		if err := tree.Apply(changes...); err != nil {
			t.Fatal(err)
		}
		n, err := tree.Walk("movies/x")
		if err != nil {
			t.Fatal(err)
		}
		return n.Inode
	}
	want := inode(vfs.Put("movies/x/y", file(1)))
	for _, changes := range [][]vfs.Change{
		{vfs.Mkdir("shows"), vfs.Mkdir("movies/x")},
		{vfs.Put("old/x/y", file(1)), vfs.Rename("old", "movies")},
	} {
		if got := inode(changes...); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	tree := vfs.NewTree()
	var got []string
	cancel := tree.Subscribe(func(events []vfs.Event) {
		for _, e := range events {
			got = append(got, fmt.Sprint(e.Kind, " ", e.Name))
		}
	})
	apply := func(c ...vfs.Change) {
		if err := tree.Apply(c...); err != nil {
			t.Fatal(err)
		}
	}
	apply(vfs.Put("a/x", file(1)))
	apply(vfs.Put("a/x", file(1))) // nothing changes
	changed := file(1)
	changed.Size++
	apply(vfs.Put("a/x", changed))
	apply(vfs.Rename("a/x", "b/x"))
	cancel()
	apply(vfs.Remove("b"))
	want := []string{"1 a", "1 x", "3 x", "1 b", "1 x", "2 x", "2 a"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTreeIsReadWhileItChanges(t *testing.T) {
	t.Parallel()
	tree := vfs.NewTree()
	var wg sync.WaitGroup
	for i := range int64(4) {
		wg.Go(func() {
			for n := range int64(200) {
				path := fmt.Sprintf("dir%d/%d", n%7, i)
				if err := tree.Apply(vfs.Put(path, file(1+i)), vfs.Remove(path)); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 200 {
				nodes, err := tree.ReadDir(vfs.RootInode)
				if err != nil {
					t.Error(err)
				}
				for _, n := range nodes {
					tree.ReadDir(n.Inode) // it may have gone
				}
			}
		})
	}
	wg.Wait()
	if got := paths(t, tree); len(got) != 0 {
		t.Errorf("left over: %q", got)
	}
}

// library returns changes that put the films from first to end-1, a directory each.
func library(first, end int) []vfs.Change {
	changes := make([]vfs.Change, end-first)
	for j := range changes {
		i := first + j
		f := file(int64(i + 1))
		f.ContentID = fmt.Sprintf("%064x", i)
		title := fmt.Sprintf("A Title of Usual Length %d (2001)", i)
		changes[j] = vfs.Put(fmt.Sprintf("movies/%s/%s {tmdb-%d} [WEBDL-1080p].mkv", title, title, i), f)
	}
	return changes
}

// BenchmarkTreeMemory shows what a node costs: a file with a long name and a content id, and a directory for each.
func BenchmarkTreeMemory(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		tree := vfs.NewTree()
		for i := 0; i < n; i += 1000 { // what the caller holds does not count
			if err := tree.Apply(library(i, i+1000)...); err != nil {
				b.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(2*n), "bytes/node")
		runtime.KeepAlive(tree)
	}
}

func BenchmarkTreeLookup(b *testing.B) {
	tree := vfs.NewTree()
	if err := tree.Apply(library(0, 100_000)...); err != nil {
		b.Fatal(err)
	}
	movies, err := tree.Walk("movies")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := tree.Lookup(movies.Inode, "A Title of Usual Length 77777 (2001)"); err != nil {
			b.Fatal(err)
		}
	}
}
