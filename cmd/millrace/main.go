// Command millrace finds, fetches and streams a person's media library. `millrace serve` is the daemon; most other commands
// talk to one that runs on this machine, over a socket in its data folder.
//
// It exits with 0 where all went well, with 1 where something did not, and with 2 where it was not understood.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"
)

// version is set by the linker for a release.
var version = "dev"

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() { // ends with the process
		<-signals
		cancel()
		<-signals
		os.Exit(exitFailed) // asked twice: at once
	}()
	p := &program{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ(), now: time.Now, every: 500 * time.Millisecond,
		person: term.IsTerminal(os.Stdin.Fd()), live: term.IsTerminal(os.Stderr.Fd()),
		screen: term.IsTerminal(os.Stdout.Fd()), colour: colourful(term.IsTerminal(os.Stdout.Fd())),
	}
	os.Exit(p.run(ctx, os.Args[1:]))
}
