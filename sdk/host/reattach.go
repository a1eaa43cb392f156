package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// debugged is the socket of a plugin that was started in a debugger, by the argument "debug", as MILLRACE_REATTACH names
// it; "" where it names none.
func debugged(name string) (string, error) {
	v := os.Getenv(wire.ReattachEnv)
	if v == "" {
		return "", nil
	}
	var addresses map[string]string
	if err := json.Unmarshal([]byte(v), &addresses); err != nil {
		return "", fmt.Errorf("%s is not a JSON object of plugins' names and sockets: %w", wire.ReattachEnv, err)
	}
	return addresses[name], nil
}

// reattach reaches a plugin at its socket, and offers it the services at another beside that.
func reattach(ctx context.Context, o Options, address string) (*Process, error) {
	services := address + wire.ServicesSuffix
	if err := os.Remove(services); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, unavailable(ErrStart, "attach to plugin %q: %v", o.Name, err)
	}
	l, err := net.Listen("unix", services)
	if err != nil {
		return nil, unavailable(ErrStart, "attach to plugin %q: %v", o.Name, err)
	}
	var d net.Dialer
	return Attach(ctx, o, Attachment{
		Dial:     func(ctx context.Context) (net.Conn, error) { return d.DialContext(ctx, "unix", address) },
		Services: l,
	})
}
