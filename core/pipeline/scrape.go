package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
)

// scrape searches releases of an item and keeps them in order, the rejected ones with their reasons.
func (p *Pipeline) scrape(ctx context.Context, j db.Job) error {
	it, err := p.db.Item(ctx, j.Step.Item)
	if err != nil || !it.Wants(library.StepScrape) {
		return gone(err)
	}
	t, err := p.db.Title(ctx, it.Title)
	if err != nil {
		return gone(err)
	}
	res, err := p.find.Find(ctx, t, it, p.set.Load().profile(it.Profile))
	if err != nil {
		return err
	}
	if failed := res.Failed(); len(res.Sights) == 0 && len(failed) > 0 {
		// Not the same as nothing found: by the kind of the least final failure it is tried again soon.
		return p.fail(ctx, it, library.StepScrape, fmt.Errorf("search: %w", plugin.Worst(failed)))
	}
	open := 0
	err = p.db.Tx(ctx, func(tx *db.Tx) error {
		now, err := tx.Item(ctx, it.ID)
		if err != nil || !now.Wants(library.StepScrape) {
			return err // it moved meanwhile: a user's own release is not to be lost
		}
		if open, err = keep(ctx, tx, it, res); err != nil {
			return err
		}
		return tx.Apply(ctx, it.ID, library.Scraped{Candidates: open})
	})
	if err == nil {
		p.o.Log.Info("searched", "item", it.ID, "title", t.Name, "found", len(res.Judged), "suit", open)
	}
	return gone(err)
}

// keep stores a search: every release by every scraper that saw it, and each once as a candidate. It returns how many
// are open.
func keep(ctx context.Context, tx *db.Tx, it library.Item, res search.Result) (int, error) {
	by := map[string][]db.Found{}
	for _, s := range res.Sights {
		by[s.Instance] = append(by[s.Instance], s.Found)
	}
	ids := map[string]int64{}
	for _, instance := range slices.Sorted(maps.Keys(by)) {
		found := by[instance]
		got, err := tx.SaveReleases(ctx, instance, found)
		if err != nil {
			return 0, err
		}
		for i, id := range got {
			ids[found[i].Hash] = id
		}
	}
	cs := make([]db.Candidate, 0, len(res.Judged))
	for i, jd := range res.Judged {
		c, err := candidate(it.ID, ids[jd.Hash], i, jd)
		if err != nil {
			return 0, err
		}
		cs = append(cs, c)
	}
	return tx.SaveCandidates(ctx, it.ID, cs)
}

func candidate(item, release int64, order int, jd search.Judged) (db.Candidate, error) {
	reasons, err := json.Marshal(jd.Verdict.Reasons)
	if err != nil {
		return db.Candidate{}, fmt.Errorf("reasons of release %s: %w", jd.Hash, err)
	}
	state := db.CandidateOpen
	if jd.Verdict.State == rank.Reject {
		state = db.CandidateRejected
	}
	return db.Candidate{
		Item: item, Release: release, Hash: jd.Hash, Order: order, Verdict: jd.Verdict.State.String(), Tier: int(jd.Verdict.Tier),
		Score: float64(jd.Verdict.Score), Reasons: reasons, State: state,
	}, nil
}
