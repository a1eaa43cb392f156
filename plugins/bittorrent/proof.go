package main

import (
	"bytes"
	"context"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
)

func loadMetainfo(b []byte) (*metainfo.MetaInfo, error) { return metainfo.Load(bytes.NewReader(b)) }

// proof waits until the swarm is known to be alive: something came from it, or all of the torrent is here. Until then one
// piece of the largest file is asked for.
func (e *engine) proof(ctx context.Context, h *hold) bool {
	e.mu.Lock()
	if h.proved {
		e.mu.Unlock()
		return true
	}
	if h.probe == nil {
		h.probe = e.askForPiece(h)
	}
	e.mu.Unlock()

	changes := h.t.SubscribePieceStateChanges()
	defer changes.Close()
	for !alive(h.t) {
		select {
		case <-ctx.Done():
			return alive(h.t) && e.proved(h)
		case <-changes.Values:
		case <-h.t.Closed():
			return false
		}
	}
	return e.proved(h)
}

func (e *engine) proved(h *hold) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	h.proved = true
	h.endProbe()
	return true
}

// alive holds once a piece is here and verified, whether it came now or in an earlier run.
func alive(t *torrent.Torrent) bool { return t.Length() == 0 || t.BytesCompleted() > 0 }

// askForPiece wants the first piece of the largest file, which a player will read first too.
func (e *engine) askForPiece(h *hold) (end func()) {
	var largest *torrent.File
	for _, f := range h.t.Files() {
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
		_, _ = r.ReadContext(ctx, one[:]) // only asks: whether something came is read from the pieces
	}()
	return func() {
		cancel()
		<-done
		r.Close()
	}
}
