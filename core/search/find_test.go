package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anacrolix/torrent/metainfo"
	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/cache"
	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/sdk"
)

var (
	hashA = strings.Repeat("a1", 20)
	hashB = strings.Repeat("b2", 20)
)

// scraper answers with what it is given, and gives the .torrent of a link.
type scraper struct {
	releases []sdk.Release
	err      error
	wait     <-chan struct{} // it answers when this is closed; nil: at once
	hang     bool            // it answers, and does not end

	mu       sync.Mutex
	torrents map[string]sdk.Torrent // guarded by mu
	fetched  []string               // guarded by mu
	query    sdk.Query              // guarded by mu
}

func (s *scraper) Scrape(ctx context.Context, q sdk.Query, yield func(...sdk.Release) error) error {
	s.mu.Lock()
	s.query = q
	s.mu.Unlock()
	if s.wait != nil {
		<-s.wait
	}
	if err := yield(s.releases...); err != nil {
		return err
	}
	if s.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.err
}

func (s *scraper) Torrent(_ context.Context, url string) (sdk.Torrent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetched = append(s.fetched, url)
	t, ok := s.torrents[url]
	if !ok {
		return t, sdk.Errorf(sdk.NotFound, "no such .torrent")
	}
	return t, nil
}

// provider knows what it has cached.
type provider struct {
	has []string
	err error
}

func (p provider) Add(context.Context, sdk.AddRequest) (sdk.Placement, error) {
	return sdk.Placement{}, nil
}
func (p provider) Link(context.Context, sdk.LinkRequest) (sdk.Link, error) { return sdk.Link{}, nil }
func (p provider) Remove(context.Context, string) error                    { return nil }

func (p provider) Available(_ context.Context, hashes []string) ([]sdk.Available, error) {
	var as []sdk.Available
	for _, h := range hashes {
		state := sdk.CachedNo
		if slices.Contains(p.has, h) {
			state = sdk.CachedYes
		}
		as = append(as, sdk.Available{Hash: h, State: state})
	}
	return as, p.err
}

// mute is a provider that cannot tell.
type mute struct{ sdk.Debrid }

func finder(t *testing.T, values ...plugin.Value) *Finder {
	t.Helper()
	c, err := cache.New(cache.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(dbtest.Open(t, dbtest.SQLite(t)), plugin.Fixed(plugin.Options{}, values...), c, slog.New(slog.DiscardHandler))
}

func scraping(name string, s *scraper) plugin.Value {
	return plugin.Value{Instance: config.Instance{Capability: sdk.CapabilityScraper, Name: name, Timeout: 200 * time.Millisecond}, Client: s}
}

var (
	film     = db.Title{ID: 1, Title: sdk.Title{Kind: sdk.Movie, Name: "Sintel", Year: 2010, IDs: sdk.IDs{IMDb: "tt1727587"}}}
	filmItem = library.Item{Kind: library.KindMovie}
)

func profile(t *testing.T) *rank.Compiled {
	t.Helper()
	c, err := rank.Profile{Name: "default"}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func find(t *testing.T, f *Finder) Result {
	t.Helper()
	res, err := f.Find(t.Context(), film, filmItem, profile(t))
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func hashesOf(res Result) []string {
	var hs []string
	for _, j := range res.Judged {
		hs = append(hs, j.Release.Hash)
	}
	return hs
}

func TestAReleaseOfSeveralScrapersIsJudgedOnce(t *testing.T) {
	t.Parallel()
	a := &scraper{releases: []sdk.Release{{Name: "Sintel.2010.1080p.WEB-DL", Hash: hashA, Seeders: 3}}}
	b := &scraper{releases: []sdk.Release{
		{Name: "Sintel (2010) [1080p]", Hash: strings.ToUpper(hashA), Seeders: 40, Private: true},
		{Name: "Sintel.2010.480p.WEB-DL", Magnet: "magnet:?xt=urn:btih:" + hashB, Seeders: 1},
	}}
	res := find(t, finder(t, scraping("a", a), scraping("b", b)))
	if d := cmp.Diff([]string{hashA, hashB}, hashesOf(res)); d != "" {
		t.Error(d)
	}
	var seen []string
	for _, s := range res.Sights {
		seen = append(seen, fmt.Sprintf("%s %s %d", s.Instance, s.Hash[:2], s.Seeders))
		if s.Title != film.ID || cmp.Diff([]db.Cover{{Season: db.WholeTitle}}, s.Covers) != "" {
			t.Errorf("%s is stored for title %d, %v", s.Name, s.Title, s.Covers)
		}
	}
	if d := cmp.Diff([]string{"a a1 3", "b a1 40", "b b2 1"}, seen); d != "" {
		t.Error(d)
	}
	if got := merged(sdk.Release{Seeders: 3, Size: 5}, sdk.Release{Seeders: -1, Size: 9, Private: true}); got.Seeders != 3 || got.Size != 9 || !got.Private {
		t.Errorf("got %+v", got)
	}
}

func merged(r, o sdk.Release) sdk.Release {
	merge(&r, o)
	return r
}

func TestTheOrderDoesNotDependOnWhoAnswersFirst(t *testing.T) {
	t.Parallel()
	var want []string
	for _, late := range []string{"a", "b"} {
		first, then := make(chan struct{}), make(chan struct{})
		close(first)
		waits := map[string]chan struct{}{"a": first, "b": first}
		waits[late] = then
		a := &scraper{wait: waits["a"], releases: []sdk.Release{{Name: "Sintel.2010.1080p.BluRay", Hash: hashA}}}
		b := &scraper{wait: waits["b"], releases: []sdk.Release{{Name: "Sintel.2010.720p.WEB", Hash: hashA}, {Name: "Sintel.2010.1080p.WEB", Hash: hashB}}}
		timer := time.AfterFunc(20*time.Millisecond, func() { close(then) })
		defer timer.Stop()
		res := find(t, finder(t, scraping("a", a), scraping("b", b)))
		var got []string
		for _, s := range res.Sights {
			got = append(got, s.Instance+" "+s.Name)
		}
		got = append(got, hashesOf(res)...)
		if want == nil {
			want = got
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

func TestOneScraperThatFailsOrHangsStopsNoOther(t *testing.T) {
	t.Parallel()
	good := &scraper{releases: []sdk.Release{{Name: "Sintel.2010.1080p", Hash: hashA}}}
	bad := &scraper{err: sdk.Errorf(sdk.Unavailable, "it is down")}
	slow := &scraper{hang: true, releases: []sdk.Release{{Name: "Sintel.2010.720p", Hash: hashB}}}
	res := find(t, finder(t, scraping("bad", bad), scraping("slow", slow), scraping("good", good)))
	if d := cmp.Diff([]string{hashA, hashB}, hashesOf(res)); d != "" {
		t.Error(d)
	}
	failed := res.Failed()
	if len(failed) != 2 || sdk.KindOf(failed[0]) != sdk.Unavailable || !strings.HasPrefix(failed[1].Error(), "slow: ") {
		t.Errorf("got %v", failed)
	}
	for _, o := range res.Outcomes {
		if want := map[string]int{"bad": 0, "slow": 1, "good": 1}[o.Instance]; o.Found != want {
			t.Errorf("%s found %d", o.Instance, o.Found)
		}
	}
}

func TestASearchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	_, err := finder(t, scraping("a", &scraper{hang: true})).Find(ctx, film, filmItem, profile(t))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAHashIsLearnedFromTheTorrent(t *testing.T) {
	t.Parallel()
	b, hash := makeTorrent(t, metainfo.Info{Name: "Sintel.mkv", Length: 12, PieceLength: 16, Pieces: []byte(strings.Repeat("x", 20))})
	s := &scraper{
		torrents: map[string]sdk.Torrent{"u1": {Metainfo: b}, "u2": {Magnet: "magnet:?xt=urn:btih:" + hashB}, "u3": {Metainfo: []byte("<html>")}},
		releases: []sdk.Release{
			{Name: "Sintel.2010.1080p", Torrent: "u1"}, {Name: "Sintel.2010.720p", Torrent: "u2"},
			{Name: "Sintel.2010.480p", Torrent: "u3"}, {Name: "Sintel.2010.360p", Torrent: "u4"},
			{Name: "Big.Buck.Bunny.2008", Torrent: "u5"}, {Name: "Sintel.2010.240p"}, {Name: "Sintel.2010.240p", Hash: "beef"},
		},
	}
	f := finder(t, scraping("a", s))
	for range 2 {
		res := find(t, f)
		if d := cmp.Diff([]string{hash, hashB}, hashesOf(res)); d != "" {
			t.Error(d)
		}
		if len(res.Sights) != 2 || len(res.Sights[0].Files) != 1 || res.Sights[0].Size != 12 {
			t.Errorf("got %+v", res.Sights)
		}
	}
	slices.Sort(s.fetched)
	if d := cmp.Diff([]string{"u1", "u2", "u3", "u3", "u4", "u4"}, s.fetched); d != "" {
		t.Errorf("what was learned is fetched again, or what does not match: %s", d)
	}
}

func TestOnlySoManyTorrentsAreFetched(t *testing.T) {
	t.Parallel()
	s := &scraper{}
	for i := range 2 * maxFetches {
		s.releases = append(s.releases, sdk.Release{Name: "Sintel.2010.1080p", Torrent: fmt.Sprintf("u%d", i), Seeders: i})
	}
	find(t, finder(t, scraping("a", s)))
	if len(s.fetched) != maxFetches || slices.Contains(s.fetched, "u0") || !slices.Contains(s.fetched, fmt.Sprintf("u%d", 2*maxFetches-1)) {
		t.Errorf("fetched %d: %v", len(s.fetched), s.fetched)
	}
}

func TestATorrentIsFoundAgain(t *testing.T) {
	t.Parallel()
	b, hash := makeTorrent(t, metainfo.Info{Name: "Sintel.mkv", Length: 12, PieceLength: 16, Pieces: []byte(strings.Repeat("x", 20))})
	other, _ := makeTorrent(t, metainfo.Info{Name: "Other.mkv", Length: 12, PieceLength: 16, Pieces: []byte(strings.Repeat("x", 20))})
	s := &scraper{torrents: map[string]sdk.Torrent{"wrong": {Metainfo: other}, "right": {Metainfo: b}}}
	f := finder(t, scraping("a", s))
	f.db = dbtest.Open(t, dbtest.SQLite(t))
	sight := func(urls ...string) db.Release {
		r := db.Release{Hash: hash}
		for _, u := range urls {
			r.Sightings = append(r.Sightings, db.Sighting{Instance: "a", Torrent: u})
		}
		return r
	}
	if got := f.Torrent(t.Context(), sight("", "none", "wrong")); got != nil {
		t.Errorf("got %q", got)
	}
	if got := f.Torrent(t.Context(), sight("wrong", "right")); string(got) != string(b) {
		t.Errorf("got %q", got)
	}
	n := len(s.fetched)
	if got := f.Torrent(t.Context(), sight("right")); string(got) != string(b) || len(s.fetched) != n {
		t.Errorf("got %q, fetched %v", got, s.fetched)
	}
	err := f.db.Tx(t.Context(), func(tx *db.Tx) error { return tx.PutSetting(t.Context(), TorrentSetting(hash), []byte("kept")) })
	if got := f.Torrent(t.Context(), sight()); err != nil || string(got) != "kept" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestWhatIsCachedAnywhereIsCached(t *testing.T) {
	t.Parallel()
	debrid := func(name string, client any) plugin.Value {
		return plugin.Value{Instance: config.Instance{Capability: sdk.CapabilityDebrid, Name: name}, Client: client}
	}
	f := finder(t, debrid("a", provider{err: errors.New("down")}), debrid("b", mute{}), debrid("c", provider{has: []string{hashB}}))
	if d := cmp.Diff(map[string]bool{hashB: true}, f.Cached(t.Context(), []string{hashA, hashB})); d != "" {
		t.Error(d)
	}
	if got := f.Cached(t.Context(), nil); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

var show = sdk.Title{
	Kind: sdk.Show, Name: "Pioneer One", Original: "Pioneer  one", Aliases: []sdk.Alias{{Name: "P1"}, {Name: "Erster"}, {Name: "Premier"}},
	Year: 2010, Episodes: []sdk.Episode{
		{Season: -1, Number: 1}, {Season: 1, Number: 1, Name: "Earthfall", Absolute: 1, AirTime: time.Date(2010, 6, 17, 2, 0, 0, 0, time.UTC)},
		{Season: 1, Number: 2, Name: "The Man"}, {Season: 2, Number: 1, Name: "Later"}, {Season: 1 << 40, Number: 1},
	},
}

func TestAnItemBecomesAQuery(t *testing.T) {
	t.Parallel()
	names := []string{"Pioneer One", "P1", "Erster"}
	for _, c := range []struct {
		name string
		item library.Item
		want sdk.Query
	}{
		{"for a season", library.Item{Kind: library.KindSeason, Season: 1}, sdk.Query{Scope: sdk.ScopeSeason, Season: 1}},
		{"for the specials", library.Item{Kind: library.KindSeason}, sdk.Query{Scope: sdk.ScopeSeason}},
		{"for an episode, with its number and date", library.Item{Kind: library.KindEpisode, Season: 1, Episode: 1},
			sdk.Query{Scope: sdk.ScopeEpisode, Season: 1, Episode: 1, Absolute: 1, AirDate: show.Episodes[1].AirTime}},
		{"for an episode that is not known", library.Item{Kind: library.KindEpisode, Season: 9, Episode: 9}, sdk.Query{Scope: sdk.ScopeEpisode, Season: 9, Episode: 9}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.want.Kind, c.want.Names, c.want.Year = sdk.Show, names, 2010
			if d := cmp.Diff(c.want, Query(show, c.item)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAnItemIsDescribedToTheMatcher(t *testing.T) {
	t.Parallel()
	w := Wanted(show, library.Item{Kind: library.KindEpisode, Season: 1, Episode: 1})
	if d := cmp.Diff([]int{0, 2, 1}, w.SeasonLengths); d != "" {
		t.Error(d)
	}
	if len(w.AirDates) != 2 || w.AirDates[0].Day != 17 || w.AirDates[1].Day != 16 || w.Absolute != 1 || len(w.EpisodeTitles) != 1 {
		t.Errorf("got %+v", w)
	}
	if got := Wanted(show, library.Item{Kind: library.KindSeason, Season: 1}); cmp.Diff([]string{"Earthfall", "The Man"}, got.EpisodeTitles) != "" {
		t.Errorf("got %v", got.EpisodeTitles)
	}
}

func TestAnEpisodeIsOfTheDayAtHome(t *testing.T) {
	t.Parallel()
	at := func(d, hour int) time.Time { return time.Date(2024, 11, d, hour, 0, 0, 0, time.UTC) }
	tests := map[string]struct {
		country string
		airs    []time.Time // of episode 1, and of others
		want    []int       // days of November
		daily   bool
	}{
		"in the evening of the day before, as far as is known": {"", []time.Time{at(15, 3)}, []int{15, 14}, false},
		"in an American evening":                               {"US", []time.Time{at(15, 3)}, []int{14, 15}, false},
		"in an American evening, daily":                        {"US", []time.Time{at(15, 3), at(16, 3)}, []int{14}, true},
		"in a Japanese morning":                                {"JP", []time.Time{at(15, 22)}, []int{16, 15}, false},
		"in a British evening":                                 {"GB", []time.Time{at(15, 20), at(22, 20)}, []int{15}, false},
		"with another on the same day":                         {"GB", []time.Time{at(15, 20), at(15, 21)}, []int{15}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			title := sdk.Title{Kind: sdk.Show, Name: "The Daily Lamp", Country: tt.country}
			for i, a := range tt.airs {
				title.Episodes = append(title.Episodes, sdk.Episode{Season: 1, Number: i + 1, AirTime: a})
			}
			w := Wanted(title, library.Item{Kind: library.KindEpisode, Season: 1, Episode: 1})
			var days []int
			for _, d := range w.AirDates {
				days = append(days, int(d.Day))
			}
			if d := cmp.Diff(days, tt.want); d != "" || w.Daily != tt.daily {
				t.Errorf("daily is %v, want %v; days before wanted:\n%s", w.Daily, tt.daily, d)
			}
		})
	}
}

func TestNamesAndNamesakesAreTold(t *testing.T) {
	t.Parallel()
	title := sdk.Title{
		Kind: sdk.Movie, Name: "The Mill", Original: "Die Mühle", Language: "de", Year: 2011, Country: "DE", Runtime: 95 * time.Minute,
		Aliases: []sdk.Alias{{Name: "Le Moulin", Language: "fr"}, {Name: "Mill, The"}},
	}
	w := Wanted(title, library.Item{Kind: library.KindMovie}, sdk.Title{Kind: sdk.Show, Name: "The Mill", Year: 1999, EndYear: 2003, Country: "GB"},
		sdk.Title{Kind: sdk.Movie, Name: "The Mill"},             // nothing is known of it
		sdk.Title{Kind: sdk.Movie, Name: "The Mill", Year: 2011}, // it itself, by another id
	)
	want := &rank.Wanted{
		Kind: rank.Movie, Titles: []string{"The Mill", "Mill, The"}, Names: []rank.Name{{Text: "Die Mühle", Language: "de"}, {Text: "Le Moulin", Language: "fr"}},
		Year: 2011, Country: "DE", Language: "de", Runtime: 95, Rivals: []rank.Rival{{Titles: []string{"The Mill"}, Year: 1999, YearEnd: 2003, Country: "GB"}},
	}
	if d := cmp.Diff(w, want); d != "" {
		t.Errorf("got before want:\n%s", d)
	}
}

func TestWhatAReleaseCoversIsStored(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]db.Cover{
		"Pioneer.One.S01.1080p":       {{Season: 1}},
		"Pioneer.One.S01-S02.1080p":   {{Season: 1}, {Season: 2}},
		"Pioneer.One.S01E02.1080p":    {{Season: 1, First: 2, Last: 2}},
		"Pioneer.One.S01E01-E02.720p": {{Season: 1, First: 1, Last: 2}},
		"Pioneer.One.Complete.Series": {{Season: db.WholeTitle}},
		"Something.Else.S01.1080p":    nil,
		"Pioneer.Two.S01E02.1080p":    nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := Found(db.Title{ID: 7, Title: show}, sdk.Release{Name: name})
			if d := cmp.Diff(want, f.Covers); d != "" || (f.Title == 7) != (want != nil) {
				t.Errorf("title %d: %s", f.Title, d)
			}
		})
	}
}
