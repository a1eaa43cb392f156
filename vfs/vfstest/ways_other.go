//go:build !linux

package vfstest

import (
	"os"
	"syscall"
)

var ways = []Way{Pread}

func openBy(path string, _ Way) (*os.File, error) { return os.Open(path) }

func readBy(f *os.File, _ Way, off int64, n int) ([]byte, error) { return pread(f, off, n) }

// xattr says that there are none.
func xattr(string) (int, error) { return 0, syscall.ENOSYS }
