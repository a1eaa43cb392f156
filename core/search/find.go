// Package search turns a title into releases: it asks every scraper at once, learns the hash of what comes with nothing but
// a .torrent, counts what several found as one, and has rank match, judge and order it. What to do with the answer is the
// caller's business.
package search

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/millrace-media/millrace/core/cache"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// Finder searches. It is safe for use by many.
type Finder struct {
	db    *db.DB
	pool  *plugin.Pool
	cache *cache.Cache
	log   *slog.Logger
}

// New makes a finder.
func New(d *db.DB, pool *plugin.Pool, c *cache.Cache, log *slog.Logger) *Finder {
	return &Finder{db: d, pool: pool, cache: c, log: log}
}

// Sight is a release as one scraper found it.
type Sight struct {
	Instance string
	db.Found
}

// Outcome is how asking one scraper ended.
type Outcome struct {
	Instance string
	Found    int
	Took     time.Duration
	Err      error
}

// Result is the answer of a search.
type Result struct {
	Sights   []Sight       // everything that was found, by every scraper that found it
	Judged   []rank.Ranked // each release once: those that suit first, best first, then the rejected
	Outcomes []Outcome     // one a scraper
}

// Failed gives the errors of scrapers that could not answer.
func (r Result) Failed() []error {
	var errs []error
	for _, o := range r.Outcomes {
		if o.Err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", o.Instance, o.Err))
		}
	}
	return errs
}

// Find asks every scraper for an item of a title and judges what they found by a profile, knowing what the library has of
// titles that are called the same. A scraper that fails is told of in the result and stops none of the others.
func (f *Finder) Find(ctx context.Context, t db.Title, it library.Item, profile *rank.Compiled) (Result, error) {
	target, err := Target(ctx, f.db.Reader, t, it)
	if err != nil {
		return Result{}, fmt.Errorf("search for %s: %w", t.Name, err)
	}
	raw, outcomes := f.ask(ctx, Query(t.Title, it))
	raw = f.hashes(ctx, raw, target)
	if err := ctx.Err(); err != nil {
		return Result{}, fmt.Errorf("search for %s: %w", t.Name, err)
	}
	res := Result{Outcomes: outcomes}
	all := Whole(t.Title, target.Rivals)
	var merged []rank.Candidate
	once := map[string]int{}
	for _, r := range raw {
		parsed := release.Parse(r.Name)
		res.Sights = append(res.Sights, Sight{r.instance, found(t.ID, all, r.Release, &parsed)})
		if i, ok := once[r.Hash]; ok {
			merge(&merged[i].Release, r.Release)
			continue
		}
		once[r.Hash] = len(merged)
		merged = append(merged, rank.Candidate{Release: r.Release, Parsed: &parsed})
	}
	res.Judged = Rank(target, profile, merged)
	return res, nil
}

// merge adds what another scraper knows of the same release.
func merge(r *sdk.Release, o sdk.Release) {
	r.Seeders, r.Size = max(r.Seeders, o.Seeders), max(r.Size, o.Size)
	r.Private = r.Private || o.Private
	r.Languages = union(slices.Clone(r.Languages), o.Languages)
	if r.Published.IsZero() || !o.Published.IsZero() && o.Published.Before(r.Published) {
		r.Published = o.Published
	}
	if len(r.Files) == 0 {
		r.Files = o.Files
	}
}

// sighted is a release with the scraper that found it.
type sighted struct {
	sdk.Release
	instance string
}

// ask fans a query out. What is found stands in the order of the scrapers, whichever answered first: of two names of one
// release that of the first scraper counts, always the same.
func (f *Finder) ask(ctx context.Context, q sdk.Query) ([]sighted, []Outcome) {
	scrapers := f.pool.Of(sdk.CapabilityScraper)
	outcomes := make([]Outcome, len(scrapers))
	found := make([][]sighted, len(scrapers))
	var wg sync.WaitGroup
	for i, in := range scrapers {
		wg.Go(func() {
			begin := time.Now()
			err := in.Call(ctx, "scrape", func(ctx context.Context) error {
				return in.Scraper().Scrape(ctx, q, func(rs ...sdk.Release) error {
					for _, r := range rs {
						found[i] = append(found[i], sighted{r, in.Name})
					}
					return ctx.Err()
				})
			})
			if err != nil && ctx.Err() == nil {
				f.log.Warn("a scraper failed", "scraper", in.Name, "err", err)
			}
			outcomes[i] = Outcome{Instance: in.Name, Found: len(found[i]), Took: time.Since(begin), Err: err}
		})
	}
	wg.Wait()
	return slices.Concat(found...), outcomes
}
