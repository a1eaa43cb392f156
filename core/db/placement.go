package db

import (
	"context"
	"encoding/hex"
	"fmt"
)

// SavePlacement stores where a release stands at a debrid instance, and gives the row's id. Once added by us it stays so.
func (tx *Tx) SavePlacement(ctx context.Context, p Placement) (id int64, err error) {
	err = tx.c.row(ctx, `INSERT INTO placement (instance, release, provider, state, files, node, added, checked, evidence, gone)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (instance, release) DO UPDATE SET provider = excluded.provider, state = excluded.state,
			files = CASE WHEN excluded.files <> '' THEN excluded.files ELSE placement.files END, node = excluded.node,
			added = placement.added OR excluded.added, checked = excluded.checked, evidence = excluded.evidence,
			gone = excluded.gone
		RETURNING id`,
		p.Instance, p.Release, p.Provider, string(p.State), encode(p.Files), p.Node, p.Added, micros(p.Checked), p.Evidence,
		p.Gone).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("save placement of release %d at %s: %w", p.Release, p.Instance, err)
	}
	return id, nil
}

const placementQuery = `SELECT placement.id, placement.instance, placement.release, release.hash, placement.provider,
	placement.state, placement.files, placement.node, placement.added, placement.checked, placement.evidence, placement.gone
	FROM placement JOIN release ON release.id = placement.release `

func scanPlacement(r row) (Placement, error) {
	var p Placement
	var hash []byte
	var files string
	var checked int64
	err := r.Scan(&p.ID, &p.Instance, &p.Release, &hash, &p.Provider, &p.State, &files, &p.Node, &p.Added, &checked,
		&p.Evidence, &p.Gone)
	if err != nil {
		return p, err
	}
	p.Hash, p.Checked = hex.EncodeToString(hash), fromMicros(checked)
	return p, decode(files, &p.Files)
}

// Placement gives a release's placement at an instance.
func (r Reader) Placement(ctx context.Context, instance string, release int64) (Placement, error) {
	p, err := scanPlacement(r.c.row(ctx, placementQuery+"WHERE placement.instance = ? AND placement.release = ?",
		instance, release))
	if err != nil {
		return p, fmt.Errorf("placement of release %d at %s: %w", release, instance, found(err))
	}
	return p, nil
}

// PlacementsOf gives every placement of a release, the ready ones first.
func (r Reader) PlacementsOf(ctx context.Context, release int64) ([]Placement, error) {
	return r.placements(ctx, "WHERE placement.release = ?"+readyFirst, release)
}

// PlacementsFor gives the placements that may serve a file, the ready ones first.
func (r Reader) PlacementsFor(ctx context.Context, file int64) ([]Placement, error) {
	return r.placements(ctx, "WHERE placement.release = (SELECT release FROM file WHERE id = ?)"+readyFirst, file)
}

// Placements gives the placements of an instance with a greater id than after, by id.
func (r Reader) Placements(ctx context.Context, instance string, after int64, limit int) ([]Placement, error) {
	return r.placements(ctx, "WHERE placement.instance = ? AND placement.id > ? ORDER BY placement.id LIMIT ?",
		instance, after, limit)
}

const readyFirst = " ORDER BY CASE placement.state WHEN 'ready' THEN 0 WHEN 'failed' THEN 2 ELSE 1 END, placement.gone, placement.id"

func (r Reader) placements(ctx context.Context, where string, args ...any) ([]Placement, error) {
	list, err := collect(ctx, r.c, scanPlacement, placementQuery+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list placements: %w", err)
	}
	return list, nil
}

// RemovePlacement forgets a placement. Taking it out of the account is not its business.
func (tx *Tx) RemovePlacement(ctx context.Context, id int64) error {
	if _, err := tx.c.exec(ctx, "DELETE FROM placement WHERE id = ?", id); err != nil {
		return fmt.Errorf("remove placement %d: %w", id, err)
	}
	return nil
}
