package chunk

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// errNoDisk says that a cache in memory keeps nothing.
var errNoDisk = errors.New("there is no disk cache")

// maxPinned is the part of Options.MaxBytes that pinned contents may take, in percent: the rest is for what is watched.
const maxPinned = 80

// Content is what is on disk of one content.
type Content struct {
	ID string
	// Size is the content's, and Cached what is on disk of it, in bytes.
	Size, Cached int64
	// Used is when any of it was written or read last; zero where nothing is on disk.
	Used time.Time
	// Pinned says that it stays, Whole that all of it is on disk, and Open that somebody has it open.
	Pinned, Whole, Open bool
}

// Contents returns what is on disk or pinned, the most recently used first.
func (c *Cache) Contents() []Content {
	if c.disk == nil {
		return nil
	}
	contents := c.disk.contents()
	c.mu.Lock()
	for i, ct := range contents {
		of := c.contents[key{ct.ID, ct.Size}]
		contents[i].Open = ct.Open || of != nil && of.refs > 0
	}
	c.mu.Unlock()
	slices.SortFunc(contents, func(a, b Content) int {
		return cmp.Or(b.Used.Compare(a.Used), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Size, b.Size))
	})
	return contents
}

func (d *disk) contents() []Content {
	d.mu.Lock()
	defer d.mu.Unlock()
	contents := make([]Content, 0, len(d.entries))
	for _, e := range d.entries {
		if e.bytes == 0 && !e.pinned {
			continue
		}
		contents = append(contents, Content{
			ID: e.key.id, Size: e.key.size, Cached: e.bytes, Used: e.used,
			Pinned: e.pinned, Whole: e.bytes == e.key.size, Open: e.lent > 0,
		})
	}
	return contents
}

// Pin has what is and will be on disk of a content stay there, also after a restart, until Unpin or Drop. It fetches
// nothing. It is refused where pinned contents would take more than 80 % of Options.MaxBytes.
func (c *Cache) Pin(id string, size int64) error {
	if c.disk == nil {
		return fmt.Errorf("pin %s: %w", id, errNoDisk)
	}
	if size <= 0 || len(id) > maxID {
		return fmt.Errorf("pin %s: a content of %d bytes cannot be on disk", id, size)
	}
	if err := c.disk.pin(key{id, size}); err != nil {
		return fmt.Errorf("pin %s: %w", id, err)
	}
	return nil
}

// Unpin takes Pin back. What is on disk counts as just used.
func (c *Cache) Unpin(id string, size int64) error {
	if c.disk == nil {
		return fmt.Errorf("unpin %s: %w", id, errNoDisk)
	}
	if err := c.disk.unpin(key{id, size}); err != nil {
		return fmt.Errorf("unpin %s: %w", id, err)
	}
	return nil
}

// Drop forgets a content, pinned or not, on disk and in memory, and returns how many bytes it had on disk. Readers go on:
// what they lack is fetched again. The room of a file that others have open, by a
// Backing, comes back when they have ended.
func (c *Cache) Drop(id string, size int64) (freed int64, err error) {
	k := key{id, size}
	if c.disk != nil {
		if freed, err = c.disk.forget(k); err != nil {
			return freed, fmt.Errorf("drop %s: %w", id, err)
		}
	}
	c.dropMemory(k)
	return freed, nil
}

func (c *Cache) dropMemory(k key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ct := c.contents[k]
	if ct == nil {
		return
	}
	for _, p := range ct.pieces {
		if p.run == nil && p.pins == 0 {
			c.drop(p)
		}
	}
	c.memory.announce()
}

func (d *disk) pin(k key) error {
	d.pinning.Lock()
	defer d.pinning.Unlock()
	name := nameOf(k)
	total, pinned := d.pinnedBytes(name)
	if pinned {
		return nil
	}
	if total+k.size > d.o.MaxBytes/100*maxPinned {
		return fmt.Errorf("%d bytes do not fit: %d of at most %d (%d %% of the cache) are pinned already", k.size, total, d.o.MaxBytes/100*maxPinned, maxPinned)
	}
	if err := d.writePin(k); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return ErrClosed
	}
	d.setPinned(k)
	return nil
}

// pinnedBytes returns how large all pinned contents are, and whether one is among them.
func (d *disk) pinnedBytes(name string) (total int64, pinned bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.entries {
		if e.pinned {
			total += e.key.size
			pinned = pinned || e.name == name
		}
	}
	return total, pinned
}

func (d *disk) setPinned(k key) {
	e := d.entries[nameOf(k)]
	if e == nil {
		e = newEntry(k)
		d.entries[e.name] = e
	}
	e.pinned = true
	d.settle(e)
}

// writePin makes the file that says that a content is pinned. It is an index without slots, for any size of chunks.
func (d *disk) writePin(k key) error {
	path := d.path(nameOf(k), pinExt)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path+newExt, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(encodeHeader(k, 0)); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(path+newExt, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// adoptPin enters a pin that an earlier process left.
func (d *disk) adoptPin(name string) error {
	h, err := os.ReadFile(d.path(name, pinExt))
	if err != nil {
		return err
	}
	k, err := decodeHeader(h, 0)
	if err != nil || nameOf(k) != name {
		return errBadIndex
	}
	d.setPinned(k)
	return nil
}

// boundPins takes pins away that the bound has no room for, since it was larger when they were made.
func (d *disk) boundPins() {
	var pinned []*entry
	for _, e := range d.entries {
		if e.pinned {
			pinned = append(pinned, e)
		}
	}
	slices.SortFunc(pinned, func(a, b *entry) int { return cmp.Compare(a.key.size, b.key.size) })
	left := d.o.MaxBytes / 100 * maxPinned
	for _, e := range pinned {
		if left -= e.key.size; left >= 0 {
			continue
		}
		d.o.Logger.Warn("a pinned content does not fit into the cache any more and is not kept", "content", e.key.id, "size", e.key.size)
		if err := d.unpin(e.key); err != nil {
			d.o.Logger.Warn("its pin cannot be removed", "content", e.key.id, "error", err)
		}
	}
}

func (d *disk) unpin(k key) error {
	d.pinning.Lock()
	defer d.pinning.Unlock()
	if err := d.removePin(k); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.entries[nameOf(k)]
	if e == nil {
		return nil
	}
	e.pinned = false
	d.settle(e)
	if e.store == nil && len(e.segments) == 0 {
		d.vacate(e)
	}
	return nil
}

func (d *disk) removePin(k key) error {
	path := d.path(nameOf(k), pinExt)
	if err := os.Remove(path); errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// forget drops a content. Where nobody else reads the file its room is given back at once.
func (d *disk) forget(k key) (freed int64, err error) {
	if err := d.unpin(k); err != nil {
		return 0, err
	}
	d.mu.Lock()
	e := d.entries[nameOf(k)]
	if e == nil || d.closed {
		d.mu.Unlock()
		return 0, nil
	}
	freed = e.bytes
	if err := d.open(e); err != nil {
		d.detach(e)
		d.mu.Unlock()
		return freed, nil
	}
	s := e.store
	d.detach(e)
	shared := s.shared()
	d.mu.Unlock()
	taken := s.take(0, chunks(k.size, d.chunk), !shared)
	if !shared {
		d.mu.Lock()
		e.bytes -= taken
		d.used -= taken
		d.mu.Unlock()
	}
	d.release(s)
	return freed, nil
}

// syncDir makes what was made or removed in a folder last.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
