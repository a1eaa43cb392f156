package pipeline

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
)

// update tells the media servers of an item's paths. The step that follows a change has no key: it becomes one step a
// media server, so that one that is down holds up none of the others.
func (p *Pipeline) update(ctx context.Context, j db.Job) error {
	if j.Step.Key == "" {
		var steps []library.Step
		for _, in := range p.pool.Of(sdk.CapabilityUpdater) {
			steps = append(steps, library.Step{Kind: library.StepUpdate, Item: j.Step.Item, Key: in.Name})
		}
		return p.db.Enqueue(ctx, steps...)
	}
	if _, ok := p.pool.Find(sdk.CapabilityUpdater, j.Step.Key); !ok {
		return nil // gone from the configuration
	}
	changes, err := p.changes(ctx, j.Step.Item)
	if err != nil || len(changes) == 0 {
		return gone(err)
	}
	return p.updates.add(ctx, j.Step.Key, changes)
}

// changes lists where an item's files stand now.
func (p *Pipeline) changes(ctx context.Context, item int64) ([]sdk.Change, error) {
	it, err := p.db.Item(ctx, item)
	if err != nil {
		return nil, err
	}
	files, err := p.db.FilesOf(ctx, item)
	if err != nil {
		return nil, err
	}
	kind := sdk.Show
	if it.Kind == library.KindMovie {
		kind = sdk.Movie
	}
	base := p.set.Load().Base
	var cs []sdk.Change
	for _, f := range files {
		rows, err := p.db.Paths(ctx, f.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			cs = append(cs, sdk.Change{Path: path.Join(base, r.Path), Kind: sdk.ChangeCreated, Library: r.Library, Title: kind})
		}
	}
	return cs, nil
}

func (p *Pipeline) tellUpdater(ctx context.Context, instance string, changes []sdk.Change) error {
	in, ok := p.pool.Find(sdk.CapabilityUpdater, instance)
	if !ok {
		return nil // gone from the configuration meanwhile
	}
	err := in.Call(ctx, "update", func(ctx context.Context) error { return in.Updater().Update(ctx, changes) })
	if err != nil {
		return again(fmt.Errorf("tell %s of %d changes: %w", instance, len(changes), err))
	}
	p.o.Log.Info("told the media server", "updater", instance, "paths", len(changes))
	return nil
}

// Removed tells every media server that paths are no more. It is told once: a media server that is down finds out at its
// next scan.
func (p *Pipeline) Removed(ctx context.Context, changes []sdk.Change) {
	for _, in := range p.pool.Of(sdk.CapabilityUpdater) {
		if err := p.tellUpdater(ctx, in.Name, changes); err != nil {
			p.o.Log.Warn("a media server did not hear of removed paths", "updater", in.Name, "err", err)
		}
	}
}

// acknowledge tells those who asked for an item what became of it.
func (p *Pipeline) acknowledge(ctx context.Context, j db.Job) error {
	it, err := p.db.Root(ctx, j.Step.Item)
	if err != nil {
		return gone(err)
	}
	a, err := p.acknowledgement(ctx, it)
	if err != nil || a.State == "" {
		return gone(err)
	}
	asked, err := p.db.Requesters(ctx, it.ID)
	if err != nil {
		return gone(err)
	}
	var errs []error // one that is down keeps the news from none of the others
	for _, r := range asked {
		in, ok := p.pool.Find(sdk.CapabilitySource, r.Instance)
		if !ok {
			continue
		}
		ack, ok := in.Source().(sdk.Acknowledger)
		if !ok {
			continue
		}
		a.Ref = r.Ref
		if err := in.Call(ctx, "acknowledge", func(ctx context.Context) error { return ack.Acknowledge(ctx, a) }); err != nil {
			if k := sdk.KindOf(err); k == sdk.NotFound || k == sdk.Invalid {
				p.o.Log.Warn("a source does not take news of its request", "source", r.Instance, "ref", r.Ref, "err", err)
				continue
			}
			errs = append(errs, fmt.Errorf("tell %s of request %s: %w", r.Instance, r.Ref, err))
		}
	}
	return again(plugin.Worst(errs))
}

// again turns a limit into a wait that costs no attempt.
func again(err error) error {
	if d := sdk.RetryAfter(err); d > 0 && sdk.KindOf(err) == sdk.Limited {
		return db.Snooze(d)
	}
	return err
}

func (p *Pipeline) acknowledgement(ctx context.Context, it library.Item) (sdk.Acknowledgement, error) {
	t, err := p.db.Title(ctx, it.Title)
	if err != nil {
		return sdk.Acknowledgement{}, err
	}
	a := sdk.Acknowledgement{IDs: t.IDs, Kind: t.Kind, State: progressOf(it.State), Message: it.Error}
	if it.Kind != library.KindShow {
		return a, nil
	}
	seasons, err := p.db.Children(ctx, it.ID)
	if err != nil {
		return a, err
	}
	for _, s := range seasons {
		if s.State == library.StateCompleted {
			a.Seasons = append(a.Seasons, s.Season)
		}
	}
	slices.Sort(a.Seasons)
	return a, nil
}

// progressOf is what a source is told of a state; "" where there is no news in it.
func progressOf(s library.State) sdk.Progress {
	switch s {
	case library.StateCompleted, library.StateOngoing:
		return sdk.ProgressAvailable
	case library.StatePartial:
		return sdk.ProgressPartial
	case library.StateFailed, library.StateBlacklisted:
		return sdk.ProgressFailed
	case library.StateRequested, library.StateIndexed, library.StateScraped, library.StateDownloaded, library.StateUnreleased:
		return sdk.ProgressAccepted
	}
	return ""
}
