package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/anacrolix/torrent/metainfo"

	"github.com/millrace-media/millrace/sdk"
)

const (
	// tidyEvery is how often the space taken is looked at where little comes; much wakes the tidier at once.
	tidyEvery = 20 * time.Second
	// recent is how long a torrent counts as being read after a read: who plays a file reads it piece by piece.
	recent = 10 * time.Minute
	// idleAfter is how long a torrent that has no data, or is not to be shared, stays in use once nobody asks for it.
	idleAfter = time.Hour
)

// slack is how much below the bound of disk space the tidier keeps, as downloads go on while it works.
func slack(disk sdk.Size) int64 { return max(1<<20, min(int64(disk)/16, 64<<20)) }

// tidy keeps the data within the bounds of the settings until ctx ends, and brings what has come to the disk.
func (e *engine) tidy(ctx context.Context) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-e.data.full:
		case <-tick.C:
			e.data.sync()
			e.release(time.Now())
		}
		e.tidyOnce(time.Now())
		e.resume()
	}
}

// tidyOnce drops what is too old. Where space is short it drops what was read longest ago too: whole torrents first, and
// of those being read the pieces that no reader is at. Where even that is not enough the bound is exceeded.
func (e *engine) tidyOnce(now time.Time) {
	used, onDisk := e.data.total()
	excess := used - int64(e.s.Disk) + slack(e.s.Disk)
	if e.short.Swap(false) {
		excess = max(excess, slack(e.s.Disk))
	}
	for _, c := range e.idle(onDisk) {
		old := e.s.Keep > 0 && now.Sub(c.used) > e.s.Keep
		if !old && (excess <= 0 || c.held && now.Sub(c.used) < recent) {
			continue
		}
		size := e.data.use(c.hash)
		dropped, err := e.dropIfIdle(c.hash)
		switch {
		case err != nil:
			e.log.Error("data of a torrent cannot be dropped", "hash", c.hash.HexString(), "err", err)
		case dropped:
			excess -= size
			e.log.Info("dropped the data of a torrent", "hash", c.hash.HexString(), "bytes", size, "old", old)
		}
	}
	if excess > 0 {
		e.thin(excess)
	}
}

// candidate is a torrent that might be dropped.
type candidate struct {
	hash metainfo.Hash
	used time.Time
	held bool // in use since this run began
}

// idle lists what nobody reads now, used longest ago first. A torrent that was not used in this run goes by its files.
func (e *engine) idle(onDisk []metainfo.Hash) []candidate {
	e.mu.Lock()
	defer e.mu.Unlock()
	var cs []candidate
	for _, hash := range onDisk {
		h, ok := e.holds[hash]
		switch {
		case !ok:
			cs = append(cs, candidate{hash: hash, used: e.data.lastUse(hash)})
		case len(h.bodies) == 0 && h.probe == nil:
			cs = append(cs, candidate{hash, h.used, true})
		}
	}
	slices.SortFunc(cs, func(a, b candidate) int {
		return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.hash.HexString(), b.hash.HexString()))
	})
	return cs
}

// dropIfIdle drops the data of a torrent, unless somebody began to read it meanwhile.
func (e *engine) dropIfIdle(hash metainfo.Hash) (dropped bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if h, ok := e.holds[hash]; ok && len(h.bodies) > 0 || e.closed {
		return false, nil
	}
	return true, e.dropLocked(hash)
}

// thin gives up pieces of torrents in use, to make so many bytes free.
func (e *engine) thin(bytes int64) {
	if !e.data.punches {
		e.log.Warn("the space for downloads is exceeded, and this file system cannot free a part of a file", "bytes", bytes)
		return
	}
	for _, h := range e.inUse() {
		b := e.data.of(h.hash)
		if b == nil {
			continue
		}
		pieces := b.oldest(bytes, e.windows(h, b))
		if len(pieces) == 0 {
			continue
		}
		if err := b.take(pieces); err != nil {
			e.log.Error("pieces of a torrent cannot be dropped", "hash", h.hash.HexString(), "err", err)
			continue
		}
		for _, i := range pieces {
			bytes -= b.length(i)
			h.t.Piece(i).UpdateCompletion()
		}
		e.log.Debug("dropped pieces of a torrent", "hash", h.hash.HexString(), "pieces", len(pieces))
		if bytes <= 0 {
			return
		}
	}
	e.log.Warn("the space for downloads is exceeded by what is being read", "bytes", bytes)
}

// inUse lists torrents whose info is known, used longest ago first.
func (e *engine) inUse() []*hold {
	e.mu.Lock()
	defer e.mu.Unlock()
	var hs []*hold
	for _, h := range e.holds {
		if h.t.Info() != nil {
			hs = append(hs, h)
		}
	}
	slices.SortFunc(hs, func(a, b *hold) int { return a.used.Compare(b.used) })
	return hs
}

// windows is the pieces that a torrent's readers are at.
func (e *engine) windows(h *hold, b *blob) [][2]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	var ws [][2]int
	for r := range h.bodies {
		ws = append(ws, r.window(b.pieceLength))
	}
	return ws
}

// release takes torrents out of use that nobody asked for in a long time and that give nothing to others. They begin again
// when they are asked for.
func (e *engine) release(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range e.holds {
		if len(h.bodies) == 0 && now.Sub(h.used) > idleAfter && !(e.s.Seed && h.t.Info() != nil && e.alive(h)) {
			e.endLocked(h)
		}
	}
}

// resume lets torrents go on that stopped because their data could not be written.
func (e *engine) resume() {
	for _, h := range e.inUse() {
		h.t.AllowDataDownload()
	}
}
