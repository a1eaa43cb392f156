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
	// Contents returns what is in the disk cache, the most recently used first.
	Contents(ctx context.Context) ([]vfs.Content, error)
	// Pin has the files at a path and below it fetched and kept, see [vfs.FS.Pin].
	Pin(ctx context.Context, path string) error
	// Unpin takes Pin back, see [vfs.FS.Unpin].
	Unpin(ctx context.Context, path string) error
	// Drop forgets what is cached of a path, and of everything where it is empty, see [vfs.FS.Drop].
	Drop(ctx context.Context, path string) (freed int64, err error)
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

// Contents implements [Files].
func (o ownFiles) Contents(context.Context) ([]vfs.Content, error) { return o.fs.Contents(), nil }

// Pin implements [Files].
func (o ownFiles) Pin(_ context.Context, path string) error { return o.fs.Pin(path) }

// Unpin implements [Files].
func (o ownFiles) Unpin(_ context.Context, path string) error { return o.fs.Unpin(path) }

// Drop implements [Files].
func (o ownFiles) Drop(_ context.Context, path string) (int64, error) { return o.fs.Drop(path) }
