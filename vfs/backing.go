package vfs

import "github.com/millrace-media/millrace/vfs/chunk"

// Backing returns the file on the cache's disk that has all of this file's bytes, for whoever can read it better than
// ReadAt, such as the kernel. There is none until all of it is on disk and verified; see chunk.Cache.Backing. Close it.
func (h *Handle) Backing() (*chunk.Backing, bool) {
	if h.file == nil || h.node.Size == 0 {
		return nil, false
	}
	return h.fs.cache.Backing(h.node.ContentID, h.node.Size)
}
