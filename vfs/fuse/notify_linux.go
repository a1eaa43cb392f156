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
	nodes  *table
	wake   chan struct{} // has one where there may be events

	mu     sync.Mutex // guards events
	events []vfs.Event
}

func newNotifier(server *gofuse.Server, nodes *table) *notifier {
	return &notifier{server: server, nodes: nodes, wake: make(chan struct{}, 1)}
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
			n.removed(ev)
		case vfs.Changed:
			n.server.EntryNotify(ev.Parent, ev.Name) // the node id may be another
			n.refresh(ev.Inode)
		}
	}
	for inode := range changed {
		n.refresh(inode)
	}
}

// removed tells of a name that went. The kernel believes it only with the node id that it knows.
func (n *notifier) removed(ev vfs.Event) {
	for _, id := range n.nodes.ids(ev.Inode) {
		n.server.DeleteNotify(ev.Parent, id, ev.Name)
	}
	n.server.EntryNotify(ev.Parent, ev.Name)
}

// refresh has the kernel ask for attributes anew. What it has of a file's bytes is still right: another content would
// have another node id.
func (n *notifier) refresh(inode uint64) {
	for _, id := range n.nodes.ids(inode) {
		n.server.InodeNotify(id, -1, 0)
	}
}
