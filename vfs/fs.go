package vfs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/millrace-media/millrace/vfs/chunk"
	"github.com/millrace-media/millrace/vfs/readahead"
)

// Options of an FS. The zero value reads through a cache in memory.
type Options struct {
	// Cache is where chunks are kept and how they are fetched. See chunk.Options.
	Cache chunk.Options
	// Readahead bounds what is fetched before it is asked for. Its Total may be half of Cache.Memory at most, which is also
	// the default where that is less than its own.
	Readahead readahead.Options
	// ReadTimeout is how long a read may take; then it is ErrBroken. 0 means 30 s.
	ReadTimeout time.Duration
}

// FS is the files of a Tree with the bytes of a Source. It is safe for concurrent use.
type FS struct {
	tree    *Tree
	cache   *chunk.Cache
	ahead   *readahead.Pool
	timeout time.Duration

	traffic *traffic
	fills   fills

	mu      sync.Mutex // guards the two below
	handles map[uint64]*Handle
	opened  uint64
}

// New returns an FS over a tree and a source. It opens the cache's folder and starts nothing: call Run, or at least
// Close.
func New(tree *Tree, source Source, o Options) (*FS, error) {
	if tree == nil || source == nil {
		return nil, errors.New("a file system needs a tree and a source")
	}
	if o.ReadTimeout < 0 {
		return nil, errors.New("the read timeout is negative")
	}
	counts := newTraffic()
	cache, err := chunk.New(counted{source, counts}, o.Cache)
	if err != nil {
		return nil, fmt.Errorf("open the chunk cache: %w", err)
	}
	return &FS{
		tree:    tree,
		cache:   cache,
		traffic: counts,
		fills:   newFills(),
		ahead:   readahead.NewPool(bound(o.Readahead, cache.Stats().MaxMemory/2)),
		timeout: cmp.Or(o.ReadTimeout, 30*time.Second),
		handles: map[uint64]*Handle{},
	}, nil
}

// bound keeps readahead from evicting its own chunks before they are read.
func bound(o readahead.Options, most int64) readahead.Options {
	if o.Total >= 0 {
		o.Total = min(cmp.Or(o.Total, 64<<20), most)
	}
	return o
}

// Run does the cache's upkeep, and fetches what is missing of pinned files, until ctx ends; then it closes the cache, see
// chunk.Cache.Run. Files can be read before.
func (f *FS) Run(ctx context.Context) error {
	filled := make(chan struct{})
	go func() {
		defer close(filled)
		f.fillPinned(ctx)
	}()
	err := f.cache.Run(ctx)
	<-filled
	return err
}

// Close does what the end of Run does: what is being read is ErrBroken from then on.
func (f *FS) Close() { f.cache.Close() }

// Tree returns the tree whose files these are.
func (f *FS) Tree() *Tree { return f.tree }

// Lookup returns the node called name in a directory. The error is ErrNotExist, or ErrInvalid when parent is a file.
func (f *FS) Lookup(parent uint64, name string) (Node, error) { return f.tree.Lookup(parent, name) }

// Stat returns the node with an inode. The error is ErrNotExist.
func (f *FS) Stat(inode uint64) (Node, error) { return f.tree.Stat(inode) }

// ReadDir returns what is in a directory, sorted by name. The error is ErrNotExist, or ErrInvalid for a file.
func (f *FS) ReadDir(inode uint64) ([]Node, error) { return f.tree.ReadDir(inode) }

// Open opens the file with an inode. It asks nobody for anything: the first read does. What is read through the handle
// stays what the file was now, whatever happens to the tree. The error is ErrNotExist, or ErrInvalid for a directory.
func (f *FS) Open(inode uint64) (*Handle, error) { return f.OpenFor(inode, Reader{}) }

// OpenFor opens like Open, and has Streams tell who reads.
func (f *FS) OpenFor(inode uint64, r Reader) (*Handle, error) {
	n, err := f.tree.Stat(inode)
	if err != nil {
		return nil, err
	}
	path, err := f.tree.Path(inode)
	if err != nil {
		return nil, err
	}
	return f.open(n, path, r)
}

// OpenContent opens bytes that need not be in the tree, through the same cache. Name is for Streams only. The error is
// ErrInvalid where there is no id or the size, in bytes, is negative.
func (f *FS) OpenContent(contentID string, size int64, name string) (*Handle, error) {
	if contentID == "" || size < 0 {
		return nil, ErrInvalid
	}
	return f.open(Node{Name: name, Size: size, ContentID: contentID}, name, Reader{})
}

func (f *FS) open(n Node, path string, r Reader) (*Handle, error) {
	if n.Dir {
		return nil, ErrInvalid
	}
	h := &Handle{fs: f, node: n, path: path, reader: r, opened: time.Now()}
	if n.Data == nil {
		h.file = f.cache.Open(n.ContentID, n.Size)
		h.stream = f.ahead.Stream(n.Size)
		h.prefetch = h.file.Prefetch()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened++
	h.id = f.opened
	f.handles[h.id] = h
	return h, nil
}

func (f *FS) closed(h *Handle) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.handles, h.id)
}

// CacheStats returns what the chunk cache holds and does now.
func (f *FS) CacheStats() chunk.Stats { return f.cache.Stats() }

// bounded returns a context for one operation. It ends with ctx, or when the operation has taken too long.
func (f *FS) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, f.timeout)
}
