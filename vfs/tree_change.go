package vfs

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// maxName is the longest name in bytes that a kernel accepts.
const maxName = 255

// batch is how many changes are made while readers wait: well under a millisecond's worth.
const batch = 256

// File is what Put needs to know.
type File struct {
	// Inode is stable and unique to the file; see FileInode. The same inode at two paths is one file with two names.
	Inode uint64
	// Size is in bytes; it is ignored where Data is set.
	Size  int64
	Mtime time.Time
	// ContentID names the bytes for the Source. It may be empty only where Data is set or Size is 0.
	ContentID string
	// Data is the whole file, for small ones that need no source. It is kept, not copied.
	Data []byte
}

// Change is one edit of a Tree, made by Put, Mkdir, Remove or Rename.
type Change struct {
	op       op
	path, to string
	file     File
}

type op uint8

const (
	opPut op = iota + 1
	opMkdir
	opRemove
	opRename
)

// Put places a file at a slash-separated path, making the directories that lead there. A file that is there already is
// replaced; an inode that is elsewhere already gets one more name, and what is given now holds for all of them.
func Put(path string, f File) Change { return Change{op: opPut, path: path, file: f} }

// Mkdir makes a directory, and those that lead there. It stays when it becomes empty, where one made by Put does not.
func Mkdir(path string) Change { return Change{op: opMkdir, path: path} }

// Remove takes away the file at a path, or the directory with all that is in it, and then the directories that this
// leaves empty. Removing what is not there is no error.
func Remove(path string) Change { return Change{op: opRemove, path: path} }

// Rename moves a file or a directory to a path where nothing is. Files keep their inodes; directories get those that
// belong to their new paths.
func Rename(from, to string) Change { return Change{op: opRename, path: from, to: to} }

// Apply makes changes in order and tells the subscribers. Each change is made whole or not at all; one that cannot be
// made is left out, the others go on, and the error (ErrInvalid or ErrNotExist, joined) names the paths that were.
// Readers may see some of the changes before the others.
func (t *Tree) Apply(changes ...Change) error {
	t.writing.Lock()
	defer t.writing.Unlock()
	var errs []error
	for len(changes) > 0 {
		n := min(batch, len(changes))
		events, err := t.apply(changes[:n])
		if err != nil {
			errs = append(errs, err)
		}
		t.publish(events)
		changes = changes[n:]
	}
	return errors.Join(errs...)
}

func (t *Tree) apply(changes []Change) ([]Event, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	e := edit{t: t, now: time.Now().UnixNano()}
	for _, c := range changes {
		if err := e.apply(c); err != nil {
			errs = append(errs, fmt.Errorf("%s %q: %w", c.op, c.path, err))
		}
	}
	return e.events, errors.Join(errs...)
}

func (o op) String() string {
	return [...]string{"change", "put", "make directory", "remove", "rename"}[o]
}

// edit makes changes while the tree is locked and collects what to tell.
type edit struct {
	t      *Tree
	now    int64
	events []Event
}

func (e *edit) apply(c Change) error {
	switch c.op {
	case opPut:
		return e.put(c.path, c.file)
	case opMkdir:
		return e.mkdir(c.path)
	case opRemove:
		return e.remove(c.path)
	case opRename:
		return e.rename(c.path, c.to)
	default:
		return ErrInvalid
	}
}

func (e *edit) put(path string, f File) error {
	if err := e.checkPut(path, f); err != nil {
		return err
	}
	parentPath, name := split(path)
	parent := e.makeDirs(parentPath)
	n, known := e.t.inodes[f.Inode]
	if old := parent.dir.children[name]; old != nil && old != n {
		e.unlink(parent, name)
	}
	if !known {
		n = &node{inode: f.Inode}
		e.t.inodes[f.Inode] = n
		e.t.files++
	}
	e.fill(n, f)
	if parent.dir.children[name] != n {
		e.link(parent, name, n)
	}
	parent.mtime = max(parent.mtime, n.mtime)
	return nil
}

func (e *edit) checkPut(path string, f File) error {
	if err := check(path); err != nil {
		return err
	}
	if f.Inode <= RootInode || f.Inode >= FirstDirInode {
		return fmt.Errorf("inode %d is not a file's: %w", f.Inode, ErrInvalid)
	}
	if f.Size < 0 || f.ContentID == "" && f.Data == nil && f.Size > 0 {
		return fmt.Errorf("a file without content: %w", ErrInvalid)
	}
	if n := e.t.walk(path); n != nil && n.dir != nil {
		return fmt.Errorf("a directory is there: %w", ErrInvalid)
	}
	return e.checkParents(path)
}

// checkParents says whether a path's directories are there or can be made.
func (e *edit) checkParents(path string) error {
	n := e.t.root
	parent, _ := split(path)
	for part := range parts(parent) {
		n = n.dir.children[part]
		if n == nil {
			return nil
		}
		if n.dir == nil {
			return fmt.Errorf("%q is a file: %w", part, ErrInvalid)
		}
	}
	return nil
}

// fill gives n what f says, and tells when that changes what readers of n see.
func (e *edit) fill(n *node, f File) {
	if f.Data != nil {
		f.Size, f.ContentID = int64(len(f.Data)), ""
	}
	changed := n.size != f.Size || n.content != f.ContentID || n.mtime != f.Mtime.UnixNano() || string(n.data) != string(f.Data)
	e.t.bytes += f.Size - n.size
	n.size, n.mtime, n.content, n.data = f.Size, f.Mtime.UnixNano(), f.ContentID, f.Data
	if !changed || n.links == 0 {
		return
	}
	for _, p := range append([]place{{n.parent, n.name}}, e.t.more[n.inode]...) {
		e.tell(Event{Kind: Changed, Parent: p.parent.inode, Name: p.name, Inode: n.inode})
	}
}

func (e *edit) mkdir(path string) error {
	if err := check(path); err != nil {
		return err
	}
	if n := e.t.walk(path); n != nil && n.dir == nil {
		return fmt.Errorf("a file is there: %w", ErrInvalid)
	}
	if err := e.checkParents(path); err != nil {
		return err
	}
	e.makeDirs(path).dir.kept = true
	return nil
}

func (e *edit) remove(path string) error {
	if err := check(path); err != nil {
		return err
	}
	n := e.t.walk(path)
	if n == nil {
		return nil
	}
	parentPath, name := split(path)
	parent := e.t.walk(parentPath)
	e.removeAll(parent, name)
	e.prune(parent)
	return nil
}

func (e *edit) removeAll(parent *node, name string) {
	n := parent.dir.children[name]
	if n.dir != nil {
		for child := range n.dir.children {
			e.removeAll(n, child)
		}
	}
	e.unlink(parent, name)
}

// prune removes directories that became empty, from n upwards.
func (e *edit) prune(n *node) {
	for n.parent != nil && !n.dir.kept && len(n.dir.children) == 0 {
		parent := n.parent
		e.unlink(parent, n.name)
		n = parent
	}
}

func (e *edit) rename(from, to string) error {
	if err := cmp.Or(check(from), check(to)); err != nil {
		return err
	}
	n := e.t.walk(from)
	if n == nil {
		return ErrNotExist
	}
	if strings.Trim(from, "/") == strings.Trim(to, "/") {
		return nil
	}
	if e.t.walk(to) != nil || strings.HasPrefix(strings.Trim(to, "/")+"/", strings.Trim(from, "/")+"/") {
		return fmt.Errorf("to %q: the place is taken: %w", to, ErrInvalid)
	}
	if err := e.checkParents(to); err != nil {
		return err
	}
	e.move(from, to, n)
	return nil
}

func (e *edit) move(from, to string, n *node) {
	fromParent, fromName := split(from)
	old := e.t.walk(fromParent)
	if n.dir == nil {
		toParent, toName := split(to)
		parent := e.makeDirs(toParent)
		e.link(parent, toName, n)
		parent.mtime = max(parent.mtime, n.mtime)
		e.unlink(old, fromName)
		e.prune(old)
		return
	}
	e.makeDirs(to).dir.kept = n.dir.kept
	n.dir.kept = true // until it has been emptied
	for name, child := range n.dir.children {
		e.move(from+"/"+name, to+"/"+name, child)
	}
	e.unlink(old, fromName)
	e.prune(old)
}

// makeDirs returns the directory at a path whose names were checked, made where it is missing.
func (e *edit) makeDirs(path string) *node {
	n := e.t.root
	for part := range parts(path) {
		child := n.dir.children[part]
		if child == nil {
			child = &node{dir: &dir{}, parent: n, name: strings.Clone(part)}
			child.inode = e.freeInode(child.path())
			e.t.inodes[child.inode] = child
			e.link(n, child.name, child)
		}
		n = child
	}
	return n
}

func (e *edit) freeInode(path string) uint64 {
	for salt := 0; ; salt++ {
		inode := dirInode(path, salt)
		if _, taken := e.t.inodes[inode]; !taken {
			return inode
		}
	}
}

func (e *edit) link(parent *node, name string, n *node) {
	if parent.dir.children == nil {
		parent.dir.children = map[string]*node{}
	}
	name = strings.Clone(name)
	parent.dir.children[name] = n
	if n.links > 0 {
		e.t.more[n.inode] = append(e.t.more[n.inode], place{n.parent, n.name})
	}
	n.parent, n.name = parent, name
	n.links++
	if n.dir != nil {
		parent.dir.dirs++
	}
	e.tell(Event{Kind: Added, Parent: parent.inode, Name: name, Inode: n.inode})
}

func (e *edit) unlink(parent *node, name string) {
	n := parent.dir.children[name]
	delete(parent.dir.children, name)
	parent.mtime = e.now
	n.links--
	if n.dir != nil {
		parent.dir.dirs--
	}
	if n.links > 0 {
		e.forget(n, place{parent, name})
	} else {
		delete(e.t.inodes, n.inode)
		if n.dir == nil {
			e.t.files--
			e.t.bytes -= n.size
		}
	}
	e.tell(Event{Kind: Removed, Parent: parent.inode, Name: name, Inode: n.inode})
}

// forget takes one of several places from a file.
func (e *edit) forget(n *node, gone place) {
	more := e.t.more[n.inode]
	if (place{n.parent, n.name}) == gone {
		last := more[len(more)-1]
		n.parent, n.name, more = last.parent, last.name, more[:len(more)-1]
	} else {
		more = slices.DeleteFunc(more, func(p place) bool { return p == gone })
	}
	if len(more) == 0 {
		delete(e.t.more, n.inode)
		return
	}
	e.t.more[n.inode] = more
}

func (e *edit) tell(ev Event) { e.events = append(e.events, ev) }

// check says whether every component of a path can be a name.
func check(path string) error {
	empty := true
	for part := range parts(path) {
		empty = false
		if part == "" || part == "." || part == ".." || len(part) > maxName || strings.ContainsRune(part, 0) {
			return fmt.Errorf("the name %q: %w", part, ErrInvalid)
		}
	}
	if empty {
		return fmt.Errorf("the root: %w", ErrInvalid)
	}
	return nil
}

// parts yields the components of a path.
func parts(path string) iter.Seq[string] {
	path = strings.Trim(path, "/")
	if path == "" {
		return func(func(string) bool) {}
	}
	return strings.SplitSeq(path, "/")
}

// split returns a path's parent and its last component.
func split(path string) (parent, name string) {
	path = strings.Trim(path, "/")
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}
