package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/millrace-media/millrace/core"
)

func (p *program) doctorCommand() *cobra.Command {
	c := leaf("doctor", "Check everything that Millrace stands on, and say how to mend it", 0, 0, func(ctx context.Context, _ []string) error {
		return p.doctor(ctx)
	})
	c.Long = `Asks the daemon to check the database, the cache, FUSE, the disk, the clock, and every service that the configuration
names, and says how to mend what is not well. Exits with 1 where something is not.`
	return c
}

func (p *program) doctor(ctx context.Context) error {
	c, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	a, err := ask[health](ctx, c, request{path: "/doctor"})
	if errors.Is(err, errNotRunning) {
		return p.withoutDaemon(ctx, c)
	}
	if err != nil {
		return err
	}
	if p.json {
		err = p.writeJSON(a.raw)
	} else {
		p.showHealth(a.value)
	}
	if err == nil && !a.value.OK {
		return errShown
	}
	return err
}

// withoutDaemon says what can be said while none runs: whether one would start.
func (p *program) withoutDaemon(ctx context.Context, c *client) error {
	h := health{Checks: []check{{Name: "daemon", Text: "none runs on " + c.data, Remedy: "Start one: " + c.start}}}
	_, ds, err := core.LoadConfig(ctx, p.configPath(), core.LoadOptions{Environ: p.environ})
	conf := check{Name: "configuration", OK: true, Text: "valid"}
	switch {
	case err != nil:
		conf.OK, conf.Text = false, err.Error()
	case ds.HasErrors():
		conf.OK, conf.Text, conf.Remedy = false, fmt.Sprintf("it has mistakes (%d)", len(ds)), "See them: millrace config validate"
	}
	h.Checks = append(h.Checks, conf)
	if p.json {
		if err := p.writeJSON(h); err != nil {
			return err
		}
	} else {
		p.showHealth(h)
	}
	return errShown
}

func (p *program) showHealth(h health) {
	width := 0
	for _, ch := range h.Checks {
		width = max(width, len([]rune(ch.Name)))
	}
	ill := 0
	for _, ch := range h.Checks {
		mark := "ok  "
		if !ch.OK {
			mark = "FAIL"
			ill++
		} else if ch.Warn {
			mark = "warn"
		}
		fmt.Fprintf(p.out, "%s  %-*s  %s\n", mark, width, clean(ch.Name), clean(ch.Text))
		if ch.Remedy != "" {
			fmt.Fprintf(p.out, "      %-*s  → %s\n", width, "", clean(ch.Remedy))
		}
	}
	if ill > 0 {
		fmt.Fprintf(p.out, "\n%d of %s failed.\n", ill, count(len(h.Checks), "check"))
		return
	}
	fmt.Fprintln(p.out, "\nAll is well.")
}
