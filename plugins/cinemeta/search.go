package cinemeta

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

// Search finds titles by name in the first catalog of each kind that can be searched. Where the year is given, a title whose own
// is known and more than one off is left out.
func (c *Cinemeta) Search(ctx context.Context, q sdk.SearchQuery) ([]sdk.Title, error) {
	text := strings.TrimSpace(q.Text)
	if text == "" {
		return nil, sdk.Errorf(sdk.Invalid, "there is nothing to search for")
	}
	m, err := c.client.manifest(ctx)
	if err != nil {
		return nil, err
	}
	var out []sdk.Title
	for _, kind := range kinds(q.Kind) {
		cat, ok := m.searchable(kind)
		if !ok {
			continue
		}
		metas, err := c.client.catalog(ctx, cat.Type, cat.ID, url.Values{"search": {text}})
		if err != nil {
			return nil, fmt.Errorf("search the catalog %s: %w", cat.ID, err)
		}
		for _, t := range titles(metas, kind) {
			if q.Year == 0 || t.Year == 0 || t.Year >= q.Year-1 && t.Year <= q.Year+1 {
				out = append(out, t)
			}
		}
	}
	return atMost(out, q.Limit), nil
}

func (m manifest) searchable(kind sdk.TitleKind) (catalog, bool) {
	for _, c := range m.Catalogs {
		if can, _ := c.narrows("search"); can && kindOf(c.Type) == kind {
			return c, true
		}
	}
	return catalog{}, false
}

// titles are those of a catalog's entries that have an id that anybody else knows.
func titles(metas []meta, kind sdk.TitleKind) []sdk.Title {
	var out []sdk.Title
	for _, m := range metas {
		if t := m.title(kind); t.Name != "" && !t.IDs.IsZero() {
			out = append(out, t)
		}
	}
	return out
}

func atMost(list []sdk.Title, n int) []sdk.Title {
	if n > 0 && len(list) > n {
		return list[:n]
	}
	return list
}
