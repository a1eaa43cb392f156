package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

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
	for i, c := range r.Changes {
		lead := "to have it taken:"
		if i > 0 {
			lead = "and:"
		}
		fmt.Fprintf(p.out, "             %s %s\n", lead, clean(c.Text))
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
