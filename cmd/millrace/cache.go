package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// cachePage is what the disk cache holds.
type cachePage struct {
	Use      cacheUse  `json:"use"`
	Pinned   int64     `json:"pinned"`
	Contents []content `json:"contents"`
}

type content struct {
	ID     string    `json:"id"`
	Paths  []string  `json:"paths"`
	Size   int64     `json:"size"`
	Cached int64     `json:"cached"`
	Used   time.Time `json:"used"`
	Pinned bool      `json:"pinned"`
	Whole  bool      `json:"whole"`
	Open   bool      `json:"open"`
}

const pathHelp = `PATH is a file of the library, or a folder with all that is below it: from the library's root, as "movies/Sintel (2010)",
or where it is mounted. "/" is everything.`

func (p *program) cacheCommand() *cobra.Command {
	return p.group("cache", "Show what is cached, keep files, forget them", "",
		p.cacheStatus(), p.cachePin(), p.cacheUnpin(), p.cacheDrop())
}

func (p *program) cacheStatus() *cobra.Command {
	c := leaf("status [PATH]", "Show how full the cache is and what it holds", 0, 1, func(ctx context.Context, args []string) error {
		return answer(ctx, p, request{path: "/cache", query: atPath(args)}, p.showCache)
	})
	c.Long = "Shows how full the cache is and what it holds, the most recently used first.\n\n" + pathHelp
	return c
}

// atPath asks for what is at a path only, where one is said.
func atPath(args []string) url.Values {
	if len(args) == 0 {
		return nil
	}
	return url.Values{"path": {libraryPath(args[0])}}
}

// libraryPath is a path as the daemon takes it: one that is there on this machine is told from its root.
func libraryPath(path string) string {
	if _, err := os.Lstat(path); err != nil {
		return path
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return abs
}

func (p *program) showCache(c cachePage) error {
	pinned := ""
	if c.Pinned > 0 {
		pinned = "; " + size(c.Pinned) + " pinned"
	}
	if c.Use.MaxDisk == 0 {
		fmt.Fprintln(p.out, "Disk    none")
	} else {
		fmt.Fprintf(p.out, "Disk    %s, %s%s\n", of(c.Use.Disk, c.Use.MaxDisk), count(c.Use.Contents, "file"), pinned)
	}
	fmt.Fprintf(p.out, "Memory  %s\n", of(c.Use.Memory, c.Use.MaxMemory))
	if len(c.Contents) == 0 {
		return nil
	}
	fmt.Fprintln(p.out)
	t := newTable("FILE", "SIZE", "HERE", "USED", "STATE")
	for _, it := range c.Contents {
		t.add(it.name(), size(it.Size), share(it.Cached, it.Size), when(it.Used, p.now()), it.state())
	}
	return t.write(p.out)
}

// of writes a part and its whole, in bytes.
func of(part, whole int64) string { return amount(part) + " of " + amount(whole) }

// amount writes bytes for people, also none.
func amount(n int64) string {
	if n <= 0 {
		return "0 B"
	}
	return size(n)
}

// name is where the library has a content; one that has left it is known by its id alone.
func (c content) name() string {
	switch len(c.Paths) {
	case 0:
		return c.ID + " (not in the library)"
	case 1:
		return c.Paths[0]
	}
	return fmt.Sprintf("%s (and %d more)", c.Paths[0], len(c.Paths)-1)
}

func (c content) state() string {
	var words []string
	for _, w := range []struct {
		name string
		is   bool
	}{{"pinned", c.Pinned}, {"fetching", c.Pinned && !c.Whole}, {"open", c.Open}} {
		if w.is {
			words = append(words, w.name)
		}
	}
	return strings.Join(words, ", ")
}

func (p *program) cachePin() *cobra.Command {
	var wait, leave bool
	c := leaf("pin PATH", "Fetch files and keep them", 1, 1, func(ctx context.Context, args []string) error {
		return p.pin(ctx, libraryPath(args[0]), (p.live || wait) && !leave && !p.json)
	})
	c.Long = `Fetches what is missing of files, behind all that is being watched, and keeps them in the cache until they are unpinned:
no other file takes their room. On a terminal it shows how far it is; Ctrl-C ends that and not the fetching, which a
restart of the daemon does not end either. At most 80 % of the cache can be pinned.

` + pathHelp
	c.Flags().BoolVar(&wait, "wait", false, "stay until all of it is here (on a terminal it does)")
	c.Flags().BoolVar(&leave, "no-wait", false, "do not stay")
	return c
}

func (p *program) pin(ctx context.Context, path string, wait bool) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	a, err := ask[cachePage](ctx, c, request{method: http.MethodPost, path: "/cache/pin", body: map[string]string{"path": path}})
	if err != nil {
		return err
	}
	if p.json {
		return p.writeJSON(a.raw)
	}
	_, total := a.value.sum()
	fmt.Fprintf(p.out, "Pinned %s of %s.\n", count(len(a.value.Contents), "file"), amount(total))
	if !wait {
		return nil
	}
	return p.awaitCached(ctx, c, path)
}

// sum is how much of all contents is on disk, and how much there is.
func (c cachePage) sum() (cached, total int64) {
	for _, it := range c.Contents {
		cached += it.Cached
		total += it.Size
	}
	return cached, total
}

// pinned counts the contents that are.
func (c cachePage) pinned() (n int) {
	for _, it := range c.Contents {
		if it.Pinned {
			n++
		}
	}
	return n
}

// awaitCached shows how much of a path is here until all of it is.
func (p *program) awaitCached(ctx context.Context, c *client, path string) error {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	line := &overwritten{p: p}
	defer line.end()
	for {
		a, err := ask[cachePage](ctx, c, request{path: "/cache", query: url.Values{"path": {path}}})
		if err != nil && ctx.Err() == nil {
			return err
		}
		if err == nil {
			cached, total := a.value.sum()
			if a.value.pinned() == 0 {
				return fmt.Errorf("somebody has unpinned %s meanwhile", path)
			}
			if cached >= total {
				line.end()
				fmt.Fprintf(p.out, "All of it is here: %s.\n", amount(total))
				return nil
			}
			line.show(fmt.Sprintf("%s, %s", of(cached, total), share(cached, total)))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("stopped waiting; the daemon goes on fetching %s", path)
		case <-tick.C:
		}
	}
}

// overwritten is a line that a terminal shows in place of the one before, and that others get once for each change.
type overwritten struct {
	p    *program
	last string
}

func (o *overwritten) show(line string) {
	if line == o.last {
		return
	}
	o.last = line
	if o.p.live {
		fmt.Fprintf(o.p.err, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(o.p.err, line)
}

// end gives the line back.
func (o *overwritten) end() {
	if o.p.live && o.last != "" {
		fmt.Fprint(o.p.err, "\r\x1b[K")
	}
	o.last = ""
}

func (p *program) cacheUnpin() *cobra.Command {
	c := leaf("unpin PATH", "Keep files no longer than others", 1, 1, func(ctx context.Context, args []string) error {
		r := request{method: http.MethodPost, path: "/cache/unpin", body: map[string]string{"path": libraryPath(args[0])}}
		return answer(ctx, p, r, func(c cachePage) error {
			fmt.Fprintln(p.out, "Unpinned. What is here stays until its room is needed.")
			return nil
		})
	})
	c.Long = "Lets files go that were pinned: what is here of them stays until its room is needed.\n\n" + pathHelp + " An id that 'cache status' shows is taken as well."
	return c
}

func (p *program) cacheDrop() *cobra.Command {
	var all, yes bool
	c := leaf("drop PATH|--all", "Forget what is cached of files", 0, 1, func(ctx context.Context, args []string) error {
		if all == (len(args) == 1) {
			return usagef("say a path, or --all for everything that is cached")
		}
		return p.drop(ctx, args, all, yes)
	})
	c.Long = "Forgets what is cached of files, pinned or not, and frees the room. What is being read goes on, and is fetched again.\nIt asks first.\n\n" +
		pathHelp + " An id that 'cache status' shows is taken as well."
	c.Flags().BoolVar(&all, "all", false, "everything that is cached")
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}

func (p *program) drop(ctx context.Context, args []string, all, yes bool) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	body := map[string]any{"all": true}
	if !all {
		body = map[string]any{"path": libraryPath(args[0])}
	}
	if !yes {
		a, err := ask[cachePage](ctx, c, request{path: "/cache", query: atPath(args)})
		if err != nil {
			return err
		}
		cached, _ := a.value.sum()
		what := fmt.Sprintf("Forget %s of %s", amount(cached), count(len(a.value.Contents), "file"))
		if n := a.value.pinned(); n > 0 {
			what += fmt.Sprintf(", %d of them pinned", n)
		}
		if err := p.confirm(what + "?"); err != nil {
			return err
		}
	}
	a, err := ask[struct {
		Freed int64 `json:"freed"`
	}](ctx, c, request{method: http.MethodPost, path: "/cache/drop", body: body})
	if err != nil {
		return err
	}
	if p.json {
		return p.writeJSON(a.raw)
	}
	fmt.Fprintf(p.out, "Freed %s.\n", amount(a.value.Freed))
	return nil
}
