package world

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"
)

// pieceLength of every torrent, bytes.
const pieceLength = 128 << 10

// file is one file of a torrent.
type file struct {
	path string // slashes, relative to the torrent's folder
	*content
}

func (f file) name() string { return path.Base(f.path) }

// video tells whether the debrid service and the stream addon count the file as one to play.
func (f file) video() bool {
	return slices.Contains([]string{".mkv", ".mp4"}, strings.ToLower(path.Ext(f.path)))
}

// release is an entry of the catalog together with its torrent.
type release struct {
	entry
	files    []file
	info     metainfo.Info
	infoRaw  bencode.Bytes
	hash     metainfo.Hash
	webSeeds []string // base URLs (BEP 19); set before the first server starts
}

// newRelease derives the files and the v1 torrent of an entry. The same entry gives the same info hash always.
func newRelease(e entry) (*release, error) {
	r := &release{entry: e}
	for _, p := range e.paths() {
		r.files = append(r.files, file{path: p, content: newContent(e.name, p, sizeOf(e.name, p))})
	}
	return r, r.seal(len(r.files) == 1)
}

// seal computes the torrent (BEP 3, `private` written out as 0) from the files.
func (r *release) seal(single bool) error {
	public := false
	r.info = metainfo.Info{PieceLength: pieceLength, Name: r.name, Private: &public}
	if single {
		r.info.Name, r.info.Length = r.files[0].path, r.files[0].size
	} else {
		for _, f := range r.files {
			r.info.Files = append(r.info.Files, metainfo.FileInfo{Length: f.size, Path: strings.Split(f.path, "/")})
		}
	}
	pieces, err := metainfo.GeneratePieces(io.NewSectionReader(r, 0, r.size()), pieceLength, nil)
	if err != nil {
		return fmt.Errorf("hash %s: %w", r.name, err)
	}
	r.info.Pieces = pieces
	if r.infoRaw, err = bencode.Marshal(r.info); err != nil {
		return fmt.Errorf("encode info of %s: %w", r.name, err)
	}
	r.hash = metainfo.HashBytes(r.infoRaw)
	return nil
}

// size of all files, bytes.
func (r *release) size() int64 {
	var n int64
	for _, f := range r.files {
		n += f.size
	}
	return n
}

// ReadAt reads the torrent's data as BEP 3 lays it out: the files, one after the other.
func (r *release) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for _, f := range r.files {
		if off >= f.size {
			off -= f.size
			continue
		}
		n, err := f.ReadAt(p[done:min(len(p), done+int(f.size-off))], off)
		done, off = done+n, 0
		if err != nil && err != io.EOF {
			return done, err
		}
		if done == len(p) {
			return done, nil
		}
	}
	return done, io.EOF
}

// metainfo is the .torrent file that names a tracker.
func (r *release) metainfo(announce string) ([]byte, error) {
	m := metainfo.MetaInfo{InfoBytes: r.infoRaw, Announce: announce, CreatedBy: "sandbox", CreationDate: 1_600_000_000, UrlList: r.webSeeds}
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		return nil, fmt.Errorf("write torrent of %s: %w", r.name, err)
	}
	return b.Bytes(), nil
}

// magnet is the magnet link that names a tracker (BEP 9).
func (r *release) magnet(announce string) string {
	m := metainfo.Magnet{InfoHash: r.hash, DisplayName: r.info.Name, Trackers: []string{announce}}
	return m.String()
}

// file finds a file by its path.
func (r *release) file(p string) (file, bool) {
	i := slices.IndexFunc(r.files, func(f file) bool { return f.path == p })
	if i < 0 {
		return file{}, false
	}
	return r.files[i], true
}
