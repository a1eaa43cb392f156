package pipeline

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

func TestAFilmGoesAllTheWay(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.completed()
	if d := cmp.Diff([]string{"/mnt/movies/Sintel (2010)/Sintel (2010).mkv"}, w.paths(id)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]db.CandidateState{hashA: db.CandidateUsed, hashB: db.CandidateOpen}, w.candidates(id)); d != "" {
		t.Error(d)
	}
	w.must(id, library.StepIndex, library.StepScrape, library.StepDownload, library.StepRegister)
	w.state(id, library.StateCompleted)
	if n := len(w.a.added); n != 1 {
		t.Errorf("steps that come late do something: added %d times", n)
	}
}

func TestAStepOfARemovedItemIsDone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.must(999, library.StepIndex, library.StepScrape, library.StepDownload, library.StepRegister, library.StepUpdate, library.StepAcknowledge)
}

func TestAFailureIsMetByItsKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		err    error
		state  library.State
		snooze time.Duration
		again  bool // the queue tries again
	}{
		{"a limit waits and spends no attempt", &sdk.Error{Kind: sdk.Limited, RetryAfter: time.Minute}, library.StateRequested, time.Minute, false},
		{"what is pending waits", sdk.Errorf(sdk.Pending, "p"), library.StateRequested, 5 * time.Second, false},
		{"an outage is tried again", sdk.Errorf(sdk.Unavailable, "u"), library.StateRequested, 0, true},
		{"an unknown error is tried again", errors.New("odd"), library.StateRequested, 0, true},
		{"a refused key fails", sdk.Errorf(sdk.Denied, "d"), library.StateFailed, 0, false},
		{"a wrong request fails", sdk.Errorf(sdk.Invalid, "i"), library.StateFailed, 0, false},
		{"what is not there fails", sdk.Errorf(sdk.NotFound, "n"), library.StateFailed, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			id := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie})
			w.meta.err = c.err
			err := w.do(library.StepIndex, id)
			if snoozed(err) != c.snooze || (err != nil && c.snooze == 0) != c.again {
				t.Errorf("got %v", err)
			}
			w.state(id, c.state)
		})
	}
}

func TestATitleOfAnotherKindIsNotTaken(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.submit(sdk.Request{IDs: show.IDs, Kind: sdk.Movie})
	w.must(id, library.StepIndex)
	w.state(id, library.StateFailed)
}

func TestASearchThatNobodyAnsweredIsNotFruitless(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		err   error
		found bool
		state library.State
		fails bool
	}{
		{"nothing found waits longer each time", nil, false, library.StateIndexed, false},
		{"an outage is tried again", sdk.Errorf(sdk.Unavailable, "u"), false, library.StateIndexed, true},
		{"a limit waits", sdk.Errorf(sdk.Limited, "l"), false, library.StateIndexed, true},
		{"a refused key fails", sdk.Errorf(sdk.Denied, "d"), false, library.StateFailed, false},
		{"what came before a failure counts", sdk.Errorf(sdk.Unavailable, "u"), true, library.StateScraped, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			id := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie})
			w.must(id, library.StepIndex)
			w.scrap.err = c.err
			if c.found {
				w.scrap.releases = []sdk.Release{{Name: "Sintel.2010.1080p", Hash: hashA}}
			}
			if err := w.do(library.StepScrape, id); (err != nil) != c.fails {
				t.Errorf("got %v", err)
			}
			w.state(id, c.state)
			if attempts := w.item(id).Attempts; c.fails && attempts != 0 {
				t.Errorf("%d attempts were spent", attempts)
			}
		})
	}
}

func TestWhatDoesNotSuitIsKeptWithWhatDecided(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.scrap.releases = []sdk.Release{{Name: "Big.Buck.Bunny.2008.1080p", Hash: hashA}, {Name: "Sintel.2010.1080p", Hash: hashB}}
	id := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie})
	w.must(id, library.StepIndex, library.StepScrape)
	cs, err := w.db.Candidates(t.Context(), id)
	w.ok(err)
	if len(cs) != 2 || cs[0].Hash != hashB || cs[1].State != db.CandidateRejected || cs[1].Code != "OTHER_TITLE" || cs[0].Code != "MATCH" {
		t.Errorf("got %+v", cs)
	}
	why, err := w.Explain(t.Context(), w.item(id), []int64{cs[1].Release})
	w.ok(err)
	if len(why) != 1 || why[0].Release != cs[1].Release || why[0].Verdict.Code != "OTHER_TITLE" || len(why[0].Verdict.Reasons) == 0 || why[0].Changes != nil {
		t.Errorf("explained as %+v", why)
	}
}

func TestTheNextReleaseFollowsOneThatDoesNotWork(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.film()
	w.must(id, library.StepDownload) // neither provider has A
	w.state(id, library.StateScraped)
	if d := cmp.Diff(map[string]db.CandidateState{hashA: db.CandidateFailed, hashB: db.CandidateOpen}, w.candidates(id)); d != "" {
		t.Error(d)
	}
	w.must(id, library.StepDownload) // nor B
	w.state(id, library.StateFailed)
	if len(w.a.added) != 2 || len(w.b.added) != 2 {
		t.Errorf("asked for %v and %v", w.a.added, w.b.added)
	}
}

func TestAReleaseIsBlacklistedWhenItIsDeadTwice(t *testing.T) {
	t.Parallel()
	w := setup(t)
	dead := sdk.Errorf(sdk.Gone, "removed for infringement")
	w.a.errs[hashA], w.b.errs[hashA] = dead, dead
	id := w.film()
	w.must(id, library.StepDownload)
	if got := w.candidates(id)[hashA]; got != db.CandidateFailed {
		t.Errorf("after the first time it is %s", got)
	}
	cs, err := w.db.Candidates(t.Context(), id)
	w.ok(err)
	w.ok(w.db.Tx(t.Context(), func(tx *db.Tx) error { // a day later
		return tx.MarkCandidate(t.Context(), id, cs[0].Release, db.CandidateMark{State: db.CandidateFailed, Evidence: cs[0].Evidence, Again: time.Unix(1, 0)})
	}))
	w.must(id, library.StepDownload)
	if got := w.candidates(id)[hashA]; got != db.CandidateBlacklisted {
		t.Errorf("after the second time it is %s", got)
	}
}

func TestWhatAProviderSaysOfARelease(t *testing.T) {
	t.Parallel()
	gone, notFound, denied := sdk.Errorf(sdk.Gone, "g"), sdk.Errorf(sdk.NotFound, "n"), sdk.Errorf(sdk.Denied, "d")
	for _, c := range []struct {
		name   string
		a, b   error
		want   db.CandidateState // of A
		snooze time.Duration
		wait   bool // the item waits
		again  bool // the queue tries again
		last   bool
	}{
		{name: "an outage waits, whatever the other says", a: sdk.Errorf(sdk.Unavailable, "u"), b: gone, want: db.CandidateOpen, snooze: downWait},
		{name: "a long limit puts the item off", a: &sdk.Error{Kind: sdk.Limited, RetryAfter: time.Hour}, b: notFound, want: db.CandidateOpen, wait: true},
		{name: "a refused account puts the item off", a: denied, b: denied, want: db.CandidateOpen, wait: true},
		{name: "a refused account does not hold up what the other cannot have", a: denied, b: notFound, want: db.CandidateFailed},
		{name: "an unknown error is tried again", a: errors.New("odd"), b: notFound, want: db.CandidateOpen, again: true},
		{name: "an unknown error is a no in the end", a: errors.New("odd"), b: notFound, want: db.CandidateFailed, last: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			id := w.film()
			w.a.errs[hashA], w.b.errs[hashA] = c.a, c.b
			j := w.job(library.StepDownload, id)
			j.Last = c.last
			err := w.download(t.Context(), j)
			if snoozed(err) != c.snooze || (err != nil && c.snooze == 0) != c.again {
				t.Errorf("got %v", err)
			}
			if got := w.candidates(id)[hashA]; got != c.want {
				t.Errorf("it is %s, want %s", got, c.want)
			}
			if waits := !w.item(id).WakeAt.IsZero(); waits != c.wait {
				t.Errorf("the item waits: %t", waits)
			}
		})
	}
}

func TestACachedReleaseIsTakenFirst(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.b.ready(hashB, "Sintel.2010.720p/sintel.mkv")
	w.b.cached = []string{hashB}
	id := w.film()
	w.must(id, library.StepDownload)
	w.state(id, library.StateDownloaded)
	if d := cmp.Diff([]string{hashB}, w.a.added); d != "" {
		t.Error(d)
	}
}

func TestADownloadUnderWayIsWaitedForAndGivenUpWhenItStands(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.film()
	w.a.has[hashA] = sdk.Placement{State: sdk.PlacementDownloading, Progress: .5, Added: true}
	if err := w.do(library.StepDownload, id); snoozed(err) != 15*time.Second {
		t.Errorf("got %v", err)
	}
	w.a.has[hashA] = sdk.Placement{State: sdk.PlacementDownloading, Progress: .5} // the account has it now
	w.patience.at["a/id-a1"] = progress{.5, time.Now().Add(-2 * patienceLasts)}
	w.must(id, library.StepDownload)
	if got := w.candidates(id)[hashA]; got != db.CandidateFailed {
		t.Errorf("it is %s", got)
	}
	if d := cmp.Diff([]string{"id-a1"}, w.a.removed); d != "" {
		t.Errorf("it stays in the account: %s", d)
	}
}

func TestWhatTheAccountHeldBeforeIsNotTakenOutOfIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.film()
	w.a.has[hashA] = sdk.Placement{State: sdk.PlacementFailed, Message: "no seeds"}
	w.must(id, library.StepDownload)
	if got := w.candidates(id)[hashA]; got != db.CandidateFailed || len(w.a.removed) > 0 {
		t.Errorf("it is %s, removed %v", got, w.a.removed)
	}
}

func TestFilesThatAreSomethingElseAreNeverTaken(t *testing.T) {
	t.Parallel()
	for name, paths := range map[string][]string{
		"another film": {"Big.Buck.Bunny.2008.1080p.mkv"}, "no video": {"Sintel.2010.rar", "Sintel.2010.nfo"}, "nothing": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.a.ready(hashA, paths...)
			id := w.film()
			w.must(id, library.StepDownload)
			w.state(id, library.StateScraped)
			if got := w.candidates(id)[hashA]; got != db.CandidateFailed {
				t.Errorf("it is %s", got)
			}
			if d := cmp.Diff([]string{"id-a1"}, w.a.removed); d != "" {
				t.Errorf("it stays in the account: %s", d)
			}
		})
	}
}

func TestAnItemThatMovedWhileAProviderWorkedIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.a.ready(hashA, "Sintel.2010.1080p/sintel.mkv")
	id := w.film()
	it, c := w.item(id), mustNext(w, id)
	w.ok(w.Act(t.Context(), id, "pause"))
	r, err := w.db.Release(t.Context(), c.Release)
	w.ok(err)
	got := w.take(t.Context(), r)
	w.ok(w.fetched(t.Context(), it, c, r, *got.placement))
	if fs, err := w.db.FilesOf(t.Context(), id); err != nil || len(fs) > 0 {
		t.Errorf("got %v, %v", fs, err)
	}
	w.ok(w.Act(t.Context(), id, "resume"))
	w.must(id, library.StepDownload)
	w.state(id, library.StateDownloaded)
}

func mustNext(w *world, id int64) db.Candidate {
	c, err := w.next(w.t.Context(), w.item(id))
	w.ok(err)
	return c
}

func TestAPackBringsTheEpisodesThatAreMissing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	season, eps := w.season()
	w.scrap.releases = []sdk.Release{{Name: "Pioneer.One.S01E01.1080p", Hash: hashB}}
	w.a.ready(hashB, "Pioneer.One.S01E01.1080p.mkv")
	w.must(eps[0].ID, library.StepScrape) // waits for its pack
	w.state(eps[0].ID, library.StateIndexed)

	w.scrap.releases = []sdk.Release{{Name: "Pioneer.One.S01.1080p", Hash: hashA, Size: 3 << 30}}
	w.a.ready(hashA, "Pioneer.One.S01/Pioneer.One.S01E01-E02.mkv", "Pioneer.One.S01/Pioneer.One.S02E03.mkv", "Pioneer.One.S01/sample.mkv")
	w.ok(w.Act(t.Context(), eps[1].ID, "pause"))
	w.must(season.ID, library.StepScrape, library.StepDownload)
	w.state(eps[0].ID, library.StateDownloaded)
	w.state(eps[1].ID, library.StatePaused)
	w.state(eps[2].ID, library.StateIndexed)
	if got := w.item(season.ID).Pack; got != library.PackNone {
		t.Errorf("the pack is %q", got)
	}
}

func TestAPackWithNothingMissingIsGivenUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	season, eps := w.season()
	w.scrap.releases = []sdk.Release{{Name: "Pioneer.One.S01.1080p", Hash: hashA, Size: 3 << 30}}
	w.a.ready(hashA, "Pioneer.One.S01/Pioneer.One.S01E01.mkv")
	w.must(season.ID, library.StepScrape)
	w.ok(w.Act(t.Context(), eps[0].ID, "pause"))
	w.must(season.ID, library.StepDownload)
	if got := w.candidates(season.ID)[hashA]; got != db.CandidateFailed || len(w.a.removed) != 1 {
		t.Errorf("it is %s, removed %v", got, w.a.removed)
	}
}

func TestAFileOfTwoEpisodesServesBoth(t *testing.T) {
	t.Parallel()
	w := setup(t)
	season, eps := w.season()
	w.must(season.ID, library.StepScrape) // no pack
	w.ok(w.db.Apply(t.Context(), eps[0].ID, library.Uncovered{}))
	w.scrap.releases = []sdk.Release{{Name: "Pioneer.One.S01E01-E02.1080p", Hash: hashA}}
	w.a.ready(hashA, "Pioneer.One.S01E01-E02.1080p.mkv")
	w.must(eps[0].ID, library.StepScrape, library.StepDownload)
	w.state(eps[0].ID, library.StateDownloaded)
	w.state(eps[1].ID, library.StateDownloaded)
	w.must(eps[1].ID, library.StepRegister)
	w.must(eps[0].ID, library.StepRegister)
	want := []string{"/mnt/shows/Pioneer One (2010)/Season 01/Pioneer One - s01e01-e02 - Earthfall.mkv"}
	for _, e := range eps[:2] {
		if d := cmp.Diff(want, w.paths(e.ID)); d != "" {
			t.Error(d)
		}
	}
}

func TestARegisteredPathNamesWhatTheFileHolds(t *testing.T) {
	t.Parallel()
	movies := lib(t, "movies", sdk.Movie, "movies/{title} ({year}) {{imdb-{imdb}}}", "", "{title} ({year})")
	shows := lib(t, "shows", sdk.Show, "tv/{title}", "Season {season:02}", "{title} s{season:02}e{episode:02} {name}")
	episode := library.Item{Kind: library.KindEpisode, Season: 1, Episode: 2, Profile: "default"}
	for _, c := range []struct {
		name     string
		item     library.Item
		title    sdk.Title
		episodes []int
		source   string
		part     int
		want     string
	}{
		{"a film", library.Item{Kind: library.KindMovie, Profile: "default"}, film, nil, "x/y.MKV", 0, "movies/Sintel (2010) {imdb-tt1727587}/Sintel (2010).mkv"},
		{"a film at another profile, beside it", library.Item{Kind: library.KindMovie, Profile: "4k"}, film, nil, "y.mp4", 0, "movies/Sintel (2010) {imdb-tt1727587}/Sintel (2010) - 4k.mp4"},
		{"a part of a film", library.Item{Kind: library.KindMovie, Profile: "default"}, film, nil, "y.avi", 2, "movies/Sintel (2010) {imdb-tt1727587}/Sintel (2010) - cd2.avi"},
		{"a part of a film at another profile", library.Item{Kind: library.KindMovie, Profile: "4k"}, film, nil, "y.avi", 1, "movies/Sintel (2010) {imdb-tt1727587}/Sintel (2010) - 4k - cd1.avi"},
		{"a film without a year", library.Item{Kind: library.KindMovie}, sdk.Title{Kind: sdk.Movie, Name: "Sintel", IDs: film.IDs}, nil, "y.mkv", 0, "movies/Sintel {imdb-tt1727587}/Sintel.mkv"},
		{"a title with a slash", library.Item{Kind: library.KindMovie}, sdk.Title{Kind: sdk.Movie, Name: "a/../b", Year: 2000, IDs: film.IDs}, nil, "y.mkv", 0, "movies/a-..-b (2000) {imdb-tt1727587}/a-..-b (2000).mkv"},
		{"an episode", episode, show, []int{2}, "y.mkv", 0, "tv/Pioneer One/Season 01/Pioneer One s01e02 The Man from Mars.mkv"},
		{"the second of two episodes in one file", episode, show, []int{1, 2}, "y.mkv", 0, "tv/Pioneer One/Season 01/Pioneer One s01e01-e02 Earthfall.mkv"},
		{"an episode without a name", library.Item{Kind: library.KindEpisode, Season: 0, Episode: 9}, show, nil, "y.mkv", 0, "tv/Pioneer One/Season 00/Pioneer One s00e09.mkv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := movies
			if c.item.Kind == library.KindEpisode {
				l = shows
			}
			got := PathOf(l, c.item, c.title, c.episodes, db.File{Path: c.source, Part: c.part})
			if got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}
