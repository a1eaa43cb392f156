package db

import (
	"context"
	"errors"
	"fmt"
)

// Setting gives what was kept under a name, and whether anything was.
func (r Reader) Setting(ctx context.Context, name string) (value []byte, ok bool, err error) {
	err = found(r.c.row(ctx, "SELECT value FROM setting WHERE name = ?", name).Scan(&value))
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("setting %s: %w", name, err)
	}
	return value, true, nil
}

// PutSetting keeps a value under a name; nil removes it.
func (tx *Tx) PutSetting(ctx context.Context, name string, value []byte) (err error) {
	if value == nil {
		_, err = tx.c.exec(ctx, "DELETE FROM setting WHERE name = ?", name)
	} else {
		_, err = tx.c.exec(ctx, `INSERT INTO setting (name, value) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	}
	if err != nil {
		return fmt.Errorf("keep setting %s: %w", name, err)
	}
	return nil
}

// LoadState gives a plugin instance's value and its version, as [sdk.State] has it: nil and 0 for one never stored.
func (r Reader) LoadState(ctx context.Context, instance, key string) (value []byte, version int64, err error) {
	err = found(r.c.row(ctx, "SELECT value, version FROM plugin_state WHERE instance = ? AND name = ?", instance, key).
		Scan(&value, &version))
	if errors.Is(err, ErrNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("state %s of %s: %w", key, instance, err)
	}
	return value, version, nil
}

// StoreState writes a plugin instance's value where its version is still the one given, and reports whether it was. A nil
// value deletes; its version stays, so that a key which is deleted and written anew is not taken for the old one.
func (d *DB) StoreState(ctx context.Context, instance, key string, value []byte, version int64) (swapped bool, err error) {
	err = d.Tx(ctx, func(tx *Tx) error {
		query := "UPDATE plugin_state SET value = ?, version = version + 1 WHERE instance = ? AND name = ? AND version = ?"
		args := []any{value, instance, key, version}
		if version == 0 {
			query = "INSERT INTO plugin_state (value, instance, name, version) VALUES (?, ?, ?, 1) ON CONFLICT DO NOTHING"
			args = args[:3]
		}
		n, err := tx.c.exec(ctx, query, args...)
		swapped = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("store state %s of %s: %w", key, instance, err)
	}
	return swapped, nil
}
