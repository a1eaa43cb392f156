package db_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/fstest"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
)

// follow opens a library as the process beside a daemon does.
func follow(t *testing.T, o db.Options) (*db.DB, error) {
	t.Helper()
	o.Follow = true
	d, err := db.Open(t.Context(), o)
	if err == nil {
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return d, err
}

func TestWhoFollowsMakesNoLibrary(t *testing.T) {
	emptyEach(t, func(t *testing.T, o db.Options) {
		if _, err := follow(t, o); !errors.Is(err, db.ErrOlder) {
			t.Errorf("where there is none: %v", err)
		}
		if _, err := os.Stat(o.Path); o.Path != "" && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("it made a file: %v", err)
		}
		dbtest.Open(t, o)
		if _, err := follow(t, o); err != nil {
			t.Errorf("where there is one: %v", err)
		}
	})
}

func TestWhoFollowsMigratesNothing(t *testing.T) {
	emptyEach(t, func(t *testing.T, o db.Options) {
		dbtest.Open(t, o)
		newer := ours(t, latest)
		newer["09999_future.sql"] = &fstest.MapFile{Data: []byte("CREATE TABLE future (id BIGINT);\n")}
		later := db.WithMigrations(o, newer)
		if _, err := follow(t, later); !errors.Is(err, db.ErrOlder) {
			t.Errorf("Open: %v, want ErrOlder", err)
		}
		dbtest.Open(t, later)
		if _, err := follow(t, later); err != nil {
			t.Errorf("after the daemon has migrated: %v", err)
		}
		if _, err := follow(t, o); !errors.Is(err, db.ErrNewer) {
			t.Errorf("of an older version: %v, want ErrNewer", err)
		}
	})
}

func TestWhoFollowsHearsAndReadsWhatTheDaemonDoes(t *testing.T) {
	emptyEach(t, func(t *testing.T, o db.Options) {
		w := world{DB: dbtest.Open(t, o), t: t, ctx: t.Context()}
		stop := w.run(only(library.StepCollect, func(context.Context, db.Job) error { return nil }))
		defer stop()
		f, err := follow(t, o)
		w.ok(err)
		from, err := f.Cursor(w.ctx)
		w.ok(err)
		id := w.submit(film("tt7"))
		heard := errors.New("heard")
		err = f.Watch(w.ctx, from, func(list []db.Event) error {
			for _, e := range list {
				if e.Item == id {
					return heard
				}
			}
			return nil
		})
		if !errors.Is(err, heard) {
			t.Errorf("Watch: %v", err)
		}
		// What a plugin keeps is written by both, at once.
		swapped, err := f.StoreState(w.ctx, "debrid/a", "token", []byte("x"), 0)
		if err != nil || !swapped {
			t.Errorf("StoreState: %t, %v", swapped, err)
		}
		if v, _, err := w.LoadState(w.ctx, "debrid/a", "token"); err != nil || string(v) != "x" {
			t.Errorf("LoadState: %q, %v", v, err)
		}
	})
}
