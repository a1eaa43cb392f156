package vfs

import (
	"fmt"
	"time"

	"github.com/millrace-media/millrace/vfs/chunk"
)

// Content is what the disk cache has of one content.
type Content struct {
	ID string
	// Paths are where the tree has it, in order; there are none where it has left the library.
	Paths []string
	// Size is the content's, and Cached what is on disk of it, in bytes.
	Size, Cached int64
	// Used is when it was written or read last; zero where nothing is on disk.
	Used time.Time
	// Pinned says that it stays, Whole that all of it is on disk, and Open that somebody has it open.
	Pinned, Whole, Open bool
}

// RoomError says that what was to be pinned does not fit. All are in bytes.
type RoomError struct {
	// Need is what was to be pinned, Pinned what is already, and Max what may be in all.
	Need, Pinned, Max int64
}

// Error implements error.
func (e *RoomError) Error() string {
	return fmt.Sprintf("%d bytes do not fit beside the %d that are pinned: at most %d may be", e.Need, e.Pinned, e.Max)
}

// maxPinned is the part of the disk cache that may be pinned, in percent. See chunk.Cache.Pin.
const maxPinned = 80

// key is what a content is known by.
type key struct {
	id   string
	size int64
}

// Contents returns what is on disk or pinned, the most recently used first.
func (f *FS) Contents() []Content {
	paths := map[key][]string{}
	all, _ := f.tree.Below("") // the root is always there
	for _, l := range all {
		if k := (key{l.ContentID, l.Size}); l.ContentID != "" {
			paths[k] = append(paths[k], l.Path)
		}
	}
	var contents []Content
	for _, c := range f.cache.Contents() {
		contents = append(contents, contentOf(c, paths[key{c.ID, c.Size}]))
	}
	return contents
}

func contentOf(c chunk.Content, paths []string) Content {
	return Content{
		ID: c.ID, Paths: paths, Size: c.Size, Cached: c.Cached, Used: c.Used, Pinned: c.Pinned, Whole: c.Whole, Open: c.Open,
	}
}

// Pin has the files at a path and below it stay on disk, also after a restart, and Run fetch what is missing of them, after
// all that readers want. It pins all of them or none. The error is ErrNotExist, a *RoomError, or ErrInvalid where there is
// nothing to be pinned: no disk cache, or no file.
func (f *FS) Pin(path string) error {
	if err := f.onDisk(); err != nil {
		return err
	}
	keys, err := f.keysAt(path)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return fmt.Errorf("%w: no file there has bytes to fetch", ErrInvalid)
	}
	if err := f.room(keys); err != nil {
		return err
	}
	for k := range keys {
		if err := f.cache.Pin(k.id, k.size); err != nil {
			return fmt.Errorf("%w: %w", ErrBroken, err)
		}
	}
	f.fills.kick()
	return nil
}

// Unpin takes Pin back: of the files at a path and below it, or of a content id that is on disk. What is on disk stays
// there until its room is needed. The error is ErrNotExist, or ErrInvalid where there is no disk cache.
func (f *FS) Unpin(path string) error {
	if err := f.onDisk(); err != nil {
		return err
	}
	keys, err := f.keysOf(path)
	if err != nil {
		return err
	}
	for k := range keys {
		if err := f.cache.Unpin(k.id, k.size); err != nil {
			return fmt.Errorf("%w: %w", ErrBroken, err)
		}
	}
	return nil
}

// Drop forgets what is cached, pinned or not, of the files at a path and below it, or of a content id, and returns how many
// bytes were on disk. An empty path is everything, also what has left the library. Readers go on: what they lack is
// fetched again. The error is ErrNotExist.
func (f *FS) Drop(path string) (freed int64, err error) {
	keys, err := f.keysOf(path)
	if err != nil {
		return 0, err
	}
	for k := range keys {
		n, err := f.cache.Drop(k.id, k.size)
		freed += n
		if err != nil {
			return freed, fmt.Errorf("%w: %w", ErrBroken, err)
		}
	}
	return freed, nil
}

func (f *FS) onDisk() error {
	if f.cache.Stats().MaxDisk == 0 {
		return fmt.Errorf("%w: there is no disk cache", ErrInvalid)
	}
	return nil
}

// keysAt returns the contents of the files at a path and below it.
func (f *FS) keysAt(path string) (map[key]bool, error) {
	files, err := f.tree.Below(path)
	keys := map[key]bool{}
	for _, l := range files {
		if l.ContentID != "" && l.Size > 0 {
			keys[key{l.ContentID, l.Size}] = true
		}
	}
	return keys, err
}

// keysOf returns the contents that a path or an id means; an empty path means all.
func (f *FS) keysOf(path string) (map[key]bool, error) {
	keys, err := f.keysAt(path)
	if len(keys) > 0 && path != "" {
		return keys, nil
	}
	for _, c := range f.cache.Contents() {
		if c.ID == path || path == "" {
			keys[key{c.ID, c.Size}] = true
		}
	}
	if len(keys) > 0 {
		return keys, nil
	}
	return keys, err
}

// room says whether contents can be pinned beside those that are.
func (f *FS) room(keys map[key]bool) error {
	e := &RoomError{Max: f.cache.Stats().MaxDisk / 100 * maxPinned}
	for _, c := range f.cache.Contents() {
		if c.Pinned && !keys[key{c.ID, c.Size}] {
			e.Pinned += c.Size
		}
	}
	for k := range keys {
		e.Need += k.size
	}
	if e.Pinned+e.Need > e.Max {
		return e
	}
	return nil
}
