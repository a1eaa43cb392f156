package web

import (
	"context"
	"fmt"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
)

// shown is an item as the API shows it.
func shown(it library.Item, name string, year int) Item {
	out := Item{
		ID: it.ID, Parent: it.Parent, Title: it.Title, Kind: string(it.Kind), Name: name, Year: year, Season: it.Season,
		Episode: it.Episode, Profile: it.Profile, State: string(it.State), Back: string(it.Back), Pack: string(it.Pack),
		Seasons: it.Seasons, Attempts: it.Attempts, Error: it.Error, ErrorKind: string(it.ErrorKind), WakeAt: it.WakeAt,
		Released: it.Released, Requested: requester(it.RequestedBy), Created: it.Created, Changed: it.Changed,
	}
	for state, n := range it.Counts {
		if out.Counts == nil {
			out.Counts = map[string]int{}
		}
		out.Counts[string(state)] = n
	}
	out.Label = label(out)
	return out
}

func shownRow(r db.ItemRow) Item {
	out := shown(r.Item, r.Name, r.Year)
	out.Poster, out.IDs = r.Poster, r.IDs
	if out.Name == "" {
		out.Name = r.IDs.String()
		out.Label = label(out)
	}
	return out
}

// label names an item for people: "The Mill on the Race (2020) S01E02".
func label(it Item) string {
	s := it.Name
	if s == "" {
		s = fmt.Sprintf("Title %d", it.Title)
	}
	if it.Year > 0 {
		s += fmt.Sprintf(" (%d)", it.Year)
	}
	switch library.Kind(it.Kind) {
	case library.KindSeason:
		s += fmt.Sprintf(" S%02d", it.Season)
	case library.KindEpisode:
		s += fmt.Sprintf(" S%02dE%02d", it.Season, it.Episode)
	}
	return s
}

// withTitle shows an item with its title's name.
func (s *Server) withTitle(ctx context.Context, it library.Item) (Item, error) {
	t, err := s.o.DB.Title(ctx, it.Title)
	if err != nil {
		return Item{}, err
	}
	return shownOf(it, t), nil
}

func shownOf(it library.Item, t db.Title) Item {
	return shownRow(db.ItemRow{Item: it, Name: t.Name, Year: t.Year, Poster: t.Poster, IDs: t.IDs})
}

// item loads an item for showing.
func (s *Server) item(ctx context.Context, id int64) (Item, error) {
	it, err := s.o.DB.Item(ctx, id)
	if err != nil {
		return Item{}, err
	}
	return s.withTitle(ctx, it)
}

func (s *Server) detail(ctx context.Context, id int64) (ItemDetail, error) {
	it, err := s.o.DB.Item(ctx, id)
	if err != nil {
		return ItemDetail{}, err
	}
	t, err := s.o.DB.Title(ctx, it.Title)
	if err != nil {
		return ItemDetail{}, err
	}
	out := ItemDetail{Item: shownOf(it, t), Overview: t.Overview, Children: []Item{}, Requesters: []Requester{}}
	children, err := s.o.DB.Children(ctx, id)
	if err != nil {
		return out, err
	}
	for _, c := range children {
		out.Children = append(out.Children, shownOf(c, t))
	}
	qs, err := s.o.DB.Requesters(ctx, id)
	for _, q := range qs {
		out.Requesters = append(out.Requesters, requester(q))
	}
	return out, err
}

// labels names items for lists of what is done for them. One that is gone meanwhile has no name.
func (s *Server) labels(ctx context.Context, ids []int64) map[int64]string {
	out := map[int64]string{}
	for _, id := range ids {
		if _, ok := out[id]; ok || id == 0 {
			continue
		}
		if it, err := s.item(ctx, id); err == nil {
			out[id] = it.Label
		}
	}
	return out
}
