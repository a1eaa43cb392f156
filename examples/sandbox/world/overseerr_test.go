package world

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// requestPage is GET /request as a client reads it.
type requestPage struct {
	PageInfo struct{ Pages, PageSize, Results, Page int }
	Results  []struct {
		ID, Status int
		Type       string
		Media      struct {
			ID, TmdbID, TvdbID, Status int
		}
		Seasons []struct{ SeasonNumber int }
	}
}

func TestRequestListPages(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	e := w.Endpoints.Overseerr
	key := "X-Api-Key: " + e.Key
	tests := []struct {
		query string
		want  []int // request ids
		info  [4]int
	}{
		{"", []int{3, 2, 1}, [4]int{1, 20, 3, 1}},
		{"?take=2", []int{3, 2}, [4]int{2, 2, 3, 1}},
		{"?take=2&skip=2", []int{1}, [4]int{2, 2, 3, 2}},
		{"?filter=approved&sort=added", []int{2, 1}, [4]int{1, 20, 2, 1}},
		{"?filter=pending", []int{3}, [4]int{1, 20, 1, 1}},
		{"?filter=processing&sort=modified", []int{2, 1}, [4]int{1, 20, 2, 1}},
		{"?filter=available", nil, [4]int{0, 20, 0, 1}},
		{"?skip=50", nil, [4]int{1, 20, 3, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			var p requestPage
			get(t, e.URL+"/api/v1/request"+tt.query, key).json(t, &p)
			var got []int
			for _, r := range p.Results {
				got = append(got, r.ID)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
			if got := [4]int{p.PageInfo.Pages, p.PageInfo.PageSize, p.PageInfo.Results, p.PageInfo.Page}; got != tt.info {
				t.Errorf("pageInfo %v, want %v", got, tt.info)
			}
		})
	}
}

func TestRequestTellsWhatIsWanted(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	e := w.Endpoints.Overseerr
	key := "X-Api-Key: " + e.Key
	var p requestPage
	get(t, e.URL+"/api/v1/request?filter=approved", key).json(t, &p)
	show := p.Results[0]
	if show.Type != "tv" || show.Media.TvdbID != 990001 || len(show.Seasons) != 2 || show.Seasons[1].SeasonNumber != 2 {
		t.Errorf("got %+v", show)
	}
	for kind, id := range map[string]int{"tv": show.Media.TmdbID, "movie": p.Results[1].Media.TmdbID} {
		var m struct{ ExternalIDs struct{ ImdbID string } }
		get(t, fmt.Sprintf("%s/api/v1/%s/%d", e.URL, kind, id), key).json(t, &m)
		if want := map[string]string{"tv": MillOnTheRace, "movie": BigBuckBunny}[kind]; m.ExternalIDs.ImdbID != want {
			t.Errorf("%s %d is %q, want %q", kind, id, m.ExternalIDs.ImdbID, want)
		}
	}
}

func TestRequestListGuardsItself(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	e := w.Endpoints.Overseerr
	key := "X-Api-Key: " + e.Key
	tests := []struct {
		method, path, header string
		want                 int
	}{
		{"GET", "/status", "", 200},
		{"GET", "/auth/me", "", 403},
		{"GET", "/auth/me", "X-Api-Key: wrong", 403},
		{"GET", "/auth/me", key, 200},
		{"GET", "/request/99", key, 404},
		{"GET", "/request/count", key, 200},
		{"POST", "/request/99/approve", key, 404},
		{"POST", "/request/1/dance", key, 400},
		{"POST", "/media/999/available", key, 404},
		{"POST", "/media/101/dance", key, 400},
		{"DELETE", "/request/99", key, 404},
		{"GET", "/movie/1", key, 404},
		{"GET", "/tv/1", key, 404},
		{"GET", "/media", key, 200},
		{"POST", "/request", key, 400},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path+" "+tt.header, func(t *testing.T) {
			if got := call(t, tt.method, e.URL+"/api/v1"+tt.path, "", tt.header).status; got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
		})
	}
}

func TestStatusesAreWrittenBackAndNoted(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	e := w.Endpoints.Overseerr
	key := "X-Api-Key: " + e.Key
	for _, path := range []string{"/request/3/approve", "/media/101/available", "/media/102/partial", "/request/1/retry"} {
		if a := call(t, "POST", e.URL+"/api/v1"+path, `{"is4k":false}`, key); a.status != 200 {
			t.Fatalf("%s: status %d: %s", path, a.status, a.body)
		}
	}
	if got := call(t, "DELETE", e.URL+"/api/v1/request/2", "", key).status; got != 204 {
		t.Fatalf("delete: status %d", got)
	}
	want := []StatusChange{{Kind: "request", ID: 3, Status: "approve"}, {Kind: "media", ID: 101, Status: "available"}, {Kind: "media", ID: 102, Status: "partial"}, {Kind: "request", ID: 1, Status: "retry"}, {Kind: "request", ID: 2, Status: "delete"}}
	if diff := cmp.Diff(w.StatusChanges(), want, cmpopts.IgnoreFields(StatusChange{}, "At")); diff != "" {
		t.Errorf("changes, -got +want:\n%s", diff)
	}
	var got [][3]int
	for _, r := range w.Requests() {
		got = append(got, [3]int{r.ID, r.Status, r.Media})
	}
	if diff := cmp.Diff(got, [][3]int{{1, RequestApproved, MediaAvailable}, {3, RequestApproved, MediaProcessing}}); diff != "" {
		t.Errorf("requests, -got +want:\n%s", diff)
	}
}

func TestRequestsAreMadeAndAnnounced(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{Empty: true})
	var payload struct {
		Type  string `json:"notification_type"`
		Media struct {
			Kind string `json:"media_type"`
			TMDB string `json:"tmdbId"`
		}
		Extra []struct{ Name, Value string }
	}
	heard := make(chan answered, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		heard <- answered{header: r.Header, body: b}
	}))
	defer receiver.Close()
	e := w.Endpoints.Overseerr
	if got := call(t, "POST", e.URL+"/api/v1/request", `{"mediaType":"tv","mediaId":990001,"seasons":[2]}`, "X-Api-Key: "+e.Key).status; got != 201 {
		t.Fatalf("request: status %d", got)
	}
	if got := call(t, "POST", w.Endpoints.Control.URL+"/requests", `{"imdb":"tt1727587","is4k":true,"status":1}`).status; got != 200 {
		t.Fatalf("control: status %d", got)
	}
	if got := call(t, "POST", w.Endpoints.Control.URL+"/requests", `{"imdb":"tt0000001"}`).status; got != 400 {
		t.Errorf("an unknown title: status %d, want 400", got)
	}
	if a := call(t, "POST", w.Endpoints.Control.URL+"/requests/1/webhook", `{"url":"`+receiver.URL+`","authorization":"secret"}`); string(a.body) != `{"status":200}` {
		t.Fatalf("webhook: %d %s", a.status, a.body)
	}
	a := <-heard
	a.json(t, &payload)
	if payload.Type != "MEDIA_APPROVED" || payload.Media.Kind != "tv" || payload.Media.TMDB != "990001" || payload.Extra[0].Value != "2" || a.header.Get("Authorization") != "secret" {
		t.Errorf("got %s", a.body)
	}
	if r := w.Requests(); len(r) != 2 || !r[1].Is4K || r[1].Status != RequestPending || r[1].Media != MediaPending {
		t.Errorf("requests: %+v", r)
	}
}
