package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/sdk"
)

// swarm is a debrid "provider" that is the BitTorrent network itself. A placement's id is its info-hash.
type swarm struct {
	e      *engine
	files  *fileServer
	log    *slog.Logger
	stop   context.CancelFunc
	ended  errgroup.Group
	settle time.Duration // how long Add waits for news before it answers "not yet"
}

var (
	_ sdk.Debrid  = (*swarm)(nil)
	_ sdk.Library = (*swarm)(nil)
	_ sdk.Checker = (*swarm)(nil)
	_ sdk.Closer  = (*swarm)(nil)
)

// retry is how soon the host should ask again for a torrent that is not there yet.
const retry = 2 * time.Second

// New opens the client and its file server. It asks nobody anything: torrents of earlier runs begin when they are used.
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
	e, err := openEngine(dir, s, env.Log)
	if err != nil {
		return nil, sdk.Errorf(sdk.Invalid, "start BitTorrent: %w", err)
	}
	files, err := listenFiles(e)
	if err != nil {
		e.close() // the first error is the one to tell
		return nil, sdk.Errorf(sdk.Unavailable, "start BitTorrent: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background()) // ends with Close: an instance outlives the call that made it
	w := &swarm{e: e, files: files, log: env.Log, stop: stop, settle: 1500 * time.Millisecond}
	w.ended.Go(files.serve)
	w.ended.Go(func() error { return e.tidy(ctx) })
	return w, nil
}

// Close ends all transfers; what was downloaded stays.
func (w *swarm) Close() error {
	w.stop()
	w.files.close()
	if err := w.ended.Wait(); err != nil {
		w.log.Warn("file server ended badly", "err", err)
	}
	return w.e.close()
}

// Add joins the swarm of a release. It is ready once something came from the swarm, so that a dead torrent is never
// taken for a live one.
func (w *swarm) Add(ctx context.Context, r sdk.AddRequest) (sdk.Placement, error) {
	h, added, err := w.hold(r)
	if err != nil {
		return sdk.Placement{}, err
	}
	wait, cancel := context.WithTimeout(ctx, w.settle)
	defer cancel()
	select {
	case <-h.t.GotInfo():
	case <-wait.Done():
		return w.waiting(h, r, added)
	}
	if err := w.e.save(h); err != nil {
		return sdk.Placement{}, sdk.Errorf(sdk.Other, "%w", err)
	}
	if !w.e.proof(wait, h) {
		return w.waiting(h, r, added)
	}
	p := placement(h)
	p.Added = added
	return p, nil
}

// hold finds the torrent or begins it.
func (w *swarm) hold(r sdk.AddRequest) (h *hold, added bool, err error) {
	var hash metainfo.Hash
	if err := hash.FromHexString(r.Hash); err != nil {
		return nil, false, sdk.Errorf(sdk.Invalid, "info-hash %q: %w", r.Hash, err)
	}
	if h, err = w.e.known(hash); err != nil || h != nil {
		return h, false, err
	}
	spec, err := specOf(r)
	if err != nil {
		return nil, false, err
	}
	if spec.InfoHash != hash {
		return nil, false, sdk.Errorf(sdk.NotFound, "the torrent behind the release is another one (%s)", spec.InfoHash.HexString())
	}
	h, err = w.e.add(spec)
	return h, err == nil, err
}

func specOf(r sdk.AddRequest) (*torrent.TorrentSpec, error) {
	var spec *torrent.TorrentSpec
	if len(r.Torrent) > 0 {
		mi, err := loadMetainfo(r.Torrent)
		if err != nil {
			return nil, sdk.Errorf(sdk.NotFound, "the .torrent of %q cannot be read: %w", r.Name, err)
		}
		spec = torrent.TorrentSpecFromMetaInfo(mi)
	} else {
		uri := r.Magnet
		if uri == "" {
			uri = "magnet:?xt=urn:btih:" + r.Hash
		}
		var err error
		if spec, err = torrent.TorrentSpecFromMagnetUri(uri); err != nil {
			return nil, sdk.Errorf(sdk.NotFound, "the magnet link of %q cannot be read: %w", r.Name, err)
		}
	}
	spec.Webseeds = append(spec.Webseeds, r.WebSeeds...)
	return spec, nil
}

// waiting answers for a torrent of which nothing came yet; one that was silent for too long is dead and forgotten.
func (w *swarm) waiting(h *hold, r sdk.AddRequest, added bool) (sdk.Placement, error) {
	w.e.mu.Lock()
	silent := time.Since(h.since)
	w.e.mu.Unlock()
	if silent < w.e.s.Stall {
		p := placement(h)
		p.State, p.Added, p.Retry = sdk.PlacementQueued, added, retry
		p.Message = fmt.Sprintf("%d peers, nothing received for %s", len(h.t.PeerConns()), silent.Round(time.Second))
		return p, nil
	}
	if err := w.e.forget(h.hash); err != nil {
		return sdk.Placement{}, sdk.Errorf(sdk.Other, "%w", err)
	}
	return sdk.Placement{}, sdk.Errorf(sdk.NotFound, "nothing came from the swarm of %q within %s", r.Name, w.e.s.Stall)
}

func placement(h *hold) sdk.Placement {
	p := sdk.Placement{ID: h.hash.HexString(), Hash: h.hash.HexString(), Name: h.t.Name(), State: sdk.PlacementQueued}
	if h.t.Info() == nil {
		return p
	}
	p.State = sdk.PlacementReady
	for i, f := range h.t.Files() {
		p.Files = append(p.Files, sdk.File{Index: i, Path: f.Path(), Size: f.Length(), ID: fmt.Sprint(i), Ready: true})
	}
	if total := h.t.Length(); total > 0 {
		p.Progress = float64(h.t.BytesCompleted()) / float64(total)
	}
	return p
}

// Link gives an address on this machine that serves ranges of the file, downloading what is asked for first.
func (w *swarm) Link(_ context.Context, r sdk.LinkRequest) (sdk.Link, error) {
	var hash metainfo.Hash
	if err := hash.FromHexString(r.Placement); err != nil {
		return sdk.Link{}, sdk.Errorf(sdk.Invalid, "placement %q: %w", r.Placement, err)
	}
	h, err := w.e.known(hash)
	if err != nil {
		return sdk.Link{}, sdk.Errorf(sdk.Other, "%w", err)
	}
	if h == nil || h.t.Info() == nil {
		return sdk.Link{}, sdk.Errorf(sdk.NotFound, "torrent %s is not held here", r.Placement)
	}
	for i, f := range h.t.Files() {
		if matches(r.File, i, f) {
			return sdk.Link{URL: w.files.url(hash, i, path.Base(f.Path())), Size: f.Length(), ETag: etag(hash, i), Local: true}, nil
		}
	}
	return sdk.Link{}, sdk.Errorf(sdk.NotFound, "torrent %s has no file %q", r.Placement, r.File.Path)
}

func matches(want sdk.File, index int, f *torrent.File) bool {
	if want.Index >= 0 {
		return want.Index == index && (want.Path == "" || want.Path == f.Path())
	}
	return want.Path == f.Path()
}

// Remove leaves the swarm and deletes the data.
func (w *swarm) Remove(_ context.Context, id string) error {
	var hash metainfo.Hash
	if err := hash.FromHexString(id); err != nil {
		return sdk.Errorf(sdk.Invalid, "placement %q: %w", id, err)
	}
	if err := w.e.forget(hash); err != nil {
		return sdk.Errorf(sdk.Other, "%w", err)
	}
	return nil
}

// Library yields every torrent that is kept.
func (w *swarm) Library(ctx context.Context, yield func(...sdk.Placement) error) error {
	hashes, err := w.e.hashes()
	if err != nil {
		return sdk.Errorf(sdk.Other, "%w", err)
	}
	for _, hash := range hashes {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := w.e.known(hash)
		if err != nil || h == nil {
			w.log.Warn("a kept torrent cannot be read", "hash", hash.HexString(), "err", err)
			continue
		}
		if err := yield(placement(h)); err != nil {
			return err
		}
	}
	return nil
}

// Check tells which port peers reach and how full the disk is.
func (w *swarm) Check(context.Context) (sdk.Health, error) {
	if _, err := os.Stat(w.e.dir); err != nil {
		return sdk.Health{}, sdk.Errorf(sdk.Unavailable, "folder for downloads: %w", err)
	}
	used := w.e.diskUse()
	h := sdk.Health{
		Message: fmt.Sprintf("port %d, %d torrents in use, %s of %s on disk", w.e.client.LocalPort(), len(w.e.client.Torrents()), sdk.Size(used), w.e.s.Disk),
		Quota:   max(int64(w.e.s.Disk)-used, 0),
	}
	return h, nil
}
