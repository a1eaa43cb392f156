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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	p := &program{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ(), now: time.Now, every: 500 * time.Millisecond,
		person: term.IsTerminal(os.Stdin.Fd()), live: term.IsTerminal(os.Stderr.Fd()),
	}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
