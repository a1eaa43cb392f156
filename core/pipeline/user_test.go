package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/sdk"
)

func TestARequestIsTakenOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie, Ref: "1"})
	again := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie, Ref: "2"})
	other := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie, Profile: "4k"})
	if first != again || other == first {
		t.Errorf("got items %d, %d and %d", first, again, other)
	}
}

func TestARequestIsCompletedOrRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		r     sdk.Request
		found []sdk.Title
		err   error
		want  sdk.Kind
	}{
		{"by its ids alone", sdk.Request{IDs: show.IDs}, nil, nil, ""},
		{"by its name", sdk.Request{Name: "sintel", Year: 2011}, []sdk.Title{{Kind: sdk.Movie, Name: "Sintel", Year: 1999}, film}, nil, ""},
		{"not by a name that means something else", sdk.Request{Name: "Sintel"}, []sdk.Title{show}, nil, sdk.NotFound},
		{"not in another year", sdk.Request{Name: "Sintel", Year: 2020}, []sdk.Title{film}, nil, sdk.NotFound},
		{"not of another kind", sdk.Request{Name: "Sintel", Kind: sdk.Show}, []sdk.Title{film}, nil, sdk.NotFound},
		{"not where nobody can tell", sdk.Request{Name: "Sintel"}, nil, sdk.Errorf(sdk.Unavailable, "u"), sdk.Unavailable},
		{"not without anything", sdk.Request{}, nil, nil, sdk.Invalid},
		{"not at a profile that is not there", sdk.Request{IDs: film.IDs, Kind: sdk.Movie, Profile: "none"}, nil, nil, sdk.Invalid},
		{"not with a magnet link that is none", sdk.Request{IDs: film.IDs, Kind: sdk.Movie, Magnet: "magnet:?x"}, nil, nil, sdk.Invalid},
		{"not with a release for a whole show", sdk.Request{IDs: show.IDs, Kind: sdk.Show, Magnet: "magnet:?xt=urn:btih:" + hashA}, nil, nil, sdk.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.meta.found, w.meta.err = c.found, c.err
			_, err := w.Submit(t.Context(), "source", c.r)
			if sdk.KindOf(err) != c.want {
				t.Errorf("got %v, want %q", err, c.want)
			}
			items, err := w.db.Items(t.Context(), db.ItemFilter{})
			if err != nil || (len(items) > 0) != (c.want == "") {
				t.Errorf("items %v, %v", items, err)
			}
		})
	}
}

func TestOneBadRequestDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.src.list = []sdk.Request{{Ref: "1"}, {IDs: film.IDs, Kind: sdk.Movie, Ref: "2"}}
	w.ok(w.collect(t.Context(), db.Job{Step: library.Step{Kind: library.StepCollect, Key: "source"}}))
	w.ok(w.collect(t.Context(), db.Job{Step: library.Step{Kind: library.StepCollect, Key: "gone"}}))
	if items, err := w.db.Items(t.Context(), db.ItemFilter{}); err != nil || len(items) != 1 {
		t.Errorf("items %v, %v", items, err)
	}
}

func TestASourceOfSeveralProfilesHasATitleAtEach(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.profiles(rank.Profile{Name: "default", Resolutions: []string{"1080p"}}, rank.Profile{Name: "4k", Resolutions: []string{"2160p"}})
	w.scrap.releases = []sdk.Release{
		{Name: "Sintel.2010.1080p.BluRay", Hash: hashA, Size: 900 << 20}, {Name: "Sintel.2010.2160p.BluRay", Hash: hashB, Size: 900 << 20},
	}
	w.a.ready(hashA, "sintel.2010.1080p.mkv")
	w.a.ready(hashB, "sintel.2010.2160p.mkv")
	w.src.list = []sdk.Request{{IDs: film.IDs, Kind: sdk.Movie, Ref: "1"}}
	for range 2 { // asked again it wants the same
		w.ok(w.collect(t.Context(), db.Job{Step: library.Step{Kind: library.StepCollect, Key: "both"}}))
	}
	items, err := w.db.Items(t.Context(), db.ItemFilter{})
	w.ok(err)
	var at []string
	for _, it := range items {
		w.must(it.ID, library.StepIndex, library.StepScrape, library.StepDownload, library.StepRegister)
		w.state(it.ID, library.StateCompleted)
		at = append(at, w.paths(it.ID)...)
	}
	want := []string{"/mnt/movies/Sintel (2010)/Sintel (2010) - 4k.mkv", "/mnt/movies/Sintel (2010)/Sintel (2010).mkv"}
	if d := cmp.Diff(at, want); d != "" {
		t.Errorf("got before want:\n%s", d)
	}
	if d := cmp.Diff([]string{hashB, hashA}, w.a.added); d != "" {
		t.Error(d)
	}
}

func TestATitleIsWantedAtEachProfileOrAtNone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := sdk.Request{IDs: film.IDs, Kind: sdk.Movie}
	if _, err := w.SubmitAt(t.Context(), "", r, []string{"default", "none"}); sdk.KindOf(err) != sdk.Invalid {
		t.Errorf("got %v, want Invalid", err)
	}
	if items, err := w.db.Items(t.Context(), db.ItemFilter{}); err != nil || len(items) != 0 {
		t.Errorf("items %v, %v", items, err)
	}
	ids, err := w.SubmitAt(t.Context(), "", r, []string{"default", "4k"})
	if err != nil || len(ids) != 2 || w.item(ids[0]).Profile != "default" || w.item(ids[1]).Profile != "4k" {
		t.Errorf("items %v, %v", ids, err)
	}
}

const magnet = "magnet:?xt=urn:btih:c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3&dn=Sintel.2010.x"

func (w *world) importJob(item int64, key string) error {
	j := w.job(library.StepImport, item)
	j.Step.Key = key
	return w.importRelease(w.t.Context(), j)
}

func TestAReleaseThatTheUserNamesComesFirst(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.b.cached = []string{hashA, hashB}
	id := w.film()
	w.ok(w.Import(t.Context(), id, magnet, nil))
	w.ok(w.importJob(id, magnet))
	w.a.ready(hashC, "Sintel.2010.x.mkv")
	w.must(id, library.StepDownload)
	w.state(id, library.StateDownloaded)
	if d := cmp.Diff(map[string]db.CandidateState{hashC: db.CandidateUsed, hashA: db.CandidateOpen, hashB: db.CandidateOpen}, w.candidates(id)); d != "" {
		t.Error(d)
	}
}

func TestAnImportWaitsForMetadata(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie, Magnet: magnet})
	if err := w.importJob(id, magnet); snoozed(err) != untilIndexed {
		t.Errorf("got %v", err)
	}
	w.must(id, library.StepIndex)
	w.ok(w.importJob(id, magnet))
	w.state(id, library.StateScraped)
}

func TestASearchUnderWayDoesNotLoseAnImport(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.submit(sdk.Request{IDs: film.IDs, Kind: sdk.Movie})
	w.must(id, library.StepIndex)
	w.scrap.releases = []sdk.Release{{Name: "Sintel.2010.1080p", Hash: hashA}}
	w.scrap.before = func() { w.ok(w.importJob(id, magnet)) }
	w.must(id, library.StepScrape)
	if c := mustNext(w, id); c.Hash != hashC {
		t.Errorf("the next is %s", c.Name)
	}
}

func TestAnImportThatWouldDoNothingIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.completed()
	if err := w.Import(t.Context(), id, magnet, nil); sdk.KindOf(err) != sdk.Invalid || !strings.Contains(err.Error(), "reset") {
		t.Errorf("got %v", err)
	}
	w.ok(w.Act(t.Context(), id, "blacklist"))
	if err := w.Import(t.Context(), id, magnet, nil); sdk.KindOf(err) != sdk.Invalid {
		t.Errorf("got %v", err)
	}
	for name, in := range map[string]struct {
		magnet  string
		torrent []byte
	}{"no magnet": {"http://x", nil}, "no torrent": {"", []byte("<html>")}, "too large": {"", make([]byte, maxTorrent+1)}} {
		if err := w.Import(t.Context(), id, in.magnet, in.torrent); sdk.KindOf(err) != sdk.Invalid {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := w.Import(t.Context(), 999, magnet, nil); sdk.KindOf(err) != sdk.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestASeasonWhosePackIsOverTakesAnImport(t *testing.T) {
	t.Parallel()
	w := setup(t)
	season, eps := w.season()
	w.must(season.ID, library.StepScrape) // nothing found: the pack is over
	if got := w.item(season.ID).Pack; got != library.PackNone {
		t.Fatalf("the pack is %q", got)
	}
	w.ok(w.Import(t.Context(), season.ID, magnet, nil))
	w.ok(w.importJob(season.ID, magnet))
	w.a.ready(hashC, "p/Pioneer.One.S01E01.mkv", "p/Pioneer.One.S01E02.mkv")
	w.must(season.ID, library.StepDownload)
	w.state(eps[0].ID, library.StateDownloaded)
	w.state(eps[1].ID, library.StateDownloaded)
}

func TestChangesAreToldTogether(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var calls []int
	b := newBatches(50*time.Millisecond, func(_ context.Context, _ string, cs []sdk.Change) error {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, len(cs))
		return nil
	})
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if err := b.add(t.Context(), "server", []sdk.Change{{Path: fmt.Sprint(i / 2)}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if d := cmp.Diff([]int{5}, calls); d != "" {
		t.Error(d)
	}
}

func TestAMediaServerThatIsDownIsToldAgainAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.completed()
	w.must(id, library.StepUpdate)
	jobs, err := w.db.Jobs(t.Context(), db.JobFilter{})
	w.ok(err)
	keyed := 0
	for _, j := range jobs {
		if j.Step.Kind == library.StepUpdate && j.Step.Key == "server" {
			keyed++
		}
	}
	if keyed != 1 || len(w.server.calls) > 0 {
		t.Errorf("%d steps for the server, told %v", keyed, w.server.calls)
	}
	j := w.job(library.StepUpdate, id)
	j.Step.Key = "server"
	w.server.err = sdk.Errorf(sdk.Unavailable, "down")
	if err := w.update(t.Context(), j); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("got %v", err)
	}
	w.server.err = &sdk.Error{Kind: sdk.Limited, RetryAfter: time.Minute}
	if err := w.update(t.Context(), j); snoozed(err) != time.Minute {
		t.Errorf("got %v", err)
	}
	w.server.err = nil
	w.ok(w.update(t.Context(), j))
	want := []sdk.Change{{Path: "/mnt/movies/Sintel (2010)/Sintel (2010).mkv", Kind: sdk.ChangeCreated, Library: "movies", Title: sdk.Movie}}
	if d := cmp.Diff(want, w.server.calls[len(w.server.calls)-1]); d != "" {
		t.Error(d)
	}
}

func TestASourceHearsWhatBecameOfItsRequest(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.completed()
	w.must(id, library.StepAcknowledge)
	if len(w.src.news) != 1 || w.src.news[0].State != sdk.ProgressAvailable || w.src.news[0].Ref != "1" || w.src.news[0].IMDb != film.IMDb {
		t.Errorf("got %+v", w.src.news)
	}
	w.src.err = sdk.Errorf(sdk.NotFound, "no such request")
	w.must(id, library.StepAcknowledge)
	w.src.err = sdk.Errorf(sdk.Unavailable, "down")
	if err := w.do(library.StepAcknowledge, id); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestAUserCanDoEverythingToAnItem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		actions string
		state   library.State
		kind    sdk.Kind // of the last one's error
		files   bool
	}{
		{"pause", library.StateCompleted, "", true},
		{"retry", library.StateCompleted, "", true},
		{"blacklist", library.StateBlacklisted, "", false},
		{"blacklist pause", library.StateBlacklisted, sdk.Invalid, false},
		{"blacklist reset", library.StateBlacklisted, sdk.Invalid, false},
		{"blacklist unblacklist", library.StateCompleted, "", false},
		{"reset", library.StateRequested, "", false},
		{"reset pause resume", library.StateRequested, "", false},
		{"resume", library.StateCompleted, sdk.Invalid, true},
		{"unblacklist", library.StateCompleted, sdk.Invalid, true},
		{"explode", library.StateCompleted, sdk.Invalid, true},
	} {
		t.Run(c.actions, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			id := w.completed()
			var err error
			for _, a := range strings.Fields(c.actions) {
				err = w.Act(t.Context(), id, a)
			}
			if sdk.KindOf(err) != c.kind {
				t.Errorf("got %v, want %q", err, c.kind)
			}
			w.state(id, c.state)
			if got := len(w.paths(id)) > 0; got != c.files {
				t.Errorf("it has files: %t", got)
			}
			if got := len(w.a.removed) == 0; got != c.files {
				t.Errorf("taken out of the account: %v", w.a.removed)
			}
		})
	}
	w := setup(t)
	if err := w.Act(t.Context(), 999, "pause"); sdk.KindOf(err) != sdk.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestRemovingIsShownBeforeItIsDone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.completed()
	out, paths, err := w.Remove(t.Context(), id, true)
	if err != nil || len(out.Files) != 1 || len(out.Placements) != 1 || len(paths) != 1 || paths[0].Kind != sdk.ChangeDeleted {
		t.Errorf("got %+v, %v, %v", out, paths, err)
	}
	w.state(id, library.StateCompleted)
	if len(w.a.removed)+len(w.server.calls)+len(w.src.news) > 0 {
		t.Error("the preview did something")
	}
	_, _, err = w.Remove(t.Context(), id, false)
	w.ok(err)
	if _, err := w.db.Item(t.Context(), id); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if d := cmp.Diff([]string{"id-a1"}, w.a.removed); d != "" {
		t.Error(d)
	}
	if len(w.server.calls) != 1 || len(w.src.news) != 1 || w.src.news[0].State != sdk.ProgressRemoved {
		t.Errorf("told %v and %v", w.server.calls, w.src.news)
	}
	if _, _, err := w.Remove(t.Context(), id, false); sdk.KindOf(err) != sdk.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestWhatWeDidNotAddStaysInTheAccount(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.a.has[hashA] = sdk.Placement{State: sdk.PlacementReady, Files: []sdk.File{{Path: "Sintel.2010.mkv", Size: 900 << 20}}}
	id := w.film()
	w.must(id, library.StepDownload, library.StepRegister)
	out, _, err := w.Remove(t.Context(), id, false)
	if err != nil || len(out.Placements)+len(w.a.removed) > 0 {
		t.Errorf("got %+v, %v, removed %v", out, err, w.a.removed)
	}
}

// lost is a completed film of which a provider says something.
type lost struct {
	*world
	id   int64
	file db.File
	pl   db.Placement
}

func losing(t *testing.T) lost {
	t.Helper()
	w := setup(t)
	l := lost{world: w, id: w.completed()}
	fs, err := w.db.FilesOf(t.Context(), l.id)
	w.ok(err)
	l.file = fs[0]
	l.pl, err = w.db.Placement(t.Context(), "a", l.file.Release)
	w.ok(err)
	return l
}

func (l lost) says(k sdk.Kind) {
	l.judge(l.t.Context(), l.file, link.Evidence{Placement: l.pl, Kind: k, Text: "it is " + string(k)})
}

// later has the last answer lie an hour back.
func (l lost) later() {
	l.t.Helper()
	l.ok(l.db.Tx(l.t.Context(), func(tx *db.Tx) error {
		pl, err := tx.Placement(l.t.Context(), "a", l.file.Release)
		if err != nil {
			return err
		}
		pl.Checked = pl.Checked.Add(-time.Hour)
		_, err = tx.SavePlacement(l.t.Context(), pl)
		return err
	}))
}

func TestAFileIsGoneWhenItsProviderSaysSoTwice(t *testing.T) {
	t.Parallel()
	l := losing(t)
	l.says(sdk.Gone)
	l.says(sdk.Gone) // the same moment
	l.state(l.id, library.StateCompleted)
	l.later()
	l.says(sdk.Gone)
	l.state(l.id, library.StateScraped)
	if got := l.candidates(l.id)[hashA]; got != db.CandidateBlacklisted {
		t.Errorf("the release is %s", got)
	}
	if len(l.server.calls) != 1 || l.server.calls[0][0].Kind != sdk.ChangeDeleted {
		t.Errorf("told %v", l.server.calls)
	}
	if _, err := l.db.File(t.Context(), l.file.ID); !errors.Is(err, db.ErrNotFound) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestADoubtThatIsDispelledStartsAnew(t *testing.T) {
	t.Parallel()
	l := losing(t)
	l.says(sdk.Gone)
	l.later()
	l.says("")
	l.says(sdk.Gone)
	l.state(l.id, library.StateCompleted)
}

func TestAnotherProviderKeepsTheFile(t *testing.T) {
	t.Parallel()
	l := losing(t)
	l.ok(l.db.Tx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.SavePlacement(t.Context(), db.Placement{Instance: "b", Release: l.file.Release, Hash: hashA, Provider: "b1", State: sdk.PlacementReady})
		return err
	}))
	l.says(sdk.Gone)
	l.later()
	l.says(sdk.Gone)
	l.state(l.id, library.StateCompleted)
	if pl, err := l.db.Placement(t.Context(), "a", l.file.Release); err != nil || pl.State != sdk.PlacementFailed {
		t.Errorf("got %+v, %v", pl, err)
	}
}

func TestOnlySoManyFilesAreGoneInAnHour(t *testing.T) {
	t.Parallel()
	l := losing(t)
	l.cap.allow(time.Now())
	l.says(sdk.Gone)
	l.later()
	l.says(sdk.Gone)
	l.state(l.id, library.StateCompleted)
	if pl, err := l.db.Placement(t.Context(), "a", l.file.Release); err != nil || pl.State != sdk.PlacementReady {
		t.Errorf("it cannot be told again: %+v, %v", pl, err)
	}
	l.cap.when = nil // an hour later
	l.says(sdk.Gone)
	l.state(l.id, library.StateScraped)
}

func TestWhatTheAccountLostIsAddedAgain(t *testing.T) {
	t.Parallel()
	l := losing(t)
	l.says(sdk.NotFound) // just checked
	if len(l.a.added) != 1 {
		t.Errorf("added %v", l.a.added)
	}
	for range 3 {
		l.later()
		l.says(sdk.NotFound)
	}
	l.state(l.id, library.StateCompleted)
	if len(l.a.added) != 4 {
		t.Errorf("added %v", l.a.added)
	}
	l.a.errs[hashA] = sdk.Errorf(sdk.Unavailable, "down")
	for range 3 {
		l.later()
		l.says(sdk.NotFound)
	}
	l.state(l.id, library.StateCompleted)
	l.a.errs[hashA] = sdk.Errorf(sdk.NotFound, "it cannot be had")
	for range 2 {
		l.later()
		l.says(sdk.NotFound)
	}
	l.state(l.id, library.StateScraped)
	if got := l.candidates(l.id)[hashA]; got != db.CandidateFailed {
		t.Errorf("the release is %s", got)
	}
}

func TestEvidenceIsWeighedWhileThePipelineRuns(t *testing.T) {
	t.Parallel()
	l := losing(t)
	for range 2 * maxDoubts { // never blocks
		l.Evidence(t.Context(), l.file, link.Evidence{Placement: l.pl, Kind: sdk.Gone, Text: "gone"})
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.judgeAll(ctx) }()
	deadline := time.Now().Add(20 * time.Second)
	for {
		pl, err := l.db.Placement(t.Context(), "a", l.file.Release)
		l.ok(err)
		if pl.Gone == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it was never weighed")
		}
	}
	stop()
	l.ok(<-ended)
}

func TestPatienceLastsWhileATransferMoves(t *testing.T) {
	t.Parallel()
	p, now := newPatience(), time.Now()
	for _, c := range []struct {
		value float64
		after time.Duration
		over  bool
	}{{.1, 0, false}, {.1, patienceLasts, false}, {.2, patienceLasts + time.Second, false}, {.2, 2 * patienceLasts, false}, {.2, 3 * patienceLasts, true}} {
		if got := p.over("k", c.value, now.Add(c.after)); got != c.over {
			t.Errorf("at %.1f after %s: %t", c.value, c.after, got)
		}
	}
}
