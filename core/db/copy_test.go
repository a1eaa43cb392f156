package db_test

import (
	"path/filepath"
	"testing"

	"github.com/millrace-media/millrace/core/db"
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
