package pipeline

import (
	"context"
	"slices"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
)

// worthAnother is how many missing episodes another release must hold for it to be taken for a season too. Of one alone
// there is more choice among releases of that episode.
const worthAnother = 2

// packs are the releases that may be tried for a season, in their order, with what each holds as its name tells.
type packs struct {
	season     library.Item
	candidates []db.Candidate
	ranked     []rank.Ranked // of the same places
	target     *rank.Target
}

// packsOf reads the releases that may be tried for a season.
func (p *Pipeline) packsOf(ctx context.Context, season library.Item) (packs, error) {
	ps := packs{season: season}
	t, err := p.db.Title(ctx, season.Title)
	if err != nil {
		return ps, err
	}
	if ps.target, err = search.Target(ctx, p.db.Reader, t, season); err != nil {
		return ps, err
	}
	all, err := p.db.Candidates(ctx, season.ID)
	if err != nil {
		return ps, err
	}
	now := time.Now()
	var ids []int64
	for _, c := range all {
		if c.State == db.CandidateOpen || c.State == db.CandidateFailed && !c.Again.IsZero() && !c.Again.After(now) {
			ps.candidates, ids = append(ps.candidates, c), append(ids, c.Release)
		}
	}
	stored, err := p.db.Judged(ctx, season.ID, ids)
	if err != nil {
		return ps, err
	}
	profile := p.set.Load().profile(season.Profile)
	verdicts := map[int64]rank.Ranked{}
	for _, s := range stored {
		c, _ := search.Candidate(s.Found)
		verdicts[s.Found.ID] = rank.Ranked{Candidate: c, Verdict: profile.Judge(ps.target, c)}
	}
	for _, id := range ids {
		ps.ranked = append(ps.ranked, verdicts[id])
	}
	return ps, nil
}

// countable reports whether it is known which episodes the season has.
func (ps *packs) countable() bool {
	n := ps.season.Season
	return n > 0 && n < len(ps.target.SeasonLengths) && ps.target.SeasonLengths[n] > 0
}

// adding gives the releases that hold most of the episodes that are missing, best first, and how many that is. Where none
// is known to hold any it is those of which it is not told what they hold.
func (ps *packs) adding(episodes []library.Item) (best []db.Candidate, missing int) {
	if !ps.countable() {
		return ps.candidates, 0
	}
	lacking := map[int]bool{}
	for _, e := range episodes {
		lacking[e.Episode] = lacks(e)
	}
	have := func(_, episode int) bool { return !lacking[episode] }
	places, n := rank.Adding(ps.target, ps.ranked, have)
	for _, i := range places {
		best = append(best, ps.candidates[i])
	}
	if n > 0 {
		return best, n
	}
	for i, r := range ps.ranked {
		if c := r.Match.Covers; r.State != rank.Reject && len(c.Seasons) == 0 && len(c.Episodes) == 0 {
			best = append(best, ps.candidates[i])
		}
	}
	return best, 0
}

// without leaves out a release.
func (ps *packs) without(release int64) {
	if i := slices.IndexFunc(ps.candidates, func(c db.Candidate) bool { return c.Release == release }); i >= 0 {
		ps.candidates, ps.ranked = slices.Delete(ps.candidates, i, i+1), slices.Delete(ps.ranked, i, i+1)
	}
}

// nextPack is the release to try for a season: of those that hold most of what is missing the first that a provider has
// cached, else the first.
func (p *Pipeline) nextPack(ctx context.Context, season library.Item) (db.Candidate, error) {
	ps, err := p.packsOf(ctx, season)
	if err != nil {
		return db.Candidate{}, err
	}
	if len(ps.candidates) > 0 && ps.candidates[0].Verdict == imported {
		return ps.candidates[0], nil // the user's word goes before everything
	}
	episodes, err := p.db.EpisodeItems(ctx, season.ID)
	if err != nil {
		return db.Candidate{}, err
	}
	best, _ := ps.adding(episodes)
	if len(best) == 0 {
		return db.Candidate{}, db.ErrNotFound
	}
	return p.cachedFirst(ctx, best), nil
}
