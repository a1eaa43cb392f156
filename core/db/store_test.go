package db_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

var (
	hashA = strings.Repeat("a1", 20)
	hashB = strings.Repeat("b2", 20)
	hashC = strings.Repeat("c3", 20)
)

func (w world) release(tx *db.Tx, hash string, covers ...db.Cover) int64 {
	w.t.Helper()
	ids, err := tx.SaveReleases(w.ctx, "indexer", []db.Found{{Release: sdk.Release{Hash: hash, Name: "R." + hash[:2]}}})
	w.ok(err)
	return ids[0]
}

func (w world) file(tx *db.Tx, f db.File) int64 {
	w.t.Helper()
	id, err := tx.PutFile(w.ctx, f)
	w.ok(err)
	return id
}

func (w world) title(t sdk.Title) (id int64) {
	w.t.Helper()
	w.tx(func(tx *db.Tx) (err error) {
		id, err = tx.SaveTitle(w.ctx, 0, t, "tmdb")
		return err
	})
	return id
}

func TestATitleComesBackAsItWasSaved(t *testing.T) {
	each(t, func(w world) {
		want := sdk.Title{
			IDs: sdk.IDs{IMDb: "tt7", TVDB: "9"}, Kind: sdk.Show, Name: "Pioneer One", Original: "Pionier",
			Aliases: []sdk.Alias{{Name: "P1", Language: "en"}, {Name: "Erster", Language: "de", Country: "DE"}},
			Year:    2010, EndYear: 2011, Country: "US", Language: "en", Genres: []string{"Drama"}, Runtime: 30 * time.Minute,
			Released: time.Date(2010, 6, 16, 0, 0, 0, 0, time.UTC), Status: sdk.StatusEnded, Overview: "o", Poster: "p",
			Background: "b", Rating: 7.5, Anime: true,
			Episodes: []sdk.Episode{
				{Season: 0, Number: 1, Name: "Special"},
				{
					IDs: sdk.IDs{TVDB: "100"}, Season: 1, Number: 1, Absolute: 1, Name: "Earthfall", Overview: "e",
					AirTime: time.Date(2010, 6, 16, 20, 30, 0, 0, time.UTC), Runtime: time.Minute, Still: "s",
				},
			},
		}
		id := w.title(want)
		got, err := w.Title(w.ctx, id)
		w.ok(err)
		w.same("title", got.Title, want)
		if got.Fetched.IsZero() {
			t.Error("it is not told when it was fetched")
		}
		want.Episodes, want.Aliases = want.Episodes[1:], nil
		if again := w.title(want); again != id {
			t.Errorf("saved again as %d, want %d", again, id)
		}
		got, err = w.Title(w.ctx, id)
		w.ok(err)
		w.same("title after a change", got.Title, want)
	})
}

func TestTitlesAreFoundByAnyID(t *testing.T) {
	each(t, func(w world) {
		id := w.title(sdk.Title{IDs: sdk.IDs{IMDb: "tt1", TMDB: "5"}, Kind: sdk.Movie, Name: "Sintel"})
		got, err := w.FindTitle(w.ctx, sdk.Movie, sdk.IDs{TMDB: "5", TVDB: "66"})
		w.ok(err)
		if got != id {
			t.Errorf("found %d, want %d", got, id)
		}
		if _, err := w.FindTitle(w.ctx, sdk.Show, sdk.IDs{TMDB: "5"}); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("a show of the same number: %v, want ErrNotFound", err)
		}
	})
}

func TestTitlesThatTurnOutToBeOneAreMerged(t *testing.T) {
	each(t, func(w world) {
		byIMDb, byTMDB := film("tt1"), film("")
		byTMDB.IDs = sdk.IDs{TMDB: "5"}
		byTMDB.Ref = "r9"
		a, b := w.submit(byIMDb), w.submit(byTMDB)
		other := byTMDB
		other.Request.Profile = "4k"
		c := w.submit(other)
		if a == b {
			t.Fatal("the ids had nothing in common, and yet it is one item")
		}
		var title int64
		w.tx(func(tx *db.Tx) (err error) {
			title, err = tx.SaveTitle(w.ctx, w.item(a).Title,
				sdk.Title{IDs: sdk.IDs{IMDb: "tt1", TMDB: "5"}, Kind: sdk.Movie, Name: "Sintel"}, "tmdb")
			return err
		})
		if got := w.item(a).Title; got != title {
			t.Errorf("the item's title is %d, want %d", got, title)
		}
		if _, err := w.Item(w.ctx, b); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("the second item of the profile is still there: %v", err)
		}
		if got := w.item(c).Title; got != title {
			t.Errorf("the title of the item at another profile is %d, want %d", got, title)
		}
		who, err := w.Requesters(w.ctx, a)
		w.ok(err)
		if len(who) != 2 {
			t.Errorf("requesters: %v, want both", who)
		}
		got, err := w.FindTitle(w.ctx, sdk.Movie, sdk.IDs{TMDB: "5"})
		w.ok(err)
		if got != title {
			t.Errorf("the other id names %d, want %d", got, title)
		}
	})
}

func TestReleasesAreFoundByWhatTheyCover(t *testing.T) {
	each(t, func(w world) {
		title := w.title(sdk.Title{IDs: sdk.IDs{TVDB: "7"}, Kind: sdk.Show, Name: "Pioneer One"})
		find := func(c db.Cover) []string {
			t.Helper()
			list, err := w.ReleasesFor(w.ctx, title, c, 0)
			w.ok(err)
			var names []string
			for _, r := range list {
				names = append(names, r.Name)
			}
			return names
		}
		w.tx(func(tx *db.Tx) error {
			_, err := tx.SaveReleases(w.ctx, "indexer", []db.Found{
				{Release: sdk.Release{Hash: hashA, Name: "all"}, Title: title, Covers: []db.Cover{{Season: db.WholeTitle}}},
				{Release: sdk.Release{Hash: hashB, Name: "seasons"}, Title: title, Covers: []db.Cover{{Season: 1}, {Season: 2}}},
				{Release: sdk.Release{Hash: hashC, Name: "episodes"}, Title: title, Covers: []db.Cover{{Season: 2, First: 3, Last: 4}}},
			})
			return err
		})
		w.same("of episode 2x03", find(db.Cover{Season: 2, First: 3, Last: 3}), []string{"all", "seasons", "episodes"})
		w.same("of episode 2x05", find(db.Cover{Season: 2, First: 5, Last: 5}), []string{"all", "seasons"})
		w.same("of season 2", find(db.Cover{Season: 2}), []string{"all", "seasons"})
		w.same("of season 3", find(db.Cover{Season: 3}), []string{"all"})
		w.same("of the show", find(db.Cover{Season: db.WholeTitle}), []string{"all"})
	})
}

func TestAReleaseSeenAgainLearnsAndRenewsItsSighting(t *testing.T) {
	each(t, func(w world) {
		first := db.Found{
			Release: sdk.Release{
				Hash: hashA, Name: "Sintel.2010.1080p", Seeders: 50, Tracker: "linux", Private: true, Languages: []string{"en"},
				Published: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), Page: "https://example.org/1",
			},
			Parsed: []byte("v2"), Parser: 2,
		}
		second := db.Found{
			Release: sdk.Release{
				Hash: hashA, Name: "renamed", Size: 700, Seeders: 3, Magnet: "magnet:?x", WebSeeds: []string{"https://example.org/s"},
				Files: []sdk.File{{Index: 0, Path: "Sintel.mkv", Size: 700}},
			},
			Parsed: []byte("v1"), Parser: 1,
		}
		w.tx(func(tx *db.Tx) error {
			_, err := tx.SaveReleases(w.ctx, "a", []db.Found{first})
			return err
		})
		w.tx(func(tx *db.Tx) error {
			_, err := tx.SaveReleases(w.ctx, "b", []db.Found{second})
			return err
		})
		first.Seeders = 20
		w.tx(func(tx *db.Tx) error {
			_, err := tx.SaveReleases(w.ctx, "a", []db.Found{first})
			return err
		})
		got, err := w.ReleaseByHash(w.ctx, strings.ToUpper(hashA))
		w.ok(err)
		w.same("release", got, db.Release{
			ID: got.ID, Hash: hashA, Name: "Sintel.2010.1080p", Size: 700, Parsed: []byte("v2"), Parser: 2, Magnet: "magnet:?x",
			WebSeeds: []string{"https://example.org/s"}, Files: []sdk.File{{Index: 0, Path: "Sintel.mkv", Size: 700}},
			FirstSeen: got.FirstSeen,
			Sightings: []db.Sighting{
				{
					Instance: "a", Seeders: 20, Tracker: "linux", Languages: []string{"en"}, Page: "https://example.org/1",
					Published: first.Published,
				},
				{Instance: "b", Seeders: 3},
			},
		}, cmpopts.IgnoreFields(db.Sighting{}, "Seen"))
		if got.Seeders() != 20 {
			t.Errorf("it has %d seeders, want 20: they went down", got.Seeders())
		}
		if _, err := w.ReleaseByHash(w.ctx, "xyz"); sdk.KindOf(err) != sdk.Invalid {
			t.Errorf("a hash that is none: %v, want Invalid", err)
		}
	})
}

func TestCandidatesAreTriedInOrderAndKeepTheirFate(t *testing.T) {
	each(t, func(w world) {
		item := w.submit(film("tt1"))
		var a, b, c int64
		w.tx(func(tx *db.Tx) error {
			a, b, c = w.release(tx, hashA), w.release(tx, hashB), w.release(tx, hashC)
			open, err := tx.SaveCandidates(w.ctx, item, "p1", []db.Candidate{
				{Release: b, Verdict: "good", Tier: 2, Score: 9.5, Code: "MATCH"}, {Release: a},
				{Release: c, State: db.CandidateRejected},
			})
			if open != 2 {
				t.Errorf("%d are open, want 2", open)
			}
			return err
		})
		next := func() string {
			t.Helper()
			got, err := w.NextCandidate(w.ctx, item)
			if errors.Is(err, db.ErrNotFound) {
				return ""
			}
			w.ok(err)
			return got.Hash
		}
		if got := next(); got != hashB {
			t.Errorf("next is %s, want the first", got)
		}
		mark := func(release int64, m db.CandidateMark) {
			t.Helper()
			w.tx(func(tx *db.Tx) error { return tx.MarkCandidate(w.ctx, item, release, m) })
		}
		mark(b, db.CandidateMark{State: db.CandidateFailed, Evidence: "not cached"})
		if got := next(); got != hashA {
			t.Errorf("next is %s, want the second", got)
		}
		mark(a, db.CandidateMark{State: db.CandidateBlacklisted, Evidence: "infringing, seen twice"})
		if got := next(); got != "" {
			t.Errorf("next is %s, want none", got)
		}
		mark(b, db.CandidateMark{State: db.CandidateFailed, Evidence: "slow", Again: time.Now().Add(-time.Minute)})
		if got := next(); got != hashB {
			t.Errorf("next is %q, want the one whose time has come", got)
		}
		w.tx(func(tx *db.Tx) error {
			open, err := tx.SaveCandidates(w.ctx, item, "p1", []db.Candidate{{Release: a, Verdict: "new"}})
			if open != 1 {
				t.Errorf("%d are open after another search, want 1", open)
			}
			return err
		})
		list, err := w.Candidates(w.ctx, item)
		w.ok(err)
		var states []string
		for _, c := range list {
			states = append(states, c.Hash[:2]+" "+string(c.State))
		}
		w.same("candidates", states, []string{"b2 failed", "a1 blacklisted"})
		w.tx(func(tx *db.Tx) error { return tx.ReopenCandidates(w.ctx, item) })
		if n, err := w.CountOpen(w.ctx, item); err != nil || n != 1 {
			t.Errorf("CountOpen: %d, %v, want 1", n, err)
		}
		w.tx(func(tx *db.Tx) error {
			items, err := tx.BlacklistRelease(w.ctx, b, "gone, seen twice")
			w.same("items of the release", items, []int64{item})
			return err
		})
		if got := next(); got != "" {
			t.Errorf("next is %s, want none", got)
		}
	})
}

func TestPlacementsServeFilesReadyOnesFirst(t *testing.T) {
	each(t, func(w world) {
		item := w.submit(film("tt1"))
		var file int64
		w.tx(func(tx *db.Tx) error {
			r := w.release(tx, hashA)
			for _, p := range []db.Placement{
				{Instance: "slow", State: sdk.PlacementDownloading}, {Instance: "dead", State: sdk.PlacementFailed, Evidence: "gone", Gone: 1},
				{Instance: "good", State: sdk.PlacementReady, Provider: "77", Added: true, Files: []sdk.File{{Path: "a.mkv", Size: 5, ID: "3"}}},
			} {
				p.Release = r
				if _, err := tx.SavePlacement(w.ctx, p); err != nil {
					return err
				}
			}
			file = w.file(tx, db.File{Release: r, Hash: hashA, Path: "a.mkv", Size: 5, Items: []int64{item}})
			_, err := tx.SavePlacement(w.ctx, db.Placement{Instance: "good", Release: r, State: sdk.PlacementReady, Provider: "77"})
			return err
		})
		list, err := w.PlacementsFor(w.ctx, file)
		w.ok(err)
		var order []string
		for _, p := range list {
			order = append(order, p.Instance)
		}
		w.same("order", order, []string{"good", "slow", "dead"})
		if p := list[0]; !p.Added || len(p.Files) != 1 || p.Hash != hashA {
			t.Errorf("what was known of the placement is lost: %+v", p)
		}
		w.tx(func(tx *db.Tx) error { return tx.RemovePlacement(w.ctx, list[0].ID) })
		if _, err := w.Placement(w.ctx, "good", list[0].Release); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("the placement is still there: %v", err)
		}
	})
}

func TestAFileIsKnownByItsContent(t *testing.T) {
	each(t, func(w world) {
		show := w.grown(show(1), 2, 1)
		eps, err := w.EpisodeItems(w.ctx, show)
		w.ok(err)
		put := func(item int64) (id int64) {
			w.tx(func(tx *db.Tx) error {
				id = w.file(tx, db.File{Release: w.release(tx, hashA), Hash: hashA, Path: "P/1x01-02.mkv", Size: 9, Items: []int64{item}})
				return nil
			})
			return id
		}
		id := put(eps[0].ID)
		if again := put(eps[1].ID); again != id {
			t.Errorf("the same content is file %d and %d", id, again)
		}
		f, err := w.File(w.ctx, id)
		w.ok(err)
		w.same("items of a double episode", f.Items, []int64{eps[0].ID, eps[1].ID})
		of, err := w.FilesOf(w.ctx, show)
		w.ok(err)
		if len(of) != 1 || of[0].Content != db.ContentID(hashA, "P/1x01-02.mkv", 9) {
			t.Errorf("files of the show: %+v", of)
		}
		w.tx(func(tx *db.Tx) error { return tx.SetMedia(w.ctx, id, json.RawMessage(`{"container":"mkv"}`)) })
		if f, err := w.FileByContent(w.ctx, f.Content); err != nil || string(f.Media) != `{"container":"mkv"}` {
			t.Errorf("FileByContent: %+v, %v", f, err)
		}
	})
}

func TestAPathStaysWhereItIs(t *testing.T) {
	each(t, func(w world) {
		item := w.submit(film("tt1"))
		var files [3]int64
		place := func(file int64, at string) (got string) {
			t.Helper()
			w.tx(func(tx *db.Tx) (err error) {
				got, err = tx.Place(w.ctx, "films", at, file)
				return err
			})
			return got
		}
		w.tx(func(tx *db.Tx) error {
			r := w.release(tx, hashA)
			for i := range files {
				files[i] = w.file(tx, db.File{Release: r, Hash: hashA, Path: fmt.Sprint(i), Size: 1, Items: []int64{item}})
			}
			return nil
		})
		w.same("first", place(files[0], "Sintel (2010)/Sintel.mkv"), "Sintel (2010)/Sintel.mkv")
		w.same("second", place(files[1], "Sintel (2010)/Sintel.mkv"), "Sintel (2010)/Sintel (2).mkv")
		w.same("third", place(files[2], "Sintel (2010)/Sintel.mkv"), "Sintel (2010)/Sintel (3).mkv")
		w.same("first again, elsewhere", place(files[0], "Other.mkv"), "Sintel (2010)/Sintel.mkv")
		w.tx(func(tx *db.Tx) error { return tx.Unplace(w.ctx, "films", "Sintel (2010)/Sintel (2).mkv") })
		w.same("second again", place(files[1], "Sintel (2010)/Sintel.mkv"), "Sintel (2010)/Sintel (2).mkv")
		w.tx(func(tx *db.Tx) error {
			gone, err := tx.Unlink(w.ctx, item, files[2])
			if !gone {
				t.Error("a file that holds nothing stays")
			}
			return err
		})
		if paths, err := w.Paths(w.ctx, files[2]); err != nil || len(paths) != 0 {
			t.Errorf("its paths stay: %v, %v", paths, err)
		}
	})
}

func TestPluginStateIsSwappedOnlyByWhoSawTheLast(t *testing.T) {
	each(t, func(w world) {
		swap := func(value string, version int64) bool {
			t.Helper()
			ok, err := w.StoreState(w.ctx, "trakt", "token", []byte(value), version)
			w.ok(err)
			return ok
		}
		if !swap("one", 0) || swap("late", 0) || !swap("two", 1) || swap("late", 1) {
			t.Error("a value was stored over one that was not seen, or not stored over the last")
		}
		value, version, err := w.LoadState(w.ctx, "trakt", "token")
		w.ok(err)
		if string(value) != "two" || version != 2 {
			t.Errorf("it is %q of version %d, want two of 2", value, version)
		}
		if ok, err := w.StoreState(w.ctx, "trakt", "token", nil, 2); err != nil || !ok {
			t.Errorf("delete: %v, %v", ok, err)
		}
		value, version, err = w.LoadState(w.ctx, "trakt", "token")
		if err != nil || value != nil || !swap("three", version) {
			t.Errorf("after deletion it is %q, %v, or cannot be written with version %d", value, err, version)
		}
	})
}

func TestSettingsAreKept(t *testing.T) {
	each(t, func(w world) {
		put := func(v []byte) { w.tx(func(tx *db.Tx) error { return tx.PutSetting(w.ctx, "theme", v) }) }
		put([]byte("dark"))
		put([]byte("light"))
		got, ok, err := w.Setting(w.ctx, "theme")
		w.ok(err)
		if !ok || string(got) != "light" {
			t.Errorf("it is %q, %v", got, ok)
		}
		put(nil)
		if _, ok, err := w.Setting(w.ctx, "theme"); ok || err != nil {
			t.Errorf("a removed setting is there: %v, %v", ok, err)
		}
	})
}

func TestTheLogTellsItemsAndTheirChildren(t *testing.T) {
	each(t, func(w world) {
		id := w.grown(show(1), 2, 1)
		ep := w.children(w.children(id)[0].ID)[0].ID
		w.apply(ep, library.Downloaded{})
		events, err := w.Events(w.ctx, db.EventFilter{Item: id, Limit: 2})
		w.ok(err)
		if len(events) != 2 {
			t.Fatalf("%d events, want 2", len(events))
		}
		var ours *db.Event
		for i := range events {
			if events[i].Item == ep {
				ours = &events[i]
			}
		}
		if ours == nil || ours.Root != id || ours.To != library.StateDownloaded {
			t.Errorf("the episode's change is not among the last events of its show: %+v", events)
		}
		if n, err := w.Prune(w.ctx, time.Now().Add(time.Hour)); err != nil || n == 0 {
			t.Errorf("Prune: %d, %v", n, err)
		}
		if left, err := w.Events(w.ctx, db.EventFilter{}); err != nil || len(left) != 0 {
			t.Errorf("left after Prune: %v, %v", left, err)
		}
	})
}

func TestATitleAddedTwiceAtOnceIsOne(t *testing.T) {
	each(t, func(w world) {
		ids := make(chan int64)
		for range 4 {
			go func() {
				var id int64
				err := w.Tx(w.ctx, func(tx *db.Tx) (err error) {
					id, _, err = tx.Submit(w.ctx, film("tt1"))
					return err
				})
				if err != nil {
					t.Error(err)
				}
				ids <- id
			}()
		}
		got := map[int64]bool{}
		for range 4 {
			got[<-ids] = true
		}
		if len(got) != 1 {
			t.Errorf("items %v, want one", got)
		}
	})
}

func TestTheReleasesOfAnEpisodeAreOneRangeOfAnIndex(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.SQLite(t))
	plan, err := d.Explain(t.Context(), `SELECT DISTINCT release FROM release_title
		WHERE title = ? AND season IN (?, ?) AND first_episode <= ? AND last_episode >= ? LIMIT ?`, 1, -1, 1, 3, 3, 10)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(plan[0], "SEARCH release_title USING PRIMARY KEY (title=? AND season=? AND first_episode<?)") {
		t.Errorf("the plan is %q", plan)
	}
}

func TestAMergeLosesNoFile(t *testing.T) {
	each(t, func(w world) {
		other := film("")
		other.IDs, other.Ref = sdk.IDs{TMDB: "5"}, "r9"
		a, b := w.submit(film("tt1")), w.submit(other)
		w.apply(b, library.Downloaded{}, library.Registered{})
		w.tx(func(tx *db.Tx) error {
			f := w.file(tx, db.File{Release: w.release(tx, hashA), Hash: hashA, Path: "a", Size: 1, Items: []int64{b}})
			_, err := tx.Place(w.ctx, "films", "Sintel.mkv", f)
			return err
		})
		w.tx(func(tx *db.Tx) error {
			_, err := tx.SaveTitle(w.ctx, w.item(a).Title, sdk.Title{IDs: sdk.IDs{IMDb: "tt1", TMDB: "5"}, Kind: sdk.Movie}, "tmdb")
			return err
		})
		w.state(a, library.StateDownloaded)
		files, err := w.FilesOf(w.ctx, a)
		w.ok(err)
		if len(files) != 1 {
			t.Fatalf("the item has %d files, want that of the other", len(files))
		}
		paths, err := w.Paths(w.ctx, files[0].ID)
		if err != nil || len(paths) != 1 || paths[0].Path != "Sintel.mkv" {
			t.Errorf("its paths are %+v, %v", paths, err)
		}
	})
}

func TestAMergeKeepsTheSeasonsOfAShow(t *testing.T) {
	each(t, func(w world) {
		other := show()
		other.IDs, other.Ref = sdk.IDs{IMDb: "tt9"}, "s9"
		a := w.submit(other)
		b := w.grown(show(), 2, 2)
		seasons := w.children(b)
		ep := w.children(seasons[0].ID)[0].ID
		w.apply(ep, library.Downloaded{}, library.Registered{})
		merged := sdk.Title{IDs: sdk.IDs{IMDb: "tt9", TVDB: "77"}, Kind: sdk.Show, Name: "Pioneer One", Episodes: episodes(2, 2)}
		w.tx(func(tx *db.Tx) error {
			title, err := tx.SaveTitle(w.ctx, w.item(a).Title, merged, "tvdb")
			if err != nil {
				return err
			}
			_, err = tx.Grow(w.ctx, a, db.GrowOptions{})
			if got, _ := tx.Item(w.ctx, ep); got.Title != title {
				t.Errorf("the episode's title is %d, want %d", got.Title, title)
			}
			return err
		})
		if got := w.children(a); len(got) != 2 || got[0].ID != seasons[0].ID {
			t.Errorf("the show has %d seasons, want the two of the other", len(got))
		}
		root, err := w.Root(w.ctx, ep)
		if err != nil || root.ID != a {
			t.Errorf("the episode's show is %d, %v, want %d", root.ID, err, a)
		}
		w.state(ep, library.StateCompleted)
		w.state(a, library.StatePartial)
		w.recount(a)
	})
}
