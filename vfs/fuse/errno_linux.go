package fuse

import (
	"context"
	"errors"
	"io"
	"syscall"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"

	"github.com/millrace-media/millrace/vfs"
)

// errno is the one table from errors to what the kernel understands.
var errno = []struct {
	err    error
	status gofuse.Status
}{
	{vfs.ErrNotExist, gofuse.ENOENT},
	{vfs.ErrPermission, gofuse.EACCES},
	{vfs.ErrInvalid, gofuse.EINVAL},
	{vfs.ErrBusy, gofuse.EBUSY},
	{vfs.ErrBroken, gofuse.EIO},
	{context.Canceled, gofuse.EINTR},
	{syscall.ESTALE, stale},
}

func status(err error) gofuse.Status {
	if err == nil || errors.Is(err, io.EOF) {
		return gofuse.OK
	}
	for _, e := range errno {
		if errors.Is(err, e.err) {
			return e.status
		}
	}
	return gofuse.EIO
}

// readStatus is status for a read from a file that was opened: there it cannot be said any more that it is not there.
func readStatus(err error) gofuse.Status {
	if s := status(err); s != gofuse.ENOENT {
		return s
	}
	return gofuse.EIO
}

const (
	readOnly = gofuse.Status(syscall.EROFS)
	stale    = gofuse.Status(syscall.ESTALE) // has the kernel look the name up anew, once
)
