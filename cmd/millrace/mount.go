package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/millrace-media/millrace/core"
)

func (p *program) mountCommand() *cobra.Command {
	c := p.service("mount", "Keep the library's files in a process beside the daemon", p.mount)
	c.Long = `Mounts the library, and runs the debrid plugins that its files come from, beside a daemon that does all the rest:
so an upgrade or a crash of the daemon stops no film. It is for a configuration that says

  mount {
    path    = "/mnt/millrace"
    process = "separate"
  }

and needs the same configuration, environment and user as the daemon, on the same machine. Both may be started in any
order, and each goes on while the other is not there: without this process nothing is fetched and no file is served, and
the daemon tries again; without the daemon files are read as before, and nothing new comes. Before the daemon's first start,
or after an upgrade of this program alone, it waits for the daemon to bring the library up to date.

It runs until it is interrupted, then unmounts; a second interrupt ends it at once. SIGHUP has it read its configuration
again, and so has "millrace reload". What a killed one left mounted the next one clears away. Restart it with the daemon's
version when nobody reads. The log goes to standard error.`
	return c
}

// mount keeps the files until ctx ends.
func (p *program) mount(ctx context.Context, inJSON bool) error {
	level := new(slog.LevelVar)
	log := slog.New(newLogHandler(p.err, level, inJSON))
	hup, stop := hangups()
	defer stop()
	m, ds, err := core.NewMounter(ctx, core.Options{
		Config: p.configPath(), Environ: p.environ, Version: version, Log: log, Level: level,
		Started: func(s core.Started) { p.mounted(s, inJSON) },
	})
	if werr := p.diagnose(ds, log, inJSON); werr != nil {
		return werr
	}
	switch {
	case errors.Is(err, context.Canceled):
		return nil // it was interrupted while it waited
	case err != nil:
		return err
	case m == nil:
		return errShown
	}
	return p.runs(ctx, m, hup, log, inJSON)
}

// mounted says where the files are, for whoever started it.
func (p *program) mounted(s core.Started, inJSON bool) {
	switch {
	case inJSON: // the log has said it
	case s.Mount == "":
		fmt.Fprintln(p.err, "The library is not mounted; the daemon serves its files at /dav/.")
	default:
		fmt.Fprintf(p.err, "The library is mounted on %s\n", s.Mount)
	}
}
