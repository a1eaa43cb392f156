package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// numbered is a season's or an episode's number behind the name of its show.
var numbered = regexp.MustCompile(`(?i)^(.+?)\s+S(\d{1,4})(?:E(\d{1,5}))?$`)

// find gives the number of an item named on the command line: itself, or that of the one item that the words fit.
func (c *client) find(ctx context.Context, ref string) (int64, error) {
	if id, err := strconv.ParseInt(ref, 10, 64); err == nil {
		return id, nil
	}
	name, season, episode := ref, "", ""
	if m := numbered.FindStringSubmatch(ref); m != nil {
		name, season, episode = m[1], m[2], m[3]
	}
	root, err := c.root(ctx, name)
	if err != nil || season == "" {
		return root, err
	}
	id, err := c.child(ctx, root, ref, func(it item) bool { return same(it.Season, season) })
	if err != nil || episode == "" {
		return id, err
	}
	return c.child(ctx, id, ref, func(it item) bool { return same(it.Episode, episode) })
}

func same(n int, text string) bool {
	v, err := strconv.Atoi(text)
	return err == nil && v == n
}

func (c *client) child(ctx context.Context, of int64, ref string, is func(item) bool) (int64, error) {
	a, err := ask[itemDetail](ctx, c, request{path: fmt.Sprintf("/items/%d", of)})
	if err != nil {
		return 0, err
	}
	for _, it := range a.value.Children {
		if is(it) {
			return it.ID, nil
		}
	}
	return 0, fmt.Errorf("there is no %q in the library; 'millrace item show %d' lists what is there", ref, of)
}

// root finds the one film or show of a name, with or without its year, or of an id.
func (c *client) root(ctx context.Context, ref string) (int64, error) {
	want, err := parseWant(ref)
	if err != nil {
		return 0, err
	}
	if want.Magnet != "" {
		return 0, usagef("a magnet link is no item")
	}
	found, err := c.roots(ctx, want)
	if err != nil {
		return 0, err
	}
	exact := found[:0:0]
	for _, it := range found {
		if strings.EqualFold(it.Name, want.Name) || strings.EqualFold(it.Label, ref) {
			exact = append(exact, it)
		}
	}
	if len(exact) > 0 {
		found = exact
	}
	switch len(found) {
	case 0:
		return 0, fmt.Errorf("there is no %q in the library; 'millrace item list' shows what is there", ref)
	case 1:
		return found[0].ID, nil
	}
	var names []string
	for _, it := range found[:min(len(found), 8)] {
		names = append(names, fmt.Sprintf("\n  %d  %s (%s, %s)", it.ID, clean(it.Label), it.Kind, it.Profile))
	}
	return 0, fmt.Errorf("%q is more than one item: give its number%s", ref, strings.Join(names, ""))
}

// roots lists the films and shows that fit, page by page.
func (c *client) roots(ctx context.Context, want newItem) ([]item, error) {
	q := url.Values{"kind": {"movie,show"}, "limit": {"1000"}}
	if want.Name != "" {
		q.Set("text", want.Name)
	}
	var found []item
	for {
		page, err := ask[itemPage](ctx, c, request{path: "/items", query: q})
		if err != nil {
			return nil, err
		}
		for _, it := range page.value.Items {
			if want.fits(it) {
				found = append(found, it)
			}
		}
		if page.value.Next == 0 {
			return found, nil
		}
		q.Set("after", strconv.FormatInt(page.value.Next, 10))
	}
}

// fits reports whether an item is what the words say, as far as they say it.
func (w newItem) fits(it item) bool {
	if w.Kind != "" && w.Kind != it.Kind || w.Year != 0 && !strings.Contains(it.Label, fmt.Sprintf("(%d)", w.Year)) {
		return false
	}
	if w.IDs == nil {
		return true
	}
	for _, cat := range catalogues() {
		if id := *w.IDs.place(cat); id != "" && id == *it.IDs.place(cat) {
			return true
		}
	}
	return false
}

// member is one member of an object as it came, null where it is not there.
func member(raw json.RawMessage, name string) json.RawMessage {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil || m[name] == nil {
		return json.RawMessage("null")
	}
	return m[name]
}

// rawItems are the items of a page as they came.
func rawItems(raw json.RawMessage) ([]any, error) {
	var page struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(raw, &page); err != nil {
		return nil, fmt.Errorf("read a page of items: %w", err)
	}
	out := make([]any, len(page.Items))
	for i, it := range page.Items {
		out[i] = it
	}
	return out, nil
}
