package db

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

// lastEpisode is the end of a season that is covered as a whole.
const lastEpisode = 1_000_000

// batch is how many rows are written or asked for by one statement.
const batch = 200

func hashBytes(hash string) ([]byte, error) {
	b, err := hex.DecodeString(hash)
	if err != nil || len(b) != 20 && len(b) != 32 {
		return nil, sdk.Errorf(sdk.Invalid, "%q is no info-hash", hash)
	}
	return b, nil
}

// SaveReleases stores what an instance found, and what it covers; the ids are in the order of the list. A release that
// is known gets what was not known of it, and its sighting is renewed.
func (tx *Tx) SaveReleases(ctx context.Context, instance string, list []Found) ([]int64, error) {
	ids := make([]int64, len(list))
	for i, f := range list {
		id, err := tx.saveRelease(ctx, instance, f)
		if err != nil {
			return nil, fmt.Errorf("save release %s: %w", f.Hash, err)
		}
		ids[i] = id
	}
	return ids, nil
}

func (tx *Tx) saveRelease(ctx context.Context, instance string, f Found) (id int64, err error) {
	hash, err := hashBytes(f.Hash)
	if err != nil {
		return 0, err
	}
	if f.Parsed == nil {
		f.Parsed = []byte{}
	}
	err = tx.c.row(ctx, `INSERT INTO release (hash, name, size, private, first_seen, parsed, parser, magnet, web_seeds, files)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET
			size = CASE WHEN excluded.size > 0 THEN excluded.size ELSE release.size END,
			private = release.private AND excluded.private,
			parsed = CASE WHEN excluded.parser >= release.parser THEN excluded.parsed ELSE release.parsed END,
			parser = CASE WHEN excluded.parser >= release.parser THEN excluded.parser ELSE release.parser END,
			magnet = CASE WHEN excluded.magnet <> '' THEN excluded.magnet ELSE release.magnet END,
			web_seeds = CASE WHEN excluded.web_seeds <> '' THEN excluded.web_seeds ELSE release.web_seeds END,
			files = CASE WHEN excluded.files <> '' THEN excluded.files ELSE release.files END
		RETURNING id`,
		hash, f.Name, f.Size, f.Private, micros(tx.now), f.Parsed, f.Parser, f.Magnet, encode(f.WebSeeds), encode(f.Files),
	).Scan(&id)
	if err != nil {
		return 0, err
	}
	if err := tx.saveSighting(ctx, id, instance, f); err != nil {
		return 0, err
	}
	return id, tx.saveCovers(ctx, id, f)
}

func (tx *Tx) saveSighting(ctx context.Context, release int64, instance string, f Found) error {
	_, err := tx.c.exec(ctx, `INSERT INTO sighting (release, instance, seeders, tracker, languages, page, torrent, published, seen)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (release, instance) DO UPDATE SET seeders = excluded.seeders, tracker = excluded.tracker,
			languages = excluded.languages, page = excluded.page, torrent = excluded.torrent, published = excluded.published, seen = excluded.seen`,
		release, instance, f.Seeders, f.Tracker, encode(f.Languages), f.Page, f.Torrent, micros(f.Published), micros(tx.now))
	return err
}

func (tx *Tx) saveCovers(ctx context.Context, release int64, f Found) error {
	if f.Title == 0 {
		return nil
	}
	for _, c := range (Covering{Release: release, Title: f.Title, Covers: f.Covers, Verdict: f.Verdict}).rows() {
		_, err := tx.c.exec(ctx, `INSERT INTO release_title (title, season, first_episode, last_episode, release, verdict)
			VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (title, season, first_episode, last_episode, release) DO UPDATE SET verdict = excluded.verdict`,
			c.title, c.season, c.first, c.last, c.release, c.verdict)
		if err != nil {
			return err
		}
	}
	return nil
}

func (c Cover) span() (first, last int) {
	if c.First == 0 && c.Last == 0 {
		return 0, lastEpisode
	}
	return c.First, max(c.First, c.Last)
}

// ReleasesFor gives the releases that hold all of a part of a title, in the order in which they were first seen: of a film or a
// whole show, of a season, or of an episode (First and Last alike). Limit 0 is no limit.
func (r Reader) ReleasesFor(ctx context.Context, title int64, c Cover, limit int) ([]Release, error) {
	first, last := c.span()
	if limit == 0 {
		limit = 1 << 30
	}
	ids, err := collect(ctx, r.c, scanInt, `SELECT DISTINCT release FROM release_title
		WHERE title = ? AND season IN (?, ?) AND first_episode <= ? AND last_episode >= ? LIMIT ?`,
		title, WholeTitle, c.Season, first, last, limit)
	if err != nil {
		return nil, fmt.Errorf("releases of title %d: %w", title, err)
	}
	return r.releasesByID(ctx, ids)
}

// Release gives one release by its id.
func (r Reader) Release(ctx context.Context, id int64) (Release, error) {
	list, err := r.releasesByID(ctx, []int64{id})
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Release{}, fmt.Errorf("release %d: %w", id, err)
	}
	return list[0], nil
}

// ReleaseByHash gives one release by its info-hash in hex.
func (r Reader) ReleaseByHash(ctx context.Context, hash string) (Release, error) {
	b, err := hashBytes(strings.ToLower(hash))
	if err != nil {
		return Release{}, err
	}
	id, err := r.one(ctx, "SELECT id FROM release WHERE hash = ?", b)
	if err != nil {
		return Release{}, fmt.Errorf("release %s: %w", hash, err)
	}
	if id == 0 {
		return Release{}, fmt.Errorf("release %s: %w", hash, ErrNotFound)
	}
	return r.Release(ctx, id)
}

func (r Reader) releasesByID(ctx context.Context, ids []int64) ([]Release, error) {
	var out []Release
	for len(ids) > 0 {
		n := min(batch, len(ids))
		list, err := r.releaseBatch(ctx, ids[:n])
		if err != nil {
			return nil, err
		}
		out, ids = append(out, list...), ids[n:]
	}
	return out, nil
}

func (r Reader) releaseBatch(ctx context.Context, ids []int64) ([]Release, error) {
	in := "(" + marks(len(ids)) + ")"
	list, err := collect(ctx, r.c, scanRelease, `SELECT id, hash, name, size, private, first_seen, parsed, parser, magnet,
		web_seeds, files FROM release WHERE id IN `+in+" ORDER BY id", anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("read releases: %w", err)
	}
	at := map[int64]*Release{}
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	rs, err := r.c.query(ctx, `SELECT release, instance, seeders, tracker, languages, page, torrent, published, seen FROM sighting
		WHERE release IN `+in+" ORDER BY instance", anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("read sightings: %w", err)
	}
	defer rs.Close()
	for rs.Next() {
		id, s, err := scanSighting(rs)
		if err != nil {
			return nil, fmt.Errorf("read sightings: %w", err)
		}
		at[id].Sightings = append(at[id].Sightings, s)
	}
	return list, rs.Err()
}

func scanRelease(r row) (Release, error) {
	var out Release
	var hash []byte
	var seen int64
	var seeds, files string
	err := r.Scan(&out.ID, &hash, &out.Name, &out.Size, &out.Private, &seen, &out.Parsed, &out.Parser, &out.Magnet, &seeds,
		&files)
	if err != nil {
		return out, err
	}
	out.Hash, out.FirstSeen = hex.EncodeToString(hash), fromMicros(seen)
	return out, errors.Join(decode(seeds, &out.WebSeeds), decode(files, &out.Files))
}

func scanSighting(r row) (release int64, s Sighting, err error) {
	var languages string
	var published, seen int64
	err = r.Scan(&release, &s.Instance, &s.Seeders, &s.Tracker, &languages, &s.Page, &s.Torrent, &published, &seen)
	if err != nil {
		return 0, s, err
	}
	s.Published, s.Seen = fromMicros(published), fromMicros(seen)
	return release, s, decode(languages, &s.Languages)
}
