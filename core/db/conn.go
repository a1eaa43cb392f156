package db

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// rows and row are what both drivers give for a query.
type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

type row interface{ Scan(dest ...any) error }

// conn is a pool or a transaction of either database. Queries are written with ? for arguments.
type conn interface {
	exec(ctx context.Context, query string, args ...any) (int64, error)
	query(ctx context.Context, query string, args ...any) (rows, error)
	row(ctx context.Context, query string, args ...any) row
}

type sqlRunner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

type sqlConn struct{ r sqlRunner }

func (c sqlConn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := c.r.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c sqlConn) query(ctx context.Context, query string, args ...any) (rows, error) {
	rs, err := c.r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return sqlRows{rs}, nil
}

func (c sqlConn) row(ctx context.Context, query string, args ...any) row {
	return c.r.QueryRowContext(ctx, query, args...)
}

type sqlRows struct{ *sql.Rows }

// Close ends the query. Its error would tell of the driver's cleaning up only: what went wrong with reading is in Err.
func (r sqlRows) Close() { _ = r.Rows.Close() }

type pgRunner interface {
	Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

type pgConn struct{ r pgRunner }

func (c pgConn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	tag, err := c.r.Exec(ctx, numbered(query), args...)
	return tag.RowsAffected(), err
}

func (c pgConn) query(ctx context.Context, query string, args ...any) (rows, error) {
	rs, err := c.r.Query(ctx, numbered(query), args...)
	if err != nil {
		return nil, err
	}
	return rs, nil
}

func (c pgConn) row(ctx context.Context, query string, args ...any) row {
	return c.r.QueryRow(ctx, numbered(query), args...)
}

// numbered turns ? into $1, $2... No query of ours holds a question mark otherwise.
func numbered(query string) string {
	parts := strings.Split(query, "?")
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(i))
		}
		b.WriteString(p)
	}
	return b.String()
}

// marks is a list of n argument places, as "?,?,?".
func marks(n int) string {
	if n == 0 {
		return "NULL"
	}
	return strings.Repeat("?,", n-1) + "?"
}

// groups is a list of n rows of argument places, as "(?,?),(?,?)".
func groups(n, columns int) string { return repeat("("+marks(columns)+")", n) }

// repeat writes something n times, with commas between.
func repeat(one string, n int) string { return strings.Repeat(one+",", n-1) + one }

// eachChunk gives a list to f in parts that have few lengths, so that a statement for each is kept prepared.
func eachChunk[T any](list []T, f func(part []T) error) error {
	for _, size := range []int{64, 8, 1} {
		for len(list) >= size {
			if err := f(list[:size]); err != nil {
				return err
			}
			list = list[size:]
		}
	}
	return nil
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// micros is how a time is stored: microseconds since 1970, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// found turns the drivers' "no rows" into ErrNotFound.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// collect scans every row of a query.
func collect[T any](ctx context.Context, c conn, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	rs, err := c.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []T
	for rs.Next() {
		v, err := scan(rs)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rs.Err()
}

func scanInt(r row) (n int64, err error) { return n, r.Scan(&n) }
