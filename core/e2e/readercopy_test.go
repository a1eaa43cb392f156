package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// isTheLibrary fails the test unless a folder has the originals and nothing else.
func (h *house) isTheLibrary(t *testing.T, dir string) {
	t.Helper()
	run(t, "/", "diff", "-r", h.originals, dir)
}

func copies(t *testing.T, h *house) {
	to := t.TempDir()
	run(t, h.d.mount(), "cp", "-r", ".", to)
	h.isTheLibrary(t, to)
}

func rcloneCopies(t *testing.T, h *house) {
	to := t.TempDir()
	run(t, "/", "rclone", "--config", "", "copy", "--multi-thread-streams=4", "--multi-thread-cutoff=1M", h.d.mount(), to)
	h.isTheLibrary(t, to)
}

// rcloneDownloads has the password in a file, as everybody should.
func rcloneDownloads(t *testing.T, h *house) {
	hidden := strings.TrimSpace(runWith(t, housePassword+"\n", "/", "rclone", "--config", "", "obscure", "-"))
	config := filepath.Join(t.TempDir(), "rclone.conf")
	text := fmt.Sprintf("[house]\ntype = webdav\nvendor = other\nurl = http://%s/dav/\nuser = anybody\npass = %s\n", h.d.address, hidden)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	run(t, "/", "rclone", "--config", config, "copy", "house:", to)
	h.isTheLibrary(t, to)
	want := h.read(t, bunnyPath)
	if got := run(t, "/", "rclone", "--config", config, "cat", "--offset=7000001", "--count=300007", "house:"+bunnyPath); got != string(want[7000001:][:300007]) {
		t.Error("a part of the film has other bytes over WebDAV")
	}
}

// davfsReads mounts WebDAV in the kernel. davfs2 reads a whole file where it is opened.
func davfsReads(t *testing.T, h *house) {
	if os.Geteuid() != 0 {
		t.Skip("only root may mount with davfs2")
	}
	tool(t, "mount.davfs")
	dir, config := davfsConfig(t)
	at := filepath.Join(dir, "mnt")
	run(t, "/", "mount.davfs", "http://"+h.d.address+"/dav/", at, "-o", "ro,conf="+config)
	defer run(t, "/", "umount", at) // waits for the process to end
	to := t.TempDir()
	run(t, at, "cp", "-r", "movies", "shows", to)
	h.isTheLibrary(t, to)
}

// davfsConfig makes a folder with a mount point, a cache and the password. With its usual buffer of 16 KiB davfs2 cannot speak
// to a Linux of today.
func davfsConfig(t *testing.T) (dir, config string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "davfs-") // not t.TempDir, into which no other user may look
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	config = filepath.Join(dir, "davfs2.conf")
	text := fmt.Sprintf("buf_size 64\nuse_locks 0\nask_auth 0\nsecrets %s/secrets\ncache_dir %s/cache\n", dir, dir)
	if err = os.Chmod(dir, 0o755); err == nil {
		err = os.WriteFile(config, []byte(text), 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "secrets"), []byte(fmt.Sprintf("%q anybody %q\n", filepath.Join(dir, "mnt"), housePassword)), 0o600)
	}
	if err == nil {
		err = os.Mkdir(filepath.Join(dir, "mnt"), 0o755)
	}
	if err == nil {
		err = davfsCache(filepath.Join(dir, "cache"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir, config
}

// davfsCache makes a folder for davfs2's own user to write to.
func davfsCache(dir string) error {
	g, err := user.LookupGroup("davfs2")
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(g.Gid)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if err := os.Chown(dir, 0, gid); err != nil {
		return err
	}
	return os.Chmod(dir, 0o775)
}

// fioReads reads every block of a file in random order, by several threads, through the kernel's memory, past it, and mapped.
func fioReads(t *testing.T, h *house) {
	const jobs = 3
	for name, how := range map[string][]string{
		"through the kernel's memory": {"--direct=0", "--ioengine=psync"},
		"past it":                     {"--direct=1", "--ioengine=psync"},
		"mapped":                      {"--direct=0", "--ioengine=mmap"},
	} {
		args := append(how, "--name=read", "--filename="+filepath.Join(h.d.mount(), elephantsPath), "--readonly", "--rw=randread", "--bs=4k",
			fmt.Sprint("--size=", blocksSize), "--verify=crc32c", "--verify_state_save=0", fmt.Sprint("--numjobs=", jobs), "--thread", "--group_reporting", "--output-format=json")
		var report struct {
			Jobs []struct {
				Error int `json:"error"`
				Read  struct {
					Bytes int64 `json:"io_bytes"`
				} `json:"read"`
			} `json:"jobs"`
		}
		if err := json.Unmarshal([]byte(run(t, t.TempDir(), "fio", args...)), &report); err != nil {
			t.Fatal(err)
		}
		if len(report.Jobs) != 1 || report.Jobs[0].Error != 0 || report.Jobs[0].Read.Bytes != jobs*blocksSize {
			t.Errorf("%s: fio reports %+v", name, report)
		}
	}
}
