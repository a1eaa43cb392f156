package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
)

var content = []byte(strings.Repeat("0123456789", 100_000)) // 1 MB

// cdn serves the content under every path, unless it was told what to do with a path.
type cdn struct {
	address func(instance string) string // where an instance's links lead

	mu   sync.Mutex
	odd  map[string]http.HandlerFunc // guarded by mu; by path
	hits map[string]int              // guarded by mu; by path
}

func newCDN(t *testing.T) *cdn {
	c := &cdn{odd: map[string]http.HandlerFunc{}, hits: map[string]int{}}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	c.address = func(string) string { return s.URL }
	return c
}

func (c *cdn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.hits[r.URL.Path]++
	odd := c.odd[r.URL.Path]
	c.mu.Unlock()
	if odd != nil {
		odd(w, r)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// do has the server do something else with a path; nil: nothing special.
func (c *cdn) do(path string, h http.HandlerFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.odd[path] = h
}

func (c *cdn) asked(path string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hits[path]
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// debrid gives links that are numbered.
type debrid struct {
	name    string
	url     string // its links lead to /<name>/<n> there
	expires time.Duration
	conns   int
	noRange bool
	err     error
	asked   atomic.Int32
	renewed atomic.Int32
	wait    chan struct{} // where set, Link waits for it
}

func (d *debrid) Add(context.Context, sdk.AddRequest) (sdk.Placement, error) {
	return sdk.Placement{}, nil
}
func (d *debrid) Remove(context.Context, string) error { return nil }

func (d *debrid) Link(_ context.Context, r sdk.LinkRequest) (sdk.Link, error) {
	n := d.asked.Add(1)
	if r.Renew {
		d.renewed.Add(1)
	}
	if d.wait != nil {
		<-d.wait
	}
	if d.err != nil {
		return sdk.Link{}, d.err
	}
	l := sdk.Link{URL: fmt.Sprintf("%s/%s/%d?secret=hunter2", d.url, d.name, n), Header: http.Header{"X-Key": {"k"}}, MaxConns: d.conns, NoRange: d.noRange}
	if d.expires != 0 {
		l.Expires = time.Now().Add(d.expires)
	}
	return l, nil
}

type told struct {
	Instance string
	Kind     sdk.Kind
}

// over is a range that was asked of an instance, when it is over.
type over struct {
	Instance string
	Bytes    int64
	Kind     sdk.Kind
}

// world is a file that the debrids a and b hold.
type world struct {
	*Resolver
	cdn  *cdn
	a, b *debrid
	file db.File
	db   *db.DB
	log  *bytes.Buffer

	mu    sync.Mutex
	told  []told       // guarded by mu
	over  []over       // guarded by mu; ranges that were asked for
	conns map[bool]int // guarded by mu; taken for ranges, by whether they were open
}

// empty is a library with nothing in it, made once: to make one takes longer than most tests.
var empty = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "link")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "millrace.db")
	d, err := db.Open(context.Background(), db.Options{Path: path, Version: "1.2.3"})
	if err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// library opens a library of its own for a test.
func library(t *testing.T) *db.DB {
	t.Helper()
	b, err := empty()
	if err != nil {
		t.Fatal(err)
	}
	o := dbtest.SQLite(t)
	if err := os.WriteFile(o.Path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return dbtest.Open(t, o)
}

func setup(t *testing.T, places ...db.Placement) *world {
	t.Helper()
	return populate(t, newCDN(t), places)
}

// populate makes the world of a server.
func populate(t *testing.T, c *cdn, places []db.Placement) *world {
	t.Helper()
	w := &world{cdn: c, db: library(t), log: &bytes.Buffer{}, conns: map[bool]int{}}
	w.a, w.b = &debrid{name: "a", url: c.address("a")}, &debrid{name: "b", url: c.address("b")}
	if len(places) == 0 {
		places = []db.Placement{{Instance: "a"}, {Instance: "b"}}
	}
	w.file = w.hold(t, places)
	pool := plugin.Fixed(plugin.Options{},
		plugin.Value{Instance: config.Instance{Capability: sdk.CapabilityDebrid, Name: "a"}, Client: w.a},
		plugin.Value{Instance: config.Instance{Capability: sdk.CapabilityDebrid, Name: "b"}, Client: w.b})
	w.Resolver = New(w.db, pool, Options{
		Node: "here", Log: slog.New(slog.NewTextHandler(&locked{w: w.log}, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Evidence: func(_ context.Context, _ db.File, e Evidence) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.told = append(w.told, told{e.Placement.Instance, e.Kind})
		},
		Fetched: w.fetched, Conn: w.connected,
	})
	t.Cleanup(w.Close)
	return w
}

// hold puts the file and who holds it into the library.
func (w *world) hold(t *testing.T, places []db.Placement) (f db.File) {
	t.Helper()
	err := w.db.Tx(t.Context(), func(tx *db.Tx) error {
		hash := strings.Repeat("ab", 20)
		ids, err := tx.SaveReleases(t.Context(), "s", []db.Found{{Release: sdk.Release{Hash: hash, Name: "Sintel.2010.1080p"}}})
		if err != nil {
			return err
		}
		for _, p := range places {
			p.Release, p.Hash, p.Provider = ids[0], hash, "p-"+p.Instance
			if p.State == "" {
				p.State = sdk.PlacementReady
			}
			if _, err := tx.SavePlacement(t.Context(), p); err != nil {
				return err
			}
		}
		id, err := tx.PutFile(t.Context(), db.File{Release: ids[0], Hash: hash, Path: "Sintel/sintel.mkv", Size: int64(len(content))})
		if err == nil {
			f, err = tx.File(t.Context(), id)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (w *world) fetched(instance string, n int64, _ time.Duration, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = append(w.over, over{instance, n, sdk.KindOf(err)})
}

func (w *world) connected(_ string, reused bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns[reused]++
}

// opened is how many connections were made, and how often one served again.
func (w *world) opened() (opened, reused int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.conns[false], w.conns[true]
}

type locked struct {
	mu sync.Mutex
	w  io.Writer // guarded by mu
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func (w *world) read(ctx context.Context, off, n int64) (string, error) {
	body, err := w.Read(ctx, w.file.Content, off, n)
	if err != nil {
		return "", err
	}
	defer body.Close()
	b, err := io.ReadAll(body)
	return string(b), err
}

// want reads a range and checks what comes.
func (w *world) want(t *testing.T) {
	t.Helper()
	got, err := w.read(t.Context(), 15, 10)
	if err != nil || got != "5678901234" {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestALinkIsKeptForItsLife(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		expires time.Duration
		asked   int32
	}{
		{"of its own where it has one", time.Hour, 1},
		{"for a while where it has none", 0, 1},
		{"not to its very end", expiryMargin / 2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.a.expires = c.expires
			w.want(t)
			w.want(t)
			if n := w.a.asked.Load(); n != c.asked {
				t.Errorf("asked %d times, want %d", n, c.asked)
			}
		})
	}
}

func TestManyReadersAskOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.a.wait = make(chan struct{})
	w.cdn.odd["/a/1"] = status(http.StatusForbidden)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if got, err := w.read(t.Context(), 0, 10); err != nil || got != "0123456789" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	close(w.a.wait)
	wg.Wait()
	if n, renewed := w.a.asked.Load(), w.a.renewed.Load(); n != 2 || renewed != 1 {
		t.Errorf("asked %d times, %d for another link", n, renewed)
	}
}

func TestOneReaderThatLeavesDoesNotEndTheOthers(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.a.wait = make(chan struct{})
	ctx, leave := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := w.read(ctx, 0, 10)
		first <- err
	}()
	for w.a.asked.Load() == 0 {
		timer := time.NewTimer(time.Millisecond)
		<-timer.C
	}
	leave()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(w.a.wait)
	w.want(t)
	if n := w.a.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// bad are the answers that a fresh link may cure.
var bad = map[string]http.HandlerFunc{
	"401": status(401), "403": status(403), "404": status(404), "410": status(410), "416": status(416), "500": status(500), "503": status(503),
	"the whole file": func(w http.ResponseWriter, _ *http.Request) { w.Write(content) },
	"another range": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-9/%d", len(content)))
		w.WriteHeader(206)
		w.Write(content[:10])
	},
	"no range": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(206) },
	"another size": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", "bytes 15-24/7777")
		w.WriteHeader(206)
		w.Write(content[15:25])
	},
	"a hang-up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
}

func TestALinkThatFailsIsRenewedOnce(t *testing.T) {
	t.Parallel()
	for name, h := range bad {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.cdn.odd["/a/1"] = h
			w.want(t)
			w.want(t)
			if n, renewed := w.a.asked.Load(), w.a.renewed.Load(); n != 2 || renewed != 1 || w.b.asked.Load() != 0 {
				t.Errorf("asked %d times, %d for another link; the other %d times", n, renewed, w.b.asked.Load())
			}
			if len(w.told) > 0 {
				t.Errorf("told %v", w.told)
			}
		})
	}
}

func TestALinkThatFailsAgainLeadsToTheNextProvider(t *testing.T) {
	t.Parallel()
	for name, h := range bad {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.cdn.odd["/a/1"], w.cdn.odd["/a/2"] = h, h
			w.want(t)
			if n := w.a.asked.Load(); n != 2 {
				t.Errorf("asked %d times", n)
			}
			var want []told
			if name == "404" || name == "410" {
				want = []told{{"a", sdk.Gone}}
			}
			if d := cmp.Diff(want, w.told); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestALimitOfTheServerIsNotMetWithAnotherLink(t *testing.T) {
	t.Parallel()
	w := setup(t, db.Placement{Instance: "a"})
	w.cdn.odd["/a/1"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(429)
	}
	_, err := w.read(t.Context(), 0, 10)
	if sdk.KindOf(err) != sdk.Limited || sdk.RetryAfter(err) != 7*time.Second || w.a.asked.Load() != 1 {
		t.Errorf("got %v after asking %d times", err, w.a.asked.Load())
	}
}

func TestWhoCanServeAFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		places []db.Placement
		a, b   int32
		kind   sdk.Kind
	}{
		{"the first instance first", []db.Placement{{Instance: "b"}, {Instance: "a"}}, 1, 0, ""},
		{"not one on another machine", []db.Placement{{Instance: "a", Node: "there"}, {Instance: "b", Node: "here"}}, 0, 1, ""},
		{"not one that failed", []db.Placement{{Instance: "a", State: sdk.PlacementFailed}, {Instance: "b"}}, 0, 1, ""},
		{"not one that is not configured", []db.Placement{{Instance: "c"}}, 0, 0, sdk.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t, c.places...)
			_, err := w.read(t.Context(), 0, 10)
			if sdk.KindOf(err) != c.kind || w.a.asked.Load() != c.a || w.b.asked.Load() != c.b {
				t.Errorf("got %v, asked a %d times and b %d times", err, w.a.asked.Load(), w.b.asked.Load())
			}
		})
	}
}

func TestWhatIsToldWhenNobodyCanServeAFile(t *testing.T) {
	t.Parallel()
	of := func(k sdk.Kind) error { return sdk.Errorf(k, "it is %s", k) }
	for _, c := range []struct {
		name string
		a, b error
		kind sdk.Kind
		told []told
	}{
		{"an outage beside a loss is an outage", of(sdk.Gone), of(sdk.Unavailable), sdk.Unavailable, []told{{"a", sdk.Gone}}},
		{"a limit beside an outage is a limit", of(sdk.Unavailable), of(sdk.Limited), sdk.Limited, nil},
		{"two losses are a loss", of(sdk.Gone), of(sdk.NotFound), sdk.Gone, []told{{"a", sdk.Gone}, {"b", sdk.NotFound}}},
		{"a refused account is no loss", of(sdk.Denied), of(sdk.NotFound), sdk.Denied, []told{{"b", sdk.NotFound}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.a.err, w.b.err = c.a, c.b
			_, err := w.read(t.Context(), 0, 10)
			if sdk.KindOf(err) != c.kind {
				t.Errorf("got %v, want %s", err, c.kind)
			}
			if d := cmp.Diff(c.told, w.told); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAReadThatSucceedsEndsADoubt(t *testing.T) {
	t.Parallel()
	w := setup(t, db.Placement{Instance: "a", Gone: 1})
	w.want(t)
	if d := cmp.Diff([]told{{"a", ""}}, w.told); d != "" {
		t.Error(d)
	}
}

func TestTheLinkIsASecret(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"an error": status(500), "a hang-up": bad["a hang-up"],
		"a redirect to nowhere": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://%zz/hunter2?secret=hunter2")
			w.WriteHeader(302)
		},
		"a circle": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) },
		"a dead port": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/hunter2?secret=hunter2", http.StatusFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t, db.Placement{Instance: "a"})
			w.cdn.odd["/a/1"], w.cdn.odd["/a/2"] = h, h
			_, err := w.read(t.Context(), 0, 10)
			if sdk.KindOf(err) != sdk.Unavailable || strings.Contains(err.Error()+w.log.String(), "hunter2") {
				t.Errorf("got %v, logged %s", err, w.log)
			}
		})
	}
}

func TestABodyIsWholeOrAnError(t *testing.T) {
	t.Parallel()
	w := setup(t, db.Placement{Instance: "a"})
	w.cdn.odd["/a/1"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-9/%d", len(content)))
		w.WriteHeader(206)
		w.Write(content[:4])
	}
	if got, err := w.read(t.Context(), 0, 10); got != "0123" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v", got, err)
	}
	w.cdn.odd["/a/1"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-9/%d", len(content)))
		w.WriteHeader(206)
		w.Write(content[:50])
	}
	if got, err := w.read(t.Context(), 0, 10); got != "0123456789" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestARequestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := setup(t)
	begun, ended := make(chan struct{}), make(chan struct{})
	w.cdn.odd["/a/1"] = func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
		close(ended)
	}
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-begun
		leave()
	}()
	if _, err := w.read(ctx, 0, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-ended
	if w.a.renewed.Load() != 0 || w.b.asked.Load() != 0 || len(w.told) > 0 {
		t.Error("it went on")
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, r := range [][2]int64{{-1, 10}, {0, 0}, {0, -5}} {
		if _, err := w.read(t.Context(), r[0], r[1]); sdk.KindOf(err) != sdk.Invalid {
			t.Errorf("%v: got %v", r, err)
		}
	}
	if _, err := w.Read(t.Context(), "none", 0, 1); sdk.KindOf(err) != sdk.NotFound {
		t.Errorf("got %v", err)
	}
}
