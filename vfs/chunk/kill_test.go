//go:build linux

package chunk_test

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/vfstest"
)

const (
	killEnv   = "MILLRACE_CHUNK_KILL"
	killTotal = 4 << 20
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(killEnv); dir != "" {
		fill(dir)
	}
	vfstest.Main(m)
}

// fill reads everything through a cache, over and over in one that is too small, until it is killed.
func fill(dir string) {
	o := options(dir)
	o.MaxBytes = killTotal * 3 / 4
	c, err := chunk.New(vfstest.NewOrigin(), o)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	done := make(chan error)
	go func() { done <- c.Run(context.Background()) }()
	f := c.Open("a", killTotal)
	for i := int64(0); ; i++ {
		err := compare(f, "a", killTotal, i*5*size%killTotal, 3*size)
		if err == nil {
			err = keep(c, i)
		}
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		if i%16 == 0 {
			fmt.Println("read", i)
		}
	}
}

// keep has a small content come, be lent and pinned, and go.
func keep(c *chunk.Cache, i int64) (err error) {
	const total = 10 * size
	switch i % 30 {
	case 3, 13:
		f := c.Open("b", total)
		defer f.Close()
		err = compare(f, "b", total, 0, total)
	case 5:
		err = c.Pin("b", total)
	case 10, 20:
		if b, ok := c.Backing("b", total); ok {
			defer b.Close()
			err = compareFile(b.File(), "b", total)
		}
	case 15:
		err = c.Unpin("b", total)
	case 25:
		_, err = c.Drop("b", total)
	}
	return err
}

func TestCacheSurvivesKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for round := range 6 {
		fillAndKill(t, dir, 3+11*round)
		o := vfstest.NewOrigin()
		opt := options(dir)
		opt.MaxBytes = killTotal
		c, stop := open(t, o, opt)
		s := c.Stats()
		if s.Disk > killTotal {
			t.Errorf("got %+v, want at most %d on disk", s, killTotal)
		}
		if got := allocated(t, dir); got > s.Disk+2*size {
			t.Errorf("%d bytes are taken on disk, though only %d are known", got, s.Disk)
		}
		read(t, c, "a", killTotal, 0, killTotal)
		read(t, c, "b", 10*size, 0, 10*size)
		stop()
	}
}

func fillAndKill(t *testing.T, dir string, lines int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(out)
	for n := 0; n < lines && sc.Scan(); n++ {
		if strings.HasPrefix(sc.Text(), "error") {
			t.Errorf("before the kill: %s", sc.Text())
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // it was killed
}

// allocated returns the bytes that a folder takes on disk.
func allocated(t *testing.T, dir string) (total int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".dat" {
			return err
		}
		st, err := e.Info()
		if err != nil {
			return err
		}
		total += st.Sys().(*syscall.Stat_t).Blocks * 512
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

func TestCacheServesWhenTheDiskIsFull(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount a small disk")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("cannot mount a small disk here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	o := vfstest.NewOrigin()
	c, stop := open(t, o, options(dir))
	const total = 4 << 20
	read(t, c, "a", total, 0, total)
	read(t, c, "b", total, 0, total)
	stop()
	c, stop = open(t, o, options(dir))
	read(t, c, "a", total, 0, total)
	stop()
}

func TestCacheLetsItsFolderGoThoughAChildHasTheLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, stop := open(t, vfstest.NewOrigin(), options(dir))
	child := heldOpen(t, filepath.Join(dir, "lock")) // as a child process does between fork and exec
	stop()
	_, stop = open(t, vfstest.NewOrigin(), options(dir))
	stop()
	if err := syscall.Close(child); err != nil {
		t.Fatal(err)
	}
}

// heldOpen returns a second descriptor of the file that this process has open at path.
func heldOpen(t *testing.T, path string) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err != nil || to != path {
			continue
		}
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if fd, err = syscall.Dup(fd); err != nil {
			t.Fatal(err)
		}
		return fd
	}
	t.Fatalf("%s is not open", path)
	return 0
}
