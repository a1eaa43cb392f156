package db_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

func benchEach(b *testing.B, bench func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { bench(b, dbtest.Open(b, dbtest.SQLite(b))) })
	b.Run("postgres", func(b *testing.B) { bench(b, dbtest.Open(b, dbtest.Postgres(b))) })
}

// BenchmarkUpdate is one change of state with its event, its step and its job.
func BenchmarkUpdate(b *testing.B) {
	benchEach(b, func(b *testing.B, d *db.DB) {
		var id int64
		err := d.Tx(b.Context(), func(tx *db.Tx) (err error) {
			id, _, err = tx.Submit(b.Context(), film("tt1"))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		if err := d.Apply(b.Context(), id, library.Indexed{Released: time.Now().Add(-time.Hour)}); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := d.Apply(b.Context(), id, library.Scraped{Candidates: 1}, library.Reset{}, library.Indexed{Released: time.Now()}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkReleasesFor finds the releases of an episode among MILLRACE_BENCH_RELEASES (10,000 when not set).
func BenchmarkReleasesFor(b *testing.B) {
	total := 10_000
	if s := os.Getenv("MILLRACE_BENCH_RELEASES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		total = n
	}
	benchEach(b, func(b *testing.B, d *db.DB) {
		titles := fillReleases(b, d, total)
		i := 0
		for b.Loop() {
			i++
			list, err := d.ReleasesFor(b.Context(), titles[i%len(titles)], db.Cover{Season: 1, First: 3, Last: 3}, 0)
			if err != nil || len(list) == 0 {
				b.Fatalf("%d releases: %v", len(list), err)
			}
		}
	})
}

// fillReleases stores releases, 200 a title: of each tenth episode of a season, of seasons and of whole shows.
func fillReleases(b *testing.B, d *db.DB, total int) (titles []int64) {
	b.Helper()
	const perTitle = 200
	for n := 0; n < total; n += perTitle {
		err := d.Tx(b.Context(), func(tx *db.Tx) error {
			title, err := tx.SaveTitle(b.Context(), 0, sdk.Title{IDs: sdk.IDs{TVDB: strconv.Itoa(n)}, Kind: sdk.Show, Name: "S"}, "tvdb")
			if err != nil {
				return err
			}
			titles = append(titles, title)
			var list []db.Found
			for i := range perTitle {
				c := db.Cover{Season: 1, First: i%10 + 1, Last: i%10 + 1}
				if i%20 == 0 {
					c = db.Cover{Season: 1}
				}
				list = append(list, db.Found{
					Release: sdk.Release{Hash: fmt.Sprintf("%040x", n+i+1), Name: fmt.Sprintf("Show.S01E%02d.1080p.WEB.x264", c.First), Size: 1 << 30},
					Title:   title, Covers: []db.Cover{c}, Parsed: []byte(`{"resolution":"1080p"}`), Parser: 1,
				})
			}
			_, err = tx.SaveReleases(b.Context(), "indexer", list)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return titles
}

// BenchmarkGrow makes a show of 1,000 episodes.
func BenchmarkGrow(b *testing.B) {
	benchEach(b, func(b *testing.B, d *db.DB) {
		n := 0
		for b.Loop() {
			n++
			s := show()
			s.IDs = sdk.IDs{TVDB: strconv.Itoa(n)}
			err := d.Tx(b.Context(), func(tx *db.Tx) error {
				id, _, err := tx.Submit(b.Context(), s)
				if err != nil {
					return err
				}
				title := sdk.Title{IDs: s.IDs, Kind: sdk.Show, Name: "Long", Episodes: episodes(250, 250, 250, 250)}
				if _, err := tx.SaveTitle(b.Context(), 0, title, "tvdb"); err != nil {
					return err
				}
				_, err = tx.Grow(b.Context(), id, db.GrowOptions{})
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTree reads the paths of 100,000 files, as the mount does at its start.
func BenchmarkTree(b *testing.B) {
	const total = 100_000
	benchEach(b, func(b *testing.B, d *db.DB) {
		err := d.Tx(b.Context(), func(tx *db.Tx) error {
			ids, err := tx.SaveReleases(b.Context(), "indexer", []db.Found{{Release: sdk.Release{Hash: hashA}}})
			if err != nil {
				return err
			}
			for i := range total {
				f, err := tx.PutFile(b.Context(), db.File{Release: ids[0], Hash: hashA, Path: strconv.Itoa(i), Size: 1})
				if err != nil {
					return err
				}
				if _, err := tx.Place(b.Context(), "films", fmt.Sprintf("Film %d/Film %d.mkv", i, i), f); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for _, err := range d.Tree(b.Context()) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != total {
				b.Fatalf("%d paths, want %d", n, total)
			}
		}
	})
}
