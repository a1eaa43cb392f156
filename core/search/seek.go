package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// Sought names what somebody wants to compare releases with: an item of the library, or a title by an id or by its name.
type Sought struct {
	Item            int64         // of the library; then nothing else counts
	Kind            sdk.TitleKind // "": as is found, or else by whether there is a season or an episode
	IDs             sdk.IDs
	Name            string
	Year            int
	Season, Episode *int // nil: not told
	Anime           bool // where nothing else tells
}

// Lookup asks metadata services for a title that the library does not have.
type Lookup func(ctx context.Context, q sdk.TitleQuery) (sdk.Title, error)

// Aim is what was sought, ready to be compared with.
type Aim struct {
	Target  *rank.Target
	Label   string // "The Mill on the Race (2020) S01E02"
	Profile string // of the item; "" where it is none
}

// Seek finds what somebody means: in the library, or else by asking, or else, where it is a name, by what was said alone.
func Seek(ctx context.Context, r db.Reader, s Sought, ask Lookup) (Aim, error) {
	if s.Item != 0 {
		return aimAtItem(ctx, r, s.Item)
	}
	t, err := s.find(ctx, r)
	switch {
	case err == nil:
		it := s.item(t.Kind)
		target, err := Target(ctx, r, t, it)
		return Aim{Target: target, Label: Label(t.Title, it)}, err
	case !errors.Is(err, db.ErrNotFound):
		return Aim{}, err
	}
	return s.Ask(ctx, ask)
}

// Ask is [Seek] without a library. Nor need there be anybody to ask: then a name is all that is known.
func (s Sought) Ask(ctx context.Context, ask Lookup) (Aim, error) {
	t := sdk.Title{Kind: cmp.Or(s.Kind, s.guess()), Name: s.Name, Year: s.Year, Anime: s.Anime}
	if !s.IDs.IsZero() {
		if ask == nil {
			return Aim{}, &sdk.Error{
				Kind: sdk.NotFound, Message: fmt.Sprintf("nothing here knows %s: name it by its title and year, as \"Sintel (2010)\"", s.IDs),
			}
		}
		var err error
		if t, err = ask(ctx, sdk.TitleQuery{IDs: s.IDs, Kind: s.Kind}); err != nil {
			return Aim{}, fmt.Errorf("look up %s: %w", s.IDs, err)
		}
	}
	if release.Key(t.Name) == "" {
		return Aim{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "for", Message: "it names no title"}
	}
	it := s.item(t.Kind)
	return Aim{Target: rank.NewTarget(*Wanted(t, it)), Label: Label(t, it)}, nil
}

func aimAtItem(ctx context.Context, r db.Reader, id int64) (Aim, error) {
	it, err := r.Item(ctx, id)
	if err != nil {
		return Aim{}, err
	}
	t, err := r.Title(ctx, it.Title)
	if err != nil {
		return Aim{}, err
	}
	target, err := Target(ctx, r, t, it)
	return Aim{Target: target, Label: Label(t.Title, it), Profile: it.Profile}, err
}

// guess is the kind of a title of which none is told.
func (s Sought) guess() sdk.TitleKind {
	if s.Season != nil || s.Episode != nil {
		return sdk.Show
	}
	return sdk.Movie
}

func (s Sought) kinds() []sdk.TitleKind {
	switch {
	case s.Kind != "":
		return []sdk.TitleKind{s.Kind}
	case s.guess() == sdk.Show:
		return []sdk.TitleKind{sdk.Show}
	}
	return []sdk.TitleKind{sdk.Movie, sdk.Show}
}

// find looks for a title in the library.
func (s Sought) find(ctx context.Context, r db.Reader) (db.Title, error) {
	if s.IDs.IsZero() {
		return s.named(ctx, r)
	}
	for _, k := range s.kinds() {
		id, err := r.FindTitle(ctx, k, s.IDs)
		if err == nil {
			return r.Title(ctx, id)
		}
		if !errors.Is(err, db.ErrNotFound) {
			return db.Title{}, err
		}
	}
	return db.Title{}, db.ErrNotFound
}

// named looks for the one item of a name and, where it is told, a year.
func (s Sought) named(ctx context.Context, r db.Reader) (db.Title, error) {
	f := db.ItemFilter{Text: s.Name, Limit: 1000}
	for _, k := range s.kinds() {
		f.Kinds = append(f.Kinds, library.Kind(k))
	}
	rows, err := r.Items(ctx, f)
	if err != nil {
		return db.Title{}, err
	}
	found := int64(0)
	for _, row := range rows {
		if !strings.EqualFold(row.Name, s.Name) || s.Year != 0 && row.Year != s.Year {
			continue
		}
		if found != 0 && found != row.Title {
			return db.Title{}, &sdk.Error{
				Kind: sdk.Invalid, Attribute: "for", Message: fmt.Sprintf("%q is more than one title in the library: add the year, or give an id", s.Name),
			}
		}
		found = row.Title
	}
	if found == 0 {
		return db.Title{}, db.ErrNotFound
	}
	return r.Title(ctx, found)
}

// item is what is wanted of a title.
func (s Sought) item(kind sdk.TitleKind) library.Item {
	it := library.Item{Kind: library.KindMovie}
	if kind != sdk.Show {
		return it
	}
	it.Kind = library.KindShow
	if s.Season != nil {
		it.Kind, it.Season = library.KindSeason, *s.Season
	}
	if s.Episode != nil {
		it.Kind, it.Episode = library.KindEpisode, *s.Episode
		if s.Season == nil {
			it.Season = 1
		}
	}
	return it
}

// Label names an item of a title for people: "The Mill on the Race (2020) S01E02".
func Label(t sdk.Title, it library.Item) string {
	s := cmp.Or(t.Name, t.IDs.String())
	if t.Year > 0 {
		s += fmt.Sprintf(" (%d)", t.Year)
	}
	switch it.Kind {
	case library.KindSeason:
		s += fmt.Sprintf(" S%02d", it.Season)
	case library.KindEpisode:
		s += fmt.Sprintf(" S%02dE%02d", it.Season, it.Episode)
	}
	return s
}
