package jellyfin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

const key = "0123456789abcdef"

func server(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != `MediaBrowser Client="Millrace", Token="`+key+`"` {
		w.WriteHeader(401)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "POST /Library/Media/Updated":
		w.WriteHeader(204)
	case "GET /System/Info":
		fmt.Fprint(w, `{"ServerName": "den", "Version": "10.11.0", "HasPendingRestart": true, "Id": "x"}`)
	default:
		w.WriteHeader(404)
	}
}

func setup(t *testing.T) (*Jellyfin, *sdktest.Upstream) {
	t.Helper()
	up := sdktest.NewUpstream(t, http.HandlerFunc(server))
	j, err := New(t.Context(), sdktest.Env(t), Settings{URL: up.URL, APIKey: sdk.NewSecret(key + "\n"), PathMap: map[string]string{"/mnt/millrace": "/media"}})
	if err != nil {
		t.Fatal(err)
	}
	return j, up
}

func changes() []sdk.Change {
	return []sdk.Change{
		{Path: "/mnt/millrace/movies/Sintel (2010)/Sintel.mkv", Kind: sdk.ChangeCreated},
		{Path: "/mnt/millrace/shows/A Show", Kind: sdk.ChangeModified},
		{Path: "/elsewhere/x.mkv", Kind: sdk.ChangeDeleted},
	}
}

func TestUpdateTellsOfEveryChangeInOneCall(t *testing.T) {
	t.Parallel()
	j, up := setup(t)
	if err := j.Update(t.Context(), changes()); err != nil {
		t.Fatal(err)
	}
	if err := j.Update(t.Context(), nil); err != nil {
		t.Errorf("nothing to tell: %v", err)
	}
	calls := up.Calls()
	if len(calls) != 1 {
		t.Fatalf("%d calls, want 1", len(calls))
	}
	want := `{"Updates":[{"Path":"/media/movies/Sintel (2010)/Sintel.mkv","UpdateType":"Created"},` +
		`{"Path":"/media/shows/A Show","UpdateType":"Modified"},{"Path":"/elsewhere/x.mkv","UpdateType":"Deleted"}]}`
	if diff := cmp.Diff(calls[0].Body, want); diff != "" {
		t.Errorf("sent (-got +want):\n%s", diff)
	}
}

func TestCheckTellsOfTheServer(t *testing.T) {
	t.Parallel()
	j, up := setup(t)
	h, err := j.Check(t.Context())
	want := sdk.Health{Message: "den", Version: "10.11.0", Warnings: []string{"the server waits for a restart"}}
	if diff := cmp.Diff(h, want); err != nil || diff != "" {
		t.Errorf("Check = %v (-got +want):\n%s", err, diff)
	}
	for _, body := range []string{`{}`, `{"Version": "1", "IsShuttingDown": true}`} {
		up.Fault(sdktest.Fault{Status: 200, Body: body, Times: 1})
		if _, err := j.Check(t.Context()); sdk.KindOf(err) != sdk.Unavailable {
			t.Errorf("Check of %s = %v, want Unavailable", body, err)
		}
	}
}

func TestEveryCallKeepsTheTableOfErrors(t *testing.T) {
	t.Parallel()
	t.Run("update", func(t *testing.T) {
		t.Parallel()
		j, up := setup(t)
		sdktest.Errors(t, up, func(ctx context.Context) error { return j.Update(ctx, changes()) }, sdktest.Unread())
	})
	t.Run("check", func(t *testing.T) {
		t.Parallel()
		j, up := setup(t)
		sdktest.Errors(t, up, func(ctx context.Context) error { _, err := j.Check(ctx); return err }, nil)
	})
}

func TestSettingsThatAreWrongAreNamed(t *testing.T) {
	t.Parallel()
	if ds := validate(Settings{PathMap: map[string]string{"mnt": "/x", "/ok": "/y", "/z": ""}}); len(ds) != 2 {
		t.Errorf("diagnostics = %v, want 2", ds)
	}
	for attribute, s := range map[string]Settings{
		"api_key": {URL: "http://x", APIKey: sdk.NewSecret("")},
		"url":     {URL: "x", APIKey: sdk.NewSecret(key)},
	} {
		_, err := New(t.Context(), sdktest.Env(t), s)
		var e *sdk.Error
		if !errors.As(err, &e) || e.Attribute != attribute {
			t.Errorf("New = %v, want an error of %s", err, attribute)
		}
	}
}
