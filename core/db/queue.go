package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/millrace-media/millrace/core/library"
)

// stepArgs is what River keeps of a step.
type stepArgs struct {
	kind library.StepKind
	Item int64  `json:"item,omitempty"`
	Key  string `json:"key,omitempty"`
}

// Kind implements river.JobArgs.
func (a stepArgs) Kind() string { return string(a.kind) }

// queue hides the transaction type that River's client is made for.
type queue interface {
	insert(ctx context.Context, raw rawTx, steps []library.Step) ([]int64, error)
	// job gives a job's state; one that is not there is finished.
	job(ctx context.Context, raw rawTx, id int64) (rivertype.JobState, time.Time, error)
	// hurry makes a job that waits for its time wait no longer.
	hurry(ctx context.Context, raw rawTx, id int64) error
	// remove takes away a job that has not begun.
	remove(ctx context.Context, raw rawTx, id int64) error
	list(ctx context.Context, p *river.JobListParams) ([]*rivertype.JobRow, error)
	worker(c *river.Config) (runner, error)
}

// runner is a client at work.
type runner interface {
	Start(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	Stopped() <-chan struct{}
}

type riverQueue[T any] struct {
	driver riverdriver.Driver[T]
	client *river.Client[T] // inserts only
	unwrap func(rawTx) T
}

func newQueue[T any](driver riverdriver.Driver[T], unwrap func(rawTx) T, log *slog.Logger) (*riverQueue[T], error) {
	// An inserting client tells workers of a queue's new jobs at most once a cooldown and drops what comes between, which
	// then waits for the next poll. Whoever fetches has a cooldown of its own, which drops nothing.
	client, err := river.NewClient(driver, &river.Config{Logger: log, FetchCooldown: river.FetchCooldownMin})
	if err != nil {
		return nil, fmt.Errorf("open the job queue: %w", err)
	}
	return &riverQueue[T]{driver: driver, client: client, unwrap: unwrap}, nil
}

// maxAttempts is after how many failures a job ends for good; waits and the deaths of daemons do not count.
const maxAttempts = 8

func (q *riverQueue[T]) insert(ctx context.Context, raw rawTx, steps []library.Step) ([]int64, error) {
	params := make([]river.InsertManyParams, len(steps))
	for i, s := range steps {
		opts := &river.InsertOpts{Queue: string(s.Queue), MaxAttempts: maxAttempts}
		if !s.At.IsZero() {
			opts.ScheduledAt = s.At.Truncate(time.Millisecond).Add(time.Millisecond) // never early, where times are rounded
		}
		params[i] = river.InsertManyParams{Args: stepArgs{kind: s.Kind, Item: s.Item, Key: s.Key}, InsertOpts: opts}
	}
	res, err := q.client.InsertManyTx(ctx, q.unwrap(raw), params)
	if err != nil {
		return nil, fmt.Errorf("queue steps: %w", err)
	}
	ids := map[library.Step]int64{}
	for _, r := range res {
		s, err := stepOf(r.Job)
		if err != nil {
			return nil, err
		}
		ids[keyOf(s)] = r.Job.ID
	}
	out := make([]int64, len(steps))
	for i, s := range steps {
		out[i] = ids[keyOf(s)]
	}
	return out, nil
}

// keyOf is what makes two steps the same.
func keyOf(s library.Step) library.Step { return library.Step{Kind: s.Kind, Item: s.Item, Key: s.Key} }

func stepOf(j *rivertype.JobRow) (library.Step, error) {
	var a stepArgs
	if err := json.Unmarshal(j.EncodedArgs, &a); err != nil {
		return library.Step{}, fmt.Errorf("read job %d: %w", j.ID, err)
	}
	return library.Step{
		Kind: library.StepKind(j.Kind), Item: a.Item, Key: a.Key, At: j.ScheduledAt.UTC(), Queue: library.Queue(j.Queue),
	}, nil
}

func (q *riverQueue[T]) job(ctx context.Context, raw rawTx, id int64) (rivertype.JobState, time.Time, error) {
	j, err := q.client.JobGetTx(ctx, q.unwrap(raw), id)
	if errors.Is(err, rivertype.ErrNotFound) {
		return rivertype.JobStateCompleted, time.Time{}, nil
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("look at job %d: %w", id, err)
	}
	return j.State, j.ScheduledAt, nil
}

func (q *riverQueue[T]) hurry(ctx context.Context, raw rawTx, id int64) error {
	if _, err := q.client.JobRetryTx(ctx, q.unwrap(raw), id); err != nil {
		return fmt.Errorf("hurry job %d: %w", id, err)
	}
	return nil
}

func (q *riverQueue[T]) remove(ctx context.Context, raw rawTx, id int64) error {
	if _, err := q.client.JobDeleteTx(ctx, q.unwrap(raw), id); err != nil {
		return fmt.Errorf("take back job %d: %w", id, err)
	}
	return nil
}

func (q *riverQueue[T]) list(ctx context.Context, p *river.JobListParams) ([]*rivertype.JobRow, error) {
	res, err := q.client.JobList(ctx, p)
	if err != nil {
		return nil, err
	}
	return res.Jobs, nil
}

func (q *riverQueue[T]) worker(c *river.Config) (runner, error) {
	client, err := river.NewClient(q.driver, c)
	if err != nil {
		return nil, fmt.Errorf("start the workers: %w", err)
	}
	return client, nil
}
