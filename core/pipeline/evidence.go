package pipeline

import (
	"context"
	"path"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/sdk"
)

// Evidence acts on what a provider answered about a file. Only a provider that says twice, some time apart, that the file
// is gone loses its placement, and only a file that nobody holds any more leaves the library: an outage never costs data.
func (p *Pipeline) Evidence(ctx context.Context, f db.File, e link.Evidence) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	lost := false
	err := p.db.Tx(ctx, func(tx *db.Tx) error {
		var err error
		lost, err = p.weigh(ctx, tx, f, e)
		return err
	})
	if err != nil {
		p.o.Log.Error("evidence about a file could not be kept", "file", f.ID, "err", err)
		return
	}
	if lost {
		p.lose(ctx, f, e)
	}
}

// confirmAfter is how long after the first a second answer counts.
const confirmAfter = time.Minute

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
	if _, err := tx.SavePlacement(ctx, pl); err != nil {
		return false, err
	}
	if pl.State != sdk.PlacementFailed {
		return false, nil
	}
	others, err := tx.PlacementsFor(ctx, f.ID)
	if err != nil {
		return false, err
	}
	for _, o := range others {
		if o.State != sdk.PlacementFailed {
			return false, nil
		}
	}
	return true, nil
}

// lose takes a file that nobody holds any more out of the library and has its items fetched again.
func (p *Pipeline) lose(ctx context.Context, f db.File, e link.Evidence) {
	if !p.cap.allow(time.Now()) {
		p.o.Log.Error("more files than usual are said to be gone: this one stays until an hour has passed", "file", f.ID, "path", f.Path)
		return
	}
	var removed []sdk.Change
	err := p.db.Tx(ctx, func(tx *db.Tx) error {
		removed = nil
		fresh, err := tx.File(ctx, f.ID)
		if err != nil {
			return err
		}
		rows, err := tx.Paths(ctx, f.ID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			removed = append(removed, sdk.Change{Path: path.Join(p.set.Load().Base, r.Path), Kind: sdk.ChangeDeleted, Library: r.Library})
		}
		for _, item := range fresh.Items {
			if err := p.loseItem(ctx, tx, item, fresh, e.Text); err != nil {
				return err
			}
		}
		return tx.RemoveFile(ctx, f.ID)
	})
	if err != nil {
		p.o.Log.Error("a file that is gone could not be taken out", "file", f.ID, "err", err)
		return
	}
	p.o.Log.Warn("a file is gone from every provider and is fetched again", "path", f.Path, "evidence", e.Text)
	p.Removed(ctx, removed)
}

func (p *Pipeline) loseItem(ctx context.Context, tx *db.Tx, item int64, f db.File, reason string) error {
	if _, err := tx.Unlink(ctx, item, f.ID); err != nil {
		return err
	}
	if err := tx.MarkCandidate(ctx, item, f.Release, db.CandidateMark{State: db.CandidateBlacklisted, Evidence: reason}); err != nil && gone(err) != nil {
		return err
	}
	left, err := tx.CountOpen(ctx, item)
	if err != nil {
		return err
	}
	return tx.Apply(ctx, item, library.FileGone{Left: left, Reason: reason})
}
