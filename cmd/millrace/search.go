package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func (p *program) searchCommand() *cobra.Command {
	var kind string
	var year, limit int
	c := leaf("search NAME...", "Look for films and shows by name", 1, -1, func(ctx context.Context, args []string) error {
		k, err := titleKind(kind)
		if err != nil {
			return err
		}
		q := url.Values{"q": {strings.Join(args, " ")}, "limit": {strconv.Itoa(limit)}}
		if k != "" {
			q.Set("kind", k)
		}
		if year != 0 {
			q.Set("year", strconv.Itoa(year))
		}
		return answer(ctx, p, request{path: "/search", query: q}, p.showTitles)
	})
	c.Long = "Asks the metadata services for films and shows by name. 'millrace item add ID' then wants one."
	c.Flags().StringVar(&kind, "kind", "", "only this `KIND`: movie or show")
	c.Flags().IntVar(&year, "year", 0, "only of this year")
	c.Flags().IntVar(&limit, "limit", 10, "at most so many")
	return c
}

func (p *program) showTitles(found foundTitles) error {
	if len(found.Titles) == 0 {
		fmt.Fprintln(p.err, "Nothing was found.")
		return nil
	}
	t := newTable("ID", "KIND", "TITLE", "YEAR", "ITEM")
	for _, f := range found.Titles {
		var have []string
		for _, id := range f.Items {
			have = append(have, strconv.FormatInt(id, 10))
		}
		t.add(f.IDs.best(f.Kind), f.Kind, f.Name, positive(f.Year), strings.Join(have, ", "))
	}
	return t.write(p.out)
}

func (p *program) reloadCommand() *cobra.Command {
	return leaf("reload", "Have the daemon read its configuration again", 0, 0, func(ctx context.Context, _ []string) error {
		type reloaded struct {
			Valid bool   `json:"valid"`
			Text  string `json:"text"`
		}
		c, err := p.daemon(ctx)
		if err != nil {
			return err
		}
		a, err := ask[reloaded](ctx, c, request{method: http.MethodPost, path: "/reload"})
		if err != nil {
			return err
		}
		if p.json {
			err = p.writeJSON(a.raw)
		} else {
			fmt.Fprint(p.err, a.value.Text)
			if a.value.Valid {
				fmt.Fprintln(p.out, "The configuration is in force.")
			} else {
				fmt.Fprintln(p.err, "The old configuration goes on.")
			}
		}
		if err == nil && !a.value.Valid {
			return errShown
		}
		return err
	})
}
