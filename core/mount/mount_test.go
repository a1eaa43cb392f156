package mount

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs"
)

// record is a log that can be read while it is written.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

type world struct {
	*Mount
	t   *testing.T
	db  *db.DB
	log *record
	n   int
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: dbtest.Open(t, dbtest.SQLite(t)), log: &record{}}
	w.Mount = New(w.db, nil, slog.New(slog.NewTextHandler(w.log, nil)))
	return w
}

func (w *world) tx(fn func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.db.Tx(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// place gives a new file a path.
func (w *world) place(library, path string) (file db.File) {
	w.t.Helper()
	w.n++
	hash := fmt.Sprintf("%040x", w.n)
	w.tx(func(tx *db.Tx) error {
		ids, err := tx.SaveReleases(w.t.Context(), "s", []db.Found{{Release: sdk.Release{Hash: hash, Name: hash}}})
		if err != nil {
			return err
		}
		id, err := tx.PutFile(w.t.Context(), db.File{Release: ids[0], Hash: hash, Path: "f.mkv", Size: int64(100 + w.n)})
		if err != nil {
			return err
		}
		if file, err = tx.File(w.t.Context(), id); err != nil {
			return err
		}
		_, err = tx.Place(w.t.Context(), library, path, id)
		return err
	})
	return file
}

func (w *world) has(path string) bool {
	_, err := w.Tree().Walk(path)
	return err == nil
}

func (w *world) load() {
	w.t.Helper()
	if err := w.Load(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) run() {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	})
}

func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			w.t.Fatalf("it never came to pass that %s", what)
		}
		timer := time.NewTimer(2 * time.Millisecond)
		<-timer.C
	}
}

func TestTheTreeIsWhatTheLibraryHolds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	f := w.place("movies", "movies/Sintel (2010)/Sintel.mkv")
	w.load()
	e, err := w.Tree().Walk("movies/Sintel (2010)/Sintel.mkv")
	if err != nil {
		t.Fatal(err)
	}
	if e.Inode != vfs.FileInode(f.ID) || e.Size != f.Size || !e.Mtime.Equal(f.Created) {
		t.Errorf("got %+v of %+v", e, f)
	}
}

func TestThePartsOfAFilmStandBesideEachOther(t *testing.T) {
	t.Parallel()
	w := setup(t)
	want := map[string]int64{}
	for _, name := range []string{"Sintel (2010) - cd1.avi", "Sintel (2010) - cd2.avi"} {
		want[name] = w.place("movies", "movies/Sintel (2010)/"+name).Size
	}
	w.load()
	folder, err := w.Tree().Walk("movies/Sintel (2010)")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := w.Tree().ReadDir(folder.Inode)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, e := range entries {
		got[e.Name] = e.Size
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("got before want:\n%s", d)
	}
}

func TestTheTreeFollowsTheLibrary(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.load()
	early := w.place("movies", "movies/a.mkv") // between loading and running
	w.run()
	w.eventually("a path of before appears", func() bool { return w.has("movies/a.mkv") })
	w.place("movies", "movies/b.mkv")
	w.eventually("a new path appears", func() bool { return w.has("movies/b.mkv") })
	w.tx(func(tx *db.Tx) error {
		if err := tx.Unplace(t.Context(), "movies", "movies/a.mkv"); err != nil {
			return err
		}
		_, err := tx.Place(t.Context(), "movies", "movies/A/a.mkv", early.ID)
		return err
	})
	w.eventually("a path moves", func() bool { return w.has("movies/A/a.mkv") && !w.has("movies/a.mkv") })
	w.tx(func(tx *db.Tx) error { return tx.RemoveFile(t.Context(), early.ID) })
	w.eventually("a path goes", func() bool { return !w.has("movies/A/a.mkv") })
	if got := w.log.String(); got != "" {
		t.Errorf("it complains: %s", got)
	}
}

func TestAPathThatCannotStandIsToldAndStopsNoOther(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.place("one", "media/x")
	w.place("two", "media/x/y.mkv")
	w.place("two", "media/z.mkv")
	w.load()
	if !w.has("media/x") || w.has("media/x/y.mkv") || !w.has("media/z.mkv") || !strings.Contains(w.log.String(), "media/x/y.mkv") {
		t.Errorf("x %t, z %t: %s", w.has("media/x"), w.has("media/z.mkv"), w.log)
	}
}

func TestALibrarysFolderIsThereFromTheStart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var ls []config.Library
	for _, folder := range []string{"movies/{title}", "tv", "{title}/x", "{title}"} {
		tmpl, err := config.ParseTemplate(folder, []string{"title"})
		if err != nil {
			t.Fatal(err)
		}
		ls = append(ls, config.Library{Folder: tmpl})
	}
	w.Libraries(ls)
	w.Libraries(ls)
	for path, want := range map[string]bool{"movies": true, "tv": true, "{title}": false} {
		if got := w.has(path); got != want {
			t.Errorf("%s is there: %t", path, got)
		}
	}
}

func TestAnErrorHasItsMeaningForReaders(t *testing.T) {
	t.Parallel()
	for kind, want := range map[sdk.Kind]error{
		sdk.Invalid: vfs.ErrInvalid, sdk.Denied: vfs.ErrPermission, sdk.NotFound: vfs.ErrBroken, sdk.Gone: vfs.ErrBroken,
		sdk.Limited: vfs.ErrBroken, sdk.Pending: vfs.ErrBroken, sdk.Unavailable: vfs.ErrBroken, sdk.Other: vfs.ErrBroken,
	} {
		err := error(sdk.Errorf(kind, "x"))
		if got := translate(err); !errors.Is(got, want) || !errors.Is(got, err) {
			t.Errorf("%s: got %v", kind, got)
		}
	}
	if got := translate(fmt.Errorf("x: %w", context.Canceled)); !errors.Is(got, context.Canceled) || errors.Is(got, vfs.ErrBroken) {
		t.Errorf("got %v", got)
	}
	if got := translate(context.DeadlineExceeded); !errors.Is(got, vfs.ErrBroken) {
		t.Errorf("got %v", got)
	}
}
