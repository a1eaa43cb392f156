package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// waitForDaemon serves the plugin where a daemon can attach to it, until it is interrupted: for a plugin that was started in a
// debugger. It says with which variable the daemon is to be started.
func waitForDaemon(ctx context.Context, p Plugin, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := listenForDaemon(ctx, p, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func listenForDaemon(ctx context.Context, p Plugin, stdout, stderr io.Writer) error {
	dir, err := os.MkdirTemp("", "millrace-debug-")
	if err != nil {
		return fmt.Errorf("make a folder for the socket: %w", err)
	}
	defer os.RemoveAll(dir)
	address := filepath.Join(dir, "plugin")
	l, err := net.Listen("unix", address)
	if err != nil {
		return fmt.Errorf("listen for the daemon: %w", err)
	}
	hint, err := json.Marshal(map[string]string{p.Name: address})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(stdout, "Start the daemon with this variable:\n%s='%s'\n", wire.ReattachEnv, hint)
	return Listen(ctx, p, l, func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", address+wire.ServicesSuffix)
	}, stderr)
}
