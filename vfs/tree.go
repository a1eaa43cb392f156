package vfs

import (
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"
)

// RootInode is the inode of a Tree's root directory.
const RootInode uint64 = 1

// FirstDirInode is where the inodes of directories begin. A directory's inode is derived from its path, so that it is
// the same after a restart. Files are given theirs and must stay between RootInode and this, both excluded.
const FirstDirInode uint64 = 1 << 62

// fileInodes keeps files clear of RootInode whatever number a database starts at.
const (
	fileInodes    uint64 = 1 << 40
	sidecarInodes uint64 = 1 << 41
)

// FileInode returns the inode for the file with a database id: stable, and apart from directories and sidecars. The id
// must be positive and below 1<<40.
func FileInode(id int64) uint64 { return fileInodes | uint64(id) }

// SidecarInode returns the inode for the sidecar with a database id, likewise.
func SidecarInode(id int64) uint64 { return sidecarInodes | uint64(id) }

// Node is what a Tree says about one file or directory. It is a copy: a later change of the tree does not reach it.
type Node struct {
	Inode uint64
	// Name is the last component of the path that led here; a file found by its inode has the name that it was given last.
	// The root's is empty.
	Name string
	// Dir tells a directory from a file.
	Dir bool
	// Size is in bytes; 0 for a directory.
	Size int64
	// Mtime is the file's; a directory's is that of its newest file, or of the last removal since the start.
	Mtime time.Time
	// ContentID names the bytes for the Source. It is empty for directories and for files that have Data.
	ContentID string
	// Data is the whole file where it is small and held in the tree, such as a sidecar. It must not be modified.
	Data []byte
	// Links is how many paths lead to a file; for a directory, 2 and one for each directory in it.
	Links uint32
}

// node is kept small: a library has hundreds of thousands. A file's name is the key in its directory's children; name
// and parent here are of the path given last.
type node struct {
	inode   uint64
	parent  *node
	name    string
	size    int64
	mtime   int64 // Unix nanoseconds
	content string
	data    []byte
	dir     *dir // nil for a file
	links   uint32
}

// place is a name in a directory.
type place struct {
	parent *node
	name   string
}

type dir struct {
	children map[string]*node
	dirs     uint32
	kept     bool // made by Mkdir: stays when it becomes empty
}

// Tree is a directory tree in memory, safe for concurrent use. Lookups cost the same however large a directory is, and
// readers wait for one small batch of changes at most.
type Tree struct {
	writing sync.Mutex // serialises Apply, so that subscribers hear of changes in order

	mu     sync.RWMutex // guards everything below
	root   *node
	inodes map[uint64]*node
	more   map[uint64][]place // the other paths of files that have several
	files  int64
	bytes  int64

	subMu       sync.Mutex // guards the two below
	subscribers map[int]func([]Event)
	nextSub     int
}

// NewTree returns a tree that has a root directory and nothing in it.
func NewTree() *Tree {
	root := &node{inode: RootInode, dir: &dir{kept: true}, links: 2}
	return &Tree{
		root:        root,
		inodes:      map[uint64]*node{RootInode: root},
		more:        map[uint64][]place{},
		subscribers: map[int]func([]Event){},
	}
}

func (n *node) public(name string) Node {
	p := Node{
		Inode: n.inode, Name: name, Dir: n.dir != nil, Size: n.size, ContentID: n.content, Data: n.data, Links: n.links,
	}
	if n.dir != nil {
		p.Links = 2 + n.dir.dirs
	}
	p.Mtime = time.Unix(0, n.mtime).UTC()
	return p
}

// Stat returns the node with an inode. The error is ErrNotExist.
func (t *Tree) Stat(inode uint64) (Node, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n, ok := t.inodes[inode]
	if !ok {
		return Node{}, ErrNotExist
	}
	return n.public(n.name), nil
}

// Lookup returns the node called name in the directory with the inode parent. The error is ErrNotExist, or ErrInvalid
// when parent is a file.
func (t *Tree) Lookup(parent uint64, name string) (Node, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	d, err := t.directory(parent)
	if err != nil {
		return Node{}, err
	}
	n, ok := d.dir.children[name]
	if !ok {
		return Node{}, ErrNotExist
	}
	return n.public(name), nil
}

// Walk returns the node at a slash-separated path from the root; a slash at either end is ignored. The error is
// ErrNotExist, also where a file stands in the place of a directory.
func (t *Tree) Walk(path string) (Node, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := t.walk(path)
	if n == nil {
		return Node{}, ErrNotExist
	}
	_, name := split(path)
	return n.public(name), nil
}

// ReadDir returns what is in the directory with an inode, sorted by name. The error is ErrNotExist, or ErrInvalid when
// the inode is a file's.
func (t *Tree) ReadDir(inode uint64) ([]Node, error) {
	nodes, err := t.list(inode)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(nodes, func(a, b Node) int { return strings.Compare(a.Name, b.Name) })
	return nodes, nil
}

func (t *Tree) list(inode uint64) ([]Node, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	d, err := t.directory(inode)
	if err != nil {
		return nil, err
	}
	nodes := make([]Node, 0, len(d.dir.children))
	for name, n := range d.dir.children {
		nodes = append(nodes, n.public(name))
	}
	return nodes, nil
}

// Parent returns the inode of the directory that holds an inode; the root is its own. The error is ErrNotExist.
func (t *Tree) Parent(inode uint64) (uint64, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n, ok := t.inodes[inode]
	if !ok {
		return 0, ErrNotExist
	}
	if n.parent == nil {
		return RootInode, nil
	}
	return n.parent.inode, nil
}

// Path returns the slash-separated path that an inode was given last, without a leading slash; the root's is empty.
// The error is ErrNotExist.
func (t *Tree) Path(inode uint64) (string, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n, ok := t.inodes[inode]
	if !ok {
		return "", ErrNotExist
	}
	return n.path(), nil
}

// Totals returns the number of files and directories, and the sum of the files' sizes in bytes. A file counts once
// however many paths lead to it.
func (t *Tree) Totals() (files, dirs, bytes int64) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.files, int64(len(t.inodes)) - t.files, t.bytes
}

func (t *Tree) directory(inode uint64) (*node, error) {
	n, ok := t.inodes[inode]
	if !ok {
		return nil, ErrNotExist
	}
	if n.dir == nil {
		return nil, ErrInvalid
	}
	return n, nil
}

func (t *Tree) walk(path string) *node {
	n := t.root
	for part := range parts(path) {
		if n.dir == nil {
			return nil
		}
		if n = n.dir.children[part]; n == nil {
			return nil
		}
	}
	return n
}

func (n *node) path() string {
	var names []string
	for ; n != nil && n.parent != nil; n = n.parent {
		names = append(names, n.name)
	}
	slices.Reverse(names)
	return strings.Join(names, "/")
}

// dirInode derives a directory's inode from its path; salt resolves the rare collision.
func dirInode(path string, salt int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(path)) // never fails
	h.Write([]byte{0, byte(salt)})
	return FirstDirInode | h.Sum64()>>2
}
