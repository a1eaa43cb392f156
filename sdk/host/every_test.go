package host

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/test/bufconn"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/serve"
)

// every has every capability and every optional interface. It tells on a channel what it was asked.
type every struct{ asked chan any }

var (
	_ sdk.Source         = every{}
	_ sdk.Acknowledger   = every{}
	_ sdk.Metadata       = every{}
	_ sdk.Searcher       = every{}
	_ sdk.Cataloger      = every{}
	_ sdk.Scraper        = every{}
	_ sdk.Feed           = every{}
	_ sdk.TorrentFetcher = every{}
	_ sdk.Debrid         = every{}
	_ sdk.Availability   = every{}
	_ sdk.Analyzer       = every{}
	_ sdk.Subtitles      = every{}
	_ sdk.Updater        = every{}
	_ sdk.Notifier       = every{}
	_ sdk.Checker        = every{}
	_ sdk.Hook           = every{}
	_ sdk.Library        = lister(every{})
)

var (
	when       = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	ids        = sdk.IDs{IMDb: "tt1", TMDB: "2"}
	aRequest   = sdk.Request{IDs: ids, Ref: "r", Kind: sdk.Show, Seasons: []int{1, 2}}
	aTitle     = sdk.Title{IDs: ids, Kind: sdk.Movie, Name: "n", Released: when, Episodes: []sdk.Episode{{Season: 1, Number: 2, AirTime: when}}}
	aCatalog   = sdk.Catalog{ID: "c", Kind: sdk.Movie, Genres: []string{"g"}}
	aRelease   = sdk.Release{Name: "r", Hash: "h", Seeders: -1, Leechers: 3, Files: []sdk.File{{Index: -1, Path: "p", Size: -1}}}
	aTorrent   = sdk.Torrent{Metainfo: []byte{0, 255}}
	aPlacement = sdk.Placement{ID: "p", State: sdk.PlacementReady, Retry: time.Second}
	aLink      = sdk.Link{URL: "https://l", Header: http.Header{"X": {"1", "2"}}, Expires: when, MaxConns: 4}
	anAnswer   = sdk.Available{Hash: "h", State: sdk.CachedNo, TTL: time.Hour}
	aMedia     = sdk.Media{Container: "mkv", Duration: time.Hour, Tracks: []sdk.Track{{Kind: "audio", Channels: 6}}}
	aSubtitle  = sdk.Subtitle{ID: "s", Language: "en", Score: 0.5}
	aFile      = sdk.SubtitleFile{Name: "f", Data: []byte("text")}
	aHealth    = sdk.Health{Message: "well", Expires: when, Quota: 5}
	aResponse  = sdk.HookResponse{Status: 201, Body: []byte("b"), Requests: []sdk.Request{aRequest}, Refresh: true}
)

func (e every) List(_ context.Context, yield func(...sdk.Request) error) error {
	e.asked <- nil
	return yield(aRequest)
}

func (e every) Acknowledge(_ context.Context, a sdk.Acknowledgement) error { e.asked <- a; return nil }

func (e every) Title(_ context.Context, q sdk.TitleQuery) (sdk.Title, error) {
	e.asked <- q
	return aTitle, nil
}

func (e every) Search(_ context.Context, q sdk.SearchQuery) ([]sdk.Title, error) {
	e.asked <- q
	return []sdk.Title{aTitle}, nil
}

func (e every) Catalogs(context.Context) ([]sdk.Catalog, error) {
	e.asked <- nil
	return []sdk.Catalog{aCatalog}, nil
}

func (e every) Catalog(_ context.Context, q sdk.CatalogQuery) ([]sdk.Title, error) {
	e.asked <- q
	return []sdk.Title{aTitle}, nil
}

func (e every) Scrape(_ context.Context, q sdk.Query, yield func(...sdk.Release) error) error {
	e.asked <- q
	return yield(aRelease)
}

func (e every) Feed(_ context.Context, since time.Time, yield func(...sdk.Release) error) error {
	e.asked <- since
	return yield(aRelease)
}

func (e every) Torrent(_ context.Context, url string) (sdk.Torrent, error) {
	e.asked <- url
	return aTorrent, nil
}

func (e every) Add(_ context.Context, r sdk.AddRequest) (sdk.Placement, error) {
	e.asked <- r
	return aPlacement, nil
}

func (e every) Link(_ context.Context, r sdk.LinkRequest) (sdk.Link, error) {
	e.asked <- r
	return aLink, nil
}

func (e every) Remove(_ context.Context, placement string) error { e.asked <- placement; return nil }

func (e every) Available(_ context.Context, hashes []string) ([]sdk.Available, error) {
	e.asked <- hashes
	return []sdk.Available{anAnswer}, nil
}

func (e every) Library(_ context.Context, yield func(...sdk.Placement) error) error {
	e.asked <- nil
	return yield(aPlacement)
}

func (e every) Analyze(_ context.Context, r sdk.AnalyzeRequest) (sdk.Media, error) {
	e.asked <- r
	return aMedia, nil
}

func (e every) Find(_ context.Context, q sdk.SubtitleQuery) ([]sdk.Subtitle, error) {
	e.asked <- q
	return []sdk.Subtitle{aSubtitle}, nil
}

func (e every) Fetch(_ context.Context, id string) (sdk.SubtitleFile, error) {
	e.asked <- id
	return aFile, nil
}

func (e every) Update(_ context.Context, changes []sdk.Change) error { e.asked <- changes; return nil }

func (e every) Notify(_ context.Context, n sdk.Notification) error { e.asked <- n; return nil }

func (e every) Check(context.Context) (sdk.Health, error) {
	e.asked <- nil
	return aHealth, nil
}

func (e every) Hook(_ context.Context, r sdk.HookRequest) (sdk.HookResponse, error) {
	e.asked <- r
	return aResponse, nil
}

// startEvery serves every in this process and configures an instance of each capability, named as it.
func startEvery(t *testing.T) (*Process, chan any) {
	t.Helper()
	e := every{make(chan any, 1)}
	build := func(context.Context, sdk.Env, struct{}) (every, error) { return e, nil }
	plugin := serve.Plugin{Name: "every", Version: "1", Capabilities: []serve.Capability{
		serve.Source(build), serve.Metadata(build), serve.Scraper(build), serve.Debrid(build, serve.Local()),
		serve.Analyzer(build), serve.Subtitles(build), serve.Updater(build), serve.Notifier(build),
	}}
	l := bufconn.Listen(1 << 16)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve.Listen(ctx, plugin, l, nil, io.Discard) }()
	p, err := Attach(t.Context(), Options{Name: "every"}, Attachment{Dial: l.DialContext})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Kill()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	for _, c := range sdk.Capabilities() {
		if ds, err := p.Configure(t.Context(), Instance{ID: c, Capability: c}); err != nil || len(ds) > 0 {
			t.Fatal(ds, err)
		}
	}
	return p, e.asked
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// gather runs a call that yields.
func gather[V any](do func(func(...V) error) error) (all []V, err error) {
	err = do(func(vs ...V) error {
		all = append(all, vs...)
		return nil
	})
	return all, err
}

func TestEveryCallArrivesAndComesBackWhole(t *testing.T) {
	t.Parallel()
	p, asked := startEvery(t)
	source, metadata := must[sdk.Source](t)(p.Source("source")), must[sdk.Metadata](t)(p.Metadata("metadata"))
	scraper, debrid := must[sdk.Scraper](t)(p.Scraper("scraper")), must[sdk.Debrid](t)(p.Debrid("debrid"))
	analyzer, subtitles := must[sdk.Analyzer](t)(p.Analyzer("analyzer")), must[sdk.Subtitles](t)(p.Subtitles("subtitles"))
	updater, notifier := must[sdk.Updater](t)(p.Updater("updater")), must[sdk.Notifier](t)(p.Notifier("notifier"))
	ctx := t.Context()

	acknowledgement := sdk.Acknowledgement{IDs: ids, Ref: "r", Kind: sdk.Show, State: sdk.ProgressPartial, Seasons: []int{3}}
	titleQuery := sdk.TitleQuery{IDs: ids, Kind: sdk.Movie, Language: "de"}
	searchQuery := sdk.SearchQuery{Text: "t", Year: 1999}
	catalogQuery := sdk.CatalogQuery{ID: "c", Kind: sdk.Show, Skip: 20}
	query := sdk.Query{IDs: ids, Kind: sdk.Show, Scope: sdk.ScopeEpisode, Names: []string{"n"}, Season: 1, Episode: 2, AirDate: when}
	add := sdk.AddRequest{Hash: "h", Torrent: []byte{1}, Private: true}
	linkRequest := sdk.LinkRequest{Placement: "p", File: sdk.File{Index: 3}, Renew: true}
	analyze := sdk.AnalyzeRequest{URL: "u", Header: http.Header{"A": {"b"}}}
	subtitleQuery := sdk.SubtitleQuery{IDs: ids, Kind: sdk.Movie, Languages: []string{"en"}}
	changes := []sdk.Change{{Path: "/p", Kind: sdk.ChangeDeleted, Library: "l", Title: sdk.Movie}}
	notification := sdk.Notification{Event: "e", Time: when}
	hook := sdk.HookRequest{Method: "POST", Path: "/x", Query: "a=b", Header: http.Header{"C": {"d"}}, Body: []byte("body")}

	for _, tt := range []struct {
		name        string
		asked, want any
		do          func() (any, error)
	}{
		{"List", nil, []sdk.Request{aRequest}, func() (any, error) {
			return gather(func(y func(...sdk.Request) error) error { return source.List(ctx, y) })
		}},
		{"Acknowledge", acknowledgement, nil, func() (any, error) { return nil, source.(sdk.Acknowledger).Acknowledge(ctx, acknowledgement) }},
		{"Title", titleQuery, aTitle, func() (any, error) { return metadata.Title(ctx, titleQuery) }},
		{"Search", searchQuery, []sdk.Title{aTitle}, func() (any, error) { return metadata.(sdk.Searcher).Search(ctx, searchQuery) }},
		{"Catalogs", nil, []sdk.Catalog{aCatalog}, func() (any, error) { return metadata.(sdk.Cataloger).Catalogs(ctx) }},
		{"Catalog", catalogQuery, []sdk.Title{aTitle}, func() (any, error) { return metadata.(sdk.Cataloger).Catalog(ctx, catalogQuery) }},
		{"Scrape", query, []sdk.Release{aRelease}, func() (any, error) {
			return gather(func(y func(...sdk.Release) error) error { return scraper.Scrape(ctx, query, y) })
		}},
		{"Feed", when, []sdk.Release{aRelease}, func() (any, error) {
			return gather(func(y func(...sdk.Release) error) error { return scraper.(sdk.Feed).Feed(ctx, when, y) })
		}},
		{"Torrent", "url", aTorrent, func() (any, error) { return scraper.(sdk.TorrentFetcher).Torrent(ctx, "url") }},
		{"Add", add, aPlacement, func() (any, error) { return debrid.Add(ctx, add) }},
		{"Link", linkRequest, aLink, func() (any, error) { return debrid.Link(ctx, linkRequest) }},
		{"Remove", "p", nil, func() (any, error) { return nil, debrid.Remove(ctx, "p") }},
		{"Available", []string{"h"}, []sdk.Available{anAnswer}, func() (any, error) { return debrid.(sdk.Availability).Available(ctx, []string{"h"}) }},
		{"Library", nil, []sdk.Placement{aPlacement}, func() (any, error) {
			return gather(func(y func(...sdk.Placement) error) error { return debrid.(sdk.Library).Library(ctx, y) })
		}},
		{"Analyze", analyze, aMedia, func() (any, error) { return analyzer.Analyze(ctx, analyze) }},
		{"Find", subtitleQuery, []sdk.Subtitle{aSubtitle}, func() (any, error) { return subtitles.Find(ctx, subtitleQuery) }},
		{"Fetch", "id", aFile, func() (any, error) { return subtitles.Fetch(ctx, "id") }},
		{"Update", changes, nil, func() (any, error) { return nil, updater.Update(ctx, changes) }},
		{"Notify", notification, nil, func() (any, error) { return nil, notifier.Notify(ctx, notification) }},
		{"Check", nil, aHealth, func() (any, error) { return notifier.(sdk.Checker).Check(ctx) }},
		{"Hook", hook, aResponse, func() (any, error) { return source.(sdk.Hook).Hook(ctx, hook) }},
	} {
		got, err := tt.do()
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s answers (-want +got):\n%s%v", tt.name, diff, err)
		}
		if diff := cmp.Diff(tt.asked, <-asked); diff != "" {
			t.Errorf("%s was asked (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestEveryCapabilityHasAClient(t *testing.T) {
	t.Parallel()
	p, _ := startEvery(t)
	for _, c := range sdk.Capabilities() {
		v, err := p.Client(c)
		if _, ok := v.(sdk.Checker); !ok || err != nil {
			t.Errorf("%s: %T %v", c, v, err)
		}
	}
	if d, _ := p.Describe().Capability(sdk.CapabilityDebrid); !d.Has(sdk.FlagLocal) || d.Has(sdk.FlagTrustUser) {
		t.Errorf("flags %v", d.Flags)
	}
}

func TestServicesAreRefusedWhereThereAreNone(t *testing.T) {
	t.Parallel()
	if _, _, err := (noServices{}).LoadState(t.Context(), "i", "k"); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("got %v", err)
	}
	h := &hostService{p: &Process{configured: map[string]sdk.CapabilityDescription{"mine": {}}}, s: newMemory()}
	for _, tt := range []struct {
		name, instance, key string
		size                int
		want                sdk.Kind
	}{
		{"an instance of its own", "mine", "k", maxState, ""},
		{"an instance of another plugin", "yours", "k", 0, sdk.Invalid},
		{"a long key", "mine", string(make([]byte, maxKey+1)), 0, sdk.Invalid},
		{"a large value", "mine", "k", maxState + 1, sdk.Invalid},
	} {
		if got := sdk.KindOf(h.check(tt.instance, tt.key, tt.size, maxState)); got != tt.want {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}

// TestNarrowedClientsTellTheTruth goes through every set of flags of every capability.
func TestNarrowedClientsTellTheTruth(t *testing.T) {
	t.Parallel()
	has := map[string]func(any) bool{
		sdk.FlagCheck:        func(v any) bool { _, ok := v.(sdk.Checker); return ok },
		sdk.FlagHook:         func(v any) bool { _, ok := v.(sdk.Hook); return ok },
		sdk.FlagAcknowledge:  func(v any) bool { _, ok := v.(sdk.Acknowledger); return ok },
		sdk.FlagSearch:       func(v any) bool { _, ok := v.(sdk.Searcher); return ok },
		sdk.FlagCatalog:      func(v any) bool { _, ok := v.(sdk.Cataloger); return ok },
		sdk.FlagFeed:         func(v any) bool { _, ok := v.(sdk.Feed); return ok },
		sdk.FlagTorrent:      func(v any) bool { _, ok := v.(sdk.TorrentFetcher); return ok },
		sdk.FlagAvailability: func(v any) bool { _, ok := v.(sdk.Availability); return ok },
		sdk.FlagLibrary:      func(v any) bool { _, ok := v.(sdk.Library); return ok },
	}
	own := map[string][]string{
		sdk.CapabilitySource:   {sdk.FlagAcknowledge},
		sdk.CapabilityMetadata: {sdk.FlagSearch, sdk.FlagCatalog},
		sdk.CapabilityScraper:  {sdk.FlagFeed, sdk.FlagTorrent},
		sdk.CapabilityDebrid:   {sdk.FlagAvailability, sdk.FlagLibrary},
	}
	for _, capability := range sdk.Capabilities() {
		flags := append([]string{sdk.FlagCheck, sdk.FlagHook}, own[capability]...)
		for set := range 1 << len(flags) {
			var some []string
			for i, f := range flags {
				if set>>i&1 == 1 {
					some = append(some, f)
				}
			}
			find := func(string, string) (sdk.CapabilityDescription, error) {
				return sdk.CapabilityDescription{Capability: capability, Flags: some}, nil
			}
			v, err := instances{find: find}.Client("i")
			if err != nil {
				t.Fatal(err)
			}
			for flag, ok := range has {
				if got, want := ok(v), slices.Contains(some, flag); got != want {
					t.Errorf("a %s with %v has %s: %t", capability, some, flag, got)
				}
			}
		}
	}
	unknown := errors.New("unknown")
	if _, err := (instances{find: func(string, string) (sdk.CapabilityDescription, error) { return sdk.CapabilityDescription{}, unknown }}).Client("i"); !errors.Is(err, unknown) {
		t.Errorf("got %v", err)
	}
}
