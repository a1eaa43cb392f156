package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
)

// Actions are what a user can do to an item.
func Actions() []string {
	return []string{"retry", "pause", "resume", "reset", "blacklist", "unblacklist"}
}

func event(action string) (library.Event, error) {
	switch action {
	case "retry":
		return library.Retry{}, nil
	case "pause":
		return library.Pause{}, nil
	case "resume":
		return library.Resume{}, nil
	case "reset":
		return library.Reset{}, nil
	case "blacklist":
		return library.Blacklist{}, nil
	case "unblacklist":
		return library.Unblacklist{}, nil
	}
	return nil, &sdk.Error{Kind: sdk.Invalid, Message: fmt.Sprintf("there is no action %q: it is one of %s", action, strings.Join(Actions(), ", "))}
}

// Act does to an item what a user says. A reset, and a blacklisting, take its files out of the library.
func (p *Pipeline) Act(ctx context.Context, item int64, action string) error {
	e, err := event(action)
	if err != nil {
		return err
	}
	var out db.Removal
	var removed []sdk.Change
	err = p.db.Tx(ctx, func(tx *db.Tx) error {
		if action == "reset" || action == "blacklist" {
			var err error
			if removed, err = p.paths(ctx, tx, item, sdk.ChangeDeleted); err != nil {
				return err
			}
			if out, err = tx.ClearItem(ctx, item); err != nil {
				return err
			}
		}
		return tx.Apply(ctx, item, e)
	})
	if errors.Is(err, library.ErrConflict) {
		return &sdk.Error{Kind: sdk.Invalid, Message: err.Error()}
	}
	if err != nil {
		return fmt.Errorf("%s item %d: %w", action, item, err)
	}
	p.afterRemoval(ctx, out, removed)
	return nil
}

// paths lists where the files of an item, and of what is below it, stand.
func (p *Pipeline) paths(ctx context.Context, r *db.Tx, item int64, kind sdk.ChangeKind) ([]sdk.Change, error) {
	files, err := r.FilesOf(ctx, item)
	if err != nil {
		return nil, err
	}
	base := p.set.Load().Base
	var cs []sdk.Change
	for _, f := range files {
		rows, err := r.Paths(ctx, f.ID)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			cs = append(cs, sdk.Change{Path: path.Join(base, row.Path), Kind: kind, Library: row.Library})
		}
	}
	return cs, nil
}

// errPreview ends a transaction that was only to show what it would do.
var errPreview = errors.New("preview")

// Remove takes a film or a show out of the library, and its releases out of the accounts where we added them and nothing
// else needs them. With preview it only tells what it would remove.
func (p *Pipeline) Remove(ctx context.Context, item int64, preview bool) (db.Removal, []sdk.Change, error) {
	var out db.Removal
	var removed []sdk.Change
	err := p.db.Tx(ctx, func(tx *db.Tx) error {
		var err error
		if removed, err = p.paths(ctx, tx, item, sdk.ChangeDeleted); err != nil {
			return err
		}
		if out, err = tx.RemoveItem(ctx, item); err == nil && preview {
			err = errPreview
		}
		return err
	})
	out.Placements = slices.DeleteFunc(out.Placements, func(pl db.Placement) bool { return !pl.Added })
	if err != nil && !errors.Is(err, errPreview) {
		return out, nil, fmt.Errorf("remove item %d: %w", item, err)
	}
	if !preview {
		p.afterRemoval(ctx, out, removed)
		p.tellRemoved(ctx, out)
	}
	return out, removed, nil
}

// afterRemoval takes what we added out of the accounts and tells media servers. What fails is logged: the placement stays
// stored and the account keeps what it has.
func (p *Pipeline) afterRemoval(ctx context.Context, out db.Removal, removed []sdk.Change) {
	ctx = context.WithoutCancel(ctx)
	for _, pl := range out.Placements {
		in, ok := p.pool.Find(sdk.CapabilityDebrid, pl.Instance)
		if !ok || !pl.Added || pl.Node != "" && pl.Node != p.o.Node {
			continue
		}
		if err := p.withdraw(ctx, in, pl); err != nil {
			p.o.Log.Warn("a release could not be taken out of the account", "instance", pl.Instance, "hash", pl.Hash, "err", err)
		}
	}
	if len(removed) > 0 {
		p.Removed(ctx, removed)
	}
}

// withdraw takes a release that we added out of an account, unless a file of the library is from it: an item that begins
// anew may have taken it again.
func (p *Pipeline) withdraw(ctx context.Context, in *plugin.Instance, pl db.Placement) error {
	files, err := p.db.FilesOfRelease(ctx, pl.Release)
	if err != nil || len(files) > 0 {
		return err
	}
	err = in.Call(ctx, "remove", func(ctx context.Context) error { return in.Debrid().Remove(ctx, pl.Provider) })
	if err != nil {
		return err
	}
	return gone(p.db.Tx(ctx, func(tx *db.Tx) error { return tx.RemovePlacement(ctx, pl.ID) }))
}

func (p *Pipeline) tellRemoved(ctx context.Context, out db.Removal) {
	for _, r := range out.Requesters {
		in, ok := p.pool.Find(sdk.CapabilitySource, r.Instance)
		if !ok {
			continue
		}
		ack, ok := in.Source().(sdk.Acknowledger)
		if !ok {
			continue
		}
		a := sdk.Acknowledgement{Ref: r.Ref, State: sdk.ProgressRemoved}
		if err := in.Call(ctx, "acknowledge", func(ctx context.Context) error { return ack.Acknowledge(ctx, a) }); err != nil {
			p.o.Log.Warn("a source did not hear that its request was removed", "source", r.Instance, "ref", r.Ref, "err", err)
		}
	}
}
