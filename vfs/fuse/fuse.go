// Package fuse shows a vfs.FS to the kernel as a read-only mount. It is the only package that knows errno.
//
// The kernel may remember names, attributes and pages for long: what changes in the tree is told to it. Inode numbers are
// the tree's, so they survive a restart of the daemon.
//
// A process must not read its own mount: a page fault or a stat would wait for the process itself.
package fuse

import (
	"log/slog"
	"time"
)

// fsName is the file system's type after "fuse.", as /proc/mounts shows it.
const fsName = "millrace"

// Options of a mount. The zero value has the defaults.
type Options struct {
	// UID and GID own every file. Both 0 means whoever runs this process.
	UID, GID uint32
	// Private keeps other users out. Else they are let in where that is allowed: to root always, to others when
	// /etc/fuse.conf has user_allow_other.
	Private bool
	// Remember is how long the kernel may keep names and attributes without asking; it is told of changes. 0 means 1 h.
	Remember time.Duration
	// KernelReadahead is how far the kernel reads ahead, in bytes. It can be set by root only, and is left alone
	// otherwise. 0 means 1 MiB: with less it also begins with less, and asks more often until a stream is known for one.
	KernelReadahead int64
	// Grace is how long Unmount waits for programs that still have files open. 0 means 5 s.
	Grace time.Duration
	// NoPassthrough has every read answered here, also of files that the kernel could read by itself.
	NoPassthrough bool
	// Logger takes what an operator should know. Optional.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Remember == 0 {
		o.Remember = time.Hour
	}
	if o.KernelReadahead == 0 {
		o.KernelReadahead = 1 << 20
	}
	if o.Grace == 0 {
		o.Grace = 5 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}
