package pipeline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river/rivertype"
	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

func TestMain(m *testing.M) {
	if os.Getenv("MILLRACE_TEST_CHILD") != "" {
		os.Exit(judgeChild())
	}
	os.Exit(dbtest.Main(m))
}

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

// fillJudged fills a library with films of which the releases were judged by nothing yet, and none suited.
func fillJudged(t testing.TB, d *db.DB, films, each int) (ids []int64) {
	t.Helper()
	ctx := t.Context()
	for f := range films {
		err := d.Tx(ctx, func(tx *db.Tx) error {
			name := fmt.Sprintf("Race %d", f+1)
			title := sdk.Title{IDs: sdk.IDs{IMDb: fmt.Sprintf("tt%07d", f+1)}, Kind: sdk.Movie, Name: name, Year: 2000 + f%25, Runtime: 90 * time.Minute}
			item, _, err := tx.Submit(ctx, db.Submission{Request: sdk.Request{IDs: title.IDs, Kind: sdk.Movie, Name: name}, Profile: "default"})
			if err != nil {
				return err
			}
			ids = append(ids, item)
			it, err := tx.Item(ctx, item)
			if err != nil {
				return err
			}
			if _, err := tx.SaveTitle(ctx, it.Title, title, "meta"); err != nil {
				return err
			}
			known := db.Title{ID: it.Title, Title: title}
			var found []db.Found
			for i := range each {
				found = append(found, search.Found(known, fakeRelease(name, title.Year, f, i)))
			}
			releases, err := tx.SaveReleases(ctx, "indexer", found)
			if err != nil {
				return err
			}
			cs := make([]db.Candidate, len(releases))
			for i, r := range releases {
				cs[i] = db.Candidate{Release: r, Verdict: "reject", Code: "TOO_BIG", State: db.CandidateRejected}
			}
			if _, err := tx.SaveCandidates(ctx, item, "", cs); err != nil {
				return err
			}
			return tx.Apply(ctx, item, library.Indexed{Released: time.Now().Add(-time.Hour)}, library.NothingFound{})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// fakeRelease is the ith release of a film: in every quality, and each tenth is of another film.
func fakeRelease(name string, year, film, i int) sdk.Release {
	if i%10 == 9 {
		name += " Part 2"
	}
	resolution := []string{"2160p", "1080p", "720p", "480p"}[i%4]
	source := []string{"BluRay.REMUX", "BluRay", "WEB-DL", "WEBRip", "HDTV"}[i%5]
	codec := []string{"x265.HDR10.TrueHD.7.1", "x264.DTS-HD.MA.5.1", "H.264.DDP5.1", "x265.AAC"}[(i/3)%4]
	return sdk.Release{
		Name: fmt.Sprintf("%s %d %s %s %s-GROUP%d", name, year, resolution, source, codec, i%17), Hash: fmt.Sprintf("%08x%032x", film+1, i+1),
		Size: int64(i%40+1) << 29, Seeders: i * 3 % 200,
	}
}

// judgeChild is a daemon that judges again until nothing is left, or until it kills itself at a commit: at the nth call of
// the failpoint, by a signal that nothing can catch.
func judgeChild() int {
	var left int
	if _, err := fmt.Sscan(os.Getenv("MILLRACE_TEST_CHILD"), &left); err != nil {
		return 2
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	turn := make(chan struct{}, 1)
	turn <- struct{}{} // holds the right to count
	d, err := db.Open(ctx, db.Options{
		URL: os.Getenv("MILLRACE_TEST_URL"), Path: os.Getenv("MILLRACE_TEST_PATH"), Version: "1.2.3",
		Failpoint: func(string) {
			<-turn
			if left--; left == 0 {
				if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
					panic(err)
				}
			}
			turn <- struct{}{}
		},
	})
	if err == nil {
		err = judgeUntilDone(ctx, d)
	}
	if err != nil {
		fmt.Println(err)
		return 3
	}
	return 0
}

func judgeUntilDone(ctx context.Context, d *db.DB) error {
	profile, err := takesAny.Compile()
	if err != nil {
		return err
	}
	pool := plugin.Fixed(plugin.Options{})
	p := New(d, pool, search.New(d, pool, nil, nil), Options{Judge: 7})
	p.Apply(Settings{Profiles: map[string]*rank.Compiled{"default": profile}})
	for {
		if err := p.judgeFound(ctx, db.Job{}); err != nil {
			return err
		}
		stale, err := p.stale(ctx)
		if err != nil || len(stale) == 0 {
			return errors.Join(err, d.Close())
		}
	}
}

// spawnJudge runs a child, and reports whether it killed itself.
func spawnJudge(t *testing.T, o db.Options, killAt int) (killed bool) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), fmt.Sprintf("MILLRACE_TEST_CHILD=%d", killAt), "MILLRACE_TEST_URL="+o.URL, "MILLRACE_TEST_PATH="+o.Path)
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child ended: %v: %s", err, out)
	}
	return true
}

func TestADaemonThatIsKilledGoesOnJudgingWhereItWas(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		d := dbtest.Open(t, o)
		const each = 5
		films := fillJudged(t, d, 8, each)
		w := setupOn(t, d)
		w.profiles(takesAny)
		left := len(films)
		killed := 0
		for killAt := 1; killAt <= 5; killAt++ {
			if spawnJudge(t, o, killAt) {
				killed++
			}
			stale, err := w.stale(t.Context())
			w.ok(err)
			if len(stale) > left {
				t.Errorf("killed at %d: %d films are to be judged, %d were before", killAt, len(stale), left)
			}
			left = len(stale)
			open := map[int64]bool{}
			for _, s := range stale {
				open[s.Item] = true
			}
			for _, id := range films {
				codes, err := d.CountCodes(t.Context(), id)
				w.ok(err)
				untouched := len(codes) == 1 && codes[0] == db.CodeCount{State: db.CandidateRejected, Code: "TOO_BIG", Count: each}
				if untouched != open[id] || (w.item(id).State == library.StateScraped) == open[id] {
					t.Errorf("killed at %d: film %d is %s with %v, and to be judged: %v", killAt, id, w.item(id).State, codes, open[id])
				}
			}
		}
		if killed < 3 {
			t.Errorf("only %d daemons were killed", killed)
		}
		if spawnJudge(t, o, 0) {
			t.Fatal("the last daemon was killed too")
		}
		for _, id := range films {
			w.state(id, library.StateScraped)
			events, err := d.Events(t.Context(), db.EventFilter{Item: id})
			w.ok(err)
			woken := 0
			for _, e := range events {
				if e.Name == "scraped" {
					woken++
				}
			}
			if woken != 1 {
				t.Errorf("film %d was woken %d times, want once", id, woken)
			}
		}
	})
}

// BenchmarkJudgeAgain judges 100,000 releases of 1,000 films again: after a change of the profile that changes most
// verdicts, and after a change of the reader of names.
func BenchmarkJudgeAgain(b *testing.B) {
	const films, each = 1000, 100
	for _, o := range []struct {
		name string
		open func(testing.TB) db.Options
	}{{"sqlite", dbtest.SQLite}, {"postgres", dbtest.Postgres}} {
		b.Run(o.name, func(b *testing.B) {
			d := dbtest.Open(b, o.open(b))
			fillJudged(b, d, films, each)
			w := setupOn(b, d)
			n := 0
			judge := func(b *testing.B, stale func()) {
				for b.Loop() {
					n++
					b.StopTimer()
					stale()
					w.profiles([]rank.Profile{takesAny, takesHD}[n%2])
					b.StartTimer()
					w.must(0, library.StepJudge)
				}
				b.ReportMetric(films*each*float64(b.N)/b.Elapsed().Seconds(), "releases/s")
			}
			judge(b, func() {})
			b.Run("profile", func(b *testing.B) { judge(b, func() {}) })
			b.Run("names", func(b *testing.B) { judge(b, func() { w.forget(films * each) }) })
		})
	}
}

// forget has the names of releases read by a reader of old.
func (w *world) forget(releases int) {
	w.t.Helper()
	list := make([]db.Reading, releases)
	for i := range list {
		list[i] = db.Reading{Release: int64(i + 1), Parsed: []byte{1}, Parser: 1}
	}
	w.ok(w.db.Tx(w.t.Context(), func(tx *db.Tx) error { return tx.SaveReadings(w.t.Context(), list) }))
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
