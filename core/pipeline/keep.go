package pipeline

import (
	"context"
	"slices"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
)

// taken is a release that a provider has ready, with those of its files that are wanted.
type taken struct {
	candidate db.Candidate
	release   db.Release
	placement db.Placement
	chosen    []rank.Selection
}

// missingPart gives the first part that is missing of a film in several files, 0 if none is.
func missingPart(chosen []rank.Selection) int {
	for i, s := range chosen {
		if s.Part > i+1 {
			return i + 1
		}
	}
	return 0
}

// keepFilm stores the file of a film, or all its parts.
func keepFilm(ctx context.Context, tx *db.Tx, it library.Item, got taken) error {
	var files []int64
	for _, s := range got.chosen {
		if len(got.chosen) == 1 {
			s.Part = 0 // called "CD1", but there is no other
		}
		id, err := putFile(ctx, tx, got, s, []int64{it.ID})
		if err != nil {
			return err
		}
		files = append(files, id)
	}
	if err := tx.Apply(ctx, it.ID, library.Downloaded{Files: files}); err != nil {
		return err
	}
	return markUsed(ctx, tx, it, got)
}

// keepEpisode stores the file of an episode. One that holds other episodes too is given to those that want it.
func keepEpisode(ctx context.Context, tx *db.Tx, it library.Item, got taken) (int, error) {
	s := got.chosen[0]
	items := []int64{it.ID}
	if len(s.Episodes) > 1 {
		siblings, err := tx.EpisodeItems(ctx, it.Parent)
		if err != nil {
			return 0, err
		}
		for _, id := range wanting(siblings, it.Season, s) {
			if id != it.ID {
				items = append(items, id)
			}
		}
	}
	if _, err := putEpisodes(ctx, tx, got, s, items); err != nil {
		return 0, err
	}
	return len(items), markUsed(ctx, tx, it, got)
}

// keepPack stores the files of a pack for those of the season's episodes that are still wanted, and counts them. Where
// another release holds several of those that it lacks, that is taken next.
func (p *Pipeline) keepPack(ctx context.Context, tx *db.Tx, it library.Item, got taken, others packs) (int, error) {
	episodes, err := tx.EpisodeItems(ctx, it.ID)
	if err != nil {
		return 0, err
	}
	found := 0
	var all []int64
	for _, s := range got.chosen {
		items := wanting(episodes, it.Season, s)
		if len(items) == 0 {
			continue
		}
		id, err := putEpisodes(ctx, tx, got, s, items)
		if err != nil {
			return 0, err
		}
		all = append(all, id)
		found += len(items)
	}
	if found == 0 {
		return 0, nil
	}
	if err := markUsed(ctx, tx, it, got); err != nil {
		return 0, err
	}
	if episodes, err = tx.EpisodeItems(ctx, it.ID); err != nil {
		return 0, err
	}
	_, missing := others.adding(episodes)
	return found, tx.Apply(ctx, it.ID, library.Downloaded{Files: all, More: missing >= worthAnother})
}

func putFile(ctx context.Context, tx *db.Tx, got taken, s rank.Selection, items []int64) (int64, error) {
	f, r := got.placement.Files[s.File], got.release
	return tx.PutFile(ctx, db.File{
		Content: db.ContentID(r.Hash, f.Path, f.Size), Release: r.ID, Hash: r.Hash, Path: f.Path, Size: f.Size, Items: items, Part: s.Part,
	})
}

// putEpisodes stores the file of some episodes and tells them that they have it.
func putEpisodes(ctx context.Context, tx *db.Tx, got taken, s rank.Selection, items []int64) (int64, error) {
	id, err := putFile(ctx, tx, got, s, items)
	if err != nil {
		return 0, err
	}
	for _, item := range items {
		if err := tx.Apply(ctx, item, library.Downloaded{Files: []int64{id}}); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func markUsed(ctx context.Context, tx *db.Tx, it library.Item, got taken) error {
	return tx.MarkCandidate(ctx, it.ID, got.candidate.Release, db.CandidateMark{State: db.CandidateUsed})
}

// wanting lists the episodes that a file holds and that lack one and are not held by the user. One that is said not to be
// out is among them: it is out if there is a file.
func wanting(episodes []library.Item, season int, s rank.Selection) []int64 {
	var ids []int64
	for _, e := range episodes {
		if s.Season == season && slices.Contains(s.Episodes, e.Episode) && lacks(e) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// lacks reports whether an episode has no file and is not held by the user.
func lacks(e library.Item) bool {
	return e.State != library.StateCompleted && e.State != library.StateDownloaded && !e.Held()
}
