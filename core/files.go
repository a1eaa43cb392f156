package core

import (
	"context"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
)

// Files is what the daemon wants of the library's file system beside serving it: to show who reads, and what the cache
// holds. It may be another process's, so that every question can fail.
type Files interface {
	// Streams returns what is open and how it is being read.
	Streams(ctx context.Context) ([]vfs.Stream, error)
	// Traffic returns what readers have been given so far, and at which rate.
	Traffic(ctx context.Context) (vfs.Traffic, error)
	// CacheStats returns what the chunk cache holds and does now.
	CacheStats(ctx context.Context) (chunk.Stats, error)
}

// ownFiles are those of a file system in this process.
type ownFiles struct{ fs *vfs.FS }

var _ Files = ownFiles{}

// Streams implements [Files].
func (o ownFiles) Streams(context.Context) ([]vfs.Stream, error) { return o.fs.Streams(), nil }

// Traffic implements [Files].
func (o ownFiles) Traffic(context.Context) (vfs.Traffic, error) { return o.fs.Traffic(), nil }

// CacheStats implements [Files].
func (o ownFiles) CacheStats(context.Context) (chunk.Stats, error) { return o.fs.CacheStats(), nil }
