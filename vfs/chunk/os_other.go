//go:build !linux

package chunk

import (
	"fmt"
	"os"
	"path/filepath"
)

// lockDir opens a folder's lock file. Where there is no flock it keeps nobody out.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the cache folder: %w", err)
	}
	return f, nil
}

// unlockDir closes the lock file.
func unlockDir(f *os.File) { f.Close() }

// punch does nothing: the room stays taken until the file goes.
func punch(*os.File, int64, int64) error { return nil }

// taken does not know.
func taken(*os.File) int64 { return 0 }

// freeBytes does not know.
func freeBytes(string) (int64, bool) { return 0, false }

// startWriting does nothing: the data is written when it is synced.
func startWriting(*os.File, int64, int64) {}

func syncData(f *os.File) error { return f.Sync() }

// writeAt writes buffers one after the other.
func writeAt(f *os.File, bufs [][]byte, off int64) error {
	for _, b := range bufs {
		if _, err := f.WriteAt(b, off); err != nil {
			return err
		}
		off += int64(len(b))
	}
	return nil
}

// stampOf returns what tells whether a file was changed.
func stampOf(f *os.File) (stamp, error) {
	st, err := f.Stat()
	if err != nil {
		return stamp{}, err
	}
	return stamp{size: st.Size(), changed: st.ModTime().UnixNano(), links: 1}, nil
}

// beModest does nothing.
func beModest() {}

// othersHave does not know.
func othersHave(*os.File) (others, known bool) { return false, false }
