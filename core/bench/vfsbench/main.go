//go:build linux

// Vfsbench measures reading through the mount, beside rclone over the same origin in the same run, and prints each figure
// with its aim. README.md tells what the figures mean.
//
// It is one program that runs as several processes, since a process must not read its own mount and each is to be weighed
// alone: the origin (a web server some way off), ours (the mount, put together as the daemon does), readers, and the one that
// starts them all. A child ends when its standard input does, so that none is left behind.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench-vfs:", err)
		os.Exit(1)
	}
}

// run does what the first argument names; without one it measures.
func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "origin":
			return serveOrigin(whileParent(ctx), args[1:])
		case "ours":
			return serveOurs(whileParent(ctx), args[1:])
		case "read":
			return readTask(os.Stdin, os.Stdout)
		}
	}
	return measureAll(ctx, args)
}

// whileParent returns a context that ends with the parent process, which holds the other end of standard input.
func whileParent(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		io.Copy(io.Discard, os.Stdin) //nolint:errcheck // any end of it is the end
	}()
	return ctx
}
