package plex

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

const token = "T0KEN"

func setup(t *testing.T) (*Plex, *sdktest.Upstream) {
	t.Helper()
	sections, err := os.ReadFile("testdata/sections.json")
	if err != nil {
		t.Fatal(err)
	}
	up := sdktest.NewUpstream(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/identity":
			fmt.Fprint(w, `{"MediaContainer": {"size": 0, "claimed": true, "machineIdentifier": "x", "version": "1.41.3"}}`)
		case r.Header.Get("X-Plex-Token") != token:
			w.WriteHeader(401)
		case r.Header.Get("Accept") != "application/json":
			fmt.Fprint(w, `<?xml version="1.0"?><MediaContainer/>`)
		case r.URL.Path == "/library/sections":
			fmt.Fprintf(w, "%s", sections)
		case strings.HasSuffix(r.URL.Path, "/refresh") && r.Method == "GET":
			return // 200, and nothing
		default:
			w.WriteHeader(404)
		}
	}))
	p, err := New(t.Context(), sdktest.Env(t), Settings{
		URL: up.URL + "/", Token: sdk.NewSecret(token + "\n"),
		PathMap: map[string]string{"/mnt/millrace": "/media", "/mnt/win": `D:\films`, "/srv": "/elsewhere"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, up
}

// scans lists what a server was told to scan, as "section folder".
func scans(t *testing.T, up *sdktest.Upstream) []string {
	t.Helper()
	var out []string
	for _, c := range up.Calls() {
		u, err := url.Parse(c.URL)
		if err != nil {
			t.Fatal(err)
		}
		if key, ok := strings.CutSuffix(strings.TrimPrefix(u.Path, "/library/sections/"), "/refresh"); ok {
			out = append(out, key+" "+u.Query().Get("path"))
		}
	}
	return out
}

func TestUpdateScansTheFoldersOfWhatChanged(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ paths, want []string }{
		"of a film, in every section that has it":   {[]string{"/mnt/millrace/movies/Sintel (2010)/Sintel.mkv"}, []string{"1 /media/movies/Sintel (2010)", "3 /media/movies/Sintel (2010)"}},
		"once for a season":                         {[]string{"/media/shows/A/S 1/a.mkv", "/media/shows/A/S 1/b.mkv", "/media/shows/A/S 1/b.srt"}, []string{"2 /media/shows/A/S 1", "3 /media/shows/A/S 1"}},
		"of a folder itself":                        {[]string{"/media/shows/Mr. Robot", "/media/shows/S.W.A.T."}, []string{"2 /media/shows/Mr. Robot", "3 /media/shows/Mr. Robot", "2 /media/shows/S.W.A.T.", "3 /media/shows/S.W.A.T."}},
		"of a section itself":                       {[]string{"/media/movies/x.mkv"}, []string{"1 /media/movies", "3 /media/movies"}},
		"of a section written with a slash":         {[]string{"/media/more films/X/x.mkv"}, []string{"1 /media/more films/X", "3 /media/more films/X"}},
		"not of a section whose name begins alike":  {[]string{"/media/movies 2/X/x.mkv"}, []string{"3 /media/movies 2/X"}},
		"of a server on Windows, whatever capitals": {[]string{"/mnt/win/X/x.mkv"}, []string{`4 D:\films\X`}},
		"of nothing where nothing changed":          {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, up := setup(t)
			var changes []sdk.Change
			for _, path := range tc.paths {
				changes = append(changes, sdk.Change{Path: path, Kind: sdk.ChangeCreated})
			}
			if err := p.Update(t.Context(), changes); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(scans(t, up), tc.want); diff != "" {
				t.Errorf("scans (-got +want):\n%s", diff)
			}
		})
	}
}

// A server may keep to the published specification alone, which has other names for the two calls.
func TestUpdateFollowsTheSpecificationToo(t *testing.T) {
	t.Parallel()
	var heard []string
	up := sdktest.NewUpstream(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.URL.Path {
		case "GET /library/sections/all":
			fmt.Fprint(w, `{"MediaContainer": {"Directory": [{"key": "7", "title": "Films", "Location": [{"path": "/films"}]}]}}`)
		case "POST /library/sections/7/refresh":
			if r.Header.Get("X-Plex-Client-Identifier") == "" {
				w.WriteHeader(422)
				return
			}
			heard = append(heard, r.FormValue("path"))
		case "GET /library/sections/7/refresh":
			w.WriteHeader(405)
		default:
			w.WriteHeader(404)
		}
	}))
	p, err := New(t.Context(), sdktest.Env(t), Settings{URL: up.URL, Token: sdk.NewSecret(token)})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Update(t.Context(), []sdk.Change{{Path: "/films/A/a.mkv"}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(heard, []string{"/films/A"}); diff != "" {
		t.Errorf("scans (-got +want):\n%s", diff)
	}
}

func TestUpdateTellsWhichFoldersThereAre(t *testing.T) {
	t.Parallel()
	p, up := setup(t)
	err := p.Update(t.Context(), []sdk.Change{{Path: "/srv/X/x.mkv"}, {Path: "/media/shows/A/a.mkv"}})
	var e *sdk.Error
	if !errors.As(err, &e) || e.Kind != sdk.Invalid || e.Attribute != "path_map" {
		t.Fatalf("Update = %v, want an Invalid error of path_map", err)
	}
	for _, part := range []string{"/elsewhere/X", "/media/movies (Films)", "/media/shows (Shows)"} {
		if !strings.Contains(e.Message, part) {
			t.Errorf("%q does not tell of %s", e.Message, part)
		}
	}
	if diff := cmp.Diff(scans(t, up), []string{"2 /media/shows/A", "3 /media/shows/A"}); diff != "" {
		t.Errorf("the others were not scanned: %s", diff)
	}
	up.Fault(sdktest.Fault{Status: 200, Body: `{"MediaContainer": {"size": 0}}`})
	if err := p.Update(t.Context(), []sdk.Change{{Path: "/x/y.mkv"}}); err == nil || !strings.Contains(err.Error(), "no sections") {
		t.Errorf("Update of a server without sections = %v", err)
	}
}

func TestCheckTellsOfTheServer(t *testing.T) {
	t.Parallel()
	p, up := setup(t)
	h, err := p.Check(t.Context())
	if diff := cmp.Diff(h, sdk.Health{Version: "1.41.3", Message: "5 sections"}); err != nil || diff != "" {
		t.Errorf("Check = %v (-got +want):\n%s", err, diff)
	}
	up.Fault(sdktest.Fault{Path: "/library", Status: 401})
	if _, err := p.Check(t.Context()); sdk.KindOf(err) != sdk.Denied {
		t.Errorf("Check with a bad token = %v, want Denied", err)
	}
	up.Heal()
	up.Fault(sdktest.Fault{Status: 200, Body: `{}`})
	if _, err := p.Check(t.Context()); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("Check of something else = %v, want Unavailable", err)
	}
}

func TestEveryCallKeepsTheTableOfErrors(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *Plex) error{
		"update": func(ctx context.Context, p *Plex) error {
			return p.Update(ctx, []sdk.Change{{Path: "/media/shows/A/a.mkv"}})
		},
		"check": func(ctx context.Context, p *Plex) error { _, err := p.Check(ctx); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, up := setup(t)
			sdktest.Errors(t, up, func(ctx context.Context) error { return call(ctx, p) }, nil)
		})
	}
}

func TestSettingsThatAreWrongAreNamed(t *testing.T) {
	t.Parallel()
	if ds := validate(Settings{PathMap: map[string]string{"mnt": "/x"}}); len(ds) != 1 || ds[0].Attribute != "path_map" {
		t.Errorf("diagnostics = %v, want one of path_map", ds)
	}
	for attribute, s := range map[string]Settings{
		"token": {URL: "http://x"},
		"url":   {URL: "x", Token: sdk.NewSecret(token)},
	} {
		_, err := New(t.Context(), sdktest.Env(t), s)
		var e *sdk.Error
		if !errors.As(err, &e) || e.Attribute != attribute {
			t.Errorf("New = %v, want an error of %s", err, attribute)
		}
	}
}
