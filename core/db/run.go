package db

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"golang.org/x/sync/errgroup"

	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// Job is a step at work.
type Job struct {
	ID      int64
	Step    library.Step
	Attempt int  // from 1
	Last    bool // when it fails now, it has failed for good
	Created time.Time
}

// Worker does the steps of one kind. Do returns nil when the step is done or no longer wanted, [Snooze] to be called again
// later, [Cancel] when trying again is of no use, and any other error to be called again after a wait that grows. An error
// of an item that was removed, and one that is library.ErrConflict, count as done: the item moved on.
//
// Where a job of an item ends for good without success, [library.Failed] is applied to the item, so that it never
// waits for nothing.
type Worker struct {
	Do      func(ctx context.Context, j Job) error
	Timeout time.Duration // after which the context ends; 0: 5 minutes
}

// RunOptions say how jobs are worked.
type RunOptions struct {
	Workers map[library.StepKind]Worker
	Slots   map[library.Queue]int // how many jobs run at once; a queue that is not named has 4
	// Name of this daemon, unlike that of any other that runs. One that keeps its name over a restart takes up its own
	// jobs at once; those of others are taken over when they were not heard of for half a minute. "": made up.
	Name string
}

const (
	defaultSlots   = 4
	defaultTimeout = 5 * time.Minute
	fetchPoll      = 100 * time.Millisecond
	keepDone       = time.Hour
)

// Snooze has a job called again after d. It costs no attempt.
func Snooze(d time.Duration) error { return river.JobSnooze(max(d, 0)) }

// Cancel ends a job for good.
func Cancel(err error) error { return &cancelError{err} }

type cancelError struct{ err error }

func (e *cancelError) Error() string { return e.err.Error() }
func (e *cancelError) Unwrap() error { return e.err }

// Run works on jobs until ctx ends, and then until those at work have heard of it and returned. It is ErrInUse where
// another daemon works on a SQLite library. At its start it queues anew whatever should be queued and is not.
func (d *DB) Run(ctx context.Context, o RunOptions) error {
	if o.Name == "" {
		o.Name = daemonName()
	}
	err := d.run(ctx, o)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

func (d *DB) run(ctx context.Context, o RunOptions) (err error) {
	release, err := d.store.alone()
	if err != nil {
		return err
	}
	defer release()
	b := &beacon{db: d, name: o.Name}
	if err := b.start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.stop(context.WithoutCancel(ctx))) }()
	g, gctx := errgroup.WithContext(ctx)
	client, err := d.store.queue().worker(d.config(o, func() bool { return gctx.Err() != nil }))
	if err != nil {
		return err
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the workers: %w", err)
	}
	g.Go(func() error { return b.run(gctx) })
	g.Go(func() error { return d.sweepAlways(gctx) })
	g.Go(func() error {
		<-gctx.Done()
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
		defer cancel()
		return client.StopAndCancel(stopCtx)
	})
	return g.Wait()
}

// stopWait is how long jobs have to hear that they are to end. What has not ended then is taken up again as if the
// daemon had died.
const stopWait = 15 * time.Second

func daemonName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "daemon"
	}
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), rand.Text()[:8])
}

func (d *DB) config(o RunOptions, stopping func() bool) *river.Config {
	queues := map[string]river.QueueConfig{}
	for _, q := range library.Queues() {
		n := o.Slots[q]
		if n == 0 {
			n = defaultSlots
		}
		queues[string(q)] = river.QueueConfig{MaxWorkers: n}
	}
	workers := river.NewWorkers()
	o.Workers = withWake(o.Workers, d)
	for kind, w := range o.Workers {
		river.AddWorkerArgs(workers, stepArgs{kind: kind}, &worker{db: d, do: w, stopping: stopping})
	}
	c := &river.Config{
		ID: o.Name, Logger: d.log, Queues: queues, Workers: workers, MaxAttempts: maxAttempts, RetryPolicy: patience{},
		JobTimeout: defaultTimeout, CompletedJobRetentionPeriod: keepDone, FetchCooldown: 20 * time.Millisecond,
	}
	if !d.store.shared() {
		c.FetchPollInterval = fetchPoll
	}
	return c
}

// withWake adds the worker of the step that needs nobody else.
func withWake(list map[library.StepKind]Worker, d *DB) map[library.StepKind]Worker {
	out := map[library.StepKind]Worker{library.StepWake: {Do: func(ctx context.Context, j Job) error {
		err := d.Apply(ctx, j.Step.Item, library.Wake{})
		if errors.Is(err, ErrNotFound) || errors.Is(err, library.ErrConflict) {
			return nil // removed, or moved on
		}
		return err
	}}}
	for k, w := range list {
		out[k] = w
	}
	return out
}

// patience is the wait before a job is tried again: 10 s, then twice as long each time, up to 20 min.
type patience struct{}

// NextRetry implements river.ClientRetryPolicy.
func (patience) NextRetry(j *rivertype.JobRow) time.Time {
	wait := 10 * time.Second << min(max(j.Attempt-1, 0), 7)
	return time.Now().Add(min(wait, 20*time.Minute))
}

type worker struct {
	river.WorkerDefaults[stepArgs]
	db       *DB
	do       Worker
	stopping func() bool
}

// Timeout implements river.Worker.
func (w *worker) Timeout(*river.Job[stepArgs]) time.Duration {
	if w.do.Timeout == 0 {
		return defaultTimeout
	}
	return w.do.Timeout
}

// Work implements river.Worker.
func (w *worker) Work(ctx context.Context, j *river.Job[stepArgs]) error {
	step, err := stepOf(j.JobRow)
	if err != nil {
		return err
	}
	job := Job{ID: j.ID, Step: step, Attempt: j.Attempt, Last: j.Attempt >= j.MaxAttempts, Created: j.CreatedAt.UTC()}
	return w.end(ctx, job, w.moot(ctx, job, w.do.Do(ctx, job)))
}

// moot makes a success of a failure that is of no interest: the item moved on while the job ran, or was removed.
func (w *worker) moot(ctx context.Context, j Job, err error) error {
	if err == nil || j.Step.Item == 0 {
		return err
	}
	if errors.Is(err, library.ErrConflict) {
		w.db.log.Debug("item moved on while a job ran", "job", j.ID, "step", j.Step.Kind, "item", j.Step.Item, "error", err)
		return nil
	}
	n, lookErr := w.db.one(context.WithoutCancel(ctx), "SELECT count(*) FROM item WHERE id = ?", j.Step.Item)
	if lookErr == nil && n == 0 {
		return nil
	}
	return err
}

// end settles what a job leaves behind, before River writes down that it has ended.
func (w *worker) end(ctx context.Context, j Job, err error) error {
	if err != nil && ctx.Err() != nil && w.stopping() {
		return river.JobSnooze(0) // the daemon stops: that is not the job's fault
	}
	var snooze *river.JobSnoozeError
	var cancel *cancelError
	if errors.As(err, &snooze) || err != nil && !errors.As(err, &cancel) && !j.Last {
		return w.later(ctx, j, err)
	}
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer done()
	if settleErr := w.db.Tx(ctx, func(tx *Tx) error { return tx.settle(ctx, j, err) }); settleErr != nil {
		return errors.Join(err, fmt.Errorf("settle job %d: %w", j.ID, settleErr), river.JobSnooze(time.Second))
	}
	if cancel != nil {
		return river.JobCancel(err)
	}
	return err
}

const settleTime = 30 * time.Second

// later lets a job wait, but for what was wanted of it while it ran.
func (w *worker) later(ctx context.Context, j Job, err error) error {
	at, wanted, lookErr := w.db.takeAgain(context.WithoutCancel(ctx), j.ID)
	if lookErr != nil || !wanted {
		return errors.Join(err, lookErr)
	}
	return river.JobSnooze(max(0, time.Until(at)))
}

func (tx *Tx) settle(ctx context.Context, j Job, err error) error {
	if err != nil && j.Step.Item != 0 {
		failed := library.Failed{Step: j.Step.Kind, Kind: sdk.KindOf(err), Text: err.Error()}
		applied := tx.Apply(ctx, j.Step.Item, failed)
		if applied != nil && !errors.Is(applied, library.ErrConflict) && !errors.Is(applied, ErrNotFound) {
			return applied
		}
	}
	return tx.endStep(ctx, j.ID)
}
