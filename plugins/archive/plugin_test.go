package archive_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/plugins/archive"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

const (
	hash1 = "0123456789abcdef0123456789abcdef01234567"
	hash2 = "89abcdef0123456789abcdef0123456789abcdef"
)

var night = sdk.Query{
	IDs: sdk.IDs{IMDb: "tt0063350"}, Kind: sdk.Movie, Scope: sdk.ScopeTitle, Names: []string{"Night of the Living Dead", "La nuit des morts-vivants"}, Year: 1968,
}

// library answers with the files of testdata; an item that is not there is {}.
func library(w http.ResponseWriter, r *http.Request) {
	id, isItem := strings.CutPrefix(r.URL.Path, "/metadata/")
	switch {
	case isItem:
		data, err := os.ReadFile("testdata/" + id + ".json")
		if err != nil {
			data = []byte("{}")
		}
		w.Write(data)
	case r.URL.Path == "/advancedsearch.php":
		data, err := os.ReadFile("testdata/search.json")
		if err != nil {
			panic(err)
		}
		w.Write(data)
	case r.URL.Path == "/download/night-1968/night-1968_archive.torrent":
		http.Redirect(w, r, "/1/items/x.torrent", http.StatusFound)
	case r.URL.Path == "/1/items/x.torrent":
		io.WriteString(w, "d4:infod4:name10:night-1968ee")
	default:
		http.NotFound(w, r)
	}
}

func settings() archive.Settings {
	return archive.Settings{Licenses: []string{"by", "mark", "publicdomain"}, Collections: []string{"prelinger"}, Candidates: 15}
}

func setup(t *testing.T, s archive.Settings, h http.HandlerFunc) (*archive.Archive, *sdktest.Upstream) {
	t.Helper()
	up := sdktest.NewUpstream(t, h)
	s.URL = up.URL
	a, err := archive.New(t.Context(), sdktest.Env(t), s)
	if err != nil {
		t.Fatal(err)
	}
	return a, up
}

func scrape(t *testing.T, a *archive.Archive, q sdk.Query) []sdk.Release {
	t.Helper()
	var got []sdk.Release
	err := a.Scrape(t.Context(), q, func(r ...sdk.Release) error {
		got = append(got, r...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestScraper(t *testing.T) {
	up := sdktest.NewUpstream(t, http.HandlerFunc(library))
	magnet := func(hash, id string) string {
		return "magnet:?xt=urn:btih:" + hash + "&dn=" + id +
			"&xs=" + url.QueryEscape(up.URL+"/download/"+id+"/"+id+"_archive.torrent") + "&ws=" + url.QueryEscape(up.URL+"/download/")
	}
	want := []sdk.Release{
		{
			Name: "Night of the Living Dead (1968) 480p", Hash: hash1, Size: 3000000000, Seeders: -1, Leechers: -1, Tracker: "Internet Archive",
			Magnet: magnet(hash1, "night-1968"), Torrent: up.URL + "/download/night-1968/night-1968_archive.torrent", Page: up.URL + "/details/night-1968",
			Published: time.Date(2004, 11, 12, 1, 2, 3, 0, time.UTC), IDs: sdk.IDs{IMDb: "tt0063350"}, WebSeeds: []string{up.URL + "/download/"},
			Files: []sdk.File{
				{Index: -1, Path: "night-1968/Night.mpeg", Size: 2500000000}, {Index: -1, Path: "night-1968/Night_512kb.mp4", Size: 400000000},
				{Index: -1, Path: "night-1968/subs/Night.en.srt", Size: -1},
			},
		},
		{
			Name: "Night of the Living Dead (1968) 720p restored", Hash: hash2, Size: 900, Seeders: -1, Leechers: -1, Tracker: "Internet Archive",
			Magnet: magnet(hash2, "night-restored"), Torrent: up.URL + "/download/night-restored/night-restored_archive.torrent", Page: up.URL + "/details/night-restored",
			WebSeeds: []string{up.URL + "/download/"}, Files: []sdk.File{{Index: -1, Path: "night-restored/Night restored.mkv", Size: 900}},
		},
	}
	sdktest.Scraper(t, sdktest.ScraperCase{
		Case: sdktest.Case{
			Plugin: archive.Plugin, Upstream: up,
			Settings: map[string]any{"url": up.URL, "licenses": []string{"by", "mark", "publicdomain"}, "collections": []string{"prelinger"}},
		},
		Query: night, Want: want,
		Nothing: sdk.Query{Kind: sdk.Movie, Scope: sdk.ScopeTitle, Names: []string{"Nobody Made This"}},
	})
}

func TestScrapeLooksAtWhatIsFree(t *testing.T) {
	t.Parallel()
	a, up := setup(t, settings(), library)
	scrape(t, a, night)
	var items []string
	for _, c := range up.Calls() {
		if id, ok := strings.CutPrefix(c.URL, "/metadata/"); ok {
			items = append(items, id)
		}
	}
	if diff := cmp.Diff(items, []string{"night-1968", "night-restored", "night-collection"}); diff != "" {
		t.Errorf("the items looked at: got -, want +:\n%s", diff)
	}
}

func TestScrapeAsks(t *testing.T) {
	t.Parallel()
	const free = " AND (licenseurl:*creativecommons.org* OR collection:(prelinger))"
	tests := map[string]struct {
		query sdk.Query
		want  []string
	}{
		"by id and by name": {night, []string{`mediatype:movies AND (external-identifier:"urn:imdb:tt0063350" OR title:"night of the living dead" OR title:"la nuit des morts vivants")` + free}},
		"without what the search would take for its own": {
			sdk.Query{Kind: sdk.Movie, IDs: sdk.IDs{IMDb: `tt1" OR x`}, Names: []string{`A "B" (C) AND: D's & E?`}}, []string{`mediatype:movies AND (title:"a b c and ds and e")` + free},
		},
		"nothing of a show":     {sdk.Query{Kind: sdk.Show, Names: []string{"X"}}, nil},
		"nothing for a nothing": {sdk.Query{Kind: sdk.Movie, Names: []string{"?!"}}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, up := setup(t, settings(), library)
			scrape(t, a, tt.query)
			var got []string
			for _, c := range up.Calls() {
				if u, err := url.Parse(c.URL); err == nil && u.Path == "/advancedsearch.php" {
					got = append(got, u.Query().Get("q"))
				}
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

func TestSettingsSayWhatIsFree(t *testing.T) {
	t.Parallel()
	none := settings()
	none.Licenses = []string{"by"}
	a, _ := setup(t, none, library)
	if got := scrape(t, a, night); len(got) != 0 {
		t.Errorf("got %d releases of licences that do not count", len(got))
	}
	one := settings()
	one.Candidates = 1
	a, _ = setup(t, one, library)
	if got := scrape(t, a, night); len(got) != 1 || got[0].Hash != hash1 {
		t.Errorf("got %v, want the item with the film's id alone", got)
	}
}

func TestErrorOfYieldEndsTheSearch(t *testing.T) {
	t.Parallel()
	a, up := setup(t, settings(), library)
	err := a.Scrape(t.Context(), night, func(...sdk.Release) error { return io.ErrShortWrite })
	if err != io.ErrShortWrite || len(up.Calls()) != 2 {
		t.Errorf("got %v after %d calls", err, len(up.Calls()))
	}
}

func TestTorrent(t *testing.T) {
	t.Parallel()
	a, up := setup(t, settings(), library)
	got, err := a.Torrent(t.Context(), up.URL+"/download/night-1968/night-1968_archive.torrent")
	if err != nil || string(got.Metainfo) != "d4:infod4:name10:night-1968ee" {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := a.Torrent(t.Context(), up.URL+"/download/none/none.torrent"); sdk.KindOf(err) != sdk.NotFound {
		t.Errorf("got %v, want NotFound", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	a, _ := setup(t, settings(), library)
	if _, err := a.Check(t.Context()); err != nil {
		t.Error(err)
	}
	a, _ = setup(t, settings(), func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"error": "query parse error"}`) })
	if _, err := a.Check(t.Context()); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("got %v, want Unavailable", err)
	}
}
