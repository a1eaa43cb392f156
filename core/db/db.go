// Package db keeps the library: what is wanted, what was found and what we have, with the queue of steps to be done, in
// SQLite or in PostgreSQL behind one API.
//
// [DB.Update] is the one door for every change of an item's state: it loads the item, lets pure code decide, saves it with
// its parents' counters, appends to the log of events and queues what follows, in one transaction. Everything read is
// read through a [Reader], which both the database and a transaction are; everything else written is written on a [Tx].
//
// It knows no plugin and no network but its own, and it decides nothing: that is the work of library and rank.
package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"sync"
	"time"
)

// Options say which library to open. One of URL and Path is set.
type Options struct {
	URL       string            // postgres://...; never logged
	Path      string            // of the SQLite file
	Log       *slog.Logger      // nil: silent
	Version   string            // of this program: told to those who meet a library that is newer than they are
	Failpoint func(name string) // called just before and after every commit, for tests that end the process there
	// Follow opens a library beside the daemon whose it is: nothing is made or migrated, which is ErrOlder where it has
	// to be, and what the daemon commits is heard of soon. Run is not to be called. A migration leaves the tables of
	// files, paths, placements, events and plugins' state such that who opened them before can go on reading.
	Follow bool

	folder fs.FS // of the migrations; nil: ours
}

// DB is an open library. It is safe for use by many goroutines.
type DB struct {
	Reader
	store store
	log   *slog.Logger
	fail  func(string)
	name  string // of the program's version
	poll  time.Duration

	mu      sync.Mutex
	watches map[chan struct{}]struct{} // guarded by mu
}

// store is one of the two databases.
type store interface {
	reader() conn
	// begin opens a transaction; raw is what the job queue knows it by.
	begin(ctx context.Context) (raw rawTx, err error)
	queue() queue
	// retryable reports whether a transaction that failed so may succeed when run again.
	retryable(err error) bool
	// shared reports whether other daemons may use the library at the same time.
	shared() bool
	// alone keeps other daemons out until release is called, or is ErrInUse; of a shared store it does nothing.
	alone() (release func(), err error)
	close() error
}

// rawTx is a transaction of either database.
type rawTx interface {
	conn
	commit(ctx context.Context) error
	rollback(ctx context.Context) error
}

// Open opens a library, makes it where there is none, and brings its schema up to date. It refuses one whose schema is
// newer than this program with [ErrNewer].
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Failpoint == nil {
		o.Failpoint = func(string) {}
	}
	if o.folder == nil {
		folder, err := fs.Sub(migrations, "migrations")
		if err != nil {
			return nil, fmt.Errorf("open library: %w", err)
		}
		o.folder = folder
	}
	s, err := openStore(ctx, o)
	if err != nil {
		return nil, err
	}
	return &DB{
		Reader: Reader{c: s.reader(), shared: s.shared()}, store: s, log: o.Log, fail: o.Failpoint, name: o.Version,
		watches: map[chan struct{}]struct{}{}, poll: watchPoll(o.Follow || s.shared()),
	}, nil
}

func openStore(ctx context.Context, o Options) (store, error) {
	switch {
	case o.URL != "" && o.Path == "":
		return openPostgres(ctx, o)
	case o.Path != "" && o.URL == "":
		return openSQLite(ctx, o)
	}
	return nil, errors.New("open library: one of a URL and a path is needed")
}

// Close ends every connection. No method may run meanwhile.
func (d *DB) Close() error { return d.store.close() }

// Shared reports whether other daemons may use the same library.
func (d *DB) Shared() bool { return d.store.shared() }

// Reader is everything that can be read, from the database or within a transaction.
type Reader struct {
	c      conn
	shared bool // PostgreSQL
}

// Tx is a transaction. It ends with the function that was given it, see [DB.Tx].
type Tx struct {
	Reader
	db  *DB
	raw rawTx
	now time.Time
}

// Now is the time of the transaction, the same throughout.
func (tx *Tx) Now() time.Time { return tx.now }

const maxTries = 8

// errAgain has a transaction begin anew: another one was quicker, and its doing has to be seen.
var errAgain = errors.New("another transaction came first")

// Tx runs fn in a transaction, which is committed where fn returns nil. Where the database asks for it fn runs again, so
// that it must have no effect but through tx; and it must not use db for writing, which would wait for itself.
func (d *DB) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	for try := 1; ; try++ {
		err := d.once(ctx, fn)
		if err == nil || try == maxTries || !errors.Is(err, errAgain) && !d.store.retryable(err) {
			return err
		}
	}
}

func (d *DB) once(ctx context.Context, fn func(tx *Tx) error) (err error) {
	raw, err := d.store.begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	done := false
	defer func() {
		if !done { // also on a panic of fn
			err = errors.Join(err, raw.rollback(context.WithoutCancel(ctx)))
		}
	}()
	now := time.Now().UTC().Truncate(time.Microsecond)
	if err := fn(&Tx{Reader: Reader{c: raw, shared: d.shared}, db: d, raw: raw, now: now}); err != nil {
		return err
	}
	d.fail("commit.before")
	done = true
	if err := raw.commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	d.fail("commit.after")
	d.poke()
	return nil
}
