package db_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// by has every profile judge by the same.
func by(now string) func(string) string { return func(string) string { return now } }

func (w world) stale(now string) []db.Stale {
	w.t.Helper()
	list, err := w.Stale(w.ctx, by(now))
	w.ok(err)
	return list
}

// judged is a film with n candidates, the first of them failed, and the ids of their releases.
func (w world) judged(imdb string, n int) (item int64, releases []int64) {
	w.t.Helper()
	item = w.submit(film(imdb))
	w.tx(func(tx *db.Tx) error {
		var found []db.Found
		for i := range n {
			r := sdk.Release{Hash: fmt.Sprintf("%040x", i+1), Name: fmt.Sprint("Sintel.2010.", i), Size: 5, Seeders: i, Languages: []string{"en"}}
			found = append(found, db.Found{Release: r, Parsed: []byte{1}, Parser: 1})
		}
		var err error
		if releases, err = tx.SaveReleases(w.ctx, "indexer", found); err != nil {
			return err
		}
		if _, err := tx.SaveReleases(w.ctx, "other", found[:1]); err != nil {
			return err
		}
		var cs []db.Candidate
		for _, id := range releases {
			cs = append(cs, db.Candidate{Release: id, Verdict: "accept", Code: "MATCH"})
		}
		if _, err := tx.SaveCandidates(w.ctx, item, "p1", cs); err != nil {
			return err
		}
		return tx.MarkCandidate(w.ctx, item, releases[0], db.CandidateMark{State: db.CandidateFailed, Evidence: "slow"})
	})
	return item, releases
}

func TestWhatWasJudgedByAnotherProfileIsFound(t *testing.T) {
	each(t, func(w world) {
		a, _ := w.judged("tt1", 3)
		b, _ := w.judged("tt2", 2)
		w.submit(film("tt3")) // without candidates; each film is called like those before, which are judged again for it
		w.tx(func(tx *db.Tx) error { return tx.SaveJudged(w.ctx, nil, map[string][]int64{"p1": {a, b}}) })
		w.same("when all is judged", w.stale("p1"), []db.Stale(nil))
		w.same("after a change", w.stale("p2"), []db.Stale{{Item: a, Candidates: 3}, {Item: b, Candidates: 2}})
		w.tx(func(tx *db.Tx) error { return tx.SaveJudged(w.ctx, nil, map[string][]int64{"p2": {a}}) })
		w.same("after one was judged", w.stale("p2"), []db.Stale{{Item: b, Candidates: 2}})
	})
}

func TestCandidatesAreJudgedAgainAndKeepTheirFate(t *testing.T) {
	each(t, func(w world) {
		const n = 75 // one statement does not do
		item, ids := w.judged("tt1", n)
		w.tx(func(tx *db.Tx) error {
			all, err := tx.JudgedOf(w.ctx, []int64{item, 99})
			if err != nil || len(all) != 1 || len(all[item]) != n {
				t.Fatalf("JudgedOf: %d, %v", len(all[item]), err)
			}
			first := all[item][0]
			if first.Found.ID != ids[0] || first.State != db.CandidateFailed || len(first.Found.Sightings) != 2 ||
				first.Found.Parser != 1 || string(first.Found.Parsed) != "\x01" || first.Found.Seeders() != 0 {
				t.Errorf("the first is %+v", first)
			}
			var changed []db.Candidate
			for i, s := range all[item] {
				c := s.Candidate
				c.Order, c.Verdict, c.Tier, c.Score, c.Code, c.State = n-i, "reject", 2, -7, "TOO_BIG", db.CandidateRejected
				changed = append(changed, c)
			}
			return tx.SaveJudged(w.ctx, changed, map[string][]int64{"p2": {item}})
		})
		counts, err := w.CountCodes(w.ctx, item)
		w.ok(err)
		w.same("codes", counts, []db.CodeCount{
			{State: db.CandidateRejected, Code: "TOO_BIG", Count: n - 1}, {State: db.CandidateFailed, Code: "TOO_BIG", Count: 1},
		})
		best, err := w.ChooseCandidates(w.ctx, db.Choice{Item: item, States: []db.CandidateState{db.CandidateRejected}, Placed: true, Limit: 2})
		w.ok(err)
		if len(best) != 2 || best[0].Release != ids[n-1] || best[0].Score != -7 || best[0].Tier != 2 {
			t.Errorf("the best of the rejected are %+v", best)
		}
		list, err := w.Judged(w.ctx, item, []int64{ids[3], 9999, ids[1]})
		w.ok(err)
		if len(list) != 2 || list[0].Found.ID != ids[1] || list[0].Code != "TOO_BIG" {
			t.Errorf("Judged: %+v", list)
		}
	})
}

func TestNamesAreReadAnewInManyRows(t *testing.T) {
	each(t, func(w world) {
		_, ids := w.judged("tt1", 75)
		var list []db.Reading
		for i, id := range ids[1:] {
			list = append(list, db.Reading{Release: id, Parsed: []byte{0, byte(i), 255}, Parser: 2})
		}
		w.tx(func(tx *db.Tx) error { return tx.SaveReadings(w.ctx, list) })
		for i, id := range ids {
			r, err := w.Release(w.ctx, id)
			w.ok(err)
			want, parser := []byte{0, byte(i - 1), 255}, 2
			if i == 0 {
				want, parser = []byte{1}, 1
			}
			if string(r.Parsed) != string(want) || r.Parser != parser {
				t.Fatalf("release %d has the reading %v of %d, want %v of %d", i, r.Parsed, r.Parser, want, parser)
			}
		}
	})
}

func TestNamesakesAreFoundByEveryName(t *testing.T) {
	each(t, func(w world) {
		title := func(id, name string, year int, kind sdk.TitleKind, aliases ...string) int64 {
			s := sdk.Title{IDs: sdk.IDs{TVDB: id}, Kind: kind, Name: name, Year: year}
			for _, a := range aliases {
				s.Aliases = append(s.Aliases, sdk.Alias{Name: a})
			}
			return w.title(s)
		}
		uk := title("1", "The Office", 2001, sdk.Show)
		title("2", "The Office (US)", 2005, sdk.Show)
		title("3", "Le Bureau", 2006, sdk.Show, "Office, The", "the office")
		title("4", "Office Space", 1999, sdk.Movie)
		names := func(of int64) (out []string) {
			t.Helper()
			rivals, err := w.Rivals(w.ctx, of)
			w.ok(err)
			for _, r := range rivals {
				out = append(out, fmt.Sprint(r.Name, " ", r.Year))
			}
			return out
		}
		w.same("rivals", names(uk), []string{"The Office (US) 2005", "Le Bureau 2006"})
		title("3", "Le Bureau", 2006, sdk.Show)
		w.same("rivals after an alias went", names(uk), []string{"The Office (US) 2005"})
	})
}

func TestNamesakesAreFoundByIndexes(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	plan, err := d.Explain(t.Context(), db.RivalsQuery, 1, 1, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range plan {
		if strings.Contains(line, "SCAN") {
			t.Errorf("a table is read whole: %q", plan)
		}
	}
}

func TestATitleThatIsToldDifferentlyHasItsReleasesJudgedAgain(t *testing.T) {
	day := time.Date(2010, 9, 27, 0, 0, 0, 0, time.UTC)
	known := sdk.Title{IDs: sdk.IDs{IMDb: "tt1"}, Kind: sdk.Movie, Name: "Sintel", Year: 2010, Released: day}
	tests := map[string]struct {
		change func(*sdk.Title)
		stale  int
	}{
		"another poster does not count":   {func(t *sdk.Title) { t.Poster = "p" }, 0},
		"another year counts":             {func(t *sdk.Title) { t.Year = 2011 }, 1},
		"another alias counts":            {func(t *sdk.Title) { t.Aliases = []sdk.Alias{{Name: "Durian"}} }, 1},
		"another film of the name counts": {func(t *sdk.Title) { t.IDs, t.Year = sdk.IDs{IMDb: "tt2"}, 1999 }, 1},
		"another film of an alias counts": {func(t *sdk.Title) {
			*t = sdk.Title{IDs: sdk.IDs{IMDb: "tt3"}, Kind: sdk.Movie, Name: "D", Aliases: []sdk.Alias{{Name: "sintel"}}}
		}, 1},
		"a film of another name is no matter": {func(t *sdk.Title) { t.IDs, t.Name = sdk.IDs{IMDb: "tt4"}, "Elephants Dream" }, 0},
	}
	each(t, func(w world) {
		item, _ := w.judged("tt1", 2)
		for name, tt := range tests {
			w.title(known)
			w.tx(func(tx *db.Tx) error { return tx.SaveJudged(w.ctx, nil, map[string][]int64{"p1": {item}}) })
			fresh := known
			tt.change(&fresh)
			w.title(fresh)
			if got := len(w.stale("p1")); got != tt.stale {
				t.Errorf("%s: %d items are stale, want %d", name, got, tt.stale)
			}
			w.apply(item, library.Wake{})
		}
	})
}
