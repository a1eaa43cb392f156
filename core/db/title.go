package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// fold is how names are compared when searched for: lower case, single spaces.
func fold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// titleDetails is what of a title is only ever read with it.
type titleDetails struct {
	Original   string        `json:"original,omitempty"`
	EndYear    int           `json:"end_year,omitempty"`
	Country    string        `json:"country,omitempty"`
	Language   string        `json:"language,omitempty"`
	Genres     []string      `json:"genres,omitempty"`
	Runtime    time.Duration `json:"runtime,omitempty"`
	Released   time.Time     `json:"released,omitzero"`
	Status     sdk.Status    `json:"status,omitempty"`
	Overview   string        `json:"overview,omitempty"`
	Background string        `json:"background,omitempty"`
	Rating     float64       `json:"rating,omitempty"`
	Anime      bool          `json:"anime,omitempty"`
}

func detailsOf(t sdk.Title) titleDetails {
	return titleDetails{
		Original: t.Original, EndYear: t.EndYear, Country: t.Country, Language: t.Language, Genres: t.Genres,
		Runtime: t.Runtime, Released: t.Released, Status: t.Status, Overview: t.Overview, Background: t.Background,
		Rating: t.Rating, Anime: t.Anime,
	}
}

func (d titleDetails) into(t *sdk.Title) {
	t.Original, t.EndYear, t.Country, t.Language, t.Genres = d.Original, d.EndYear, d.Country, d.Language, d.Genres
	t.Runtime, t.Released, t.Status, t.Overview = d.Runtime, d.Released, d.Status, d.Overview
	t.Background, t.Rating, t.Anime = d.Background, d.Rating, d.Anime
}

type episodeDetails struct {
	Overview string        `json:"overview,omitempty"`
	Runtime  time.Duration `json:"runtime,omitempty"`
	Still    string        `json:"still,omitempty"`
}

// FindTitle finds a title by any of its ids; the first id that is known decides.
func (r Reader) FindTitle(ctx context.Context, kind sdk.TitleKind, ids sdk.IDs) (int64, error) {
	id, err := r.findTitle(ctx, kind, ids)
	if err == nil && id == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("title %s: %w", ids, err)
	}
	return id, nil
}

func (r Reader) findTitle(ctx context.Context, kind sdk.TitleKind, ids sdk.IDs) (int64, error) {
	all, err := r.titlesOf(ctx, kind, ids)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0], nil
}

// titlesOf gives every title that one of the ids names, in the order of the ids.
func (r Reader) titlesOf(ctx context.Context, kind sdk.TitleKind, ids sdk.IDs) ([]int64, error) {
	var out []int64
	for ns, v := range ids.All() {
		id, err := r.one(ctx, "SELECT title FROM title_id WHERE kind = ? AND namespace = ? AND value = ?", string(kind), ns, v)
		if err != nil {
			return nil, err
		}
		if id != 0 {
			out = append(out, id)
		}
	}
	return out, nil
}

// Title gives a title with its aliases and episodes.
func (r Reader) Title(ctx context.Context, id int64) (Title, error) {
	t, err := r.titleAlone(ctx, id)
	if err != nil {
		return t, err
	}
	t.Episodes, err = r.episodes(ctx, id)
	return t, err
}

// titleAlone gives a title with its aliases.
func (r Reader) titleAlone(ctx context.Context, id int64) (Title, error) {
	t := Title{ID: id}
	var details, ids string
	var fetched int64
	err := r.c.row(ctx, "SELECT kind, name, year, poster, ids, details, fetched FROM title WHERE id = ?", id).
		Scan(&t.Kind, &t.Name, &t.Year, &t.Poster, &ids, &details, &fetched)
	if err != nil {
		return t, fmt.Errorf("title %d: %w", id, found(err))
	}
	t.Fetched = fromMicros(fetched)
	var d titleDetails
	if err := decode(details, &d); err != nil {
		return t, err
	}
	d.into(&t.Title)
	if err := decode(ids, &t.IDs); err != nil {
		return t, err
	}
	t.Aliases, err = r.aliases(ctx, id)
	return t, err
}

func (r Reader) aliases(ctx context.Context, title int64) ([]sdk.Alias, error) {
	list, err := collect(ctx, r.c, func(r row) (a sdk.Alias, err error) {
		return a, r.Scan(&a.Name, &a.Language, &a.Country)
	}, "SELECT name, language, country FROM alias WHERE title = ? ORDER BY position", title)
	if err != nil {
		return nil, fmt.Errorf("aliases of title %d: %w", title, err)
	}
	return list, nil
}

func (r Reader) episodes(ctx context.Context, title int64) ([]sdk.Episode, error) {
	list, err := collect(ctx, r.c, scanEpisode, `SELECT season, number, absolute, name, air_time, ids, details FROM episode
		WHERE title = ? ORDER BY season, number`, title)
	if err != nil {
		return nil, fmt.Errorf("episodes of title %d: %w", title, err)
	}
	return list, nil
}

func scanEpisode(r row) (sdk.Episode, error) {
	var e sdk.Episode
	var air int64
	var ids, details string
	if err := r.Scan(&e.Season, &e.Number, &e.Absolute, &e.Name, &air, &ids, &details); err != nil {
		return e, err
	}
	var d episodeDetails
	if err := decode(details, &d); err != nil {
		return e, err
	}
	e.AirTime, e.Overview, e.Runtime, e.Still = fromMicros(air), d.Overview, d.Runtime, d.Still
	return e, decode(ids, &e.IDs)
}

// rememberTitle finds the title of a request, or makes one of which only that is known.
func (tx *Tx) rememberTitle(ctx context.Context, q sdk.Request) (int64, error) {
	id, err := tx.findTitle(ctx, q.Kind, q.IDs)
	if err != nil || id != 0 {
		return id, err
	}
	t := sdk.Title{IDs: q.IDs, Kind: q.Kind, Name: q.Name, Year: q.Year}
	if id, err = tx.insertTitle(ctx, t); err != nil {
		return 0, err
	}
	return id, tx.claimIDs(ctx, id, t)
}

// claimIDs saves the ids of a title just made. One that is taken was taken by a transaction at the same time.
func (tx *Tx) claimIDs(ctx context.Context, id int64, t sdk.Title) error {
	if err := tx.saveIDs(ctx, id, t); err != nil {
		return err
	}
	mine, err := tx.titlesOf(ctx, t.Kind, t.IDs)
	if err != nil {
		return err
	}
	for _, other := range mine {
		if other != id {
			return fmt.Errorf("add title %s: %w", t.IDs, errAgain)
		}
	}
	return nil
}

func (tx *Tx) insertTitle(ctx context.Context, t sdk.Title) (id int64, err error) {
	err = tx.c.row(ctx, `INSERT INTO title (kind, name, folded, year, poster, ids, details, fetched)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0) RETURNING id`,
		string(t.Kind), t.Name, fold(t.Name), t.Year, t.Poster, encode(t.IDs), encode(detailsOf(t))).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("add title %s: %w", t.IDs, err)
	}
	if err := tx.saveKeys(ctx, id, titleKeys(t)); err != nil {
		return 0, fmt.Errorf("add title %s: %w", t.IDs, err)
	}
	return id, nil
}

// SaveTitle stores what a metadata instance tells. The title is the one that the hint names (0: none) or one of the ids;
// where those turn out to be several, they become one. Episodes and aliases that are no longer told of are removed, but
// for episodes that are wanted. Where it changes what releases are compared with, those found are to be judged again.
func (tx *Tx) SaveTitle(ctx context.Context, hint int64, t sdk.Title, instance string) (int64, error) {
	known, err := tx.titlesOf(ctx, t.Kind, t.IDs)
	if err != nil {
		return 0, fmt.Errorf("save title %s: %w", t.IDs, err)
	}
	if hint != 0 {
		known = append([]int64{hint}, known...)
	}
	if len(known) == 0 {
		id, err := tx.insertTitle(ctx, t)
		if err != nil {
			return 0, err
		}
		if err := tx.claimIDs(ctx, id, t); err != nil {
			return 0, err
		}
		known = []int64{id}
	}
	id := known[0]
	for _, other := range known[1:] {
		if err := tx.mergeTitles(ctx, id, other); err != nil {
			return 0, fmt.Errorf("merge titles of %s: %w", t.IDs, err)
		}
	}
	if err := tx.writeTitle(ctx, id, t, instance); err != nil {
		return 0, fmt.Errorf("save title %s: %w", t.IDs, err)
	}
	return id, nil
}

func (tx *Tx) writeTitle(ctx context.Context, id int64, t sdk.Title, instance string) error {
	was, err := tx.titleAlone(ctx, id)
	if err != nil {
		return err
	}
	t.IDs = t.IDs.Merge(was.IDs)
	_, err = tx.c.exec(ctx, `UPDATE title SET name = ?, folded = ?, year = ?, poster = ?, ids = ?, details = ?, fetched = ?
		WHERE id = ?`, t.Name, fold(t.Name), t.Year, t.Poster, encode(t.IDs), encode(detailsOf(t)), micros(tx.now), id)
	if err != nil {
		return err
	}
	_, err = tx.c.exec(ctx, `INSERT INTO title_fetch (title, instance, fetched) VALUES (?, ?, ?)
		ON CONFLICT (title, instance) DO UPDATE SET fetched = excluded.fetched`, id, instance, micros(tx.now))
	if err != nil {
		return err
	}
	if err := tx.saveIDs(ctx, id, t); err != nil {
		return err
	}
	if err := tx.saveAliases(ctx, id, t.Aliases); err != nil {
		return err
	}
	if err := tx.saveKeys(ctx, id, titleKeys(t)); err != nil {
		return err
	}
	renumbered, err := tx.saveEpisodes(ctx, id, t.Episodes)
	if err == nil && (renumbered || !matchedAlike(was.Title, t)) {
		err = tx.unsettle(ctx, id)
	}
	return err
}

// matchedAlike reports whether a title is told from others as it was, its names and episodes left out.
func matchedAlike(a, b sdk.Title) bool {
	return a.Year == b.Year && a.EndYear == b.EndYear && a.Country == b.Country && a.Language == b.Language &&
		a.Runtime == b.Runtime && a.Anime == b.Anime
}

func (tx *Tx) saveIDs(ctx context.Context, id int64, t sdk.Title) error {
	for ns, v := range t.IDs.All() {
		_, err := tx.c.exec(ctx, `INSERT INTO title_id (kind, namespace, value, title) VALUES (?, ?, ?, ?)
			ON CONFLICT (kind, namespace, value) DO NOTHING`, string(t.Kind), ns, v, id)
		if err != nil {
			return fmt.Errorf("save id %s:%s: %w", ns, v, err)
		}
	}
	return nil
}

func (tx *Tx) saveAliases(ctx context.Context, id int64, aliases []sdk.Alias) error {
	if _, err := tx.c.exec(ctx, "DELETE FROM alias WHERE title = ?", id); err != nil {
		return err
	}
	for i, a := range aliases {
		_, err := tx.c.exec(ctx, "INSERT INTO alias (title, position, name, language, country) VALUES (?, ?, ?, ?, ?)",
			id, i, a.Name, a.Language, a.Country)
		if err != nil {
			return err
		}
	}
	return nil
}

// saveEpisodes reports whether one was added, or told of differently.
func (tx *Tx) saveEpisodes(ctx context.Context, id int64, list []sdk.Episode) (changed bool, err error) {
	stored, err := tx.episodes(ctx, id)
	if err != nil {
		return false, err
	}
	type key struct{ season, number int }
	old := map[key]sdk.Episode{}
	for _, e := range stored {
		old[key{e.Season, e.Number}] = e
	}
	for _, e := range list {
		k := key{e.Season, e.Number}
		was, there := old[k]
		delete(old, k)
		if there {
			e.IDs = e.IDs.Merge(was.IDs)
		}
		if there && sameEpisode(was, e) {
			continue
		}
		changed = true
		if err := tx.saveEpisode(ctx, id, e); err != nil {
			return false, err
		}
	}
	for k := range old {
		_, err := tx.c.exec(ctx, `DELETE FROM episode WHERE title = ? AND season = ? AND number = ? AND NOT EXISTS (
			SELECT 1 FROM item WHERE item.title = episode.title AND item.season = episode.season
			AND item.episode = episode.number AND item.kind = 'episode')`, id, k.season, k.number)
		if err != nil {
			return false, err
		}
	}
	return changed, nil
}

func sameEpisode(a, b sdk.Episode) bool {
	if micros(a.AirTime) != micros(b.AirTime) {
		return false
	}
	a.AirTime = b.AirTime
	return a == b
}

func (tx *Tx) saveEpisode(ctx context.Context, title int64, e sdk.Episode) error {
	_, err := tx.c.exec(ctx, `INSERT INTO episode (title, season, number, absolute, name, air_time, ids, details)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (title, season, number) DO UPDATE SET absolute = excluded.absolute,
		name = excluded.name, air_time = excluded.air_time, ids = excluded.ids, details = excluded.details`,
		title, e.Season, e.Number, e.Absolute, e.Name, micros(e.AirTime), encode(e.IDs),
		encode(episodeDetails{Overview: e.Overview, Runtime: e.Runtime, Still: e.Still}))
	if err != nil {
		return fmt.Errorf("save episode %dx%d: %w", e.Season, e.Number, err)
	}
	return nil
}
