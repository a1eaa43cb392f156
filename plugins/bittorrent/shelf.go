package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
)

// shelf is a folder of .torrent files, named by their hashes. They may hold passkeys: nobody else may read them.
type shelf struct{ dir string }

// keptTorrent is what one of them tells.
type keptTorrent struct {
	spec    *torrent.TorrentSpec
	info    metainfo.Info
	private bool
}

// privateMark is the comment of a torrent that was added as private, should its info not say so.
const privateMark = "private"

func (s shelf) path(h metainfo.Hash) string {
	return filepath.Join(s.dir, h.HexString()+".torrent")
}

// load reads a torrent; the error is fs.ErrNotExist where it is not kept.
func (s shelf) load(h metainfo.Hash) (keptTorrent, error) {
	mi, err := metainfo.LoadFromFile(s.path(h))
	if err != nil {
		return keptTorrent{}, fmt.Errorf("read torrent kept for %s: %w", h.HexString(), err)
	}
	spec, info, err := specOf(mi)
	if err == nil && spec.InfoHash != h {
		err = fmt.Errorf("it is %s", spec.InfoHash.HexString())
	}
	if err != nil {
		return keptTorrent{}, fmt.Errorf("torrent kept for %s: %w", h.HexString(), err)
	}
	return keptTorrent{spec: spec, info: info, private: mi.Comment == privateMark || isPrivate(&info)}, nil
}

// specOf reads a .torrent, and refuses one that the client could not bear.
func specOf(mi *metainfo.MetaInfo) (*torrent.TorrentSpec, metainfo.Info, error) {
	info, err := mi.UnmarshalInfo()
	if err != nil {
		return nil, info, fmt.Errorf("read info: %w", err)
	}
	if err := sound(&info); err != nil {
		return nil, info, err
	}
	spec, err := torrent.TorrentSpecFromMetaInfoErr(mi)
	return spec, info, err
}

// save keeps a torrent. A crash leaves the old file or the new one.
func (s shelf) save(spec *torrent.TorrentSpec, private bool) (err error) {
	path := s.path(spec.InfoHash)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	mi := metainfo.MetaInfo{InfoBytes: spec.InfoBytes, AnnounceList: spec.Trackers, UrlList: spec.Webseeds, PieceLayers: spec.PieceLayers}
	for _, n := range spec.DhtNodes {
		mi.Nodes = append(mi.Nodes, metainfo.Node(n))
	}
	if private {
		mi.Comment = privateMark
	}
	f, err := os.CreateTemp(s.dir, ".new-*")
	if err != nil {
		return fmt.Errorf("keep torrent: %w", err)
	}
	defer os.Remove(f.Name()) // gone already where the rename succeeded
	if err := errors.Join(mi.Write(f), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keep torrent: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("keep torrent: %w", err)
	}
	return nil
}

func (s shelf) remove(h metainfo.Hash) error {
	if err := os.Remove(s.path(h)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget torrent: %w", err)
	}
	return nil
}

// hashes lists every torrent that is kept.
func (s shelf) hashes() ([]metainfo.Hash, error) {
	names, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list torrents: %w", err)
	}
	var hs []metainfo.Hash
	for _, n := range names {
		text, ok := strings.CutSuffix(n.Name(), ".torrent")
		var h metainfo.Hash
		if ok && len(text) == 40 && h.FromHexString(text) == nil {
			hs = append(hs, h)
		}
	}
	return hs, nil
}
