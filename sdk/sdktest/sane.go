package sdktest

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/millrace-media/millrace/sdk"
)

var (
	hexHash = regexp.MustCompile(`^[0-9a-f]{40}$`)
	imdbID  = regexp.MustCompile(`^tt\d{7,10}$`)
	decimal = regexp.MustCompile(`^[1-9]\d*$`)
)

// saneIDs checks that ids are written as the vocabulary says.
func saneIDs(t T, what string, ids sdk.IDs) {
	t.Helper()
	for ns, v := range ids.All() {
		if ns == "imdb" && !imdbID.MatchString(v) || ns != "imdb" && !decimal.MatchString(v) {
			t.Errorf("%s: the %s id %q is not one", what, ns, v)
		}
	}
}

func saneTime(t T, what string, at time.Time) {
	t.Helper()
	if !at.IsZero() && at.Location() != time.UTC {
		t.Errorf("%s: the time %v is not in UTC", what, at)
	}
}

func saneText(t T, what, text string) {
	t.Helper()
	if strings.TrimSpace(text) == "" || !utf8.ValidString(text) {
		t.Errorf("%s: %q is no text", what, text)
	}
}

func saneFiles(t T, what string, files []sdk.File) {
	t.Helper()
	for i, f := range files {
		in := what + ", file " + ordinal(i, f.Path)
		saneText(t, in, f.Path)
		if f.Size < -1 || f.Index < -1 {
			t.Errorf("%s: size %d, index %d", in, f.Size, f.Index)
		}
		if strings.HasPrefix(f.Path, "/") || slices.Contains(strings.Split(f.Path, "/"), "..") {
			t.Errorf("%s: the path leads out of the release", in)
		}
	}
}

func saneReleases(t T, releases []sdk.Release) {
	t.Helper()
	nothing(t, "releases", len(releases))
	for i, r := range releases {
		what := "release " + ordinal(i, r.Name)
		saneText(t, what, r.Name)
		if r.Hash == "" && r.Torrent == "" || r.Hash != "" && !hexHash.MatchString(r.Hash) {
			t.Errorf("%s: the hash %q is not 40 lower-case hex digits", what, r.Hash)
		}
		if r.Size < 0 || r.Seeders < -1 || r.Leechers < -1 {
			t.Errorf("%s: size %d, seeders %d, leechers %d", what, r.Size, r.Seeders, r.Leechers)
		}
		saneIDs(t, what, r.IDs)
		saneTime(t, what, r.Published)
		saneFiles(t, what, r.Files)
	}
}

func saneRequests(t T, requests []sdk.Request) {
	t.Helper()
	nothing(t, "requests", len(requests))
	seen := map[string]bool{}
	for i, r := range requests {
		what := "request " + ordinal(i, r.Ref)
		if r.Ref == "" || seen[r.Ref] {
			t.Errorf("%s: every request needs a Ref of its own", what)
		}
		seen[r.Ref] = true
		if r.IDs.IsZero() && r.Name == "" && r.Magnet == "" {
			t.Errorf("%s names nothing", what)
		}
		if r.Kind != "" && r.Kind != sdk.Movie && r.Kind != sdk.Show {
			t.Errorf("%s: %q is no kind of title", what, r.Kind)
		}
		if r.Kind == sdk.Movie && len(r.Seasons) > 0 || slices.ContainsFunc(r.Seasons, func(n int) bool { return n < 0 }) {
			t.Errorf("%s: seasons %v", what, r.Seasons)
		}
		saneIDs(t, what, r.IDs)
	}
}

func saneTitle(t T, title sdk.Title) {
	t.Helper()
	what := "title " + title.Name
	saneText(t, what, title.Name)
	saneIDs(t, what, title.IDs)
	saneTime(t, what, title.Released)
	if title.IDs.IsZero() {
		t.Errorf("%s has no id", what)
	}
	if title.Kind != sdk.Movie && title.Kind != sdk.Show {
		t.Errorf("%s: %q is no kind of title", what, title.Kind)
	}
	if title.Kind == sdk.Movie && len(title.Episodes) > 0 {
		t.Errorf("%s is a film with episodes", what)
	}
	if title.Rating < 0 || title.Rating > 10 || title.Runtime < 0 {
		t.Errorf("%s: rating %v, runtime %v", what, title.Rating, title.Runtime)
	}
	type key struct{ season, number int }
	seen := map[key]bool{}
	for _, e := range title.Episodes {
		k := key{e.Season, e.Number}
		if e.Season < 0 || e.Number < 1 || seen[k] {
			t.Errorf("%s: season %d has episode %d twice, or it is not a number", what, e.Season, e.Number)
		}
		seen[k] = true
		saneTime(t, what, e.AirTime)
	}
}

func sanePlacement(t T, p sdk.Placement) {
	t.Helper()
	what := "placement " + p.ID
	known := []sdk.PlacementState{sdk.PlacementQueued, sdk.PlacementDownloading, sdk.PlacementReady, sdk.PlacementFailed}
	if !slices.Contains(known, p.State) {
		t.Errorf("%s: %q is no state", what, p.State)
	}
	if p.ID == "" && p.State != sdk.PlacementQueued {
		t.Errorf("a placement that is %s has no id", p.State)
	}
	if p.Hash != "" && !hexHash.MatchString(p.Hash) {
		t.Errorf("%s: the hash %q is not 40 lower-case hex digits", what, p.Hash)
	}
	if p.Progress < 0 || p.Progress > 1 || p.Retry < 0 {
		t.Errorf("%s: progress %v, retry %v", what, p.Progress, p.Retry)
	}
	if p.State == sdk.PlacementFailed && p.Message == "" {
		t.Errorf("%s failed and does not say why", what)
	}
	saneFiles(t, what, p.Files)
}
