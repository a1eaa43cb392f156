package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Covering is what a release holds of a title.
type Covering struct {
	Release, Title int64
	Covers         []Cover
	Verdict        string // of the match, for people
}

// TitlesOf tells of which titles releases were found to be a part, or are candidates, by release.
func (r Reader) TitlesOf(ctx context.Context, releases []int64) (map[int64][]int64, error) {
	out := map[int64][]int64{}
	err := eachChunk(releases, func(part []int64) error {
		in, args := marks(len(part)), anys(part)
		list, err := collect(ctx, r.c, func(r row) (c Covering, err error) { return c, r.Scan(&c.Release, &c.Title) },
			"SELECT release, title FROM release_title WHERE release IN ("+in+`) UNION
			SELECT candidate.release, item.title FROM candidate JOIN item ON item.id = candidate.item WHERE candidate.release IN (`+in+
				") ORDER BY 1, 2", slices.Concat(args, args)...)
		for _, c := range list {
			out[c.Release] = append(out[c.Release], c.Title)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("titles of releases: %w", err)
	}
	return out, nil
}

// coverRow is one part of a title that a release holds.
type coverRow struct {
	release, title      int64
	season, first, last int
	verdict             string
}

func (a coverRow) compare(b coverRow) int {
	return cmp.Or(cmp.Compare(a.release, b.release), cmp.Compare(a.title, b.title), cmp.Compare(a.season, b.season),
		cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last), cmp.Compare(a.verdict, b.verdict))
}

func (c Covering) rows() []coverRow {
	out := make([]coverRow, len(c.Covers))
	for i, part := range c.Covers {
		first, last := part.span()
		out[i] = coverRow{c.Release, c.Title, part.Season, first, last, c.Verdict}
	}
	return out
}

// SaveCovers stores what releases hold of all titles, in place of what was known of it. Most often nothing changes, and
// then nothing is written.
func (tx *Tx) SaveCovers(ctx context.Context, releases []int64, list []Covering) error {
	want := map[int64][]coverRow{}
	for _, c := range list {
		want[c.Release] = append(want[c.Release], c.rows()...)
	}
	have, err := tx.coversOf(ctx, releases)
	if err != nil {
		return fmt.Errorf("read what releases hold: %w", err)
	}
	var changed []int64
	var fresh []coverRow
	for _, id := range releases {
		slices.SortFunc(want[id], coverRow.compare)
		rows := slices.Compact(want[id])
		if !slices.Equal(have[id], rows) {
			changed, fresh = append(changed, id), append(fresh, rows...)
		}
	}
	if err := tx.replaceCovers(ctx, changed, fresh); err != nil {
		return fmt.Errorf("save what releases hold: %w", err)
	}
	return nil
}

func (tx *Tx) coversOf(ctx context.Context, releases []int64) (map[int64][]coverRow, error) {
	out := map[int64][]coverRow{}
	err := eachChunk(releases, func(part []int64) error {
		list, err := collect(ctx, tx.c, func(r row) (c coverRow, err error) {
			return c, r.Scan(&c.release, &c.title, &c.season, &c.first, &c.last, &c.verdict)
		}, `SELECT release, title, season, first_episode, last_episode, verdict FROM release_title
			WHERE release IN (`+marks(len(part))+") ORDER BY release, title, season, first_episode, last_episode", anys(part)...)
		for _, c := range list {
			out[c.release] = append(out[c.release], c)
		}
		return err
	})
	return out, err
}

func (tx *Tx) replaceCovers(ctx context.Context, releases []int64, rows []coverRow) error {
	err := eachChunk(releases, func(part []int64) error {
		_, err := tx.c.exec(ctx, "DELETE FROM release_title WHERE release IN ("+marks(len(part))+")", anys(part)...)
		return err
	})
	if err != nil {
		return err
	}
	return eachChunk(rows, func(part []coverRow) error {
		args := make([]any, 0, 6*len(part))
		for _, c := range part {
			args = append(args, c.release, c.title, c.season, c.first, c.last, c.verdict)
		}
		_, err := tx.c.exec(ctx, "INSERT INTO release_title (release, title, season, first_episode, last_episode, verdict) VALUES "+
			groups(len(part), 6), args...)
		return err
	})
}
