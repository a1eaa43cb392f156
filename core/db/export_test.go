package db

import (
	"context"
	"io/fs"
)

// Migrations are those of the product.
func Migrations() fs.FS { return migrations }

// WithMigrations has a library opened with other migrations.
func WithMigrations(o Options, folder fs.FS) Options {
	o.folder = folder
	return o
}

// RivalsQuery finds the namesakes of a title.
const RivalsQuery = rivalsQuery

// Exec runs a statement, for tests that bring about what the API does not.
func (d *DB) Exec(ctx context.Context, query string, args ...any) error {
	return d.Tx(ctx, func(tx *Tx) error {
		_, err := tx.c.exec(ctx, query, args...)
		return err
	})
}

// Explain gives the plan of a query.
func (d *DB) Explain(ctx context.Context, query string, args ...any) ([]string, error) {
	return collect(ctx, d.c, func(r row) (string, error) {
		var a, b, c int
		var text string
		return text, r.Scan(&a, &b, &c, &text)
	}, "EXPLAIN QUERY PLAN "+query, args...)
}
