package world

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestExtraReleaseIsListedAndHasTheBytesOfItsFile(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte("a film of our own "), 30_000)
	file := filepath.Join(t.TempDir(), "film.mkv")
	if err := os.WriteFile(file, want, 0o600); err != nil {
		t.Fatal(err)
	}
	w := setup(t, Options{Extra: []Extra{{Release: "Sintel.2010.1080p.WEB-DL-OWN", IMDb: Sintel, File: file}}})
	all := w.Catalog()
	i := slices.IndexFunc(all, func(r Release) bool { return r.Name == "Sintel.2010.1080p.WEB-DL-OWN" })
	if i < 0 || all[i].Debrid != Cached || all[i].Dead || all[i].IMDb != Sintel {
		t.Fatalf("not in the catalog, or not as it should be: %+v", all)
	}
	r, err := w.Open(all[i].Hash, "Sintel.2010.1080p.WEB-DL-OWN.mkv")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d other bytes, %v; want %d", len(got), err, len(want))
	}
}

func TestExtraReleaseNeedsItsFile(t *testing.T) {
	t.Parallel()
	w, err := Start(t.Context(), Options{Extra: []Extra{{Release: "x", File: filepath.Join(t.TempDir(), "none.mkv")}}})
	if err == nil {
		w.Close()
		t.Error("a world began without the file of an extra release")
	}
}
