//go:build !linux

package fuse

import (
	"context"
	"errors"

	"github.com/millrace-media/millrace/vfs"
)

// Mount is a mounted file system. There are none on this operating system.
type Mount struct{}

// New says that this operating system has no mounts; WebDAV serves the same files.
func New(*vfs.FS, string, Options) (*Mount, error) {
	return nil, errors.New("mounting needs Linux: use WebDAV instead")
}

// Dir returns nothing.
func (*Mount) Dir() string { return "" }

// Run waits for ctx.
func (*Mount) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Unmount does nothing.
func (*Mount) Unmount(context.Context) error { return nil }

// Done returns a channel that is never closed.
func (*Mount) Done() <-chan struct{} { return nil }
