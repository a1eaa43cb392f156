package vfstest

import "syscall"

// xattr asks for an extended attribute.
func xattr(path string) (int, error) { return syscall.Getxattr(path, "user.test", nil) }
