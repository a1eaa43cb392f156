// Package pipeline does the steps that lead from a request to a file: it collects what sources want, fetches metadata,
// searches, has a debrid provider take the best release, gives files their place in the tree, and tells media servers and
// sources. Each step is a job of the database's queue; a worker reads the item, calls plugins outside any transaction, then
// goes through the door. Run twice, a step finds the item moved and does nothing.
//
// What an item's next step is, library decides; which release is best, rank decides.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
)

// Settings are what a reload may change.
type Settings struct {
	Profiles  map[string]*rank.Compiled // by name; "default" is always there
	Libraries []config.Library
	Base      string // folder under which the tree stands, told to media servers; "/" without a mount
}

// Options are what the pipeline can do without.
type Options struct {
	Log    *slog.Logger
	Node   string        // of this daemon, for placements that are good on it only
	Offset time.Duration // from air time to the first search; 0 is 30 minutes
	Gather time.Duration // how long changes are gathered before media servers hear of them; 0 is 3 s
	Slots  map[library.Queue]int
	// Judge is how many candidates are judged again in one transaction, but for an item that has more; 0 is 2000.
	Judge int
	// Deletions is how many files may be taken out of the library in an hour because their providers lost them; 0 is 20.
	Deletions int
}

// Pipeline is the workers of one daemon.
type Pipeline struct {
	db   *db.DB
	pool *plugin.Pool
	find *search.Finder
	o    Options
	set  atomic.Pointer[Settings]

	updates  *batches
	patience *patience
	cap      *hourly
	doubts   chan doubt
	changed  chan struct{} // the settings did

	mu      sync.Mutex
	running map[int64]Running // guarded by mu; by job
}

// Running is a step under way, for people.
type Running struct {
	Job     int64
	Step    library.Step
	Attempt int
	Since   time.Time
}

// New makes the pipeline; it does nothing before Run.
func New(d *db.DB, pool *plugin.Pool, find *search.Finder, o Options) *Pipeline {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Offset == 0 {
		o.Offset = 30 * time.Minute
	}
	if o.Gather == 0 {
		o.Gather = 3 * time.Second
	}
	if o.Judge == 0 {
		o.Judge = 2000
	}
	if o.Deletions == 0 {
		o.Deletions = 20
	}
	if o.Slots == nil {
		o.Slots = map[library.Queue]int{
			library.QueueDefault: 8, library.QueueScrape: 4, library.QueueImport: 2, library.QueuePriority: 4,
		}
	}
	p := &Pipeline{db: d, pool: pool, find: find, o: o, running: map[int64]Running{}}
	p.updates = newBatches(o.Gather, p.tellUpdater)
	p.patience = newPatience()
	p.cap = newHourly(o.Deletions)
	p.doubts = make(chan doubt, maxDoubts)
	p.changed = make(chan struct{}, 1)
	p.set.Store(&Settings{})
	return p
}

// Apply replaces the settings; steps under way finish with the old ones. What was found is judged again where a profile
// is another.
func (p *Pipeline) Apply(s Settings) {
	p.set.Store(&s)
	select {
	case p.changed <- struct{}{}:
	default: // told already
	}
}

// Run works the queues, asks the sources and weighs evidence until ctx ends, and returns when every step under way has
// ended.
func (p *Pipeline) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return p.db.Run(ctx, db.RunOptions{Workers: p.workers(), Slots: p.o.Slots, Name: p.o.Node})
	})
	g.Go(func() error { return p.collectAll(ctx) })
	g.Go(func() error { return p.judgeAll(ctx) })
	g.Go(func() error { return p.watchJudged(ctx) })
	g.Go(func() error { return p.prune(ctx) })
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("pipeline: %w", err)
	}
	return nil
}

// How long the log of events is kept, and how often it is looked at.
const (
	keepEvents = 90 * 24 * time.Hour
	pruneEvery = time.Hour
)

// prune forgets events that are too old to tell anybody anything, until ctx ends.
func (p *Pipeline) prune(ctx context.Context) error {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if _, err := p.db.Prune(ctx, time.Now().Add(-keepEvents)); err != nil && ctx.Err() == nil {
				p.o.Log.Error("old events cannot be removed", "err", err)
			}
		}
	}
}

// How long a step may take at the most.
const (
	shortStep = 2 * time.Minute
	longStep  = 5 * time.Minute
)

func (p *Pipeline) workers() map[library.StepKind]db.Worker {
	return map[library.StepKind]db.Worker{
		library.StepIndex:       {Do: p.seen(p.index), Timeout: shortStep},
		library.StepScrape:      {Do: p.seen(p.scrape), Timeout: longStep},
		library.StepDownload:    {Do: p.seen(p.download), Timeout: longStep},
		library.StepRegister:    {Do: p.seen(p.register), Timeout: shortStep},
		library.StepUpdate:      {Do: p.seen(p.update), Timeout: shortStep},
		library.StepAcknowledge: {Do: p.seen(p.acknowledge), Timeout: shortStep},
		library.StepCollect:     {Do: p.seen(p.collect), Timeout: longStep},
		library.StepImport:      {Do: p.seen(p.importRelease), Timeout: longStep},
		library.StepJudge:       {Do: p.seen(p.judgeFound), Timeout: longStep},
	}
}

// seen keeps a step among those that are shown while it runs.
func (p *Pipeline) seen(do func(context.Context, db.Job) error) func(context.Context, db.Job) error {
	return func(ctx context.Context, j db.Job) error {
		p.mu.Lock()
		p.running[j.ID] = Running{Job: j.ID, Step: j.Step, Attempt: j.Attempt, Since: time.Now()}
		p.mu.Unlock()
		defer func() {
			p.mu.Lock()
			delete(p.running, j.ID)
			p.mu.Unlock()
		}()
		return do(ctx, j)
	}
}

// Running lists the steps under way in this daemon.
func (p *Pipeline) Running() []Running {
	p.mu.Lock()
	defer p.mu.Unlock()
	rs := make([]Running, 0, len(p.running))
	for _, r := range p.running {
		rs = append(rs, r)
	}
	return rs
}

// profile finds a profile by name; one that is gone from the configuration is judged by the default.
func (s *Settings) profile(name string) *rank.Compiled {
	if c, ok := s.Profiles[name]; ok {
		return c
	}
	return s.Profiles["default"]
}
