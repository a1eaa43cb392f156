package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

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
