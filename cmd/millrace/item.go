package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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

func (p *program) itemShow() *cobra.Command {
	var releases, events bool
	c := leaf("show ITEM", "Show an item, what is below it and its files", 1, 1, func(ctx context.Context, args []string) error {
		return p.show(ctx, args[0], releases, events)
	})
	c.Long = "Shows an item, what is below it and its files.\n\n" + refHelp
	c.Flags().BoolVar(&releases, "releases", false, "show the releases found for it, best first, and what speaks for and against each")
	c.Flags().BoolVar(&events, "events", false, "show what happened to it")
	return c
}

func (p *program) show(ctx context.Context, ref string, releases, events bool) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	id, err := c.find(ctx, ref)
	if err != nil {
		return err
	}
	base := fmt.Sprintf("/items/%d", id)
	it, err := ask[itemDetail](ctx, c, request{path: base})
	if err != nil {
		return err
	}
	files, err := ask[filePage](ctx, c, request{path: base + "/files"})
	if err != nil {
		return err
	}
	doc := map[string]any{"item": it.raw, "files": member(files.raw, "files")}
	sections := []func() error{func() error { return p.showItem(it.value) }, func() error { return p.showFiles(files.value) }}
	if releases {
		a, err := ask[releasePage](ctx, c, request{path: base + "/releases"})
		if err != nil {
			return err
		}
		doc["releases"] = member(a.raw, "releases")
		sections = append(sections, func() error { return p.showReleases(a.value.Releases, a.value.Total) })
	}
	if events {
		a, err := ask[eventPage](ctx, c, request{path: base + "/events"})
		if err != nil {
			return err
		}
		doc["events"] = member(a.raw, "events")
		sections = append(sections, func() error { return p.showEvents(a.value) })
	}
	if p.json {
		return p.writeJSON(doc)
	}
	for _, write := range sections {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) showItem(it itemDetail) error {
	now := p.now()
	fmt.Fprintf(p.out, "%s\n\n", clean(it.Label))
	facts := [][2]string{
		{"item", fmt.Sprintf("%d (%s)", it.ID, it.Kind)},
		{"state", it.State}, {"has", it.has()}, {"error", it.Error}, {"next", when(later(it.WakeAt, now), now)}, {"released", when(it.Released, now)},
		{"profile", it.Profile}, {"ids", it.IDs.String()}, {"requested", requesters(it.Requesters)}, {"added", when(it.Created, now)},
		{"changed", when(it.Changed, now)},
	}
	for _, f := range facts {
		if f[1] != "" {
			fmt.Fprintf(p.out, "  %-10s %s\n", f[0], clean(f[1]))
		}
	}
	if len(it.Children) == 0 {
		return nil
	}
	fmt.Fprintln(p.out)
	return p.itemTable(it.Children).write(p.out)
}

// later is a time that is still to come, or none.
func later(at, now time.Time) time.Time {
	if at.After(now) {
		return at
	}
	return time.Time{}
}

func requesters(all []requester) string {
	var out []string
	for _, r := range all {
		out = append(out, cmp.Or(strings.TrimSpace(r.Person+" "+bracketed(r.Instance)), "here"))
	}
	return strings.Join(out, ", ")
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

func (p *program) showFiles(page filePage) error {
	if len(page.Files) == 0 {
		return nil
	}
	fmt.Fprintln(p.out)
	t := newTable("FILE", "SIZE", "FROM")
	for _, f := range page.Files {
		path := f.Path
		if len(f.Places) > 0 {
			path = f.Places[0].Path
		}
		var from []string
		for _, pl := range f.Placements {
			from = append(from, pl.Instance+notReady(pl.State))
		}
		t.add(path, size(f.Size), strings.Join(from, ", "))
	}
	return t.write(p.out)
}

func notReady(state string) string {
	if state == "" || state == "ready" {
		return ""
	}
	return " (" + state + ")"
}

// showReleases writes a line a release, and below it why it stands where it does.
func (p *program) showReleases(all []release, total int) error {
	fmt.Fprintln(p.out)
	if total == 0 {
		fmt.Fprintln(p.out, "No releases were found so far.")
		return nil
	}
	for _, r := range all {
		p.showRelease(r)
	}
	if total > len(all) {
		fmt.Fprintf(p.out, "and %s more\n", count(total-len(all), "release"))
	}
	return nil
}

func (p *program) showRelease(r release) {
	seeders := ""
	if r.Seeders >= 0 {
		seeders = count(r.Seeders, "seeder")
	}
	facts := slices.DeleteFunc([]string{size(r.Size), seeders, strings.Join(r.FoundBy, ", "), fmt.Sprintf("score %g", r.Score)},
		func(s string) bool { return s == "" })
	fmt.Fprintf(p.out, "%-11s  %s\n", r.State, clean(r.Name))
	fmt.Fprintf(p.out, "             %s\n", clean(strings.Join(facts, ", ")))
	if r.Evidence != "" {
		fmt.Fprintf(p.out, "             %s\n", clean(r.Evidence))
	}
	for _, line := range reasonLines(r) {
		fmt.Fprintf(p.out, "             - %s\n", clean(line))
	}
}

// reasonLines says why a release stands where it does: of a rejected one what rejects it, else all. What is said more than
// once is one line.
func reasonLines(r release) []string {
	var texts []string
	about := map[string][]string{}
	for _, why := range r.Reasons {
		if r.State == "rejected" && !why.Veto {
			continue
		}
		if !slices.Contains(texts, why.Text) {
			texts = append(texts, why.Text)
		}
		if what := why.about(); what != "" {
			about[why.Text] = append(about[why.Text], what)
		}
	}
	for i, text := range texts {
		if what := about[text]; len(what) > 0 {
			texts[i] = strings.TrimSuffix(text, ".") + ": " + strings.Join(what, ", ")
		}
	}
	return texts
}

// about is what a reason is about: "webdl +100", "Sintel 2 (wanted: Sintel)", "cam [reject.any[0]]".
func (r reason) about() string {
	out := r.Got
	if r.Want != "" {
		out += " (wanted: " + r.Want + ")"
	}
	if r.Delta != 0 {
		out += fmt.Sprintf(" %+d", r.Delta)
	}
	if r.Setting != "" {
		out += " [" + r.Setting + "]"
	}
	return strings.TrimSpace(out)
}

func (p *program) showEvents(page eventPage) error {
	fmt.Fprintln(p.out)
	now := p.now()
	t := newTable("WHEN", "EVENT", "STATE", "WHAT")
	for _, e := range page.Events {
		state := e.To
		if e.From != "" && e.From != e.To {
			state = e.From + " → " + e.To
		}
		t.add(e.At.In(now.Location()).Format("2006-01-02 15:04:05"), e.Name, state, cmp.Or(e.Text, e.Path))
	}
	return t.write(p.out)
}

func (p *program) itemWhy() *cobra.Command {
	c := leaf("why ITEM", "Say why an item is not here, and what happens next", 1, 1, func(ctx context.Context, args []string) error {
		c, err := p.daemon(ctx)
		if err != nil {
			return err
		}
		id, err := c.find(ctx, args[0])
		if err != nil {
			return err
		}
		return answer(ctx, p, request{path: fmt.Sprintf("/items/%d/why", id)}, p.explain)
	})
	c.Long = "Says why an item is not here, and what happens next.\n\n" + refHelp
	return c
}

func (p *program) explain(w why) error {
	fmt.Fprintf(p.out, "%s: %s\n\n", clean(w.Item.Label), w.Item.State)
	for _, line := range w.Answer {
		fmt.Fprintln(p.out, clean(line))
	}
	if next := w.Next.Text; next != "" && w.Item.State != "completed" && !slices.ContainsFunc(w.Answer, func(s string) bool { return strings.Contains(s, next) }) {
		fmt.Fprintf(p.out, "Next: %s\n", clean(next))
	}
	if len(w.Rejected) > 0 {
		fmt.Fprintln(p.out)
		t := newTable("REJECTED", "REASON", "MEANS")
		for _, r := range w.Rejected {
			t.add(strconv.Itoa(r.Count), r.Code, r.Text)
		}
		if err := t.write(p.out); err != nil {
			return err
		}
	}
	if w.Best != nil {
		fmt.Fprintln(p.out, "\nThe best of the rejected:")
		p.showRelease(*w.Best)
	}
	if len(w.Tried) > 0 {
		fmt.Fprintln(p.out, "\nTried:")
		for _, r := range w.Tried {
			p.showRelease(r)
		}
	}
	if len(w.Missing) > 0 {
		fmt.Fprintln(p.out, "\nMissing:")
		return p.itemTable(w.Missing).write(p.out)
	}
	return nil
}

// sortedKeys lists a map's keys in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
