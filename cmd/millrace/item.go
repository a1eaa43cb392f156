package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// refHelp says how an item is named on the command line.
const refHelp = `ITEM is its number, its name ("Sintel", "Sintel (2010)", "The Mill on the Race S01E02") or an id (tt1727587, tmdb:45745).`

func (p *program) itemCommand() *cobra.Command {
	return p.group("item", "Add, show and change items of the library",
		"An item is a film, a show, a season or an episode that somebody wants.\n\n"+refHelp,
		p.itemAdd(), p.itemList(), p.itemShow(), p.itemWhy(), p.itemRemove(),
		p.itemAct("retry", "Try again now", ""),
		p.itemAct("pause", "Leave items alone until they are resumed", ""),
		p.itemAct("resume", "Go on with paused items", ""),
		p.itemAct("reset", "Begin again from nothing", "Takes the files out of the library, forgets which releases failed, and begins again with the metadata."),
		p.itemAct("blacklist", "Fetch items never again", "Takes the files out of the library. 'millrace item unblacklist' takes it back."),
		p.itemAct("unblacklist", "Want blacklisted items again", ""),
	)
}

// itemAct is a command that does the same to each item.
func (p *program) itemAct(action, short, long string) *cobra.Command {
	c := leaf(action+" ITEM...", short, 1, -1, func(ctx context.Context, args []string) error {
		return p.act(ctx, action, args)
	})
	c.Long = strings.TrimSpace(short+". "+long) + "\n\n" + refHelp
	return c
}

func (p *program) act(ctx context.Context, action string, refs []string) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	done := []any{}
	for _, ref := range refs {
		id, err := c.find(ctx, ref)
		if err != nil {
			return err
		}
		a, err := ask[item](ctx, c, request{method: http.MethodPost, path: fmt.Sprintf("/items/%d/%s", id, action)})
		if err != nil {
			return err
		}
		if p.json {
			done = append(done, a.raw)
			continue
		}
		note := ""
		if want := wanted(action); want != "" && a.value.State != want {
			note = ", which stays so"
		}
		fmt.Fprintf(p.out, "%d  %s: %s%s\n", a.value.ID, clean(a.value.Label), a.value.State, note)
	}
	if p.json {
		return p.writeJSON(done)
	}
	return nil
}

// wanted is the state that an action leads to where it does anything, "" where that depends.
func wanted(action string) string {
	switch action {
	case "pause":
		return "paused"
	case "blacklist":
		return "blacklisted"
	}
	return ""
}

func (p *program) itemList() *cobra.Command {
	q := url.Values{}
	var state, kind, profile string
	var limit int
	c := leaf("list [TEXT]", "List films and shows, or what the flags choose", 0, 1, func(ctx context.Context, args []string) error {
		for name, v := range map[string]string{"state": state, "kind": kind, "profile": profile} {
			if v != "" && v != "all" {
				q.Set(name, strings.ToLower(v))
			}
		}
		if len(args) > 0 {
			q.Set("text", args[0])
		}
		if limit < 0 {
			return usagef("--limit is below zero")
		}
		return p.list(ctx, q, limit)
	})
	c.Long = "Lists films and shows whose name contains TEXT, or all of them."
	c.Flags().StringVar(&state, "state", "", "only in these `STATES`, separated by commas: requested, unreleased, indexed, scraped, downloaded, completed, ongoing, partial, failed, paused, blacklisted")
	c.Flags().StringVar(&kind, "kind", "movie,show", "only of these `KINDS`: movie, show, season, episode, or all")
	c.Flags().StringVar(&profile, "profile", "", "only those wanted at this `PROFILE`")
	c.Flags().IntVar(&limit, "limit", 0, "at most so many; 0: all")
	return c
}

// list reads as many pages as there are.
func (p *program) list(ctx context.Context, q url.Values, limit int) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	var all []item
	raws := []any{}
	for {
		size := 1000
		if limit > 0 {
			size = min(size, limit-len(raws))
		}
		q.Set("limit", strconv.Itoa(size))
		page, err := ask[itemPage](ctx, c, request{path: "/items", query: q})
		if err != nil {
			return err
		}
		raw, err := rawItems(page.raw)
		if err != nil {
			return err
		}
		all, raws = append(all, page.value.Items...), append(raws, raw...)
		if page.value.Next == 0 || limit > 0 && len(raws) >= limit {
			break
		}
		q.Set("after", strconv.FormatInt(page.value.Next, 10))
	}
	if p.json {
		return p.writeJSON(map[string]any{"items": raws})
	}
	if len(all) == 0 {
		fmt.Fprintln(p.err, "No items. Add one with 'millrace item add TITLE'.")
		return nil
	}
	return p.itemTable(all).write(p.out)
}

func (p *program) itemTable(items []item) *table {
	now := p.now()
	profiles := slices.ContainsFunc(items, func(it item) bool { return it.Profile != items[0].Profile })
	t := newTable("ID", "KIND", "TITLE", "STATE", "HAS", "PROFILE", "NEXT", "ERROR")
	for _, it := range items {
		profile, next := "", ""
		if profiles {
			profile = it.Profile
		}
		if it.WakeAt.After(now) {
			next = "in " + span(it.WakeAt.Sub(now))
		}
		t.add(strconv.FormatInt(it.ID, 10), it.Kind, it.Label, it.State, it.has(), profile, next, cut(it.Error, 80))
	}
	return t
}

// has tells how much of a group is complete.
func (it item) has() string {
	total := 0
	for _, n := range it.Counts {
		total += n
	}
	if total == 0 {
		return ""
	}
	part := "episode"
	if it.Kind == "show" {
		part = "season"
	}
	return fmt.Sprintf("%d of %s", it.Counts["completed"]+it.Counts["ongoing"], count(total, part))
}

// cut shortens text for a table.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// sortedKeys lists a map's keys in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
