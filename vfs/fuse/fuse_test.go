//go:build linux

package fuse_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/fuse"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

func requireFUSE(t testing.TB) {
	t.Helper()
	if _, err := os.Stat("/dev/fuse"); err != nil && os.Getenv("MILLRACE_REQUIRE_FUSE") != "1" {
		t.Skip("no /dev/fuse here")
	}
}

// mount mounts an FS until the test ends, and then checks that nothing is left.
func mount(t testing.TB, fsys *vfs.FS) *fuse.Mount {
	t.Helper()
	return mountWith(t, fsys, fuse.Options{})
}

func mountWith(t testing.TB, fsys *vfs.FS, o fuse.Options) *fuse.Mount {
	t.Helper()
	requireFUSE(t)
	m, err := fuse.New(fsys, t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Unmount(context.Background()); err != nil {
			t.Errorf("unmount: %v", err)
		}
		<-m.Done()
		if mounted(t, m.Dir()) {
			t.Errorf("%s is still mounted", m.Dir())
		}
	})
	return m
}

func mounted(t testing.TB, dir string) bool {
	t.Helper()
	mounts, err := os.ReadFile("/proc/mounts")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(mounts), " "+dir+" ")
}

func TestMount(t *testing.T) {
	t.Parallel()
	vfstest.Run(t, func(t *testing.T, fsys *vfs.FS) vfstest.Reader {
		return vfstest.Process(t, mount(t, fsys).Dir())
	})
}

func TestMountRefusesEveryChange(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{})
	r := vfstest.Process(t, mount(t, w.FS).Dir())
	file := vfstest.Files()[0].Path
	got := map[string]syscall.Errno{}
	for _, op := range []string{"write", "remove", "rename", "chmod"} {
		got[op] = vfstest.Do(r, op, file)
	}
	got["mkdir"] = vfstest.Do(r, "mkdir", "movies/new")
	got["create"] = vfstest.Do(r, "write", "movies/new.mkv")
	want := map[string]syscall.Errno{
		"write": syscall.EROFS, "remove": syscall.EROFS, "rename": syscall.EROFS, "chmod": syscall.EROFS,
		"mkdir": syscall.EROFS, "create": syscall.EROFS,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("errno (-want +got):\n%s", diff)
	}
	if got := vfstest.Do(r, "xattr", file); got != syscall.EOPNOTSUPP && got != syscall.ENODATA {
		t.Errorf("xattr: got %v, want none", got)
	}
}

func TestNewSaysWhatToDo(t *testing.T) {
	t.Parallel()
	requireFUSE(t)
	w := vfstest.NewWorld(t, vfs.Options{})
	full := t.TempDir()
	file := filepath.Join(full, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken := mount(t, w.FS)
	for name, tt := range map[string]struct{ dir, want string }{
		"when the directory is missing":   {filepath.Join(full, "none"), "mkdir -p"},
		"when it is a file":               {file, "not a directory"},
		"when it is not empty":            {full, "empty it or choose another"},
		"when something is mounted there": {taken.Dir(), "unmount it"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := fuse.New(w.FS, tt.dir, fuse.Options{})
			if err == nil {
				m.Unmount(context.Background())
				t.Fatal("it was mounted")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want it to say %q", err, tt.want)
			}
		})
	}
}

func TestMountThroughALink(t *testing.T) {
	t.Parallel()
	requireFUSE(t)
	w := vfstest.NewWorld(t, vfs.Options{})
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link with a space")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	m, err := fuse.New(w.FS, link, fuse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m.Dir() != dir || !mounted(t, dir) {
		t.Errorf("got %s, mounted %t; want %s, mounted", m.Dir(), mounted(t, dir), dir)
	}
	if err := m.Unmount(context.Background()); err != nil {
		t.Error(err)
	}
}

// BenchmarkRead has another process read a file of 256 MiB through a mount: new, then kept by the kernel.
func BenchmarkRead(b *testing.B) {
	const size = 256 << 20
	w := vfstest.NewWorld(b, vfs.Options{})
	if err := w.Tree.Apply(vfs.Put("film", vfs.File{Inode: vfs.FileInode(9), ContentID: "film", Size: size})); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(mount(b, w.FS).Dir(), "film")
	read := func(b *testing.B) {
		b.Helper()
		if out, err := exec.Command("dd", "if="+path, "of=/dev/null", "bs=1M").CombinedOutput(); err != nil {
			b.Fatalf("dd: %v: %s", err, out)
		}
	}
	b.Run("cold", func(b *testing.B) {
		b.SetBytes(size)
		for i := 0; b.Loop(); i++ {
			f := vfs.File{Inode: vfs.FileInode(9), ContentID: fmt.Sprint("film", i), Size: size}
			if err := w.Tree.Apply(vfs.Put("film", f)); err != nil {
				b.Fatal(err)
			}
			read(b)
		}
	})
	b.Run("kept by the kernel", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			read(b)
		}
	})
}

// BenchmarkReadWhole has another process read a file of 256 MiB that is wholly on disk: passed through, and the cache's
// file itself, and through us.
func BenchmarkReadWhole(b *testing.B) {
	const size = 256 << 20
	o := cached(b, nil)
	o.Cache.ChunkSize = 0
	w := vfstest.NewWorld(b, o)
	if err := w.Tree.Apply(vfs.Put("film", vfs.File{Inode: vfs.FileInode(9), ContentID: "film", Size: size})); err != nil {
		b.Fatal(err)
	}
	fillFile(b, w, "film")
	files, err := filepath.Glob(filepath.Join(o.Cache.Dir, "??", "*.dat"))
	if err != nil || len(files) != 1 {
		b.Fatalf("got %q, %v; want one file", files, err)
	}
	plain := mountWith(b, w.FS, fuse.Options{NoPassthrough: true}).Dir()
	for _, bb := range []struct{ name, path string }{
		{"the file itself", files[0]},
		{"passed through", filepath.Join(mount(b, w.FS).Dir(), "film")},
		{"through us", filepath.Join(plain, "film")},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				if out, err := exec.Command("dd", "if="+bb.path, "of=/dev/null", "bs=1M").CombinedOutput(); err != nil {
					b.Fatalf("dd: %v: %s", err, out)
				}
			}
		})
	}
}

// BenchmarkList has ls list 10,000 files with their attributes: new to the kernel, then known to it.
func BenchmarkList(b *testing.B) {
	w := vfstest.NewWorld(b, vfs.Options{})
	for i := range int64(10000) {
		path := fmt.Sprintf("shows/Show %d/Season %d/Episode %d.mkv", i/200, i/20%10, i)
		if err := w.Tree.Apply(vfs.Put(path, vfs.File{Inode: vfs.FileInode(100 + i), ContentID: path, Size: 1 << 30})); err != nil {
			b.Fatal(err)
		}
	}
	list := func(b *testing.B, dir string) {
		b.Helper()
		if out, err := exec.Command("ls", "-lR", dir).CombinedOutput(); err != nil || strings.Count(string(out), ".mkv\n") < 10000 {
			b.Fatalf("ls: %v: %.200s", err, out)
		}
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			dir := mount(b, w.FS).Dir()
			b.StartTimer()
			list(b, dir)
		}
	})
	b.Run("known", func(b *testing.B) {
		dir := mount(b, w.FS).Dir()
		for b.Loop() {
			list(b, dir)
		}
	})
}
