package db

import (
	"context"
	"errors"

	"github.com/millrace-media/millrace/core/library"
)

// mergeTitles makes one title of two: what hung on the other hangs on the first. Where both are wanted at one profile,
// the first one's item stays and takes the other's requests.
func (tx *Tx) mergeTitles(ctx context.Context, id, other int64) error {
	if id == other {
		return nil
	}
	if gone, err := tx.one(ctx, "SELECT count(*) FROM title WHERE id = ?", other); err != nil || gone == 0 {
		return err // merged a moment ago: two ids named it
	}
	if err := tx.mergeItems(ctx, id, other); err != nil {
		return err
	}
	for _, q := range []string{
		"UPDATE title_id SET title = ? WHERE title = ?",
		"UPDATE item SET title = ? WHERE title = ?",
		`INSERT INTO release_title (title, season, first_episode, last_episode, release, verdict)
			SELECT CAST(? AS BIGINT), season, first_episode, last_episode, release, verdict FROM release_title WHERE title = ?
			ON CONFLICT DO NOTHING`,
	} {
		if _, err := tx.c.exec(ctx, q, id, other); err != nil {
			return err
		}
	}
	if err := tx.mergeKnown(ctx, id, other); err != nil {
		return err
	}
	_, err := tx.c.exec(ctx, "DELETE FROM title WHERE id = ?", other)
	return err
}

// mergeKnown keeps the ids that only the other title had.
func (tx *Tx) mergeKnown(ctx context.Context, id, other int64) error {
	a, err := tx.Title(ctx, id)
	if err != nil {
		return err
	}
	b, err := tx.Title(ctx, other)
	if err != nil {
		return err
	}
	_, err = tx.c.exec(ctx, "UPDATE title SET ids = ? WHERE id = ?", encode(a.IDs.Merge(b.IDs)), id)
	return err
}

func (tx *Tx) mergeItems(ctx context.Context, id, other int64) error {
	losers, err := tx.items(ctx, "WHERE title = ? AND parent = 0", other)
	if err != nil {
		return err
	}
	for _, l := range losers {
		winner, err := tx.one(ctx, "SELECT id FROM item WHERE title = ? AND profile = ? AND parent = 0", id, l.Profile)
		if err != nil {
			return err
		}
		if winner == 0 {
			continue
		}
		if err := tx.mergeItem(ctx, winner, l.ID); err != nil {
			return err
		}
	}
	return nil
}

// mergeItem gives what one item has to another, and removes it.
func (tx *Tx) mergeItem(ctx context.Context, winner, loser int64) error {
	_, err := tx.c.exec(ctx, `INSERT INTO request (instance, ref, item, person, seasons, created)
		SELECT instance, ref, CAST(? AS BIGINT), person, seasons, created FROM request WHERE item = ?
		ON CONFLICT DO NOTHING`, winner, loser)
	if err != nil {
		return err
	}
	children, err := tx.Children(ctx, winner)
	if err != nil {
		return err
	}
	if len(children) == 0 {
		err = tx.adopt(ctx, winner, loser)
	}
	if err == nil {
		err = tx.inheritFiles(ctx, winner, loser)
	}
	if err != nil {
		return err
	}
	_, err = tx.RemoveItem(ctx, loser)
	return err
}

// adopt makes the seasons of a show those of another that has none yet, with all that they hold.
func (tx *Tx) adopt(ctx context.Context, winner, loser int64) error {
	d := tx.door()
	if err := d.lock(ctx, winner); err != nil {
		return err
	}
	seasons, err := tx.Children(ctx, loser)
	if err != nil || len(seasons) == 0 {
		return err
	}
	_, err = tx.c.exec(ctx, `UPDATE item SET root = ?, parent = CASE WHEN parent = ? THEN CAST(? AS BIGINT) ELSE parent END
		WHERE root = ? AND id <> ?`, winner, loser, winner, loser, loser)
	if err != nil {
		return err
	}
	for _, s := range seasons {
		if err := d.apply(ctx, winner, tx.event(library.ChildChanged{To: s.State})); err != nil {
			return err
		}
	}
	return d.flush(ctx)
}

// inheritFiles gives the files of a film, or of episodes, to the same film and episodes of another item.
func (tx *Tx) inheritFiles(ctx context.Context, winner, loser int64) error {
	const twins = `SELECT mine.id, file_item.file FROM file_item
		JOIN item theirs ON theirs.id = file_item.item AND theirs.root = ?
		JOIN item mine ON mine.root = ? AND mine.kind = theirs.kind AND mine.season = theirs.season
			AND mine.episode = theirs.episode
		ORDER BY mine.id, file_item.file`
	type link struct{ item, file int64 }
	links, err := collect(ctx, tx.c, func(r row) (l link, err error) { return l, r.Scan(&l.item, &l.file) }, twins, loser, winner)
	if err != nil {
		return err
	}
	for _, l := range links {
		_, err := tx.c.exec(ctx, "INSERT INTO file_item (file, item) VALUES (?, ?) ON CONFLICT DO NOTHING", l.file, l.item)
		if err != nil {
			return err
		}
		err = tx.Apply(ctx, l.item, library.Downloaded{Files: []int64{l.file}})
		if err != nil && !errors.Is(err, library.ErrConflict) {
			return err
		}
	}
	return nil
}
