// Package chunk keeps pieces of remote contents, in memory and on disk, and fetches what it lacks.
//
// A content is known by its id and its size, and never changes. It is cut into chunks of one size. A chunk is fetched
// once, whoever asks and however many; it is given to its readers as soon as it is whole, then written to disk. What is
// on disk is only believed when its checksum says that it is that very chunk, so a process may be killed, a disk may
// fill and a file may be damaged at any moment: the worst that follows is that a chunk is fetched again.
//
// The package knows nothing of names, files systems or providers, and does not decide what will be wanted next.
package chunk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// ErrClosed says that the cache has ended.
var ErrClosed = errors.New("chunk cache closed")

// Source brings the bytes of a content: a body of the n bytes that start at off, or an error, which is final. A body
// that ends early, or brings nothing for Options.Stall, is asked for again from where it ended. ReadRange and the body's
// Read return soon after ctx ends or the body is closed. Urgent tells of its ctx whether a reader waits. A body may have
// a method From() string, the name of whoever sends it; see File.From.
type Source interface {
	ReadRange(ctx context.Context, contentID string, off, n int64) (io.ReadCloser, error)
}

// Origin is where bytes that were read came from.
type Origin uint8

const (
	// Memory: they were there when the reader asked.
	Memory Origin = iota
	// Disk: they were read from the cache's folder and verified.
	Disk
	// Network: the reader waited for the source.
	Network
)

// String returns the origin in one lower-case word.
func (o Origin) String() string { return [...]string{"memory", "disk", "network"}[o] }

// Loss is why the disk lost bytes.
type Loss uint8

const (
	// Evicted: room was needed, or their time was up.
	Evicted Loss = iota
	// Corrupt: they were not what had been written.
	Corrupt
	// Unwritten: they could not be written, for want of room or because the disk failed.
	Unwritten
)

// String returns the loss in one lower-case word.
func (l Loss) String() string { return [...]string{"evicted", "corrupt", "unwritten"}[l] }

// Observer hears what the cache does. Its methods are called from many goroutines and must return at once.
type Observer interface {
	// Served tells of n bytes given to a reader.
	Served(from Origin, n int)
	// Fetched tells that one request to the source ended, with n bytes in all; err is nil where they sufficed, and
	// context.Canceled where nobody wanted the rest.
	Fetched(took time.Duration, n int64, err error)
	// Lost tells of n bytes that are not, or no longer, on disk.
	Lost(why Loss, n int64)
}

type deaf struct{}

func (deaf) Served(Origin, int)                  {}
func (deaf) Fetched(time.Duration, int64, error) {}
func (deaf) Lost(Loss, int64)                    {}

// Options of a Cache. The zero value is a cache in memory.
type Options struct {
	// Dir is the folder of the disk cache; it is made when missing. Empty means memory only.
	Dir string
	// MaxBytes bounds the disk cache. 0 means 20 GiB.
	MaxBytes int64
	// KeepFree is how many bytes to leave free on the disk. 0 means 1 GiB; negative means none.
	KeepFree int64
	// TTL is how long an unread chunk stays on disk. 0 means until its room is needed.
	TTL time.Duration
	// Memory bounds all buffers, in bytes. 0 means 128 MiB; at least 32 chunks are used.
	Memory int64
	// ChunkSize is in bytes, a power of two from 4 KiB to 16 MiB. 0 means 128 KiB. A folder that was filled with another
	// size is filled anew.
	ChunkSize int64
	// MaxPrefetch is how many requests may run at once for Prefetch, not counting those that bring nothing. 0 means 32.
	// Readers have no such limit.
	MaxPrefetch int
	// Stall is how long a request may bring nothing before it is made again. 0 means 8 s.
	Stall time.Duration
	// Attempts is how often a chunk is asked for when bodies end early or stall. 0 means 4.
	Attempts int
	// Backoff is the pause before the second attempt; it doubles with each that follows. 0 means 100 ms.
	Backoff time.Duration
	// SyncEvery is how often what was written is made to last. 0 means 2 s. A kill loses what came in about
	// twice this time.
	SyncEvery time.Duration
	// DiskWait is how long a reader waits for a disk that takes nothing; then what came is not kept, and is fetched again
	// when it is read again. 0 means 1 s.
	DiskWait time.Duration
	// Observer hears what happens. Optional.
	Observer Observer
	// Logger takes what an operator should know: a damaged chunk, a full disk. Optional.
	Logger *slog.Logger
}

const (
	minChunk, maxChunk = 4 << 10, 16 << 20
	minPieces          = 32
)

func (o Options) withDefaults() (Options, error) {
	set(&o.MaxBytes, 20<<30)
	set(&o.KeepFree, 1<<30)
	set(&o.Memory, 128<<20)
	set(&o.ChunkSize, 128<<10)
	set(&o.MaxPrefetch, 32)
	set(&o.Stall, 8*time.Second)
	set(&o.Attempts, 4)
	set(&o.Backoff, 100*time.Millisecond)
	set(&o.SyncEvery, 2*time.Second)
	set(&o.DiskWait, time.Second)
	if o.Observer == nil {
		o.Observer = deaf{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.ChunkSize < minChunk || o.ChunkSize > maxChunk || o.ChunkSize&(o.ChunkSize-1) != 0 {
		return o, fmt.Errorf("chunk size %d is not a power of two from 4 KiB to 16 MiB", o.ChunkSize)
	}
	if o.MaxBytes < 0 || o.Memory < 0 || o.TTL < 0 || o.MaxPrefetch < 0 || o.Stall < 0 || o.Attempts < 0 || o.Backoff < 0 || o.SyncEvery < 0 || o.DiskWait < 0 {
		return o, errors.New("a chunk cache option is negative")
	}
	return o, nil
}

func set[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}
