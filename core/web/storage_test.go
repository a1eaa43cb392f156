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

	"github.com/millrace-media/millrace/sdk"
)

// playedStorage is the library's file system, with a player that goes on at each look.
type playedStorage struct {
	mu    sync.Mutex
	looks int64 // guarded by mu
	fail  error // guarded by mu
}

func (p *playedStorage) failing(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = err
}

func (p *playedStorage) Streams(context.Context) (StreamPage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks++
	film := Stream{
		ID: 1, Path: "movies/x.mkv", Reader: Reader{Kind: "fuse", Program: "mpv <b>", PID: 4711}, Size: 10 << 20, Opened: time.Now(),
		Offset: p.looks << 10, Ahead: 1 << 20, Rate: 5 << 20, Memory: p.looks << 10, Provider: "realdebrid", Mode: "sequential",
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
