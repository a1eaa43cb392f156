package fuse

import (
	"context"
	"sync"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"

	"github.com/millrace-media/millrace/vfs"
)

// notifier tells the kernel what changed in the tree. The kernel may keep it waiting until a lookup has been answered, so
// it must not hold up whoever changes the tree.
type notifier struct {
	server *gofuse.Server
	wake   chan struct{} // has one where there may be events

	mu     sync.Mutex // guards events
	events []vfs.Event
}

func newNotifier(server *gofuse.Server) *notifier {
	return &notifier{server: server, wake: make(chan struct{}, 1)}
}

// add takes events to tell. It never waits.
func (n *notifier) add(events []vfs.Event) {
	n.mu.Lock()
	n.events = append(n.events, events...)
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *notifier) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.wake:
			n.tell(ctx, n.take())
		}
	}
}

func (n *notifier) take() []vfs.Event {
	n.mu.Lock()
	defer n.mu.Unlock()
	events := n.events
	n.events = nil
	return events
}

// tell sends events. The kernel's answer does not matter: it says ENOENT of what it does not remember.
func (n *notifier) tell(ctx context.Context, events []vfs.Event) {
	changed := map[uint64]bool{} // directories that have other attributes now
	for _, ev := range events {
		if ctx.Err() != nil {
			return
		}
		changed[ev.Parent] = true
		switch ev.Kind {
		case vfs.Added:
			n.server.EntryNotify(ev.Parent, ev.Name)
		case vfs.Removed:
			n.server.DeleteNotify(ev.Parent, ev.Inode, ev.Name)
		case vfs.Changed:
			n.server.InodeNotify(ev.Inode, 0, 0)
		}
	}
	for inode := range changed {
		n.server.InodeNotify(inode, 0, 0)
	}
}
