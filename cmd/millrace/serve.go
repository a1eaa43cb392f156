package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"github.com/millrace-media/millrace/core"
	"github.com/millrace-media/millrace/core/config"
)

func (p *program) serveCommand() *cobra.Command {
	c := p.service("serve", "Run the daemon", p.serve)
	c.Long = `Runs the daemon until it is interrupted; a second interrupt ends it at once. SIGHUP has it read its configuration again.
The log goes to standard error.`
	return c
}

// service makes a command that runs until it is interrupted, and logs.
func (p *program) service(use, short string, run func(ctx context.Context, inJSON bool) error) *cobra.Command {
	var format string
	c := leaf(use, short, 0, 0, func(ctx context.Context, _ []string) error {
		if format != "text" && format != "json" {
			return usagef("there is no log format %q: it is text or json", format)
		}
		return run(ctx, format == "json")
	})
	c.Flags().StringVar(&format, "log-format", "text", "`FORMAT` of the log: text or json")
	return c
}

// process is what a service runs.
type process interface {
	Run(ctx context.Context) error
	Reload(ctx context.Context) (config.Diagnostics, error)
}

// serve runs the daemon until ctx ends.
func (p *program) serve(ctx context.Context, inJSON bool) error {
	level := new(slog.LevelVar)
	log := slog.New(newLogHandler(p.err, level, inJSON))
	hup, stop := hangups()
	defer stop()
	d, ds, err := core.New(ctx, core.Options{
		Config: p.configPath(), Environ: p.environ, Version: version, Log: log, Level: level, Failpoint: failpoint(),
		Started: func(s core.Started) { p.started(s, log, inJSON) },
	})
	if werr := p.diagnose(ds, log, inJSON); werr != nil {
		return werr
	}
	if err != nil {
		return p.inUse(ctx, err)
	}
	if d == nil {
		return errShown
	}
	if p.configPath() == "" {
		log.Info("there is no config.hcl here and no --config: every setting has its default")
	}
	return p.runs(ctx, d, hup, log, inJSON)
}

// hangups gives the SIGHUPs that come until stop is called.
func hangups() (hup chan os.Signal, stop func()) {
	hup = make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	return hup, func() { signal.Stop(hup) }
}

// runs runs a process until ctx ends. SIGHUP has the configuration read again.
func (p *program) runs(ctx context.Context, d process, hup <-chan os.Signal, log *slog.Logger, inJSON bool) error {
	reloads, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.reloadOn(reloads, hup, d, log, inJSON)
	}()
	err := d.Run(ctx)
	stop()
	<-done
	return err
}

// inUse tells of another daemon where that is why one could not be made.
func (p *program) inUse(ctx context.Context, err error) error {
	data, derr := p.dataFolder(ctx)
	if derr != nil {
		return err
	}
	if rerr := p.stopped(ctx, data); rerr != nil {
		return rerr
	}
	return err
}

// started says where the daemon is reached, for whoever started it. The link under which the password is set opens the
// daemon to whoever has it, so it goes to a terminal as text and never into a log of JSON, which is shipped elsewhere.
func (p *program) started(s core.Started, log *slog.Logger, inJSON bool) {
	if inJSON {
		if s.Setup != "" {
			log.Warn("no password is set: set one with 'millrace password'")
		}
		return // the log has said that it runs, and where
	}
	fmt.Fprintf(p.err, "Millrace runs at http://%s/\n", s.Address)
	if s.Setup != "" {
		fmt.Fprintf(p.err, "Set the password once at %s\n", s.Setup)
	}
}

// reloadOn reads the configuration again at each signal until ctx ends. The process logs that it did, or why it did not.
func (p *program) reloadOn(ctx context.Context, hup <-chan os.Signal, d process, log *slog.Logger, inJSON bool) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			ds, err := d.Reload(ctx)
			if err == nil {
				err = p.diagnose(ds, log, inJSON)
			}
			if err != nil && ctx.Err() == nil {
				log.Error("reload", "err", err)
			}
		}
	}
}

// diagnose shows what is wrong with the configuration: to people with the lines, to a machine as log lines.
func (p *program) diagnose(ds config.Diagnostics, log *slog.Logger, inJSON bool) error {
	if !inJSON {
		return ds.WriteText(p.err, p.live)
	}
	for _, d := range ds {
		at := slog.LevelError
		if d.Severity == config.Warning {
			at = slog.LevelWarn
		}
		log.Log(context.Background(), at, d.String())
	}
	return nil
}

// configPath is the configuration to use: the one named, ./config.hcl where it is there, or "" for defaults alone.
func (p *program) configPath() string {
	if p.config != "" {
		return p.config
	}
	if _, err := os.Stat(defaultConfig); err == nil {
		return defaultConfig
	}
	return ""
}

const defaultConfig = "config.hcl"

// newLogHandler writes log lines through hclog, which the plugins' lines come through too.
func newLogHandler(out io.Writer, level *slog.LevelVar, inJSON bool) slog.Handler {
	sink := hclog.New(&hclog.LoggerOptions{
		Name: "millrace", Output: out, Level: hclog.Trace, TimeFormat: "2006-01-02T15:04:05.000Z07:00", JSONFormat: inJSON,
	})
	return &logHandler{sink: sink, level: level}
}
