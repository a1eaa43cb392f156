package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
)

func TestMain(m *testing.M) {
	if os.Getenv("MILLRACE_TEST_CHILD") != "" {
		os.Exit(child())
	}
	os.Exit(dbtest.Main(m))
}

// child is a daemon that works until everything is completed, or until it kills itself at a commit: at the nth call of
// the failpoint, by a signal that nothing can catch.
func child() int {
	var left int
	if _, err := fmt.Sscan(os.Getenv("MILLRACE_TEST_CHILD"), &left); err != nil {
		return 2
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	calls := make(chan struct{}, 1)
	calls <- struct{}{} // holds the right to count
	d, err := db.Open(ctx, db.Options{
		URL: os.Getenv("MILLRACE_TEST_URL"), Path: os.Getenv("MILLRACE_TEST_PATH"), Version: "1.2.3",
		Failpoint: func(string) {
			<-calls
			if left--; left == 0 {
				if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
					panic(err)
				}
			}
			calls <- struct{}{}
		},
	})
	if err != nil {
		fmt.Println(err)
		return 3
	}
	if err := workUntilCompleted(ctx, cancel, d); err != nil {
		fmt.Println(err)
		return 4
	}
	return 0
}

func workUntilCompleted(ctx context.Context, cancel func(), d *db.DB) error {
	do := func(events ...library.Event) db.Worker {
		return db.Worker{Do: func(ctx context.Context, j db.Job) error {
			it, err := d.Item(ctx, j.Step.Item)
			if err != nil || !it.Wants(j.Step.Kind) {
				return err
			}
			return d.Apply(ctx, j.Step.Item, events...)
		}}
	}
	from := db.Cursor{}
	go func() {
		// It ends when everything is completed; should it fail, the time limit tells.
		_ = d.Watch(ctx, from, func([]db.Event) error {
			counts, err := d.CountStates(ctx)
			all := counts[library.KindMovie]
			if err == nil && all[library.StateCompleted] == all.Total() {
				cancel()
			}
			return err
		})
	}()
	err := d.Run(ctx, db.RunOptions{Name: "d1", Workers: map[library.StepKind]db.Worker{
		library.StepIndex:    do(library.Indexed{Released: time.Now().Add(-time.Hour)}),
		library.StepScrape:   do(library.Scraped{Candidates: 1}),
		library.StepDownload: do(library.Downloaded{}),
		library.StepRegister: do(library.Registered{}),
	}})
	return errors.Join(err, d.Close())
}

// spawn runs a child, and reports whether it killed itself.
func (w world) spawn(o db.Options, killAt int) (killed bool) {
	w.t.Helper()
	exe, err := os.Executable()
	w.ok(err)
	cmd := exec.CommandContext(w.ctx, exe)
	cmd.Env = append(os.Environ(), fmt.Sprintf("MILLRACE_TEST_CHILD=%d", killAt), "MILLRACE_TEST_URL="+o.URL,
		"MILLRACE_TEST_PATH="+o.Path)
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		w.t.Fatalf("the child ended: %v: %s", err, out)
	}
	return true
}

func TestADaemonMayBeKilledAtAnyCommit(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		w := world{DB: dbtest.Open(t, o), t: t, ctx: t.Context()}
		var films []int64
		killed := 0
		for killAt := 1; killAt <= 24; killAt++ {
			films = append(films, w.submit(film(fmt.Sprintf("tt%d", killAt))))
			if w.spawn(o, killAt) {
				killed++
			}
			for _, id := range films {
				if it := w.item(id); !it.Final() && !w.hasStep(id) {
					t.Fatalf("killed at %d: film %d is %s and no step of it is queued", killAt, id, it.State)
				}
			}
		}
		if killed < 12 {
			t.Errorf("only %d daemons were killed", killed)
		}
		if w.spawn(o, 0) {
			t.Fatal("the last daemon was killed too")
		}
		for _, id := range films {
			w.state(id, library.StateCompleted)
			events, err := w.Events(w.ctx, db.EventFilter{Item: id})
			w.ok(err)
			seen := map[string]int{}
			for _, e := range events {
				seen[e.Name]++
			}
			for _, name := range []string{"requested", "indexed", "scraped", "downloaded", "registered"} {
				if seen[name] != 1 {
					t.Errorf("film %d was %s %d times, want once", id, name, seen[name])
				}
			}
		}
	})
}

// hasStep reports whether a job that has not ended does a step of an item.
func (w world) hasStep(item int64) bool {
	w.t.Helper()
	list, err := w.Jobs(w.ctx, db.JobFilter{States: []db.JobState{db.JobWaiting, db.JobRunning}, Limit: 1000})
	w.ok(err)
	for _, j := range list {
		if j.Step.Item == item {
			return true
		}
	}
	return false
}
