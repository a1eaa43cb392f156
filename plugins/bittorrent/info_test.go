package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"

	"github.com/millrace-media/millrace/sdk"
)

func TestTorrentsOfStrangersAreHeldToTheirMeasure(t *testing.T) {
	t.Parallel()
	one := make([]byte, 20)
	file := func(n int64, path ...string) metainfo.FileInfo { return metainfo.FileInfo{Length: n, Path: path} }
	tests := []struct {
		name string
		info metainfo.Info
		ok   bool
	}{
		{"a single file", metainfo.Info{Name: "film.mkv", Length: 9, PieceLength: 16, Pieces: one}, true},
		{"a folder of films", metainfo.Info{Name: "映画", PieceLength: 16, Pieces: one, Files: []metainfo.FileInfo{file(9, "ä", "b..c.mkv"), file(0, "empty")}}, true},
		{"nothing but an empty file", metainfo.Info{Name: "film.mkv", PieceLength: 16}, false},
		{"a name that leads out", metainfo.Info{Name: "..", Length: 9, PieceLength: 16, Pieces: one}, false},
		{"a path that leads out", metainfo.Info{Name: "a", PieceLength: 16, Pieces: one, Files: []metainfo.FileInfo{file(9, "..", "b")}}, false},
		{"a path with a slash", metainfo.Info{Name: "a", PieceLength: 16, Pieces: one, Files: []metainfo.FileInfo{file(9, "/etc/passwd")}}, false},
		{"a path with a backslash", metainfo.Info{Name: "a", PieceLength: 16, Pieces: one, Files: []metainfo.FileInfo{file(9, `..\b`)}}, false},
		{"a path with an empty part", metainfo.Info{Name: "a", PieceLength: 16, Pieces: one, Files: []metainfo.FileInfo{file(9, "b", "")}}, false},
		{"a name that ends early", metainfo.Info{Name: "a\x00b", Length: 9, PieceLength: 16, Pieces: one}, false},
		{"pieces of no length", metainfo.Info{Name: "a", Length: 9, Pieces: one}, false},
		{"pieces of less than no length", metainfo.Info{Name: "a", Length: 9, PieceLength: -16, Pieces: one}, false},
		{"pieces too long to hold", metainfo.Info{Name: "a", Length: 9, PieceLength: 1 << 40, Pieces: one}, false},
		{"a piece too few", metainfo.Info{Name: "a", Length: 99, PieceLength: 16, Pieces: one}, false},
		{"a piece too many", metainfo.Info{Name: "a", Length: 9, PieceLength: 16, Pieces: make([]byte, 40)}, false},
		{"half a hash", metainfo.Info{Name: "a", Length: 9, PieceLength: 16, Pieces: one[:10]}, false},
		{"a million pieces", metainfo.Info{Name: "a", Length: 1 << 20, PieceLength: 1, Pieces: make([]byte, 20<<20)}, false},
		{"a length below zero", metainfo.Info{Name: "a", Length: -1, PieceLength: 16, Pieces: one}, false},
		{"a length below zero that others make up for", metainfo.Info{Name: "a", PieceLength: 16, Pieces: one, Files: []metainfo.FileInfo{file(29, "b"), file(-20, "c")}}, false},
		{"lengths beyond all numbers", metainfo.Info{Name: "a", PieceLength: 16, Pieces: one, Files: []metainfo.FileInfo{file(1<<62, "b"), file(1<<62, "c"), file(1<<62, "d"), file(1<<62+9, "e")}}, false},
		{"no pieces at all", metainfo.Info{Name: "a", Length: 9, PieceLength: 16}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := sound(&tt.info); (err == nil) != tt.ok {
				t.Errorf("%v, want it sound: %v", err, tt.ok)
			}
		})
	}
}

func TestPaddingIsNoFile(t *testing.T) {
	t.Parallel()
	info := metainfo.Info{Name: "a", Files: []metainfo.FileInfo{
		{Length: 9, Path: []string{"b"}}, {Length: 7, Path: []string{".pad", "7"}, ExtendedFileAttrs: metainfo.ExtendedFileAttrs{Attr: "p"}}, {Length: 3, Path: []string{"c"}},
	}}
	fs := filesOf(&info)
	if len(fs) != 2 || fs[1].Index != 2 || fs[1].Path != "a/c" {
		t.Errorf("%+v", fs)
	}
}

func TestMagnetsOfStrangersMakeUsFetchNothing(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("ab", 20)
	spec, _, err := specOfRequest(sdk.AddRequest{Hash: hash, Magnet: "magnet:?xt=urn:btih:" + hash + "&xs=http://192.168.0.1/&as=http://192.168.0.1/&ws=file:///etc/passwd&ws=http://a/"})
	if err != nil || len(spec.Sources) > 0 || len(spec.Webseeds) != 1 {
		t.Errorf("%+v, %v", spec, err)
	}
}

func FuzzTorrent(f *testing.F) {
	raw, err := bencode.Marshal(metainfo.Info{Name: "a", Length: 9, PieceLength: 16, Pieces: make([]byte, 20)})
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	m := metainfo.MetaInfo{InfoBytes: raw, Announce: "http://a/", UrlList: []string{"http://b/"}}
	if err := m.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes(), "magnet:?xt=urn:btih:"+strings.Repeat("ab", 20)+"&tr=udp://a&x.pe=127.0.0.1:1")
	f.Add([]byte("d4:infod6:lengthi-1e4:name1:a12:piece lengthi0e6:pieces0:ee"), "magnet:?")
	f.Fuzz(func(t *testing.T, torrent []byte, magnet string) {
		spec, _, err := specOfRequest(sdk.AddRequest{Torrent: torrent})
		if err == nil && (spec == nil || spec.Sources != nil) {
			t.Errorf("%+v", spec)
		}
		_, _, _ = specOfRequest(sdk.AddRequest{Magnet: magnet}) // it must not panic
	})
}
