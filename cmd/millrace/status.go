package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// status is what the daemon does now.
type status struct {
	version struct {
		Version string `json:"version"`
	}
	counts  counts
	running runningPage
	streams streamPage
	plugins pluginPage
	away    string // why it is not known who reads; empty: it is
}

func (p *program) statusCommand() *cobra.Command {
	return leaf("status", "Show how many items stand where, what runs now and what is unwell", 0, 0,
		func(ctx context.Context, _ []string) error {
			c, err := p.daemon(ctx)
			if err != nil {
				return err
			}
			var st status
			doc := map[string]json.RawMessage{"data": quoted(c.data)}
			for _, part := range []struct {
				name string
				into any
			}{{"version", &st.version}, {"counts", &st.counts}, {"running", &st.running}, {"streams", &st.streams}, {"plugins", &st.plugins}} {
				a, err := ask[json.RawMessage](ctx, c, request{path: "/" + part.name})
				if err == nil {
					err = json.Unmarshal(a.raw, part.into)
				}
				if without := (*problem)(nil); part.name == "streams" && errors.As(err, &without) {
					st.away, doc["streams"], doc["away"] = without.Error(), json.RawMessage("[]"), quoted(without.Error())
					continue // the files are another process's, which is not there: the rest is told
				}
				if err != nil {
					return err
				}
				doc[part.name] = inner(a.raw, part.name)
			}
			if p.json {
				return p.writeJSON(doc)
			}
			return p.showStatus(c.data, st)
		})
}

// inner is the list of a page that holds one, else the whole.
func inner(raw json.RawMessage, name string) json.RawMessage {
	if list := member(raw, name); string(list) != "null" {
		return list
	}
	return raw
}

func quoted(s string) json.RawMessage {
	text, err := json.Marshal(s)
	if err != nil { // a string can always be written
		return json.RawMessage("null")
	}
	return text
}

func (p *program) showStatus(data string, st status) error {
	fmt.Fprintf(p.out, "Millrace %s runs on %s\n\n", st.version.Version, data)
	if st.counts.Total == 0 {
		fmt.Fprintln(p.out, "No items. Add one with 'millrace item add TITLE'.")
	}
	now := p.now()
	running := newTable("RUNNING", "ITEM", "TIME", "RETRY")
	for _, r := range st.running.Running {
		running.add(r.Step, cmp.Or(r.Label, "-"), span(now.Sub(r.Since)), positive(r.Attempt-1))
	}
	streams := newTable("STREAM", "AT", "TIME", "FETCHED")
	for _, s := range st.streams.Streams {
		streams.add(s.Path, share(s.Offset, s.Size), span(now.Sub(s.Opened)), size(s.Network))
	}
	return p.writeTables(counted(st.counts), running, streams, unwell(st.plugins, st.away))
}

func share(part, whole int64) string {
	if whole <= 0 {
		return ""
	}
	return fmt.Sprintf("%d %%", part*100/whole)
}

// stateOrder is the order in which an item may pass through the states.
func stateOrder() []string {
	return []string{
		"unknown", "requested", "unreleased", "indexed", "scraped", "downloaded", "completed", "ongoing", "partial", "failed",
		"paused", "blacklisted",
	}
}

// counted has a row a kind of item and a column a state that some item stands in.
func counted(c counts) *table {
	var states []string
	for _, st := range stateOrder() {
		for _, kind := range c.Kinds {
			if kind[st] > 0 && !slices.Contains(states, st) {
				states = append(states, st)
			}
		}
	}
	heading := []string{"ITEMS"}
	for _, st := range states {
		heading = append(heading, strings.ToUpper(st))
	}
	t := newTable(heading...)
	for _, kind := range []string{"movie", "show", "season", "episode"} {
		if len(c.Kinds[kind]) == 0 {
			continue
		}
		row := []string{kind + "s"}
		for _, st := range states {
			row = append(row, fmt.Sprint(c.Kinds[kind][st]))
		}
		t.add(row...)
	}
	return t
}

// unwell lists what keeps files, plugins and blocks from being used.
func unwell(page pluginPage, away string) *table {
	t := newTable("UNWELL", "WHY")
	if away != "" {
		t.add("files", away)
	}
	for _, pl := range page.Plugins {
		if pl.State == "failed" || pl.State == "backoff" {
			t.add("plugin "+pl.Name, cmp.Or(pl.LastError, pl.State))
		}
		for _, in := range pl.Instances {
			if in.Enabled && !in.OK {
				t.add(fmt.Sprintf("%s %q", in.Capability, in.Name), cmp.Or(in.Unwell, "no reason is told"))
			}
		}
	}
	return t
}
