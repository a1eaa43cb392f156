// Package dbtest gives tests a library of their own, on SQLite and on a PostgreSQL server that it starts.
//
// A test binary that uses it ends the server in its TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(dbtest.Main(m)) }
package dbtest

import (
	"path/filepath"
	"testing"

	"github.com/millrace-media/millrace/core/db"
)

// Main runs the tests, and ends the server that they started.
func Main(m *testing.M) int {
	defer server.stop()
	return m.Run()
}

// Each runs a test on an empty library of each kind.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	EachOptions(t, func(t *testing.T, o db.Options) { test(t, Open(t, o)) })
}

// EachOptions runs a test with what it takes to open an empty library of each kind.
func EachOptions(t *testing.T, test func(t *testing.T, o db.Options)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
}

// Open opens a library until the test ends.
func Open(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the library: %v", err)
		}
	})
	return d
}

// SQLite is an empty library in a file.
func SQLite(t testing.TB) db.Options {
	return db.Options{Path: filepath.Join(t.TempDir(), "millrace.db"), Version: "1.2.3"}
}

// Postgres is an empty library in a database of its own. Where there is no PostgreSQL the test is skipped, or fails if
// MILLRACE_REQUIRE_POSTGRES is 1.
func Postgres(t testing.TB) db.Options {
	t.Helper()
	return db.Options{URL: server.database(t, true), Version: "1.2.3"}
}

// EmptyPostgres is like Postgres, without tables.
func EmptyPostgres(t testing.TB) db.Options {
	t.Helper()
	return db.Options{URL: server.database(t, false), Version: "1.2.3"}
}
