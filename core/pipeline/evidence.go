package pipeline

import (
	"context"
	"errors"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/sdk"
)

// doubt is what a provider answered about a file.
type doubt struct {
	file     db.File
	evidence link.Evidence
}

// maxDoubts is how much evidence may wait to be weighed.
const maxDoubts = 64

// Evidence takes note of what a provider answered about a file; it returns at once, for a reader waits. It is weighed while
// Run runs. What does not fit is dropped: the next read tells it again.
func (p *Pipeline) Evidence(_ context.Context, f db.File, e link.Evidence) {
	select {
	case p.doubts <- doubt{f, e}:
	default:
		p.o.Log.Debug("evidence was dropped: there is too much of it", "file", f.ID, "instance", e.Placement.Instance)
	}
}

func (p *Pipeline) judgeAll(ctx context.Context) error {
	for {
		select {
		case d := <-p.doubts:
			p.judge(ctx, d.file, d.evidence)
		case <-ctx.Done():
			return nil
		}
	}
}

// judgeTimeout is how long weighing one answer may take.
const judgeTimeout = 2 * time.Minute

// judge acts on evidence. Only a provider that says twice, some time apart, that the file is gone loses its placement, and
// only a file that nobody holds any more leaves the library: an outage never costs data. That the account does not have
// it is no loss yet: it is added again.
func (p *Pipeline) judge(ctx context.Context, f db.File, e link.Evidence) {
	ctx, cancel := context.WithTimeout(ctx, judgeTimeout)
	defer cancel()
	if e.Kind == sdk.NotFound || e.Kind == sdk.Gone {
		p.standIn(ctx, f, e.Placement)
	}
	if e.Kind == sdk.NotFound && !p.stillMissing(ctx, f, &e) {
		return
	}
	var removed []sdk.Change
	allowed := sync.OnceValue(func() bool { return p.cap.allow(time.Now()) })
	err := p.db.Tx(ctx, func(tx *db.Tx) error {
		removed = nil
		lost, err := p.weigh(ctx, tx, f, e)
		if err != nil || !lost {
			return err
		}
		if !allowed() {
			return errTooMany
		}
		removed, err = p.lose(ctx, tx, f, e)
		return err
	})
	switch {
	case errors.Is(err, errTooMany):
		p.o.Log.Error("more files than usual are said to be gone: this one stays for now", "file", f.ID, "path", f.Path)
	case err != nil && ctx.Err() == nil:
		p.o.Log.Error("evidence about a file could not be kept", "file", f.ID, "err", err)
	case len(removed) > 0:
		p.o.Log.Warn("a file is gone from every provider and is fetched again", "path", f.Path, "evidence", e.Text)
		p.Removed(ctx, removed)
	}
}

// standIn has another provider take the release of a file that one cannot serve, where no other holds it yet, so that
// readers need not wait until that one's answer is confirmed.
func (p *Pipeline) standIn(ctx context.Context, f db.File, missing db.Placement) {
	all, err := p.db.PlacementsFor(ctx, f.ID)
	if err != nil || slices.ContainsFunc(all, func(o db.Placement) bool {
		return o.Instance != missing.Instance && o.State == sdk.PlacementReady && o.Gone == 0
	}) {
		return
	}
	r, err := p.db.Release(ctx, f.Release)
	if err != nil {
		return // it has left the library
	}
	for _, in := range p.providers(r) {
		if in.Name == missing.Instance {
			continue
		}
		pl, err := p.offer(ctx, in, r)
		if err != nil || pl.State != sdk.PlacementReady {
			continue // it is asked again at the next read that fails
		}
		err = p.db.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.SavePlacement(ctx, *stored(in.Name, r, pl, p.nodeOf(in)))
			return err
		})
		if err != nil {
			p.o.Log.Error("a provider that took over a file could not be kept", "file", f.ID, "instance", in.Name, "err", err)
			return
		}
		p.o.Log.Info("another provider took over a file", "path", f.Path, "from", missing.Instance, "to", in.Name)
		return
	}
}

// errTooMany says that no more files may leave the library for now. Nothing is noted then, so that the next read of the
// file tells again that it is gone.
var errTooMany = errors.New("too many files are gone")

// confirmAfter is how long after the first a second answer counts.
const confirmAfter = time.Minute

// stillMissing has a provider take a release again that its account does not have any more, and reports whether it cannot,
// with its answer as the evidence.
func (p *Pipeline) stillMissing(ctx context.Context, f db.File, e *link.Evidence) bool {
	pl, err := p.db.Placement(ctx, e.Placement.Instance, e.Placement.Release)
	if err != nil || time.Since(pl.Checked) < confirmAfter {
		return false
	}
	in, ok := p.pool.Find(sdk.CapabilityDebrid, pl.Instance)
	if !ok {
		return false
	}
	r, err := p.db.Release(ctx, f.Release)
	if err != nil {
		return false
	}
	fresh, err := p.offer(ctx, in, r)
	if err == nil {
		err = p.db.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.SavePlacement(ctx, *stored(in.Name, r, fresh, p.nodeOf(in)))
			return err
		})
		p.o.Log.Info("a release was added again that the account had lost", "instance", in.Name, "release", r.Name, "err", err)
		return false
	}
	e.Kind, e.Text = sdk.KindOf(err), err.Error()
	return e.Kind == sdk.Gone || e.Kind == sdk.NotFound
}

// weigh notes one answer and reports whether the file is lost.
func (p *Pipeline) weigh(ctx context.Context, tx *db.Tx, f db.File, e link.Evidence) (lost bool, err error) {
	pl, err := tx.Placement(ctx, e.Placement.Instance, e.Placement.Release)
	if err != nil {
		return false, gone(err)
	}
	now := tx.Now()
	switch {
	case e.Kind == "":
		pl.Gone, pl.Evidence = 0, ""
	case pl.Gone == 0:
		pl.Gone, pl.Evidence, pl.Checked = 1, e.Text, now
	case now.Sub(pl.Checked) < confirmAfter:
		return false, nil
	default:
		pl.Gone, pl.Evidence, pl.State, pl.Checked = pl.Gone+1, e.Text, sdk.PlacementFailed, now
	}
	if _, err := tx.SavePlacement(ctx, pl); err != nil || pl.State != sdk.PlacementFailed {
		return false, err
	}
	holders, err := tx.PlacementsFor(ctx, f.ID)
	if err != nil {
		return false, err
	}
	for _, o := range holders {
		if o.State != sdk.PlacementFailed {
			return false, nil
		}
	}
	return true, nil
}

// lose takes a file that nobody holds any more out of the library, with the other parts of its film, and has its items
// fetched again. It gives the paths.
func (p *Pipeline) lose(ctx context.Context, tx *db.Tx, f db.File, e link.Evidence) ([]sdk.Change, error) {
	fresh, err := tx.File(ctx, f.ID)
	if err != nil {
		return nil, gone(err)
	}
	parts, err := partsOf(ctx, tx, fresh)
	if err != nil {
		return nil, err
	}
	var removed []sdk.Change
	for _, part := range parts {
		rows, err := tx.Paths(ctx, part.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			removed = append(removed, sdk.Change{Path: path.Join(p.set.Load().Base, r.Path), Kind: sdk.ChangeDeleted, Library: r.Library})
		}
	}
	for _, item := range fresh.Items {
		if err := p.loseItem(ctx, tx, item, fresh, e); err != nil {
			return nil, err
		}
	}
	for _, part := range parts {
		if err := tx.RemoveFile(ctx, part.ID); err != nil {
			return nil, err
		}
	}
	return removed, nil
}

// partsOf gives a file with the other parts of its film, none of which is of use without it.
func partsOf(ctx context.Context, tx *db.Tx, f db.File) ([]db.File, error) {
	if f.Part == 0 {
		return []db.File{f}, nil
	}
	all, err := tx.FilesOfRelease(ctx, f.Release)
	return slices.DeleteFunc(all, func(o db.File) bool { return o.Part == 0 || !slices.Equal(o.Items, f.Items) }), err
}

// loseItem has an item go on without a file. Its release is not tried again where it is dead, and not today where the
// providers merely do not have it.
func (p *Pipeline) loseItem(ctx context.Context, tx *db.Tx, item int64, f db.File, e link.Evidence) error {
	if _, err := tx.Unlink(ctx, item, f.ID); err != nil {
		return err
	}
	mark := db.CandidateMark{State: db.CandidateFailed, Evidence: e.Text, Again: tx.Now().Add(retryRejected)}
	if e.Kind == sdk.Gone {
		mark = db.CandidateMark{State: db.CandidateBlacklisted, Evidence: e.Text}
	}
	// An episode's file may be from a candidate of its season.
	if err := tx.MarkCandidate(ctx, item, f.Release, mark); gone(err) != nil {
		return err
	}
	left, err := tx.CountOpen(ctx, item)
	if err != nil {
		return err
	}
	return tx.Apply(ctx, item, library.FileGone{Left: left, Reason: e.Text})
}
