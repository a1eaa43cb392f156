package search

import (
	"strings"
	"testing"

	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"
	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
)

func makeTorrent(t testing.TB, info metainfo.Info) ([]byte, string) {
	t.Helper()
	raw, err := bencode.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	mi := metainfo.MetaInfo{InfoBytes: raw, Announce: "http://tracker.example/announce"}
	var b strings.Builder
	if err := mi.Write(&b); err != nil {
		t.Fatal(err)
	}
	return []byte(b.String()), mi.HashInfoBytes().HexString()
}

func TestMetainfoIsReadAsAnotherClientWritesIt(t *testing.T) {
	t.Parallel()
	pieces := strings.Repeat("x", 20)
	private := true
	for _, c := range []struct {
		name string
		info metainfo.Info
		want Metainfo
	}{
		{"one file", metainfo.Info{Name: "Sintel.mkv", Length: 12, PieceLength: 16, Pieces: []byte(pieces)},
			Metainfo{Name: "Sintel.mkv", Size: 12, Files: []sdk.File{{Path: "Sintel.mkv", Size: 12}}}},
		{"several files", metainfo.Info{Name: "Sintel", PieceLength: 16, Pieces: []byte(pieces), Private: &private,
			Files: []metainfo.FileInfo{{Path: []string{"a", "b.mkv"}, Length: 5}, {Path: []string{"c.srt"}, Length: 2}}},
			Metainfo{Name: "Sintel", Size: 7, Private: true, Files: []sdk.File{{Path: "Sintel/a/b.mkv", Size: 5}, {Index: 1, Path: "Sintel/c.srt", Size: 2}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, hash := makeTorrent(t, c.info)
			c.want.Hash = hash
			got, err := ParseMetainfo(b)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestWhatIsNoTorrentIsRefused(t *testing.T) {
	t.Parallel()
	whole, _ := makeTorrent(t, metainfo.Info{Name: "a", Length: 1, PieceLength: 16, Pieces: []byte(strings.Repeat("x", 20))})
	for name, b := range map[string][]byte{
		"nothing": nil, "a page": []byte("<html>"), "cut off": whole[:len(whole)-3], "no info": []byte("d1:ai1ee"),
		"endless nesting": []byte(strings.Repeat("l", 1<<16)), "a lying length": []byte("d4:info99999999999:xe"),
	} {
		if m, err := ParseMetainfo(b); err == nil {
			t.Errorf("%s was read as %+v", name, m)
		}
	}
}

func TestMagnets(t *testing.T) {
	t.Parallel()
	const hash = "08ada5a7a6183aae1e09d831df6748d566095a10"
	for link, want := range map[string]string{
		"magnet:?xt=urn:btih:" + hash + "&dn=Sintel":                     hash,
		"magnet:?xt=urn:btih:" + strings.ToUpper(hash):                   hash,
		"magnet:?xt=urn:btih:BCW2LJ5GDA5K4HQJ3AY56Z2I2VTASWQQ&dn=Sintel": hash,
		"magnet:?xt=urn:btmh:1220aa&xt=urn:btih:" + hash:                 hash,
		"magnet:?xt=urn:btih:nothex":                                     "",
		"https://example.org/":                                           "",
		"magnet:?dn=" + hash:                                             "",
		"magnet:?xt=urn:btih:" + hash[:39] + "g":                         "",
		" magnet:?xt=urn:btih:" + hash + "\n":                            hash,
	} {
		got, _, err := ParseMagnet(link)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v", link, got, err)
		}
	}
	m := Magnet(hash, "A b", "magnet:?xt=x&tr=http%3A%2F%2Fa%2F&tr=http%3A%2F%2Fb%2F", "magnet:?tr=http%3A%2F%2Fa%2F", "")
	if want := "magnet:?xt=urn:btih:" + hash + "&dn=A+b&tr=http%3A%2F%2Fa%2F&tr=http%3A%2F%2Fb%2F"; m != want {
		t.Errorf("got %s", m)
	}
}

func FuzzParseMetainfo(f *testing.F) {
	b, _ := makeTorrent(f, metainfo.Info{Name: "a", Length: 1, PieceLength: 16, Pieces: []byte(strings.Repeat("x", 20))})
	f.Add(b)
	f.Add([]byte("d4:infod4:name1:a5:filesld6:lengthi1e4:pathl1:bee6:pieces0:ee"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseMetainfo(b)
		if err == nil && len(m.Hash) != 40 {
			t.Errorf("hash %q", m.Hash)
		}
	})
}
