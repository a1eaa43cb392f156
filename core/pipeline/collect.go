package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/sdk"
)

// defaultEvery is how often a source is asked that does not say.
const defaultEvery = time.Minute

// collectAll queues a collect step for each source as often as its block says, until ctx ends. That the step is a job
// makes sure that of several daemons one asks at a time.
func (p *Pipeline) collectAll(ctx context.Context) error {
	next := map[string]time.Time{}
	for {
		now := time.Now()
		for _, in := range p.pool.Of(sdk.CapabilitySource) {
			if now.Before(next[in.Name]) {
				continue
			}
			every := in.Every
			if every <= 0 {
				every = defaultEvery
			}
			next[in.Name] = now.Add(every)
			if err := p.db.Enqueue(ctx, library.Step{Kind: library.StepCollect, Key: in.Name}); err != nil && ctx.Err() == nil {
				p.o.Log.Error("a source cannot be queued", "source", in.Name, "err", err)
			}
		}
		timer := time.NewTimer(collectTick)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// collectTick is how often it is looked whether a source is due. New sources of a reload are found by it too.
const collectTick = 500 * time.Millisecond

// Collect has a source asked soon.
func (p *Pipeline) Collect(ctx context.Context, source string) error {
	return p.db.Enqueue(ctx, library.Step{Kind: library.StepCollect, Key: source, Queue: library.QueuePriority})
}

// collect asks one source what is wanted. What is wrong with one request does not stop the others.
func (p *Pipeline) collect(ctx context.Context, j db.Job) error {
	in, ok := p.pool.Find(sdk.CapabilitySource, j.Step.Key)
	if !ok {
		return nil // gone from the configuration
	}
	return in.Call(ctx, "list", func(ctx context.Context) error {
		return in.Source().List(ctx, func(rs ...sdk.Request) error {
			for _, r := range rs {
				if _, err := p.Submit(ctx, in.Name, r); err != nil {
					if ctx.Err() != nil {
						return ctx.Err()
					}
					p.o.Log.Warn("a request could not be taken", "source", in.Name, "ref", r.Ref, "ids", r.IDs.String(), "name", r.Name, "err", err)
				}
			}
			return nil
		})
	})
}

// Submit puts a request into the library and returns its item. One that is there already changes nothing, except that
// seasons may be added. The source is "" for the daemon's own pages and command line. A source that wants at several
// profiles has an item at each, side by side; it is the first that is returned.
func (p *Pipeline) Submit(ctx context.Context, source string, r sdk.Request) (int64, error) {
	items, err := p.SubmitAt(ctx, source, r, p.profilesOf(source, r))
	if err != nil {
		return 0, err
	}
	return items[0], nil
}

// profilesOf are the profiles at which a request of a source is wanted.
func (p *Pipeline) profilesOf(source string, r sdk.Request) []string {
	if r.Profile != "" {
		return []string{r.Profile}
	}
	if in, ok := p.pool.Find(sdk.CapabilitySource, source); ok && len(in.Profiles) > 0 {
		return in.Profiles
	}
	return []string{"default"}
}

// SubmitAt puts a request into the library at each of some profiles, whatever it says itself, and returns its items in
// their order: all, or none where one of them cannot be had.
func (p *Pipeline) SubmitAt(ctx context.Context, source string, r sdk.Request, profiles []string) ([]int64, error) {
	for _, name := range profiles {
		if _, ok := p.set.Load().Profiles[name]; !ok {
			return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "profile", Message: fmt.Sprintf("there is no profile %q in the configuration", name)}
		}
	}
	r, err := p.resolve(ctx, r)
	if err != nil {
		return nil, err
	}
	if r.Magnet != "" {
		if _, err := importedRelease(r.Magnet, nil); err != nil {
			return nil, err
		}
		if r.Kind == sdk.Show {
			return nil, errWholeShow
		}
	}
	var items, fresh []int64
	err = p.db.Tx(ctx, func(tx *db.Tx) error {
		items, fresh = nil, nil
		for _, name := range profiles {
			r.Profile = name
			item, added, err := tx.Submit(ctx, db.Submission{Request: r, Instance: source})
			if err == nil && added && r.Magnet != "" {
				err = tx.Enqueue(ctx, library.Step{Kind: library.StepImport, Item: item, Key: r.Magnet})
			}
			if err != nil {
				return err
			}
			items = append(items, item)
			if added {
				fresh = append(fresh, item)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take request for %s: %w", describe(r), err)
	}
	for _, item := range fresh {
		p.o.Log.Info("wanted", "title", describe(r), "source", source, "item", item)
	}
	return items, nil
}

func describe(r sdk.Request) string {
	if r.Name != "" {
		return r.Name
	}
	return r.IDs.String()
}

// resolve finds out what a request does not say: its ids by its name, its kind by its ids.
func (p *Pipeline) resolve(ctx context.Context, r sdk.Request) (sdk.Request, error) {
	if !r.IDs.IsZero() && r.Kind != "" {
		return r, nil
	}
	if r.IDs.IsZero() {
		return p.byName(ctx, r)
	}
	for _, kind := range []sdk.TitleKind{sdk.Movie, sdk.Show} {
		_, err := p.db.FindTitle(ctx, kind, r.IDs)
		if err == nil {
			r.Kind = kind
			return r, nil
		}
		if !errors.Is(err, db.ErrNotFound) {
			return r, err
		}
	}
	t, _, err := p.fetch(ctx, sdk.TitleQuery{IDs: r.IDs})
	if err != nil {
		return r, fmt.Errorf("find out what %s is: %w", r.IDs, err)
	}
	r.Kind, r.IDs = t.Kind, r.IDs.Merge(t.IDs)
	return r, nil
}

func (p *Pipeline) byName(ctx context.Context, r sdk.Request) (sdk.Request, error) {
	if r.Name == "" {
		return r, &sdk.Error{Kind: sdk.Invalid, Message: "a request needs an id or a name"}
	}
	found, err := p.Search(ctx, sdk.SearchQuery{Text: r.Name, Kind: r.Kind, Year: r.Year, Limit: 10})
	if err != nil {
		return r, fmt.Errorf("look for %q: %w", r.Name, err)
	}
	t, ok := choose(found, r)
	if !ok {
		return r, sdk.Errorf(sdk.NotFound, "no metadata service knows %q (%d)", r.Name, r.Year)
	}
	r.Kind, r.IDs, r.Name = t.Kind, t.IDs, t.Name
	return r, nil
}

// Search asks every metadata service that can search, the first ones first, and answers with what the first one found.
func (p *Pipeline) Search(ctx context.Context, q sdk.SearchQuery) ([]sdk.Title, error) {
	var errs []error
	for _, in := range p.pool.Of(sdk.CapabilityMetadata) {
		s, ok := in.Metadata().(sdk.Searcher)
		if !ok {
			continue
		}
		var found []sdk.Title
		err := in.Call(ctx, "search", func(ctx context.Context) error {
			var err error
			found, err = s.Search(ctx, q)
			return err
		})
		if err == nil && len(found) > 0 {
			return found, nil
		}
		if err != nil && !errors.Is(err, &sdk.Error{Kind: sdk.NotFound}) {
			errs = append(errs, fmt.Errorf("%s: %w", in.Name, err))
		}
	}
	return nil, plugin.Worst(errs)
}
