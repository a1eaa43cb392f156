//go:build linux

package fuse_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/fuse"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

// requirePassthrough skips where the kernel cannot read a cache's file by itself.
func requirePassthrough(t testing.TB) {
	t.Helper()
	requireFUSE(t)
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		t.Fatal(err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &major, &minor); err != nil {
		t.Fatal(err)
	}
	if major < 6 || major == 6 && minor < 9 {
		t.Skip("this kernel has no passthrough")
	}
	if os.Geteuid() != 0 {
		t.Skip("only root may have files passed through")
	}
	var st unix.Statfs_t
	if err := unix.Statfs(t.TempDir(), &st); err != nil || st.Type == unix.OVERLAYFS_SUPER_MAGIC {
		t.Skipf("the folder of the test is on a stacked file system, or %v", err)
	}
}

// cached has the options of a cache that soon knows what it has.
func cached(t testing.TB, o chunk.Observer) vfs.Options {
	t.Helper()
	return vfs.Options{Cache: chunk.Options{
		Dir: t.TempDir(), KeepFree: -1, ChunkSize: 16 << 10, SyncEvery: 5 * time.Millisecond, DiskWait: time.Minute, Observer: o,
	}}
}

// fill reads all of a world's files, and waits until those that can be are ready for the kernel.
func fill(t testing.TB, w *vfstest.World) {
	t.Helper()
	for _, f := range vfstest.Files() {
		if f.Size > 0 {
			fillFile(t, w, f.Path)
		}
	}
}

func fillFile(t testing.TB, w *vfstest.World, path string) {
	t.Helper()
	n, err := w.Tree.Walk(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := w.FS.Open(n.Inode)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if _, err := h.ReadAt(context.Background(), make([]byte, n.Size), 0); err != nil {
		t.Fatal(err)
	}
	vfstest.Eventually(t, path+" is ready", func() bool {
		b, ok := h.Backing()
		if ok {
			b.Close()
		}
		return ok
	})
}

func TestWholeFilesAreReadByTheKernel(t *testing.T) {
	t.Parallel()
	requirePassthrough(t)
	var s served
	w := vfstest.NewWorld(t, cached(t, &s))
	fill(t, w)
	before := s.n.Load()
	r := vfstest.Process(t, mount(t, w.FS).Dir())
	vfstest.ReadWhole(t, r)
	holder := vfstest.Holding(r)
	ways := slices.DeleteFunc(holder.Ways(), func(w vfstest.Way) bool { return w == vfstest.Uncached }) // that has us asked
	for _, way := range ways {
		readBy(t, holder, way)
	}
	vfstest.Storm{Ways: ways, Seed: vfstest.Seed(t)}.Run(t, holder)
	if got := s.n.Load() - before; got != 0 {
		t.Errorf("%d bytes were read from us, want none", got)
	}
	readBy(t, holder, vfstest.Uncached)
}

// readBy reads a file that is kept open, from several places.
func readBy(t *testing.T, holder vfstest.Holder, way vfstest.Way) {
	t.Helper()
	f := vfstest.Files()[0]
	h, err := holder.Hold(f.Path, way)
	if err != nil {
		t.Fatalf("open by %s: %v", way, err)
	}
	defer h.Close()
	for _, off := range []int64{0, 1 << 20, f.Size - 4096, f.Size - f.Size%4096} {
		want := make([]byte, min(100<<10, f.Size-off))
		vfstest.Bytes(f.ContentID, off, want)
		if got, err := h.ReadAt(off, 100<<10); err != nil || !bytes.Equal(got, want) {
			t.Errorf("read at %d by %s: got %d bytes, %v; want %d", off, way, len(got), err, len(want))
		}
	}
}

// modes returns the modes of the streams that are open.
func modes(fsys *vfs.FS) (modes []bool) {
	for _, s := range fsys.Streams() {
		modes = append(modes, s.Passthrough)
	}
	return modes
}

// hold has another process keep a file open until it is told to read it.
func hold(t *testing.T, path string) *child {
	t.Helper()
	c := run(t, exec.Command("sh", "-c", `exec 3<"$0" && echo open; read x; cat <&3 | cksum; exec 3<&-; echo closed; read x`, path))
	c.expect(t, "open")
	return c
}

// finish has it read the file and close it.
func (c *child) finish(t *testing.T, want string) {
	t.Helper()
	fmt.Fprintln(c.in)
	c.expect(t, want)
	c.expect(t, "closed")
}

func checksum(t *testing.T, id string, size int64) string {
	t.Helper()
	b := make([]byte, size)
	vfstest.Bytes(id, 0, b)
	cmd := exec.Command("cksum")
	cmd.Stdin = bytes.NewReader(b)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestFirstHandleDecidesWhoIsAsked(t *testing.T) {
	t.Parallel()
	requirePassthrough(t)
	w := vfstest.NewWorld(t, cached(t, nil))
	f := vfstest.Files()[0]
	path := filepath.Join(mount(t, w.FS).Dir(), f.Path)
	sum := checksum(t, f.ContentID, f.Size)
	allOf := func(through bool, n int) func() bool {
		return func() bool {
			got := modes(w.FS)
			for _, m := range got {
				if m != through {
					return false
				}
			}
			return len(got) == n
		}
	}
	before := hold(t, path)
	fillFile(t, w, f.Path)
	beside := hold(t, path)
	vfstest.Eventually(t, "both handles ask us", allOf(false, 2))
	before.finish(t, sum)
	vfstest.Eventually(t, "one is left", allOf(false, 1))
	beside.finish(t, sum)
	vfstest.Eventually(t, "none is left", allOf(false, 0))

	after, too := hold(t, path), hold(t, path)
	vfstest.Eventually(t, "both are passed through", allOf(true, 2))
	after.finish(t, sum)
	too.finish(t, sum)
}

func TestReplacedFileBesideOneThatIsPassedThrough(t *testing.T) {
	t.Parallel()
	requirePassthrough(t)
	w := vfstest.NewWorld(t, cached(t, nil))
	fill(t, w)
	f := vfstest.Files()[0]
	path := filepath.Join(mount(t, w.FS).Dir(), f.Path)
	old := hold(t, path)
	const size = 3 << 20
	if err := w.Tree.Apply(vfs.Put(f.Path, vfs.File{Inode: f.Inode, Size: size, ContentID: "better"})); err != nil {
		t.Fatal(err)
	}
	asked := hold(t, path)
	fillFile(t, w, f.Path)
	asked.finish(t, checksum(t, "better", size))
	vfstest.Eventually(t, "the old one is left", func() bool { return len(modes(w.FS)) == 1 })
	through := hold(t, path)
	if got := modes(w.FS); len(got) != 2 || !got[0] || !got[1] {
		t.Errorf("passed through: %t, want two", got)
	}
	through.finish(t, checksum(t, "better", size))
	old.finish(t, checksum(t, f.ContentID, f.Size))
}

func TestPassedThroughFileOutlivesItsCache(t *testing.T) {
	t.Parallel()
	requirePassthrough(t)
	for name, end := range map[string]func(t *testing.T, w *vfstest.World, f vfstest.File){
		"when it is dropped": func(t *testing.T, w *vfstest.World, f vfstest.File) {
			if freed, err := w.FS.Drop(f.Path); err != nil || freed != f.Size {
				t.Fatalf("drop: got %d, %v; want %d bytes", freed, err, f.Size)
			}
		},
		"when others need its room": func(t *testing.T, w *vfstest.World, _ vfstest.File) {
			crowd(t, w)
		},
		"when it is removed": func(t *testing.T, w *vfstest.World, f vfstest.File) {
			if err := w.Tree.Apply(vfs.Remove(f.Path)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := cached(t, nil)
			o.Cache.MaxBytes = 24 << 20
			w := vfstest.NewWorld(t, o)
			f := vfstest.Files()[0]
			fillFile(t, w, f.Path)
			held := hold(t, filepath.Join(mount(t, w.FS).Dir(), f.Path))
			end(t, w, f)
			held.finish(t, checksum(t, f.ContentID, f.Size))
			if s := w.FS.CacheStats(); s.Disk > o.Cache.MaxBytes {
				t.Errorf("got %+v, want at most %d bytes on disk", s, o.Cache.MaxBytes)
			}
		})
	}
}

// crowd reads more than the cache of a test has room for.
func crowd(t *testing.T, w *vfstest.World) {
	t.Helper()
	const size = 64 << 20
	h, err := w.FS.OpenContent("large", size, "large")
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for off := int64(0); off < size; off += 1 << 20 {
		if _, err := h.ReadAt(context.Background(), make([]byte, 1<<20), off); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
}

// mapEnv holds a file that the test binary maps and closes, and reads only when it is told to.
const mapEnv = "MILLRACE_FUSE_TEST_MAP"

func readMapped(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	st, err := f.Stat()
	if err != nil {
		return err
	}
	b, err := unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	f.Close()
	fmt.Println("mapped")
	fmt.Scanln() // until it is told
	fmt.Println(crc32.ChecksumIEEE(b))
	return nil
}

func TestMappedFileIsNeverPunched(t *testing.T) {
	t.Parallel()
	requirePassthrough(t)
	o := cached(t, nil)
	o.Cache.MaxBytes = 24 << 20
	w := vfstest.NewWorld(t, o)
	f := vfstest.Files()[0]
	fillFile(t, w, f.Path)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), mapEnv+"="+filepath.Join(mount(t, w.FS).Dir(), f.Path))
	c := run(t, cmd)
	c.expect(t, "mapped")
	vfstest.Eventually(t, "the kernel has closed the file", func() bool { return len(modes(w.FS)) == 0 })
	crowd(t, w)
	fmt.Fprintln(c.in)
	b := make([]byte, f.Size)
	vfstest.Bytes(f.ContentID, 0, b)
	c.expect(t, fmt.Sprint(crc32.ChecksumIEEE(b)))
}

func TestWholeFilesAreReadThroughUs(t *testing.T) {
	t.Parallel()
	requireFUSE(t)
	var s served
	w := vfstest.NewWorld(t, cached(t, &s))
	fill(t, w)
	m := mountWith(t, w.FS, fuse.Options{NoPassthrough: true})
	before := s.n.Load()
	vfstest.ReadWhole(t, vfstest.Process(t, m.Dir()))
	if got := s.n.Load() - before; got == 0 {
		t.Error("nothing was read from us, though nothing is to be passed through")
	}
}

// plainEnv holds a folder on which a process mounts a file that is wholly on disk, though it may not have it passed
// through.
const plainEnv = "MILLRACE_FUSE_TEST_PLAIN"

// lines counts the lines of a log that say why nothing is passed through.
type lines struct {
	slog.Handler
	n atomic.Int64
}

func (l *lines) Handle(ctx context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "cached files are read through this process") {
		l.n.Add(1)
	}
	return nil
}

func readWithoutRight(dir string) error {
	const size = 1<<20 + 5
	cache := filepath.Join(filepath.Dir(dir), "cache") // removed by whoever started this process
	tree := vfs.NewTree()
	if err := tree.Apply(vfs.Put("film", vfs.File{Inode: vfs.FileInode(1), Size: size, ContentID: "film"})); err != nil {
		return err
	}
	var s served
	fsys, err := vfs.New(tree, vfstest.NewOrigin(), vfs.Options{Cache: chunk.Options{Dir: cache, KeepFree: -1, DiskWait: time.Minute, Observer: &s}})
	if err != nil {
		return err
	}
	defer fsys.Close()
	if err := ready(fsys, size); err != nil {
		return err
	}
	log := &lines{Handler: slog.DiscardHandler}
	m, err := fuse.New(fsys, dir, fuse.Options{Logger: slog.New(shown{log})})
	if err != nil {
		return err
	}
	fmt.Println("mounted")
	before := s.n.Load()
	for range 2 {
		out, err := exec.Command("cksum", filepath.Join(dir, "film")).Output()
		if err != nil {
			return err
		}
		fmt.Println(strings.Join(strings.Fields(string(out))[:2], " "))
	}
	fmt.Println("read from us:", s.n.Load()-before > 0, "said why:", log.n.Load())
	return m.Unmount(context.Background())
}

// shown is a handler that takes what an operator sees.
type shown struct{ *lines }

func (shown) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

// ready reads all of a file and waits until it could be passed through.
func ready(fsys *vfs.FS, size int) error {
	h, err := fsys.Open(vfs.FileInode(1))
	if err != nil {
		return err
	}
	defer h.Close()
	if _, err := h.ReadAt(context.Background(), make([]byte, size), 0); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if b, ok := h.Backing(); ok {
			b.Close()
			return nil
		}
	}
	return errors.New("the file does not become ready")
}

func TestWithoutTheRightFilesAreReadThroughUs(t *testing.T) {
	t.Parallel()
	c := runAsNobody(t, plainEnv)
	sum := checksum(t, "film", 1<<20+5)
	c.expect(t, sum)
	c.expect(t, sum)
	c.expect(t, "read from us: true said why: 1")
}
