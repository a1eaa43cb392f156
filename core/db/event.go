package db

import (
	"context"
	"errors"
	"fmt"
	"time"
)

func nowMicros() int64 { return time.Now().UnixMicro() }

func (tx *Tx) appendEvent(ctx context.Context, e Event) error {
	_, err := tx.c.exec(ctx, `INSERT INTO event (at, item, root, name, from_state, to_state, text, file, library, path)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, micros(tx.now), e.Item, e.Root, e.Name, string(e.From), string(e.To), e.Text,
		e.File, e.Library, e.Path)
	if err != nil {
		return fmt.Errorf("log event %s: %w", e.Name, err)
	}
	return nil
}

const eventQuery = `SELECT tx, seq, at, item, root, name, from_state, to_state, text, file, library, path FROM event `

func scanEvent(r row) (Event, error) {
	var e Event
	var at int64
	err := r.Scan(&e.Cursor.tx, &e.Cursor.seq, &at, &e.Item, &e.Root, &e.Name, &e.From, &e.To, &e.Text, &e.File, &e.Library,
		&e.Path)
	e.At = fromMicros(at)
	return e, err
}

// Events gives what happened, newest first.
func (r Reader) Events(ctx context.Context, f EventFilter) ([]Event, error) {
	if f.Limit == 0 {
		f.Limit = 100
	}
	where, args := "", []any{}
	if f.Item != 0 {
		where, args = "WHERE item = ? OR root = ? ", []any{f.Item, f.Item}
	}
	list, err := collect(ctx, r.c, scanEvent, eventQuery+where+"ORDER BY seq DESC LIMIT ?", append(args, f.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	return list, nil
}

// settled restricts events to those before which none can appear any more. On PostgreSQL a transaction that began
// earlier may commit later: its events come before in the order of the log, so that they must be waited for.
func (r Reader) settled() string {
	if r.shared {
		return "tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
	}
	return "tx >= 0"
}

// Cursor is the end of the log as it is now.
func (r Reader) Cursor(ctx context.Context) (Cursor, error) {
	var c Cursor
	err := r.c.row(ctx, "SELECT tx, seq FROM event WHERE "+r.settled()+" ORDER BY tx DESC, seq DESC LIMIT 1").Scan(&c.tx, &c.seq)
	if err = found(err); err != nil && !errors.Is(err, ErrNotFound) {
		return c, fmt.Errorf("read the end of the log: %w", err)
	}
	return c, nil
}

// EventsAfter gives at most limit events after a cursor, in the order in which they are final.
func (r Reader) EventsAfter(ctx context.Context, c Cursor, limit int) ([]Event, error) {
	list, err := collect(ctx, r.c, scanEvent, eventQuery+"WHERE (tx, seq) > (?, ?) AND "+r.settled()+
		" ORDER BY tx, seq LIMIT ?", c.tx, c.seq, limit)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	return list, nil
}

// watchPoll is how often a watcher looks for what other processes did: often where they are daemons, whose events may be
// final only some time after they were told, and seldom where there is at most somebody with the command line.
func watchPoll(daemons bool) time.Duration {
	if daemons {
		return 250 * time.Millisecond
	}
	return 2 * time.Second
}

// Watch calls fn with every event after a cursor, in order and each once, as they are committed by any daemon, until ctx
// ends or fn fails. A watcher that is slow misses nothing: it reads the log itself.
func (d *DB) Watch(ctx context.Context, from Cursor, fn func([]Event) error) error {
	poke := make(chan struct{}, 1)
	d.mu.Lock()
	d.watches[poke] = struct{}{}
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		delete(d.watches, poke)
		d.mu.Unlock()
	}()
	tick := time.NewTicker(d.poll)
	defer tick.Stop()
	for {
		next, err := d.deliver(ctx, from, fn)
		if err != nil {
			return err
		}
		from = next
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-poke:
		case <-tick.C:
		}
	}
}

const watchBatch = 500

func (d *DB) deliver(ctx context.Context, from Cursor, fn func([]Event) error) (Cursor, error) {
	for {
		list, err := d.EventsAfter(ctx, from, watchBatch)
		if err != nil || len(list) == 0 {
			return from, err
		}
		if err := fn(list); err != nil {
			return from, err
		}
		from = list[len(list)-1].Cursor
	}
}

// poke has the watchers look at the log.
func (d *DB) poke() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.watches {
		select {
		case c <- struct{}{}:
		default: // it is about to look
		}
	}
}

// Prune forgets events from before a time.
func (d *DB) Prune(ctx context.Context, before time.Time) (removed int64, err error) {
	err = d.Tx(ctx, func(tx *Tx) error {
		removed, err = tx.c.exec(ctx, "DELETE FROM event WHERE at < ?", micros(before))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("prune events: %w", err)
	}
	return removed, nil
}
