package db_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// world is a library with shorthands that end the test when something goes wrong.
type world struct {
	*db.DB
	t   *testing.T
	ctx context.Context
}

func each(t *testing.T, test func(w world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(world{DB: d, t: t, ctx: t.Context()}) })
}

func (w world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) tx(fn func(tx *db.Tx) error) {
	w.t.Helper()
	w.ok(w.Tx(w.ctx, fn))
}

func (w world) apply(id int64, events ...library.Event) {
	w.t.Helper()
	w.ok(w.Apply(w.ctx, id, events...))
}

func (w world) item(id int64) library.Item {
	w.t.Helper()
	it, err := w.Item(w.ctx, id)
	w.ok(err)
	return it
}

func (w world) state(id int64, want library.State) {
	w.t.Helper()
	if got := w.item(id).State; got != want {
		w.t.Errorf("item %d is %s, want %s", id, got, want)
	}
}

func (w world) submit(s db.Submission) (id int64) {
	w.t.Helper()
	w.tx(func(tx *db.Tx) (err error) {
		id, _, err = tx.Submit(w.ctx, s)
		return err
	})
	return id
}

func film(imdb string) db.Submission {
	return db.Submission{
		Request:  sdk.Request{IDs: sdk.IDs{IMDb: imdb}, Kind: sdk.Movie, Name: "Sintel", Ref: "r1", Person: "ann"},
		Instance: "wishes", Profile: "any",
	}
}

// same reports a difference of what is there from what is wanted.
func (w world) same(what string, got, want any, opts ...cmp.Option) {
	w.t.Helper()
	if d := cmp.Diff(got, want, opts...); d != "" {
		w.t.Errorf("%s differs (-got +want):\n%s", what, d)
	}
}

// until polls for something that other goroutines bring about.
func (w world) until(what string, done func() bool) {
	w.t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline.C:
			w.t.Fatalf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
}

// run works jobs until stop is called, which gives Run's error.
func (w world) run(o db.RunOptions) (stop func()) {
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx, o) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				w.t.Errorf("Run: %v", err)
			}
		})
	}
	w.t.Cleanup(stop)
	return stop
}

func TestAFilmGoesFromRequestToCompletedThroughTheQueue(t *testing.T) {
	each(t, func(w world) {
		do := func(events ...library.Event) db.Worker {
			return db.Worker{Do: func(ctx context.Context, j db.Job) error { return w.Apply(ctx, j.Step.Item, events...) }}
		}
		var mu sync.Mutex
		told := map[library.StepKind]int{}
		tell := db.Worker{Do: func(_ context.Context, j db.Job) error {
			mu.Lock()
			defer mu.Unlock()
			told[j.Step.Kind]++
			return nil
		}}
		id := w.submit(film("tt1727587"))
		w.run(db.RunOptions{Workers: map[library.StepKind]db.Worker{
			library.StepIndex:       do(library.Indexed{Released: time.Now().Add(-time.Hour)}),
			library.StepScrape:      do(library.Scraped{Candidates: 2}),
			library.StepDownload:    do(library.Downloaded{Files: []int64{1}}),
			library.StepRegister:    do(library.Registered{}),
			library.StepUpdate:      tell,
			library.StepAcknowledge: tell,
		}})
		w.until("it is completed and told", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return w.item(id).State == library.StateCompleted && told[library.StepUpdate] == 1 && told[library.StepAcknowledge] == 1
		})
		events, err := w.Events(w.ctx, db.EventFilter{Item: id})
		w.ok(err)
		var names []string
		for _, e := range events {
			names = append(names, e.Name)
		}
		w.same("log", names, []string{"registered", "downloaded", "scraped", "indexed", "requested", "item-added"})
	})
}

func TestUnknownRowsAreNotFound(t *testing.T) {
	each(t, func(w world) {
		_, err := w.Item(w.ctx, 99)
		if !errors.Is(err, db.ErrNotFound) || sdk.KindOf(err) != sdk.NotFound {
			t.Errorf("Item(99): %v, want ErrNotFound of kind not-found", err)
		}
		if err := w.Apply(w.ctx, 99, library.Retry{}); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("Apply on 99: %v, want ErrNotFound", err)
		}
	})
}
