package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// punch gives the disk space of a range back; it reads as zeros afterwards.
func punch(f *os.File, off, n int64) error {
	return unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, off, n)
}

// toDevice makes a socket use one network interface only.
func toDevice(fd uintptr, name string) error { return unix.BindToDevice(int(fd), name) }
