package cinemeta

import (
	"context"
	"errors"
	"fmt"

	"github.com/millrace-media/millrace/sdk"
)

// Title looks a title up by its IMDb id, or by another that the addon's manifest says it knows. Where the kind is not told,
// a film of that id is looked for first, then a show.
func (c *Cinemeta) Title(ctx context.Context, q sdk.TitleQuery) (sdk.Title, error) {
	id, err := c.addonID(ctx, q.IDs)
	if err != nil {
		return sdk.Title{}, err
	}
	missing := error(sdk.Errorf(sdk.NotFound, "the addon knows titles by no id that this one has"))
	if id == "" {
		return sdk.Title{}, missing
	}
	for _, kind := range kinds(q.Kind) {
		m, err := c.client.meta(ctx, addonType(kind), id)
		if err == nil {
			t := m.title(kind)
			t.IDs = t.Merge(q.IDs)
			return t, nil
		}
		if missing = fmt.Errorf("look up %s: %w", id, err); !errors.Is(err, &sdk.Error{Kind: sdk.NotFound}) {
			return sdk.Title{}, missing
		}
	}
	return sdk.Title{}, missing
}

// addonID is the id by which the addon may know a title, or "".
func (c *Cinemeta) addonID(ctx context.Context, ids sdk.IDs) (string, error) {
	if ids.IMDb != "" || ids.IsZero() {
		return ids.IMDb, nil
	}
	m, err := c.client.manifest(ctx)
	if err != nil {
		return "", err
	}
	for ns, value := range ids.All() {
		if id := ns + ":" + value; m.knows(id) {
			return id, nil
		}
	}
	return "", nil
}

func kinds(k sdk.TitleKind) []sdk.TitleKind {
	if k == "" {
		return []sdk.TitleKind{sdk.Movie, sdk.Show}
	}
	return []sdk.TitleKind{k}
}

// addonType is the protocol's word for a kind.
func addonType(k sdk.TitleKind) string {
	if k == sdk.Show {
		return "series"
	}
	return "movie"
}

// kindOf is the kind that a word of the protocol stands for, or "" for those that are neither, as channels.
func kindOf(addonType string) sdk.TitleKind {
	switch addonType {
	case "movie":
		return sdk.Movie
	case "series":
		return sdk.Show
	}
	return ""
}
