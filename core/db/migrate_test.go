package db_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// ours gives the product's migrations up to a version, under the names that they have.
func ours(t *testing.T, upTo int) fstest.MapFS {
	t.Helper()
	names, err := fs.Glob(db.Migrations(), "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, n := range names {
		var version int
		if _, err := fmt.Sscanf(path.Base(n), "%d", &version); err != nil {
			t.Fatal(err)
		}
		data, err := fs.ReadFile(db.Migrations(), n)
		if err != nil {
			t.Fatal(err)
		}
		if version <= upTo {
			out[path.Base(n)] = &fstest.MapFile{Data: data}
		}
	}
	return out
}

const latest = 3

// emptyEach runs a test on a place without tables, of each kind.
func emptyEach(t *testing.T, test func(t *testing.T, o db.Options)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, dbtest.SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, dbtest.EmptyPostgres(t))
	})
}

func TestEveryEarlierLibraryIsBroughtUpToDate(t *testing.T) {
	emptyEach(t, func(t *testing.T, o db.Options) {
		for version := 1; version <= latest; version++ {
			d, err := db.Open(t.Context(), db.WithMigrations(o, ours(t, version)))
			if err != nil {
				t.Fatal(err)
			}
			w := world{DB: d, t: t, ctx: t.Context()}
			if version == 1 {
				w.fill("testdata/00001.sql")
			}
			w.ok(d.Close())
		}
		w := world{DB: dbtest.Open(t, o), t: t, ctx: t.Context()}
		w.state(1, library.StateCompleted)
		w.recount(1)
		title, err := w.Title(w.ctx, 1)
		w.ok(err)
		if title.Name != "Pioneer One" || title.IDs.TVDB != "7" || len(title.Episodes) != 1 || len(title.Aliases) != 1 {
			t.Errorf("the title is %+v", title)
		}
		releases, err := w.ReleasesFor(w.ctx, 1, db.Cover{Season: 1, First: 1, Last: 1}, 0)
		if err != nil || len(releases) != 1 || releases[0].Hash != strings.Repeat("61", 20) || releases[0].Seeders() != 5 {
			t.Errorf("releases: %+v, %v", releases, err)
		}
		for r, err := range w.Tree(w.ctx) {
			if err != nil || r.Path != "Pioneer One/S01E01.mkv" || r.File != 1 {
				t.Errorf("the tree has %+v, %v", r, err)
			}
		}
		if v, ok, err := w.Setting(w.ctx, "theme"); !ok || err != nil || string(v) != "dark" {
			t.Errorf("the setting is %q, %v, %v", v, ok, err)
		}
		if v, n, err := w.LoadState(w.ctx, "trakt", "token"); err != nil || string(v) != "t" || n != 2 {
			t.Errorf("the state is %q, %d, %v", v, n, err)
		}
		if p, err := w.PlacementsFor(w.ctx, 1); err != nil || len(p) != 1 || !p[0].Added || p[0].Files[0].Size != 9 {
			t.Errorf("placements: %+v, %v", p, err)
		}
		c, err := w.Candidates(w.ctx, 2)
		if err != nil || len(c) != 1 || c[0].State != db.CandidateUsed || c[0].Verdict != "good" || c[0].Code != "" {
			t.Errorf("candidates: %+v, %v", c, err)
		}
		if s, err := w.Stale(w.ctx, func(string) string { return "p1" }); err != nil || len(s) != 1 || s[0].Item != 2 {
			t.Errorf("to be judged again: %+v, %v, want the season", s, err)
		}
		if n, err := w.FoldTitles(w.ctx); err != nil || n != 1 {
			t.Errorf("FoldTitles: %d, %v, want the one title", n, err)
		}
		namesake := w.title(sdk.Title{IDs: sdk.IDs{TVDB: "8"}, Kind: sdk.Movie, Name: "P.1"})
		if r, err := w.Rivals(w.ctx, namesake); err != nil || len(r) != 1 || r[0].Name != "Pioneer One" {
			t.Errorf("rivals: %+v, %v, want the show that has an alias like it", r, err)
		}
		w.submit(film("tt1")) // ids go on where they were
	})
}

func (w world) fill(file string) {
	w.t.Helper()
	text, err := os.ReadFile(file)
	w.ok(err)
	_, body, _ := strings.Cut(string(text), "\n")
	for s := range strings.SplitSeq(body, ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			w.ok(w.Exec(w.ctx, strings.ReplaceAll(s, "AS BYTEA", "AS "+w.bytes())))
		}
	}
}

// bytes is the type to which a text is cast to become bytes.
func (w world) bytes() string {
	if w.Shared() {
		return "BYTEA"
	}
	return "BLOB"
}

func TestALibraryThatIsNewerIsRefused(t *testing.T) {
	emptyEach(t, func(t *testing.T, o db.Options) {
		newer := ours(t, latest)
		newer["09999_future.sql"] = &fstest.MapFile{Data: []byte("CREATE TABLE future (id BIGINT);\n")}
		later := db.WithMigrations(o, newer)
		later.Version = "9.9.9"
		d, err := db.Open(t.Context(), later)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = db.Open(t.Context(), o)
		if !errors.Is(err, db.ErrNewer) || !strings.Contains(err.Error(), "9.9.9") {
			t.Errorf("Open: %v, want ErrNewer with the version that is needed", err)
		}
	})
}

func TestNothingIsMigratedUnderADaemonAtWork(t *testing.T) {
	emptyEach(t, func(t *testing.T, o db.Options) {
		old := o
		old.Version = "1.0.0"
		w := world{DB: dbtest.Open(t, old), t: t, ctx: t.Context()}
		w.enqueue(library.Step{Kind: library.StepCollect, Key: "wishes"})
		ran := make(chan struct{})
		stop := w.run(only(library.StepCollect, func(context.Context, db.Job) error {
			close(ran)
			return nil
		}))
		<-ran
		newer := ours(t, latest)
		newer["09999_future.sql"] = &fstest.MapFile{Data: []byte("CREATE TABLE future (id BIGINT);\n")}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := db.Open(ctx, db.WithMigrations(o, newer)); !errors.Is(err, db.ErrInUse) {
			t.Errorf("Open: %v, want ErrInUse", err)
		}
		stop()
		d, err := db.Open(t.Context(), db.WithMigrations(o, newer))
		if err != nil {
			t.Fatalf("Open after the daemon has ended: %v", err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestManyMayOpenAnEmptyLibraryAtOnce(t *testing.T) {
	emptyEach(t, func(t *testing.T, o db.Options) {
		errs := make(chan error)
		for range 4 {
			go func() {
				d, err := db.Open(t.Context(), o)
				if err == nil {
					err = d.Close()
				}
				errs <- err
			}()
		}
		for range 4 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestOpenTellsNoSecret(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://millrace:hunter2@127.0.0.1:1/millrace?connect_timeout=1", "postgres://millrace:hunter2@[::1/x", "://hunter2",
	} {
		_, err := db.Open(t.Context(), db.Options{URL: url})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Open: %v, want an error without the password", err)
		}
	}
	if _, err := db.Open(t.Context(), db.Options{}); err == nil {
		t.Error("Open of nothing: no error")
	}
}
