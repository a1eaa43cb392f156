package overseerr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

const key = "K3Y"

// fake is a server with the requests of testdata.
type fake struct {
	mu   sync.Mutex // guards what follows
	list []map[string]any
	set  []string // "mediaID/status/is4k"
	most int      // the most that a page holds
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/status", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"version": "2.7.3", "commitTag": "local"}`)
	})
	if r.Header.Get("X-Api-Key") != key && r.URL.Path != "/api/v1/status" {
		w.WriteHeader(403)
		return
	}
	mux.HandleFunc("GET /api/v1/auth/me", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"id": 1, "displayName": "Ada", "permissions": 2}`)
	})
	mux.HandleFunc("GET /api/v1/request", f.page)
	mux.HandleFunc("GET /api/v1/request/{id}", f.one)
	mux.HandleFunc("POST /api/v1/media/{id}/{status}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(err)
		}
		f.set = append(f.set, r.PathValue("id")+"/"+r.PathValue("status")+" "+string(body))
		fmt.Fprint(w, `{"id": 1}`)
	})
	mux.HandleFunc("GET /api/v1/movie/{id}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") == "603" {
			http.Error(w, `{"message": "Unable to retrieve movie."}`, 500)
			return
		}
		fmt.Fprint(w, `{"id": 10378, "title": "Big Buck Bunny", "releaseDate": "2008-05-30", "imdbId": "tt1254207", "externalIds": {"imdbId": "tt1254207", "tvdbId": null}}`)
	})
	mux.HandleFunc("GET /api/v1/tv/{id}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"id": 1399, "name": "A Show", "firstAirDate": "2011-04-17", "externalIds": {"imdbId": "tt0944947", "tvdbId": 121361},
			"seasons": [{"seasonNumber": 0}, {"seasonNumber": 1}, {"seasonNumber": 3}]}`)
	})
	mux.ServeHTTP(w, r)
}

func (f *fake) page(w http.ResponseWriter, r *http.Request) {
	take, _ := strconv.Atoi(r.FormValue("take"))
	skip, _ := strconv.Atoi(r.FormValue("skip"))
	if f.most > 0 {
		take = min(take, f.most)
	}
	from := min(skip, len(f.list))
	write(w, map[string]any{"pageInfo": map[string]any{"results": len(f.list)}, "results": f.list[from:min(from+take, len(f.list))]})
}

func (f *fake) one(w http.ResponseWriter, r *http.Request) {
	for _, x := range f.list {
		if fmt.Sprint(x["id"]) == r.PathValue("id") {
			write(w, x)
			return
		}
	}
	http.Error(w, `{"message": "Request not found."}`, 404)
}

func write(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

func load(t *testing.T, name string, out any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err == nil {
		err = json.Unmarshal(data, out)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func setup(t *testing.T) (*Overseerr, *fake, *sdktest.Upstream) {
	t.Helper()
	var page struct{ Results []map[string]any }
	load(t, "requests.json", &page)
	f := &fake{list: page.Results}
	up := sdktest.NewUpstream(t, f)
	o, err := New(t.Context(), sdktest.Env(t), Settings{URL: up.URL + "/", APIKey: sdk.NewSecret(key + "\n"), Profile4K: "uhd", HookSecret: sdk.NewSecret("s3cret")})
	if err != nil {
		t.Fatal(err)
	}
	return o, f, up
}

func list(t *testing.T, o *Overseerr) []sdk.Request {
	t.Helper()
	var all []sdk.Request
	err := o.List(t.Context(), func(rs ...sdk.Request) error {
		all = append(all, rs...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// wanted is what the requests of testdata come to: 14 is available, 13 is not approved, 12 has no id, and the server
// cannot tell more of 11.
func wanted() []sdk.Request {
	bunny := sdk.IDs{IMDb: "tt1254207", TMDB: "10378"}
	sintel := sdk.IDs{IMDb: "tt1727587", TMDB: "45745"}
	return []sdk.Request{
		{IDs: bunny, Ref: "17", Kind: sdk.Movie, Name: "Big Buck Bunny", Year: 2008, Person: "Ada", Profile: "uhd"},
		{IDs: sdk.IDs{IMDb: "tt0944947", TMDB: "1399", TVDB: "121361"}, Ref: "16", Kind: sdk.Show, Name: "A Show", Year: 2011, Seasons: []int{1, 3}, Person: "bob"},
		{IDs: sintel, Ref: "15", Kind: sdk.Movie, Name: "Big Buck Bunny", Year: 2008},
		{IDs: sdk.IDs{TMDB: "603"}, Ref: "11", Kind: sdk.Movie, Person: "neo"},
	}
}

func TestListYieldsWhatIsApprovedAndNotThere(t *testing.T) {
	t.Parallel()
	o, _, up := setup(t)
	if diff := cmp.Diff(list(t, o), wanted()); diff != "" {
		t.Errorf("List (-got +want):\n%s", diff)
	}
	before := up.Count("GET", "/api/v1/tv/")
	list(t, o)
	if n := up.Count("GET", "/api/v1/tv/"); n != before || n != 1 {
		t.Errorf("the page of the show was asked for %d times, want once", n)
	}
	if up.Count("GET", "/api/v1/request?filter=approved&skip=0&sort=added&take=100") != 2 {
		t.Errorf("calls: %v", up.Calls())
	}
}

func TestListReadsEveryPage(t *testing.T) {
	t.Parallel()
	o, f, up := setup(t)
	f.most = 2
	if diff := cmp.Diff(list(t, o), wanted()); diff != "" {
		t.Errorf("List (-got +want):\n%s", diff)
	}
	if n := up.Count("GET", "/api/v1/request?"); n != 4 {
		t.Errorf("%d pages were asked for, want 4", n)
	}
}

func TestListReturnsTheErrorOfYield(t *testing.T) {
	t.Parallel()
	o, _, _ := setup(t)
	stop := errors.New("stop")
	if err := o.List(t.Context(), func(...sdk.Request) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("List = %v, want %v", err, stop)
	}
}

func TestAcknowledge(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ref   string
		state sdk.Progress
		want  string
	}{
		"a film that is available":                 {"15", sdk.ProgressAvailable, `5/available {"is4k":false}`},
		"a film in 4K that is available":           {"17", sdk.ProgressAvailable, `7/available {"is4k":true}`},
		"a show of which all was asked for":        {"16", sdk.ProgressAvailable, `6/available {"is4k":false}`},
		"a show that is partial already":           {"16", sdk.ProgressPartial, ""},
		"a film is never partial":                  {"15", sdk.ProgressPartial, ""},
		"a film that is processing already":        {"15", sdk.ProgressAccepted, ""},
		"a film that is available already":         {"14", sdk.ProgressAvailable, ""},
		"a film that was taken away":               {"15", sdk.ProgressRemoved, `5/unknown {"is4k":false}`},
		"a film that failed has no status":         {"15", sdk.ProgressFailed, ""},
		"a request that was deleted needs no news": {"99", sdk.ProgressAvailable, ""},
		"a wish without a request needs no news":   {"", sdk.ProgressAvailable, ""},
		"a film that was pending is taken":         {"13", sdk.ProgressAccepted, `3/processing {"is4k":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, f, _ := setup(t)
			if err := o.Acknowledge(t.Context(), sdk.Acknowledgement{Ref: tc.ref, State: tc.state}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(f.set, "; "); got != tc.want {
				t.Errorf("set %q, want %q", got, tc.want)
			}
		})
	}
	t.Run("a show of which some seasons were asked for is available in part", func(t *testing.T) {
		t.Parallel()
		o, f, _ := setup(t)
		f.list[1]["seasons"] = []any{map[string]any{"seasonNumber": 1}}
		if err := o.Acknowledge(t.Context(), sdk.Acknowledgement{Ref: "16", State: sdk.ProgressAvailable}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(f.set, "; "); got != `6/partial {"is4k":false}` {
			t.Errorf("set %q, want partial", got)
		}
	})
}

func TestHook(t *testing.T) {
	t.Parallel()
	payload, err := os.ReadFile("testdata/webhook.json")
	if err != nil {
		t.Fatal(err)
	}
	with := func(from, to string) string { return strings.ReplaceAll(string(payload), from, to) }
	for name, tc := range map[string]struct {
		method, auth, body string
		status             int
		reason             string
		want               []sdk.Request
	}{
		"an approved request is looked up and taken": {"POST", "s3cret", string(payload), 200, "taken", wanted()[1:2]},
		"the secret may come as a bearer token":      {"POST", "Bearer s3cret", string(payload), 200, "taken", wanted()[1:2]},
		"an automatic approval is one":               {"POST", "s3cret", with("MEDIA_APPROVED", "MEDIA_AUTO_APPROVED"), 200, "taken", wanted()[1:2]},
		"a test is answered":                         {"POST", "s3cret", `{"notification_type": "TEST_NOTIFICATION", "media": null, "request": null, "extra": []}`, 200, "arrived", nil},
		"without an id the payload has to do": {"POST", "s3cret", with(`"request_id": "16", `, ""), 200, "taken", []sdk.Request{
			{IDs: sdk.IDs{TMDB: "1399", TVDB: "121361"}, Ref: "tv:tmdb:1399", Kind: sdk.Show, Seasons: []int{1, 3}, Person: "bob"}}},
		"another notification is refused":      {"POST", "s3cret", with("MEDIA_APPROVED", "MEDIA_AVAILABLE"), 422, "ignored", nil},
		"an invented request is refused":       {"POST", "s3cret", with(`"16"`, `"99"`), 422, "there is no request", nil},
		"a pending request is refused":         {"POST", "s3cret", with(`"16"`, `"13"`), 422, "not approved", nil},
		"an empty template is refused":         {"POST", "s3cret", `{"notification_type": "MEDIA_APPROVED"}`, 422, "no tmdbId", nil},
		"an unknown type of media is refused":  {"POST", "s3cret", `{"notification_type": "MEDIA_APPROVED", "media": {"media_type": "music", "tmdbId": "1"}}`, 422, "neither movie nor tv", nil},
		"a payload of another form is refused": {"POST", "s3cret", `{"hello": "world"}`, 400, "no notification_type", nil},
		"bytes that are no JSON are refused":   {"POST", "s3cret", `hello`, 400, "not the webhook's", nil},
		"a wrong secret is refused":            {"POST", "guess", string(payload), 401, "hook_secret", nil},
		"a missing secret is refused":          {"POST", "", string(payload), 401, "hook_secret", nil},
		"a GET is refused":                     {"GET", "s3cret", "", 405, "POST", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _, _ := setup(t)
			r, err := o.Hook(t.Context(), sdk.HookRequest{Method: tc.method, Header: http.Header{"Authorization": {tc.auth}}, Body: []byte(tc.body)})
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != tc.status || !strings.Contains(string(r.Body), tc.reason) {
				t.Errorf("answered %d %s, want %d with %q", r.Status, r.Body, tc.status, tc.reason)
			}
			if diff := cmp.Diff(r.Requests, tc.want); diff != "" {
				t.Errorf("requests (-got +want):\n%s", diff)
			}
		})
	}
	t.Run("a server that is down does not lose the request", func(t *testing.T) {
		t.Parallel()
		o, _, up := setup(t)
		up.Fault(sdktest.Fault{Status: 500})
		r, err := o.Hook(t.Context(), sdk.HookRequest{Method: "POST", Header: http.Header{"Authorization": {"s3cret"}}, Body: payload})
		want := []sdk.Request{{IDs: sdk.IDs{TMDB: "1399", TVDB: "121361"}, Ref: "16", Kind: sdk.Show, Seasons: []int{1, 3}, Person: "bob"}}
		if diff := cmp.Diff(r.Requests, want); err != nil || diff != "" {
			t.Errorf("Hook = %v (-got +want):\n%s", err, diff)
		}
	})
}

func FuzzHook(f *testing.F) {
	payload, err := os.ReadFile("testdata/webhook.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload)
	f.Add([]byte(`{"notification_type": "MEDIA_APPROVED", "media": {"media_type": "tv", "tmdbId": 1}, "extra": [{"name": "Requested Seasons", "value": "-1, x, 99999999999999999999"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var n notification
		if json.Unmarshal(body, &n) != nil {
			return
		}
		w, reason := n.wish()
		if reason == "" && (w.IDs.IsZero() || w.Kind == "" || w.Ref == "") {
			t.Fatalf("%q gave the empty wish %+v", body, w)
		}
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	o, _, up := setup(t)
	h, err := o.Check(t.Context())
	if diff := cmp.Diff(h, sdk.Health{Version: "2.7.3", User: "Ada"}); err != nil || diff != "" {
		t.Errorf("Check = %v (-got +want):\n%s", err, diff)
	}
	up.Fault(sdktest.Fault{Path: "/auth/me", Status: 200, Body: `{"id": 2, "username": "bob", "permissions": 32}`})
	if h, err = o.Check(t.Context()); err != nil || len(h.Warnings) != 1 {
		t.Errorf("Check with a user of few rights = %+v, %v; want a warning", h, err)
	}
}

func TestEveryCallKeepsTheTableOfErrors(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *Overseerr) error{
		"list": func(ctx context.Context, o *Overseerr) error {
			return o.List(ctx, func(...sdk.Request) error { return nil })
		},
		"acknowledge": func(ctx context.Context, o *Overseerr) error {
			return o.Acknowledge(ctx, sdk.Acknowledgement{Ref: "15", State: sdk.ProgressAvailable})
		},
		"check": func(ctx context.Context, o *Overseerr) error { _, err := o.Check(ctx); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _, up := setup(t)
			but := map[string]sdk.Kind{}
			if name == "acknowledge" { // a request that is not there needs no news
				but["404 is NotFound"] = ""
			}
			sdktest.Errors(t, up, func(ctx context.Context) error { return call(ctx, o) }, but)
		})
	}
}

func TestNewNamesTheSettingThatIsWrong(t *testing.T) {
	t.Parallel()
	for attribute, s := range map[string]Settings{
		"api_key": {URL: "http://localhost:5055", APIKey: sdk.NewSecret(" ")},
		"url":     {URL: "localhost:5055", APIKey: sdk.NewSecret("k")},
	} {
		_, err := New(t.Context(), sdktest.Env(t), s)
		var e *sdk.Error
		if !errors.As(err, &e) || e.Kind != sdk.Invalid || e.Attribute != attribute {
			t.Errorf("New(%s) = %v, want an Invalid error of %s", s.URL, err, attribute)
		}
	}
}

func TestTheAPIMayBeNamedWhole(t *testing.T) {
	t.Parallel()
	up := sdktest.NewUpstream(t, &fake{})
	o, err := New(t.Context(), sdktest.Env(t), Settings{URL: up.URL + "/api/v1", APIKey: sdk.NewSecret(key)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
