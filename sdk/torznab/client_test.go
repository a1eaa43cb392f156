package torznab_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/torznab"
)

func setup(t *testing.T, path string, h http.HandlerFunc) *torznab.Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c, err := torznab.New(sdk.Env{HTTP: srv.Client()}, torznab.Options{URL: srv.URL + path, Key: sdk.NewSecret("k3y")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestURLLeadsToTheAPI(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"":         "/api?t=caps&apikey=k3y",
		"/api":     "/api?t=caps&apikey=k3y",
		"/api/":    "/api?t=caps&apikey=k3y",
		"/1/":      "/1/api?t=caps&apikey=k3y",
		"/1/api":   "/1/api?t=caps&apikey=k3y",
		"/x.php":   "/x.php?t=caps&apikey=k3y",
		"/api?a=b": "/api?a=b&t=caps&apikey=k3y",
		"/api/v2.0/indexers/all/results/torznab/": "/api/v2.0/indexers/all/results/torznab/api?t=caps&apikey=k3y",
	} {
		var got string
		c := setup(t, path, func(w http.ResponseWriter, r *http.Request) {
			got = r.URL.String()
			io.WriteString(w, "<caps/>")
		})
		if _, err := c.Caps(t.Context()); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", path, got, err, want)
		}
	}
}

// library answers pages of numbered items.
func library(total, max int, tellTotal bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		offset, _ := strconv.Atoi(r.FormValue("offset"))
		limit, _ := strconv.Atoi(r.FormValue("limit"))
		var b strings.Builder
		if tellTotal {
			fmt.Fprintf(&b, `<newznab:response offset="%d" total="%d"/>`, offset, total)
		}
		for i := offset; i < min(total, offset+min(limit, max)); i++ {
			fmt.Fprintf(&b, "<item><title>item %d</title><guid>%d</guid></item>", i, i)
		}
		io.WriteString(w, rss(b.String()))
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler     http.HandlerFunc
		limit, want int
		calls       int
	}{
		"end with a short page":                          {library(25, 10, false), 10, 25, 3},
		"end with an empty page":                         {library(20, 10, false), 10, 20, 3},
		"end at the total":                               {library(20, 10, true), 10, 20, 2},
		"go on after short pages when the total says so": {library(25, 5, true), 10, 25, 5},
		"end with a page that has everything":            {library(150, 150, false), 0, 150, 2},
		"end when the indexer starts again": {func(w http.ResponseWriter, r *http.Request) {
			r.Form = url.Values{"limit": {"10"}}
			library(10, 10, false)(w, r)
		}, 10, 10, 2},
		"end after ten": {library(1000, 10, true), 10, 100, 10},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls, got := 0, 0
			c := setup(t, "", func(w http.ResponseWriter, r *http.Request) { calls++; tt.handler(w, r) })
			err := c.Pages(t.Context(), torznab.Query{Function: "search"}, tt.limit, func(f torznab.Feed) (bool, error) {
				got += len(f.Items)
				return true, nil
			})
			if err != nil || got != tt.want || calls != tt.calls {
				t.Errorf("got %d items in %d calls, %v, want %d in %d", got, calls, err, tt.want, tt.calls)
			}
		})
	}
}

func TestTorrent(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		want    sdk.Torrent
		kind    sdk.Kind
	}{
		"gives the bytes": {
			func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "d4:infod4:name1:xee") },
			sdk.Torrent{Metainfo: []byte("d4:infod4:name1:xee")}, "",
		},
		"follows a redirect to a magnet": {
			func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Location", magnet); w.WriteHeader(302) },
			sdk.Torrent{Magnet: magnet}, "",
		},
		"takes a magnet in the body": {
			func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, magnet+"\n") },
			sdk.Torrent{Magnet: magnet}, "",
		},
		"refuses a web page":       {func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>login") }, sdk.Torrent{}, sdk.Unavailable},
		"refuses what breaks off":  {func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "d4:infod4:na") }, sdk.Torrent{}, sdk.Unavailable},
		"refuses what is too much": {func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, torznab.MaxTorrent+1)) }, sdk.Torrent{}, sdk.Other},
		"says what the indexer says": {
			func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `<error code="501" description="x"/>`) }, sdk.Torrent{}, sdk.Limited,
		},
		"knows what is not there": {http.NotFound, sdk.Torrent{}, sdk.NotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(tt.handler)
			t.Cleanup(srv.Close)
			c, err := torznab.New(sdk.Env{HTTP: srv.Client()}, torznab.Options{URL: srv.URL})
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Torrent(t.Context(), srv.URL+"/dl/1?b=2&a=1;c")
			if diff := cmp.Diff(got, tt.want); diff != "" || sdk.KindOf(err) != tt.kind {
				t.Errorf("%v (%q, want %q), got -, want +:\n%s", err, sdk.KindOf(err), tt.kind, diff)
			}
		})
	}
}

func TestErrorOfAnAnswer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		body   string
		want   sdk.Kind
	}{
		"is the document's":                                  {200, `<error code="100" description="x"/>`, sdk.Denied},
		"is the document's, whatever the status":             {500, `<error code="500" description="x"/>`, sdk.Limited},
		"is the status's where the document knows no better": {503, `<error code="900" description="x"/>`, sdk.Unavailable},
		"is the document's where the status is none":         {200, `<error code="900" description="x"/>`, sdk.Other},
		"is the status's where there is no document":         {403, `forbidden`, sdk.Denied},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Retry-After", "9999")
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			}))
			t.Cleanup(srv.Close)
			c, err := torznab.New(sdk.Env{HTTP: srv.Client()}, torznab.Options{URL: srv.URL})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Search(t.Context(), torznab.Query{Function: "search"}); sdk.KindOf(err) != tt.want {
				t.Errorf("got %v (%q), want %q", err, sdk.KindOf(err), tt.want)
			}
		})
	}
}
