package vfs

// EventKind is what happened to a name.
type EventKind uint8

const (
	// Added says that a name appeared.
	Added EventKind = iota + 1
	// Removed says that a name went.
	Removed
	// Changed says that the file behind a name has other bytes, another size or another time.
	Changed
)

// Event is one change that somebody who remembers directories must hear of. A file with several names has a Changed for
// each.
type Event struct {
	Kind   EventKind
	Parent uint64 // the directory's inode
	Name   string
	Inode  uint64
}

// Subscribe has fn told of every change from now on, in order, until cancel is called. fn is called from Apply, after
// the change can be seen by readers: it must return soon and must not call Apply.
func (t *Tree) Subscribe(fn func([]Event)) (cancel func()) {
	t.subMu.Lock()
	defer t.subMu.Unlock()
	id := t.nextSub
	t.nextSub++
	t.subscribers[id] = fn
	return func() {
		t.subMu.Lock()
		defer t.subMu.Unlock()
		delete(t.subscribers, id)
	}
}

func (t *Tree) publish(events []Event) {
	if len(events) == 0 {
		return
	}
	t.subMu.Lock()
	defer t.subMu.Unlock()
	for _, fn := range t.subscribers {
		fn(events)
	}
}
