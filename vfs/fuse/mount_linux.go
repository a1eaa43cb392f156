package fuse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/millrace-media/millrace/vfs"
)

// Mount is a mounted file system. It has goroutines until Unmount or Run has returned.
type Mount struct {
	dir    string
	o      Options
	bridge *bridge
	done   chan struct{} // closed when the kernel has let go

	unmounting sync.Mutex // one at a time
}

// New mounts an FS on a directory, which must exist and be empty, and returns once it can be read. A mount that a dead
// process left there is cleared away first. End it with Unmount, or hand it to Run. As root it mounts by itself, else it
// needs fusermount3. The error says what to do.
func New(fs *vfs.FS, dir string, o Options) (*Mount, error) {
	o = o.withDefaults()
	if o.UID == 0 && o.GID == 0 {
		o.UID, o.GID = uint32(os.Getuid()), uint32(os.Getgid())
	}
	dir, err := resolve(dir)
	if err != nil {
		return nil, err
	}
	if err := prepare(dir, o.Logger); err != nil {
		return nil, err
	}
	b := newBridge(fs, o)
	server, err := gofuse.NewServer(b, dir, mountOptions(o))
	if err != nil {
		return nil, fmt.Errorf("mount on %s: %w", dir, err)
	}
	m := &Mount{dir: dir, o: o, bridge: b, done: make(chan struct{})}
	m.serve(server)
	m.raiseReadahead()
	return m, nil
}

func mountOptions(o Options) *gofuse.MountOptions {
	mo := &gofuse.MountOptions{
		Name: fsName, FsName: fsName,
		AllowOther:    !o.Private && othersAllowed(),
		MaxBackground: 512, // reads that a dead source holds up must not keep others out
		MaxWrite:      1 << 20,
		MaxReadAhead:  1 << 20,
		DisableXAttrs: true,
		DisableSplice: true, // go-fuse logs every read of 1 MiB with it
		Logger:        slog.NewLogLogger(o.Logger.Handler(), slog.LevelDebug),
	}
	if os.Geteuid() == 0 {
		mo.DirectMountStrict = true
		mo.DirectMountFlags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_RDONLY | unix.MS_NOATIME
	} else {
		mo.Options = []string{"ro", "noatime"}
	}
	return mo
}

// serve starts what answers the kernel and what tells it of changes.
func (m *Mount) serve(server *gofuse.Server) {
	n := newNotifier(server, m.bridge.nodes)
	cancelEvents := m.bridge.fs.Tree().Subscribe(n.add)
	ctx, cancel := context.WithCancel(context.Background())
	var telling sync.WaitGroup
	telling.Go(func() { n.run(ctx) })
	go func() {
		defer close(m.done)
		server.Serve()
		cancelEvents()
		cancel()
		telling.Wait()
		m.bridge.closeAll()
	}()
}

// Dir returns the directory, as an absolute path.
func (m *Mount) Dir() string { return m.dir }

// Done returns a channel that is closed when the mount has ended, whoever ended it.
func (m *Mount) Done() <-chan struct{} { return m.done }

// Run waits until ctx ends and unmounts then. When somebody else unmounts it, that is an error.
func (m *Mount) Run(ctx context.Context) error {
	select {
	case <-m.done:
		return fmt.Errorf("%s was unmounted by somebody else", m.dir)
	case <-ctx.Done():
		return m.Unmount(context.WithoutCancel(ctx))
	}
}

// Unmount takes the mount away. Where programs have files open on it they lose them: the directory is free at once, and
// what they read fails, but for files that are passed through, which they may read to the end. Their goroutines are waited for, but no longer than Options.Grace and ctx; what is left then ends
// with those programs or with this process.
func (m *Mount) Unmount(ctx context.Context) error {
	m.unmounting.Lock()
	defer m.unmounting.Unlock()
	select {
	case <-m.done:
		return nil
	default:
	}
	device := deviceOf(m.dir)
	if err := unmount(ctx, m.dir); err != nil {
		return fmt.Errorf("unmount %s: %w", m.dir, err)
	}
	m.bridge.end()
	return m.waitGrace(ctx, device)
}

func (m *Mount) waitGrace(ctx context.Context, device string) error {
	grace := time.NewTimer(m.o.Grace)
	defer grace.Stop()
	select {
	case <-m.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-grace.C:
	}
	if abort(device) == nil {
		<-m.done
		return nil
	}
	m.o.Logger.Warn("programs still have files open that were unmounted; they fail when this process ends", "mount", m.dir)
	return nil
}

// unmount takes a mount away, from those who use it if need be.
func unmount(ctx context.Context, dir string) error {
	if os.Geteuid() == 0 {
		err := unix.Unmount(dir, 0)
		if errors.Is(err, unix.EBUSY) {
			err = unix.Unmount(dir, unix.MNT_DETACH)
		}
		return err
	}
	if err := fusermount(ctx, "-u", dir); err == nil {
		return nil
	}
	return fusermount(ctx, "-uz", dir)
}

// raiseReadahead has the kernel ask for more at once. Only root may, and others do well without.
func (m *Mount) raiseReadahead() {
	device := deviceOf(m.dir)
	if device == "" || os.Geteuid() != 0 {
		return
	}
	path := filepath.Join("/sys/class/bdi", device, "read_ahead_kb")
	if err := os.WriteFile(path, fmt.Appendf(nil, "%d", m.o.KernelReadahead>>10), 0); err != nil {
		m.o.Logger.Debug("the kernel's readahead stays as it is", "error", err)
	}
}
