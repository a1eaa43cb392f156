package db_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// only is RunOptions with a worker of one kind.
func only(kind library.StepKind, do func(ctx context.Context, j db.Job) error) db.RunOptions {
	return db.RunOptions{Workers: map[library.StepKind]db.Worker{kind: {Do: do}}}
}

func (w world) enqueue(steps ...library.Step) {
	w.t.Helper()
	w.ok(w.Enqueue(w.ctx, steps...))
}

func (w world) waiting() []db.JobRow {
	w.t.Helper()
	list, err := w.Jobs(w.ctx, db.JobFilter{States: []db.JobState{db.JobWaiting}})
	w.ok(err)
	return list
}

func TestAStepIsQueuedOnce(t *testing.T) {
	each(t, func(w world) {
		step := library.Step{Kind: library.StepCollect, Key: "wishes"}
		w.enqueue(step, step)
		w.enqueue(step)
		w.enqueue(library.Step{Kind: library.StepCollect, Key: "another"})
		if got := len(w.waiting()); got != 2 {
			t.Errorf("%d jobs wait, want 2", got)
		}
	})
}

func TestJobsAreListedByFilter(t *testing.T) {
	each(t, func(w world) {
		w.enqueue(library.Step{Kind: library.StepScrape, Item: 1}, library.Step{Kind: library.StepUpdate, Item: 1},
			library.Step{Kind: library.StepUpdate, Item: 2, Queue: library.QueuePriority})
		for what, f := range map[string]struct {
			filter db.JobFilter
			want   int
		}{
			"all":        {db.JobFilter{Limit: 1_000_000}, 3},
			"a page":     {db.JobFilter{Limit: 2}, 2},
			"by kind":    {db.JobFilter{Kinds: []library.StepKind{library.StepUpdate}}, 2},
			"by kinds":   {db.JobFilter{Kinds: []library.StepKind{library.StepUpdate, library.StepScrape}}, 3},
			"by queue":   {db.JobFilter{Queues: []library.Queue{library.QueuePriority}}, 1},
			"of a state": {db.JobFilter{States: []db.JobState{db.JobRunning, db.JobDone, db.JobFailed}}, 0},
		} {
			list, err := w.Jobs(w.ctx, f.filter)
			if err != nil || len(list) != f.want {
				t.Errorf("%s: %d jobs, %v, want %d", what, len(list), err, f.want)
			}
		}
	})
}

func TestAStepWantedEarlierIsBroughtForward(t *testing.T) {
	each(t, func(w world) {
		at := func(d time.Duration) library.Step {
			return library.Step{Kind: library.StepScrape, Item: 3, At: time.Now().Add(d)}
		}
		due := func() time.Duration {
			t.Helper()
			list := w.waiting()
			if len(list) != 1 {
				t.Fatalf("%d jobs wait, want 1", len(list))
			}
			return time.Until(list[0].Step.At).Round(time.Hour)
		}
		w.enqueue(at(6 * time.Hour))
		w.enqueue(at(24 * time.Hour))
		if got := due(); got != 6*time.Hour {
			t.Errorf("it is due in %s, want 6h: it was there first", got)
		}
		w.enqueue(at(2 * time.Hour))
		if got := due(); got != 2*time.Hour {
			t.Errorf("it is due in %s, want 2h", got)
		}
		w.enqueue(library.Step{Kind: library.StepScrape, Item: 3})
		if got := due(); got != 0 {
			t.Errorf("it is due in %s, want now", got)
		}
		w.enqueue(library.Step{Kind: library.StepScrape, Item: 3, Queue: library.QueuePriority})
		if got := w.waiting(); len(got) != 1 || got[0].Step.Queue != library.QueuePriority {
			t.Errorf("%+v waits, want one job in the queue of priority", got)
		}
	})
}

func TestAStepWantedWhileItRunsRunsAgain(t *testing.T) {
	each(t, func(w world) {
		step := library.Step{Kind: library.StepCollect, Key: "wishes"}
		running, goOn := make(chan struct{}), make(chan struct{})
		var runs, atOnce atomic.Int32
		w.enqueue(step)
		w.run(only(library.StepCollect, func(ctx context.Context, _ db.Job) error {
			if atOnce.Add(1) > 1 {
				t.Error("the step runs twice at once")
			}
			defer atOnce.Add(-1)
			if runs.Add(1) == 1 {
				close(running)
				<-goOn
			}
			return nil
		}))
		<-running
		w.enqueue(step)
		w.enqueue(step)
		if got := len(w.waiting()); got != 0 {
			t.Errorf("%d jobs wait beside the one that runs, want none", got)
		}
		close(goOn)
		w.until("it has run again", func() bool { return runs.Load() == 2 })
		w.until("no job is left", func() bool { return len(w.waiting()) == 0 && w.jobs(db.JobRunning)["collect"] == 0 })
		if got := runs.Load(); got != 2 {
			t.Errorf("it ran %d times, want 2", got)
		}
	})
}

func TestASnoozedStepIsCalledAgainWhenItWasWantedMeanwhile(t *testing.T) {
	each(t, func(w world) {
		step := library.Step{Kind: library.StepCollect, Key: "wishes"}
		running, goOn, again := make(chan struct{}), make(chan struct{}), make(chan struct{})
		var runs atomic.Int32
		w.enqueue(step)
		w.run(only(library.StepCollect, func(context.Context, db.Job) error {
			switch runs.Add(1) {
			case 1:
				close(running)
				<-goOn
				return db.Snooze(time.Hour)
			case 2:
				close(again)
			}
			return nil
		}))
		<-running
		w.enqueue(step)
		close(goOn)
		select {
		case <-again:
		case <-time.After(20 * time.Second):
			t.Fatal("it sleeps although it was wanted")
		}
	})
}

func TestAJobIsCalledAgainUntilItSucceeds(t *testing.T) {
	each(t, func(w world) {
		var mu sync.Mutex
		var attempts []int
		w.enqueue(library.Step{Kind: library.StepCollect, Key: "wishes"})
		w.run(only(library.StepCollect, func(_ context.Context, j db.Job) error {
			mu.Lock()
			defer mu.Unlock()
			attempts = append(attempts, j.Attempt)
			if len(attempts) < 3 {
				return db.Snooze(0)
			}
			return nil
		}))
		w.until("it is done", func() bool { return w.jobs(db.JobDone)["collect"] == 1 })
		mu.Lock()
		defer mu.Unlock()
		w.same("attempts: waits are not counted", attempts, []int{1, 1, 1})
	})
}

func TestAJobThatFailsWaitsAndTellsWhy(t *testing.T) {
	each(t, func(w world) {
		w.enqueue(library.Step{Kind: library.StepCollect, Key: "wishes"})
		w.run(only(library.StepCollect, func(context.Context, db.Job) error {
			return sdk.Errorf(sdk.Unavailable, "the service is down")
		}))
		w.until("it waits for another try", func() bool {
			list := w.waiting()
			return len(list) == 1 && list[0].Error == "the service is down" && list[0].Step.At.After(time.Now())
		})
	})
}

func TestAJobThatEndsForGoodFailsItsItem(t *testing.T) {
	each(t, func(w world) {
		id := w.submit(film("tt1"))
		w.run(only(library.StepIndex, func(context.Context, db.Job) error {
			return db.Cancel(sdk.Errorf(sdk.Denied, "the key is refused"))
		}))
		w.until("the item has failed", func() bool { return w.item(id).State == library.StateFailed })
		it := w.item(id)
		if it.ErrorKind != sdk.Denied || it.Error != "the key is refused" || it.WakeAt.IsZero() {
			t.Errorf("it is %+v, want why it failed and when it is tried again", it)
		}
		w.until("the job is listed as failed", func() bool { return w.jobs(db.JobFailed)["index"] == 1 })
	})
}

func TestAWakeIsWorkedWithoutAnybody(t *testing.T) {
	each(t, func(w world) {
		id := w.submit(film("tt1"))
		w.apply(id, library.Indexed{Released: time.Now().Add(300 * time.Millisecond)})
		w.state(id, library.StateUnreleased)
		// It would sleep for five seconds at least: that is moved into the past.
		w.ok(w.Update(w.ctx, id, func(it *library.Item) ([]library.Step, error) {
			it.Released, it.WakeAt = time.Now().Add(-time.Hour), time.Time{}
			return []library.Step{{Kind: library.StepWake, Item: id}}, nil
		}))
		w.run(db.RunOptions{})
		w.until("it is searched for", func() bool { return w.item(id).State == library.StateIndexed })
	})
}

func TestStoppingCancelsJobsAndPutsThemBack(t *testing.T) {
	each(t, func(w world) {
		running := make(chan struct{}, 1)
		w.enqueue(library.Step{Kind: library.StepCollect, Key: "wishes"})
		stop := w.run(only(library.StepCollect, func(ctx context.Context, _ db.Job) error {
			running <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		}))
		<-running
		stop()
		list := w.waiting()
		if len(list) != 1 || list[0].Attempt != 0 {
			t.Fatalf("%+v waits, want the job with no attempt spent", list)
		}
		done := make(chan struct{})
		w.run(only(library.StepCollect, func(context.Context, db.Job) error {
			close(done)
			return nil
		}))
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Error("the job was not taken up again")
		}
	})
}

func TestASweepWakesItemsWhoseJobsWereLost(t *testing.T) {
	each(t, func(w world) {
		movie, show := w.submit(film("tt1")), w.grown(show(), 2, 2)
		if n, err := w.Sweep(w.ctx); err != nil || n != 0 {
			t.Errorf("Sweep woke %d items that had their jobs: %v", n, err)
		}
		jobs := w.jobs()
		w.loseJobs()
		n, err := w.Sweep(w.ctx)
		w.ok(err)
		if n == 0 {
			t.Error("Sweep woke nothing")
		}
		got := w.jobs()
		for _, k := range []string{"index", "scrape", "wake"} {
			if got[k] == 0 {
				t.Errorf("after the sweep there are jobs %v, before there were %v", got, jobs)
			}
		}
		w.state(movie, library.StateRequested)
		w.recount(show)
	})
}

func TestTwoDaemonsNeverShareASQLiteLibrary(t *testing.T) {
	t.Parallel()
	o := dbtest.SQLite(t)
	w := world{DB: dbtest.Open(t, o), t: t, ctx: t.Context()}
	other := dbtest.Open(t, o)
	w.enqueue(library.Step{Kind: library.StepCollect, Key: "wishes"})
	ran := make(chan struct{})
	stop := w.run(only(library.StepCollect, func(context.Context, db.Job) error {
		close(ran)
		return nil
	}))
	<-ran
	if err := other.Run(t.Context(), db.RunOptions{}); !errors.Is(err, db.ErrInUse) {
		t.Errorf("Run of a second daemon: %v, want ErrInUse", err)
	}
	stop()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := other.Run(ctx, db.RunOptions{}); err != nil {
		t.Errorf("Run after the first has ended: %v", err)
	}
}

func TestTwoDaemonsShareThePostgresQueue(t *testing.T) {
	t.Parallel()
	o := dbtest.Postgres(t)
	w := world{DB: dbtest.Open(t, o), t: t, ctx: t.Context()}
	other := world{DB: dbtest.Open(t, o), t: t, ctx: t.Context()}
	var mu sync.Mutex
	ran := map[int64]int{}
	count := func(_ context.Context, j db.Job) error {
		mu.Lock()
		defer mu.Unlock()
		ran[j.Step.Item]++
		return nil
	}
	w.run(only(library.StepUpdate, count))
	other.run(only(library.StepUpdate, count))
	var steps []library.Step
	for i := range 50 {
		steps = append(steps, library.Step{Kind: library.StepUpdate, Item: int64(i + 1)})
	}
	w.enqueue(steps...)
	w.until("every job has run", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(ran) == len(steps)
	})
	mu.Lock()
	defer mu.Unlock()
	for item, n := range ran {
		if n != 1 {
			t.Errorf("the job of item %d ran %d times", item, n)
		}
	}
}

// loseJobs has every job vanish.
func (w world) loseJobs() {
	w.t.Helper()
	w.ok(w.Exec(w.ctx, "DELETE FROM river_job"))
}

func TestNoStepIsEverLost(t *testing.T) {
	each(t, func(w world) {
		id := w.submit(film("tt1"))
		const writers, turns = 4, 20
		var seen atomic.Int64
		w.run(only(library.StepUpdate, func(ctx context.Context, j db.Job) error {
			it, err := w.Item(ctx, j.Step.Item)
			if err == nil {
				seen.Store(int64(it.Attempts))
			}
			return err
		}))
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range turns {
					err := w.Update(w.ctx, id, func(it *library.Item) ([]library.Step, error) {
						it.Attempts++
						return []library.Step{{Kind: library.StepUpdate, Item: id}}, nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		w.until("a job has seen the last change", func() bool { return seen.Load() == writers*turns })
	})
}

func TestTheJobsOfADeadDaemonAreTakenOver(t *testing.T) {
	t.Parallel()
	o := dbtest.Postgres(t)
	w := world{DB: dbtest.Open(t, o), t: t, ctx: t.Context()}
	other := world{DB: dbtest.Open(t, o), t: t, ctx: t.Context()}
	running := make(chan struct{})
	w.enqueue(library.Step{Kind: library.StepCollect, Key: "wishes"})
	w.run(only(library.StepCollect, func(ctx context.Context, _ db.Job) error {
		close(running)
		<-ctx.Done()
		return ctx.Err()
	}))
	<-running
	w.ok(w.Exec(w.ctx, "UPDATE daemon SET seen = 1")) // as if it had not been heard of for long
	taken := make(chan db.Job, 1)
	other.run(only(library.StepCollect, func(_ context.Context, j db.Job) error {
		taken <- j
		return nil
	}))
	select {
	case j := <-taken:
		if j.Attempt != 1 {
			t.Errorf("it is attempt %d, want 1: a death is not counted", j.Attempt)
		}
	case <-time.After(20 * time.Second):
		t.Error("the job was not taken over")
	}
}

func TestAJobOfARemovedItemEnds(t *testing.T) {
	each(t, func(w world) {
		id := w.submit(film("tt1"))
		w.tx(func(tx *db.Tx) error {
			_, err := tx.RemoveItem(w.ctx, id)
			return err
		})
		w.run(only(library.StepIndex, func(ctx context.Context, j db.Job) error {
			return w.Apply(ctx, j.Step.Item, library.Indexed{})
		}))
		w.until("it is done", func() bool { return w.jobs(db.JobDone)["index"] == 1 })
	})
}
