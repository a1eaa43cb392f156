package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
	"github.com/millrace-media/millrace/sdk/serve"
)

// planted is a secret that must not be seen anywhere.
const planted = "hunter2-planted-secret"

// The test binary is its own plugin: under that name it is one.
const stubName = "millrace-plugin-stub"

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == stubName {
		serve.Main(serve.Plugin{Name: "stub", Version: "1.2.3", Capabilities: []serve.Capability{serve.Source(newStub)}})
		return
	}
	os.Exit(m.Run())
}

type stubSettings struct {
	URL   string     `hcl:"url,optional" default:"http://stub" doc:"Where it is."`
	Token sdk.Secret `hcl:"token,optional" doc:"A token."`
}

// stub is a source that takes hooks: what it answers shows what it got.
type stub struct{}

func newStub(context.Context, sdk.Env, stubSettings) (*stub, error) { return &stub{}, nil }

func (*stub) List(context.Context, func(...sdk.Request) error) error { return nil }

func (*stub) Check(context.Context) (sdk.Health, error) {
	return sdk.Health{Message: "all is well", User: "me"}, nil
}

func (*stub) Hook(_ context.Context, r sdk.HookRequest) (sdk.HookResponse, error) {
	body, err := json.Marshal(r)
	return sdk.HookResponse{
		Status: http.StatusAccepted, Body: body, Refresh: true,
		Header:   http.Header{"Content-Type": {"application/json"}, "Set-Cookie": {"a=b"}, "Content-Security-Policy": {"none"}},
		Requests: []sdk.Request{{Ref: "1", Name: "Sintel", Year: 2010, Kind: sdk.Movie}},
	}, err
}

// world is a server over a real library, with the rest of the daemon played.
type world struct {
	t    *testing.T
	s    *Server
	db   *db.DB
	log  *syncBuffer
	key  string // an API key
	pool *plugin.Pool
	*played
	storage playedStorage
}

// played is the pipeline and what else the daemon gives.
type played struct {
	db *db.DB

	mu    sync.Mutex
	calls []string // guarded by mu
	found []sdk.Title
	fail  error
}

func (p *played) note(call string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call)
}

func (p *played) noted() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.calls...)
}

func (p *played) Submit(ctx context.Context, source string, r sdk.Request) (id int64, err error) {
	ids, err := p.SubmitAt(ctx, source, r, []string{"default"})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

func (p *played) SubmitAt(ctx context.Context, source string, r sdk.Request, profiles []string) (ids []int64, err error) {
	p.note("submit " + source + " " + r.IDs.String() + " " + r.Name)
	if p.fail != nil {
		return nil, p.fail
	}
	if r.Kind == "" {
		r.Kind = sdk.Movie
	}
	err = p.db.Tx(ctx, func(tx *db.Tx) error {
		for _, name := range profiles {
			r.Profile = name
			id, _, err := tx.Submit(ctx, db.Submission{Request: r, Instance: source})
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

func (p *played) Import(_ context.Context, item int64, magnet string, torrent []byte) error {
	p.note("import " + magnet + string(torrent))
	return p.fail
}

func (p *played) Collect(_ context.Context, source string) error {
	p.note("collect " + source)
	return p.fail
}

func (p *played) Search(_ context.Context, q sdk.SearchQuery) ([]sdk.Title, error) {
	p.note("search " + q.Text)
	return p.found, p.fail
}

func (p *played) Act(ctx context.Context, item int64, action string) error {
	p.note(action)
	if p.fail != nil {
		return p.fail
	}
	return p.db.Apply(ctx, item, library.Pause{})
}

func (p *played) Remove(ctx context.Context, item int64, preview bool) (db.Removal, []sdk.Change, error) {
	if _, err := p.db.Item(ctx, item); err != nil {
		return db.Removal{}, nil, err
	}
	if !preview {
		p.note("remove")
	}
	return db.Removal{
		Placements: []db.Placement{{Instance: "realdebrid", Hash: strings.Repeat("a", 40)}},
		Requesters: []library.Requester{{Instance: "overseerr", Ref: "7"}},
	}, []sdk.Change{{Path: "/mnt/movies/x.mkv"}}, p.fail
}

// Explain judges by a profile that takes nothing beyond 20 GiB.
func (p *played) Explain(ctx context.Context, it library.Item, releases []int64) ([]search.Explained, error) {
	profile, err := rank.Profile{Name: "small", MaxSize: 20 << 30}.Compile()
	if err != nil {
		return nil, err
	}
	return search.New(p.db, nil, nil, slog.New(slog.DiscardHandler)).Explain(ctx, it, profile, releases)
}

// Judge judges by a profile that takes nothing beyond 20 GiB, or beyond what max_size says.
func (p *played) Judge(_ *config.Config, profile string, settings map[string]string) (rank.Judge, error) {
	small := rank.Profile{Name: profile, Base: "balanced", MaxSize: 20 << 30}
	switch max, ok := settings["max_size"]; {
	case profile != "default" && profile != "best":
		return rank.Judge{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "profile", Message: "there is no profile " + profile}
	case ok:
		size, err := sdk.ParseSize(max)
		if err != nil {
			return rank.Judge{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "settings.max_size", Message: err.Error()}
		}
		small.MaxSize = int64(size)
	}
	c, err := small.Compile()
	return rank.Judge{Compiled: c, Place: func(setting string) string { return "config.hcl:7" }}, err
}

func (p *played) Effective(_ *config.Config, profile string) (string, error) {
	return rank.Profile{Name: profile}.HCL(), nil
}

func (p *played) Lookup(_ context.Context, q sdk.TitleQuery) (sdk.Title, error) {
	p.note("lookup " + q.IDs.String())
	if p.fail != nil || len(p.found) == 0 {
		return sdk.Title{}, cmp.Or(p.fail, error(sdk.Errorf(sdk.NotFound, "nobody knows it")))
	}
	return p.found[0], nil
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

const testConfig = `
server {
  secret = "` + planted + `"
}
source "stub" {
  token = "` + planted + `"
}
source "off" {
  plugin  = "stub"
  enabled = false
  token   = "` + planted + `"
}
`

// setup gives a test its own world. Of the options those that are set replace the usual ones.
func setup(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, log: &syncBuffer{}}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	w.db, err = db.Open(t.Context(), db.Options{Path: filepath.Join(dir, "millrace.db")})
	w.ok(err)
	t.Cleanup(func() { w.ok(w.db.Close()) })
	w.played = &played{db: w.db}
	path := filepath.Join(dir, "config.hcl")
	w.ok(os.WriteFile(path, []byte(testConfig), 0o600))
	w.pool = plugin.New(plugin.Options{Log: log})
	c, ds := config.Load(t.Context(), path, config.Options{})
	w.ok(ds.Err())
	reg := prometheus.NewRegistry()
	reg.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "millrace_test", Help: "A test."}))
	o := Options{
		DB: w.db, Pool: w.pool, Library: w.played, Explain: w.played, Ranking: w.played, Storage: &w.storage, Config: func() *config.Config { return c },
		Reload: func(context.Context) (config.Diagnostics, error) {
			w.note("reload")
			return config.Diagnostics{{Severity: config.Warning, Summary: "mind"}}, nil
		},
		Doctor: func(context.Context) []Check {
			return []Check{{Name: "fuse", OK: true, Text: "mounted"}, {Name: "disk", Text: "full", Remedy: "make room"}}
		},
		Running: func() []Running { return []Running{{Job: 3, Step: library.StepScrape, Item: 1, Since: time.Now()}} },
		Backup:  func(_ context.Context, to string) (string, error) { return "backup/" + to, nil },
		Ready:   func() error { return nil },
		DAV:     http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "dav") }),
		Files:   http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "file") }),
		Metrics: reg, Secret: []byte(planted), Version: "0.0-test", Log: log,
	}
	for _, f := range change {
		f(&o)
	}
	w.s, err = New(o)
	w.ok(err)
	k, err := w.s.newKey(t.Context(), "test")
	w.ok(err)
	w.key = k.Secret
	return w
}

// plugged runs the stub plugin.
func (w *world) plugged() {
	w.t.Helper()
	exe, err := os.Executable()
	w.ok(err)
	dir := w.t.TempDir()
	w.ok(os.Symlink(exe, filepath.Join(dir, stubName)))
	run, err := host.RuntimeDir(dir)
	w.ok(err)
	services := services{w.db}
	pool := plugin.New(plugin.Options{Dirs: []string{dir}, Schemas: dir, Runtime: run, Services: services, Log: w.s.log})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- pool.Run(ctx) }()
	w.t.Cleanup(func() {
		cancel()
		w.ok(<-done)
		w.ok(run.Close())
	})
	_, err = pool.Apply(ctx, w.s.o.Config().Instances)
	w.ok(err)
	w.s.o.Pool = pool
}

// services are those of the daemon that the stub does not use.
type services struct{ db *db.DB }

func (s services) LoadState(ctx context.Context, instance, key string) ([]byte, int64, error) {
	return s.db.LoadState(ctx, instance, key)
}

func (s services) StoreState(ctx context.Context, instance, key string, value []byte, version int64) (bool, error) {
	return s.db.StoreState(ctx, instance, key, value, version)
}

func (services) CacheGet(context.Context, string, string) ([]byte, bool) { return nil, false }

func (services) CachePut(context.Context, string, string, []byte, time.Duration) {}

func (services) Acquire(context.Context, string, string, int) error { return nil }

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// film puts a film into the library.
func (w *world) film(imdb, name string) int64 {
	w.t.Helper()
	id, err := w.Submit(w.t.Context(), "", sdk.Request{IDs: sdk.IDs{IMDb: imdb}, Kind: sdk.Movie, Name: name, Year: 2010})
	w.ok(err)
	return id
}

// local sends a request over the command line's socket.
func (w *world) local(method, path, body string) *httptest.ResponseRecorder {
	return w.send(w.s.Local(), request(method, path, body))
}

func request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func (w *world) send(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	out := httptest.NewRecorder()
	h.ServeHTTP(out, r)
	return out
}

// decode reads an answer that is expected to have a status.
func decode[T any](w *world, out *httptest.ResponseRecorder, status int) T {
	w.t.Helper()
	var v T
	if out.Code != status {
		w.t.Fatalf("status %d, want %d: %s", out.Code, status, out.Body)
	}
	if err := json.Unmarshal(out.Body.Bytes(), &v); err != nil {
		w.t.Fatalf("%v in %s", err, out.Body)
	}
	return v
}
