package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

const (
	againEvery = 10 * time.Minute // it is looked this often whether something is to be judged again
	againTurn  = time.Minute      // a job judges for so long, then lets others have their turn
	againTell  = 5 * time.Second  // progress is told this often
)

// watchJudged has what was found judged again when it was judged by something else than what holds now: another profile,
// other rules, another reading of names, another title. It looks at the start, after every change of the settings, and
// now and then, until ctx ends.
func (p *Pipeline) watchJudged(ctx context.Context) error {
	tick := time.NewTicker(againEvery)
	defer tick.Stop()
	for {
		if err := p.queueJudge(ctx); err != nil && ctx.Err() == nil {
			p.o.Log.Error("it cannot be told what is to be judged again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.changed:
		case <-tick.C:
		}
	}
}

func (p *Pipeline) queueJudge(ctx context.Context) error {
	if n, err := p.db.FoldTitles(ctx); err != nil {
		return err
	} else if n > 0 {
		p.o.Log.Info("the names of titles were folded anew", "titles", n)
	}
	stale, err := p.stale(ctx)
	if err != nil || len(stale) == 0 {
		return err
	}
	return p.db.Enqueue(ctx, library.Step{Kind: library.StepJudge})
}

func (p *Pipeline) stale(ctx context.Context) ([]db.Stale, error) {
	set := p.set.Load()
	return p.db.Stale(ctx, func(name string) string { return set.by(name) })
}

// by is what the candidates of a profile's items are judged by now.
func (s *Settings) by(profile string) string {
	if c := s.profile(profile); c != nil {
		return c.Fingerprint()
	}
	return ""
}

// judgeFound judges again what was found, without any search, in batches of which each is kept as soon as it is done: ended by
// force, it goes on where it was.
func (p *Pipeline) judgeFound(ctx context.Context, _ db.Job) error {
	stale, err := p.stale(ctx)
	if err != nil || len(stale) == 0 {
		return err
	}
	run := &judgeRun{Pipeline: p, set: p.set.Load(), began: time.Now(), told: time.Now()}
	p.o.Log.Info("judging again what was found", "items", len(stale))
	for len(stale) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := portion(stale, p.o.Judge)
		if err := run.batch(ctx, stale[:n]); err != nil {
			return fmt.Errorf("judge again: %w", err)
		}
		stale = stale[n:]
		if now := time.Now(); now.Sub(run.told) > againTell {
			run.told = now
			p.o.Log.Info("judging again", "releases", run.done, "items left", len(stale))
		}
		if len(stale) > 0 && time.Since(run.began) > againTurn {
			return db.Snooze(time.Millisecond)
		}
	}
	p.o.Log.Info("judged again what was found", "releases", run.done, "changed", run.changed, "woken", run.woken,
		"took", time.Since(run.began).Round(time.Millisecond))
	return nil
}

// portion is how many of the items are judged in one transaction: one at least.
func portion(list []db.Stale, most int) int {
	n, sum := 0, 0
	for n < len(list) && (n == 0 || sum+list[n].Candidates <= most) {
		sum += list[n].Candidates
		n++
	}
	return n
}

// judgeRun is a run of judging.
type judgeRun struct {
	*Pipeline
	set                  *Settings
	began, told          time.Time
	done, changed, woken int
}

// batch judges the candidates of some items in one transaction.
func (a *judgeRun) batch(ctx context.Context, stale []db.Stale) error {
	ids := make([]int64, len(stale))
	for i, s := range stale {
		ids[i] = s.Item
	}
	var b *rejudging
	err := a.db.Tx(ctx, func(tx *db.Tx) error {
		b = &rejudging{
			tx: tx, set: a.set, titles: map[int64]known{}, wholes: map[int64]*rank.Target{},
			read: map[int64]*release.Release{}, judged: map[string][]int64{},
		}
		return b.items(ctx, ids)
	})
	if err != nil {
		return err
	}
	a.done, a.changed, a.woken = a.done+b.done, a.changed+len(b.changed), a.woken+b.woken
	return nil
}

// rejudging is one transaction of it.
type rejudging struct {
	tx      *db.Tx
	set     *Settings
	titles  map[int64]known
	wholes  map[int64]*rank.Target     // all of a title
	read    map[int64]*release.Release // what was read anew, by release
	changed []db.Candidate
	judged  map[string][]int64 // items by what they were judged by
	wake    []int64

	done, woken int
}

func (b *rejudging) items(ctx context.Context, ids []int64) error {
	all, err := b.tx.JudgedOf(ctx, ids)
	if err != nil {
		return err
	}
	items, err := b.tx.ItemsByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if len(all[id]) == 0 {
			continue // removed meanwhile
		}
		if err := b.item(ctx, items[id], all[id]); err != nil {
			return err
		}
	}
	return b.save(ctx)
}

func (b *rejudging) item(ctx context.Context, it library.Item, stored []db.Stored) error {
	profile := b.set.profile(it.Profile)
	if profile == nil {
		return nil // the settings know no profile at all
	}
	target, err := b.target(ctx, it)
	if err != nil {
		return err
	}
	fresh := b.rank(target, profile, stored)
	open := false
	for _, c := range fresh {
		open = open || c.State == db.CandidateOpen
	}
	if open && unsuited(it) {
		b.wake = append(b.wake, it.ID)
	}
	by := profile.Fingerprint()
	b.judged[by] = append(b.judged[by], it.ID)
	b.done += len(stored)
	return nil
}

// unsuited reports whether an item waits because nothing that was found suited.
func unsuited(it library.Item) bool {
	if it.Kind.Group() {
		return false // its episodes went their own ways; what they lack they find among their own
	}
	return it.State == library.StateFailed && (it.Back == library.StateIndexed || it.Back == library.StateScraped) ||
		it.State == library.StateIndexed && !it.WakeAt.IsZero() && !it.Packed
}

// known is a title with those that are called like it.
type known struct {
	title  sdk.Title
	rivals []sdk.Title
}

func (b *rejudging) known(ctx context.Context, title int64) (known, error) {
	if k, ok := b.titles[title]; ok {
		return k, nil
	}
	t, err := b.tx.Title(ctx, title)
	if err != nil {
		return known{}, err
	}
	k := known{title: t.Title}
	if k.rivals, err = b.tx.Rivals(ctx, title); err == nil {
		b.titles[title] = k
	}
	return k, err
}

func (b *rejudging) target(ctx context.Context, it library.Item) (*rank.Target, error) {
	k, err := b.known(ctx, it.Title)
	if err != nil {
		return nil, err
	}
	return rank.NewTarget(*search.Wanted(k.title, it, k.rivals...)), nil
}

// whole is all of a title.
func (b *rejudging) whole(ctx context.Context, title int64) (*rank.Target, error) {
	if t := b.wholes[title]; t != nil {
		return t, nil
	}
	k, err := b.known(ctx, title)
	if err != nil {
		return nil, err
	}
	b.wholes[title] = search.Whole(k.title, search.Rivals(k.title, k.rivals))
	return b.wholes[title], nil
}

// rank judges the candidates of one item anew, notes what changed, and gives them as they are now. What a user named stays
// where it is, before all others; what was tried keeps its state.
func (b *rejudging) rank(target *rank.Target, profile *rank.Compiled, stored []db.Stored) []db.Candidate {
	at := map[string]*db.Stored{}
	var list []rank.Candidate
	var out []db.Candidate
	for i := range stored {
		s := &stored[i]
		if s.Verdict == imported {
			out = append(out, s.Candidate)
			continue
		}
		c, stale := search.Candidate(s.Found)
		if stale || s.Found.Parser != int(release.Version) {
			b.read[s.Found.ID] = c.Parsed
		}
		at[s.Hash] = s
		list = append(list, c)
	}
	slices.SortFunc(out, func(a, b db.Candidate) int { return a.Order - b.Order })
	for i := range out {
		out[i].Order = i
	}
	for _, r := range search.Rank(target, profile, list) {
		s := at[r.Release.Hash]
		c := candidate(s.Item, s.Found.ID, len(out), r.Verdict)
		if s.State != db.CandidateOpen && s.State != db.CandidateRejected {
			c.State = s.State
		}
		if differs(s.Candidate, c) {
			b.changed = append(b.changed, c)
		}
		out = append(out, c)
	}
	return out
}

func differs(old, c db.Candidate) bool {
	return old.Order != c.Order || old.Verdict != c.Verdict || old.Tier != c.Tier || old.Score != c.Score ||
		old.Code != c.Code || old.State != c.State
}

// save stores what changed and wakes the items that something suits now.
func (b *rejudging) save(ctx context.Context) error {
	if err := b.saveRead(ctx); err != nil {
		return err
	}
	if err := b.tx.SaveJudged(ctx, b.changed, b.judged); err != nil {
		return err
	}
	for _, id := range b.wake {
		n, err := b.tx.CountOpen(ctx, id)
		if err != nil {
			return err
		}
		if err := b.tx.Apply(ctx, id, library.Scraped{Candidates: n}); err != nil {
			return err
		}
		b.woken++
	}
	return nil
}

// saveRead stores what was read anew, and what the releases hold of each title by it.
func (b *rejudging) saveRead(ctx context.Context) error {
	ids := slices.Sorted(maps.Keys(b.read))
	readings := make([]db.Reading, len(ids))
	for i, id := range ids {
		readings[i] = db.Reading{Release: id, Parsed: b.read[id].AppendBinary(nil), Parser: int(release.Version)}
	}
	if err := b.tx.SaveReadings(ctx, readings); err != nil {
		return err
	}
	titles, err := b.tx.TitlesOf(ctx, ids)
	if err != nil {
		return err
	}
	var held []db.Covering
	for _, id := range ids {
		for _, title := range titles[id] {
			all, err := b.whole(ctx, title)
			if err != nil {
				return err
			}
			c := db.Covering{Release: id, Title: title}
			c.Covers, c.Verdict = search.Covers(all, b.read[id])
			held = append(held, c)
		}
	}
	return b.tx.SaveCovers(ctx, ids, held)
}

// Explain says why candidates of an item were judged as they were, by the profiles in force.
func (p *Pipeline) Explain(ctx context.Context, it library.Item, releases []int64) ([]search.Explained, error) {
	profile := p.set.Load().profile(it.Profile)
	if profile == nil {
		return nil, nil
	}
	return p.find.Explain(ctx, it, profile, releases)
}
