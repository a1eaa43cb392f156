package db

import (
	"context"
	"fmt"

	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// RemoveItem takes a film or a show with all that hangs on it out of the library: its files, where no other item has
// them, and their paths. Its queued jobs will find nothing to do. The placements told are those of the releases of removed
// files of which no file is left; they are still stored, and whoever takes them out of an account removes their rows.
// A season or an episode cannot be removed, for its show would grow it again: it is cleared and blacklisted.
func (tx *Tx) RemoveItem(ctx context.Context, id int64) (Removal, error) {
	out, err := tx.ClearItem(ctx, id)
	if err != nil {
		return out, err
	}
	if out.Root.ID != id {
		return out, sdk.Errorf(sdk.Invalid, "item %d is a %s of a show: blacklist it instead of removing it", id, out.kind)
	}
	if err := tx.removeRows(ctx, out.Root); err != nil {
		return out, fmt.Errorf("remove item %d: %w", id, err)
	}
	return out, nil
}

// ClearItem takes from an item, and from its children, what was found and fetched: files with their paths, and candidates.
// Its state is not touched: that is for Reset, Blacklist or whatever else is applied with it. See [Tx.RemoveItem] for the
// placements.
func (tx *Tx) ClearItem(ctx context.Context, id int64) (out Removal, err error) {
	if err := tx.door().lock(ctx, id); err != nil {
		return out, err
	}
	it, err := tx.Item(ctx, id)
	if err != nil {
		return out, err
	}
	out.kind = it.Kind
	if out.Root, err = tx.Root(ctx, id); err != nil {
		return out, err
	}
	if out.Requesters, err = tx.Requesters(ctx, id); err != nil {
		return out, err
	}
	if err := tx.removeFiles(ctx, id, &out); err != nil {
		return out, fmt.Errorf("clear item %d: %w", id, err)
	}
	for _, table := range []string{"candidate", "judgement"} {
		if _, err := tx.c.exec(ctx, "DELETE FROM "+table+" WHERE item IN "+family, id, id, id); err != nil {
			return out, fmt.Errorf("clear item %d: %w", id, err)
		}
	}
	return out, nil
}

// family chooses an item and all below it.
const family = "(SELECT id FROM item WHERE id = ? OR parent = ? OR root = ?)"

// removeFiles takes the files from the item and its children, and tells what became free by it.
func (tx *Tx) removeFiles(ctx context.Context, id int64, out *Removal) error {
	files, err := tx.FilesOf(ctx, id)
	if err != nil {
		return err
	}
	members, err := collect(ctx, tx.c, scanInt, family[1:len(family)-1], id, id, id)
	if err != nil {
		return err
	}
	releases := map[int64]bool{}
	for _, f := range files {
		gone, err := tx.unlinkAll(ctx, f, members)
		if err != nil {
			return err
		}
		if gone {
			out.Files = append(out.Files, f.ID)
			releases[f.Release] = true
		}
	}
	for release := range releases {
		left, err := tx.one(ctx, "SELECT count(*) FROM file WHERE release = ?", release)
		if err != nil {
			return err
		}
		if left > 0 {
			continue
		}
		list, err := tx.PlacementsOf(ctx, release)
		if err != nil {
			return err
		}
		out.Placements = append(out.Placements, list...)
	}
	return nil
}

func (tx *Tx) unlinkAll(ctx context.Context, f File, items []int64) (gone bool, err error) {
	for _, item := range f.Items {
		for _, mine := range items {
			if item != mine {
				continue
			}
			if gone, err = tx.Unlink(ctx, item, f.ID); err != nil {
				return gone, err
			}
		}
	}
	return gone, nil
}

func (tx *Tx) removeRows(ctx context.Context, root library.Item) error {
	for _, q := range []string{"DELETE FROM step WHERE item IN " + family, "DELETE FROM item WHERE id IN " + family} {
		if _, err := tx.c.exec(ctx, q, root.ID, root.ID, root.ID); err != nil {
			return err
		}
	}
	return tx.appendEvent(ctx, Event{Item: root.ID, Root: root.ID, Name: EventRemoved, From: root.State})
}
