package fuse

import (
	"bytes"
	"sync"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"

	"github.com/millrace-media/millrace/vfs"
)

// firstFresh is the first node id that is no inode of a tree.
const firstFresh uint64 = 1 << 63

// node is what the kernel knows by a node id: a file as long as it has one content. The kernel keeps pages for a node id,
// and either reads the cache's file or asks us, but not both at once. So that bytes of two contents never meet, a file
// that is replaced gets another node id; whoever has the old one open goes on with it.
type node struct {
	id   uint64
	file vfs.Node

	// Guarded by the table's mu.
	lookups uint64 // how often the kernel was told of it, less what it has forgotten
	opens   int

	route route
}

// table is the nodes of files that the kernel knows. A directory's node id is its inode.
type table struct {
	mu      sync.Mutex // guards everything below
	byID    map[uint64]*node
	byInode map[uint64][]*node // the newest content last
	fresh   uint64             // how many node ids were made
}

func newTable() *table {
	return &table{byID: map[uint64]*node{}, byInode: map[uint64][]*node{}}
}

// told returns the node id for what the kernel is about to be told of.
func (t *table) told(n vfs.Node) uint64 {
	if n.Dir {
		return n.Inode
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	nd := t.of(n)
	nd.lookups++
	return nd.id
}

// of returns the node of a file with the content that it has in n.
func (t *table) of(n vfs.Node) *node {
	all := t.byInode[n.Inode]
	for _, nd := range all {
		if nd.has(n) {
			return nd
		}
	}
	nd := &node{id: n.Inode, file: n}
	if t.byID[nd.id] != nil {
		nd.id = firstFresh + t.fresh
		t.fresh++
	}
	t.byID[nd.id] = nd
	t.byInode[n.Inode] = append(all, nd)
	return nd
}

// has says whether a file has the same bytes in n.
func (nd *node) has(n vfs.Node) bool {
	a := nd.file
	return a.ContentID == n.ContentID && a.Size == n.Size && (a.Data == nil) == (n.Data == nil) && bytes.Equal(a.Data, n.Data)
}

// opening returns the node with an id and counts an open of it, which keeps it. It returns nil where there is none.
func (t *table) opening(id uint64) *node {
	t.mu.Lock()
	defer t.mu.Unlock()
	nd := t.byID[id]
	if nd != nil {
		nd.opens++
	}
	return nd
}

// closed takes an open back.
func (t *table) closed(nd *node) {
	t.mu.Lock()
	defer t.mu.Unlock()
	nd.opens--
	t.drop(nd)
}

// forgotten says that the kernel has forgotten a node id, as often as it was told of it.
func (t *table) forgotten(id, times uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if nd := t.byID[id]; nd != nil {
		nd.lookups -= min(nd.lookups, times)
		t.drop(nd)
	}
}

func (t *table) drop(nd *node) {
	if nd.lookups > 0 || nd.opens > 0 || t.byID[nd.id] != nd {
		return
	}
	delete(t.byID, nd.id)
	var left []*node
	for _, other := range t.byInode[nd.file.Inode] {
		if other != nd {
			left = append(left, other)
		}
	}
	if t.byInode[nd.file.Inode] = left; len(left) == 0 {
		delete(t.byInode, nd.file.Inode)
	}
}

// find returns what a node id stands for: the inode, and where it is that of a file the file as it was and whether it is
// open.
func (t *table) find(id uint64) (inode uint64, nd *node, open bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if nd = t.byID[id]; nd == nil {
		return id, nil, false
	}
	return nd.file.Inode, nd, nd.opens > 0
}

// ids returns the node ids of an inode that the kernel knows; a directory's is the inode itself.
func (t *table) ids(inode uint64) []uint64 {
	if inode == vfs.RootInode || inode >= vfs.FirstDirInode {
		return []uint64{inode}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []uint64
	for _, nd := range t.byInode[inode] {
		ids = append(ids, nd.id)
	}
	return ids
}

// statNode returns the file or directory with a node id as it is now. A file that was replaced or removed is what it was
// for who has it open; else the kernel is told to look again.
func (b *bridge) statNode(id uint64) (vfs.Node, gofuse.Status) {
	inode, nd, open := b.nodes.find(id)
	n, err := b.fs.Stat(inode)
	switch {
	case nd == nil || err == nil && nd.has(n):
		return n, status(err)
	case open:
		n = nd.file
		n.Links = 0
		return n, gofuse.OK
	case err != nil:
		return n, status(err)
	default:
		return n, stale
	}
}
