package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/anacrolix/torrent/metainfo"

	"github.com/millrace-media/millrace/sdk"
)

// What a torrent may be at most. Real ones stay far below; a stranger's must not take all memory.
const (
	maxPieces      = 1 << 19
	maxPieceLength = 1 << 28
	maxFiles       = 1 << 17
	maxTorrent     = 1 << 50 // bytes
)

// sound tells whether a torrent's info is one that the client can work with, and whose names stay inside it.
func sound(info *metainfo.Info) error {
	if !info.HasV1() || len(info.Pieces)%20 != 0 {
		return errors.New("the torrent has no list of pieces")
	}
	if info.PieceLength <= 0 || info.PieceLength > maxPieceLength || info.NumPieces() > maxPieces {
		return fmt.Errorf("the torrent has %d pieces of %d bytes", info.NumPieces(), info.PieceLength)
	}
	if len(info.Files) > maxFiles || info.Length < 0 {
		return fmt.Errorf("the torrent has %d files, %d bytes", len(info.Files), info.Length)
	}
	if err := named(info.BestName()); err != nil {
		return err
	}
	var total int64
	for f := range info.UpvertedV1Files() {
		if f.Length < 0 || f.Length > maxTorrent || total > maxTorrent {
			return errors.New("the torrent's files have no possible length")
		}
		total += f.Length
		for _, part := range f.BestPath() {
			if err := named(part); err != nil {
				return err
			}
		}
	}
	if total == 0 {
		return errors.New("the torrent holds nothing")
	}
	if want := (total + info.PieceLength - 1) / info.PieceLength; want != int64(len(info.Pieces)/20) {
		return fmt.Errorf("the torrent's %d bytes need %d pieces and it has %d", total, want, len(info.Pieces)/20)
	}
	return nil
}

// named refuses names that are ways to somewhere else.
func named(part string) error {
	if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "/\\\x00") {
		return fmt.Errorf("the torrent has a file named %q", part)
	}
	return nil
}

func isPrivate(info *metainfo.Info) bool { return info.Private != nil && *info.Private }

// filesOf lists a torrent's files with the client's own numbers. Padding (BEP 47) is left out.
func filesOf(info *metainfo.Info) []sdk.File {
	var fs []sdk.File
	for i, f := range info.UpvertedFiles() {
		if strings.Contains(f.Attr, "p") {
			continue
		}
		path := strings.Join(slices.Concat([]string{info.BestName()}, f.BestPath()), "/")
		fs = append(fs, sdk.File{Index: i, Path: path, Size: f.Length, ID: fmt.Sprint(i), Ready: true})
	}
	return fs
}
