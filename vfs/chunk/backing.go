package chunk

import (
	"os"
	"sync"
	"time"
)

// Backing is the cache file of a content that is wholly on disk, for readers that read the file itself. As long as it is
// not closed nothing of the file is taken away, neither for want of room nor by Drop, which only unlinks it.
type Backing struct {
	s    *store
	once sync.Once
}

// stamp is what tells whether a file was changed. Its zero value is that of no file.
type stamp struct {
	inode   uint64
	size    int64
	changed int64 // when, in Unix nanoseconds
	links   uint64
}

// Backing returns the cache file of a content where all of it is on disk and this process has compared all of it with
// its checksums since the file was last changed. Else it returns false, and where only that comparison is missing it is
// made in the background, so that a later call may succeed. It does not wait for it. Close the Backing.
func (c *Cache) Backing(id string, size int64) (*Backing, bool) {
	if c.disk == nil {
		return nil, false
	}
	s := c.disk.peek(key{id, size})
	if s == nil {
		return nil, false
	}
	if !c.disk.lend(s) {
		c.disk.release(s)
		return nil, false
	}
	return &Backing{s: s}, true
}

// File returns the file. Read it only, and not its position; it is closed with the Backing, or later.
func (b *Backing) File() *os.File { return b.s.data }

// Close ends the use of the file. It may be called more than once. Others may read on, such as a program that has mapped
// the file into its memory: what they have open is not taken away but unlinked as a whole.
func (b *Backing) Close() {
	b.once.Do(func() { b.s.d.unlend(b.s) })
}

// peek opens a content that is on disk, and returns nil where it is not.
func (d *disk) peek(k key) *store {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.current(nameOf(k))
	if e == nil || d.closed || len(e.segments) == 0 {
		return nil
	}
	if err := d.open(e); err != nil {
		d.fail(err)
		return nil
	}
	return e.store
}

// lend says whether an open content may be read by others, and sees to it that nothing is taken from it then. Else it
// has what is missing for that done, where anything can be.
func (d *disk) lend(s *store) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := s.e
	if !e.whole() {
		return false
	}
	now, err := stampOf(s.data)
	if err != nil || now.size != s.size {
		return false
	}
	if s.dirty() || now != e.verified {
		d.verifyLater(e)
		return false
	}
	if _, known := othersHave(s.data); !known {
		return false // there would be no telling when a hole may be punched again
	}
	e.lent++
	d.settle(e)
	d.renewAll(e)
	return true
}

// whole says whether all of a content is on disk and stays there.
func (e *entry) whole() bool {
	for _, sg := range e.segments {
		if sg.going {
			return false
		}
	}
	return !e.gone && e.drops == 0 && e.bytes == e.key.size
}

func (d *disk) unlend(s *store) {
	d.mu.Lock()
	s.e.lent--
	d.renewAll(s.e)
	d.settle(s.e)
	d.mu.Unlock()
	d.release(s)
}

func (d *disk) renewAll(e *entry) {
	now := time.Now()
	for _, sg := range e.segments {
		d.renew(sg, now)
	}
}
