package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/go-hclog"

	"github.com/millrace-media/millrace/core"
)

// errConfig says that the configuration has mistakes, which were shown.
var errConfig = errors.New("the configuration has mistakes")

// serve runs the daemon until ctx ends. SIGHUP has the configuration read again.
func serve(ctx context.Context, config string, out io.Writer) error {
	level := new(slog.LevelVar)
	log := slog.New(newLogHandler(out, level))
	d, ds, err := core.New(ctx, core.Options{
		Config: config, Environ: os.Environ(), Version: version, Log: log, Level: level, Failpoint: failpoint(),
		Started: func(s core.Started) {
			fmt.Fprintf(out, "Millrace runs at http://%s/\n", s.Address)
			if s.Setup != "" {
				fmt.Fprintf(out, "Set the password once at %s\n", s.Setup)
			}
		},
	})
	if werr := ds.WriteText(out, false); werr != nil {
		return fmt.Errorf("show the configuration's mistakes: %w", werr)
	}
	if err != nil {
		return err
	}
	if d == nil {
		return errConfig
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hup:
				if ds, err := d.Reload(ctx); err != nil || len(ds) > 0 {
					_ = ds.WriteText(out, false) // the log has it too
				}
			}
		}
	}()
	err = d.Run(ctx)
	if ctx.Err() == nil {
		return err
	}
	<-done
	return err
}

// newLogHandler writes log lines through hclog, which the plugins' lines come through too.
func newLogHandler(out io.Writer, level *slog.LevelVar) slog.Handler {
	sink := hclog.New(&hclog.LoggerOptions{Name: "millrace", Output: out, Level: hclog.Trace, TimeFormat: "2006-01-02T15:04:05.000Z07:00"})
	return &logHandler{sink: sink, level: level}
}
