package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// show does everything that there is to see.
func show(ctx context.Context, st *stage, s screen) error {
	if err := opening(ctx, st, s); err != nil {
		return err
	}
	if err := fetch(ctx, st, s); err != nil {
		return err
	}
	lib := st.library()
	text, err := lib.listing(ctx)
	if err != nil {
		return err
	}
	s.print(lib.title() + "\n" + indent(text))
	if err := play(ctx, st, lib, s); err != nil {
		return err
	}
	if err := compare(ctx, st, lib, s); err != nil {
		return err
	}
	return told(ctx, st, s)
}

func opening(ctx context.Context, st *stage, s screen) error {
	plugins, err := st.api.plugins(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, p := range plugins {
		if p.PID > 0 {
			names = append(names, p.Name)
		}
	}
	s.print(fmt.Sprintf("The daemon runs at http://%s/ with %d plugins: %s", st.address, len(names), strings.Join(names, ", ")))
	if !st.mounted {
		s.print("Nothing can be mounted here (or -webdav was given): the library is read over WebDAV instead.")
	}
	return nil
}

// fetch asks for a film and a season and waits until both can be played.
func fetch(ctx context.Context, st *stage, s screen) error {
	for _, r := range []world.Request{{IMDb: world.BigBuckBunny}, {IMDb: world.MillOnTheRace, Seasons: []int{1}}} {
		if _, err := st.world.AddRequest(r); err != nil {
			return fmt.Errorf("ask for %s: %w", r.IMDb, err)
		}
	}
	s.print("Asked for a film and a season in the request list.")
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		items, err := st.api.items(ctx)
		if err != nil {
			return err
		}
		rows, err := progress(ctx, st, items)
		if err != nil {
			return err
		}
		s.rows(rows)
		if len(rows) == 2 && !slices.ContainsFunc(rows, func(r row) bool { return r.State != "completed" }) {
			return nil
		}
		select {
		case <-tick.C:
		case <-st.gone:
			return errors.New("the daemon has ended")
		case <-ctx.Done():
			return fmt.Errorf("wait for the film and the season: %w", ctx.Err())
		}
	}
}

// progress makes a row of the film and one of the season, with what became of their releases.
func progress(ctx context.Context, st *stage, items []item) ([]row, error) {
	var rows []row
	for _, it := range items {
		if it.Kind != "movie" && (it.Kind != "season" || it.State == "unreleased") {
			continue
		}
		if it.Kind == "season" && !strings.HasSuffix(it.Label, "01") && !strings.HasSuffix(it.Label, " 1") {
			continue // not asked for
		}
		cs, err := st.api.candidates(ctx, it.ID)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{Name: it.Label, State: it.State, Notes: notes(cs)})
	}
	return rows, nil
}

// notes tells of the releases that were tried, those that did not work first.
func notes(cs []candidate) []string {
	var tried, used []string
	rejected := 0
	for _, c := range cs {
		switch c.State {
		case "failed", "blacklisted":
			tried = append(tried, fmt.Sprintf("✗ %s: %s", c.Name, strings.ReplaceAll(c.Evidence, strconv.Quote(c.Name), "it")))
		case "used":
			used = append(used, "✓ "+c.Name)
		case "rejected":
			rejected++
		}
	}
	var out []string
	if len(cs) > 0 {
		out = append(out, fmt.Sprintf("%d releases found, %d of them unfit", len(cs), rejected))
	}
	return append(append(out, tried...), used...)
}

// told waits until the media servers know every path.
func told(ctx context.Context, st *stage, s screen) error {
	files, err := st.library().files(ctx)
	if err != nil {
		return err
	}
	if !st.mounted {
		s.print("The media servers are told of folders; without a mount there are none.")
		return nil
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for missing := unheard(st, files); len(missing) > 0; missing = unheard(st, files) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the media servers did not hear of %s", strings.Join(missing, ", "))
		}
	}
	lines := []string{"The media servers were told to look at these, and at nothing else:"}
	for _, h := range st.world.Heard() {
		if h.Kind == "scan" {
			return fmt.Errorf("%s was told to scan everything", h.Server)
		}
		for _, p := range h.Paths {
			if line := fmt.Sprintf("    %-8s %s", h.Server, strings.TrimPrefix(p.Path, st.mount()+"/")); !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	slices.Sort(lines[1:])
	s.print(strings.Join(lines, "\n"))
	return nil
}

// unheard lists what a media server does not know of: Jellyfin hears of files, Plex of their folders.
func unheard(st *stage, files []file) []string {
	heard := map[string]bool{}
	for _, h := range st.world.Heard() {
		for _, p := range h.Paths {
			heard[h.Server+" "+p.Path] = true
		}
	}
	var missing []string
	for _, f := range files {
		path := filepath.Join(st.mount(), f.path)
		if !heard["jellyfin "+path] {
			missing = append(missing, "jellyfin: "+path)
		}
		if !heard["plex "+filepath.Dir(path)] {
			missing = append(missing, "plex: "+filepath.Dir(path))
		}
	}
	return missing
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}
