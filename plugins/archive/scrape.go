package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

const (
	// rows is how many items of a search are looked through for free ones.
	rows = 50
	// maxNames bounds how many names of a film are searched for.
	maxNames = 4
	// yearSlack is how many years an item's may be off: of the making, of the release, of another country's.
	yearSlack = 1
)

// Scrape looks for a film by its IMDb id and its names among what is free. Shows are not searched for.
func (a *Archive) Scrape(ctx context.Context, q sdk.Query, yield func(...sdk.Release) error) error {
	film, free := searchQuery(q), a.free.query()
	if film == "" || free == "" {
		return nil
	}
	docs, err := a.client.search(ctx, film+" AND "+free, rows)
	if err != nil {
		return fmt.Errorf("search the Archive: %w", err)
	}
	most := a.candidates
	if q.Limit > 0 {
		most = min(most, q.Limit)
	}
	for _, d := range a.candidatesOf(docs, q, most) {
		r, err := a.look(ctx, d.Identifier, q)
		switch {
		case errors.Is(err, &sdk.Error{Kind: sdk.NotFound}):
			continue
		case err != nil:
			return fmt.Errorf("read the item %s: %w", d.Identifier, err)
		}
		if err := yield(r); err != nil {
			return err
		}
	}
	return nil
}

// searchQuery is what is asked in the search's own language (Lucene), or "" where there is nothing to ask.
func searchQuery(q sdk.Query) string {
	if q.Kind == sdk.Show {
		return ""
	}
	var alternatives []string
	if imdbID.MatchString(q.IMDb) {
		alternatives = append(alternatives, `external-identifier:"urn:imdb:`+q.IMDb+`"`)
	}
	for _, n := range q.Names {
		if w := words(n); len(w) > 0 {
			phrase := `title:"` + strings.Join(w, " ") + `"`
			if !slices.Contains(alternatives, phrase) {
				alternatives = append(alternatives, phrase)
			}
		}
	}
	if len(alternatives) == 0 {
		return ""
	}
	return "mediatype:movies AND (" + strings.Join(alternatives[:min(len(alternatives), maxNames)], " OR ") + ")"
}

// candidatesOf are the items worth a look: free, and not plainly another film. Those with the film's IMDb id go first.
func (a *Archive) candidatesOf(docs []doc, q sdk.Query, most int) []doc {
	docs = slices.DeleteFunc(docs, func(d doc) bool {
		return !a.free.allows(first(d.LicenseURL), d.Collection) || !fits(q, d.Title, d.Year, d.ExternalIDs)
	})
	slices.SortStableFunc(docs, func(x, y doc) int {
		return cmp.Compare(rank(imdb(x.ExternalIDs), q), rank(imdb(y.ExternalIDs), q))
	})
	return docs[:min(len(docs), most)]
}

func rank(id string, q sdk.Query) int {
	if id != "" && id == q.IMDb {
		return 0
	}
	return 1
}

// fits reports whether an item can be the film: by its id where it has one; else its title holds one of the film's
// names, and its year, where known, is about the film's.
func fits(q sdk.Query, titles, dates, ids []string) bool {
	if id := imdb(ids); id != "" && q.IMDb != "" {
		return id == q.IMDb
	}
	title := first(titles)
	year := yearOf(title, q.Names, dates)
	if q.Year != 0 && year != 0 && (year < q.Year-yearSlack || year > q.Year+yearSlack) {
		return false
	}
	have := " " + strings.Join(words(title), " ") + " "
	return slices.ContainsFunc(q.Names, func(n string) bool {
		w := words(n)
		return len(w) > 0 && strings.Contains(have, " "+strings.Join(w, " ")+" ")
	})
}

// look reads an item and makes a release of it. What the search said is checked once more: its index is behind at times.
func (a *Archive) look(ctx context.Context, id string, q sdk.Query) (sdk.Release, error) {
	it, err := a.client.item(ctx, id)
	if err != nil {
		return sdk.Release{}, err
	}
	m := it.Metadata
	switch {
	case !a.free.allows(first(m.LicenseURL), m.Collection):
		return sdk.Release{}, sdk.Errorf(sdk.NotFound, "the item %s is not free", id)
	case !fits(q, m.Title, slices.Concat(m.Year, m.Date), m.ExternalIDs):
		return sdk.Release{}, sdk.Errorf(sdk.NotFound, "the item %s is another film", id)
	}
	r, ok := a.release(it, q.Names)
	if !ok {
		return sdk.Release{}, sdk.Errorf(sdk.NotFound, "the item %s has no torrent with a film", id)
	}
	return r, nil
}
