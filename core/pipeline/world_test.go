package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/millrace-media/millrace/core/cache"
	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

var (
	hashA = strings.Repeat("a1", 20)
	hashB = strings.Repeat("b2", 20)
	hashC = strings.Repeat("c3", 20)
)

var (
	film = sdk.Title{
		IDs: sdk.IDs{IMDb: "tt1727587"}, Kind: sdk.Movie, Name: "Sintel", Year: 2010,
		Released: time.Date(2010, 9, 27, 0, 0, 0, 0, time.UTC),
	}
	show = sdk.Title{
		IDs: sdk.IDs{IMDb: "tt1748166"}, Kind: sdk.Show, Name: "Pioneer One", Year: 2010, Status: sdk.StatusEnded,
		Episodes: []sdk.Episode{
			{Season: 1, Number: 1, Name: "Earthfall", AirTime: time.Date(2010, 6, 16, 20, 0, 0, 0, time.UTC)},
			{Season: 1, Number: 2, Name: "The Man from Mars", AirTime: time.Date(2010, 12, 16, 20, 0, 0, 0, time.UTC)},
			{Season: 1, Number: 3, Name: "Alone in the Night", AirTime: time.Date(2011, 3, 28, 20, 0, 0, 0, time.UTC)},
		},
	}
)

// metadata knows titles by their IMDb id.
type metadata struct {
	titles []sdk.Title
	err    error
	found  []sdk.Title // by a search
}

func (m *metadata) Title(_ context.Context, q sdk.TitleQuery) (sdk.Title, error) {
	for _, t := range m.titles {
		if t.IMDb == q.IMDb {
			return t, m.err
		}
	}
	if m.err != nil {
		return sdk.Title{}, m.err
	}
	return sdk.Title{}, sdk.Errorf(sdk.NotFound, "no such title")
}

func (m *metadata) Search(context.Context, sdk.SearchQuery) ([]sdk.Title, error) {
	return m.found, m.err
}

type scraper struct {
	releases []sdk.Release
	err      error
	before   func() // called while a search runs
}

func (s *scraper) Scrape(_ context.Context, _ sdk.Query, yield func(...sdk.Release) error) error {
	if s.before != nil {
		s.before()
	}
	if err := yield(s.releases...); err != nil {
		return err
	}
	return s.err
}

// debrid answers an Add by hash.
type debrid struct {
	mu      sync.Mutex
	has     map[string]sdk.Placement // guarded by mu
	errs    map[string]error         // guarded by mu
	cached  []string
	added   []string // guarded by mu
	removed []string // guarded by mu
}

func (d *debrid) Add(_ context.Context, r sdk.AddRequest) (sdk.Placement, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.added = append(d.added, r.Hash)
	if err := d.errs[r.Hash]; err != nil {
		return sdk.Placement{}, err
	}
	pl, ok := d.has[r.Hash]
	if !ok {
		return pl, sdk.Errorf(sdk.NotFound, "it cannot be had")
	}
	pl.ID = "id-" + r.Hash[:2]
	return pl, nil
}

func (d *debrid) Link(context.Context, sdk.LinkRequest) (sdk.Link, error) { return sdk.Link{}, nil }

func (d *debrid) Remove(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.removed = append(d.removed, id)
	return nil
}

func (d *debrid) Available(_ context.Context, hashes []string) (as []sdk.Available, _ error) {
	for _, h := range hashes {
		if slices.Contains(d.cached, h) {
			as = append(as, sdk.Available{Hash: h, State: sdk.CachedYes})
		}
	}
	return as, nil
}

func (d *debrid) ready(hash string, paths ...string) {
	pl := sdk.Placement{State: sdk.PlacementReady, Added: true}
	for i, p := range paths {
		pl.Files = append(pl.Files, sdk.File{Index: i, Path: p, Size: 900 << 20})
	}
	d.has[hash] = pl
}

// source lists requests and takes news.
type source struct {
	list []sdk.Request
	err  error
	news []sdk.Acknowledgement
}

func (s *source) List(_ context.Context, yield func(...sdk.Request) error) error {
	return yield(s.list...)
}

func (s *source) Acknowledge(_ context.Context, a sdk.Acknowledgement) error {
	s.news = append(s.news, a)
	return s.err
}

type updater struct {
	mu    sync.Mutex
	calls [][]sdk.Change // guarded by mu
	err   error
}

func (u *updater) Update(_ context.Context, cs []sdk.Change) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls = append(u.calls, cs)
	return u.err
}

// world is a pipeline that does not run: a test calls its steps.
type world struct {
	*Pipeline
	t      testing.TB
	meta   *metadata
	scrap  *scraper
	a, b   *debrid
	src    *source
	server *updater
}

func setup(t *testing.T) *world {
	t.Helper()
	return setupOn(t, dbtest.Open(t, dbtest.SQLite(t)))
}

// setupOn is a pipeline over a library.
func setupOn(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{
		t: t, meta: &metadata{titles: []sdk.Title{film, show}}, scrap: &scraper{}, src: &source{}, server: &updater{},
		a: &debrid{has: map[string]sdk.Placement{}, errs: map[string]error{}},
		b: &debrid{has: map[string]sdk.Placement{}, errs: map[string]error{}},
	}
	value := func(capability, name string, client any) plugin.Value {
		return plugin.Value{Instance: config.Instance{Capability: capability, Name: name}, Client: client}
	}
	onlyX := value(sdk.CapabilityDebrid, "x-only", &debrid{})
	onlyX.From = []string{"x"}
	both := value(sdk.CapabilitySource, "both", w.src)
	both.Profiles = []string{"4k", "default"}
	pool := plugin.Fixed(plugin.Options{},
		value(sdk.CapabilityMetadata, "meta", w.meta), value(sdk.CapabilityScraper, "scraper", w.scrap),
		value(sdk.CapabilityDebrid, "a", w.a), value(sdk.CapabilityDebrid, "b", w.b), onlyX,
		value(sdk.CapabilitySource, "source", w.src), both, value(sdk.CapabilityUpdater, "server", w.server))
	c, err := cache.New(cache.Options{})
	w.ok(err)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	log := slog.New(slog.DiscardHandler)
	w.Pipeline = New(d, pool, search.New(d, pool, c, log), Options{Node: "here", Gather: time.Millisecond, Deletions: 1})
	w.apply()
	return w
}

func (w *world) apply() {
	w.t.Helper()
	w.profiles(rank.Profile{Name: "default", Base: "balanced"}, rank.Profile{Name: "4k", Base: "balanced"})
}

// profiles puts profiles in force.
func (w *world) profiles(list ...rank.Profile) {
	w.t.Helper()
	set := Settings{Profiles: map[string]*rank.Compiled{}, Base: "/mnt"}
	for _, p := range list {
		compiled, err := p.Compile()
		w.ok(err)
		set.Profiles[p.Name] = compiled
	}
	set.Libraries = []config.Library{
		lib(w.t, "movies", sdk.Movie, "movies/{title} ({year})", "", "{title} ({year})"),
		lib(w.t, "shows", sdk.Show, "shows/{title} ({year})", "Season {season:02}", "{title} - s{season:02}e{episode:02} - {name}"),
	}
	w.Apply(set)
}

func lib(t testing.TB, name string, kind sdk.TitleKind, folder, season, file string) config.Library {
	t.Helper()
	fields := []string{"title", "year", "imdb", "tmdb", "tvdb", "profile", "season", "episode", "absolute", "name"}
	l := config.Library{Name: name, Kind: kind}
	for to, text := range map[*config.Template]string{&l.Folder: folder, &l.Season: season, &l.File: file} {
		var err error
		if *to, err = config.ParseTemplate(text, fields); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) submit(r sdk.Request) int64 {
	w.t.Helper()
	id, err := w.Submit(w.t.Context(), "source", r)
	w.ok(err)
	return id
}

func (w *world) job(k library.StepKind, item int64) db.Job {
	return db.Job{Step: library.Step{Kind: k, Item: item}}
}

// do does a step of an item.
func (w *world) do(k library.StepKind, item int64) error {
	return w.workers()[k].Do(w.t.Context(), w.job(k, item))
}

// must does steps that do not fail.
func (w *world) must(item int64, ks ...library.StepKind) {
	w.t.Helper()
	for _, k := range ks {
		if err := w.do(k, item); err != nil {
			w.t.Fatalf("%s: %v", k, err)
		}
	}
}

func (w *world) item(id int64) library.Item {
	w.t.Helper()
	it, err := w.db.Item(w.t.Context(), id)
	w.ok(err)
	return it
}

func (w *world) state(id int64, want library.State) {
	w.t.Helper()
	if it := w.item(id); it.State != want {
		w.t.Errorf("item %d is %s (%s), want %s", id, it.State, it.Error, want)
	}
}

// candidates tells the state of each candidate by its hash.
func (w *world) candidates(item int64) map[string]db.CandidateState {
	w.t.Helper()
	cs, err := w.db.Candidates(w.t.Context(), item)
	w.ok(err)
	m := map[string]db.CandidateState{}
	for _, c := range cs {
		m[c.Hash] = c.State
	}
	return m
}

// film is a film that was searched, with releases A and B to be tried.
func (w *world) film() int64 {
	w.t.Helper()
	w.scrap.releases = []sdk.Release{
		{Name: "Sintel.2010.1080p.BluRay", Hash: hashA, Seeders: 50, Size: 900 << 20},
		{Name: "Sintel.2010.720p.WEB", Hash: hashB, Seeders: 5, Size: 900 << 20},
	}
	id := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie, Ref: "1"})
	w.must(id, library.StepIndex, library.StepScrape)
	w.state(id, library.StateScraped)
	return id
}

// completed is a film that can be played, from release A at the provider a.
func (w *world) completed() int64 {
	w.t.Helper()
	w.a.ready(hashA, "Sintel.2010.1080p/sintel.2010.1080p.mkv")
	id := w.film()
	w.must(id, library.StepDownload, library.StepRegister)
	w.state(id, library.StateCompleted)
	return id
}

// season is a show of which season 1 waits for a pack, with its episodes.
func (w *world) season() (season library.Item, episodes []library.Item) {
	w.t.Helper()
	id := w.submit(sdk.Request{IDs: show.IDs, Kind: sdk.Show})
	w.must(id, library.StepIndex)
	seasons, err := w.db.Children(w.t.Context(), id)
	w.ok(err)
	episodes, err = w.db.EpisodeItems(w.t.Context(), id)
	w.ok(err)
	if len(seasons) != 1 || len(episodes) != 3 {
		w.t.Fatalf("%d seasons, %d episodes", len(seasons), len(episodes))
	}
	return seasons[0], episodes
}

func (w *world) paths(item int64) []string {
	w.t.Helper()
	cs, err := w.changes(w.t.Context(), item)
	w.ok(err)
	var ps []string
	for _, c := range cs {
		ps = append(ps, c.Path)
	}
	return ps
}

func snoozed(err error) time.Duration {
	var s *rivertype.JobSnoozeError
	if errors.As(err, &s) {
		return s.Duration
	}
	return 0
}
