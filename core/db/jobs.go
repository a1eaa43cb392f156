package db

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/millrace-media/millrace/core/library"
)

// JobState tells how far a job is.
type JobState string

// The states of a job.
const (
	JobWaiting JobState = "waiting" // for its time, a free worker, or another try
	JobRunning JobState = "running"
	JobDone    JobState = "done"
	JobFailed  JobState = "failed" // for good
)

// JobRow is a job as it is shown. Jobs that are done are kept for an hour, failed ones for days.
type JobRow struct {
	ID       int64
	Step     library.Step
	State    JobState
	Attempt  int
	Error    string // of the last attempt that failed
	Created  time.Time
	Started  time.Time // of the last attempt
	Finished time.Time
}

// JobFilter chooses jobs, newest first. Empty fields do not restrict.
type JobFilter struct {
	States []JobState
	Kinds  []library.StepKind
	Queues []library.Queue
	Limit  int // 0: 100; at most 10000
}

const maxJobs = 10_000

func jobStates(s JobState) []rivertype.JobState {
	switch s {
	case JobRunning:
		return []rivertype.JobState{rivertype.JobStateRunning}
	case JobDone:
		return []rivertype.JobState{rivertype.JobStateCompleted}
	case JobFailed:
		return []rivertype.JobState{rivertype.JobStateCancelled, rivertype.JobStateDiscarded}
	}
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStateScheduled, rivertype.JobStateRetryable, rivertype.JobStatePending,
	}
}

// Jobs gives a page of the queue.
func (d *DB) Jobs(ctx context.Context, f JobFilter) ([]JobRow, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	p := river.NewJobListParams().First(min(f.Limit, maxJobs)).OrderBy(river.JobListOrderByID, river.SortOrderDesc)
	if len(f.States) > 0 {
		var states []rivertype.JobState
		for _, s := range f.States {
			states = append(states, jobStates(s)...)
		}
		p = p.States(states...)
	}
	if len(f.Kinds) > 0 {
		p = p.Kinds(strs(f.Kinds)...)
	}
	if len(f.Queues) > 0 {
		p = p.Queues(strs(f.Queues)...)
	}
	list, err := d.store.queue().list(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	out := make([]JobRow, 0, len(list))
	for _, j := range list {
		r, err := jobRow(j)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func strs[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func jobRow(j *rivertype.JobRow) (JobRow, error) {
	step, err := stepOf(j)
	if err != nil {
		return JobRow{}, err
	}
	r := JobRow{ID: j.ID, Step: step, State: JobWaiting, Attempt: j.Attempt, Created: j.CreatedAt.UTC()}
	for _, s := range []JobState{JobRunning, JobDone, JobFailed} {
		for _, of := range jobStates(s) {
			if of == j.State {
				r.State = s
			}
		}
	}
	if n := len(j.Errors); n > 0 {
		r.Error = j.Errors[n-1].Error
	}
	if j.AttemptedAt != nil {
		r.Started = j.AttemptedAt.UTC()
	}
	if j.FinalizedAt != nil {
		r.Finished = j.FinalizedAt.UTC()
	}
	return r, nil
}
