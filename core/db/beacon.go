package db

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace-media/millrace/core/library"
)

const (
	beatEvery  = 5 * time.Second
	deadAfter  = 30 * time.Second
	sweepEvery = 5 * time.Minute
)

// beacon tells other daemons that this one lives, and takes over the jobs of those that do not.
type beacon struct {
	db   *DB
	name string
}

// start shows the beacon before there are jobs under its name: those that are said to run under it belonged to a process
// that is dead, and so do all where nobody else can be at work.
func (b *beacon) start(ctx context.Context) error {
	return b.db.Tx(ctx, func(tx *Tx) error {
		query, args := "DELETE FROM daemon WHERE id = ?", []any{b.name}
		if !tx.shared {
			query, args = "DELETE FROM daemon", nil
		}
		if _, err := tx.c.exec(ctx, query, args...); err != nil {
			return fmt.Errorf("forget the daemon that was: %w", err)
		}
		if err := b.reap(ctx, tx); err != nil {
			return err
		}
		return b.beat(ctx, tx)
	})
}

func (b *beacon) run(ctx context.Context) error {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		err := b.db.Tx(ctx, func(tx *Tx) error {
			if err := b.beat(ctx, tx); err != nil || !tx.shared {
				return err
			}
			return b.reap(ctx, tx)
		})
		if err != nil && ctx.Err() == nil { // the database may be back before the others think that we are dead
			b.db.log.Warn("daemon could not be announced", "daemon", b.name, "error", err)
		}
	}
}

func (b *beacon) stop(ctx context.Context) error {
	return b.db.Tx(ctx, func(tx *Tx) error {
		if _, err := tx.c.exec(ctx, "DELETE FROM daemon WHERE id = ?", b.name); err != nil {
			return fmt.Errorf("withdraw daemon %s: %w", b.name, err)
		}
		return b.putBack(ctx, tx)
	})
}

func (b *beacon) beat(ctx context.Context, tx *Tx) error {
	_, err := tx.c.exec(ctx, `INSERT INTO daemon (id, version, schema_version, seen) VALUES (?, ?,
		(SELECT max(version_id) FROM goose_db_version), ?) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen`,
		b.name, b.db.name, micros(tx.now))
	if err != nil {
		return fmt.Errorf("announce daemon %s: %w", b.name, err)
	}
	return nil
}

func (b *beacon) reap(ctx context.Context, tx *Tx) error {
	_, err := tx.c.exec(ctx, "DELETE FROM daemon WHERE seen < ?", micros(tx.now.Add(-deadAfter)))
	if err != nil {
		return fmt.Errorf("look for dead daemons: %w", err)
	}
	return b.putBack(ctx, tx)
}

// putBack makes the jobs of daemons that are not there available to others. A death is not counted as an attempt.
func (b *beacon) putBack(ctx context.Context, tx *Tx) error {
	query := `UPDATE river_job SET state = 'available', scheduled_at = datetime('now', 'subsec'), attempt = max(attempt - 1, 0)
		WHERE state = 'running' AND json_extract(json(attempted_by), '$[#-1]') NOT IN (SELECT id FROM daemon)`
	if tx.shared {
		query = `UPDATE river_job SET state = 'available', scheduled_at = now(), attempt = greatest(attempt - 1, 0)
			WHERE state = 'running' AND attempted_by[array_upper(attempted_by, 1)] NOT IN (SELECT id FROM daemon)`
	}
	n, err := tx.c.exec(ctx, query)
	if err != nil {
		return fmt.Errorf("take over jobs: %w", err)
	}
	if n > 0 {
		b.db.log.Info("took over the jobs of a daemon that ended", "jobs", n)
	}
	return nil
}

// sweepAlways sweeps now and then: what it finds should not exist, so that it is no part of how steps are queued.
func (d *DB) sweepAlways(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		n, err := d.Sweep(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			d.log.Warn("items without a job could not be looked for", "error", err)
		case n > 0:
			d.log.Info("woke items that had no job", "items", n)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// orphans chooses the items that should have a job and have none.
const orphans = `SELECT id FROM item WHERE id > ? AND (
		kind IN ('movie', 'episode') AND state IN ('requested', 'unreleased', 'indexed', 'scraped', 'downloaded', 'failed')
		OR kind = 'season' AND pack <> '' AND state NOT IN ('paused', 'blacklisted')
		OR kind = 'show' AND (state IN ('requested', 'failed') OR wake_at > 0))
	AND NOT EXISTS (SELECT 1 FROM step WHERE step.item = item.id
		AND step.kind IN ('index', 'scrape', 'download', 'register', 'wake'))
	ORDER BY id LIMIT 500`

// Sweep wakes every item that should have a job and has none, because somebody deleted jobs or a daemon of another
// version left them behind. It gives how many there were.
func (d *DB) Sweep(ctx context.Context) (woken int, err error) {
	err = d.Tx(ctx, func(tx *Tx) error {
		_, err := tx.c.exec(ctx, `DELETE FROM step WHERE NOT EXISTS (
			SELECT 1 FROM river_job WHERE river_job.id = step.job AND river_job.finalized_at IS NULL)`)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look for steps without a job: %w", err)
	}
	after := int64(0)
	for {
		ids, err := collect(ctx, d.c, scanInt, orphans, after)
		if err != nil || len(ids) == 0 {
			return woken, err
		}
		for _, id := range ids {
			if err := d.Apply(ctx, id, library.Wake{}); err != nil {
				return woken, err
			}
		}
		woken += len(ids)
		after = ids[len(ids)-1]
	}
}
