//go:build unix

package db

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile takes a lock that ends with the process, however it ends.
func lockFile(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the library: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrInUse
		}
		return nil, errors.Join(fmt.Errorf("lock the library: %w", err), f.Close())
	}
	return func() {
		// To close the file would not do: a child process that was forked at this moment has it too, until it begins to
		// run its own program.
		_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) // closing is what is left to do where that fails
		_ = f.Close()                                   // nothing was written that could be lost
	}, nil
}
