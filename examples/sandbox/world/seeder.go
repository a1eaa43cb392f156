package world

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
	"github.com/anacrolix/torrent/storage"
	"golang.org/x/time/rate"
)

// seeder is a BitTorrent client that has everything. It listens on loopback, never dials, and looks for nobody:
// no DHT, PEX, µTP, port mapping or tracker.
type seeder struct {
	client *torrent.Client
	limit  *rate.Limiter
	dir    string // empty; the client wants one for its own use
	closed bool   // guarded by the world

	mu   sync.Mutex // guards what follows
	live map[metainfo.Hash]*torrent.Torrent
	past map[metainfo.Hash]int64 // bytes uploaded before the torrent was dropped
}

// newSeeder seeds what is not dead.
func newSeeder(releases []*release, bytesPerSecond int) (*seeder, error) {
	dir, err := os.MkdirTemp("", "sandbox-seeder-")
	if err != nil {
		return nil, fmt.Errorf("make the seeder's folder: %w", err)
	}
	s := &seeder{limit: rate.NewLimiter(rate.Inf, 1<<20), dir: dir, live: map[metainfo.Hash]*torrent.Torrent{}, past: map[metainfo.Hash]int64{}}
	s.setLimit(bytesPerSecond)
	if s.client, err = torrent.NewClient(s.config()); err != nil {
		return nil, errors.Join(fmt.Errorf("start seeder: %w", err), os.RemoveAll(dir))
	}
	for _, r := range releases {
		if !r.dead {
			s.seed(r)
		}
	}
	return s, nil
}

func (s *seeder) config() *torrent.ClientConfig {
	c := torrent.NewDefaultClientConfig()
	c.DataDir = s.dir
	c.ListenHost = func(string) string { return "127.0.0.1" }
	c.ListenPort = 0
	c.Seed, c.UploadRateLimiter = true, s.limit
	c.NoDHT, c.DisablePEX, c.DisableTrackers, c.NoDefaultPortForwarding = true, true, true, true
	c.DisableUTP, c.DisableIPv6, c.DisableWebtorrent, c.DisableWebseeds = true, true, true, true
	c.DialForPeerConns = false
	c.DropMutuallyCompletePeers = true
	// The library's connection writer can miss its wake-up (v1.61.0); a keep-alive gets it going again.
	c.KeepAliveTimeout = 2 * time.Second
	c.Slogger = slog.New(slog.DiscardHandler)
	return c
}

// seed offers a release. To seed what is seeded does nothing.
func (s *seeder) seed(r *release) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live[r.hash] != nil {
		return
	}
	t, _ := s.client.AddTorrentOpt(torrent.AddTorrentOpts{InfoHash: r.hash, InfoBytes: r.infoRaw, Storage: seedStorage{r}})
	s.live[r.hash] = t
}

// drop stops offering a release and cuts its peers off.
func (s *seeder) drop(r *release) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.live[r.hash]; t != nil {
		stats := t.Stats()
		s.past[r.hash] += stats.BytesWrittenData.Int64()
		t.Drop()
		delete(s.live, r.hash)
	}
}

// address is where a torrent is seeded, if it is.
func (s *seeder) address(h metainfo.Hash) (netip.AddrPort, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.listen(), s.live[h] != nil
}

// listen is the client's own address.
func (s *seeder) listen() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(s.client.LocalPort()))
}

// setLimit bounds the upload of all torrents together; 0 is no bound.
func (s *seeder) setLimit(bytesPerSecond int) {
	if bytesPerSecond <= 0 {
		s.limit.SetLimit(rate.Inf)
		return
	}
	s.limit.SetLimit(rate.Limit(bytesPerSecond))
}

// uploaded is how many bytes of a torrent's data went out to peers, and how many peers there are.
func (s *seeder) uploaded(h metainfo.Hash) (bytes int64, peers int, seeding bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	bytes = s.past[h]
	t := s.live[h]
	if t == nil {
		return bytes, 0, false
	}
	stats := t.Stats()
	return bytes + stats.BytesWrittenData.Int64(), stats.ActivePeers, true
}

func (s *seeder) close() error {
	return errors.Join(append(s.client.Close(), os.RemoveAll(s.dir))...)
}

// seedStorage lets the client read a release's bytes where they are computed. It is complete from the start, and nothing is written.
type seedStorage struct{ r *release }

var errReadOnly = errors.New("the seeder's data cannot be written")

// OpenTorrent implements storage.ClientImpl.
func (s seedStorage) OpenTorrent(context.Context, *metainfo.Info, metainfo.Hash) (storage.TorrentImpl, error) {
	return storage.TorrentImpl{
		Piece: func(p metainfo.Piece) storage.PieceImpl { return seedPiece{s.r, p.Offset()} },
		Close: func() error { return nil },
	}, nil
}

// seedPiece is one piece of a release.
type seedPiece struct {
	r      *release
	offset int64
}

func (p seedPiece) ReadAt(b []byte, off int64) (int, error) { return p.r.ReadAt(b, p.offset+off) }
func (p seedPiece) WriteAt([]byte, int64) (int, error)      { return 0, errReadOnly }
func (p seedPiece) MarkComplete() error                     { return nil }
func (p seedPiece) MarkNotComplete() error                  { return errReadOnly }
func (p seedPiece) Completion() storage.Completion {
	return storage.Completion{Ok: true, Complete: true}
}

var _ storage.ClientImpl = seedStorage{}

// SeedStats is what the seeder gave of one torrent.
type SeedStats struct {
	Hash          string `json:"hash"`
	Name          string `json:"name"`
	Seeding       bool   `json:"seeding"`
	Size          int64  `json:"size"`
	UploadedBytes int64  `json:"uploadedBytes"` // to peers
	WebSeedBytes  int64  `json:"webSeedBytes"`  // over HTTP
	Peers         int    `json:"peers"`
}

// Seeds tells of every torrent how much of it was given away.
func (w *World) Seeds() []SeedStats {
	out := []SeedStats{}
	for _, r := range slices.Concat(w.releases, w.archived()) {
		n, peers, seeding := w.seeder.uploaded(r.hash)
		out = append(out, SeedStats{Hash: r.hash.HexString(), Name: r.name, Seeding: seeding, Size: r.size(), UploadedBytes: n, WebSeedBytes: w.webSeed.given(r.hash), Peers: peers})
	}
	return out
}
