package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Longest path of a Unix socket on Linux, and what go-plugin and this package put behind a runtime folder's name: a number,
// "plugin-dir" and "plugin" with up to ten digits each, and the slashes.
const (
	maxSocketPath = 107
	socketSuffix  = 1 + 6 + 1 + 20 + 1 + 16
)

// Runtime is the private folder in which one daemon process keeps its sockets. It is locked while the daemon lives, so
// that the next one can tell what a killed one left behind.
type Runtime struct {
	dir  string
	lock *os.File
}

// RuntimeDir makes a runtime folder in $XDG_RUNTIME_DIR/millrace, /run/millrace or <data>/run, whichever can be had first,
// and wipes those there whose daemon is gone. Never in /tmp: systemd-tmpfiles deletes sockets there.
func RuntimeDir(data string) (*Runtime, error) {
	var roots []string
	if x := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(x) {
		roots = append(roots, filepath.Join(x, "millrace"))
	}
	return runtimeIn(append(roots, "/run/millrace", filepath.Join(data, "run"))...)
}

func runtimeIn(roots ...string) (*Runtime, error) {
	var faults []error
	for _, root := range roots {
		r, err := claim(root)
		if err == nil {
			return r, nil
		}
		faults = append(faults, err)
	}
	return nil, fmt.Errorf("make a runtime folder: %w", errors.Join(faults...))
}

// claim makes and locks a folder under root. The root's own lock keeps a daemon that wipes from taking a folder that
// another has made and not yet locked.
func claim(root string) (*Runtime, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("runtime folder %s: %w", root, err)
	}
	if n := len(root) + len("/4194304-99") + socketSuffix; n > maxSocketPath {
		return nil, fmt.Errorf("runtime folder %s: the path of a socket in it would be %d bytes, and the system allows %d", root, n, maxSocketPath)
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("runtime folder: %w", err)
	}
	door, err := lockFile(filepath.Join(root, ".lock"), syscall.LOCK_EX)
	if err != nil {
		return nil, fmt.Errorf("runtime folder %s: %w", root, err)
	}
	defer door.Close()
	if err := wipe(root); err != nil {
		return nil, fmt.Errorf("runtime folder %s: %w", root, err)
	}
	return makeDir(root)
}

// makeDir takes <root>/<pid>, or <pid>-2 and so on where another daemon holds it: two containers that share the data
// folder both run as process 1.
func makeDir(root string) (*Runtime, error) {
	name := strconv.Itoa(os.Getpid())
	for n := 2; n < 100; n++ {
		dir := filepath.Join(root, name)
		err := os.Mkdir(dir, 0o700)
		if errors.Is(err, os.ErrExist) {
			name = fmt.Sprintf("%d-%d", os.Getpid(), n)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("runtime folder: %w", err)
		}
		lock, err := lockFile(filepath.Join(dir, "lock"), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			return nil, fmt.Errorf("runtime folder %s: %w", dir, err)
		}
		return &Runtime{dir: dir, lock: lock}, nil
	}
	return nil, fmt.Errorf("runtime folder %s: every name is taken", root)
}

// wipe deletes the folders whose lock is free.
func wipe(root string) error {
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || e.Name()[0] < '0' || e.Name()[0] > '9' {
			continue
		}
		dir := filepath.Join(root, e.Name())
		lock, err := lockFile(filepath.Join(dir, "lock"), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			continue // it is in use, or not ours to judge
		}
		err = os.RemoveAll(dir)
		lock.Close()
		if err != nil {
			return fmt.Errorf("wipe %s: %w", dir, err)
		}
	}
	return nil
}

func lockFile(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return f, nil
}

// Dir is the folder's absolute path.
func (r *Runtime) Dir() string { return r.dir }

// Close wipes the folder. It is called when no process uses it any more.
func (r *Runtime) Close() error {
	err := os.RemoveAll(r.dir)
	return errors.Join(err, r.lock.Close())
}

// processDir makes a folder for the sockets of one process; its name is short.
func (r *Runtime) processDir() (string, error) {
	for n := 1; n < 1e6; n++ {
		dir := filepath.Join(r.dir, strconv.Itoa(n))
		err := os.Mkdir(dir, 0o700)
		if err == nil || !errors.Is(err, os.ErrExist) {
			return dir, err
		}
	}
	return "", fmt.Errorf("%s is full", r.dir)
}
