package vfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/readahead"
)

// Handle is an open file. It is safe for concurrent use.
type Handle struct {
	fs     *FS
	id     uint64
	node   Node
	path   string
	reader Reader
	opened time.Time

	// All three are nil where the node has its bytes itself.
	file   *chunk.File
	stream *readahead.Stream

	reading sync.RWMutex // held to read; alone, to close
	closed  bool

	mu       sync.Mutex // guards everything below
	prefetch *chunk.Prefetch
	last     time.Time
	off      int64
	tally    chunk.Tally
	rate     meter
	through  bool                        // the kernel reads it without us
	where    func() (off int64, ok bool) // tells how far it is then; nil: nothing does
	watched  time.Time                   // when that was asked last
}

// Node returns the file as it was when it was opened.
func (h *Handle) Node() Node { return h.node }

// ReadAt reads len(p) bytes from off. At the end of the file it reads fewer, with io.EOF. Any other error says that the
// bytes could not be had: ErrInvalid for a negative offset or a closed handle, ErrBroken after Options.ReadTimeout, what
// the source said, or context.Canceled when ctx was cancelled; that reaches down to the source unless somebody else
// waits for the same bytes.
func (h *Handle) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	h.reading.RLock()
	defer h.reading.RUnlock()
	switch {
	case off < 0 || h.closed:
		return 0, ErrInvalid
	case off >= h.node.Size:
		return 0, io.EOF
	case h.file == nil:
		return h.readData(p, off)
	}
	if n, ok := h.cached(p, off); ok {
		return n, end(n, p)
	}
	n, err := h.read(ctx, p, off)
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	h.stream.Reset()
	return n, kinded(fmt.Errorf("read %s at %d: %w", h.path, off, err))
}

// ReadCached reads like ReadAt where all of it is in memory, and without waiting; else it reads nothing and returns
// false, and ReadAt has to be called.
func (h *Handle) ReadCached(p []byte, off int64) (n int, ok bool) {
	if !h.reading.TryRLock() {
		return 0, false
	}
	defer h.reading.RUnlock()
	if off < 0 || off >= h.node.Size || h.closed || h.file == nil {
		return 0, false
	}
	return h.cached(p, off)
}

func (h *Handle) readData(p []byte, off int64) (int, error) {
	n := copy(p, h.node.Data[off:])
	h.count(off+int64(n), chunk.Tally{chunk.Memory: int64(n)})
	return n, end(n, p)
}

// end returns io.EOF where n is less than what was asked for.
func end(n int, p []byte) error {
	if n < len(p) {
		return io.EOF
	}
	return nil
}

func (h *Handle) cached(p []byte, off int64) (int, bool) {
	n, ok := h.file.Cached(p, off)
	if ok {
		h.plan(off, len(p))
		h.count(off+int64(n), chunk.Tally{chunk.Memory: int64(n)})
	}
	return n, ok
}

func (h *Handle) read(ctx context.Context, p []byte, off int64) (int, error) {
	readAt := h.file.ReadAt
	if h.plan(off, len(p)) {
		readAt = h.file.ReadNext
	}
	ctx, cancel := h.fs.bounded(ctx)
	defer cancel()
	n, tally, err := readAt(ctx, p, off)
	h.count(off+int64(n), tally)
	return n, err
}

// plan has readahead look at a read and does what it says. It returns whether the read goes on where the last one ended.
func (h *Handle) plan(off int64, n int) bool {
	plan := h.stream.Read(off, min(int64(n), h.node.Size-off), time.Now())
	if !plan.Drop && !plan.Skip && plan.Len == 0 {
		return plan.Next
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if plan.Drop {
		h.prefetch.Drop()
	}
	if plan.Skip {
		h.prefetch.Skip(off)
	}
	if plan.Len > 0 {
		h.want(plan, off, n)
	}
	return plan.Next
}

// want has what is planned fetched. Where it follows the read itself, one request may as well bring both.
func (h *Handle) want(plan readahead.Plan, off int64, n int) {
	if plan.Off == off+int64(n) {
		h.prefetch.Want(off, int64(n)+plan.Len)
		return
	}
	h.prefetch.Want(plan.Off, plan.Len)
}

// Close gives up the file and what was being fetched for it alone. It waits for reads that are under way. Closing twice
// does nothing.
func (h *Handle) Close() error {
	h.reading.Lock()
	defer h.reading.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	h.fs.closed(h)
	if h.file != nil {
		h.prefetch.Drop()
		h.stream.Close()
		h.file.Close()
	}
	return nil
}
