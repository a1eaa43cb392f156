package db

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
)

// Stale is an item of which the candidates were judged by something else than what holds now.
type Stale struct {
	Item       int64
	Candidates int
}

// judged notes by what the candidates of items were judged.
func (tx *Tx) judged(ctx context.Context, by string, items ...int64) error {
	return eachChunk(items, func(part []int64) error {
		args := make([]any, 0, 2*len(part))
		for _, id := range part {
			args = append(args, id, by)
		}
		_, err := tx.c.exec(ctx, "INSERT INTO judgement (item, fingerprint) VALUES "+groups(len(part), 2)+
			" ON CONFLICT (item) DO UPDATE SET fingerprint = excluded.fingerprint", args...)
		if err != nil {
			return fmt.Errorf("note a judgement: %w", err)
		}
		return nil
	})
}

// Stale lists, by id, the items with candidates that were not judged by what now tells for the item's profile.
func (r Reader) Stale(ctx context.Context, now func(profile string) string) ([]Stale, error) {
	ids, err := r.judgedOtherwise(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("look for candidates to be judged again: %w", err)
	}
	var out []Stale
	for part := range slices.Chunk(ids, batch) {
		list, err := collect(ctx, r.c, func(r row) (s Stale, err error) { return s, r.Scan(&s.Item, &s.Candidates) },
			"SELECT item, count(*) FROM candidate WHERE item IN ("+marks(len(part))+") GROUP BY item ORDER BY item", anys(part)...)
		if err != nil {
			return nil, fmt.Errorf("look for candidates to be judged again: %w", err)
		}
		out = append(out, list...)
	}
	return out, nil
}

func (r Reader) judgedOtherwise(ctx context.Context, now func(profile string) string) ([]int64, error) {
	rs, err := r.c.query(ctx, `SELECT item.id, item.profile, judgement.fingerprint FROM judgement
		JOIN item ON item.id = judgement.item ORDER BY item.id`)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []int64
	wants := map[string]string{}
	for rs.Next() {
		var id int64
		var profile, by string
		if err := rs.Scan(&id, &profile, &by); err != nil {
			return nil, err
		}
		want, known := wants[profile]
		if !known {
			want = now(profile)
			wants[profile] = want
		}
		if by != want {
			out = append(out, id)
		}
	}
	return out, rs.Err()
}

// Stored is a candidate with what is stored of its release: all that it takes to judge it again.
type Stored struct {
	Candidate
	Found Release // without files and ways to get it; its sightings tell seeders, languages and when it was published
}

// JudgedOf gives the candidates of items with their releases, by item. Who changes them afterwards has the items to
// himself until the transaction ends.
func (tx *Tx) JudgedOf(ctx context.Context, items []int64) (map[int64][]Stored, error) {
	if err := tx.Lock(ctx, items...); err != nil {
		return nil, err
	}
	return tx.storedOf(ctx, "candidate.item IN ("+marks(len(items))+")", anys(items))
}

// Judged gives candidates of an item with what is stored of their releases, in the order of their ids. Those that are no
// candidates of it are left out.
func (r Reader) Judged(ctx context.Context, item int64, releases []int64) ([]Stored, error) {
	var out []Stored
	for part := range slices.Chunk(releases, batch) {
		got, err := r.storedOf(ctx, "candidate.item = ? AND candidate.release IN ("+marks(len(part))+")",
			append([]any{item}, anys(part)...))
		if err != nil {
			return nil, err
		}
		out = append(out, got[item]...)
	}
	return out, nil
}

// Lock keeps others from the trees that items are in until the transaction ends. Who writes releases and then items locks
// first, so that nobody waits crosswise.
func (tx *Tx) Lock(ctx context.Context, items ...int64) error {
	if !tx.shared {
		return nil // it has the only writer
	}
	_, err := collect(ctx, tx.c, scanInt, "SELECT id FROM item WHERE id IN (SELECT root FROM item WHERE id IN ("+
		marks(len(items))+")) ORDER BY id FOR UPDATE", anys(items)...)
	if err != nil {
		return fmt.Errorf("lock items: %w", err)
	}
	return nil
}

func (r Reader) storedOf(ctx context.Context, where string, args []any) (map[int64][]Stored, error) {
	rs, err := r.c.query(ctx, `SELECT candidate.item, candidate.release, candidate.position, candidate.verdict, candidate.tier,
		candidate.score, candidate.code, candidate.state, candidate.again, release.hash, release.name, release.size,
		release.private, release.first_seen, release.parsed, release.parser
		FROM candidate JOIN release ON release.id = candidate.release WHERE `+where+
		" ORDER BY candidate.item, candidate.release", args...)
	if err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	defer rs.Close()
	out := map[int64][]Stored{}
	for rs.Next() {
		s, err := scanStored(rs)
		if err != nil {
			return nil, fmt.Errorf("read candidates: %w", err)
		}
		out[s.Item] = append(out[s.Item], s)
	}
	if err := rs.Err(); err != nil {
		return nil, fmt.Errorf("read candidates: %w", err)
	}
	return out, r.sightingsOf(ctx, out)
}

func scanStored(r row) (Stored, error) {
	var s Stored
	var hash []byte
	var again, seen int64
	err := r.Scan(&s.Item, &s.Candidate.Release, &s.Order, &s.Verdict, &s.Tier, &s.Score, &s.Code, &s.State, &again, &hash,
		&s.Name, &s.Size, &s.Found.Private, &seen, &s.Found.Parsed, &s.Found.Parser)
	s.Hash, s.Again = hex.EncodeToString(hash), fromMicros(again)
	s.Found.ID, s.Found.Hash, s.Found.Name, s.Found.Size = s.Candidate.Release, s.Hash, s.Name, s.Size
	s.Found.FirstSeen = fromMicros(seen)
	return s, err
}

// sightingsOf adds to each release what its sightings tell.
func (r Reader) sightingsOf(ctx context.Context, all map[int64][]Stored) error {
	at := map[int64][]*Stored{}
	for _, list := range all {
		for i := range list {
			at[list[i].Found.ID] = append(at[list[i].Found.ID], &list[i])
		}
	}
	ids := make([]int64, 0, len(at))
	for id := range at {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for part := range slices.Chunk(ids, batch) {
		rs, err := r.c.query(ctx, "SELECT release, seeders, languages, published FROM sighting WHERE release IN ("+
			marks(len(part))+") ORDER BY release, instance", anys(part)...)
		if err != nil {
			return fmt.Errorf("read sightings: %w", err)
		}
		for rs.Next() {
			id, s, err := scanBrief(rs)
			if err != nil {
				rs.Close()
				return fmt.Errorf("read sightings: %w", err)
			}
			for _, c := range at[id] {
				c.Found.Sightings = append(c.Found.Sightings, s)
			}
		}
		rs.Close()
		if err := rs.Err(); err != nil {
			return fmt.Errorf("read sightings: %w", err)
		}
	}
	return nil
}

func scanBrief(r row) (release int64, s Sighting, err error) {
	var languages string
	var published int64
	if err := r.Scan(&release, &s.Seeders, &languages, &published); err != nil {
		return 0, s, err
	}
	s.Published = fromMicros(published)
	return release, s, decode(languages, &s.Languages)
}

// Reading is what the reader of release names makes of a release's.
type Reading struct {
	Release int64
	Parsed  []byte
	Parser  int
}

// SaveJudged stores candidates that are judged anew, and by what those of which items were judged.
func (tx *Tx) SaveJudged(ctx context.Context, changed []Candidate, judged map[string][]int64) error {
	if err := tx.saveCandidates(ctx, changed); err != nil {
		return fmt.Errorf("save judgements: %w", err)
	}
	for by, items := range judged {
		if err := tx.judged(ctx, by, items...); err != nil {
			return err
		}
	}
	return nil
}

// SaveReadings stores how names are read by the reader of today.
func (tx *Tx) SaveReadings(ctx context.Context, list []Reading) error {
	value := "(?, ?, ?)"
	if tx.shared {
		value = "(CAST(? AS BIGINT), CAST(? AS BYTEA), CAST(? AS INTEGER))"
	}
	err := eachChunk(list, func(part []Reading) error {
		args := make([]any, 0, 3*len(part))
		for _, r := range part {
			args = append(args, r.Release, r.Parsed, r.Parser)
		}
		_, err := tx.c.exec(ctx, "WITH fresh (id, parsed, parser) AS (VALUES "+repeat(value, len(part))+
			`) UPDATE release SET parsed = fresh.parsed, parser = fresh.parser FROM fresh WHERE release.id = fresh.id`, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("save readings: %w", err)
	}
	return nil
}

// CodeCount is how many candidates of an item are in a state for a reason.
type CodeCount struct {
	State CandidateState
	Code  string
	Count int
}

// CountCodes tells how many candidates of an item are in which state, and what decided, the most frequent first.
func (r Reader) CountCodes(ctx context.Context, item int64) ([]CodeCount, error) {
	list, err := collect(ctx, r.c, func(r row) (c CodeCount, err error) {
		return c, r.Scan(&c.State, &c.Code, &c.Count)
	}, "SELECT state, code, count(*) FROM candidate WHERE item = ? GROUP BY state, code ORDER BY 3 DESC, 1, 2", item)
	if err != nil {
		return nil, fmt.Errorf("count candidates of item %d: %w", item, err)
	}
	return list, nil
}

// Choice chooses candidates of an item.
type Choice struct {
	Item   int64
	States []CandidateState
	Placed bool // of the last search only
	Recent bool // those first of which the state changed last; else the best first
	Limit  int
}

// ChooseCandidates gives some candidates of an item.
func (r Reader) ChooseCandidates(ctx context.Context, c Choice) ([]Candidate, error) {
	query := candidateQuery + " AND candidate.state IN (" + marks(len(c.States)) + ")"
	if c.Placed {
		query += " AND candidate.position >= 0"
	}
	order := " ORDER BY candidate.position, candidate.release LIMIT ?"
	if c.Recent {
		order = " ORDER BY candidate.changed DESC, candidate.position, candidate.release LIMIT ?"
	}
	args := append([]any{c.Item}, texts(c.States)...)
	list, err := collect(ctx, r.c, scanCandidate, query+order, append(args, c.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("candidates of item %d: %w", c.Item, err)
	}
	return list, nil
}
