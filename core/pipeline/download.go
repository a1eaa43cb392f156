package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

// download has a debrid provider take the item's next candidate. When the provider has it, its files are matched to the
// item, file by file; when no provider can have it, the next candidate follows.
func (p *Pipeline) download(ctx context.Context, j db.Job) error {
	it, err := p.db.Item(ctx, j.Step.Item)
	if err != nil || !it.Wants(library.StepDownload) {
		return gone(err)
	}
	c, err := p.next(ctx, it)
	if errors.Is(err, db.ErrNotFound) {
		return gone(p.db.Apply(ctx, it.ID, library.Exhausted{Reason: "no release is left to try"}))
	}
	if err != nil {
		return err
	}
	r, err := p.db.Release(ctx, c.Release)
	if err != nil {
		return fmt.Errorf("release %s: %w", c.Hash, err)
	}
	got := p.take(ctx, r)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case got.placement != nil:
		return p.fetched(ctx, it, c, r, *got.placement)
	case got.wait > 0:
		return p.wait(ctx, it, got.wait, got.why)
	case len(got.odd) > 0 && !j.Last:
		return fmt.Errorf("take release %s: %w", c.Hash, errors.Join(got.odd...))
	case len(got.odd)+len(got.errs) == 0 && len(got.denied) > 0:
		return p.wait(ctx, it, deniedWait, errors.Join(got.denied...).Error())
	}
	return p.reject(ctx, it, c, got.definite(), got.text())
}

// next is the candidate to try: the first that a provider has cached, among those that come first; else the first.
func (p *Pipeline) next(ctx context.Context, it library.Item) (db.Candidate, error) {
	if it.Kind == library.KindSeason {
		return p.nextPack(ctx, it)
	}
	first, err := p.db.NextCandidate(ctx, it.ID)
	if err != nil || first.Verdict == imported {
		return first, err // the user's word goes before everything
	}
	open, err := p.db.ChooseCandidates(ctx, db.Choice{Item: it.ID, States: []db.CandidateState{db.CandidateOpen}, Limit: lookAhead})
	if err != nil || len(open) == 0 {
		return first, err
	}
	if c := p.cachedFirst(ctx, open); c.Release != open[0].Release {
		return c, nil
	}
	return first, nil
}

// cachedFirst is the first of some candidates that a provider has cached, among those that come first; else the first.
func (p *Pipeline) cachedFirst(ctx context.Context, list []db.Candidate) db.Candidate {
	list = list[:min(len(list), lookAhead)]
	hashes := make([]string, len(list))
	for i, c := range list {
		hashes[i] = c.Hash
	}
	cached := p.find.Cached(ctx, hashes)
	for _, c := range list {
		if cached[c.Hash] {
			return c
		}
	}
	return list[0]
}

// downWait is how long a provider that is down, or failed in a way that it does not explain, is left before a release is
// offered again; one that limits calls tells how long itself. The instance's breaker keeps many items from asking at once.
const downWait = 10 * time.Second

// lookAhead is among how many of the best candidates a cached one is preferred.
const lookAhead = 20

// taking is what became of having a release taken.
type taking struct {
	placement *db.Placement // ready
	wait      time.Duration // nobody has it yet: when to ask again
	why       string        // of the wait
	errs      []error       // of the providers that cannot have it
	denied    []error       // of those that refuse the account, which says nothing about the release
	odd       []error       // of those that failed in a way nobody knows: tried again, then taken for a no
}

// deniedWait is how long an item waits that only refused accounts could have.
const deniedWait = 30 * time.Minute

// fault sorts why a provider did not take the release.
func (t *taking) fault(name string, err error) {
	err = fmt.Errorf("%s: %w", name, err)
	switch sdk.KindOf(err) {
	case sdk.NotFound, sdk.Gone, sdk.Invalid:
		t.errs = append(t.errs, err)
	case sdk.Denied:
		t.denied = append(t.denied, err)
	case sdk.Limited, sdk.Pending, sdk.Unavailable:
		t.later(max(sdk.RetryAfter(err), downWait), err.Error())
	default:
		t.odd = append(t.odd, err)
	}
}

func (t *taking) text() string {
	var texts []string
	for _, e := range slices.Concat(t.errs, t.odd, t.denied) {
		texts = append(texts, e.Error())
	}
	if len(texts) == 0 {
		return "no provider may take releases of the scrapers that found it"
	}
	return strings.Join(texts, "; ")
}

// definite reports whether every provider said that the release is dead.
func (t *taking) definite() bool {
	for _, e := range t.errs {
		if sdk.KindOf(e) != sdk.Gone {
			return false
		}
	}
	return len(t.errs) > 0 && len(t.odd)+len(t.denied) == 0
}

// take offers a release to the providers in their order.
func (p *Pipeline) take(ctx context.Context, r db.Release) *taking {
	t := &taking{}
	providers := p.providers(r)
	if len(p.pool.Of(sdk.CapabilityDebrid)) == 0 {
		t.wait, t.why = 10*time.Minute, "no debrid provider is configured"
	}
	for _, in := range providers {
		pl, err := p.offer(ctx, in, r)
		if ctx.Err() != nil {
			return t
		}
		switch {
		case err == nil && pl.State == sdk.PlacementReady:
			t.placement = stored(in.Name, r, pl, p.nodeOf(in))
			return t
		case err == nil:
			t.later(retryOf(pl), fmt.Sprintf("%s is at %.0f %%", in.Name, pl.Progress*100))
			return t
		}
		t.fault(in.Name, err)
	}
	return t
}

func (t *taking) later(d time.Duration, why string) {
	if t.wait == 0 || d < t.wait {
		t.wait, t.why = d, why
	}
}

// providers lists who may take a release: a block with `from` takes what those scrapers found, and what a user imports.
func (p *Pipeline) providers(r db.Release) []*plugin.Instance {
	var ps []*plugin.Instance
	for _, in := range p.pool.Of(sdk.CapabilityDebrid) {
		if len(in.From) == 0 || seenBy(r, in.From) {
			ps = append(ps, in)
		}
	}
	return ps
}

func seenBy(r db.Release, scrapers []string) bool {
	return slices.ContainsFunc(r.Sightings, func(s db.Sighting) bool {
		return s.Instance == ImportInstance || slices.Contains(scrapers, s.Instance)
	})
}

// offer asks one provider to take a release. A placement that failed, or does not move, is an error. What this call put
// into the account is noted at once: later ones only find it there.
func (p *Pipeline) offer(ctx context.Context, in *plugin.Instance, r db.Release) (pl sdk.Placement, err error) {
	req := sdk.AddRequest{
		Hash: r.Hash, Name: r.Name, Magnet: search.Magnet(r.Hash, r.Name, r.Magnet), WebSeeds: r.WebSeeds,
		Private: r.Private, Torrent: p.find.Torrent(ctx, r),
	}
	err = in.Call(ctx, "add", func(ctx context.Context) error {
		pl, err = in.Debrid().Add(ctx, req)
		return err
	})
	if err == nil && pl.Added {
		err = p.db.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.SavePlacement(ctx, *stored(in.Name, r, pl, p.nodeOf(in)))
			return err
		})
	}
	if err != nil {
		return pl, err
	}
	key := in.Name + "/" + pl.ID
	switch {
	case pl.State == sdk.PlacementFailed:
		err = sdk.Errorf(sdk.NotFound, "%s", orElse(pl.Message, "the provider could not fetch it"))
	case pl.State == sdk.PlacementReady:
		p.patience.forget(key)
	case p.patience.over(key, pl.Progress, time.Now()):
		err = sdk.Errorf(sdk.NotFound, "it has stood at %.0f %% for %s", pl.Progress*100, patienceLasts)
	}
	if err != nil {
		p.patience.forget(key)
		p.discard(ctx, in.Name, r.ID)
	}
	return pl, err
}

// discard takes a release out of an account that was put there by us and is of no use.
func (p *Pipeline) discard(ctx context.Context, instance string, release int64) {
	pl, err := p.db.Placement(ctx, instance, release)
	in, ok := p.pool.Find(sdk.CapabilityDebrid, instance)
	if err == nil && ok && pl.Added {
		err = p.withdraw(ctx, in, pl)
	}
	if gone(err) != nil {
		p.o.Log.Warn("a release of no use could not be taken out of the account", "instance", instance, "release", release, "err", err)
	}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func retryOf(pl sdk.Placement) time.Duration {
	if pl.Retry > 0 {
		return pl.Retry
	}
	return 15 * time.Second
}

// nodeOf names this daemon where the instance's links are good on it only.
func (p *Pipeline) nodeOf(in *plugin.Instance) string {
	if in.Has(sdk.FlagLocal) {
		return p.o.Node
	}
	return ""
}

func stored(instance string, r db.Release, pl sdk.Placement, node string) *db.Placement {
	return &db.Placement{
		Instance: instance, Release: r.ID, Hash: r.Hash, Provider: pl.ID, State: pl.State, Files: pl.Files,
		Node: node, Added: pl.Added, Checked: time.Now(),
	}
}

// wait puts the item off. A short wait stays with the job, so that the item's log does not fill with it.
func (p *Pipeline) wait(ctx context.Context, it library.Item, d time.Duration, why string) error {
	if d < time.Minute {
		return db.Snooze(d)
	}
	return gone(p.db.Apply(ctx, it.ID, library.Waiting{Until: time.Now().Add(d), Reason: why}))
}

// retryRejected is how long a release that did not work is left alone.
const retryRejected = 24 * time.Hour

// reject gives up a candidate and goes on with the next. It is blacklisted only where every provider said for the second
// time that it is dead; otherwise it may be tried again another day.
func (p *Pipeline) reject(ctx context.Context, it library.Item, c db.Candidate, dead bool, reason string) error {
	mark := db.CandidateMark{State: db.CandidateFailed, Evidence: reason, Again: time.Now().Add(retryRejected)}
	if dead {
		mark.Evidence = deadOnce + reason
		if strings.HasPrefix(c.Evidence, deadOnce) {
			mark = db.CandidateMark{State: db.CandidateBlacklisted, Evidence: reason}
		}
	}
	p.o.Log.Info("a release did not work", "item", it.ID, "release", c.Name, "reason", reason, "dead", dead)
	return gone(p.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.MarkCandidate(ctx, it.ID, c.Release, mark); err != nil {
			return err
		}
		left, err := tx.CountOpen(ctx, it.ID)
		if err != nil {
			return err
		}
		if left > 0 {
			return tx.Apply(ctx, it.ID, library.Rejected{Reason: reason})
		}
		return tx.Apply(ctx, it.ID, library.Exhausted{Reason: reason})
	}))
}

// deadOnce marks evidence that a release is dead which was not seen a second time yet.
const deadOnce = "dead, said once: "

// fetched matches the files of a ready placement with the item and stores them, or rejects the release.
func (p *Pipeline) fetched(ctx context.Context, it library.Item, c db.Candidate, r db.Release, pl db.Placement) error {
	t, err := p.db.Title(ctx, it.Title)
	if err != nil {
		return err
	}
	chosen, refused := rank.SelectFiles(search.Wanted(t.Title, it), pl.Files)
	if len(chosen) == 0 {
		p.discard(ctx, pl.Instance, r.ID)
		return p.reject(ctx, it, c, false, "none of its files is what is wanted: "+firstReason(refused))
	}
	if n := missingPart(chosen); n > 0 {
		p.discard(ctx, pl.Instance, r.ID)
		return p.reject(ctx, it, c, false, fmt.Sprintf("part %d of the film is missing", n))
	}
	var ps packs
	if it.Kind == library.KindSeason {
		if ps, err = p.packsOf(ctx, it); err != nil {
			return err
		}
		ps.without(c.Release)
	}
	found, moved := 0, false
	err = p.db.Tx(ctx, func(tx *db.Tx) error {
		now, err := tx.Item(ctx, it.ID)
		if moved = err == nil && !now.Wants(library.StepDownload); err != nil || moved {
			return err // paused, removed or complete meanwhile
		}
		if _, err := tx.SavePlacement(ctx, pl); err != nil {
			return err
		}
		got := taken{c, r, pl, chosen}
		switch it.Kind {
		case library.KindSeason:
			found, err = p.keepPack(ctx, tx, it, got, ps)
		case library.KindEpisode:
			found, err = keepEpisode(ctx, tx, it, got)
		default:
			found, err = 1, keepFilm(ctx, tx, it, got)
		}
		return err
	})
	switch {
	case err != nil || moved:
		return gone(err)
	case found == 0:
		p.discard(ctx, pl.Instance, r.ID)
		return p.reject(ctx, it, c, false, "none of its files is an episode that is missing")
	}
	p.o.Log.Info("fetched", "item", it.ID, "title", t.Name, "release", r.Name, "provider", pl.Instance)
	return nil
}

func firstReason(rs []rank.Rejection) string {
	if len(rs) == 0 {
		return "it holds no video"
	}
	return rs[0].Code.Text()
}
