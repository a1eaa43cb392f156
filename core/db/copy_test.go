package db_test

import (
	"path/filepath"
	"testing"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/db/dbtest"
)

func TestACopyOfASQLiteLibraryHoldsWhatItHeld(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), t.TempDir()
	d, err := db.Open(ctx, db.Options{Path: filepath.Join(dir, "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Tx(ctx, func(tx *db.Tx) error { return tx.PutSetting(ctx, "name", []byte("value")) }); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "copy.db")
	if err := d.Copy(ctx, to); err != nil {
		t.Fatal(err)
	}
	if err := d.Copy(ctx, to); err == nil {
		t.Error("a copy went over a file that was there")
	}
	copied, err := db.Open(ctx, db.Options{Path: to})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if got, ok, err := copied.Setting(ctx, "name"); err != nil || !ok || string(got) != "value" {
		t.Errorf("the copy holds %q, %v, %v", got, ok, err)
	}
}

func TestACopyOfAPostgreSQLLibraryTakesThePlaceOfAnother(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := dbtest.Open(t, dbtest.Postgres(t))
	put := func(d *db.DB, value string) {
		t.Helper()
		if err := d.Tx(ctx, func(tx *db.Tx) error { return tx.PutSetting(ctx, "name", []byte(value)) }); err != nil {
			t.Fatal(err)
		}
	}
	put(d, "kept")
	dump := filepath.Join(t.TempDir(), "copy.dump")
	if err := d.Copy(ctx, dump); err != nil {
		t.Fatal(err)
	}
	other := dbtest.Postgres(t)
	o, err := db.Open(ctx, other)
	if err != nil {
		t.Fatal(err)
	}
	put(o, "replaced")
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.RestorePostgres(ctx, other.URL, dump); err != nil {
		t.Fatal(err)
	}
	restored, err := db.Open(ctx, other)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	if got, ok, err := restored.Setting(ctx, "name"); err != nil || !ok || string(got) != "kept" {
		t.Errorf("after the restore it holds %q, %v, %v", got, ok, err)
	}
}
