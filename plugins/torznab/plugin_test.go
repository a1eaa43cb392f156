package torznab_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/plugins/torznab"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

const hash = "0123456789abcdef0123456789abcdef01234567"

// indexer answers with the caps and the feeds of testdata; it records what it was asked.
type indexer struct {
	t     *testing.T
	caps  string            // file
	feeds map[string]string // part of the query to file
}

func (x indexer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	switch {
	case strings.HasPrefix(r.URL.Path, "/download/magnet"):
		w.Header().Set("Location", "magnet:?xt=urn:btih:"+hash)
		w.WriteHeader(http.StatusFound)
	case strings.HasPrefix(r.URL.Path, "/download/"):
		io.WriteString(w, "d4:infod4:name1:xee")
	case r.FormValue("t") == "caps":
		w.Write(golden(x.t, x.caps))
	case r.FormValue("apikey") != "k3y":
		io.WriteString(w, `<error code="100" description="Incorrect user credentials"/>`)
	default:
		for part, file := range x.feeds {
			if strings.Contains(r.URL.RawQuery, part) {
				w.Write(golden(x.t, file))
				return
			}
		}
		w.Write(golden(x.t, "empty.xml"))
	}
}

func golden(t *testing.T, name string) []byte {
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Error(err)
	}
	return data
}

func setup(t *testing.T, h http.Handler, s torznab.Settings) (*torznab.Indexer, *sdktest.Upstream) {
	t.Helper()
	up := sdktest.NewUpstream(t, h)
	s.URL = up.URL
	if s.Key.IsZero() {
		s.Key = sdk.NewSecret("k3y")
	}
	x, err := torznab.New(t.Context(), sdktest.Env(t), s)
	if err != nil {
		t.Fatal(err)
	}
	return x, up
}

var (
	film    = sdk.Query{IDs: sdk.IDs{IMDb: "tt1254207"}, Kind: sdk.Movie, Scope: sdk.ScopeTitle, Names: []string{"Big Buck Bunny"}, Year: 2008}
	episode = sdk.Query{IDs: sdk.IDs{TVDB: "77"}, Kind: sdk.Show, Scope: sdk.ScopeEpisode, Names: []string{"Wheel"}, Season: 1, Episode: 2}
)

func scrape(t *testing.T, x *torznab.Indexer, q sdk.Query) []sdk.Release {
	t.Helper()
	var got []sdk.Release
	if err := x.Scrape(t.Context(), q, collect(&got)); err != nil {
		t.Fatal(err)
	}
	return got
}

func collect(to *[]sdk.Release) func(...sdk.Release) error {
	return func(r ...sdk.Release) error {
		*to = append(*to, r...)
		return nil
	}
}

func TestScraper(t *testing.T) {
	up := sdktest.NewUpstream(t, indexer{t, "caps.xml", map[string]string{"imdbid=1254207": "film.xml", "cat=2000%2C5000": "film.xml"}})
	sdktest.Scraper(t, sdktest.ScraperCase{
		Case:  sdktest.Case{Plugin: torznab.Plugin, Settings: map[string]any{"url": up.URL, "api_key": "k3y"}, Upstream: up},
		Query: film,
		Want: []sdk.Release{
			{
				Name: "Big.Buck.Bunny.2008.1080p.BluRay.x264-PEACH", Hash: hash, Size: 1234567890, Seeders: 12, Leechers: 3, Tracker: "Meadow",
				Magnet: "magnet:?xt=urn:btih:" + hash + "&dn=Big+Buck+Bunny&tr=udp%3A%2F%2Ftracker.example%3A6969", Torrent: "https://indexer.example/dl/1.torrent?passkey=abc&x=1",
				Page: "https://indexer.example/details/1", Published: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Languages: []string{"en"},
				IDs: sdk.IDs{IMDb: "tt1254207", TMDB: "10378"},
			},
			{
				Name: "Big Buck Bunny & Friends <2008> 720p", Size: 700000000, Seeders: -1, Leechers: -1, Tracker: "Test indexer",
				Torrent: up.URL + "/download/2.torrent", Private: true, Published: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
			},
		},
		Nothing: sdk.Query{IDs: sdk.IDs{IMDb: "tt0000001"}, Kind: sdk.Movie, Scope: sdk.ScopeTitle, Names: []string{"Nobody Made This"}},
	})
}

func TestCapsAreAskedForOnce(t *testing.T) {
	t.Parallel()
	x, up := setup(t, indexer{t, "caps.xml", nil}, torznab.Settings{})
	for range 3 {
		scrape(t, x, film)
	}
	if n := up.Count("GET", "/api?t=caps"); n != 1 {
		t.Errorf("caps were asked for %d times", n)
	}
}

func TestScrapeAsks(t *testing.T) {
	t.Parallel()
	byID := map[string]string{"imdbid=": "film.xml", "tvdbid=": "film.xml"}
	refuses := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("imdbid") != "" {
			io.WriteString(w, `<error code="201" description="Incorrect parameter"/>`)
			return
		}
		indexer{t, "caps.xml", nil}.ServeHTTP(w, r)
	})
	noCaps := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("t") == "caps" {
			io.WriteString(w, `<error code="202" description="No such function"/>`)
			return
		}
		indexer{t, "caps.xml", nil}.ServeHTTP(w, r)
	})
	const tail = "&limit=100"
	tests := map[string]struct {
		handler  http.Handler
		settings torznab.Settings
		query    sdk.Query
		want     []string
	}{
		"by id alone where that finds something": {indexer{t, "caps.xml", byID}, torznab.Settings{}, film, []string{"imdbid=1254207" + tail + "&t=movie"}},
		"by name too where the user wants it": {indexer{t, "caps.xml", byID}, torznab.Settings{Titles: true}, film, []string{
			"imdbid=1254207" + tail + "&t=movie", tail[1:] + "&q=Big+Buck+Bunny+2008&t=movie",
		}},
		"by name where the id finds nothing": {indexer{t, "caps.xml", nil}, torznab.Settings{}, film, []string{
			"imdbid=1254207" + tail + "&t=movie", tail[1:] + "&q=Big+Buck+Bunny+2008&t=movie",
		}},
		"by name where the id is refused": {refuses, torznab.Settings{}, film, []string{
			"imdbid=1254207" + tail + "&t=movie", tail[1:] + "&q=Big+Buck+Bunny+2008&t=movie",
		}},
		"in the usual way where there are no caps": {noCaps, torznab.Settings{}, film, []string{tail[1:] + "&q=Big+Buck+Bunny+2008&t=movie"}},
		"for an episode and its season": {indexer{t, "caps.xml", byID}, torznab.Settings{}, episode, []string{
			"ep=2" + tail + "&season=1&t=tvsearch&tvdbid=77", tail[1:] + "&season=1&t=tvsearch&tvdbid=77",
		}},
		"nothing where no category is of the kind": {indexer{t, "caps.xml", byID}, torznab.Settings{Categories: []int{2040}}, episode, nil},
		"no further once there are enough":         {indexer{t, "caps.xml", byID}, torznab.Settings{Results: 1}, episode, []string{"ep=2" + tail + "&season=1&t=tvsearch&tvdbid=77"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x, up := setup(t, tt.handler, tt.settings)
			scrape(t, x, tt.query)
			var got []string
			for _, c := range up.Calls() {
				if q := strings.NewReplacer("/api?", "", "&apikey=k3y", "", "cat=2000&", "", "cat=5000&", "", "extended=1&", "").Replace(c.URL); q != "t=caps" {
					got = append(got, q)
				}
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

func TestSettingsShapeReleases(t *testing.T) {
	t.Parallel()
	feeds := map[string]string{"imdbid=": "film.xml"}
	x, _ := setup(t, indexer{t, "caps.xml", feeds}, torznab.Settings{MinSeeders: 13})
	if got := scrape(t, x, film); len(got) != 2 || got[0].Seeders != -1 || got[1].Seeders != -1 {
		t.Errorf("min_seeders: got %+v, want those of which it is unknown", got)
	}
	x, _ = setup(t, indexer{t, "caps.xml", feeds}, torznab.Settings{Private: true})
	for _, r := range scrape(t, x, film) {
		if !r.Private {
			t.Errorf("private: %s is public", r.Name)
		}
	}
	x, _ = setup(t, indexer{t, "caps.xml", feeds}, torznab.Settings{})
	limited := film
	limited.Limit = 1
	if got := scrape(t, x, limited); len(got) != 1 {
		t.Errorf("a limit of 1 gave %d", len(got))
	}
}

func TestErrorOfYieldEndsTheSearch(t *testing.T) {
	t.Parallel()
	x, up := setup(t, indexer{t, "caps.xml", map[string]string{"tvdbid=": "film.xml"}}, torznab.Settings{})
	err := x.Scrape(t.Context(), episode, func(...sdk.Release) error { return io.ErrShortWrite })
	if err != io.ErrShortWrite || len(up.Calls()) != 2 {
		t.Errorf("got %v after %d calls", err, len(up.Calls()))
	}
}

func TestFeedEndsAtWhatIsKnown(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	x, up := setup(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("t") == "caps" {
			w.Write(golden(t, "caps.xml"))
			return
		}
		if got := r.FormValue("cat"); got != "2000,5000" {
			t.Errorf("cat = %q", got)
		}
		var offset int
		fmt.Sscan(r.FormValue("offset"), &offset)
		fmt.Fprint(w, `<rss><channel>`)
		for i := offset; i < offset+100; i++ { // one an hour
			fmt.Fprintf(w, `<item><title>item %d</title><pubDate>%s</pubDate><attr name="infohash" value="%040x"/></item>`,
				i, start.Add(-time.Duration(i)*time.Hour).Format(time.RFC1123Z), i+1)
		}
		fmt.Fprint(w, `</channel></rss>`)
	}), torznab.Settings{})
	var got []sdk.Release
	if err := x.Feed(t.Context(), start.Add(-150*time.Hour), collect(&got)); err != nil {
		t.Fatal(err)
	}
	if len(got) != 151 || up.Count("GET", "/api?") != 4 { // caps and three pages, of which the third has nothing new
		t.Errorf("got %d releases in %d calls", len(got), up.Count("GET", "/api?"))
	}
}

func TestTorrent(t *testing.T) {
	t.Parallel()
	x, up := setup(t, indexer{t, "caps.xml", nil}, torznab.Settings{})
	got, err := x.Torrent(t.Context(), up.URL+"/download/1.torrent")
	if err != nil || string(got.Metainfo) != "d4:infod4:name1:xee" {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err = x.Torrent(t.Context(), up.URL+"/download/magnet/1")
	if err != nil || got.Magnet != "magnet:?xt=urn:btih:"+hash {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	x, _ := setup(t, indexer{t, "caps.xml", nil}, torznab.Settings{})
	got, err := x.Check(t.Context())
	if want := (sdk.Health{Message: "Test & indexer", Version: "1.3"}); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	x, _ = setup(t, indexer{t, "caps.xml", nil}, torznab.Settings{Key: sdk.NewSecret("wrong")})
	if _, err := x.Check(t.Context()); sdk.KindOf(err) != sdk.Denied {
		t.Errorf("a wrong key: got %v, want Denied", err)
	}
}

func TestURLThatCannotBeUsedIsInvalid(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	_, err := torznab.New(t.Context(), sdktest.Env(t), torznab.Settings{URL: "jackett:9117"})
	if sdk.KindOf(err) != sdk.Invalid {
		t.Errorf("got %v, want Invalid", err)
	}
}
