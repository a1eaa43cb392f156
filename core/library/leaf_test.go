package library_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

func apply(t *testing.T, it *library.Item, at time.Time, list ...library.Event) []library.Step {
	t.Helper()
	var steps []library.Step
	for _, e := range list {
		s, err := it.Apply(e, at)
		if err != nil {
			t.Fatal(err)
		}
		steps = s
	}
	return steps
}

func TestFruitlessSearchesComeFurtherAndFurtherApart(t *testing.T) {
	t.Parallel()
	it := leaf(library.KindMovie, library.StateIndexed)
	at := now
	var waits []time.Duration
	for range 6 {
		apply(t, &it, at, library.NothingFound{})
		waits = append(waits, it.WakeAt.Sub(at))
		at = it.WakeAt
		apply(t, &it, at, library.Wake{})
	}
	want := []time.Duration{30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour}
	if d := cmp.Diff(waits, want); d != "" {
		t.Errorf("waits differ (-got +want):\n%s", d)
	}
	apply(t, &it, at, library.Scraped{Candidates: 1}, library.Downloaded{})
	if it.Attempts != 0 || it.Error != "" {
		t.Errorf("success left %d attempts and %q", it.Attempts, it.Error)
	}
}

func TestAFailedItemGoesOnWhereItFailed(t *testing.T) {
	t.Parallel()
	for step, want := range map[library.StepKind]library.State{
		library.StepIndex: library.StateRequested, library.StepScrape: library.StateIndexed,
		library.StepDownload: library.StateScraped, library.StepRegister: library.StateDownloaded,
	} {
		it := leaf(library.KindMovie, want)
		apply(t, &it, now, library.Failed{Step: step, Kind: sdk.Denied, Text: "bad key"})
		if it.State != library.StateFailed || it.Error != "bad key" || it.ErrorKind != sdk.Denied {
			t.Errorf("after %s failed: %s, %q", step, it.State, it.Error)
		}
		steps := apply(t, &it, it.WakeAt, library.Wake{})
		if it.State != want || len(steps) != 1 || steps[0].Kind != step {
			t.Errorf("woken after %s failed: %s, %v", step, it.State, steps)
		}
	}
}

func TestAPausedItemGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	for state, want := range map[library.State]library.StepKind{
		library.StateRequested: library.StepIndex, library.StateUnreleased: library.StepWake, library.StateIndexed: library.StepScrape,
		library.StateScraped: library.StepDownload, library.StateDownloaded: library.StepRegister,
	} {
		it := leaf(library.KindEpisode, state)
		apply(t, &it, now, library.Pause{})
		steps := apply(t, &it, now, library.Resume{})
		if it.State != state || len(steps) != 1 || steps[0].Kind != want {
			t.Errorf("paused in %s and resumed: %s, %v", state, it.State, steps)
		}
	}
}

func TestWhatFinishesDuringAPauseIsNotLost(t *testing.T) {
	t.Parallel()
	it := leaf(library.KindMovie, library.StateScraped)
	apply(t, &it, now, library.Pause{}, library.Downloaded{})
	steps := apply(t, &it, now, library.Resume{})
	if it.State != library.StateDownloaded || len(steps) != 1 || steps[0].Kind != library.StepRegister {
		t.Errorf("resumed: %s, %v", it.State, steps)
	}
}

func TestAFilmsFarDateIsAskedForAgain(t *testing.T) {
	t.Parallel()
	it := leaf(library.KindMovie, library.StateRequested)
	out := now.Add(90 * 24 * time.Hour)
	apply(t, &it, now, library.Indexed{Released: out})
	if got := it.WakeAt.Sub(now); got != 7*24*time.Hour {
		t.Errorf("it is looked at again in %s, want a week", got)
	}
	if steps := apply(t, &it, it.WakeAt, library.Wake{}); len(steps) != 2 || steps[1].Kind != library.StepIndex || !it.Wants(library.StepIndex) {
		t.Errorf("woken early: %v", steps)
	}
	apply(t, &it, now, library.Indexed{Released: now.Add(time.Hour)})
	if !it.WakeAt.Equal(now.Add(time.Hour)) {
		t.Errorf("its date moved, and it wakes at %s", it.WakeAt)
	}
}

func TestSeasonsWantedAreAddedUp(t *testing.T) {
	t.Parallel()
	it := library.Item{ID: 1, Kind: library.KindShow, State: library.StateUnknown}
	for _, step := range []struct {
		seasons []int
		want    []int
	}{
		{[]int{3, 1}, []int{1, 3}},
		{[]int{1}, []int{1, 3}},
		{[]int{0}, []int{0, 1, 3}},
		{nil, []int{library.AllSeasons, 0}},
		{[]int{5}, []int{library.AllSeasons, 0}},
	} {
		apply(t, &it, now, library.Requested{Seasons: step.seasons})
		if d := cmp.Diff(it.Seasons, step.want); d != "" {
			t.Errorf("after %v (-got +want):\n%s", step.seasons, d)
		}
	}
	if !it.WantsSeason(7) || !it.WantsSeason(0) {
		t.Error("a season is not wanted")
	}
}

func TestStatesAreRead(t *testing.T) {
	t.Parallel()
	for _, s := range library.States() {
		if got, ok := library.ParseState(string(s)); !ok || got != s {
			t.Errorf("ParseState(%q) = %q, %v", s, got, ok)
		}
	}
	if got, ok := library.ParseState("symlinked"); !ok || got != library.StateCompleted {
		t.Errorf("the legacy state is read as %q, %v", got, ok)
	}
	if _, ok := library.ParseState("lost"); ok {
		t.Error("what is no state is read as one")
	}
}
