//go:build linux

package fuse_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/fuse"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

// mountEnv holds a folder on which the test binary mounts a file system, to be killed or until its input ends.
const mountEnv = "MILLRACE_FUSE_TEST_MOUNT"

// mains are the programs that the test binary is where a variable of the environment has something for it.
var mains = map[string]func(string) error{mountEnv: mountUntilEOF, mapEnv: readMapped, plainEnv: readWithoutRight}

func TestMain(m *testing.M) {
	for env, program := range mains {
		if arg := os.Getenv(env); arg != "" {
			if err := program(arg); err != nil {
				fmt.Println("error:", err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	if spec := os.Getenv(victimEnv); spec != "" {
		liveAsVictim(spec)
	}
	vfstest.Main(m)
}

func mountUntilEOF(dir string) error {
	tree := vfs.NewTree()
	if err := tree.Apply(vfs.Put("file", vfs.File{Inode: vfs.FileInode(1), Data: []byte("hello")})); err != nil {
		return err
	}
	fsys, err := vfs.New(tree, vfstest.NewOrigin(), vfs.Options{})
	if err != nil {
		return err
	}
	defer fsys.Close()
	m, err := fuse.New(fsys, dir, fuse.Options{})
	if err != nil {
		return err
	}
	fmt.Println("mounted")
	io.Copy(io.Discard, os.Stdin) // until it ends
	if err := m.Unmount(context.Background()); err != nil {
		return err
	}
	fmt.Println("unmounted")
	return nil
}

// child is a program that talks over its standard input and output.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func run(t *testing.T, cmd *exec.Cmd) *child {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: cmd, in: in, out: bufio.NewScanner(out)}
	t.Cleanup(func() {
		cmd.Process.Kill() // it may have ended
		cmd.Wait()         // it was killed
	})
	return c
}

func (c *child) expect(t *testing.T, want string) {
	t.Helper()
	if !c.out.Scan() || c.out.Text() != want {
		t.Fatalf("got %q, want %q", c.out.Text(), want)
	}
}

func mountInChild(t *testing.T, dir string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), mountEnv+"="+dir)
	return run(t, cmd)
}

// copyFor copies the test binary to where another user can run it.
func copyFor(t *testing.T, exe string) string {
	t.Helper()
	b, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "fuse-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	to := filepath.Join(dir, "fuse.test")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(to, b, 0o755)); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestStaleMountIsClearedAway(t *testing.T) {
	t.Parallel()
	requireFUSE(t)
	dir := t.TempDir()
	for range 2 {
		c := mountInChild(t, dir)
		c.expect(t, "mounted")
		c.cmd.Process.Kill() // it was running
		c.cmd.Wait()         // it was killed
		if _, err := os.Stat(dir); !errors.Is(err, syscall.ENOTCONN) {
			t.Fatalf("the mount is not stale: %v", err)
		}
	}
	w := vfstest.NewWorld(t, vfs.Options{})
	m, err := fuse.New(w.FS, dir, fuse.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Unmount(context.Background()); err != nil {
		t.Error(err)
	}
	if mounted(t, dir) {
		t.Error("something is still mounted")
	}
}

// asNobody runs what follows as a user without rights, who may use /dev/fuse, in a mount namespace of its own.
const asNobody = `mknod "$1" c 10 229 && chmod 666 "$1" && mount --bind "$1" /dev/fuse || { echo skip; exit; }
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$0"`

// runAsNobody runs the test binary as a user without rights, with a folder of that user's in an environment variable, and
// another one beside it that is called cache.
func runAsNobody(t *testing.T, env string) *child {
	t.Helper()
	requireFUSE(t)
	if os.Geteuid() != 0 {
		t.Skip("needs root, to become another user")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	exe = copyFor(t, exe)
	dir, cache := filepath.Join(filepath.Dir(exe), "mount"), filepath.Join(filepath.Dir(exe), "cache")
	for _, made := range []string{dir, cache} {
		if err := errors.Join(os.Mkdir(made, 0o755), os.Chown(made, 65534, 65534)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("unshare", "--mount", "sh", "-c", asNobody, exe, filepath.Join(filepath.Dir(exe), "device"))
	cmd.Env = append(os.Environ(), env+"="+dir)
	c := run(t, cmd)
	if c.out.Scan() && c.out.Text() == "skip" {
		t.Skip("cannot make a device here")
	}
	if got := c.out.Text(); got != "mounted" {
		t.Fatalf("got %q, want it mounted", got)
	}
	return c
}

func TestMountByFusermount(t *testing.T) {
	t.Parallel()
	c := runAsNobody(t, mountEnv)
	c.in.Close()
	c.expect(t, "unmounted")
}

func TestUnmountTakesFilesFromPrograms(t *testing.T) {
	t.Parallel()
	requireFUSE(t)
	w := vfstest.NewWorld(t, vfs.Options{})
	m, err := fuse.New(w.FS, t.TempDir(), fuse.Options{Grace: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	sh := run(t, exec.Command("sh", "-c", `exec 3<"$0"; echo open; read x; cat <&3 >/dev/null 2>&1 && echo read || echo failed`,
		filepath.Join(m.Dir(), vfstest.Files()[0].Path)))
	sh.expect(t, "open")
	if err := m.Unmount(context.Background()); err != nil {
		t.Fatal(err)
	}
	if mounted(t, m.Dir()) {
		t.Error("it is still mounted")
	}
	sh.in.Close()
	sh.expect(t, "failed")
	sh.cmd.Wait() // only that it ended matters
	<-m.Done()
	if got := w.FS.Streams(); len(got) != 0 {
		t.Errorf("still open: %+v", got)
	}
}

func TestInterruptReachesTheSource(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{})
	w.Origin.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Hang: true} })
	m := mount(t, w.FS)
	cat := run(t, exec.Command("cat", filepath.Join(m.Dir(), vfstest.Files()[0].Path)))
	vfstest.Eventually(t, "the origin is asked", func() bool { return w.Origin.Open() > 0 })
	cat.cmd.Process.Kill() // it was running
	vfstest.Eventually(t, "the request is cancelled", func() bool { return w.Origin.Open() == 0 })
	vfstest.Eventually(t, "the file is closed", func() bool { return len(w.FS.Streams()) == 0 })
}

func TestRun(t *testing.T) {
	t.Parallel()
	requireFUSE(t)
	w := vfstest.NewWorld(t, vfs.Options{})
	t.Run("unmounts when it is told to end", func(t *testing.T) {
		t.Parallel()
		m, err := fuse.New(w.FS, t.TempDir(), fuse.Options{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := m.Run(ctx); err != nil || mounted(t, m.Dir()) {
			t.Errorf("got %v, mounted %t; want nil and not mounted", err, mounted(t, m.Dir()))
		}
	})
	t.Run("fails when somebody else unmounts", func(t *testing.T) {
		t.Parallel()
		m, err := fuse.New(w.FS, t.TempDir(), fuse.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("umount", m.Dir()).CombinedOutput(); err != nil {
			t.Fatalf("umount: %v: %s", err, out)
		}
		if err := m.Run(context.Background()); err == nil {
			t.Error("got no error")
		}
	})
}

func TestInodesAreTheTrees(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{})
	f := vfstest.Files()[0]
	node, err := w.Tree.Walk(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	second := vfs.File{Inode: node.Inode, Size: node.Size, Mtime: node.Mtime, ContentID: node.ContentID}
	if err := w.Tree.Apply(vfs.Put("again.mkv", second)); err != nil {
		t.Fatal(err)
	}
	dir, err := w.Tree.Walk("movies")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // two mounts, one after the other
		m := mount(t, w.FS)
		out, err := exec.Command("stat", "-c", "%i %h", filepath.Join(m.Dir(), f.Path), filepath.Join(m.Dir(), "again.mkv"), filepath.Join(m.Dir(), "movies")).Output()
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%d 2\n%d 2\n%d 4\n", f.Inode, f.Inode, dir.Inode)
		if got := string(out); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestOpenFileKeepsItsContent(t *testing.T) {
	t.Parallel()
	w := vfstest.NewWorld(t, vfs.Options{})
	m := mount(t, w.FS)
	f := vfstest.Files()[2]
	path := filepath.Join(m.Dir(), f.Path)
	sh := run(t, exec.Command("sh", "-c", `exec 3<"$0"; echo open; read x; cat <&3 | cksum; cat "$0" | cksum; exec 3<&-; cat "$0" | cksum`, path))
	sh.expect(t, "open")
	if err := w.Tree.Apply(vfs.Put(f.Path, vfs.File{Inode: f.Inode, Size: f.Size, ContentID: "other"})); err != nil {
		t.Fatal(err)
	}
	sh.in.Close()
	sum := func(id string) string {
		b := make([]byte, f.Size)
		vfstest.Bytes(id, 0, b)
		cmd := exec.Command("cksum")
		cmd.Stdin = strings.NewReader(string(b))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	sh.expect(t, sum(f.ContentID))
	sh.expect(t, sum("other"))
	sh.expect(t, sum("other"))
}

// served counts the bytes that a cache gave to readers.
type served struct{ n atomic.Int64 }

func (s *served) Served(_ chunk.Origin, n int)      { s.n.Add(int64(n)) }
func (*served) Fetched(time.Duration, int64, error) {}
func (*served) Lost(chunk.Loss, int64)              {}

func TestKernelKeepsWhatWasRead(t *testing.T) {
	t.Parallel()
	var s served
	w := vfstest.NewWorld(t, vfs.Options{Cache: chunk.Options{Observer: &s}})
	f := vfstest.Files()[0]
	r := vfstest.Process(t, mount(t, w.FS).Dir())
	for range 2 {
		if _, err := r.ReadAt(f.Path, 0, int(f.Size)); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.n.Load(); got != f.Size {
		t.Errorf("%d bytes were read from us, want the file's %d once", got, f.Size)
	}
}
