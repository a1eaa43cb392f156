package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
)

// scrape searches releases of an item and keeps them in order, the rejected ones with the code of what rejected them.
func (p *Pipeline) scrape(ctx context.Context, j db.Job) error {
	it, err := p.db.Item(ctx, j.Step.Item)
	if err != nil || !it.Wants(library.StepScrape) {
		return gone(err)
	}
	t, err := p.db.Title(ctx, it.Title)
	if err != nil {
		return gone(err)
	}
	profile := p.set.Load().profile(it.Profile)
	res, err := p.find.Find(ctx, t, it, profile)
	if err != nil {
		return err
	}
	if failed := res.Failed(); len(res.Sights) == 0 && len(failed) > 0 {
		// Not the same as nothing found: by the kind of the least final failure it is tried again soon.
		return p.fail(ctx, it, library.StepScrape, fmt.Errorf("search: %w", plugin.Worst(failed)))
	}
	open := 0
	err = p.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, it.ID); err != nil {
			return err
		}
		now, err := tx.Item(ctx, it.ID)
		if err != nil || !now.Wants(library.StepScrape) {
			return err // it moved meanwhile: a user's own release is not to be lost
		}
		if open, err = keep(ctx, tx, it, profile.Fingerprint(), res); err != nil {
			return err
		}
		return tx.Apply(ctx, it.ID, library.Scraped{Candidates: open})
	})
	if err == nil {
		p.o.Log.Info("searched", "item", it.ID, "title", t.Name, "found", len(res.Judged), "suit", open)
	}
	return gone(err)
}

// keep stores a search: every release by every scraper that saw it, and each once as a candidate, with what it was judged
// by. It returns how many are open.
func keep(ctx context.Context, tx *db.Tx, it library.Item, by string, res search.Result) (int, error) {
	seen := map[string][]db.Found{}
	for _, s := range res.Sights {
		seen[s.Instance] = append(seen[s.Instance], s.Found)
	}
	ids := map[string]int64{}
	for _, instance := range slices.Sorted(maps.Keys(seen)) {
		found := seen[instance]
		got, err := tx.SaveReleases(ctx, instance, found)
		if err != nil {
			return 0, err
		}
		for i, id := range got {
			ids[found[i].Hash] = id
		}
	}
	cs := make([]db.Candidate, 0, len(res.Judged))
	for i, r := range res.Judged {
		cs = append(cs, candidate(it.ID, ids[r.Release.Hash], i, r.Verdict))
	}
	return tx.SaveCandidates(ctx, it.ID, by, cs)
}

func candidate(item, release int64, order int, v rank.Verdict) db.Candidate {
	c := db.Candidate{
		Item: item, Release: release, Order: order, Verdict: v.State.String(), Tier: int(v.Tier), Score: float64(v.Score),
		Code: string(v.Code), State: db.CandidateOpen,
	}
	if v.State == rank.Reject {
		c.State = db.CandidateRejected
	}
	return c
}
