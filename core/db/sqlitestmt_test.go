package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

// keeping is an empty file with a table of numbers, behind one connection.
func keeping(t *testing.T) *sql.DB {
	t.Helper()
	d, err := openKeeping(sqliteURL(filepath.Join(t.TempDir(), "x.db"), ""))
	if err != nil {
		t.Fatal(err)
	}
	d.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if _, err := d.Exec("CREATE TABLE number (n INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		if _, err := d.Exec("INSERT INTO number (n) VALUES (?)", n); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func count(t *testing.T, d *sql.DB) (n int) {
	t.Helper()
	if err := d.QueryRow("SELECT count(*) FROM number").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestKeptStatementThatIsAtWorkIsNotSharedWithItself(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	tx, err := d.Begin()
	if err != nil {
		t.Fatal(err)
	}
	pairs := 0
	each := func(do func()) {
		rows, err := tx.Query("SELECT n FROM number WHERE n >= ?", 0)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			do()
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		each(func() { each(func() { pairs++ }) })
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if pairs != 18 {
		t.Errorf("%d pairs, want 18", pairs)
	}
}

func TestKeptStatementWorksAgainAfterItFailed(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	for _, query := range []string{"INSERT INTO number (n) VALUES (?)", "INSERT INTO number (n) VALUES (?) RETURNING n"} {
		before := count(t, d)
		for range 2 {
			var n int
			if err := d.QueryRow(query+" -- again", 0).Scan(&n); err == nil || errors.Is(err, sql.ErrNoRows) {
				t.Errorf("%s of a number that is there = %v, want an error", query, err)
			}
			if _, err := d.Exec(query, 0); err == nil {
				t.Errorf("%s of a number that is there: no error", query)
			}
		}
		if _, err := d.Exec(query, 100+before); err != nil {
			t.Errorf("%s: %v", query, err)
		}
		if n := count(t, d); n != before+1 {
			t.Errorf("%d numbers, want %d", n, before+1)
		}
	}
}

func TestKeptStatementWorksAgainAfterItsCallerLeft(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	const long = "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < ?) SELECT n FROM up"
	ctx, leave := context.WithCancel(t.Context())
	rows, err := d.QueryContext(ctx, long, 1_000_000_000)
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	leave()
	for rows.Next() {
	}
	if err := rows.Err(); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want %v", err, context.Canceled)
	}
	rows.Close()
	var n int
	if err := d.QueryRow("SELECT max(n) FROM ("+long+")", 10).Scan(&n); err != nil || n != 10 {
		t.Errorf("%d and %v, want 10", n, err)
	}
	if err := d.QueryRow(long, 1).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d and %v, want 1", n, err)
	}
}

func TestKeptStatementSeesAChangedSchema(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	columns := func() int {
		rows, err := d.Query("SELECT * FROM number")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	before := columns()
	if _, err := d.Exec("ALTER TABLE number ADD COLUMN name TEXT"); err != nil {
		t.Fatal(err)
	}
	if before != 1 || columns() != 2 {
		t.Errorf("%d columns and then %d, want 1 and 2", before, columns())
	}
}

func TestKeptStatementsAreNotTooMany(t *testing.T) {
	t.Parallel()
	d := keeping(t)
	for i := range 3 * keptStatements {
		var n int
		if err := d.QueryRow(fmt.Sprintf("SELECT %d", i)).Scan(&n); err != nil || n != i {
			t.Fatalf("%d and %v, want %d", n, err, i)
		}
	}
	conn, err := d.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		if k := c.(*sqliteKeeper); k.count > keptStatements || k.count < 1 {
			t.Errorf("%d statements are kept, want between 1 and %d", k.count, keptStatements)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
