package main

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

const key = "s3cret"

// index is an example index with a few releases, two a page.
func index(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/status":
		write(w, map[string]any{"version": "1.4", "message": "well"})
	case r.Header.Get("X-Api-Key") != key:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/search" && r.FormValue("imdb") == "tt1727587":
		from, err := strconv.Atoi(r.FormValue("from"))
		if err != nil {
			from = 0
		}
		all := results()
		answer := map[string]any{"results": all[from:min(from+2, len(all))]}
		if from+2 < len(all) {
			answer["next"] = from + 2
		}
		write(w, answer)
	case r.URL.Path == "/search":
		write(w, map[string]any{"results": []any{}})
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func results() []map[string]any {
	return []map[string]any{
		{"name": "Sintel.2010.1080p.WEB-DL", "infohash": "08ADA5A7A6183AAE1E09D831DF6748D566095A10", "size": 1 << 30, "seeders": 12, "leechers": 0, "imdb": "tt1727587", "published": "2010-09-30T12:00:00+02:00"},
		{"name": "Sintel.2010.720p.WEB-DL", "infohash": "18ada5a7a6183aae1e09d831df6748d566095a10", "size": "734003200"},
		{"name": "No hash", "infohash": ""},
		{"name": "Sintel.2010.480p.DVDRip", "infohash": "28ada5a7a6183aae1e09d831df6748d566095a10", "size": nil, "seeders": 1, "imdb": "tt1727587"},
	}
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		return // the client has gone
	}
}

// TestScraper is the whole test of a scraper: an upstream, a query, and what must be found.
func TestScraper(t *testing.T) {
	up := sdktest.NewUpstream(t, http.HandlerFunc(index))
	sdktest.Scraper(t, sdktest.ScraperCase{
		Case: sdktest.Case{
			Plugin:   plugin(),
			Settings: map[string]any{"url": up.URL, "api_key": key},
			Upstream: up,
		},
		Query: sdk.Query{IDs: sdk.IDs{IMDb: "tt1727587"}, Kind: sdk.Movie, Scope: sdk.ScopeTitle, Names: []string{"Sintel"}, Year: 2010},
		Want: []sdk.Release{
			{Name: "Sintel.2010.1080p.WEB-DL", Hash: "08ada5a7a6183aae1e09d831df6748d566095a10", Size: 1 << 30, Seeders: 12, Leechers: 0, Tracker: "example",
				IDs: sdk.IDs{IMDb: "tt1727587"}, Published: time.Date(2010, 9, 30, 10, 0, 0, 0, time.UTC)},
			{Name: "Sintel.2010.720p.WEB-DL", Hash: "18ada5a7a6183aae1e09d831df6748d566095a10", Size: 734003200, Seeders: -1, Leechers: -1, Tracker: "example"},
			{Name: "Sintel.2010.480p.DVDRip", Hash: "28ada5a7a6183aae1e09d831df6748d566095a10", Seeders: 1, Leechers: -1, Tracker: "example", IDs: sdk.IDs{IMDb: "tt1727587"}},
		},
		Nothing: sdk.Query{IDs: sdk.IDs{IMDb: "tt0000001"}, Kind: sdk.Movie, Scope: sdk.ScopeTitle, Names: []string{"Nothing"}},
	})
}

// TestQuery holds what is asked of the index to what README says.
func TestQuery(t *testing.T) {
	show := sdk.Query{Kind: sdk.Show, Names: []string{"A Show", "Une émission"}, Season: 2, Episode: 3}
	for _, tc := range []struct {
		scope sdk.Scope
		imdb  string
		from  int
		want  string
	}{
		{sdk.ScopeTitle, "tt0944947", 0, "imdb=tt0944947"},
		{sdk.ScopeTitle, "", 0, "title=A+Show"},
		{sdk.ScopeSeason, "tt0944947", 0, "imdb=tt0944947&season=2"},
		{sdk.ScopeEpisode, "tt0944947", 20, "episode=3&from=20&imdb=tt0944947&season=2"},
	} {
		q := show
		q.Scope, q.IMDb = tc.scope, tc.imdb
		if got := query(q, tc.from).Encode(); got != tc.want {
			t.Errorf("%s of %q asks %q, want %q", tc.scope, tc.imdb, got, tc.want)
		}
	}
}

// TestBinary builds the plugin and checks what a host will meet: the same as `millrace plugin check` does.
func TestBinary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "millrace-plugin-example")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	sdktest.Binary(t, path)
}
