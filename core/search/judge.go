package search

import (
	"context"
	"fmt"
	"slices"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// Target prepares what is wanted for many comparisons, with what the library knows of titles that are called the same.
func Target(ctx context.Context, r db.Reader, t db.Title, it library.Item) (*rank.Target, error) {
	rivals, err := r.Rivals(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	return rank.NewTarget(*Wanted(t.Title, it, rivals...)), nil
}

// Candidate is a stored release as rank judges it. Stale tells that its name had to be read anew.
func Candidate(r db.Release) (c rank.Candidate, stale bool) {
	parsed, err := release.Decode(r.Name, r.Parsed)
	if stale = err != nil; stale {
		parsed = release.Parse(r.Name)
	}
	found := sdk.Release{Name: r.Name, Hash: r.Hash, Size: r.Size, Private: r.Private, Seeders: r.Seeders(), Leechers: -1}
	for _, s := range r.Sightings {
		found.Languages = union(found.Languages, s.Languages)
		if found.Published.IsZero() || !s.Published.IsZero() && s.Published.Before(found.Published) {
			found.Published = s.Published
		}
	}
	return rank.Candidate{Release: found, Parsed: &parsed}, stale
}

func union(list, more []string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// Rank judges releases for a target and puts the best first; those that the profile's limits leave out are rejected.
func Rank(t *rank.Target, profile *rank.Compiled, list []rank.Candidate) []rank.Ranked {
	return profile.Limit(profile.Rank(t, list))
}

// Explained is a candidate with every reason of its judgement.
type Explained struct {
	Release int64
	Verdict rank.Verdict
	Changes []rank.Change // of the profile, that would admit it; none where it is not rejected, or nothing would
}

// Explain judges candidates of an item by a profile as they were when they were found, and says why. Those that are no
// candidates of the item are left out.
func (f *Finder) Explain(ctx context.Context, it library.Item, profile *rank.Compiled, releases []int64) ([]Explained, error) {
	t, err := f.db.Title(ctx, it.Title)
	if err != nil {
		return nil, fmt.Errorf("explain the candidates of item %d: %w", it.ID, err)
	}
	target, err := Target(ctx, f.db.Reader, t, it)
	if err != nil {
		return nil, fmt.Errorf("explain the candidates of item %d: %w", it.ID, err)
	}
	list, err := f.db.Judged(ctx, it.ID, releases)
	if err != nil {
		return nil, err
	}
	out := make([]Explained, 0, len(list))
	for _, s := range list {
		c, _ := Candidate(s.Found)
		e := Explained{Release: s.Found.ID, Verdict: profile.Explain(target, c)}
		if e.Verdict.State == rank.Reject {
			e.Changes = profile.WhatIf(target, c)
		}
		out = append(out, e)
	}
	return out, nil
}
