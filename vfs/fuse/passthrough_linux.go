package fuse

import (
	"sync"
	"sync/atomic"
	"syscall"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"

	"github.com/millrace-media/millrace/vfs/chunk"
)

// route is how a node is read. The first that opens it decides, until the last has closed it: the kernel refuses to read
// the cache's file by one handle while it keeps pages for another, and to read a second file.
type route struct {
	mu      sync.Mutex // guards everything below
	opens   int
	backing *chunk.Backing // nil where we are asked for what is read
	id      int32          // what the kernel calls it
}

// passage registers files that the kernel is to read by itself.
type passage struct {
	server *gofuse.Server
	o      Options
	off    atomic.Bool
	once   sync.Once // for the one line that says why it is off
}

// enter decides how a new handle of a node is read, and returns the flags for the kernel.
func (p *passage) enter(f *file, flags uint32, out *gofuse.OpenOut) {
	m := &f.open.route
	m.mu.Lock()
	defer m.mu.Unlock()
	direct := flags&syscall.O_DIRECT != 0
	if m.opens == 0 && !direct {
		m.backing, m.id = p.register(f)
	}
	m.opens++
	if m.backing == nil {
		out.OpenFlags = gofuse.FOPEN_KEEP_CACHE // there is one content for a node id
		return
	}
	out.OpenFlags, out.BackingID = gofuse.FOPEN_PASSTHROUGH, m.id
	if direct {
		out.OpenFlags |= gofuse.FOPEN_DIRECT_IO // the disk would refuse reads that are not aligned
		return
	}
	f.h.SetPassthrough(true)
}

// leave ends what enter began.
func (p *passage) leave(f *file) {
	m := &f.open.route
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opens--
	if m.opens > 0 || m.backing == nil {
		return
	}
	_ = p.server.UnregisterBackingFd(m.id) // where that fails the connection has ended, and the id with it
	m.backing.Close()
	m.backing, m.id = nil, 0
}

// register has the kernel know the cache's file of a handle; it returns nil where it has to ask us instead.
func (p *passage) register(f *file) (*chunk.Backing, int32) {
	if p.off.Load() {
		return nil, 0
	}
	b, ok := f.h.Backing()
	if !ok {
		return nil, 0
	}
	id, errno := p.server.RegisterBackingFd(&gofuse.BackingMap{Fd: int32(b.File().Fd())})
	if errno == 0 {
		return b, id
	}
	b.Close()
	p.failed(errno)
	return nil, 0
}

// reasons has what the kernel answers where asking again does not help.
var reasons = map[syscall.Errno]string{
	syscall.EPERM:      "this process lacks the right CAP_SYS_ADMIN",
	syscall.ENOTTY:     "this kernel cannot; Linux 6.9 can",
	syscall.ENOSYS:     "this kernel cannot; Linux 6.9 can",
	syscall.EOPNOTSUPP: "this kernel was built without it",
	syscall.EINVAL:     "this kernel cannot; Linux 6.9 can",
	syscall.ELOOP:      "the cache's folder is on a stacked file system, such as a container's overlay: give it a volume",
}

// failed says once why the kernel does not read the cache's files.
func (p *passage) failed(errno syscall.Errno) {
	reason, forGood := reasons[errno]
	if forGood {
		p.off.Store(true)
	} else {
		reason = "it was refused"
	}
	p.once.Do(func() {
		p.o.Logger.Info("cached files are read through this process, not by the kernel itself", "reason", reason, "error", errno)
	})
}
