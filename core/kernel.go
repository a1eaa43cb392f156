package core

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/fuse"
)

// kernel is the FUSE mount, where there is one.
type kernel struct {
	fs  *vfs.FS
	log *slog.Logger
	o   fuse.Options

	mu   sync.Mutex
	path string      // guarded by mu; where it is to be mounted; empty: nowhere
	m    *fuse.Mount // guarded by mu; nil while it is not
	lost bool        // guarded by mu; it could not be mounted, or somebody took it away, and it is not back yet
	said string      // guarded by mu; why it could not be mounted, as it was told last
}

// mount mounts the library; keep then sees that it stays so, and tries again where it failed.
func (k *kernel) mount(dir string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.path = dir
	err := k.mountLocked()
	if err != nil {
		k.lost, k.said = true, err.Error()
	}
	return err
}

func (k *kernel) mountLocked() error {
	if err := os.MkdirAll(k.path, 0o755); err != nil && !os.IsExist(err) {
		return fmt.Errorf("make the folder %s to mount on: %w", k.path, err)
	}
	m, err := fuse.New(k.fs, k.path, k.o)
	if err != nil {
		return err
	}
	k.m = m
	return nil
}

// remountAfter is how long after somebody took the mount away it is mounted again.
const remountAfter = 5 * time.Second

// keep mounts the library again when somebody else has unmounted it, until ctx ends.
func (k *kernel) keep(ctx context.Context) error {
	tick := time.NewTicker(remountAfter)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			k.look()
		}
	}
}

func (k *kernel) look() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m != nil {
		select {
		case <-k.m.Done():
			k.m, k.lost = nil, true
			k.log.Warn("the library was unmounted by somebody else", "path", k.path)
		default:
		}
	}
	if !k.lost {
		return
	}
	if err := k.mountLocked(); err != nil {
		if err.Error() != k.said {
			k.said = err.Error()
			k.log.Error("the library cannot be mounted; it is tried again and again", "path", k.path, "err", err)
		}
		return
	}
	k.lost, k.said = false, ""
	k.log.Warn("the library is mounted again", "path", k.path)
}

// dir is where the library is mounted; empty: it is not.
func (k *kernel) dir() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil {
		return ""
	}
	return k.m.Dir()
}

func (k *kernel) unmount(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	m := k.m
	k.m, k.lost = nil, false // or keep would take it for somebody else's doing
	if m == nil {
		return nil
	}
	return m.Unmount(ctx)
}
