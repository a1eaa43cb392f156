package world

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"github.com/anacrolix/torrent/metainfo"
	"github.com/google/go-cmp/cmp"
)

func TestArchiveSearches(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	tests := []struct {
		query string
		want  []string
	}{
		{`external-identifier:"urn:imdb:tt1254207"`, []string{"sandbox-big-buck-bunny-2008"}},
		{`external-identifier:urn\:imdb\:tt1727587`, []string{"sandbox-sintel-2010", "sandbox-sintel-2010-upload"}},
		{`title:(tears of steel) AND mediatype:(movies)`, []string{"sandbox-tears-of-steel-2012", "sandbox-tears-of-steel-2012-broadcast"}},
		{`title:(tears of steel) AND licenseurl:*creativecommons.org*`, []string{"sandbox-tears-of-steel-2012"}},
		{`title:"sintel full" OR title:dream`, nil}, // OR stands in parentheses only, as clients write it
		{`(title:"sintel full" OR title:dream)`, []string{"sandbox-elephants-dream-2006", "sandbox-sintel-2010-upload"}},
		{`year:[2006 TO 2008] AND -title:dream`, []string{"sandbox-big-buck-bunny-2008"}},
		{`identifier:sandbox-sintel-2010`, []string{"sandbox-sintel-2010"}},
		{`collection:sandbox_films AND NOT year:2012`, []string{"sandbox-big-buck-bunny-2008", "sandbox-elephants-dream-2006"}},
		{`elephants`, []string{"sandbox-elephants-dream-2006"}},
		{`mediatype:audio`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			var in struct {
				Response struct {
					NumFound int
					Docs     []struct{ Identifier string }
				}
			}
			get(t, w.Endpoints.Archive.URL+"/advancedsearch.php?output=json&fl[]=identifier&q="+url.QueryEscape(tt.query)).json(t, &in)
			var got []string
			for _, d := range in.Response.Docs {
				got = append(got, d.Identifier)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
		})
	}
	var page struct {
		Response struct {
			NumFound, Start int
			Docs            []map[string]any
		}
	}
	get(t, w.Endpoints.Archive.URL+"/advancedsearch.php?output=json&q=*:*&fl[]=year&fl[]=licenseurl&rows=2&page=2").json(t, &page)
	if r := page.Response; r.NumFound != 6 || r.Start != 2 || len(r.Docs) != 2 || r.Docs[0]["year"] != 2012.0 || len(r.Docs[0]) != 2 {
		t.Errorf("page: %+v", r)
	}
}

func TestArchiveItemLeadsToItsFiles(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	e, r := w.Endpoints.Archive, named(t, w, "sandbox-sintel-2010")
	var in struct {
		Metadata map[string]any
		Files    []struct{ Name, Format, Size, SHA1, Btih string }
	}
	get(t, e.URL+"/metadata/sandbox-sintel-2010").json(t, &in)
	if in.Metadata["licenseurl"] != licenceBy || len(in.Files) != 4 || in.Files[3].Btih != r.Hash || len(in.Files[0].SHA1) != 40 {
		t.Fatalf("got %+v", in)
	}
	a := get(t, e.URL+"/download/sandbox-sintel-2010/"+in.Files[0].Name)
	if a.status != 302 {
		t.Fatalf("download: status %d, want 302", a.status)
	}
	got := get(t, a.header.Get("Location"), "Range: bytes=5-9")
	if want := original(t, w, r, 0)[5:10]; got.status != 206 || !bytes.Equal(got.body, want) {
		t.Errorf("status %d, got %x, want %x", got.status, got.body, want)
	}
	torrent := get(t, get(t, e.URL+"/download/sandbox-sintel-2010/"+in.Files[3].Name).header.Get("Location"))
	m, err := metainfo.Load(bytes.NewReader(torrent.body))
	if err != nil || m.HashInfoBytes().HexString() != r.Hash || !strings.HasPrefix(m.UrlList[0], e.URL) {
		t.Errorf("torrent: %+v, %v", m, err)
	}
}

func TestArchiveTellsWhatIsNotFree(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	for id, want := range map[string]any{"sandbox-tears-of-steel-2012": licenceBy, "sandbox-tears-of-steel-2012-broadcast": licenceNone, "sandbox-sintel-2010-upload": nil, "nobody": nil} {
		var in struct{ Metadata map[string]any }
		a := get(t, w.Endpoints.Archive.URL+"/metadata/"+id)
		if a.json(t, &in); a.status != 200 || in.Metadata["licenseurl"] != want {
			t.Errorf("%s: status %d, licence %v, want %v", id, a.status, in.Metadata["licenseurl"], want)
		}
	}
}

func FuzzQueryNeverPanics(f *testing.F) {
	for _, q := range []string{`title:(a OR "b")`, `-year:[1 TO *]`, `a*b*c AND NOT (d`, `:`, `""`} {
		f.Add(q)
	}
	fields := map[string]any{"title": "Sintel", "year": 2010, "collection": []string{"a", "b"}}
	f.Fuzz(func(_ *testing.T, q string) { matchesQuery(fields, q) })
}
