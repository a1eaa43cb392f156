package db_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

func show(seasons ...int) db.Submission {
	return db.Submission{
		Request: sdk.Request{
			IDs: sdk.IDs{TVDB: "77"}, Kind: sdk.Show, Name: "Pioneer One", Ref: "s1", Person: "bob", Seasons: seasons,
		},
		Instance: "wishes", Profile: "any",
	}
}

// episodes makes seasons of so many episodes, all aired but for the last of the last season.
func episodes(counts ...int) []sdk.Episode {
	var out []sdk.Episode
	air := time.Now().Add(-1000 * time.Hour).UTC().Truncate(time.Second)
	for s, n := range counts {
		for e := range n {
			out = append(out, sdk.Episode{Season: s + 1, Number: e + 1, Name: fmt.Sprintf("Part %d", e+1), AirTime: air})
		}
	}
	out[len(out)-1].AirTime = time.Now().Add(1000 * time.Hour).UTC().Truncate(time.Second)
	return out
}

// grown is a show whose seasons have so many episodes.
func (w world) grown(s db.Submission, counts ...int) (id int64) {
	w.t.Helper()
	id = w.submit(s)
	w.grow(id, sdk.Title{IDs: s.IDs, Kind: sdk.Show, Name: s.Name, Year: 2010, Episodes: episodes(counts...)})
	return id
}

func (w world) grow(id int64, t sdk.Title) (added []int64) {
	w.t.Helper()
	w.tx(func(tx *db.Tx) error {
		if _, err := tx.SaveTitle(w.ctx, w.item(id).Title, t, "tvdb"); err != nil {
			return err
		}
		var err error
		added, err = tx.Grow(w.ctx, id, db.GrowOptions{})
		return err
	})
	return added
}

func (w world) children(id int64) []library.Item {
	w.t.Helper()
	list, err := w.Children(w.ctx, id)
	w.ok(err)
	return list
}

// recount checks the counters of a whole tree.
func (w world) recount(id int64) {
	w.t.Helper()
	it := w.item(id)
	if !it.Kind.Group() {
		return
	}
	want := library.Counts{}
	for _, c := range w.children(id) {
		want[c.State]++
		w.recount(c.ID)
	}
	w.same(fmt.Sprintf("counts of %s %d", it.Kind, id), it.Counts, want, cmpopts.EquateEmpty())
}

func (w world) jobs(states ...db.JobState) map[string]int {
	w.t.Helper()
	list, err := w.Jobs(w.ctx, db.JobFilter{States: states, Limit: 1000})
	w.ok(err)
	out := map[string]int{}
	for _, j := range list {
		out[string(j.Step.Kind)]++
	}
	return out
}

func TestARequestMadeTwiceIsOneItem(t *testing.T) {
	each(t, func(w world) {
		first := w.submit(film("tt1"))
		again := film("tt1")
		again.Ref, again.Person = "r2", "eve"
		if second := w.submit(again); second != first {
			t.Errorf("the second request made item %d, want %d", second, first)
		}
		other := film("tt1")
		other.Request.Profile = "4k"
		if second := w.submit(other); second == first {
			t.Error("another profile got the same item")
		}
		who, err := w.Requesters(w.ctx, first)
		w.ok(err)
		w.same("requesters", who, []library.Requester{
			{Instance: "wishes", Ref: "r1", Person: "ann"}, {Instance: "wishes", Ref: "r2", Person: "eve"},
		})
		w.same("jobs", w.jobs(), map[string]int{"index": 2})
	})
}

func TestARequestWithoutIDsIsKnownByItsReference(t *testing.T) {
	each(t, func(w world) {
		s := film("")
		first := w.submit(s)
		if second := w.submit(s); second != first {
			t.Errorf("the second request made item %d, want %d", second, first)
		}
	})
}

func TestASecondRequestAddsItsSeasons(t *testing.T) {
	each(t, func(w world) {
		id := w.grown(show(1), 3, 3, 3)
		if got := len(w.children(id)); got != 1 {
			t.Fatalf("the show has %d seasons, want 1", got)
		}
		if again := w.submit(show(3)); again != id {
			t.Fatalf("the second request made item %d, want %d", again, id)
		}
		added := w.grow(id, sdk.Title{IDs: sdk.IDs{TVDB: "77"}, Kind: sdk.Show, Name: "Pioneer One", Episodes: episodes(3, 3, 3)})
		if len(added) != 4 {
			t.Errorf("%d items were added, want a season and three episodes", len(added))
		}
		var numbers []int
		for _, c := range w.children(id) {
			numbers = append(numbers, c.Season)
		}
		w.same("seasons", numbers, []int{1, 3})
		w.same("wanted", w.item(id).Seasons, []int{1, 3})
		w.recount(id)
	})
}

func TestAShowGrowsWithItsTitle(t *testing.T) {
	each(t, func(w world) {
		id := w.grown(show(), 2, 2)
		seasons := w.children(id)
		w.state(seasons[0].ID, library.StateIndexed)
		if got := w.item(seasons[0].ID).Pack; got != library.PackSearch {
			t.Errorf("the season that is out has pack %q, want search", got)
		}
		if got := w.item(seasons[1].ID).Pack; got != library.PackNone {
			t.Errorf("the season that is not out has pack %q, want none", got)
		}
		w.state(w.children(seasons[1].ID)[1].ID, library.StateUnreleased)
		// A pack for the first season, a search for the one episode that is out, and a wake for whatever waits.
		w.same("jobs", w.jobs(), map[string]int{"index": 1, "scrape": 2, "wake": 4})

		more := episodes(2, 3)
		added := w.grow(id, sdk.Title{IDs: sdk.IDs{TVDB: "77"}, Kind: sdk.Show, Name: "Pioneer One", Episodes: more})
		if len(added) != 1 {
			t.Errorf("%d items were added, want the new episode", len(added))
		}
		w.state(w.children(seasons[1].ID)[1].ID, library.StateIndexed) // its air time moved to the past
		w.recount(id)
	})
}

func TestAnEpisodeWithoutADateIsOutWhenTheNextOneIs(t *testing.T) {
	each(t, func(w world) {
		id := w.submit(show())
		list := episodes(4)
		list[1].AirTime, list[2].AirTime, list[3].AirTime = time.Time{}, list[0].AirTime, time.Time{}
		w.grow(id, sdk.Title{IDs: sdk.IDs{TVDB: "77"}, Kind: sdk.Show, Name: "Pioneer One", Episodes: list})
		eps, err := w.EpisodeItems(w.ctx, id)
		w.ok(err)
		w.state(eps[1].ID, library.StateIndexed)
		w.state(eps[3].ID, library.StateUnreleased)
	})
}

func TestWhatAPackDoesNotCoverIsSearchedFor(t *testing.T) {
	each(t, func(w world) {
		id := w.grown(show(1), 3, 1)
		season := w.children(id)[0]
		eps := w.children(season.ID)
		w.apply(season.ID, library.Scraped{Candidates: 1})
		w.tx(func(tx *db.Tx) error {
			for _, e := range eps[:2] {
				if err := tx.Apply(w.ctx, e.ID, library.Downloaded{}); err != nil {
					return err
				}
			}
			return tx.Apply(w.ctx, season.ID, library.Downloaded{})
		})
		w.state(eps[0].ID, library.StateDownloaded)
		w.state(eps[2].ID, library.StateIndexed)
		if it := w.item(eps[2].ID); it.Packed || !it.Wants(library.StepScrape) {
			t.Error("the episode that is missing still waits for the pack")
		}
		if got := w.jobs()["scrape"]; got != 2 { // the season's, which will find nothing to do, and the episode's
			t.Errorf("%d scrape jobs, want 2", got)
		}
		w.apply(eps[0].ID, library.Registered{})
		w.state(season.ID, library.StatePartial)
		w.state(id, library.StatePartial)
		w.recount(id)
	})
}

func TestUsersMoveWholeTrees(t *testing.T) {
	each(t, func(w world) {
		id := w.grown(show(), 2, 2)
		ep := w.children(w.children(id)[0].ID)[0].ID
		w.apply(id, library.Pause{})
		w.state(id, library.StatePaused)
		w.state(ep, library.StatePaused)
		w.recount(id)
		w.grow(id, sdk.Title{IDs: sdk.IDs{TVDB: "77"}, Kind: sdk.Show, Name: "Pioneer One", Episodes: episodes(2, 2, 2)})
		for _, s := range w.children(id) {
			w.state(s.ID, library.StatePaused)
		}
		w.apply(id, library.Resume{})
		w.state(ep, library.StateIndexed)
		w.recount(id)
		if err := w.Apply(w.ctx, id, library.Resume{}); !errors.Is(err, library.ErrConflict) {
			t.Errorf("Resume of what is not paused: %v, want ErrConflict", err)
		}
	})
}

func TestEpisodesOfOneShowMayMoveAtTheSameTime(t *testing.T) {
	each(t, func(w world) {
		id := w.grown(show(), 8, 8)
		list, err := w.EpisodeItems(w.ctx, id)
		w.ok(err)
		var wg sync.WaitGroup
		for i, ep := range list {
			wg.Go(func() {
				if err := w.Apply(w.ctx, ep.ID, library.Downloaded{}, library.Registered{}); err != nil {
					t.Errorf("episode %d: %v", ep.ID, err)
				}
			})
			if i%4 == 0 {
				wg.Go(func() {
					if err := w.Apply(w.ctx, id, library.Retry{}); err != nil {
						t.Errorf("retry: %v", err)
					}
				})
			}
		}
		wg.Wait()
		w.state(id, library.StateCompleted)
		w.recount(id)
	})
}

func TestAFailedUpdateChangesNothing(t *testing.T) {
	each(t, func(w world) {
		id := w.submit(film("tt1"))
		before, jobs := w.item(id), w.jobs()
		broken := errors.New("no")
		err := w.Update(w.ctx, id, func(it *library.Item) ([]library.Step, error) {
			if _, err := it.Apply(library.Indexed{Released: time.Now().Add(-time.Hour)}, time.Now()); err != nil {
				return nil, err
			}
			return nil, broken
		})
		if !errors.Is(err, broken) {
			t.Errorf("Update: %v, want the error of its function", err)
		}
		w.same("item", w.item(id), before)
		w.same("jobs", w.jobs(), jobs)
	})
}

func TestItemsAreListedByPageAndFilter(t *testing.T) {
	each(t, func(w world) {
		id := w.grown(show(), 2, 2)
		for i := range 5 {
			w.submit(film(fmt.Sprintf("tt%d", i)))
		}
		films, err := w.Items(w.ctx, db.ItemFilter{Kinds: []library.Kind{library.KindMovie}, Limit: 3})
		w.ok(err)
		if len(films) != 3 || films[0].Name != "Sintel" || films[0].IDs.IMDb != "tt0" {
			t.Errorf("the first page is %+v", films)
		}
		rest, err := w.Items(w.ctx, db.ItemFilter{Kinds: []library.Kind{library.KindMovie}, Limit: 3, After: films[2].ID})
		w.ok(err)
		if len(rest) != 2 {
			t.Errorf("the second page has %d films, want 2", len(rest))
		}
		named, err := w.Items(w.ctx, db.ItemFilter{Text: "PIONEER  o", Kinds: []library.Kind{library.KindShow}})
		w.ok(err)
		if len(named) != 1 || named[0].ID != id || named[0].Year != 2010 {
			t.Errorf("found by name: %+v", named)
		}
		if none, err := w.Items(w.ctx, db.ItemFilter{Text: "%"}); err != nil || len(none) != 0 {
			t.Errorf("a wildcard is text: %v, %v", none, err)
		}
		counts, err := w.CountStates(w.ctx)
		w.ok(err)
		w.same("counts", counts[library.KindEpisode], library.Counts{library.StateIndexed: 3, library.StateUnreleased: 1})
		unreleased, err := w.Items(w.ctx, db.ItemFilter{States: []library.State{library.StateUnreleased}, Title: named[0].Title})
		w.ok(err)
		if len(unreleased) != 1 {
			t.Errorf("%d items of the show are unreleased, want 1", len(unreleased))
		}
	})
}

func TestItemsComeBackAsTheyWereSaved(t *testing.T) {
	each(t, func(w world) {
		id := w.submit(film("tt1"))
		var want library.Item
		w.ok(w.Update(w.ctx, id, func(it *library.Item) ([]library.Step, error) {
			it.Back, it.Pack, it.Packed, it.Seasons, it.More = library.StateScraped, library.PackFetch, true, []int{-1, 0}, true
			it.Released = time.Date(2024, 2, 3, 4, 5, 6, 789000, time.UTC)
			it.WakeAt, it.Attempts = it.Released.Add(time.Hour), 3
			it.Error, it.ErrorKind = "bad key", sdk.Denied
			it.Counts = library.Counts{library.StateFailed: 2}
			want = *it
			return nil, nil
		}))
		got := w.item(id)
		if got.Version != want.Version+1 {
			t.Errorf("version is %d, want %d", got.Version, want.Version+1)
		}
		want.Version, want.Changed = got.Version, got.Changed
		w.same("item", got, want)
	})
}

func TestRemovingAnItemTakesWhatNobodyElseNeeds(t *testing.T) {
	each(t, func(w world) {
		hd, uhd := film("tt1"), film("tt1")
		uhd.Request.Profile = "4k"
		a, b := w.submit(hd), w.submit(uhd)
		var shared, own int64
		w.tx(func(tx *db.Tx) error {
			r1, r2 := w.release(tx, hashA), w.release(tx, hashB)
			for _, r := range []int64{r1, r2} {
				if _, err := tx.SavePlacement(w.ctx, db.Placement{Instance: "box", Release: r, State: sdk.PlacementReady, Added: true}); err != nil {
					return err
				}
			}
			shared = w.file(tx, db.File{Release: r1, Hash: hashA, Path: "a.mkv", Size: 5, Items: []int64{a, b}})
			own = w.file(tx, db.File{Release: r2, Hash: hashB, Path: "b.mkv", Size: 5, Items: []int64{a}})
			for _, f := range []int64{shared, own} {
				if _, err := tx.Place(w.ctx, "films", fmt.Sprintf("Sintel %d.mkv", f), f); err != nil {
					return err
				}
			}
			return nil
		})
		var gone db.Removal
		w.tx(func(tx *db.Tx) (err error) {
			gone, err = tx.RemoveItem(w.ctx, a)
			return err
		})
		w.same("files removed", gone.Files, []int64{own})
		if len(gone.Placements) != 1 || gone.Placements[0].Hash != hashB || !gone.Placements[0].Added {
			t.Errorf("placements: %+v, want that of the second release", gone.Placements)
		}
		if _, err := w.Item(w.ctx, a); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("the item is still there: %v", err)
		}
		f, err := w.File(w.ctx, shared)
		w.ok(err)
		w.same("items of the file that stays", f.Items, []int64{b})
		var paths []string
		for r, err := range w.Tree(w.ctx) {
			w.ok(err)
			paths = append(paths, r.Path)
		}
		w.same("paths", paths, []string{fmt.Sprintf("Sintel %d.mkv", shared)})
	})
}

func TestASeasonIsNotRemoved(t *testing.T) {
	each(t, func(w world) {
		id := w.grown(show(), 2, 2)
		season := w.children(id)[0].ID
		err := w.Tx(w.ctx, func(tx *db.Tx) error {
			_, err := tx.RemoveItem(w.ctx, season)
			return err
		})
		if sdk.KindOf(err) != sdk.Invalid {
			t.Errorf("RemoveItem of a season: %v, want Invalid", err)
		}
		w.tx(func(tx *db.Tx) error {
			_, err := tx.RemoveItem(w.ctx, id)
			return err
		})
		if list, err := w.Items(w.ctx, db.ItemFilter{}); err != nil || len(list) != 0 {
			t.Errorf("left over: %v, %v", list, err)
		}
	})
}
