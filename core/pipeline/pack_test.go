package pipeline

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// six is a show of one season of six episodes, all of them out.
func six() sdk.Title {
	t := sdk.Title{IDs: sdk.IDs{IMDb: "tt0000006"}, Kind: sdk.Show, Name: "The Mill", Year: 2011, Status: sdk.StatusEnded}
	for n := 1; n <= 6; n++ {
		t.Episodes = append(t.Episodes, sdk.Episode{Season: 1, Number: n, AirTime: time.Date(2011, 1, n, 20, 0, 0, 0, time.UTC)})
	}
	return t
}

func TestASeasonTakesTheSetThatHoldsMostOfIt(t *testing.T) {
	t.Parallel()
	type offer struct {
		name, hash string
		episodes   []int // that its files hold
	}
	tests := map[string]struct {
		offers []offer
		cached []string
		take   []string // in this order
		left   []int    // episodes that are searched for alone
	}{
		"a pack of all goes before a better one of half": {
			[]offer{{"The.Mill.S01E01-E03.2160p.BluRay", hashA, []int{1, 2, 3}}, {"The.Mill.S01.720p.WEB", hashB, []int{1, 2, 3, 4, 5, 6}}}, nil,
			[]string{hashB}, nil,
		},
		"of packs of all the better is taken": {
			[]offer{{"The.Mill.S01.480p.WEB", hashA, []int{1, 2, 3, 4, 5, 6}}, {"The.Mill.S01.1080p.BluRay", hashB, []int{1, 2, 3, 4, 5, 6}}}, nil,
			[]string{hashB}, nil,
		},
		"of packs of all one that is cached is taken": {
			[]offer{{"The.Mill.S01.480p.WEB", hashA, []int{1, 2, 3, 4, 5, 6}}, {"The.Mill.S01.1080p.BluRay", hashB, []int{1, 2, 3, 4, 5, 6}}}, []string{hashA},
			[]string{hashA}, nil,
		},
		"several packs are put together where none holds all": {
			[]offer{{"The.Mill.S01E01-E03.1080p", hashA, []int{1, 2, 3}}, {"The.Mill.S01E03-E05.1080p", hashB, []int{3, 4, 5}}, {"The.Mill.S01E06.1080p", hashC, []int{6}}}, nil,
			[]string{hashA, hashB}, []int{6},
		},
		"what a pack turns out to lack comes from another": {
			[]offer{{"The.Mill.S01.1080p", hashA, []int{1, 2, 3, 4}}, {"The.Mill.S01E05-E06.720p", hashB, []int{5, 6}}}, nil,
			[]string{hashA, hashB}, nil,
		},
		"for one episode no other pack is taken": {
			[]offer{{"The.Mill.S01.1080p", hashA, []int{1, 2, 3, 4, 5}}, {"The.Mill.S01.480p.XviD", hashB, []int{1, 2, 3, 4, 5, 6}}}, nil,
			[]string{hashA}, []int{6},
		},
		"a pack that does not hold what it says is passed over": {
			[]offer{{"The.Mill.S01.1080p", hashA, []int{1, 2, 3}}, {"The.Mill.S01.720p", hashB, []int{1, 2}}, {"The.Mill.S01E04-E06.480p", hashC, []int{4, 5, 6}}}, nil,
			[]string{hashA, hashB, hashC}, nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.meta.titles = append(w.meta.titles, six())
			for _, o := range tt.offers {
				w.scrap.releases = append(w.scrap.releases, sdk.Release{Name: o.name, Hash: o.hash, Size: 6 << 30})
				var paths []string
				for _, n := range o.episodes {
					paths = append(paths, fmt.Sprintf("The.Mill.S01E%02d.mkv", n))
				}
				w.a.ready(o.hash, paths...)
			}
			w.a.cached = tt.cached
			id := w.submit(sdk.Request{IDs: six().IDs, Kind: sdk.Show})
			w.must(id, library.StepIndex)
			seasons, err := w.db.Children(t.Context(), id)
			w.ok(err)
			season := seasons[0].ID
			w.must(season, library.StepScrape)
			for range 10 {
				w.must(season, library.StepDownload) // does nothing once the pack is over
			}
			if d := cmp.Diff(slices.Compact(w.a.added), tt.take); d != "" {
				t.Errorf("taken before wanted:\n%s", d)
			}
			if it := w.item(season); it.Pack != library.PackNone {
				t.Errorf("the season is still at %s", it.Pack)
			}
			episodes, err := w.db.EpisodeItems(t.Context(), season)
			w.ok(err)
			var left []int
			for _, e := range episodes {
				if e.State != library.StateDownloaded {
					left = append(left, e.Episode)
				}
			}
			if d := cmp.Diff(left, tt.left); d != "" {
				t.Errorf("left before wanted:\n%s", d)
			}
		})
	}
}
