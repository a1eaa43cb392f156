package pipeline

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river/rivertype"
	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// Profiles that like different things of the film's releases.
var (
	takesAny  = rank.Profile{Name: "default", Resolutions: []string{"1080p", "720p"}}
	takesHD   = rank.Profile{Name: "default", Resolutions: []string{"720p", "1080p"}}
	takesNone = rank.Profile{Name: "default", MaxSize: 1 << 20}
)

func TestWhatWasFoundIsJudgedAgainWithoutASearch(t *testing.T) {
	t.Parallel()
	type fate struct {
		Hash, Code string
		State      db.CandidateState
	}
	tests := map[string]struct {
		before, after rank.Profile
		meanwhile     func(w *world, item int64, cs []db.Candidate)
		want          []fate
		state         library.State
	}{
		"what suits no more is rejected": {takesAny, takesNone, nil, []fate{
			{hashA, "TOO_BIG", db.CandidateRejected}, {hashB, "TOO_BIG", db.CandidateRejected},
		}, library.StateScraped},
		"what is better now comes first": {takesAny, takesHD, nil, []fate{
			{hashB, "MATCH", db.CandidateOpen}, {hashA, "MATCH", db.CandidateOpen},
		}, library.StateScraped},
		"what suits now wakes an item that nothing suited": {takesNone, takesAny, nil, []fate{
			{hashA, "MATCH", db.CandidateOpen}, {hashB, "MATCH", db.CandidateOpen},
		}, library.StateScraped},
		"an item that failed is woken too": {takesNone, takesAny, func(w *world, item int64, _ []db.Candidate) {
			w.ok(w.db.Apply(w.t.Context(), item, library.Failed{Step: library.StepScrape, Kind: sdk.Denied, Text: "no key"}))
		}, []fate{
			{hashA, "MATCH", db.CandidateOpen}, {hashB, "MATCH", db.CandidateOpen},
		}, library.StateScraped},
		"an item that is paused stays so": {takesNone, takesAny, func(w *world, item int64, _ []db.Candidate) {
			w.ok(w.Act(w.t.Context(), item, "pause"))
		}, []fate{
			{hashA, "MATCH", db.CandidateOpen}, {hashB, "MATCH", db.CandidateOpen},
		}, library.StatePaused},
		"what was tried keeps its state": {takesAny, takesHD, func(w *world, item int64, cs []db.Candidate) {
			w.ok(w.db.Tx(w.t.Context(), func(tx *db.Tx) error {
				_, err := tx.BlacklistRelease(w.t.Context(), cs[0].Release, "gone, seen twice")
				return errors.Join(err, tx.MarkCandidate(w.t.Context(), item, cs[1].Release, db.CandidateMark{State: db.CandidateFailed, Evidence: "slow"}))
			}))
		}, []fate{
			{hashB, "MATCH", db.CandidateFailed}, {hashA, "MATCH", db.CandidateBlacklisted},
		}, library.StateScraped},
		"what a user named stays first": {takesAny, takesNone, func(w *world, item int64, _ []db.Candidate) {
			w.must(item, library.StepDownload) // nobody has A
			w.ok(w.workers()[library.StepImport].Do(w.t.Context(), db.Job{Step: library.Step{Kind: library.StepImport, Item: item, Key: "magnet:?xt=urn:btih:" + hashC}}))
		}, []fate{
			{hashC, "", db.CandidateOpen}, {hashA, "TOO_BIG", db.CandidateFailed}, {hashB, "TOO_BIG", db.CandidateRejected},
		}, library.StateScraped},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				w := setupOn(t, d)
				w.profiles(tt.before)
				searches := 0
				w.scrap.before = func() { searches++ }
				w.scrap.releases = []sdk.Release{
					{Name: "Sintel.2010.1080p.BluRay", Hash: hashA, Seeders: 50, Size: 900 << 20},
					{Name: "Sintel.2010.720p.WEB", Hash: hashB, Seeders: 5, Size: 900 << 20},
				}
				id := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie})
				defer func() {
					_, _, err := w.Remove(context.Background(), id, false)
					w.ok(err)
				}()
				w.must(id, library.StepIndex, library.StepScrape)
				cs, err := d.Candidates(t.Context(), id)
				w.ok(err)
				if tt.meanwhile != nil {
					tt.meanwhile(w, id, cs)
				}
				w.profiles(tt.after)
				w.must(0, library.StepJudge)
				var got []fate
				cs, err = d.Candidates(t.Context(), id)
				w.ok(err)
				for _, c := range cs {
					got = append(got, fate{c.Hash, c.Code, c.State})
				}
				if d := cmp.Diff(got, tt.want); d != "" {
					t.Errorf("got before want:\n%s", d)
				}
				w.state(id, tt.state)
				if stale, err := w.stale(t.Context()); err != nil || len(stale) != 0 || searches != 1 {
					t.Errorf("%v are still to be judged (%v), and there were %d searches", stale, err, searches)
				}
			})
		}
	})
}

func TestNamesAreReadAnewByANewerReader(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setupOn(t, d)
		id := w.film()
		old := func(r db.Release) (of int64) {
			w.ok(d.Tx(t.Context(), func(tx *db.Tx) error {
				if err := tx.SaveReadings(t.Context(), []db.Reading{{Release: r.ID, Parsed: []byte{1}, Parser: 1}}); err != nil {
					return err
				}
				return tx.SaveJudged(t.Context(), nil, map[string][]int64{"by the reader of old": {id}})
			}))
			return r.ID
		}
		r, err := d.ReleaseByHash(t.Context(), hashA)
		w.ok(err)
		old(r)
		w.must(0, library.StepJudge)
		again, err := d.Release(t.Context(), r.ID)
		w.ok(err)
		if again.Parser != int(release.Version) || !cmp.Equal(again.Parsed, r.Parsed) {
			t.Errorf("it is read as %v by version %d, want %v by %d", again.Parsed, again.Parser, r.Parsed, release.Version)
		}
	})
}

func TestWhatAReleaseHoldsIsToldByTheNewestReader(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setupOn(t, d)
		season, _ := w.season()
		other := w.film()
		w.scrap.releases = []sdk.Release{{Name: "Pioneer.One.S01E02-E03.1080p", Hash: hashC, Size: 3 << 30}}
		w.must(season.ID, library.StepScrape)
		pack, err := d.ReleaseByHash(t.Context(), hashC)
		w.ok(err)
		sintel, err := d.ReleaseByHash(t.Context(), hashA)
		w.ok(err)
		show, film := season.Title, w.item(other).Title
		w.ok(d.Tx(t.Context(), func(tx *db.Tx) error {
			old := []db.Reading{{Release: pack.ID, Parsed: []byte{1}, Parser: 1}, {Release: sintel.ID, Parsed: []byte{1}, Parser: 1}}
			wrong := []db.Covering{
				{Release: pack.ID, Title: show, Covers: []db.Cover{{Season: 1, First: 1, Last: 1}}, Verdict: "yes"},
				{Release: pack.ID, Title: film, Covers: []db.Cover{{Season: db.WholeTitle}}, Verdict: "maybe"},
			}
			return errors.Join(tx.SaveReadings(t.Context(), old), tx.SaveCovers(t.Context(), []int64{pack.ID, sintel.ID}, wrong),
				tx.SaveJudged(t.Context(), nil, map[string][]int64{"by the reader of old": {season.ID, other}}))
		}))
		w.must(0, library.StepJudge)
		for _, c := range []struct {
			what  string
			title int64
			cover db.Cover
			want  []string
		}{
			{"an episode that it does not hold", show, db.Cover{Season: 1, First: 1, Last: 1}, nil},
			{"an episode that it holds", show, db.Cover{Season: 1, First: 2, Last: 2}, []string{hashC}},
			{"another title, which it is not", film, db.Cover{Season: db.WholeTitle}, []string{hashA, hashB}},
		} {
			releases, err := d.ReleasesFor(t.Context(), c.title, c.cover, 0)
			w.ok(err)
			var got []string
			for _, r := range releases {
				got = append(got, r.Hash)
			}
			if d := cmp.Diff(got, c.want); d != "" {
				t.Errorf("%s: got before want:\n%s", c.what, d)
			}
		}
	})
}

func TestAReleaseIsKeptInFewBytes(t *testing.T) {
	t.Parallel()
	const films, each, most = 20, 50, 250
	o := dbtest.SQLite(t)
	d := dbtest.Open(t, o)
	fillJudged(t, d, films, each)
	w := setupOn(t, d)
	w.profiles(takesAny)
	w.must(0, library.StepJudge)
	raw, err := sql.Open("sqlite", o.Path)
	w.ok(err)
	defer raw.Close()
	var rows, names int
	w.ok(raw.QueryRow(`SELECT sum(payload) FROM dbstat WHERE name IN ('release', 'candidate', 'sighting', 'release_title')`).Scan(&rows))
	w.ok(raw.QueryRow("SELECT sum(length(name)) FROM release").Scan(&names))
	if got := (rows - names) / (films * each); got > most {
		t.Errorf("a release with its verdict takes %d bytes besides its name, want at most %d", got, most)
	} else {
		t.Logf("a release with its verdict takes %d bytes besides its name", got)
	}
}

func TestJudgingAgainByTheSameChangesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.completed()
	w.scrap.releases = nil
	for i := range 60 {
		r := fakeRelease("Sintel", 2010, 7, i)
		r.Languages = []string{"en"}
		w.scrap.releases = append(w.scrap.releases, r)
	}
	w.ok(w.Act(t.Context(), id, "reset"))
	w.must(id, library.StepIndex, library.StepScrape)
	before, err := w.db.Candidates(t.Context(), id)
	w.ok(err)
	w.ok(w.db.Tx(t.Context(), func(tx *db.Tx) error {
		return tx.SaveJudged(t.Context(), nil, map[string][]int64{"something else": {id}})
	}))
	w.must(0, library.StepJudge)
	after, err := w.db.Candidates(t.Context(), id)
	w.ok(err)
	if d := cmp.Diff(after, before); d != "" || len(after) != 60 {
		t.Errorf("%d candidates, after before before:\n%s", len(after), d)
	}
}

// TestAChangeOfTheProfileBringsAFilm has a pipeline at work, with nothing done by hand.
func TestAChangeOfTheProfileBringsAFilm(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setupOn(t, d)
		w.profiles(takesNone)
		w.scrap.releases = []sdk.Release{{Name: "Sintel.2010.1080p.BluRay", Hash: hashA, Size: 900 << 20}}
		w.a.ready(hashA, "sintel.2010.1080p.mkv")
		id := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.Run(ctx) }()
		w.until("the film waits for a release that suits", func() bool { return w.item(id).Attempts == 1 })
		w.profiles(takesAny)
		w.until("the film is here", func() bool { return w.item(id).State == library.StateCompleted })
		cancel()
		w.ok(<-done)
	})
}

// until polls for something that other goroutines bring about.
func (w *world) until(what string, done func() bool) {
	w.t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline.C:
			w.t.Fatalf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
}

func TestSearchesAndJudgingDoNotGetInEachOthersWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := setupOn(t, d)
		w.o.Judge = 30
		films := fillJudged(t, d, 12, 10)
		for i := range 10 { // every film finds the same releases: all of them are wanted by each transaction
			w.scrap.releases = append(w.scrap.releases, fakeRelease("Race 1", 2000, 0, i))
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			var err error
			for n := 0; ctx.Err() == nil && err == nil; n++ {
				p, cerr := rank.Profile{Name: "default", MaxSize: int64(n+1) << 20}.Compile()
				w.Apply(Settings{Profiles: map[string]*rank.Compiled{"default": p}})
				if err = errors.Join(cerr, w.judgeFound(t.Context(), db.Job{})); errors.As(err, new(*rivertype.JobSnoozeError)) {
					err = nil
				}
			}
			done <- err
		}()
		var g errgroup.Group
		for _, id := range films {
			g.Go(func() error {
				for range 2 {
					if err := w.do(library.StepScrape, id); err != nil {
						return err
					}
				}
				return nil
			})
		}
		w.ok(g.Wait())
		cancel()
		w.ok(<-done)
	})
}
