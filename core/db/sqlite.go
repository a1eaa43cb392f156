package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const sqliteReaders = 4

// sqliteStore has one connection that writes, which the job queue shares, and a pool of readers that never wait for it.
type sqliteStore struct {
	path  string
	write *sql.DB
	read  *sql.DB
	jobs  *riverQueue[*sql.Tx]
}

func openSQLite(ctx context.Context, o Options) (store, error) {
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, fmt.Errorf("open library %s: %w", o.Path, err)
	}
	if _, err := os.Stat(path); o.Follow && errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("open library %s: %w", path, ErrOlder)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}
	if err := private(path); err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}
	s := &sqliteStore{path: path}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(fmt.Errorf("open library %s: %w", path, err), s.close())
	}
	return s, nil
}

func (s *sqliteStore) open(ctx context.Context, o Options) (err error) {
	if s.write, err = openKeeping(sqliteURL(s.path, "_txlock=immediate")); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	s.write.SetMaxIdleConns(1)
	if s.read, err = openKeeping(sqliteURL(s.path, "_pragma=query_only(1)")); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(sqliteReaders)
	s.read.SetMaxIdleConns(sqliteReaders)
	driver := riversqlite.New(s.write)
	m := migrator{
		dialect: dialectSQLite, pool: s.write, folder: o.folder, river: riverUp(driver, o.Log),
		exclude: s.exclude, version: o.Version, log: o.Log, follow: o.Follow,
	}
	if err := m.up(ctx); err != nil {
		return err
	}
	s.jobs, err = newQueue(driver, func(raw rawTx) *sql.Tx { return raw.(*sqliteTx).tx }, o.Log)
	return err
}

// private makes the file, where there is none, for its owner only: plugins keep tokens in it. What SQLite puts beside it
// gets the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteURL opens a file in write-ahead mode. A commit survives the end of the process always, and that of the machine
// but for the last moments.
func sqliteURL(path, extra string) string {
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-16000)&_pragma=temp_store(MEMORY)&" + extra
}

func (s *sqliteStore) reader() conn { return sqlConn{s.read} }
func (s *sqliteStore) queue() queue { return s.jobs }
func (s *sqliteStore) shared() bool { return false }

func (s *sqliteStore) begin(ctx context.Context) (rawTx, error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	return &sqliteTx{sqlConn: sqlConn{tx}, tx: tx}, nil
}

// retryable: another process, such as a backup, may hold the file for longer than the busy timeout.
func (s *sqliteStore) retryable(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

func (s *sqliteStore) alone() (func(), error) { return lockFile(s.path + ".lock") }

// exclude waits for another process that migrates, but not for a daemon at work.
func (s *sqliteStore) exclude(ctx context.Context) (func() error, error) {
	ctx, cancel := context.WithTimeout(ctx, migrateWait)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		release, err := s.alone()
		if err == nil {
			return func() error { release(); return nil }, nil
		}
		if !errors.Is(err, ErrInUse) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the schema has to be migrated, stop and upgrade the daemon that is at work: %w", err)
		case <-tick.C:
		}
	}
}

const migrateWait = 10 * time.Second

func (s *sqliteStore) close() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

type sqliteTx struct {
	sqlConn
	tx *sql.Tx
}

func (t *sqliteTx) commit(context.Context) error { return t.tx.Commit() }

// rollback is no error where the transaction's context has ended it before.
func (t *sqliteTx) rollback(context.Context) error {
	if err := t.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}
