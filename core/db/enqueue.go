package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/millrace-media/millrace/core/library"
)

// Enqueue queues steps. One that is queued already is not queued again, but brought forward where it is wanted earlier. One
// that is running runs once more when it has ended: what it saw may be older than what is wanted now.
func (d *DB) Enqueue(ctx context.Context, steps ...library.Step) error {
	return d.Tx(ctx, func(tx *Tx) error { return tx.Enqueue(ctx, steps...) })
}

// Enqueue is [DB.Enqueue] within the transaction.
func (tx *Tx) Enqueue(ctx context.Context, steps ...library.Step) error {
	var fresh []library.Step
	for _, s := range merged(steps, tx.now) {
		queued, err := tx.queued(ctx, s)
		if err != nil {
			return fmt.Errorf("queue %s of item %d: %w", s.Kind, s.Item, err)
		}
		if !queued {
			fresh = append(fresh, s)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	ids, err := tx.db.store.queue().insert(ctx, tx.raw, fresh)
	if err != nil {
		return err
	}
	for i, s := range fresh {
		if err := tx.noteStep(ctx, s, ids[i]); err != nil {
			return err
		}
	}
	return nil
}

// merged leaves one of each step, the earliest, with its queue and its time filled in.
func merged(steps []library.Step, now time.Time) []library.Step {
	var out []library.Step
	at := map[library.Step]int{}
	for _, s := range steps {
		if s.Queue == "" {
			s.Queue = s.Kind.Queue()
		}
		if s.At.IsZero() || s.At.Before(now) {
			s.At = now
		}
		key := keyOf(s)
		i, twice := at[key]
		switch {
		case !twice:
			at[key] = len(out)
			out = append(out, s)
		case s.At.Before(out[i].At) || s.Queue == library.QueuePriority:
			out[i] = s
		}
	}
	for i := range out {
		if out[i].At.Equal(now) {
			out[i].At = time.Time{}
		}
	}
	return out
}

// noteStep remembers which job does a step.
func (tx *Tx) noteStep(ctx context.Context, s library.Step, job int64) error {
	_, err := tx.c.exec(ctx, `INSERT INTO step (kind, item, name, job, again, queue) VALUES (?, ?, ?, ?, 0, ?)
		ON CONFLICT (kind, item, name) DO UPDATE SET job = excluded.job, again = 0, queue = excluded.queue`,
		string(s.Kind), s.Item, s.Key, job, string(s.Queue))
	if err != nil {
		return fmt.Errorf("note job %d: %w", job, err)
	}
	return nil
}

// queued sees to a step that has a job already, and reports whether there is one that will do it.
func (tx *Tx) queued(ctx context.Context, s library.Step) (bool, error) {
	query := "SELECT job, queue FROM step WHERE kind = ? AND item = ? AND name = ?"
	if tx.shared {
		query += " FOR UPDATE" // whoever ends the job waits for us, and then sees what we leave
	}
	var job int64
	var line library.Queue
	err := found(tx.c.row(ctx, query, string(s.Kind), s.Item, s.Key).Scan(&job, &line))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	state, at, err := tx.look(ctx, job)
	if err != nil {
		return false, err
	}
	switch state {
	case rivertype.JobStateRunning:
		return true, tx.again(ctx, s)
	case rivertype.JobStateAvailable, rivertype.JobStateScheduled, rivertype.JobStateRetryable, rivertype.JobStatePending:
		return tx.forward(ctx, s, job, line, at)
	}
	return false, nil
}

// look gives a job's state, and keeps it from being begun until the transaction ends.
func (tx *Tx) look(ctx context.Context, job int64) (rivertype.JobState, time.Time, error) {
	if tx.shared {
		if _, err := tx.c.exec(ctx, "SELECT 1 FROM river_job WHERE id = ? FOR UPDATE", job); err != nil {
			return "", time.Time{}, err
		}
	}
	return tx.db.store.queue().job(ctx, tx.raw, job)
}

// again has a running job followed by another.
func (tx *Tx) again(ctx context.Context, s library.Step) error {
	at := micros(s.At)
	if at == 0 {
		at = micros(tx.now)
	}
	_, err := tx.c.exec(ctx, `UPDATE step SET again = CASE WHEN again = 0 OR again > ? THEN CAST(? AS BIGINT) ELSE again END,
		queue = ? WHERE kind = ? AND item = ? AND name = ?`, at, at, string(s.Queue), string(s.Kind), s.Item, s.Key)
	return err
}

// forward brings a job that waits forward, where the step is wanted earlier or in front of others; false has a new one
// take its place.
func (tx *Tx) forward(ctx context.Context, s library.Step, job int64, line library.Queue, at time.Time) (bool, error) {
	q := tx.db.store.queue()
	ahead := s.Queue == library.QueuePriority && line != library.QueuePriority
	waits := at.After(tx.now)
	switch {
	case ahead, waits && !s.At.IsZero() && s.At.Before(at.Add(-time.Second)):
		return false, q.remove(ctx, tx.raw, job)
	case waits && s.At.IsZero():
		return true, q.hurry(ctx, tx.raw, job)
	}
	return true, nil
}

// endStep forgets the job of a step, and queues the step anew where it was wanted while it ran.
func (tx *Tx) endStep(ctx context.Context, job int64) error {
	var s library.Step
	var again int64
	err := found(tx.c.row(ctx, "DELETE FROM step WHERE job = ? RETURNING kind, item, name, again, queue", job).
		Scan(&s.Kind, &s.Item, &s.Key, &again, &s.Queue))
	if errors.Is(err, ErrNotFound) || err == nil && again == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end job %d: %w", job, err)
	}
	s.At = fromMicros(again)
	return tx.Enqueue(ctx, s)
}

// takeAgain gives when a running job was wanted again, if it was, and forgets it.
func (d *DB) takeAgain(ctx context.Context, job int64) (at time.Time, wanted bool, err error) {
	again, err := d.one(ctx, "SELECT again FROM step WHERE job = ?", job)
	if err != nil || again == 0 {
		return time.Time{}, false, err
	}
	err = d.Tx(ctx, func(tx *Tx) error {
		_, err := tx.c.exec(ctx, "UPDATE step SET again = 0 WHERE job = ?", job)
		return err
	})
	return fromMicros(again), err == nil, err
}
