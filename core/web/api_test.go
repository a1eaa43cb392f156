package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

func TestTheAPIIsDescribedWell(t *testing.T) {
	t.Parallel()
	w := setup(t)
	out := w.local(http.MethodGet, "/api/v1/openapi.json", "")
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(out.Body.Bytes())
	w.ok(err)
	w.ok(doc.Validate(t.Context()))
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("it is OpenAPI %s", doc.OpenAPI)
	}
	for _, rt := range w.all() {
		path, ok := strings.CutPrefix(rt.path, "/api/v1")
		if !ok || strings.HasPrefix(path, "/openapi") {
			continue
		}
		if rt.method != http.MethodHead && !described(doc, rt.method, path) {
			t.Errorf("%s %s is not described", rt.method, path)
		}
	}
}

func described(doc *openapi3.T, method, path string) bool {
	for pattern, item := range doc.Paths.Map() {
		a, b := strings.Split(pattern, "/"), strings.Split(path, "/")
		same := len(a) == len(b)
		for i := 0; same && i < len(a); i++ {
			same = a[i] == b[i] || strings.HasPrefix(a[i], "{") && b[i] == "1"
		}
		if same && item.GetOperation(method) != nil {
			return true
		}
	}
	return false
}

func TestItemsAreListedInPages(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i, name := range []string{"Sintel", "Big Buck Bunny", "Tears of Steel"} {
		w.film("tt000000"+string(rune('1'+i)), name)
	}
	tests := map[string]struct {
		query string
		want  []string
		next  int64
	}{
		"all":             {"", []string{"Sintel (2010)", "Big Buck Bunny (2010)", "Tears of Steel (2010)"}, 0},
		"the first page":  {"?limit=2", []string{"Sintel (2010)", "Big Buck Bunny (2010)"}, 2},
		"the last page":   {"?limit=2&after=2", []string{"Tears of Steel (2010)"}, 0},
		"by name":         {"?text=BUCK", []string{"Big Buck Bunny (2010)"}, 0},
		"by state":        {"?state=completed,failed", []string{}, 0},
		"by kind":         {"?kind=movie,show&state=requested&limit=1", []string{"Sintel (2010)"}, 1},
		"by profile":      {"?profile=best", []string{}, 0},
		"of another kind": {"?kind=episode", []string{}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			page := decode[ItemPage](w, w.local(http.MethodGet, "/api/v1/items"+tt.query, ""), http.StatusOK)
			got := []string{}
			for _, it := range page.Items {
				got = append(got, it.Label)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" || page.Next != tt.next {
				t.Errorf("next %d, want %d; got before want:\n%s", page.Next, tt.next, diff)
			}
		})
	}
}

func TestATitleIsAddedByWhatIsKnownOfIt(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("a", 40)
	tests := map[string]struct{ body, want string }{
		"by an id as text":    {`{"id":"tt1254207"}`, "submit  tt1254207 "},
		"by another id":       {`{"id":"tmdb:10378","kind":"movie"}`, "submit  tmdb:10378 "},
		"by ids":              {`{"ids":{"tvdb":"5"},"kind":"show","seasons":[1,2]}`, "submit  tvdb:5 "},
		"by name":             {`{"name":" Sintel ","year":2010}`, "submit   Sintel"},
		"by a magnet link":    {`{"magnet":"magnet:?xt=urn:btih:` + hash + `&dn=Big.Buck.Bunny.2008.1080p.WEB"}`, "submit   Big Buck Bunny"},
		"by a magnet and id":  {`{"id":"tt1","magnet":"magnet:?xt=urn:btih:` + hash + `"}`, "submit  tt1 "},
		"refused without any": {`{}`, "say what is wanted"},
		"refused for its id":  {`{"id":"1254207"}`, "is no id"},
		"refused for its ns":  {`{"id":"foo:1"}`, "is no id"},
		"refused for magnet":  {`{"magnet":"http://x"}`, "not a magnet link"},
		"refused, nameless":   {`{"magnet":"magnet:?xt=urn:btih:` + hash + `"}`, "say what is wanted"},
		"refused for kind":    {`{"id":"tt1","kind":"film"}`, "body.kind"},
		"refused for a typo":  {`{"idd":"tt1"}`, "body.idd"},
		"refused as no JSON":  {`{`, "unexpected"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			out := w.local(http.MethodPost, "/api/v1/items", tt.body)
			if !strings.HasPrefix(name, "refused") {
				if out.Code != http.StatusCreated || w.noted()[0] != tt.want {
					t.Errorf("status %d, %v: %s", out.Code, w.noted(), out.Body)
				}
				return
			}
			p := decode[Problem](w, out, out.Code)
			if out.Code < 400 || out.Code >= 500 || p.Kind != "invalid" || !strings.Contains(p.Detail, tt.want) {
				t.Errorf("status %d: %s", out.Code, out.Body)
			}
		})
	}
}

func TestErrorsHaveOneShape(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fail   error
		status int
		kind   sdk.Kind
		detail string
	}{
		"a wrong request":   {&sdk.Error{Kind: sdk.Invalid, Message: "not so", Attribute: "profile"}, http.StatusBadRequest, sdk.Invalid, "not so"},
		"a limit":           {&sdk.Error{Kind: sdk.Limited, RetryAfter: 1500 * time.Millisecond}, http.StatusServiceUnavailable, sdk.Limited, "limit"},
		"refused":           {sdk.Errorf(sdk.Denied, "no premium"), http.StatusBadGateway, sdk.Denied, "no premium"},
		"not there":         {db.ErrNotFound, http.StatusNotFound, sdk.NotFound, "not in the library"},
		"a mistake of ours": {errors.New(planted), http.StatusInternalServerError, sdk.Other, "look for request"},
		"too slow":          {context.DeadlineExceeded, http.StatusBadGateway, sdk.Unavailable, "too long"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			id := w.film("tt1", "Sintel")
			w.fail = tt.fail
			out := w.local(http.MethodPost, "/api/v1/items/1/pause", "")
			p := decode[Problem](w, out, tt.status)
			if id != 1 || p.Kind != string(tt.kind) || p.Status != tt.status || !strings.Contains(p.Detail, tt.detail) || p.Request == "" {
				t.Errorf("got %s", out.Body)
			}
			if ct := out.Header().Get("Content-Type"); ct != "application/problem+json" {
				t.Errorf("it is %s", ct)
			}
			if after := out.Header().Get("Retry-After"); tt.kind == sdk.Limited && after != "2" {
				t.Errorf("retry after %q", after)
			}
			if strings.Contains(out.Body.String(), planted) {
				t.Error("a stranger reads what only the log may hold")
			}
		})
	}
}

func TestATitleIsAddedAtSeveralProfiles(t *testing.T) {
	t.Parallel()
	w := setup(t)
	got := decode[AddedItem](w, w.local(http.MethodPost, "/api/v1/items", `{"id":"tt1727587","kind":"movie","profiles":["uhd","default"]}`), http.StatusCreated)
	if got.Profile != "uhd" || len(got.Versions) != 1 || got.Versions[0].Profile != "default" || got.ID == got.Versions[0].ID {
		t.Errorf("got %+v", got)
	}
	p := decode[Problem](w, w.local(http.MethodPost, "/api/v1/items", `{"id":"tt1727587","profile":"uhd","profiles":["hd"]}`), http.StatusBadRequest)
	if !strings.Contains(p.Detail, "not both") {
		t.Errorf("got %+v", p)
	}
}

func TestWhyCountsReasons(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.film("tt1727587", "Sintel")
	w.candidates(id)
	w.ok(w.db.Apply(t.Context(), id, library.Indexed{Released: time.Now().Add(-time.Hour)}))
	w.ok(w.db.Apply(t.Context(), id, library.Failed{Step: library.StepScrape, Kind: sdk.Unavailable, Text: "no scraper answered"}))
	got := decode[Why](w, w.local(http.MethodGet, "/api/v1/items/1/why", ""), http.StatusOK)
	want := []CodeCount{
		{Code: "TOO_BIG", Count: 2, Text: "It is larger than the profile allows."}, {Code: "OTHER_TITLE", Count: 1, Text: "The title is another."},
	}
	if diff := cmp.Diff(got.Rejected, want); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
	answer := []string{
		"It failed.", "What went wrong last: no scraper answered", "4 found: 2 TOO_BIG, 1 OTHER_TITLE, 1 failed; 0 can be tried.",
		"The best of the rejected: Sintel.2010.2160p.REMUX (TOO_BIG by max_size, got 40GiB, want 20GiB)",
		"It would be taken after this change of the profile: Set max_size to 40GiB.",
		"Tried last: Sintel.2010.1080p.BluRay: the provider removed it",
	}
	if diff := cmp.Diff(got.Answer, answer); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
	if !strings.HasPrefix(got.Next.Text, "It is tried again at ") || got.Next.At.Before(time.Now()) {
		t.Errorf("next is %+v", got.Next)
	}
	page := decode[ReleasePage](w, w.local(http.MethodGet, "/api/v1/items/1/releases?state=rejected&limit=1&offset=1", ""), http.StatusOK)
	if page.Total != 3 || len(page.Releases) != 1 || page.Releases[0].Reasons[1].Code != "TOO_BIG" || page.Releases[0].Seeders != 1 {
		t.Errorf("got %+v", page)
	}
}

func TestAReleaseIsImported(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		kind, body string
		status     int
		want       string
	}{
		"by its magnet link":  {"application/json; charset=utf-8", `{"magnet":"magnet:?xt=x"}`, http.StatusAccepted, "import magnet:?xt=x"},
		"by its .torrent":     {"application/x-bittorrent", "d4:infoe", http.StatusAccepted, "import d4:infoe"},
		"not by nothing":      {"application/json", `{}`, http.StatusBadRequest, ""},
		"not by a picture":    {"image/png", "x", http.StatusBadRequest, ""},
		"not by what is huge": {"application/x-bittorrent", strings.Repeat("x", maxTorrent+2), http.StatusRequestEntityTooLarge, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.film("tt1", "Sintel")
			r := httptest.NewRequest(http.MethodPost, "/api/v1/items/1/import", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.kind)
			out := w.send(w.s.Local(), r)
			calls := w.noted()[1:]
			if out.Code != tt.status || strings.Join(calls, ";") != tt.want {
				t.Errorf("status %d, %v: %.300s", out.Code, calls, out.Body)
			}
		})
	}
}

func TestRemovingIsShownFirst(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.film("tt1", "Sintel")
	for _, preview := range []bool{true, false} {
		path := "/api/v1/items/1"
		if preview {
			path += "?preview=true"
		}
		got := decode[Removal](w, w.local(http.MethodDelete, path, ""), http.StatusOK)
		if got.Preview != preview || len(got.Paths) != 1 || len(got.Releases) != 1 || got.Requests[0].Ref != "7" {
			t.Errorf("got %+v", got)
		}
		if removed := len(w.noted()) > 1; removed == preview {
			t.Errorf("preview %v: %v", preview, w.noted())
		}
	}
}

func TestSearchTellsWhatIsInTheLibrary(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.film("tt1", "Sintel")
	w.found = []sdk.Title{{IDs: sdk.IDs{IMDb: "tt1"}, Kind: sdk.Movie, Name: "Sintel"}, {IDs: sdk.IDs{IMDb: "tt2"}, Kind: sdk.Movie, Name: "Sintel 2"}}
	got := decode[FoundTitles](w, w.local(http.MethodGet, "/api/v1/search?q=sintel", ""), http.StatusOK)
	if len(got.Titles) != 2 || len(got.Titles[0].Items) != 1 || len(got.Titles[1].Items) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestPluginsAndTheirHooks(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.plugged()
	page := decode[PluginPage](w, w.local(http.MethodGet, "/api/v1/plugins", ""), http.StatusOK)
	if len(page.Plugins) != 1 || page.Plugins[0].State != "running" || page.Plugins[0].PID == 0 || page.Plugins[0].Version != "1.2.3" {
		t.Fatalf("got %+v", page)
	}
	in := page.Plugins[0].Instances
	if len(in) != 2 || !in[0].OK || in[1].Enabled || !strings.HasPrefix(in[0].Hook, "http://127.0.0.1:8080/hooks/stub/") {
		t.Fatalf("got %+v", in)
	}
	info := decode[PluginInfo](w, w.local(http.MethodGet, "/api/v1/plugins/stub", ""), http.StatusOK)
	if s := info.Capabilities[0].Settings; len(s) != 2 || s[0].Default != "http://stub" || !s[1].Secret {
		t.Errorf("got %+v", info)
	}
	health := decode[CheckResult](w, w.local(http.MethodPost, "/api/v1/plugins/source/stub/check", ""), http.StatusOK)
	if !health.OK || !health.Asked || health.Health.User != "me" {
		t.Errorf("got %+v", health)
	}
	hook := strings.TrimPrefix(in[0].Hook, "http://127.0.0.1:8080")
	r := httptest.NewRequest(http.MethodPut, hook+"a/b?c=d", strings.NewReader("body"))
	r.AddCookie(&http.Cookie{Name: cookieName, Value: planted})
	r.Header.Set("X-Api-Key", planted)
	out := w.send(w.s.Handler(), r)
	got := decode[sdk.HookRequest](w, out, http.StatusAccepted)
	if got.Method != http.MethodPut || got.Path != "/a/b" || got.Query != "c=d" || string(got.Body) != "body" || strings.Contains(out.Body.String(), planted) {
		t.Errorf("the plugin got %s", out.Body)
	}
	if h := out.Header(); h.Get("Set-Cookie") != "" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("headers %v", h)
	}
	if diff := cmp.Diff(w.noted(), []string{"submit stub  Sintel", "collect stub"}); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
	for name, path := range map[string]string{"another instance": strings.Replace(hook, "stub", "off", 1), "a guess": "/hooks/stub/0/", "none": "/hooks/stub/"} {
		if out := w.send(w.s.Handler(), httptest.NewRequest(http.MethodPost, path, nil)); out.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", name, out.Code)
		}
	}
	if out := w.send(w.s.Handler(), httptest.NewRequest(http.MethodPost, hook, strings.NewReader(strings.Repeat("x", maxHook+1)))); out.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: status %d", out.Code)
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.plugged()
	if got := decode[Reloaded](w, w.local(http.MethodPost, "/api/v1/reload", ""), http.StatusOK); !got.Valid || len(got.Diagnostics) != 1 {
		t.Errorf("got %+v", got)
	}
	if got := decode[BackupDone](w, w.local(http.MethodPost, "/api/v1/backup", `{"to":"x.zip"}`), http.StatusCreated); got.Path != "backup/x.zip" {
		t.Errorf("got %+v", got)
	}
	r := request(http.MethodPost, "/api/v1/backup", `{"to":"/etc/passwd"}`)
	r.Header.Set("X-Api-Key", w.key)
	if out := w.send(w.s.Handler(), r); out.Code != http.StatusBadRequest {
		t.Errorf("a backup to anywhere, from outside: status %d", out.Code)
	}
	if out := w.local(http.MethodPost, "/api/v1/sources/stub/collect", ""); out.Code != http.StatusAccepted {
		t.Errorf("collect: status %d", out.Code)
	}
	if out := w.local(http.MethodPost, "/api/v1/sources/none/collect", ""); out.Code != http.StatusNotFound {
		t.Errorf("collect from nowhere: status %d", out.Code)
	}
	if got := decode[Diagnosis](w, w.local(http.MethodGet, "/api/v1/doctor", ""), http.StatusOK); got.OK || len(got.Checks) != 2 {
		t.Errorf("got %+v", got)
	}
	key := decode[NewKey](w, w.local(http.MethodPost, "/api/v1/keys", `{"name":"kodi"}`), http.StatusCreated)
	if out := w.local(http.MethodDelete, "/api/v1/keys/"+key.ID, ""); out.Code != http.StatusNoContent {
		t.Errorf("revoke: status %d", out.Code)
	}
	if got := decode[KeyPage](w, w.local(http.MethodGet, "/api/v1/keys", ""), http.StatusOK); len(got.Keys) != 1 || got.Keys[0].Name != "test" {
		t.Errorf("got %+v", got)
	}
	if out := w.local(http.MethodGet, "/metrics", ""); !strings.Contains(out.Body.String(), "millrace_test 0") {
		t.Errorf("metrics: %s", out.Body)
	}
}

// listen reads a stream of events until stop says so.
func (w *world) listen(url, last string, stop func(Event) bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v1/events", nil)
	w.ok(err)
	r.Header.Set("Last-Event-ID", last)
	out, err := http.DefaultClient.Do(r)
	w.ok(err)
	defer out.Body.Close()
	lines := bufio.NewScanner(out.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e Event
		w.ok(json.Unmarshal([]byte(data), &e))
		if stop(e) {
			return
		}
	}
	w.t.Fatalf("the stream ended: %v", lines.Err())
}

func TestEventsAreStreamedAndResumed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	server := httptest.NewServer(w.s.Local())
	defer server.Close()
	start, err := w.db.Cursor(t.Context())
	w.ok(err)
	first := w.film("tt1", "Sintel")
	var seen Event
	w.listen(server.URL, start.String(), func(e Event) bool {
		seen = e
		return e.Item == first && e.Name == "requested"
	})
	second := w.film("tt2", "Tears of Steel")
	w.listen(server.URL, seen.ID, func(e Event) bool {
		if e.Item == first {
			t.Errorf("told again: %+v", e)
		}
		return e.Item == second && e.Name == "requested"
	})
	r := request(http.MethodGet, "/api/v1/events", "")
	r.Header.Set("Last-Event-ID", "yesterday")
	if out := w.send(w.s.Local(), r); out.Code != http.StatusBadRequest {
		t.Errorf("a place there is not: status %d", out.Code)
	}
}

// deadlines notes what deadlines are set.
type deadlines struct {
	http.ResponseWriter
	set []bool // whether one was set, or lifted
}

func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.set = append(d.set, !t.IsZero())
	return nil
}

func TestABodyIsBoundedInTimeOnlyUntilItIsThere(t *testing.T) {
	t.Parallel()
	w := setup(t)
	out := &deadlines{ResponseWriter: httptest.NewRecorder()}
	w.s.Local().ServeHTTP(out, request(http.MethodPost, "/api/v1/backup", "{}"))
	n := len(out.set)
	if n < 2 || out.set[n-1] || !out.set[n-2] {
		t.Errorf("deadlines are set so: %v", out.set)
	}
}
