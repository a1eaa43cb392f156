package main

import (
	"context"
	"time"

	"github.com/anacrolix/torrent"
)

// alive tells whether something of the torrent is here and verified, whether it came now or in an earlier run.
func (e *engine) alive(h *hold) bool {
	b := e.data.of(h.hash)
	return b != nil && b.here() > 0
}

// proof waits until the swarm is known to be alive. Until then a piece of the largest file is asked for.
func (e *engine) proof(ctx context.Context, h *hold) bool {
	changes := h.t.SubscribePieceStateChanges()
	defer changes.Close()
	if e.alive(h) {
		return true
	}
	e.mu.Lock()
	if h.probe == nil && e.holds[h.hash] == h && !e.closed {
		h.probe = askForPiece(h.t)
	}
	e.mu.Unlock()
	for !e.alive(h) {
		select {
		case <-ctx.Done():
			return e.alive(h)
		case <-changes.Values:
		case <-h.t.Closed():
			return false
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	h.endProbe()
	return true
}

// silent is how long the swarm has given nothing, from when it was first asked for the info, and then for data.
func (e *engine) silent(h *hold) time.Duration {
	stats := h.t.Stats()
	got, informed := stats.BytesReadUsefulData.Int64(), h.t.Info() != nil
	e.mu.Lock()
	defer e.mu.Unlock()
	if h.asked.IsZero() || got > h.got || informed != h.informed {
		h.asked, h.got, h.informed = time.Now(), got, informed
	}
	return time.Since(h.asked)
}

// askForPiece wants the first piece of the largest file, which a player will read first too.
func askForPiece(t *torrent.Torrent) (end func()) {
	var largest *torrent.File
	for _, f := range t.Files() {
		if largest == nil || f.Length() > largest.Length() {
			largest = f
		}
	}
	if largest == nil {
		return func() {}
	}
	r := largest.NewReader()
	r.SetReadahead(1)
	ctx, cancel := context.WithCancel(context.Background()) // ended by endProbe or with the torrent
	done := make(chan struct{})
	go func() {
		defer close(done)
		var one [1]byte
		_, _ = r.ReadContext(ctx, one[:]) // it only asks: whether something came is told by the marks
	}()
	return func() {
		cancel()
		<-done
		r.Close() // nothing is written
	}
}
