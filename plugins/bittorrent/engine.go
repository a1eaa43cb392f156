package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	alog "github.com/anacrolix/log"
	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
	"github.com/anacrolix/torrent/storage"
	"golang.org/x/time/rate"

	g "github.com/anacrolix/generics"
)

// engine is a BitTorrent client whose torrents survive restarts: each has its .torrent in dir/torrents and its data in
// dir/data/<hash>; which pieces are verified is in dir/pieces (bolt), so that nothing is hashed twice.
type engine struct {
	dir    string
	log    *slog.Logger
	s      Settings
	client *torrent.Client
	pieces storage.PieceCompletion
	data   storage.ClientImplCloser
	dialer *net.Dialer // bound to the interface, or nil
	tcp    net.Listener

	mu    sync.Mutex
	holds map[metainfo.Hash]*hold // guarded by mu
}

// hold is what the engine keeps about one torrent.
type hold struct {
	hash    metainfo.Hash
	t       *torrent.Torrent
	readers int       // open requests for bytes
	used    time.Time // last read, or when it was added
	since   time.Time // waiting for a first byte from the swarm since
	proved  bool      // something came from the swarm, or all is on disk
	probe   func()    // ends the probe
}

func openEngine(dir string, s Settings, log *slog.Logger) (*engine, error) {
	for _, d := range []string{dir, filepath.Join(dir, "torrents"), filepath.Join(dir, "data"), filepath.Join(dir, "pieces")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("make folder for torrents: %w", err)
		}
	}
	pieces, err := storage.NewBoltPieceCompletion(filepath.Join(dir, "pieces"))
	if err != nil {
		return nil, fmt.Errorf("open piece database in %s (is another daemon using it?): %w", dir, err)
	}
	e := &engine{dir: dir, log: log, s: s, pieces: pieces, holds: map[metainfo.Hash]*hold{}}
	e.data = storage.NewFileOpts(storage.NewFileClientOpts{
		ClientBaseDir:   filepath.Join(dir, "data"),
		PieceCompletion: keepOpen{pieces},
		UsePartFiles:    g.Some(false),
		Logger:          quiet(log),
		TorrentDirMaker: func(base string, _ *metainfo.Info, h metainfo.Hash) string {
			return filepath.Join(base, h.HexString())
		},
	})
	if err := e.connect(); err != nil {
		pieces.Close() // nothing was written yet
		return nil, err
	}
	return e, nil
}

// keepOpen leaves the piece database to the engine: the client closes its storage with the last torrent.
type keepOpen struct{ storage.PieceCompletion }

func (keepOpen) Close() error { return nil }

// quiet lets only errors of the BitTorrent library through: it warns of every odd peer.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(errorsOnly{log.Handler()}) }

type errorsOnly struct{ slog.Handler }

func (h errorsOnly) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError && h.Handler.Enabled(ctx, l)
}
func (h errorsOnly) WithAttrs(a []slog.Attr) slog.Handler { return errorsOnly{h.Handler.WithAttrs(a)} }
func (h errorsOnly) WithGroup(n string) slog.Handler      { return errorsOnly{h.Handler.WithGroup(n)} }

func (e *engine) connect() error {
	cfg := torrent.NewDefaultClientConfig()
	cfg.DefaultStorage = e.data
	cfg.ListenPort = e.s.Port
	cfg.Seed = e.s.Seed
	cfg.NoDHT = !e.s.DHT
	cfg.DisablePEX = !e.s.PEX
	cfg.NoDefaultPortForwarding = !e.s.UPnP
	cfg.DisableWebseeds = !e.s.WebSeeds
	cfg.DisableWebtorrent = true
	cfg.EstablishedConnsPerTorrent = e.s.Peers
	cfg.UploadRateLimiter = limiter(int64(e.s.Upload))
	if e.s.Download > 0 {
		cfg.DownloadRateLimiter = limiter(int64(e.s.Download))
	}
	cfg.Slogger = quiet(e.log)
	cfg.Logger = alog.Default.WithFilterLevel(alog.Disabled)
	if e.s.Interface != "" {
		if err := e.bind(cfg); err != nil {
			return err
		}
	}
	client, err := torrent.NewClient(cfg)
	if err != nil {
		return fmt.Errorf("listen for peers on port %d: %w", e.s.Port, err)
	}
	if e.tcp != nil {
		client.AddListener(e.tcp)
		client.AddDialer(torrent.NetworkDialer{Network: e.tcp.Addr().Network(), Dialer: e.dialer})
	}
	e.client = client
	return nil
}

// bind makes every socket of the client use one interface. The library dials TCP from any, so its own TCP is replaced.
func (e *engine) bind(cfg *torrent.ClientConfig) error {
	ip, err := addressOf(e.s.Interface)
	if err != nil {
		return err
	}
	e.dialer = &net.Dialer{LocalAddr: &net.TCPAddr{IP: ip}, Timeout: 10 * time.Second}
	cfg.ListenHost = func(string) string { return ip.String() }
	cfg.DisableIPv6, cfg.DisableIPv4 = ip.To4() != nil, ip.To4() == nil
	cfg.DisableTCP = true
	cfg.TrackerDialContext = e.dialer.DialContext
	cfg.HTTPDialContext = e.dialer.DialContext
	cfg.WebTransport = &http.Transport{DialContext: e.dialer.DialContext}
	cfg.TrackerListenPacket = func(network, _ string) (net.PacketConn, error) {
		return net.ListenPacket(network, net.JoinHostPort(ip.String(), "0"))
	}
	l, err := net.Listen("tcp", net.JoinHostPort(ip.String(), fmt.Sprint(e.s.Port)))
	if err != nil {
		return fmt.Errorf("listen for peers on %s: %w", ip, err)
	}
	e.tcp = l
	return nil
}

func limiter(bytesPerSecond int64) *rate.Limiter {
	if bytesPerSecond <= 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	return rate.NewLimiter(rate.Limit(bytesPerSecond), max(int(min(bytesPerSecond, 1<<20)), 256<<10))
}

func (e *engine) close() error {
	e.mu.Lock()
	for _, h := range e.holds {
		h.endProbe()
	}
	e.mu.Unlock()
	errs := e.client.Close()
	if err := e.data.Close(); err != nil {
		errs = append(errs, err)
	}
	if err := e.pieces.Close(); err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return fmt.Errorf("close torrent client: %w", errs[0])
	}
	return nil
}

func (h *hold) endProbe() {
	if h.probe != nil {
		h.probe()
		h.probe = nil
	}
}

func (e *engine) torrentFile(h metainfo.Hash) string {
	return filepath.Join(e.dir, "torrents", h.HexString()+".torrent")
}

func (e *engine) dataDir(h metainfo.Hash) string {
	return filepath.Join(e.dir, "data", h.HexString())
}

// known gives the torrent if the engine holds it, in memory or on disk.
func (e *engine) known(hash metainfo.Hash) (*hold, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if h, ok := e.holds[hash]; ok {
		return h, nil
	}
	mi, err := metainfo.LoadFromFile(e.torrentFile(hash))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read torrent kept for %s: %w", hash.HexString(), err)
	}
	return e.addLocked(torrent.TorrentSpecFromMetaInfo(mi))
}

func (e *engine) add(spec *torrent.TorrentSpec) (*hold, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if h, ok := e.holds[spec.InfoHash]; ok {
		if err := h.t.MergeSpec(spec); err != nil {
			return nil, fmt.Errorf("merge torrent %s: %w", spec.InfoHash.HexString(), err)
		}
		return h, nil
	}
	return e.addLocked(spec)
}

func (e *engine) addLocked(spec *torrent.TorrentSpec) (*hold, error) {
	if len(e.s.Trackers) > 0 {
		spec.Trackers = append(spec.Trackers, e.s.Trackers)
	}
	if !e.s.WebSeeds {
		spec.Webseeds = nil
	}
	t, _, err := e.client.AddTorrentSpec(spec)
	if err != nil {
		return nil, fmt.Errorf("add torrent %s: %w", spec.InfoHash.HexString(), err)
	}
	now := time.Now()
	h := &hold{hash: spec.InfoHash, t: t, used: now, since: now}
	e.holds[spec.InfoHash] = h
	return h, nil
}

// save keeps the .torrent, so that the torrent is there again after a restart without asking the swarm.
func (e *engine) save(h *hold) error {
	path := e.torrentFile(h.hash)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("keep torrent %s: %w", h.hash.HexString(), err)
	}
	defer os.Remove(f.Name()) // gone already where the rename succeeded
	mi := h.t.Metainfo()
	err = mi.Write(f)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("keep torrent %s: %w", h.hash.HexString(), err)
	}
	return nil
}

// forget ends a torrent and deletes everything about it.
func (e *engine) forget(hash metainfo.Hash) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.dropLocked(hash); err != nil {
		return err
	}
	if err := os.Remove(e.torrentFile(hash)); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("forget torrent: %w", err)
	}
	return nil
}

// dropLocked ends a torrent and deletes its data; its .torrent stays, so that it can be had again. Its pieces are
// unmarked first: a crash in between costs a hash check, never a hole that counts as data.
func (e *engine) dropLocked(hash metainfo.Hash) error {
	pieces := e.pieceCount(hash)
	if h, ok := e.holds[hash]; ok {
		h.endProbe()
		h.t.Drop()
		delete(e.holds, hash)
	}
	for i := range pieces {
		if err := e.unmark(metainfo.PieceKey{InfoHash: hash, Index: i}); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(e.dataDir(hash)); err != nil {
		return fmt.Errorf("delete data of torrent: %w", err)
	}
	return nil
}

// pieceCount is 0 for a torrent of which nothing is known yet.
func (e *engine) pieceCount(hash metainfo.Hash) int {
	mi, err := metainfo.LoadFromFile(e.torrentFile(hash))
	if err != nil {
		return 0 // never saved, so no piece was ever written
	}
	info, err := mi.UnmarshalInfo()
	if err != nil {
		return 0
	}
	return info.NumPieces()
}

func (e *engine) unmark(key metainfo.PieceKey) error {
	c, err := e.pieces.Get(key)
	if err != nil {
		return fmt.Errorf("read piece database: %w", err)
	}
	if !c.Ok || !c.Complete {
		return nil
	}
	if err := e.pieces.Set(key, false); err != nil {
		return fmt.Errorf("write piece database: %w", err)
	}
	return nil
}

// hashes lists every torrent that is kept on disk.
func (e *engine) hashes() ([]metainfo.Hash, error) {
	names, err := os.ReadDir(filepath.Join(e.dir, "torrents"))
	if err != nil {
		return nil, fmt.Errorf("list torrents: %w", err)
	}
	var hs []metainfo.Hash
	for _, n := range names {
		text, ok := strings.CutSuffix(n.Name(), ".torrent")
		var h metainfo.Hash
		if ok && h.FromHexString(text) == nil {
			hs = append(hs, h)
		}
	}
	return hs, nil
}
