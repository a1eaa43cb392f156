package chunk

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// scan finds what an earlier process left. What it cannot read it removes.
func (d *disk) scan() error {
	paths, err := filepath.Glob(filepath.Join(d.o.Dir, "??", "*"))
	if err != nil {
		return err
	}
	found := map[string]map[string]bool{} // the extensions by name
	for _, path := range paths {
		name, ext := stem(path)
		if ext == newExt {
			os.Remove(path)
		}
		if len(name) != len(nameOf(key{})) {
			continue
		}
		if found[name] == nil {
			found[name] = map[string]bool{}
		}
		found[name][ext] = true
	}
	for name, exts := range found {
		d.adoptAll(name, exts)
	}
	d.sortRecent()
	d.bound()
	return nil
}

func stem(path string) (name, ext string) {
	base := filepath.Base(path)
	ext = filepath.Ext(base)
	return base[:len(base)-len(ext)], ext
}

// adoptAll adopts a content's files, and its pin.
func (d *disk) adoptAll(name string, exts map[string]bool) {
	if exts[indexExt] || exts[dataExt] {
		if err := d.adopt(name); err != nil {
			d.o.Logger.Info("a cache file is of no use and is removed", "file", name, "reason", err)
			d.unlink(name, indexExt, dataExt)
		}
	}
	if exts[pinExt] {
		if err := d.adoptPin(name); err != nil {
			d.o.Logger.Warn("a pin of the cache cannot be read and is removed", "file", name, "reason", err)
			d.unlink(name, pinExt)
		}
	}
}

// adopt enters what the index says is there.
func (d *disk) adopt(name string) error {
	k, used, err := d.identify(name)
	if err != nil {
		return err
	}
	e := newEntry(k)
	e.used = used
	s, err := openStore(d, e)
	if err != nil {
		return err
	}
	defer s.closeFiles()
	e.store = s
	d.recount(e)
	e.store = nil
	if len(e.segments) == 0 {
		return errors.New("it is empty")
	}
	d.entries[name] = e
	if taken(s.data) > e.bytes+d.chunk {
		d.reclaim(s)
	}
	return nil
}

func (d *disk) identify(name string) (key, time.Time, error) {
	f, err := os.Open(d.path(name, indexExt))
	if err != nil {
		return key{}, time.Time{}, err
	}
	defer f.Close()
	h := make([]byte, headerSize)
	if _, err := f.ReadAt(h, 0); err != nil {
		return key{}, time.Time{}, errBadIndex
	}
	k, err := decodeHeader(h, d.chunk)
	if err != nil || nameOf(k) != name {
		return key{}, time.Time{}, errBadIndex
	}
	st, err := f.Stat()
	if err != nil {
		return key{}, time.Time{}, err
	}
	return k, st.ModTime(), nil
}

// reclaim frees what was written but never entered in the index, unless others read the file: programs that were reading
// it when an earlier process died.
func (d *disk) reclaim(s *store) {
	if s.shared() {
		return
	}
	total := chunks(s.size, d.chunk)
	for n := int64(0); n < total; {
		end := n
		for end < total && !s.has(end) {
			end++
		}
		if end > n {
			if err := punch(s.data, n*d.chunk, min(end*d.chunk, s.size)-n*d.chunk); err != nil {
				return // it stays until the file goes
			}
		}
		n = end + 1
	}
}

// bound takes away what is too much, where the bound was larger when it was written.
func (d *disk) bound() {
	d.boundPins()
	for d.used > d.o.MaxBytes {
		victim := d.victim()
		if victim == nil {
			return
		}
		d.remove(victim)
	}
}

func (d *disk) victim() *segment {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.oldest()
}
