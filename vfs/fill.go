package vfs

import (
	"context"
	"errors"
	"time"

	"github.com/millrace-media/millrace/vfs/chunk"
)

const (
	// fillWindow is how much of a pinned content is asked for at once, where memory allows.
	fillWindow = 16 << 20
	// fillShare is what part of the memory a window may be: the rest is for readers.
	fillShare = 8
	// fillLook is how often it is looked whether a window has come.
	fillLook = 50 * time.Millisecond
	// fillRest is how often it is looked for what is missing while nothing is: what is pinned may have been damaged. After a
	// failure it is tried again after fillAgain, then after twice that, and so on up to fillRarely.
	fillRest   = time.Minute
	fillAgain  = 10 * time.Second
	fillRarely = 10 * time.Minute
	// fillYield is how long at most a window waits while readers wait for the network themselves.
	fillYield = 30 * time.Second
)

// fills is how Run hears that something was pinned.
type fills struct{ wake chan struct{} }

func newFills() fills { return fills{make(chan struct{}, 1)} }

func (f fills) kick() {
	select {
	case f.wake <- struct{}{}:
	default: // it is going to look already
	}
}

// fillPinned fetches what is missing of pinned contents, one after the other, until ctx ends.
func (f *FS) fillPinned(ctx context.Context) {
	for failed := fillAgain; ctx.Err() == nil; {
		wait := fillRest
		if f.fillOnce(ctx) {
			failed = fillAgain
		} else {
			wait, failed = failed, min(2*failed, fillRarely)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-f.fills.wake:
			failed = fillAgain
		}
		timer.Stop()
	}
}

// fillOnce goes once through all that is pinned, and returns whether nothing failed.
func (f *FS) fillOnce(ctx context.Context) bool {
	well := true
	for _, c := range f.cache.Contents() {
		if !c.Pinned || c.Whole {
			continue
		}
		well = f.fill(ctx, key{c.ID, c.Size}) == nil && well
	}
	return well
}

// errNotKept says that what was fetched does not stay on disk, which is full or broken: more of it would be for nothing.
var errNotKept = errors.New("what is fetched does not stay on disk")

// fill fetches what is missing of one content while it is pinned.
func (f *FS) fill(ctx context.Context, k key) error {
	file := f.cache.Open(k.id, k.size)
	defer file.Close()
	ahead := file.Prefetch()
	defer ahead.Drop()
	window := max(min(fillWindow, f.cache.Stats().MaxMemory/fillShare), 1)
	kept := keeping{due: 4 * window}
	for off := int64(0); off < k.size; {
		if n := file.Ahead(off); n > 0 {
			off += n
			continue
		}
		c, pinned := f.pinned(k)
		if !pinned {
			return nil
		}
		if !kept.look(c.Cached, window) {
			return errNotKept
		}
		if err := f.yield(ctx); err != nil {
			return err
		}
		ahead.Want(off, window)
		if err := f.arrive(ctx, file, ahead, off); err != nil {
			return err
		}
	}
	return nil
}

// keeping compares what was fetched with what stays on disk.
type keeping struct {
	due     int64 // after how many bytes it compares
	begun   bool
	cached  int64 // when it compared last
	fetched int64 // since then
}

// look tells what is on disk before more is fetched, and returns whether enough of what was fetched is there. Some may
// still be on its way.
func (k *keeping) look(cached, more int64) bool {
	if !k.begun {
		k.begun, k.cached = true, cached
	}
	if k.fetched >= k.due {
		if cached-k.cached < k.fetched/4 {
			return false
		}
		k.cached, k.fetched = cached, 0
	}
	k.fetched += more
	return true
}

// arrive waits for what was wanted from off on. Where it did not come, it is asked for in earnest, to learn why.
func (f *FS) arrive(ctx context.Context, file *chunk.File, ahead *chunk.Prefetch, off int64) error {
	for ahead.Pending() {
		if err := sleep(ctx, fillLook); err != nil {
			return err
		}
	}
	if file.Ahead(off) > 0 {
		return nil
	}
	ctx, cancel := f.bounded(ctx)
	defer cancel()
	_, _, err := file.ReadAt(ctx, make([]byte, 1), off)
	return err
}

// yield waits while readers wait for the network, but not for ever.
func (f *FS) yield(ctx context.Context) error {
	for until := time.Now().Add(fillYield); time.Now().Before(until) && f.traffic.look(time.Now()).Network.Rate > 0; {
		if err := sleep(ctx, time.Second); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (f *FS) pinned(k key) (chunk.Content, bool) {
	for _, c := range f.cache.Contents() {
		if c.ID == k.id && c.Size == k.size {
			return c, c.Pinned
		}
	}
	return chunk.Content{}, false
}

// sleep waits for d or for ctx.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
