package main

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"time"

	alog "github.com/anacrolix/log"
	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/tracker"
	trackerhttp "github.com/anacrolix/torrent/tracker/http"
)

// Trackers are asked from here. The library's own announcer (v1.61.0) panics at a tracker's URL with a user in it and when
// an address to ask from is gone, reads a map while it is written, and does not ask for a torrent that was dropped and
// comes again.
const (
	maxTrackers   = 40 // of one torrent: a stranger wrote the list
	wantedPeers   = 100
	announceTime  = 30 * time.Second // for an answer
	goodbyeTime   = time.Second      // for the last one
	leastInterval = 5 * time.Second
	mostInterval  = time.Hour
	firstRetry    = 15 * time.Second
)

// announcing is what a torrent's announcers share.
type announcing struct {
	n   *node
	t   *torrent.Torrent
	log *slog.Logger
}

// announce tells the trackers of a torrent of it, until the torrent is out of use. The caller holds the mutex.
func (e *engine) announce(h *hold, n *node, tiers ...[]string) {
	a := announcing{n: n, t: h.t, log: e.log.With("hash", h.hash.HexString())}
	for _, raw := range slices.Concat(tiers...) {
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" || len(h.trackers) >= maxTrackers || slices.Contains(h.trackers, raw) {
			continue
		}
		h.trackers = append(h.trackers, raw)
		e.announcers.Go(func() { a.run(h.ctx, u) })
	}
}

// run asks one tracker again and again, as often as it wants, and tells it when the torrent goes out of use.
func (a announcing) run(ctx context.Context, u *url.URL) {
	event, told, fails := tracker.Started, false, 0
	for {
		wait, err := a.once(ctx, u, event)
		switch {
		case errors.Is(err, tracker.ErrBadScheme):
			return // of a kind that is not spoken here
		case err != nil:
			wait = min(firstRetry<<min(fails, 10), mostInterval)
			fails++
			a.log.Debug("a tracker does not answer", "host", u.Hostname(), "err", redacted(err))
		default:
			event, told, fails = tracker.None, true, 0
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
			continue
		case <-ctx.Done():
		}
		timer.Stop()
		if told {
			bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbyeTime)
			defer cancel()
			_, _ = a.once(bye, u, tracker.Stopped) // a courtesy
		}
		return
	}
}

// redacted is an error without the URL that it is about: it may hold a passkey.
func redacted(err error) error {
	var about *url.Error
	if errors.As(err, &about) {
		return about.Err
	}
	return err
}

// once asks a tracker and adds the peers that it names. It tells how long to wait before the next time.
func (a announcing) once(ctx context.Context, u *url.URL, event tracker.AnnounceEvent) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, announceTime)
	defer cancel()
	c, err := tracker.NewClient(u.String(), tracker.NewClientOpts{
		Http:         trackerhttp.NewClientOpts{DialContext: a.n.dial, ServerName: u.Hostname()},
		UdpNetwork:   a.n.udp,
		ListenPacket: a.n.listenPacket,
		Logger:       alog.Default.WithFilterLevel(alog.Disabled),
	})
	if err != nil {
		return 0, err
	}
	defer c.Close() // nothing is lost
	resp, err := c.Announce(ctx, a.request(event), tracker.AnnounceOpt{})
	if err != nil {
		return 0, err
	}
	if event != tracker.Stopped {
		a.t.AddPeers(peersOf(resp.Peers))
	}
	return min(max(time.Duration(resp.Interval)*time.Second, leastInterval), mostInterval), nil
}

func (a announcing) request(event tracker.AnnounceEvent) tracker.AnnounceRequest {
	stats := a.t.Stats()
	id := a.n.PeerID()
	r := tracker.AnnounceRequest{
		InfoHash: a.t.InfoHash(), PeerId: id, Key: int32(binary.BigEndian.Uint32(id[16:])), Event: event,
		Port: uint16(a.n.LocalPort()), NumWant: wantedPeers, Left: -1, // unknown
		Uploaded: stats.BytesWrittenData.Int64(), Downloaded: stats.BytesReadUsefulData.Int64(),
	}
	if a.t.Info() != nil {
		r.Left = a.t.BytesMissing()
	}
	if event == tracker.Stopped {
		r.NumWant = 0
	}
	return r
}

func peersOf(answer []tracker.Peer) []torrent.PeerInfo {
	var peers []torrent.PeerInfo
	for _, p := range answer {
		if p.Port > 0 && p.Port < 1<<16 {
			peers = append(peers, torrent.PeerInfo{Addr: &net.TCPAddr{IP: p.IP, Port: p.Port}, Source: torrent.PeerSourceTracker})
		}
	}
	return peers
}
