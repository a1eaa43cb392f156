package cinemeta

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/millrace-media/millrace/sdk"
)

// Catalogs lists the catalogs of films and shows that can be browsed.
func (c *Cinemeta) Catalogs(ctx context.Context) ([]sdk.Catalog, error) {
	m, err := c.client.manifest(ctx)
	if err != nil {
		return nil, err
	}
	var out []sdk.Catalog
	for _, cat := range m.Catalogs {
		if kind := kindOf(cat.Type); kind != "" && cat.browsable() {
			name := cat.Name
			if name == "" {
				name = cat.ID
			}
			out = append(out, sdk.Catalog{ID: cat.ID, Name: name, Kind: kind, Genres: cat.genres()})
		}
	}
	return out, nil
}

// Catalog reads a page of a catalog. How many titles a page has is the addon's to say; a catalog that must have a genre is
// read with its first one where none is asked for.
func (c *Cinemeta) Catalog(ctx context.Context, q sdk.CatalogQuery) ([]sdk.Title, error) {
	m, err := c.client.manifest(ctx)
	if err != nil {
		return nil, err
	}
	cat, ok := m.catalog(q.ID, q.Kind)
	if !ok {
		return nil, sdk.Errorf(sdk.NotFound, "the addon has no catalog %q of that kind", q.ID)
	}
	narrow, err := cat.narrow(q)
	if err != nil || narrow == nil {
		return nil, err
	}
	metas, err := c.client.catalog(ctx, cat.Type, cat.ID, narrow)
	if err != nil {
		return nil, fmt.Errorf("read the catalog %s: %w", q.ID, err)
	}
	return atMost(titles(metas, q.Kind), q.Limit), nil
}

func (m manifest) catalog(id string, kind sdk.TitleKind) (catalog, bool) {
	for _, c := range m.Catalogs {
		if c.ID == id && kindOf(c.Type) == kind && c.browsable() {
			return c, true
		}
	}
	return catalog{}, false
}

// narrow is what a page is asked for with; nil where there is no such page, because the catalog has but one.
func (c catalog) narrow(q sdk.CatalogQuery) (url.Values, error) {
	v := url.Values{}
	canGenre, mustGenre := c.narrows("genre")
	genre := q.Genre
	if genre == "" && mustGenre && len(c.genres()) > 0 {
		genre = c.genres()[0]
	}
	if genre != "" {
		if !canGenre {
			return nil, sdk.Errorf(sdk.Invalid, "the catalog %q has no genres", q.ID)
		}
		v.Set("genre", genre)
	}
	if q.Skip > 0 {
		if can, _ := c.narrows("skip"); !can {
			return nil, nil
		}
		v.Set("skip", strconv.Itoa(q.Skip))
	}
	return v, nil
}
