package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// index fetches metadata of a film or show, and gives a show its seasons and episodes.
func (p *Pipeline) index(ctx context.Context, j db.Job) error {
	it, err := p.db.Item(ctx, j.Step.Item)
	if err != nil || !it.Wants(library.StepIndex) {
		return gone(err)
	}
	old, err := p.db.Title(ctx, it.Title)
	if err != nil {
		return fmt.Errorf("index item %d: %w", it.ID, err)
	}
	t, from, err := p.fetch(ctx, sdk.TitleQuery{IDs: old.IDs, Kind: old.Kind})
	if err != nil {
		return p.fail(ctx, it, library.StepIndex, fmt.Errorf("metadata of %s: %w", old.IDs, err))
	}
	return p.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.SaveTitle(ctx, it.Title, t, from); err != nil {
			return err
		}
		if it.Kind == library.KindShow {
			more := t.Status != sdk.StatusEnded
			_, err := tx.Grow(ctx, it.ID, db.GrowOptions{Offset: p.o.Offset, More: more})
			return err
		}
		return tx.Apply(ctx, it.ID, library.Indexed{Released: released(t, p.o.Offset, tx.Now())})
	})
}

// released is when a film may be searched for. A service that knows the year alone is taken at its word once it is over.
func released(t sdk.Title, offset time.Duration, now time.Time) time.Time {
	switch {
	case !t.Released.IsZero():
		return t.Released.Add(offset)
	case t.Year > 0 && t.Year < now.Year():
		return time.Date(t.Year, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	return time.Time{}
}

// gone turns "there is no such item" into success: it was removed while its job waited.
func gone(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	return err
}

// fail decides by the kind of an error what a failed step comes to: a limit waits without spending an attempt, what
// cannot get better is told to the item, everything else is tried again by the queue.
func (p *Pipeline) fail(ctx context.Context, it library.Item, step library.StepKind, err error) error {
	switch k := sdk.KindOf(err); k {
	case sdk.Limited, sdk.Pending:
		return db.Snooze(max(sdk.RetryAfter(err), 5*time.Second))
	case sdk.NotFound, sdk.Gone, sdk.Invalid, sdk.Denied:
		return gone(p.db.Apply(ctx, it.ID, library.Failed{Step: step, Kind: k, Text: err.Error()}))
	}
	return err
}

// Lookup asks the metadata services for a title that need not be in the library.
func (p *Pipeline) Lookup(ctx context.Context, q sdk.TitleQuery) (sdk.Title, error) {
	t, _, err := p.fetch(ctx, q)
	return t, err
}

// fetch asks the metadata services in their order. The first that knows the title is believed; the others fill what it
// leaves open. It returns the name of the first.
func (p *Pipeline) fetch(ctx context.Context, q sdk.TitleQuery) (sdk.Title, string, error) {
	var (
		t    sdk.Title
		from string
		errs []error
	)
	services := p.pool.Of(sdk.CapabilityMetadata)
	if len(services) == 0 {
		return t, "", sdk.Errorf(sdk.Unavailable, "no metadata service is configured")
	}
	for _, in := range services {
		if from != "" && complete(t) {
			break
		}
		got, err := p.ask(ctx, in, q)
		switch {
		case err != nil:
			p.o.Log.Debug("a metadata service could not tell of a title", "instance", in.Name, "ids", q.IDs.String(), "err", err)
			errs = append(errs, fmt.Errorf("%s: %w", in.Name, err))
		case from == "":
			t, from = got, in.Name
			q.IDs, q.Kind = q.IDs.Merge(t.IDs), t.Kind
		default:
			t = fill(t, got)
		}
	}
	if from == "" {
		return t, "", plugin.Worst(errs)
	}
	t.IDs = t.IDs.Merge(q.IDs)
	return t, from, nil
}

func (p *Pipeline) ask(ctx context.Context, in *plugin.Instance, q sdk.TitleQuery) (t sdk.Title, err error) {
	err = in.Call(ctx, "title", func(ctx context.Context) error {
		t, err = in.Metadata().Title(ctx, q)
		return err
	})
	switch {
	case err != nil:
	case t.Name == "" || t.Kind == "":
		err = sdk.Errorf(sdk.NotFound, "the answer holds no title")
	case q.Kind != "" && t.Kind != q.Kind:
		err = sdk.Errorf(sdk.NotFound, "the answer is a %s, not a %s", t.Kind, q.Kind)
	}
	return t, err
}

func complete(t sdk.Title) bool {
	return t.IMDb != "" && t.Year > 0 && (t.Kind == sdk.Movie && !t.Released.IsZero() || len(t.Episodes) > 0)
}

// fill takes from another service what the first left open.
func fill(t, o sdk.Title) sdk.Title {
	t.IDs = t.IDs.Merge(o.IDs)
	t.Original, t.Country, t.Language = cmp.Or(t.Original, o.Original), cmp.Or(t.Country, o.Country), cmp.Or(t.Language, o.Language)
	t.Overview, t.Poster, t.Background = cmp.Or(t.Overview, o.Overview), cmp.Or(t.Poster, o.Poster), cmp.Or(t.Background, o.Background)
	t.Year, t.EndYear = cmp.Or(t.Year, o.Year), cmp.Or(t.EndYear, o.EndYear)
	t.Runtime, t.Status, t.Rating = cmp.Or(t.Runtime, o.Runtime), cmp.Or(t.Status, o.Status), cmp.Or(t.Rating, o.Rating)
	if t.Released.IsZero() {
		t.Released = o.Released
	}
	t.Anime = t.Anime || o.Anime
	t.Aliases = append(t.Aliases, o.Aliases...)
	if o.Name != t.Name {
		t.Aliases = append(t.Aliases, sdk.Alias{Name: o.Name})
	}
	if len(t.Genres) == 0 {
		t.Genres = o.Genres
	}
	if len(t.Episodes) == 0 {
		t.Episodes = o.Episodes
	}
	return t
}

// choose picks the title that a request by name means: the same name, then the nearest year.
func choose(found []sdk.Title, r sdk.Request) (sdk.Title, bool) {
	want := release.Key(r.Name)
	best, ok := sdk.Title{}, false
	for _, t := range found {
		if release.Key(t.Name) != want || r.Kind != "" && t.Kind != r.Kind {
			continue
		}
		if r.Year > 0 && t.Year > 0 && abs(t.Year-r.Year) > 1 {
			continue
		}
		if !ok || r.Year > 0 && abs(t.Year-r.Year) < abs(best.Year-r.Year) {
			best, ok = t, true
		}
	}
	return best, ok
}

func abs(n int) int { return max(n, -n) }
