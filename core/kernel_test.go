package core

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/fuse"
)

func needFUSE(t *testing.T) {
	t.Helper()
	_, err := os.Stat("/dev/fuse")
	switch {
	case err == nil && os.Geteuid() == 0:
	case os.Getenv("MILLRACE_REQUIRE_FUSE") == "1":
		t.Fatal("FUSE is missing, or this is not root:", err)
	default:
		t.Skip("without FUSE, or not as root:", err)
	}
}

func TestALibraryThatCannotBeMountedIsTriedAgain(t *testing.T) {
	t.Parallel()
	needFUSE(t)
	m, err := vfs.New(vfs.NewTree(), noBytes{}, vfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	log := &lockedBuffer{}
	k := &kernel{fs: m, log: textLog(log), o: fuse.Options{Logger: textLog(log)}}
	dir := t.TempDir()
	inTheWay := filepath.Join(dir, "file")
	write(t, inTheWay, "x")
	if err := k.mount(dir); err == nil {
		t.Fatal("it was mounted over a file")
	}
	k.look()
	k.look()
	if k.dir() != "" || strings.Count(log.String(), "cannot be mounted") > 0 {
		t.Errorf("mounted on %q; it said:\n%s", k.dir(), log)
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	k.look()
	if k.dir() == "" {
		t.Errorf("it is not mounted:\n%s", log)
	}
	if err := k.unmount(t.Context()); err != nil {
		t.Error(err)
	}
}

// noBytes has no file's bytes.
type noBytes struct{ vfs.Source }
