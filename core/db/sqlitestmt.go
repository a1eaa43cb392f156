package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// keptStatements is how many statements a connection to SQLite keeps prepared. There are fewer kinds of them, but for lists of
// arguments, which have a statement for each length.
const keptStatements = 256

// sqliteConnector opens connections that keep their statements prepared. The driver prepares each anew, which takes longer
// than most of them run.
type sqliteConnector struct{ driver.Connector }

// openKeeping is sql.Open with connections that keep their statements.
func openKeeping(url string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(url)
	if err != nil {
		return nil, fmt.Errorf("read the address of the file: %w", err)
	}
	return sql.OpenDB(sqliteConnector{c}), nil
}

// Connect implements driver.Connector.
func (c sqliteConnector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := inner.(sqliteDriverConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver is not the one that was built against"), inner.Close())
	}
	return &sqliteKeeper{sqliteDriverConn: whole, kept: map[string][]sqliteDriverStmt{}}, nil
}

// sqliteDriverConn is what database/sql makes use of in a connection.
type sqliteDriverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteDriverStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// sqliteKeeper is a connection with the statements that are not at work. Like any connection it is used by one goroutine at
// a time. A statement at work is not kept: one that is asked for meanwhile is another.
type sqliteKeeper struct {
	sqliteDriverConn
	kept  map[string][]sqliteDriverStmt
	count int
}

// take gives a statement that is kept, or a new one.
func (k *sqliteKeeper) take(ctx context.Context, query string) (sqliteDriverStmt, error) {
	if list := k.kept[query]; len(list) > 0 {
		s := list[len(list)-1]
		k.kept[query] = list[:len(list)-1]
		k.count--
		return s, nil
	}
	s, err := k.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	whole, ok := s.(sqliteDriverStmt)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver is not the one that was built against"), s.Close())
	}
	return whole, nil
}

// keep takes a statement back. Where there are too many all are dropped: those in use are soon there again.
func (k *sqliteKeeper) keep(query string, s sqliteDriverStmt) error {
	var err error
	if k.count >= keptStatements {
		err = k.drop()
	}
	k.kept[query] = append(k.kept[query], s)
	k.count++
	return err
}

func (k *sqliteKeeper) drop() error {
	var errs []error
	for _, list := range k.kept {
		for _, s := range list {
			errs = append(errs, s.Close())
		}
	}
	clear(k.kept)
	k.count = 0
	return errors.Join(errs...)
}

// ExecContext implements driver.ExecerContext.
func (k *sqliteKeeper) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	res, err := s.ExecContext(ctx, args)
	if err != nil {
		_ = s.Close() // it tells again what err tells
		return nil, err
	}
	return res, k.keep(query, s)
}

// QueryContext implements driver.QueryerContext.
func (k *sqliteKeeper) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		_ = s.Close() // it tells again what err tells
		return nil, err
	}
	return &sqliteKeptRows{Rows: rows, k: k, query: query, s: s}, nil
}

// Close implements driver.Conn.
func (k *sqliteKeeper) Close() error { return errors.Join(k.drop(), k.sqliteDriverConn.Close()) }

// sqliteKeptRows give their statement back when they are closed.
type sqliteKeptRows struct {
	driver.Rows
	k     *sqliteKeeper
	query string
	s     sqliteDriverStmt
	done  bool
}

// Close implements driver.Rows.
func (r *sqliteKeptRows) Close() error {
	if r.done {
		return nil
	}
	r.done = true
	if err := r.Rows.Close(); err != nil {
		_ = r.s.Close() // it tells again what err tells
		return err
	}
	return r.k.keep(r.query, r.s)
}
