// Package vfs is a read-only file system over remote ranges, without a kernel. A Tree says which files there are, a
// Source brings their bytes, and FS puts a chunk cache and readahead between the two. Package vfs/fuse mounts an FS and
// package vfs/webdav serves it.
//
// It knows names, inode numbers, sizes and content ids. It does not know where bytes come from, what a link is, or that
// providers exist: all of that is behind Source.
//
// Nothing here waits without end: every read has a deadline, and a reader that leaves takes its request down with it.
package vfs

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/millrace-media/millrace/vfs/chunk"
)

// The errors of a file system. Every error that leaves an FS or a Tree is one of these by errors.Is, or is
// context.Canceled when the caller left.
var (
	// ErrNotExist says that there is no such file or directory.
	ErrNotExist = errors.New("no such file or directory")
	// ErrPermission says that whoever holds the bytes refuses to give them.
	ErrPermission = errors.New("permission denied")
	// ErrInvalid says that the call makes no sense: a negative offset, a directory read as a file, an impossible name.
	ErrInvalid = errors.New("invalid argument")
	// ErrBusy says that the bytes exist but cannot be had at the moment; the same call may succeed later.
	ErrBusy = errors.New("busy")
	// ErrBroken says that the bytes could not be had: the source failed, or was too slow.
	ErrBroken = errors.New("input/output error")
)

// Source brings the bytes of a content id. It is called from many goroutines at once.
//
// ReadRange returns a body of the n bytes that start at off; 0 <= off, 0 < n, and off+n is never past the size that the
// Tree knows. The answer must be that very range or an error: checking it (status 206, Content-Range) is the source's
// job, and so is renewing links. A body that ends early is asked for again from where it ended; an error from ReadRange
// itself is final and reaches the reader, who sees it through errors.Is. Both ReadRange and the body's Read must return
// soon after ctx ends or the body is closed. Where requests have to wait for their turn, chunk.Urgent(ctx) says which should
// go first; a body may have a method From() string, the name of whoever sends it, for Streams. Errors that wrap one of this package's keep their meaning; any other is
// ErrBroken.
type Source interface {
	ReadRange(ctx context.Context, contentID string, off, n int64) (io.ReadCloser, error)
}

// Observer hears what the cache does, for metrics. See chunk.Observer.
type Observer = chunk.Observer

var own = []error{ErrNotExist, ErrPermission, ErrInvalid, ErrBusy, ErrBroken, context.Canceled}

// kinded returns err such that it is one of this package's errors: itself where it is one already, else also ErrBroken.
func kinded(err error) error {
	for _, kind := range own {
		if errors.Is(err, kind) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrBroken, err)
}
