// Command sandbox runs a small world on loopback for trying things out: simulated upstreams with real protocols over content that is free to share.
// It prints where they are as one JSON object on standard output, then a line per request on standard error, until it is interrupted.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

// run serves until a signal, or until the parent goes where that was asked for.
func run() error {
	opts := world.Options{Log: os.Stderr}
	flag.StringVar(&opts.State, "state", "", "folder where addresses are remembered from run to run")
	flag.DurationVar(&opts.Step, "step", 0, "how long an uncached torrent stays in each debrid status (default 300ms)")
	flag.DurationVar(&opts.LinkTTL, "link-ttl", 0, "how long a debrid download URL lives (default 1h)")
	flag.StringVar(&opts.Library, "library", "", "library folder of the media servers (default /library)")
	flag.BoolVar(&opts.Empty, "empty", false, "start with an empty request list")
	compact := flag.Bool("json", false, "print the endpoints on one line")
	follow := flag.Bool("exit-with-parent", false, "exit when the parent process ends, or closes the pipe that is standard input")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *follow {
		ctx = withParent(ctx)
	}
	w, err := world.Start(ctx, opts)
	if err != nil {
		return err
	}
	if err := show(w.Endpoints, *compact); err != nil {
		return err
	}
	<-ctx.Done()
	return w.Close()
}

// show prints the endpoints.
func show(e world.Endpoints, compact bool) error {
	enc := json.NewEncoder(os.Stdout)
	if !compact {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(e)
}

// withParent ends the context when the parent process is another, or when standard input is a pipe and ends. The goroutine that
// reads the pipe cannot be interrupted and ends with the process.
func withParent(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	if info, err := os.Stdin.Stat(); err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0 {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin) // its end is what matters
			cancel()
		}()
	}
	go func() {
		defer cancel()
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for parent := os.Getppid(); os.Getppid() == parent; {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx
}
