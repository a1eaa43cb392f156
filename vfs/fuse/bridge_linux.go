package fuse

import (
	"sync"
	"syscall"
	"time"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"

	"github.com/millrace-media/millrace/vfs"
)

// forgetNames is how long the kernel may remember that a name does not exist.
const forgetNames = time.Minute

// bridge answers the kernel. A node id is an inode of the tree.
type bridge struct {
	gofuse.RawFileSystem // ENOSYS for what is not here
	fs                   *vfs.FS
	o                    Options

	nodes   *table
	passage *passage

	mu     sync.Mutex // guards everything below
	last   uint64     // the newest handle's number
	files  map[uint64]*file
	dirs   map[uint64][]vfs.Node
	ending bool
}

// file is one open of a file.
type file struct {
	h    *vfs.Handle
	node *node
	open *opened
}

func newBridge(fs *vfs.FS, o Options) *bridge {
	b := &bridge{
		RawFileSystem: gofuse.NewDefaultRawFileSystem(), fs: fs, o: o,
		nodes: newTable(), passage: &passage{o: o}, files: map[uint64]*file{}, dirs: map[uint64][]vfs.Node{},
	}
	b.passage.off.Store(o.NoPassthrough)
	return b
}

// Init is called before anything else.
func (b *bridge) Init(server *gofuse.Server) { b.passage.server = server }

func (b *bridge) String() string { return fsName }

func (b *bridge) Lookup(_ <-chan struct{}, header *gofuse.InHeader, name string, out *gofuse.EntryOut) gofuse.Status {
	n, err := b.fs.Lookup(header.NodeId, name)
	if s := status(err); s == gofuse.ENOENT {
		out.SetEntryTimeout(min(forgetNames, b.o.Remember)) // no node id: a name that does not exist
		return gofuse.OK
	} else if s != gofuse.OK {
		return s
	}
	b.entry(n, out)
	return gofuse.OK
}

func (b *bridge) entry(n vfs.Node, out *gofuse.EntryOut) {
	out.NodeId = b.nodes.told(n)
	out.SetEntryTimeout(b.o.Remember)
	out.SetAttrTimeout(b.o.Remember)
	b.attr(n, &out.Attr)
}

func (b *bridge) attr(n vfs.Node, out *gofuse.Attr) {
	out.Ino = n.Inode
	out.Mode = mode(n)
	out.Nlink = n.Links
	out.Owner = gofuse.Owner{Uid: b.o.UID, Gid: b.o.GID}
	out.Blksize = 128 << 10
	if !n.Dir {
		out.Size = uint64(n.Size)
		out.Blocks = (out.Size + 511) / 512
	}
	out.SetTimes(&n.Mtime, &n.Mtime, &n.Mtime)
}

func mode(n vfs.Node) uint32 {
	if n.Dir {
		return syscall.S_IFDIR | 0o555
	}
	return syscall.S_IFREG | 0o444
}

func (b *bridge) GetAttr(_ <-chan struct{}, in *gofuse.GetAttrIn, out *gofuse.AttrOut) gofuse.Status {
	n, s := b.statNode(in.NodeId)
	if s != gofuse.OK {
		return s
	}
	out.SetTimeout(b.o.Remember)
	b.attr(n, &out.Attr)
	return gofuse.OK
}

func (b *bridge) Open(_ <-chan struct{}, in *gofuse.OpenIn, out *gofuse.OpenOut) gofuse.Status {
	if in.Flags&(syscall.O_WRONLY|syscall.O_RDWR|syscall.O_TRUNC|syscall.O_APPEND) != 0 {
		return readOnly
	}
	nd := b.nodes.opening(in.NodeId)
	if nd == nil {
		return stale
	}
	who := reader(in.Pid)
	h, err := b.fs.OpenFor(nd.inode, who)
	if err == nil && !nd.has(h.Node()) {
		h.Close()            // cannot fail
		err = syscall.ESTALE // the file was replaced: the kernel looks again and comes back with the new node id
	}
	if err != nil {
		b.nodes.closed(nd)
		return status(err)
	}
	f := &file{h: h, node: nd, open: b.nodes.isOpen(nd, h.Node())}
	h.SetPosition(func() (int64, bool) { return position(who.PID, nd.inode) })
	b.passage.enter(f, in.Flags, out)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	out.Fh = b.last
	b.files[out.Fh] = f
	return gofuse.OK
}

func (b *bridge) file(fh uint64) *file {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ending {
		return nil
	}
	return b.files[fh]
}

func (b *bridge) Read(cancel <-chan struct{}, in *gofuse.ReadIn, buf []byte) (gofuse.ReadResult, gofuse.Status) {
	f := b.file(in.Fh)
	if f == nil {
		return nil, gofuse.EIO
	}
	buf = buf[:min(len(buf), int(in.Size))]
	if n, ok := f.h.ReadCached(buf, int64(in.Offset)); ok {
		return gofuse.ReadResultData(buf[:n]), gofuse.OK
	}
	ctx, stop := whileWanted(&gofuse.Context{Caller: in.Caller, Cancel: cancel})
	defer stop()
	n, err := f.h.ReadAt(ctx, buf, int64(in.Offset))
	if s := readStatus(err); s != gofuse.OK {
		return nil, s
	}
	return gofuse.ReadResultData(buf[:n]), gofuse.OK
}

func (b *bridge) Release(_ <-chan struct{}, in *gofuse.ReleaseIn) {
	b.mu.Lock()
	f := b.files[in.Fh]
	delete(b.files, in.Fh)
	b.mu.Unlock()
	if f != nil {
		b.close(f)
	}
}

func (b *bridge) close(f *file) {
	b.passage.leave(f)
	f.h.Close() // cannot fail
	b.nodes.closed(f.node)
}

func (b *bridge) Forget(id, lookups uint64) { b.nodes.forgotten(id, lookups) }

func (b *bridge) OpenDir(_ <-chan struct{}, in *gofuse.OpenIn, out *gofuse.OpenOut) gofuse.Status {
	nodes, err := b.fs.ReadDir(in.NodeId)
	if err != nil {
		return status(err)
	}
	parent, err := b.fs.Tree().Parent(in.NodeId)
	if err != nil {
		return status(err)
	}
	dots := []vfs.Node{{Name: ".", Inode: in.NodeId, Dir: true}, {Name: "..", Inode: parent, Dir: true}}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	out.Fh = b.last
	b.dirs[out.Fh] = append(dots, nodes...)
	return gofuse.OK
}

// rest returns the entries of an open directory from an offset on; each entry's offset is that of the next.
func (b *bridge) rest(in *gofuse.ReadIn) []vfs.Node {
	b.mu.Lock()
	defer b.mu.Unlock()
	nodes := b.dirs[in.Fh]
	return nodes[min(in.Offset, uint64(len(nodes))):]
}

func (b *bridge) ReadDir(_ <-chan struct{}, in *gofuse.ReadIn, out *gofuse.DirEntryList) gofuse.Status {
	for _, n := range b.rest(in) {
		if !out.AddDirEntry(gofuse.DirEntry{Name: n.Name, Ino: n.Inode, Mode: mode(n)}) {
			break
		}
	}
	return gofuse.OK
}

func (b *bridge) ReadDirPlus(_ <-chan struct{}, in *gofuse.ReadIn, out *gofuse.DirEntryList) gofuse.Status {
	for _, n := range b.rest(in) {
		entry := out.AddDirLookupEntry(gofuse.DirEntry{Name: n.Name, Ino: n.Inode, Mode: mode(n)})
		if entry == nil {
			break
		}
		if n.Name == "." || n.Name == ".." {
			continue
		}
		// The directory was listed when it was opened; by now the node may be another, and the kernel believes what it is
		// told here for long. One that is gone stays without a node id: the kernel will look it up.
		if now, err := b.fs.Lookup(in.NodeId, n.Name); err == nil && now.Inode == n.Inode {
			b.entry(now, entry)
		}
	}
	return gofuse.OK
}

func (b *bridge) ReleaseDir(in *gofuse.ReleaseIn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.dirs, in.Fh)
}

func (b *bridge) StatFs(_ <-chan struct{}, _ *gofuse.InHeader, out *gofuse.StatfsOut) gofuse.Status {
	files, dirs, bytes := b.fs.Tree().Totals()
	out.Bsize, out.Frsize, out.NameLen = 4096, 4096, 255
	out.Blocks = uint64(bytes+4095) / 4096
	out.Files = uint64(files + dirs)
	return gofuse.OK
}

// end has reads fail from now on.
func (b *bridge) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ending = true
}

// closeAll closes what programs left open when the mount was taken from them.
func (b *bridge) closeAll() {
	b.mu.Lock()
	files := b.files
	b.files = map[uint64]*file{}
	b.mu.Unlock()
	for _, f := range files {
		b.close(f)
	}
}
