package fuse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a mount that is found is given to answer.
const patience = 3 * time.Second

// resolve returns a directory as the kernel calls it: absolute and without links. It does not touch what is mounted there.
func resolve(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("mount on %s: %w", dir, err)
	}
	if target, err := os.Readlink(abs); err == nil {
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(abs), target)
		}
		abs = target
	}
	if parent, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		abs = filepath.Join(parent, filepath.Base(abs))
	}
	return abs, nil
}

// prepare sees to it that there can be a mount on dir.
func prepare(dir string, log *slog.Logger) error {
	if _, err := os.Stat("/dev/fuse"); err != nil {
		return fmt.Errorf("mount on %s: /dev/fuse is missing: load the fuse module, or give the container the device (--device /dev/fuse --cap-add SYS_ADMIN): %w", dir, err)
	}
	if os.Geteuid() != 0 {
		if _, err := fusermountPath(); err != nil {
			return fmt.Errorf("mount on %s: %w", dir, err)
		}
		if err := unix.Access("/dev/fuse", unix.R_OK|unix.W_OK); err != nil {
			return fmt.Errorf("mount on %s: this user may not use /dev/fuse: chmod 666 /dev/fuse as root, or join its group: %w", dir, err)
		}
	}
	if err := clearStale(dir, log); err != nil {
		return err
	}
	return checkDir(dir)
}

// clearStale takes away mounts on dir whose process has died.
func clearStale(dir string, log *slog.Logger) error {
	for deviceOf(dir) != "" {
		err := answers(dir)
		if err == nil {
			return fmt.Errorf("mount on %s: something is mounted there already: unmount it (umount %s) or choose another directory", dir, dir)
		}
		log.Info("a mount that nobody serves is taken away", "mount", dir, "reason", err)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		err = detach(ctx, dir)
		cancel()
		if err != nil {
			return fmt.Errorf("mount on %s: the mount that a dead process left there cannot be taken away: run umount -l %s as root: %w", dir, dir, err)
		}
	}
	return nil
}

// answers says whether what is mounted on dir is served. Asking a process that hangs would hang, so somebody else asks; and
// the kernel, which may remember the attributes of a mount whose process has died, is made to ask.
func answers(dir string) error {
	answer := make(chan error, 1)
	go func() {
		var st unix.Statx_t
		answer <- unix.Statx(unix.AT_FDCWD, dir, unix.AT_STATX_FORCE_SYNC, unix.STATX_BASIC_STATS, &st)
	}()
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case err := <-answer:
		return err
	case <-t.C:
		return errors.New("no answer")
	}
}

func detach(ctx context.Context, dir string) error {
	if os.Geteuid() == 0 {
		return unix.Unmount(dir, unix.MNT_DETACH)
	}
	return fusermount(ctx, "-uz", dir)
}

func checkDir(dir string) error {
	st, err := os.Stat(dir)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("mount on %s: the directory does not exist: make it first (mkdir -p %s)", dir, dir)
	}
	if err != nil {
		return fmt.Errorf("mount on %s: %w", dir, err)
	}
	if !st.IsDir() {
		return fmt.Errorf("mount on %s: it is not a directory", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("mount on %s: %w", dir, err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("mount on %s: the directory is not empty (it has %q): empty it or choose another", dir, entries[0].Name())
	}
	return nil
}

func fusermountPath() (string, error) {
	for _, name := range []string{"fusermount3", "/usr/bin/fusermount3", "/bin/fusermount3", "fusermount"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("fusermount3 is missing: install the package fuse3, or run as root")
}

func fusermount(ctx context.Context, flag, dir string) error {
	bin, err := fusermountPath()
	if err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, bin, flag, dir).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// othersAllowed says whether a mount may let other users in.
func othersAllowed() bool {
	if os.Geteuid() == 0 {
		return true
	}
	conf, err := os.ReadFile("/etc/fuse.conf")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(conf)) {
		if strings.TrimSpace(line) == "user_allow_other" {
			return true
		}
	}
	return false
}

// deviceOf returns the device (major:minor) of what is mounted on dir, which is resolved, or nothing. It does not touch the mount.
func deviceOf(dir string) string {
	info, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return ""
	}
	device := ""
	for line := range strings.Lines(string(info)) {
		f := strings.Fields(line)
		if len(f) > 4 && unescape.Replace(f[4]) == dir {
			device = f[2] // the last one is on top
		}
	}
	return device
}

var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// abort ends a connection that programs keep open. It needs the fusectl file system.
func abort(device string) error {
	_, minor, ok := strings.Cut(device, ":")
	if !ok {
		return errors.New("no device")
	}
	return os.WriteFile(filepath.Join("/sys/fs/fuse/connections", minor, "abort"), []byte("1"), 0)
}
