package db

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/millrace-media/millrace/sdk"
)

// SaveCandidates stores how the releases of an item were judged, in their order, and gives how many are to be tried. What
// was tried before keeps its state, whatever the judgement says now; candidates that are not in the list and were not
// tried are removed. By is what they were judged by, see [Reader.Stale]; "" has them judged again.
func (tx *Tx) SaveCandidates(ctx context.Context, item int64, by string, list []Candidate) (open int, err error) {
	if err := tx.door().lock(ctx, item); err != nil {
		return 0, fmt.Errorf("save candidates of item %d: %w", item, err)
	}
	// Places below 0 are those of the list before: who keeps one is not in this list.
	if _, err := tx.c.exec(ctx, "UPDATE candidate SET position = -1 WHERE item = ?", item); err != nil {
		return 0, fmt.Errorf("save candidates of item %d: %w", item, err)
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].Item, list[i].Order = item, i
		if list[i].State == "" {
			list[i].State = CandidateOpen
		}
	}
	if err := tx.saveCandidates(ctx, list); err != nil {
		return 0, fmt.Errorf("save candidates of item %d: %w", item, err)
	}
	_, err = tx.c.exec(ctx, "DELETE FROM candidate WHERE item = ? AND position = -1 AND state IN (?, ?)",
		item, string(CandidateOpen), string(CandidateRejected))
	if err == nil {
		err = tx.judged(ctx, by, item)
	}
	if err != nil {
		return 0, fmt.Errorf("save candidates of item %d: %w", item, err)
	}
	return tx.countOpen(ctx, item, micros(tx.now))
}

// saveCandidates adds candidates, or judges those anew that are there: what was tried keeps its state.
func (tx *Tx) saveCandidates(ctx context.Context, list []Candidate) error {
	return eachChunk(list, func(part []Candidate) error {
		args := make([]any, 0, 11*len(part))
		for _, c := range part {
			args = append(args, c.Item, c.Release, c.Order, c.Verdict, c.Tier, c.Score, c.Code, string(c.State), c.Evidence,
				micros(c.Again), micros(tx.now))
		}
		_, err := tx.c.exec(ctx, `INSERT INTO candidate (item, release, position, verdict, tier, score, code, state, evidence,
			again, changed) VALUES `+groups(len(part), 11)+`
			ON CONFLICT (item, release) DO UPDATE SET position = excluded.position, verdict = excluded.verdict,
				tier = excluded.tier, score = excluded.score, code = excluded.code,
				state = CASE WHEN candidate.state IN ('open', 'rejected') THEN excluded.state ELSE candidate.state END,
				changed = CASE WHEN candidate.state IN ('open', 'rejected') AND candidate.state <> excluded.state
					THEN excluded.changed ELSE candidate.changed END`, args...)
		return err
	})
}

// openTerm chooses the candidates that may be tried: it takes the time as argument.
const openTerm = "(candidate.state = 'open' OR candidate.state = 'failed' AND candidate.again > 0 AND candidate.again <= ?)"

const candidateQuery = `SELECT candidate.item, candidate.release, release.hash, release.name, release.size,
	candidate.position, candidate.verdict, candidate.tier, candidate.score, candidate.code, candidate.state,
	candidate.evidence, candidate.again, candidate.changed
	FROM candidate JOIN release ON release.id = candidate.release WHERE candidate.item = ?`

func scanCandidate(r row) (Candidate, error) {
	var c Candidate
	var hash []byte
	var again, changed int64
	err := r.Scan(&c.Item, &c.Release, &hash, &c.Name, &c.Size, &c.Order, &c.Verdict, &c.Tier, &c.Score, &c.Code,
		&c.State, &c.Evidence, &again, &changed)
	c.Hash, c.Again, c.Changed = hex.EncodeToString(hash), fromMicros(again), fromMicros(changed)
	return c, err
}

// Candidates gives every candidate of an item, best first.
func (r Reader) Candidates(ctx context.Context, item int64) ([]Candidate, error) {
	list, err := collect(ctx, r.c, scanCandidate, candidateQuery+" ORDER BY candidate.position, candidate.release", item)
	if err != nil {
		return nil, fmt.Errorf("candidates of item %d: %w", item, err)
	}
	return list, nil
}

// NextCandidate gives the best candidate of an item that may be tried now; ErrNotFound where none is left.
func (r Reader) NextCandidate(ctx context.Context, item int64) (Candidate, error) {
	c, err := scanCandidate(r.c.row(ctx, candidateQuery+" AND "+openTerm+
		" ORDER BY candidate.position, candidate.release LIMIT 1", item, nowMicros()))
	if err != nil {
		return c, fmt.Errorf("next candidate of item %d: %w", item, found(err))
	}
	return c, nil
}

// CountOpen tells how many candidates of an item may be tried now.
func (r Reader) CountOpen(ctx context.Context, item int64) (int, error) {
	return r.countOpen(ctx, item, nowMicros())
}

func (r Reader) countOpen(ctx context.Context, item, now int64) (int, error) {
	n, err := r.one(ctx, "SELECT count(*) FROM candidate WHERE item = ? AND "+openTerm, item, now)
	if err != nil {
		return 0, fmt.Errorf("count candidates of item %d: %w", item, err)
	}
	return int(n), nil
}

// MarkCandidate tells what became of a candidate.
func (tx *Tx) MarkCandidate(ctx context.Context, item, release int64, m CandidateMark) error {
	n, err := tx.c.exec(ctx, "UPDATE candidate SET state = ?, evidence = ?, again = ?, changed = ? WHERE item = ? AND release = ?",
		string(m.State), m.Evidence, micros(m.Again), micros(tx.now), item, release)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("mark candidate %d of item %d: %w", release, item, err)
	}
	return nil
}

// ReopenCandidates has every candidate of an item that failed or was used tried again; blacklisted ones stay so.
func (tx *Tx) ReopenCandidates(ctx context.Context, item int64) error {
	_, err := tx.c.exec(ctx, "UPDATE candidate SET state = 'open', again = 0 WHERE item = ? AND state IN ('failed', 'used')", item)
	if err != nil {
		return fmt.Errorf("reopen candidates of item %d: %w", item, err)
	}
	return nil
}

// BlacklistRelease marks a release dead for every item that has it as a candidate, with the evidence, and gives those
// items. The evidence is definite: an outage is none.
func (tx *Tx) BlacklistRelease(ctx context.Context, release int64, evidence string) ([]int64, error) {
	if evidence == "" {
		return nil, sdk.Errorf(sdk.Invalid, "blacklist release %d: without evidence", release)
	}
	items, err := collect(ctx, tx.c, scanInt,
		"UPDATE candidate SET state = 'blacklisted', evidence = ?, again = 0, changed = ? WHERE release = ? RETURNING item",
		evidence, micros(tx.now), release)
	if err != nil {
		return nil, fmt.Errorf("blacklist release %d: %w", release, err)
	}
	return items, nil
}
