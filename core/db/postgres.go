package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// migrationLock is the number of the lock under which one daemon at a time migrates; it means nothing else.
const migrationLock = 0x6d696c6c72616365

// poolSize is how many connections there are where the URL does not say (pool_max_conns): enough for every job to hold a
// transaction, the queue's listener and some readers. pgx's own default is one a processor.
const poolSize = 20

type pgStore struct {
	pool *pgxpool.Pool
	jobs *riverQueue[pgx.Tx]
}

func openPostgres(ctx context.Context, o Options) (store, error) {
	config, err := pgxpool.ParseConfig(o.URL)
	if err != nil { // its text would hold parts of the URL
		return nil, errors.New("open library: the database URL cannot be read: write postgres://user:password@host:port/name")
	}
	if !strings.Contains(o.URL, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, poolSize)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}
	s := &pgStore{pool: pool}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(fmt.Errorf("open library: %w", err), s.close())
	}
	return s, nil
}

func (s *pgStore) open(ctx context.Context, o Options) (err error) {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	std := stdlib.OpenDBFromPool(s.pool)
	driver := riverpgxv5.New(s.pool)
	m := migrator{
		dialect: dialectPostgres, pool: std, folder: o.folder, river: riverUp(driver, o.Log),
		exclude: s.exclude, version: o.Version, log: o.Log, follow: o.Follow,
	}
	if err := errors.Join(m.up(ctx), std.Close()); err != nil {
		return err
	}
	s.jobs, err = newQueue(driver, func(raw rawTx) pgx.Tx { return raw.(*pgTx).tx }, o.Log)
	return err
}

func (s *pgStore) reader() conn { return pgConn{s.pool} }
func (s *pgStore) queue() queue { return s.jobs }
func (s *pgStore) shared() bool { return true }

func (s *pgStore) begin(ctx context.Context) (rawTx, error) {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &pgTx{pgConn: pgConn{tx}, tx: tx}, nil
}

// retryable: two transactions that wait for each other, or that add the same row, are no error: one of them has to begin
// anew, and will see what the other did. See https://www.postgresql.org/docs/current/errcodes-appendix.html.
func (s *pgStore) retryable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01" || e.Code == "23505")
}

// alone lets others be: the daemons of a shared library find each other by their heartbeats.
func (s *pgStore) alone() (func(), error) { return func() {}, nil }

// exclude waits for whoever migrates. The lock is that of a transaction, which goes through poolers too.
func (s *pgStore) exclude(ctx context.Context) (func() error, error) {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin migration: %w", err)
	}
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
		return nil, errors.Join(fmt.Errorf("wait for another migration: %w", err), tx.Rollback(ctx))
	}
	return func() error { return tx.Rollback(context.WithoutCancel(ctx)) }, nil
}

func (s *pgStore) close() error {
	s.pool.Close()
	return nil
}

type pgTx struct {
	pgConn
	tx pgx.Tx
}

func (t *pgTx) commit(ctx context.Context) error { return t.tx.Commit(ctx) }

// rollback is no error where the connection was lost before, and the transaction with it.
func (t *pgTx) rollback(ctx context.Context) error {
	if err := t.tx.Rollback(ctx); !errors.Is(err, pgx.ErrTxClosed) {
		return err
	}
	return nil
}
