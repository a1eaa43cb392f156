package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/anacrolix/torrent/metainfo"
	"github.com/anacrolix/torrent/storage"
)

// store keeps the data of torrents: for each a folder of two files, the data in one sparse file and the marks of its
// pieces. No name of a stranger becomes a path. A piece is marked once it was verified, and what the marks tell survives
// the death of the process; see mark for that of the machine.
type store struct {
	dir     string
	boot    string
	log     *slog.Logger
	clock   atomic.Int64 // counts uses, to tell older from newer
	punches bool         // a part of a file can be freed

	written atomic.Int64  // bytes since full was signalled
	slack   int64         // so many
	full    chan struct{} // somebody should look at the space that is taken

	mu    sync.Mutex
	blobs map[metainfo.Hash]*blob // of torrents in use; guarded by mu
}

var _ storage.ClientImpl = (*store)(nil)

func openStore(dir string, slack int64, log *slog.Logger) (*store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder for data: %w", err)
	}
	s := &store{dir: dir, boot: bootID(), log: log, slack: slack, full: make(chan struct{}, 1), blobs: map[metainfo.Hash]*blob{}}
	var err error
	s.punches, err = canPunch(dir)
	return s, err
}

// canPunch tries whether the file system can free a part of a file.
func canPunch(dir string) (bool, error) {
	f, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return false, fmt.Errorf("write to folder for data: %w", err)
	}
	defer os.Remove(f.Name()) // nothing depends on it
	defer f.Close()           // nothing was written
	return f.Truncate(1<<16) == nil && punch(f, 0, 1<<12) == nil, nil
}

func (s *store) folder(h metainfo.Hash) string { return filepath.Join(s.dir, h.HexString()) }

// OpenTorrent implements storage.ClientImpl. It refuses torrents that the client could not bear.
func (s *store) OpenTorrent(_ context.Context, info *metainfo.Info, h metainfo.Hash) (storage.TorrentImpl, error) {
	if err := sound(info); err != nil {
		return storage.TorrentImpl{}, err
	}
	b, err := s.open(h, info)
	if err != nil {
		s.log.Error("data of a torrent cannot be opened", "hash", h.HexString(), "err", err)
		return storage.TorrentImpl{}, err
	}
	return storage.TorrentImpl{
		Piece: func(p metainfo.Piece) storage.PieceImpl {
			return piece{b: b, index: p.Index(), offset: p.Offset()}
		},
		Close: func() error { return s.shut(h, b) },
	}, nil
}

func (s *store) open(h metainfo.Hash, info *metainfo.Info) (*blob, error) {
	dir := s.folder(h)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make folder for torrent: %w", err)
	}
	size := dataLength(info)
	if st, err := os.Stat(filepath.Join(dir, dataName)); err != nil || st.Size() != size {
		// Without the data its marks mean nothing.
		if err := os.Remove(filepath.Join(dir, marksName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("delete stale marks: %w", err)
		}
	}
	m, err := openMarks(filepath.Join(dir, marksName), s.boot, info.NumPieces())
	if err != nil {
		return nil, err
	}
	data, err := os.OpenFile(filepath.Join(dir, dataName), os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		err = data.Truncate(size)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open data: %w", err), m.f.Close())
	}
	b := &blob{s: s, data: data, marks: m, used: make([]int64, info.NumPieces()), pieceLength: info.PieceLength, size: size}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blobs[h] = b
	return b, nil
}

// The files in a torrent's folder.
const (
	dataName  = "data"
	marksName = "pieces"
)

// dataLength is how long the data of a torrent is as its client numbers it: from piece to piece.
func dataLength(info *metainfo.Info) int64 {
	if n := info.NumPieces(); n > 0 {
		last := info.Piece(n - 1)
		return last.Offset() + last.Length()
	}
	return 0
}

func (s *store) shut(h metainfo.Hash, b *blob) error {
	s.mu.Lock()
	if s.blobs[h] == b {
		delete(s.blobs, h)
	}
	s.mu.Unlock()
	return b.close()
}

// of gives the blob of a torrent in use, or nil.
func (s *store) of(h metainfo.Hash) *blob {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blobs[h]
}

// sync makes sure of what is fresh.
func (s *store) sync() {
	s.mu.Lock()
	blobs := make(map[metainfo.Hash]*blob, len(s.blobs))
	for h, b := range s.blobs {
		blobs[h] = b
	}
	s.mu.Unlock()
	for h, b := range blobs {
		if err := b.sync(); err != nil && !errors.Is(err, fs.ErrClosed) {
			s.log.Error("data does not reach the disk", "hash", h.HexString(), "err", err)
		}
	}
}

// delete takes the data of a torrent that is not in use off the disk, its marks first.
func (s *store) delete(h metainfo.Hash) error {
	for _, name := range []string{marksName, dataName} {
		if err := os.Remove(filepath.Join(s.folder(h), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete data of torrent: %w", err)
		}
	}
	if err := os.RemoveAll(s.folder(h)); err != nil {
		return fmt.Errorf("delete folder of torrent: %w", err)
	}
	return nil
}

// wrote counts, and signals when enough has come that space may be short.
func (s *store) wrote(n int) {
	if s.written.Add(int64(n)) < s.slack/4 {
		return
	}
	s.written.Store(0)
	select {
	case s.full <- struct{}{}:
	default: // signalled already
	}
}

// lastUse is when a torrent was last read, as the times of its files tell it; zero if it has none.
func (s *store) lastUse(h metainfo.Hash) time.Time {
	st, err := os.Stat(filepath.Join(s.folder(h), marksName))
	if err != nil {
		return time.Time{} // nothing is there
	}
	return st.ModTime()
}

// touch notes for later runs that a torrent was read now.
func (s *store) touch(h metainfo.Hash, now time.Time) {
	_ = os.Chtimes(filepath.Join(s.folder(h), marksName), now, now) // it only looks older than it is
}

// use is the disk space of a torrent's files, which are sparse.
func (s *store) use(h metainfo.Hash) int64 {
	return blocks(filepath.Join(s.folder(h), dataName)) + blocks(filepath.Join(s.folder(h), marksName))
}

// total is the disk space of all data, and whose it is.
func (s *store) total() (sum int64, hashes []metainfo.Hash) {
	names, err := os.ReadDir(s.dir)
	if err != nil {
		s.log.Error("data cannot be listed", "err", err)
	}
	for _, n := range names {
		var h metainfo.Hash
		if h.FromHexString(n.Name()) == nil {
			sum += s.use(h)
			hashes = append(hashes, h)
		}
	}
	return sum, hashes
}

func blocks(path string) int64 {
	i, err := os.Stat(path)
	if err != nil {
		return 0 // not there: takes nothing
	}
	if st, ok := i.Sys().(*syscall.Stat_t); ok {
		return st.Blocks * 512
	}
	return i.Size()
}
