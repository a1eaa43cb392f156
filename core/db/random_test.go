package db_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// anyEvent is one of those that workers and users bring.
func anyEvent(r *rand.Rand) library.Event {
	list := []library.Event{
		library.Indexed{Released: time.Now().Add(time.Duration(r.IntN(100)-80) * time.Hour)}, library.Scraped{Candidates: 1},
		library.NothingFound{}, library.Rejected{}, library.Exhausted{}, library.Waiting{Until: time.Now().Add(time.Hour)},
		library.Downloaded{}, library.Registered{}, library.FileGone{}, library.FileGone{Left: 1},
		library.Failed{Step: library.StepScrape, Kind: sdk.Other}, library.Failed{Step: library.StepDownload, Kind: sdk.Other},
		library.Retry{}, library.Pause{}, library.Resume{}, library.Reset{}, library.Blacklist{}, library.Unblacklist{}, library.Wake{},
	}
	return list[r.IntN(len(list))]
}

func TestCountersEqualARecountWhateverHappens(t *testing.T) {
	each(t, func(w world) {
		r := rand.New(rand.NewPCG(1, 2)) // the same each time
		id := w.grown(show(), 3, 2)
		for turn := range 300 {
			if turn%50 == 49 {
				counts := []int{3, 2, 2, 2, 2, 2, 2}[:2+turn/50]
				w.grow(id, sdk.Title{IDs: sdk.IDs{TVDB: "77"}, Kind: sdk.Show, Name: "Pioneer One", Episodes: episodes(counts...)})
			}
			all, err := w.Items(w.ctx, db.ItemFilter{})
			w.ok(err)
			it := all[r.IntN(len(all))]
			if err := w.Apply(w.ctx, it.ID, anyEvent(r)); err != nil && !errors.Is(err, library.ErrConflict) {
				t.Fatal(err)
			}
		}
		w.recount(id)
		if n, err := w.Sweep(w.ctx); err != nil || n != 0 {
			t.Errorf("%d items had no job: %v", n, err)
		}
	})
}
