package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func (p *program) itemAdd() *cobra.Command {
	var kind, seasons string
	var profiles []string
	var wait bool
	c := leaf("add TITLE...", "Want a film or a show", 1, -1, func(ctx context.Context, args []string) error {
		want, err := parseWant(strings.Join(args, " "))
		if err != nil {
			return err
		}
		if err := want.settle(kind, seasons, profiles); err != nil {
			return err
		}
		return p.add(ctx, want, wait)
	})
	c.Long = `Wants a film or a show. TITLE is an id, a link to a page about it, a magnet link, or a name, best with the year:

  millrace item add tt1727587
  millrace item add tmdb:movie:45745
  millrace item add https://www.imdb.com/title/tt1727587/
  millrace item add "Sintel (2010)"
  millrace item add "The Mill on the Race" --seasons 1,2
  millrace item add tt1727587 --profile 2160p --profile 1080p

Of a show, every season but the specials is wanted unless --seasons says otherwise. 'millrace search' finds ids.`
	f := c.Flags()
	f.StringVar(&kind, "kind", "", "`KIND` of title: movie or show (default: found out)")
	f.StringVar(&seasons, "seasons", "", "`SEASONS` of a show, as 1,2 or 1-3; 0 are the specials")
	f.StringArrayVar(&profiles, "profile", nil, "`PROFILE` that says which releases are wanted (default: default); more than once: each, side by side")
	f.BoolVar(&wait, "wait", false, "show what happens, until it is here or nothing happens any more")
	return c
}

func (p *program) add(ctx context.Context, want newItem, wait bool) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	a, err := ask[addedItem](ctx, c, request{method: http.MethodPost, path: "/items", body: want})
	if err != nil {
		return err
	}
	added := append([]item{a.value.item}, a.value.Versions...)
	if !p.json {
		for _, it := range added {
			at := ""
			if len(added) > 1 {
				at = " (" + it.Profile + ")"
			}
			fmt.Fprintf(p.out, "%d  %s%s: %s\n", it.ID, clean(it.Label), clean(at), it.State)
		}
	}
	if !wait {
		if p.json {
			return p.writeJSON(a.raw)
		}
		return nil
	}
	var errs []error
	for _, it := range added {
		errs = append(errs, p.await(ctx, c, it.ID))
	}
	return errors.Join(errs...)
}

// await shows what happens to an item until it rests. It fails where the item then is not here.
func (p *program) await(ctx context.Context, c *client, id int64) error {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	view := &progress{p: p}
	defer view.end()
	for ctx.Err() == nil {
		it, err := ask[itemDetail](ctx, c, request{path: fmt.Sprintf("/items/%d", id)})
		if err == nil && it.value.rests() {
			view.end()
			return p.rested(it.value, it.raw)
		}
		if err == nil {
			err = view.look(ctx, c, it.value)
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	return fmt.Errorf("stopped waiting; the daemon goes on with item %d", id)
}

// moving are the states in which something is about to happen.
func moving(state string) bool {
	switch state {
	case "unknown", "requested", "indexed", "scraped", "downloaded":
		return true
	}
	return false
}

// rests reports whether nothing happens to an item and to what is below it without the clock or somebody.
func (it itemDetail) rests() bool {
	if !it.isOne("show", "season") || len(it.Children) == 0 {
		return !moving(it.State)
	}
	for _, child := range it.Children {
		if child.Pack != "" || len(child.Counts) == 0 && moving(child.State) {
			return false
		}
		for state, n := range child.Counts {
			if n > 0 && moving(state) {
				return false
			}
		}
	}
	return true
}

// isOne reports whether an item is of one of the kinds.
func (it item) isOne(kinds ...string) bool {
	for _, k := range kinds {
		if it.Kind == k {
			return true
		}
	}
	return false
}

// rested says how the waiting ended.
func (p *program) rested(it itemDetail, raw json.RawMessage) error {
	if p.json {
		if err := p.writeJSON(raw); err != nil {
			return err
		}
	}
	here := it.State == "completed" || it.State == "ongoing"
	if !p.json {
		p.sayRested(it, here)
	}
	if !here {
		return errShown
	}
	return nil
}

func (p *program) sayRested(it itemDetail, here bool) {
	fmt.Fprintf(p.out, "%d  %s: %s\n", it.ID, clean(it.Label), it.State)
	if here {
		return
	}
	if it.Error != "" {
		fmt.Fprintf(p.out, "   %s\n", clean(it.Error))
	}
	now := p.now()
	if it.WakeAt.After(now) {
		fmt.Fprintf(p.out, "   It is looked at again at %s.\n", when(it.WakeAt, now))
	}
	fmt.Fprintf(p.out, "   'millrace item why %d' says more.\n", it.ID)
}

// progress writes what happens: one line that is written over on a terminal, else a line for each change.
type progress struct {
	p    *program
	last string
}

// look asks what runs now and shows it.
func (v *progress) look(ctx context.Context, c *client, it itemDetail) error {
	now, err := ask[runningPage](ctx, c, request{path: "/running"})
	if err == nil {
		v.show(it, now.value)
	}
	return err
}

func (v *progress) show(it itemDetail, now runningPage) {
	line := clean(it.Label) + ": " + it.State
	if has := it.has(); has != "" {
		line += ", " + has
	}
	if doing := v.doing(it, now); doing != "" {
		line += "; " + doing
	}
	if line == v.last {
		return
	}
	v.last = line
	if v.p.live {
		fmt.Fprintf(v.p.err, "\r\x1b[K%s", cut(line, 100))
		return
	}
	fmt.Fprintln(v.p.err, line)
}

// doing names the steps under way for an item or for what is below it.
func (v *progress) doing(it itemDetail, now runningPage) string {
	mine := map[int64]bool{it.ID: true}
	for _, child := range it.Children {
		mine[child.ID] = true
	}
	steps := map[string]bool{}
	for _, r := range now.Running {
		if mine[r.Item] || strings.HasPrefix(r.Label, it.Label+" ") {
			steps[r.Step] = true
		}
	}
	return strings.Join(sortedKeys(steps), ", ")
}

// end gives the line of a terminal back.
func (v *progress) end() {
	if v.p.live && v.last != "" {
		fmt.Fprint(v.p.err, "\r\x1b[K")
	}
	v.last = ""
}

func (p *program) importCommand() *cobra.Command {
	c := leaf("import ITEM MAGNET|FILE.torrent", "Take a release of your choice for an item", 2, 2, func(ctx context.Context, args []string) error {
		r := request{method: http.MethodPost, body: map[string]string{"magnet": args[1]}}
		if !strings.HasPrefix(strings.ToLower(args[1]), "magnet:") {
			torrent, err := os.ReadFile(args[1])
			if err != nil {
				return fmt.Errorf("read the .torrent: %w", err)
			}
			r.body, r.kind = torrent, "application/x-bittorrent"
		}
		c, err := p.daemon(ctx)
		if err != nil {
			return err
		}
		id, err := c.find(ctx, args[0])
		if err != nil {
			return err
		}
		r.path = fmt.Sprintf("/items/%d/import", id)
		return answer(ctx, p, r, p.say)
	})
	c.Long = "Takes a release of your choice for an item, whatever its profile says. Quote a magnet link.\n\n" + refHelp
	return c
}

// say writes the sentence of an answer.
func (p *program) say(s said) error {
	if s.Text != "" {
		fmt.Fprintln(p.out, clean(s.Text))
	}
	return nil
}
