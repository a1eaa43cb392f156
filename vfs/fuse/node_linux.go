package fuse

import (
	"bytes"
	"slices"
	"sync"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"

	"github.com/millrace-media/millrace/vfs"
)

// firstFresh is the first node id that is no inode of a tree.
const firstFresh uint64 = 1 << 63

// node is what the kernel knows by a node id: a file as long as it has one content. The kernel keeps pages for a node id,
// and either reads the cache's file or asks us, but not both at once. So that bytes of two contents never meet, a file
// that is replaced gets another node id; whoever has the old one open goes on with it. It is small, for the kernel may
// know every file of a library.
type node struct {
	id, inode uint64
	content   string
	size      int64
	data      []byte
	lookups   uint64  // how often the kernel was told of it, less what it has forgotten
	open      *opened // nil while nobody has it open
}

// opened is a node that is open.
type opened struct {
	handles int
	file    vfs.Node // as it was when it was opened first
	route   route
}

// table is the nodes of files that the kernel knows. A directory's node id is its inode.
type table struct {
	mu    sync.Mutex // guards everything below, and nodes
	byID  map[uint64]*node
	more  map[uint64][]*node // by inode, those whose node id is another
	fresh uint64             // how many node ids were made
}

func newTable() *table { return &table{byID: map[uint64]*node{}, more: map[uint64][]*node{}} }

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
	for _, nd := range t.all(n.Inode) {
		if nd.has(n) {
			return nd
		}
	}
	nd := &node{id: n.Inode, inode: n.Inode, content: n.ContentID, size: n.Size, data: n.Data}
	if t.byID[nd.id] != nil {
		nd.id = firstFresh + t.fresh
		t.fresh++
		t.more[nd.inode] = append(t.more[nd.inode], nd)
	}
	t.byID[nd.id] = nd
	return nd
}

// all returns the nodes of an inode.
func (t *table) all(inode uint64) []*node {
	if nd := t.byID[inode]; nd != nil {
		return append([]*node{nd}, t.more[inode]...)
	}
	return t.more[inode]
}

// has says whether a file has the same bytes in n.
func (nd *node) has(n vfs.Node) bool {
	return nd.content == n.ContentID && nd.size == n.Size && (nd.data == nil) == (n.Data == nil) && bytes.Equal(nd.data, n.Data)
}

// opening returns the node with an id and counts a handle of it, which keeps it. It returns nil where there is none.
func (t *table) opening(id uint64) *node {
	t.mu.Lock()
	defer t.mu.Unlock()
	nd := t.byID[id]
	if nd == nil {
		return nil
	}
	if nd.open == nil {
		nd.open = &opened{file: vfs.Node{Inode: nd.inode, Size: nd.size, ContentID: nd.content, Data: nd.data}}
	}
	nd.open.handles++
	return nd
}

// isOpen notes what a node is for who has it open.
func (t *table) isOpen(nd *node, n vfs.Node) *opened {
	t.mu.Lock()
	defer t.mu.Unlock()
	if nd.open.file.Mtime.IsZero() {
		nd.open.file = n
	}
	return nd.open
}

// closed takes opening back.
func (t *table) closed(nd *node) {
	t.mu.Lock()
	defer t.mu.Unlock()
	nd.open.handles--
	if nd.open.handles == 0 {
		nd.open = nil
		t.drop(nd)
	}
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
	if nd.lookups > 0 || nd.open != nil {
		return
	}
	delete(t.byID, nd.id)
	left := slices.DeleteFunc(t.more[nd.inode], func(other *node) bool { return other == nd })
	if t.more[nd.inode] = left; len(left) == 0 {
		delete(t.more, nd.inode)
	}
}

// find returns the node with an id, and what it is for who has it open; nil where the id is not that of a file, and
// where nobody has.
func (t *table) find(id uint64) (nd *node, open *vfs.Node) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if nd = t.byID[id]; nd != nil && nd.open != nil {
		n := nd.open.file
		open = &n
	}
	return nd, open
}

// ids returns the node ids of an inode that the kernel knows; a directory's is the inode itself.
func (t *table) ids(inode uint64) []uint64 {
	if inode == vfs.RootInode || inode >= vfs.FirstDirInode {
		return []uint64{inode}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []uint64
	for _, nd := range t.all(inode) {
		ids = append(ids, nd.id)
	}
	return ids
}

// statNode returns the file or directory with a node id as it is now. A file that was replaced or removed is what it was
// for who has it open; else the kernel is told to look again.
func (b *bridge) statNode(id uint64) (vfs.Node, gofuse.Status) {
	nd, open := b.nodes.find(id)
	if nd == nil {
		n, err := b.fs.Stat(id)
		return n, status(err)
	}
	n, err := b.fs.Stat(nd.inode)
	switch {
	case err == nil && nd.has(n):
		return n, gofuse.OK
	case open != nil:
		open.Links = 0
		return *open, gofuse.OK
	case err != nil:
		return n, status(err)
	default:
		return n, stale
	}
}
