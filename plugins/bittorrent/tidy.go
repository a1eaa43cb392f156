package main

import (
	"cmp"
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/anacrolix/torrent/metainfo"
)

// tidyEvery is how often the space taken is looked at.
const tidyEvery = 20 * time.Second

// tidy keeps the data within the bounds of the settings until ctx ends: first what is too old, then what was read longest
// ago. What is being read is never dropped.
func (e *engine) tidy(ctx context.Context) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			e.tidyOnce(time.Now())
		}
	}
}

func (e *engine) tidyOnce(now time.Time) {
	used := e.diskUse()
	for _, c := range e.droppable() {
		old := e.s.Keep > 0 && now.Sub(c.used) > e.s.Keep
		if !old && used <= int64(e.s.Disk) {
			continue
		}
		size := folderUse(e.dataDir(c.hash))
		if size == 0 {
			continue
		}
		if err := e.dropIfIdle(c.hash); err != nil {
			e.log.Error("data of a torrent cannot be dropped", "hash", c.hash.HexString(), "err", err)
			continue
		}
		used -= size
		e.log.Info("dropped the data of a torrent", "hash", c.hash.HexString(), "bytes", size, "old", old)
	}
}

type candidate struct {
	hash metainfo.Hash
	used time.Time
}

// droppable lists what nobody reads, used longest ago first. A torrent that was not used in this run goes by its files.
func (e *engine) droppable() []candidate {
	hashes, err := e.hashes()
	if err != nil {
		e.log.Error("torrents cannot be listed", "err", err)
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var cs []candidate
	for _, hash := range hashes {
		h, ok := e.holds[hash]
		switch {
		case !ok:
			cs = append(cs, candidate{hash, lastUse(e.dataDir(hash))})
		case h.readers == 0:
			cs = append(cs, candidate{hash, h.used})
		}
	}
	slices.SortFunc(cs, func(a, b candidate) int {
		return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.hash.HexString(), b.hash.HexString()))
	})
	return cs
}

func (e *engine) dropIfIdle(hash metainfo.Hash) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if h, ok := e.holds[hash]; ok && h.readers > 0 {
		return nil
	}
	return e.dropLocked(hash)
}

func lastUse(dir string) time.Time {
	var last time.Time
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // gone in between: as old as can be
		}
		if i, err := d.Info(); err == nil && i.ModTime().After(last) {
			last = i.ModTime()
		}
		return nil
	})
	return last
}

// diskUse is what all data takes on disk; files are sparse.
func (e *engine) diskUse() int64 { return folderUse(filepath.Join(e.dir, "data")) }

func folderUse(dir string) int64 {
	var sum int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // gone in between: takes nothing
		}
		if i, err := d.Info(); err == nil {
			if st, ok := i.Sys().(*syscall.Stat_t); ok {
				sum += st.Blocks * 512
			}
		}
		return nil
	})
	return sum
}
