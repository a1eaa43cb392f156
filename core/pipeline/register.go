package pipeline

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// register gives an item's files their place in every library of the title's kind.
func (p *Pipeline) register(ctx context.Context, j db.Job) error {
	it, err := p.db.Item(ctx, j.Step.Item)
	if err != nil || !it.Wants(library.StepRegister) {
		return gone(err)
	}
	set := p.set.Load()
	return gone(p.db.Tx(ctx, func(tx *db.Tx) error {
		t, err := tx.Title(ctx, it.Title)
		if err != nil {
			return err
		}
		files, err := tx.FilesOf(ctx, it.ID)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := p.place(ctx, tx, set, it, t, f); err != nil {
				return err
			}
		}
		return tx.Apply(ctx, it.ID, library.Registered{})
	}))
}

func (p *Pipeline) place(ctx context.Context, tx *db.Tx, set *Settings, it library.Item, t db.Title, f db.File) error {
	episodes, err := episodesOf(ctx, tx, it, f)
	if err != nil {
		return err
	}
	for _, l := range set.Libraries {
		if l.Kind != t.Kind {
			continue
		}
		if _, err := tx.Place(ctx, l.Name, PathOf(l, it, t.Title, episodes, f), f.ID); err != nil {
			return fmt.Errorf("place %q in library %s: %w", f.Path, l.Name, err)
		}
	}
	return nil
}

// episodesOf lists the numbers of the episodes of the item's season that a file holds.
func episodesOf(ctx context.Context, tx *db.Tx, it library.Item, f db.File) ([]int, error) {
	if it.Kind != library.KindEpisode {
		return nil, nil
	}
	numbers := []int{it.Episode}
	for _, id := range f.Items {
		if id == it.ID {
			continue
		}
		o, err := tx.Item(ctx, id)
		if err != nil {
			return nil, err
		}
		if o.Season == it.Season && o.Title == it.Title && o.Profile == it.Profile {
			numbers = append(numbers, o.Episode)
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

// PathOf renders where a file of an item stands in a library. Versions of a title at other profiles than the default
// stand beside it under their profile's name, which media servers show as versions. The parts of a film end in " - cd1",
// " - cd2", which Plex, Jellyfin, Emby and Kodi play as one.
func PathOf(l config.Library, it library.Item, t sdk.Title, episodes []int, f db.File) string {
	vars := map[string]any{
		"title": t.Name, "imdb": t.IMDb, "tmdb": t.TMDB, "tvdb": t.TVDB, "profile": it.Profile,
	}
	if t.Year > 0 {
		vars["year"] = t.Year
	}
	if it.Kind == library.KindEpisode {
		episodeVars(vars, it, t, episodes)
	}
	name := l.File.Execute(vars)
	if it.Profile != "" && it.Profile != "default" {
		name += " - " + it.Profile
	}
	if f.Part > 0 {
		name += fmt.Sprintf(" - cd%d", f.Part)
	}
	parts := []string{l.Folder.Execute(vars)}
	if it.Kind == library.KindEpisode {
		parts = append(parts, l.Season.Execute(vars))
	}
	return path.Join(append(parts, name+strings.ToLower(path.Ext(f.Path)))...)
}

// episodeVars adds what is known of an episode. Several in one file stand under the first, whichever of them is registered
// first, and their numbers are written as media servers read them: s01e01-e02.
func episodeVars(vars map[string]any, it library.Item, t sdk.Title, episodes []int) {
	first := it.Episode
	if len(episodes) > 0 {
		first = episodes[0]
	}
	vars["season"], vars["episode"] = it.Season, first
	if n := len(episodes); n > 1 {
		vars["episode"] = fmt.Sprintf("%02d-e%02d", first, episodes[n-1])
	}
	for _, e := range t.Episodes {
		if e.Season != it.Season || e.Number != first {
			continue
		}
		vars["name"] = e.Name
		if e.Absolute > 0 {
			vars["absolute"] = e.Absolute
		}
	}
}
