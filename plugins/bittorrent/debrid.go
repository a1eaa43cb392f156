package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"

	"github.com/millrace-media/millrace/sdk"
)

// swarm is a debrid "provider" that is the BitTorrent network itself. A placement's id is its info-hash.
type swarm struct {
	dir    string
	s      Settings
	log    *slog.Logger
	settle time.Duration // how long Add waits for news before it answers "not yet"

	mu     sync.Mutex // guards what follows
	e      *engine    // nil until it is needed
	closed bool
}

var (
	_ sdk.Debrid  = (*swarm)(nil)
	_ sdk.Library = (*swarm)(nil)
	_ sdk.Checker = (*swarm)(nil)
	_ sdk.Closer  = (*swarm)(nil)
)

const (
	// retry is how soon the host should ask again for a torrent that is not there yet.
	retry = 2 * time.Second
	// lockWait is how long a call waits for an instance with older settings to let go of the folder.
	lockWait = 5 * time.Second
)

// New checks the settings. The client starts with the first call that needs it, so that an instance can be made while one
// with older settings still has the folder.
func New(_ context.Context, env sdk.Env, s Settings) (*swarm, error) {
	dir := s.Dir
	if dir == "" {
		dir = env.Folder
	}
	if dir == "" {
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "dir", Message: "no folder to download to"}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, sdk.Errorf(sdk.Invalid, "folder for downloads: %w", err)
	}
	return &swarm{dir: dir, s: s, log: env.Log, settle: 1500 * time.Millisecond}, nil
}

// engine gives the running engine, and starts it first where there is none.
func (w *swarm) engine(ctx context.Context) (*engine, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for w.e == nil {
		if w.closed {
			return nil, sdk.Errorf(sdk.Unavailable, "%w", errClosed)
		}
		e, err := openEngine(w.dir, w.s, w.log)
		if err == nil {
			w.e = e
			break
		}
		if !errors.Is(err, errInUse) {
			return nil, sdk.Errorf(sdk.Unavailable, "start BitTorrent: %w", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, sdk.Errorf(sdk.Unavailable, "start BitTorrent: %w", err)
		}
	}
	return w.e, nil
}

// Close ends all transfers; what was downloaded stays.
func (w *swarm) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.e
	w.e, w.closed = nil, true
	if e == nil {
		return nil
	}
	return e.close()
}

// Add joins the swarm of a release. It is ready once something came from the swarm, so that a dead torrent is never
// taken for a live one. Whatever is in the folder was put there by Add, this time or before.
func (w *swarm) Add(ctx context.Context, r sdk.AddRequest) (sdk.Placement, error) {
	hash, err := hashOf(r.Hash)
	if err != nil {
		return sdk.Placement{}, err
	}
	e, err := w.engine(ctx)
	if err != nil {
		return sdk.Placement{}, err
	}
	h, err := e.hold(hash, r)
	if err != nil {
		return sdk.Placement{}, kinded(err)
	}
	silent := e.silent(h)
	ctx, cancel := context.WithTimeout(ctx, w.settle)
	defer cancel()
	select {
	case <-h.t.GotInfo():
	case <-ctx.Done():
		return w.waiting(e, h, r, silent)
	}
	if h, err = e.settle(h); err != nil {
		return sdk.Placement{}, kinded(err)
	}
	if !e.proof(ctx, h) {
		return w.waiting(e, h, r, e.silent(h))
	}
	p := placement(hash, h.t.Info())
	p.State = sdk.PlacementReady
	return p, nil
}

// kinded gives an error a kind, where it has none.
func kinded(err error) error {
	var known *sdk.Error
	if errors.As(err, &known) {
		return err
	}
	return sdk.Errorf(sdk.Other, "%w", err)
}

func hashOf(text string) (h metainfo.Hash, err error) {
	if len(text) != 40 || h.FromHexString(text) != nil {
		return h, sdk.Errorf(sdk.Invalid, "%q is no info-hash", text)
	}
	return h, nil
}

// hold finds the torrent or begins it. One of which nothing is known but its hash takes what the request tells besides.
func (e *engine) hold(hash metainfo.Hash, r sdk.AddRequest) (*hold, error) {
	h, err := e.known(hash)
	if err != nil {
		return nil, err
	}
	if h != nil && h.t.Info() != nil && e.alive(h) {
		e.use(h)
		return h, nil
	}
	spec, private, err := specOfRequest(r)
	if err != nil {
		return nil, err
	}
	if spec.InfoHash != hash {
		return nil, sdk.Errorf(sdk.NotFound, "the torrent behind the release is another one (%s)", spec.InfoHash.HexString())
	}
	if h, err = e.add(spec, private); err != nil {
		return nil, err
	}
	e.use(h)
	return h, nil
}

// use notes that somebody wants the torrent.
func (e *engine) use(h *hold) {
	e.mu.Lock()
	defer e.mu.Unlock()
	h.used = time.Now()
}

func specOfRequest(r sdk.AddRequest) (spec *torrent.TorrentSpec, private bool, err error) {
	if len(r.Torrent) > 0 {
		mi, err := metainfo.Load(bytes.NewReader(r.Torrent))
		if err != nil {
			return nil, false, sdk.Errorf(sdk.NotFound, "the .torrent of %q cannot be read: %w", r.Name, err)
		}
		s, info, err := specOf(mi)
		if err != nil {
			return nil, false, sdk.Errorf(sdk.NotFound, "the .torrent of %q cannot be used: %w", r.Name, err)
		}
		spec, private = s, isPrivate(&info)
	} else {
		uri := r.Magnet
		if uri == "" {
			uri = "magnet:?xt=urn:btih:" + r.Hash
		}
		if spec, err = torrent.TorrentSpecFromMagnetUri(uri); err != nil {
			return nil, false, sdk.Errorf(sdk.NotFound, "the magnet link of %q cannot be read: %w", r.Name, err)
		}
	}
	spec.Sources = nil // a magnet link must not make us fetch whatever URL it names
	spec.Webseeds = append(slices.DeleteFunc(spec.Webseeds, notWeb), slices.DeleteFunc(slices.Clone(r.WebSeeds), notWeb)...)
	return spec, private || r.Private, nil
}

func notWeb(u string) bool {
	return !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://")
}

// waiting answers for a torrent of which nothing came yet; one that was silent for too long is dead and forgotten.
func (w *swarm) waiting(e *engine, h *hold, r sdk.AddRequest, silent time.Duration) (sdk.Placement, error) {
	if silent < w.s.Stall {
		p := placement(h.hash, h.t.Info())
		p.State, p.Retry = sdk.PlacementQueued, retry
		p.Message = fmt.Sprintf("%d peers, nothing received for %s", len(h.t.PeerConns()), silent.Round(time.Second))
		return p, nil
	}
	if err := e.forget(h.hash); err != nil {
		return sdk.Placement{}, kinded(err)
	}
	return sdk.Placement{}, sdk.Errorf(sdk.NotFound, "nothing came from the swarm of %q within %s", r.Name, w.s.Stall)
}

// placement tells of a torrent whose info may not be known yet. Every file can be had: what is missing comes as it is read.
func placement(hash metainfo.Hash, info *metainfo.Info) sdk.Placement {
	p := sdk.Placement{ID: hash.HexString(), Hash: hash.HexString(), Added: true}
	if info != nil {
		p.Name, p.Files = info.BestName(), filesOf(info)
	}
	return p
}

// Link gives an address on this machine that serves ranges of the file, downloading what is asked for first. It is good
// until the instance ends, so that a renewed one is the same.
func (w *swarm) Link(ctx context.Context, r sdk.LinkRequest) (sdk.Link, error) {
	hash, err := hashOf(r.Placement)
	if err != nil {
		return sdk.Link{}, err
	}
	e, err := w.engine(ctx)
	if err != nil {
		return sdk.Link{}, err
	}
	h, err := e.known(hash)
	if err != nil {
		return sdk.Link{}, kinded(err)
	}
	if h == nil || h.t.Info() == nil {
		return sdk.Link{}, sdk.Errorf(sdk.NotFound, "torrent %s is not held here", r.Placement)
	}
	for _, f := range filesOf(h.t.Info()) {
		if matches(r.File, f) {
			return sdk.Link{URL: e.files.url(hash, f.Index, f.Path), Size: f.Size, ETag: etag(hash, f.Index), Local: true}, nil
		}
	}
	return sdk.Link{}, sdk.Errorf(sdk.NotFound, "torrent %s has no file %q", r.Placement, r.File.Path)
}

func matches(want, f sdk.File) bool {
	if want.Index >= 0 {
		return want.Index == f.Index && (want.Path == "" || want.Path == f.Path)
	}
	return want.Path == f.Path
}

// Remove leaves the swarm and deletes the data.
func (w *swarm) Remove(ctx context.Context, id string) error {
	hash, err := hashOf(id)
	if err != nil {
		return err
	}
	e, err := w.engine(ctx)
	if err != nil {
		return err
	}
	if err := e.forget(hash); err != nil {
		return kinded(err)
	}
	return nil
}

// Library yields every torrent that is kept. It begins none.
func (w *swarm) Library(ctx context.Context, yield func(...sdk.Placement) error) error {
	e, err := w.engine(ctx)
	if err != nil {
		return err
	}
	hashes, err := e.kept.hashes()
	if err != nil {
		return kinded(err)
	}
	for _, hash := range hashes {
		if err := ctx.Err(); err != nil {
			return err
		}
		k, err := e.kept.load(hash)
		if err != nil {
			w.log.Warn("a kept torrent cannot be read", "hash", hash.HexString(), "err", err)
			continue
		}
		p := placement(hash, &k.info)
		p.State = sdk.PlacementReady
		if err := yield(p); err != nil {
			return err
		}
	}
	return nil
}

// Check tells which port peers reach and how full the disk is.
func (w *swarm) Check(ctx context.Context) (sdk.Health, error) {
	e, err := w.engine(ctx)
	if err != nil {
		return sdk.Health{}, err
	}
	if w.s.Interface != "" {
		if _, err := addressOf(w.s.Interface); err != nil {
			return sdk.Health{}, sdk.Errorf(sdk.Unavailable, "%w", err)
		}
	}
	used, _ := e.data.total()
	return sdk.Health{
		Message: fmt.Sprintf("port %d, %d torrents in use, %s of %s on disk", e.public.LocalPort(), e.count(), sdk.Size(used), w.s.Disk),
	}, nil
}

// count is how many torrents are in use.
func (e *engine) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.holds)
}
