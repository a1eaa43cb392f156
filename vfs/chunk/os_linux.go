package chunk

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// lockDir takes a folder for this process, until unlockDir or the process's end.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the cache folder: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("the cache folder %s is used by another process: %w", dir, err)
	}
	return f, nil
}

// unlockDir lets the folder go. To close the file would not do: a child process that was forked at this moment has it too,
// until it begins to run its own program.
func unlockDir(f *os.File) {
	_ = unix.Flock(int(f.Fd()), unix.LOCK_UN) // closing is what is left to do where that fails
	f.Close()
}

// punch gives the room of a stretch of a file back. Where the file system cannot, the room stays taken until the file
// goes.
func punch(f *os.File, off, n int64) error {
	err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, off, n)
	if errors.Is(err, unix.EOPNOTSUPP) {
		return nil
	}
	return err
}

// taken returns the room that a file takes on disk.
func taken(f *os.File) int64 {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return 0
	}
	return st.Blocks * 512
}

// freeBytes returns the room left on the disk of a folder.
func freeBytes(dir string) (int64, bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, false
	}
	return int64(st.Bavail) * int64(st.Bsize), true
}

// startWriting has a stretch of a file written to disk from now on. It is a hint: syncData is what can fail.
func startWriting(f *os.File, off, n int64) {
	_ = unix.SyncFileRange(int(f.Fd()), off, n, unix.SYNC_FILE_RANGE_WRITE)
}

// syncData returns when a file's data is on disk.
func syncData(f *os.File) error { return unix.Fdatasync(int(f.Fd())) }

// maxBuffers is how many buffers one system call takes.
const maxBuffers = 1024

// writeAt writes buffers one after the other, in one system call where that can be.
func writeAt(f *os.File, bufs [][]byte, off int64) error {
	for len(bufs) > 0 {
		n, err := unix.Pwritev(int(f.Fd()), bufs[:min(len(bufs), maxBuffers)], off)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err == nil && n == 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			return fmt.Errorf("write cache file: %w", err)
		}
		off, bufs = off+int64(n), skip(bufs, n)
	}
	return nil
}

// skip returns what is left of buffers after their first n bytes.
func skip(bufs [][]byte, n int) [][]byte {
	for len(bufs) > 0 && n >= len(bufs[0]) {
		n, bufs = n-len(bufs[0]), bufs[1:]
	}
	if n > 0 {
		bufs = slices.Clone(bufs) // the caller's stay as they are
		bufs[0] = bufs[0][n:]
	}
	return bufs
}

// stampOf returns what tells whether a file was changed.
func stampOf(f *os.File) (stamp, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return stamp{}, err
	}
	return stamp{inode: st.Ino, size: st.Size, changed: st.Ctim.Nano(), links: uint64(st.Nlink)}, nil
}

// beModest gives the calling thread what others leave of the disk. It is no harm where that fails. It keeps its share of
// the processor: a thread that does not get to run would hold up the collection of garbage.
func beModest() {
	const class, idle = 13, 3 // IOPRIO_CLASS_SHIFT and IOPRIO_CLASS_IDLE; who 1 is a process, 0 the calling thread
	_, _, _ = unix.Syscall(unix.SYS_IOPRIO_SET, 1, 0, idle<<class)
}

// othersHave says whether anybody has a file open, or mapped into memory, beside the one descriptor f, which can write. It
// is known only where the file system has leases: a lease to write is given to who is alone.
func othersHave(f *os.File) (others, known bool) {
	_, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK)
	if err == nil {
		_, err = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_UNLCK)
		return false, err == nil
	}
	busy := errors.Is(err, unix.EAGAIN)
	return busy, busy
}
