package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/sdk"
)

func TestPagesShowTheLibrary(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.plugged()
	id := w.film("tt1727587", "Sintel <b>")
	w.candidates(id)
	tests := map[string]struct {
		path   string
		status int
		want   []string
	}{
		"the list":               {"/", http.StatusOK, []string{"Sintel &lt;b&gt; (2010)", "requested", "movies/x.mkv", "scrape", "All are well"}},
		"one state":              {"/?state=requested", http.StatusOK, []string{"Sintel"}},
		"part of a name":         {"/?text=nothing", http.StatusOK, []string{"Nothing here."}},
		"a state there is not":   {"/?state=lost", http.StatusBadRequest, []string{"there is no state"}},
		"a page there is not":    {"/?after=x", http.StatusBadRequest, []string{"after is the id"}},
		"an item":                {"/items/1", http.StatusOK, []string{"TOO_BIG", "Sintel.2010.2160p", "40GiB", "wanted"}},
		"an item there is not":   {"/items/99", http.StatusNotFound, []string{"not in the library"}},
		"an item that is a word": {"/items/x", http.StatusBadRequest, []string{"is a number"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out := w.local(http.MethodGet, tt.path, "")
			if out.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", out.Code, tt.status, out.Body)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.Body.String(), want) {
					t.Errorf("%q is not in\n%s", want, out.Body)
				}
			}
		})
	}
}

func TestAFilmShowsItsParts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.film("tt1727587", "Sintel")
	w.ok(w.db.Tx(t.Context(), func(tx *db.Tx) error {
		ids, err := tx.SaveReleases(t.Context(), "archive", []db.Found{{Release: sdk.Release{Hash: strings.Repeat("a", 40), Name: "Sintel.2010"}}})
		if err != nil {
			return err
		}
		for _, part := range []int{2, 1} {
			f := db.File{Release: ids[0], Hash: strings.Repeat("a", 40), Path: fmt.Sprintf("Sintel.CD%d.avi", part), Size: 1 << 20, Items: []int64{id}, Part: part}
			if _, err := tx.PutFile(t.Context(), f); err != nil {
				return err
			}
		}
		return nil
	}))
	page := decode[FilePage](w, w.local(http.MethodGet, "/api/v1/items/1/files", ""), http.StatusOK)
	if len(page.Files) != 2 || page.Files[0].Part != 1 || page.Files[0].Path != "Sintel.CD1.avi" || page.Files[1].Part != 2 {
		t.Errorf("got %+v", page)
	}
	out := w.local(http.MethodGet, "/items/1", "").Body.String()
	if first, second := strings.Index(out, "part 1, 1"), strings.Index(out, "part 2, 1"); first < 0 || second < first {
		t.Errorf("the parts are not shown in their order:\n%s", out)
	}
}

// candidates gives an item releases of every fate.
func (w *world) candidates(item int64) {
	w.t.Helper()
	hash := func(c string) string { return strings.Repeat(c, 40) }
	found := []db.Found{
		{Release: sdk.Release{Hash: hash("a"), Name: "Sintel.2010.1080p.BluRay", Size: 5 << 30, Seeders: 7}},
		{Release: sdk.Release{Hash: hash("b"), Name: "Sintel.2010.2160p.REMUX", Size: 40 << 30, Seeders: 3}},
		{Release: sdk.Release{Hash: hash("c"), Name: "Sintel.2010.2160p.WEB", Size: 50 << 30, Seeders: 1}},
		{Release: sdk.Release{Hash: hash("d"), Name: "Sinister.2012.1080p", Size: 2 << 30, Seeders: 99}},
	}
	err := w.db.Tx(w.t.Context(), func(tx *db.Tx) error {
		ids, err := tx.SaveReleases(w.t.Context(), "archive", found)
		if err != nil {
			return err
		}
		_, err = tx.SaveCandidates(w.t.Context(), item, "", []db.Candidate{
			{Release: ids[0], Verdict: "accept", Tier: 1, Score: 10, Code: "MATCH"},
			{Release: ids[1], Verdict: "reject", State: db.CandidateRejected, Code: "TOO_BIG"},
			{Release: ids[2], Verdict: "reject", State: db.CandidateRejected, Code: "TOO_BIG"},
			{Release: ids[3], Verdict: "reject", State: db.CandidateRejected, Code: "OTHER_TITLE"},
		})
		if err != nil {
			return err
		}
		return tx.MarkCandidate(w.t.Context(), item, ids[0], db.CandidateMark{State: db.CandidateFailed, Evidence: "the provider removed it"})
	})
	w.ok(err)
}
