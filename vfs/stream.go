package vfs

import (
	"cmp"
	"slices"
	"sync"
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
	// Passthrough says that the kernel reads the cache's file by itself: what is told of reads stands still then.
	Passthrough bool
}

// Traffic is what all readers together were given, those that have closed their files included.
type Traffic struct {
	// FromMemory, FromDisk and FromNetwork are bytes since the start, by where they were.
	FromMemory, FromDisk, FromNetwork int64
	// MemoryRate, DiskRate and NetworkRate are bytes a second over the last few seconds.
	MemoryRate, DiskRate, NetworkRate int64
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

// Traffic returns what readers have been given so far, and at which rate.
func (f *FS) Traffic() Traffic { return f.traffic.look(time.Now()) }

// SetPassthrough says whether the kernel reads the cache's file by itself.
func (h *Handle) SetPassthrough(through bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.through = through
}

func (h *Handle) count(off int64, t chunk.Tally) {
	now := time.Now()
	h.fs.traffic.add(now, t)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last, h.off = now, off
	for i := range t {
		h.tally[i] += t[i]
		h.rate.add(now, t[i])
	}
}

func (h *Handle) snapshot() Stream {
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

// span is over how many whole seconds a meter measures, beside the one that is under way.
const span = 5

// meter counts bytes by the second in which they came. The zero value has counted none.
type meter struct {
	slots [span + 1]int64
	at    int64 // Unix time of the newest slot
}

// turn empties the slots of seconds that have passed without a byte.
func (m *meter) turn(now time.Time) {
	at := now.Unix()
	for i := max(m.at+1, at-span); i <= at; i++ {
		m.slots[i%int64(len(m.slots))] = 0
	}
	m.at = max(m.at, at)
}

func (m *meter) add(now time.Time, n int64) {
	m.turn(now)
	m.slots[m.at%int64(len(m.slots))] += n
}

// rate returns bytes a second. What has been counted for a shorter time than a meter measures says how long; less than a
// second counts as one, since a single read is no rate yet.
func (m *meter) rate(now time.Time, age time.Duration) int64 {
	m.turn(now)
	var sum int64
	for _, n := range m.slots {
		sum += n
	}
	seen := min(age, span*time.Second+time.Duration(now.Nanosecond()))
	return int64(float64(sum) / max(seen, time.Second).Seconds())
}

// traffic counts what all readers are given.
type traffic struct {
	mu    sync.Mutex // guards everything below
	tally chunk.Tally
	rates [len(chunk.Tally{})]meter
}

func (t *traffic) add(now time.Time, n chunk.Tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range n {
		t.tally[i] += n[i]
		t.rates[i].add(now, n[i])
	}
}

func (t *traffic) look(now time.Time) Traffic {
	t.mu.Lock()
	defer t.mu.Unlock()
	rate := func(o chunk.Origin) int64 { return t.rates[o].rate(now, span*time.Second) }
	return Traffic{
		FromMemory: t.tally[chunk.Memory], FromDisk: t.tally[chunk.Disk], FromNetwork: t.tally[chunk.Network],
		MemoryRate: rate(chunk.Memory), DiskRate: rate(chunk.Disk), NetworkRate: rate(chunk.Network),
	}
}
