//go:build !linux

package vfstest

import "syscall"

// xattr says that there are none.
func xattr(string) (int, error) { return 0, syscall.ENOSYS }
