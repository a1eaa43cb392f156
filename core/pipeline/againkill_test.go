package pipeline

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
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
)

func TestMain(m *testing.M) {
	if os.Getenv("MILLRACE_TEST_CHILD") != "" {
		os.Exit(judgeChild())
	}
	os.Exit(dbtest.Main(m))
}

// judgeChild is a daemon that judges again until nothing is left, or until it kills itself at a commit: at the nth call of
// the failpoint, by a signal that nothing can catch.
func judgeChild() int {
	var left int
	if _, err := fmt.Sscan(os.Getenv("MILLRACE_TEST_CHILD"), &left); err != nil {
		return 2
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	turn := make(chan struct{}, 1)
	turn <- struct{}{} // holds the right to count
	d, err := db.Open(ctx, db.Options{
		URL: os.Getenv("MILLRACE_TEST_URL"), Path: os.Getenv("MILLRACE_TEST_PATH"), Version: "1.2.3",
		Failpoint: func(string) {
			<-turn
			if left--; left == 0 {
				if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
					panic(err)
				}
			}
			turn <- struct{}{}
		},
	})
	if err == nil {
		err = judgeUntilDone(ctx, d)
	}
	if err != nil {
		fmt.Println(err)
		return 3
	}
	return 0
}

func judgeUntilDone(ctx context.Context, d *db.DB) error {
	profile, err := takesAny.Compile()
	if err != nil {
		return err
	}
	pool := plugin.Fixed(plugin.Options{})
	p := New(d, pool, search.New(d, pool, nil, nil), Options{Judge: 7})
	p.Apply(Settings{Profiles: map[string]*rank.Compiled{"default": profile}})
	for {
		if err := p.judgeFound(ctx, db.Job{}); err != nil {
			return err
		}
		stale, err := p.stale(ctx)
		if err != nil || len(stale) == 0 {
			return errors.Join(err, d.Close())
		}
	}
}

// spawnJudge runs a child, and reports whether it killed itself.
func spawnJudge(t *testing.T, o db.Options, killAt int) (killed bool) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), fmt.Sprintf("MILLRACE_TEST_CHILD=%d", killAt), "MILLRACE_TEST_URL="+o.URL, "MILLRACE_TEST_PATH="+o.Path)
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child ended: %v: %s", err, out)
	}
	return true
}

func TestADaemonThatIsKilledGoesOnJudgingWhereItWas(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		d := dbtest.Open(t, o)
		const each = 5
		films := fillJudged(t, d, 8, each)
		w := setupOn(t, d)
		w.profiles(takesAny)
		left := len(films)
		killed := 0
		for killAt := 1; killAt <= 5; killAt++ {
			if spawnJudge(t, o, killAt) {
				killed++
			}
			stale, err := w.stale(t.Context())
			w.ok(err)
			if len(stale) > left {
				t.Errorf("killed at %d: %d films are to be judged, %d were before", killAt, len(stale), left)
			}
			left = len(stale)
			open := map[int64]bool{}
			for _, s := range stale {
				open[s.Item] = true
			}
			for _, id := range films {
				codes, err := d.CountCodes(t.Context(), id)
				w.ok(err)
				untouched := len(codes) == 1 && codes[0] == db.CodeCount{State: db.CandidateRejected, Code: "TOO_BIG", Count: each}
				if untouched != open[id] || (w.item(id).State == library.StateScraped) == open[id] {
					t.Errorf("killed at %d: film %d is %s with %v, and to be judged: %v", killAt, id, w.item(id).State, codes, open[id])
				}
			}
		}
		if killed < 3 {
			t.Errorf("only %d daemons were killed", killed)
		}
		if spawnJudge(t, o, 0) {
			t.Fatal("the last daemon was killed too")
		}
		for _, id := range films {
			w.state(id, library.StateScraped)
			events, err := d.Events(t.Context(), db.EventFilter{Item: id})
			w.ok(err)
			woken := 0
			for _, e := range events {
				if e.Name == "scraped" {
					woken++
				}
			}
			if woken != 1 {
				t.Errorf("film %d was woken %d times, want once", id, woken)
			}
		}
	})
}
