package web

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

type jobsInput struct {
	State string `query:"state" doc:"States, separated by commas: waiting, running, done, failed"`
	Step  string `query:"step" doc:"Steps, separated by commas"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type backupInput struct{ Body BackupOrder }

func (s *Server) systemRoutes(a huma.API) {
	get := func(path, id, summary string) call {
		return call{method: http.MethodGet, path: path, id: id, summary: summary, tag: "daemon"}
	}
	register(s, a, get("/counts", "count-items", "Count items by kind and state"), func(ctx context.Context, _ *none) (Counts, error) { return s.counts(ctx) })
	register(s, a, get("/running", "list-running", "List steps under way"), func(ctx context.Context, _ *none) (RunningPage, error) {
		return RunningPage{Running: s.running(ctx)}, nil
	})
	register(s, a, get("/jobs", "list-jobs", "List the queue"), s.jobs)
	register(s, a, get("/config", "show-config", "Show the configuration in effect"), func(context.Context, *none) (ConfigText, error) {
		return ConfigText{Text: string(s.o.Config().Show())}, nil
	})
	register(s, a, get("/config/env", "list-variables", "List the variables over the configuration"), func(context.Context, *none) (ConfigVariables, error) {
		return ConfigVariables{Variables: append([]config.Variable{}, s.o.Config().Env()...)}, nil
	})
	register(s, a, get("/version", "show-version", "Tell which program this is"), func(context.Context, *none) (Version, error) {
		return Version{Version: s.o.Version, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}, nil
	})
	doctor := get("/doctor", "run-doctor", "Look at everything the daemon stands on")
	doctor.within = actWithin
	register(s, a, doctor, func(ctx context.Context, _ *none) (Diagnosis, error) { return s.doctor(ctx), nil })
	s.orderRoutes(a)
}

// orderRoutes have the daemon do something.
func (s *Server) orderRoutes(a huma.API) {
	register(s, a, call{
		method: http.MethodPost, path: "/reload", id: "reload-config", summary: "Read the configuration again", tag: "daemon", within: actWithin,
	}, s.reload)
	register(s, a, call{
		method: http.MethodPost, path: "/backup", id: "back-up", summary: "Write a backup", tag: "daemon", within: -1, status: http.StatusCreated,
	}, s.backup)
	register(s, a, call{
		method: http.MethodPost, path: "/sources/{name}/collect", id: "collect-source", summary: "Ask a source soon what is wanted", tag: "items",
		status: http.StatusAccepted,
	}, func(ctx context.Context, in *pluginInput) (Accepted, error) {
		if _, ok := s.o.Pool.Find(sdk.CapabilitySource, in.Name); !ok {
			return Accepted{}, sdk.Errorf(sdk.NotFound, "there is no source %q in use", in.Name)
		}
		if err := s.o.Library.Collect(ctx, in.Name); err != nil {
			return Accepted{}, err
		}
		return Accepted{Text: in.Name + " will be asked now."}, nil
	})
}

func (s *Server) counts(ctx context.Context) (Counts, error) {
	all, err := s.o.DB.CountStates(ctx)
	out := Counts{Kinds: map[string]map[string]int{}}
	for kind, states := range all {
		byState := map[string]int{}
		for state, n := range states {
			byState[string(state)] = n
			out.Total += n
		}
		out.Kinds[string(kind)] = byState
	}
	return out, err
}

func (s *Server) running(ctx context.Context) []RunningStep {
	steps := s.o.Running()
	slices.SortFunc(steps, func(a, b Running) int { return a.Since.Compare(b.Since) })
	ids := make([]int64, len(steps))
	for i, r := range steps {
		ids[i] = r.Item
	}
	labels := s.labels(ctx, ids)
	out := []RunningStep{}
	for _, r := range steps {
		out = append(out, RunningStep{Running: r, Label: labels[r.Item]})
	}
	return out
}

func (s *Server) jobs(ctx context.Context, in *jobsInput) (JobPage, error) {
	f := db.JobFilter{Limit: in.Limit}
	known := []db.JobState{db.JobWaiting, db.JobRunning, db.JobDone, db.JobFailed}
	for _, name := range fields(in.State) {
		if !slices.Contains(known, db.JobState(name)) {
			return JobPage{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "state", Message: "a job has no state " + quote(name) + ": " + choices(known)}
		}
		f.States = append(f.States, db.JobState(name))
	}
	for _, name := range fields(in.Step) {
		if !slices.Contains(library.StepKinds(), library.StepKind(name)) {
			return JobPage{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "step", Message: "there is no step " + quote(name) + ": " + choices(library.StepKinds())}
		}
		f.Kinds = append(f.Kinds, library.StepKind(name))
	}
	return s.jobPage(ctx, f)
}

func (s *Server) jobPage(ctx context.Context, f db.JobFilter) (JobPage, error) {
	out := JobPage{Jobs: []Job{}}
	rows, err := s.o.DB.Jobs(ctx, f)
	if err != nil {
		return out, err
	}
	ids := make([]int64, len(rows))
	for i, j := range rows {
		ids[i] = j.Step.Item
	}
	labels := s.labels(ctx, ids)
	for _, j := range rows {
		out.Jobs = append(out.Jobs, Job{
			ID: j.ID, Step: string(j.Step.Kind), Item: j.Step.Item, Label: labels[j.Step.Item], Key: keyShown(j.Step), Queue: string(j.Step.Queue),
			State: string(j.State), Attempt: j.Attempt, Error: j.Error, At: j.Step.At, Created: j.Created, Started: j.Started, Finished: j.Finished,
		})
	}
	return out, nil
}

// keyShown is the key of a step fit to be shown: that of an import is a magnet link, whose trackers may hold a passkey.
func keyShown(st library.Step) string {
	if st.Kind == library.StepImport {
		return ""
	}
	return st.Key
}

func (s *Server) doctor(ctx context.Context) Diagnosis {
	h := Diagnosis{OK: true, Checks: append([]Check{}, s.o.Doctor(ctx)...)}
	for _, c := range h.Checks {
		h.OK = h.OK && c.OK
	}
	return h
}

func (s *Server) reload(ctx context.Context, _ *none) (Reloaded, error) {
	// Once begun it is not left half done because a client went away.
	ds, err := s.o.Reload(context.WithoutCancel(ctx))
	if err != nil && !ds.HasErrors() {
		return Reloaded{}, err
	}
	return Reloaded{Valid: !ds.HasErrors(), Diagnostics: append(config.Diagnostics{}, ds...), Text: ds.String()}, nil
}

func (s *Server) backup(ctx context.Context, in *backupInput) (BackupDone, error) {
	if in.Body.To != "" && !isLocal(ctx) {
		return BackupDone{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "to", Message: "where to write is said on the command line only: leave it out, and the backup goes to the data folder"}
	}
	path, err := s.o.Backup(ctx, in.Body.To)
	if err != nil {
		var told *sdk.Error
		if isLocal(ctx) && !errors.As(err, &told) {
			err = &sdk.Error{Kind: sdk.Other, Message: err.Error(), Err: err}
		}
		return BackupDone{}, err
	}
	return BackupDone{Path: path}, nil
}
