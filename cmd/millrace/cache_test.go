package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPinningIsShownUntilAllIsHere(t *testing.T) {
	t.Parallel()
	page := func(of string) string {
		return `{"contents":[{"id":"a","paths":["x"],"size":1000,"cached":` + of + `,"pinned":true}]}`
	}
	for _, tc := range []struct {
		name string
		ends string
		code int
		out  string
		err  string
	}{
		{"well when it is", page("1000"), exitOK, "Pinned 1 file of 1000 B.\nAll of it is here: 1000 B.\n", "0 B of 1000 B, 0 %\n500 B of 1000 B, 50 %\n"},
		{"not well when it was let go", `{"contents":[]}`, exitFailed, "Pinned 1 file of 1000 B.\n", "0 B of 1000 B, 0 %\n500 B of 1000 B, 50 %\nmillrace: somebody has unpinned x meanwhile\n"},
	} {
		t.Run("it ends "+tc.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.answer("POST /cache/pin", page("0"))
			w.answer("GET /cache", page("0"), page("500"), page("500"), tc.ends)
			w.serve()
			got := w.run("", "cache", "pin", "x", "--wait", "--data", w.data)
			if got.code != tc.code || got.out != tc.out || got.err != tc.err {
				t.Errorf("want code %d, %q and %q, got %s", tc.code, tc.out, tc.err, got)
			}
		})
	}
}

func TestAPathOfThisMachineIsToldFromItsRoot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "x.mkv")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	rel, err := filepath.Rel(mustWD(t), file)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{file: file, rel: file, "movies/no such film": "movies/no such film"} {
		if got := libraryPath(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func mustWD(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestWhatTheDaemonRefusesIsSaid(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.answer("POST /cache/pin", `400 {"status":400,"title":"x","detail":"it needs 3GiB, and of the cache 4GiB may be pinned","kind":"invalid"}`)
	w.serve()
	got := w.run("", "cache", "pin", "x", "--data", w.data)
	if got.code != exitFailed || got.err != "millrace: it needs 3GiB, and of the cache 4GiB may be pinned\n" {
		t.Errorf("got %s", got)
	}
	if diff := cmp.Diff([]string{`POST /cache/pin application/json {"path":"x"}`}, got.asked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if help := w.run("", "cache", "--help").out; !strings.Contains(help, "unpin") || !strings.Contains(help, "drop") {
		t.Errorf("help: %s", help)
	}
}
