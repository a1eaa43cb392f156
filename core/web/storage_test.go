package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
)

// playedStorage is the library's file system, with a player that goes on at each look.
type playedStorage struct {
	mu    sync.Mutex
	looks int64 // guarded by mu
	fail  error // guarded by mu
	asked []string
	vlc   bool // guarded by mu; the player is another
	hang  bool // guarded by mu; nothing is answered
}

func (p *playedStorage) ask(what string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, what)
	return p.fail
}

func (p *playedStorage) Pin(_ context.Context, path string) error   { return p.ask("pin " + path) }
func (p *playedStorage) Unpin(_ context.Context, path string) error { return p.ask("unpin " + path) }
func (p *playedStorage) Drop(_ context.Context, path string) (int64, error) {
	return 7, p.ask("drop " + path)
}

func (p *playedStorage) Contents(context.Context) ([]Content, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return []Content{
		{ID: "a", Paths: []string{"movies/x.mkv"}, Size: 10, Cached: 5, Pinned: true, Used: time.Now(), Open: true},
		{ID: "b", Paths: []string{"movies/y/y.mkv", "best/y.mkv"}, Size: 20, Cached: 20, Whole: true, Used: time.Now()},
		{ID: "c", Paths: []string{}, Size: 30, Cached: 1, Pinned: true, Used: time.Now()},
	}, p.fail
}

func (p *playedStorage) failing(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = err
}

func (p *playedStorage) change() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.vlc = true
}

func (p *playedStorage) Streams(ctx context.Context) (StreamPage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hang {
		<-ctx.Done()
		return StreamPage{}, ctx.Err()
	}
	p.looks++
	film := Stream{
		ID: 1, Path: "movies/x.mkv", Reader: Reader{Kind: "fuse", Program: "mpv <b>", PID: 4711}, Size: 10 << 20, Opened: time.Now(),
		Offset: p.looks << 10, Ahead: 1 << 20, Rate: 5 << 20, Memory: p.looks << 10, Provider: "realdebrid", Mode: "sequential",
	}
	if p.vlc {
		film.Reader.Program = "vlc"
	}
	kodi := Stream{ID: 2, Path: "movies/y.mkv", Reader: Reader{Kind: "webdav", Program: "Kodi/21.0", Address: "192.0.2.7:40000"}, Size: 1, Mode: "passthrough"}
	return StreamPage{
		Streams: []Stream{film, kodi},
		Traffic: Traffic{Memory: Flow{Bytes: 1, Rate: 5 << 20}, Fetched: []Flow{{Name: "realdebrid", Rate: 7 << 20}}},
		Cache:   CacheUse{Memory: 64 << 20, MaxMemory: 128 << 20, Disk: 5 << 30, MaxDisk: 20 << 30, Contents: 3, Fetching: 2, Queued: 1},
	}, p.fail
}

func TestWhoReadsIsTold(t *testing.T) {
	t.Parallel()
	w := setup(t)
	page := decode[StreamPage](w, w.local(http.MethodGet, "/api/v1/streams", ""), http.StatusOK)
	if len(page.Streams) != 2 || page.Streams[0].Reader.Program != "mpv <b>" || page.Streams[0].Rate != 5<<20 || page.Cache.Queued != 1 || page.Traffic.Fetched[0].Name != "realdebrid" {
		t.Errorf("got %+v", page)
	}
	for _, path := range []string{"/", "/streams"} {
		out := w.local(http.MethodGet, path, "").Body.String()
		for _, want := range []string{
			"mpv &lt;b&gt; (process 4711) · sequential", "5MiB/s", "1MiB ahead", "sent by realdebrid", "Kodi/21.0 at 192.0.2.7:40000 over webdav · passthrough",
			"7MiB/s from realdebrid; 2 ranges under way, 1 waiting", "5GiB of 20GiB, of 3 files", `width="25.0%"`, "64MiB of 128MiB",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %q is not in\n%s", path, want, out)
			}
		}
	}
}

func TestFilesThatCannotBeAskedAreNoReasonToShowNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.storage.failing(sdk.Errorf(sdk.Unavailable, "the mount's process does not answer"))
	if out := w.local(http.MethodGet, "/api/v1/streams", ""); out.Code != http.StatusBadGateway {
		t.Errorf("the API: status %d, want 502", out.Code)
	}
	w.film("tt1727587", "Sintel")
	out := w.local(http.MethodGet, "/", "")
	if text := out.Body.String(); out.Code != http.StatusOK || !strings.Contains(text, "Sintel") || !strings.Contains(text, "the mount&#39;s process does not answer") {
		t.Errorf("the page: status %d: %s", out.Code, text)
	}
	w.storage.mu.Lock()
	w.storage.hang = true
	w.storage.mu.Unlock()
	if out := w.local(http.MethodGet, "/", "").Body.String(); !strings.Contains(out, "Sintel") || !strings.Contains(out, "It took too long.") {
		t.Errorf("while the files hang the page is %s", out)
	}
	w.storage.mu.Lock()
	w.storage.hang = false
	w.storage.mu.Unlock()
	w.storage.failing(errors.New(planted))
	if out := w.local(http.MethodGet, "/streams", "").Body.String(); strings.Contains(out, planted) {
		t.Errorf("what may be a secret is shown: %s", out)
	}
}

func TestWhatIsReadIsToldWhileItChanges(t *testing.T) {
	t.Parallel()
	w := setup(t)
	server := httptest.NewServer(w.s.Local())
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/v1/events?streams=true", nil)
	w.ok(err)
	out, err := http.DefaultClient.Do(r)
	w.ok(err)
	defer out.Body.Close()
	var offsets []int64
	lines := bufio.NewScanner(out.Body)
	for event := ""; len(offsets) < 2 && lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = name
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok || event != "streams" {
			continue
		}
		var page StreamPage
		w.ok(json.Unmarshal([]byte(data), &page))
		offsets = append(offsets, page.Streams[0].Offset)
	}
	if len(offsets) < 2 || offsets[1] <= offsets[0] {
		t.Errorf("got offsets %v, then %v", offsets, lines.Err())
	}
}

func TestTheCacheIsShownAndTold(t *testing.T) {
	t.Parallel()
	w := setup(t, func(o *Options) {
		o.Config = func() *config.Config { return &config.Config{Mount: config.Mount{Enabled: true, Path: "/mnt/library"}} }
	})
	for path, want := range map[string]string{"": "abc", "/": "abc", "movies": "ab", "/movies/y/": "b", "best/y.mkv": "b", "movies/x": "", "c": "c"} {
		page := decode[CachePage](w, w.local(http.MethodGet, "/api/v1/cache?path="+path, ""), http.StatusOK)
		got := ""
		for _, c := range page.Contents {
			got += c.ID
		}
		if got != want || page.Pinned != 40 || page.Use.MaxDisk != 20<<30 {
			t.Errorf("%q: got %q of %+v, want %q", path, got, page, want)
		}
	}
	for _, tt := range []struct {
		call, body string
		status     int
	}{
		{"pin", `{"path":"/movies/"}`, http.StatusOK},
		{"pin", `{"path":"/mnt/library/movies/x.mkv"}`, http.StatusOK},
		{"pin", `{"path":"/mnt/library"}`, http.StatusOK},
		{"unpin", `{"path":"c"}`, http.StatusOK},
		{"drop", `{"path":"movies/x.mkv"}`, http.StatusOK},
		{"drop", `{"all":true}`, http.StatusOK},
		{"drop", `{}`, http.StatusBadRequest},
		{"drop", `{"path":"/"}`, http.StatusBadRequest},
		{"drop", `{"path":"x","all":true}`, http.StatusBadRequest},
		{"pin", `{"path":""}`, http.StatusUnprocessableEntity},
		{"pin", `{}`, http.StatusUnprocessableEntity},
	} {
		out := w.local(http.MethodPost, "/api/v1/cache/"+tt.call, tt.body)
		if out.Code != tt.status {
			t.Errorf("%s %s: status %d, want %d: %s", tt.call, tt.body, out.Code, tt.status, out.Body)
		}
		if kind := out.Header().Get("Content-Type"); tt.status != http.StatusOK && kind != "application/problem+json" {
			t.Errorf("%s %s: the error is %s", tt.call, tt.body, kind)
		}
	}
	if diff := cmp.Diff([]string{"pin movies", "pin movies/x.mkv", "pin ", "unpin c", "drop movies/x.mkv", "drop "}, w.storage.asked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
