package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
)

func (p *program) itemRemove() *cobra.Command {
	var yes, dry bool
	c := leaf("remove ITEM", "Take a film or a show out of the library", 1, 1, func(ctx context.Context, args []string) error {
		return p.remove(ctx, args[0], yes, dry)
	})
	c.Long = `Takes a film or a show out of the library. A release leaves an account only where Millrace put it there and no other
item uses it. It says what goes, and asks first.

` + refHelp
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would go")
	return c
}

func (p *program) remove(ctx context.Context, ref string, yes, dry bool) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	id, err := c.find(ctx, ref)
	if err != nil {
		return err
	}
	r := request{method: http.MethodDelete, path: fmt.Sprintf("/items/%d", id), query: url.Values{"preview": {"true"}}}
	plan, err := ask[removal](ctx, c, r)
	if err != nil {
		return err
	}
	if p.json && dry {
		return p.writeJSON(plan.raw)
	}
	if !p.json {
		p.showRemoval(plan.value)
	}
	if dry {
		return nil
	}
	if !yes {
		if err := p.confirm(fmt.Sprintf("Remove %s?", clean(plan.value.Item.Label))); err != nil {
			return err
		}
	}
	r.query = nil
	done, err := ask[removal](ctx, c, r)
	if err != nil {
		return err
	}
	if p.json {
		return p.writeJSON(done.raw)
	}
	fmt.Fprintln(p.out, "Removed.")
	return nil
}

func (p *program) showRemoval(r removal) {
	fmt.Fprintf(p.out, "%s (%s, item %d)\n", clean(r.Item.Label), r.Item.Kind, r.Item.ID)
	if len(r.Paths) > 0 {
		fmt.Fprintln(p.out, "leaves the library with:")
	}
	for _, path := range r.Paths {
		fmt.Fprintf(p.out, "  %s\n", clean(path))
	}
	if len(r.Releases) > 0 {
		fmt.Fprintln(p.out, "and from the accounts:")
	}
	for _, rel := range r.Releases {
		name := rel.Name
		if name == "" {
			name = rel.Hash
		}
		fmt.Fprintf(p.out, "  %s: %s\n", rel.Instance, clean(name))
	}
	for _, q := range r.Requests {
		if q.Instance != "" {
			fmt.Fprintf(p.out, "The request of %s ends.\n", clean(requesters([]requester{q})))
		}
	}
}

// confirm asks a person. Where there is none, it says how to do without.
func (p *program) confirm(question string) error {
	if !p.person {
		return usagef("nobody is there to be asked: say --yes")
	}
	fmt.Fprintf(p.err, "%s [y/N] ", question)
	text, err := bufio.NewReader(p.in).ReadString('\n')
	if word := strings.ToLower(strings.TrimSpace(text)); err == nil && (word == "y" || word == "yes") {
		return nil
	}
	fmt.Fprintln(p.err, "Nothing was done.")
	return errShown
}
