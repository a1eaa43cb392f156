package pipeline

import (
	"fmt"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

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
			w.profiles(takesAny)
			w.must(0, library.StepJudge) // the first judgement wakes every film
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
