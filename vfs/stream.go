package vfs

import (
	"cmp"
	"slices"
	"time"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/readahead"
)

// Reader is who reads a file, as far as whoever opens it knows. It holds no credentials.
type Reader struct {
	// Kind is the way in: "fuse", "webdav" or "http"; empty where it is none of them.
	Kind string
	// Program is the name of a process, or what a client over the network calls itself.
	Program string
	// Address is a client's host and port; empty for a process of this machine.
	Address string
	// PID is that of a process of this machine, else 0.
	PID int
}

// Passthrough is the mode of a stream that the kernel reads from the cache's file by itself: of its reads nothing is seen.
const Passthrough = "passthrough"

// Stream is what an open file has been read like.
type Stream struct {
	// ID tells handles apart, for as long as the FS lives.
	ID uint64
	// Inode is 0 for what was opened by OpenContent.
	Inode     uint64
	Path      string
	ContentID string
	// Reader is who opened it.
	Reader Reader
	// Size is the file's, in bytes.
	Size   int64
	Opened time.Time
	// Last is when it was read last; zero when never.
	Last time.Time
	// Offset is where the last read ended.
	Offset int64
	// Rate is how many bytes a second were read over the last few seconds.
	Rate int64
	// FromMemory, FromDisk and FromNetwork are the bytes read so far, by where they were.
	FromMemory, FromDisk, FromNetwork int64
	// Ahead is how many bytes behind Offset can be read without asking anybody, up to 64 MiB.
	Ahead int64
	// From is the name of the provider that sent bytes of this content last; empty where nobody has, or none is told.
	From string
	// Mode is "probe", "sequential", "seek" or Passthrough.
	Mode string
	// Passthrough says that the kernel reads the cache's file by itself. Then nothing is told of where bytes were, and
	// Offset and Rate are the reader's position in its file and how fast that moves, where those can be seen, else 0.
	Passthrough bool
}

// Streams returns what is open and how it is being read, in the order in which it was opened.
func (f *FS) Streams() []Stream {
	f.mu.Lock()
	handles := make([]*Handle, 0, len(f.handles))
	for _, h := range f.handles {
		handles = append(handles, h)
	}
	f.mu.Unlock()
	streams := make([]Stream, 0, len(handles))
	for _, h := range handles {
		streams = append(streams, h.snapshot())
	}
	slices.SortFunc(streams, func(a, b Stream) int { return cmp.Compare(a.ID, b.ID) })
	return streams
}

// SetPassthrough says whether the kernel reads the cache's file by itself.
func (h *Handle) SetPassthrough(through bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.through = through
}

// SetPosition says how to find how far a reader is whose reads are not seen. It is asked by Streams.
func (h *Handle) SetPosition(where func() (off int64, ok bool)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.where = where
}

// watchWithin is how long apart two looks at a reader's position may be to tell how fast it reads.
const watchWithin = 3 * time.Second

// watch looks how far a reader is whose reads are not seen.
func (h *Handle) watch() {
	h.mu.Lock()
	where, through := h.where, h.through
	h.mu.Unlock()
	if !through || where == nil {
		return
	}
	off, ok := where()
	if !ok {
		return
	}
	now := time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	if off > h.off && now.Sub(h.watched) < watchWithin {
		h.rate.add(now, off-h.off)
	}
	if off != h.off {
		h.last = now
	}
	h.off, h.watched = off, now
}

func (h *Handle) count(off int64, t chunk.Tally) {
	now := time.Now()
	h.fs.traffic.serve(now, t)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last, h.off = now, off
	for i := range t {
		h.tally[i] += t[i]
		h.rate.add(now, t[i])
	}
}

func (h *Handle) snapshot() Stream {
	h.watch()
	s := h.seen()
	if h.file == nil {
		s.Ahead = s.Size - s.Offset
		return s
	}
	if h.reading.TryRLock() { // it fails while the handle is being closed, which may wait for a read
		defer h.reading.RUnlock()
		if !h.closed {
			s.Ahead, s.From = h.file.Ahead(s.Offset), h.file.From()
		}
	}
	return s
}

// seen returns what the handle itself knows.
func (h *Handle) seen() Stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	s := Stream{
		ID: h.id, Inode: h.node.Inode, Path: h.path, ContentID: h.node.ContentID, Reader: h.reader, Size: h.node.Size,
		Opened: h.opened, Last: h.last, Offset: h.off, Rate: h.rate.rate(now, now.Sub(h.opened)),
		FromMemory: h.tally[chunk.Memory], FromDisk: h.tally[chunk.Disk], FromNetwork: h.tally[chunk.Network],
		Mode: readahead.Probe.String(), Passthrough: h.through,
	}
	switch {
	case h.through:
		s.Mode = Passthrough
	case h.stream != nil:
		s.Mode = h.stream.Mode().String()
	}
	return s
}
