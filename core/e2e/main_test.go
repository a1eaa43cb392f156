// Package e2e runs the whole of Millrace as its users do: the real programs as processes of their own, against the services of
// examples/sandbox/world, with the library mounted by the kernel. What it looks at is what anybody can see from outside: the
// mount, the database, the API, the processes, and what the services were asked.
//
// The programs are built once a run, or taken from the folder that MILLRACE_BIN names. Without FUSE the tests are skipped,
// unless MILLRACE_REQUIRE_FUSE is 1.
package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/millrace-media/millrace/core/db/dbtest"
)

// TestMain removes what was built.
func TestMain(m *testing.M) {
	code := dbtest.Main(m)
	if built.made != "" {
		_ = os.RemoveAll(built.made) // left to the system's own cleaning of temporary files
	}
	os.Exit(code)
}

// built holds the programs, one for all tests of a run: building them takes seconds.
var built struct {
	once sync.Once
	dir  string
	made string // to be removed; empty: the folder is somebody's
	err  error
}

// programs gives the folder of millrace and its plugins.
func programs(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir = os.Getenv("MILLRACE_BIN"); built.dir != "" {
			built.dir, built.err = filepath.Abs(built.dir)
			return
		}
		if built.made, built.err = os.MkdirTemp("", "millrace-bin-"); built.err == nil {
			built.dir = built.made
			built.err = buildPrograms(built.dir)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.dir
}

// buildPrograms lays out a folder as the Makefile does: the light plugins are one file under many names.
func buildPrograms(dir string) error {
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	light := filepath.Join(dir, "plugins", ".millrace-plugins")
	for target, pkg := range map[string]string{
		filepath.Join(dir, "millrace"): "./cmd/millrace",
		light:                          "./plugins",
		filepath.Join(dir, "plugins", "millrace-plugin-bittorrent"): "./plugins/bittorrent",
	} {
		cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", target, pkg)
		cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", pkg, err, out)
		}
	}
	folders, err := filepath.Glob(filepath.Join(root, "plugins", "*", "plugin.go"))
	if err == nil && len(folders) == 0 {
		err = errors.New("there are no plugins to build")
	}
	for _, f := range folders {
		name := filepath.Join(dir, "plugins", "millrace-plugin-"+filepath.Base(filepath.Dir(f)))
		err = errors.Join(err, os.Link(light, name))
	}
	return err
}

// install gives a test the programs under paths of its own, by which its processes can be told from those of others.
func install(t testing.TB, to string) {
	t.Helper()
	from := programs(t)
	if err := os.MkdirAll(filepath.Join(to, "plugins"), 0o755); err != nil {
		t.Fatal(err)
	}
	plugins, err := filepath.Glob(filepath.Join(from, "plugins", "millrace-plugin-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(plugins, filepath.Join(from, "millrace")) {
		if err := linkOrCopy(path, filepath.Join(to, strings.TrimPrefix(path, from))); err != nil {
			t.Fatal(err)
		}
	}
}

func linkOrCopy(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	b, err := os.ReadFile(from) // on another file system
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o755)
}

// needFUSE skips a test where nothing can be mounted.
func needFUSE(t testing.TB) {
	t.Helper()
	_, err := os.Stat("/dev/fuse")
	if err == nil && os.Getuid() != 0 {
		_, err = exec.LookPath("fusermount3")
	}
	switch {
	case err == nil:
	case os.Getenv("MILLRACE_REQUIRE_FUSE") == "1":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}
