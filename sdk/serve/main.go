package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// protocol is the major of the wire contract that this package speaks.
const protocol = wire.Protocol

// Main is all that a plugin's main does. Under a host it serves the plugin until the host says to end or is gone; with the
// argument "describe" it writes the plugin's description as JSON; with "debug" it waits for a daemon to attach to it;
// started by hand otherwise it says what it is. It does not return.
func Main(p Plugin) {
	os.Exit(Run(p, os.Args[1:], os.Stdout, os.Stderr))
}

// Run is Main for a program that has something to do afterwards: it takes the arguments after the program's name and
// returns an exit status. What it serves, it serves on the process's own standard output.
func Run(p Plugin, args []string, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == "describe" {
		return describe(p, stdout, stderr)
	}
	if len(args) == 1 && args[0] == "debug" {
		return waitForDaemon(context.Background(), p, stdout, stderr)
	}
	if len(args) > 0 || os.Getenv(wire.CookieKey) != wire.CookieValue {
		fmt.Fprintf(stderr, "This is millrace-plugin-%s %s, a plugin of Millrace. Millrace starts it by itself where its\n"+
			"configuration names it; by hand it only knows the arguments describe and debug.\n", p.Name, p.Version)
		return 1
	}
	if err := serveProcess(p); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

func describe(p Plugin, stdout, stderr io.Writer) int {
	d, err := Describe(p)
	if err == nil {
		enc := json.NewEncoder(stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(d)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// serveProcess serves under a host. go-plugin writes its line to os.Stdout, which is the real standard output for just so
// long, and then puts a pipe to the host in its place.
func serveProcess(p Plugin) error {
	watchHost()
	out, err := guardStdout()
	if err != nil {
		return err
	}
	logs := newLogs(os.Stderr, os.Getenv(wire.LogLevelEnv))
	broker := &brokerDialer{}
	s, err := newServer(p, logs, broker.dial)
	if err != nil {
		return err
	}
	defer s.finish()
	os.Stdout = out
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  plugin.HandshakeConfig{MagicCookieKey: wire.CookieKey, MagicCookieValue: wire.CookieValue},
		VersionedPlugins: map[int]plugin.PluginSet{protocol: {wire.PluginSet: &pluginSet{s: s, broker: broker}}},
		GRPCServer:       func(o []grpc.ServerOption) *grpc.Server { return grpc.NewServer(append(o, s.options()...)...) },
		Logger:           hclog.New(&hclog.LoggerOptions{Output: logs.out, Level: hclog.Warn, JSONFormat: true}),
	})
	return nil
}

// pluginSet registers the services with go-plugin.
type pluginSet struct {
	plugin.NetRPCUnsupportedPlugin
	s      *server
	broker *brokerDialer
}

var _ plugin.GRPCPlugin = (*pluginSet)(nil)

func (p *pluginSet) GRPCServer(b *plugin.GRPCBroker, s *grpc.Server) error {
	p.broker.set(b)
	p.s.register(s)
	return nil
}

func (*pluginSet) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("the plugin's end has no client")
}

// brokerDialer keeps the one connection to the host's services.
type brokerDialer struct {
	mu     sync.Mutex // guards what follows
	broker *plugin.GRPCBroker
	conn   *grpc.ClientConn
}

func (d *brokerDialer) set(b *plugin.GRPCBroker) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broker = b
}

func (d *brokerDialer) dial(_ context.Context, id uint32) (grpc.ClientConnInterface, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != nil {
		return d.conn, nil
	}
	if id == 0 || d.broker == nil {
		return noHost{}, nil
	}
	conn, err := d.broker.Dial(id)
	if err != nil {
		return nil, sdk.Errorf(sdk.Unavailable, "reach the host's services: %w", err)
	}
	d.conn = conn
	return conn, nil
}

// Listen serves the plugin on a listener of this process until ctx ends, for tests and debuggers: the same services as
// Main's, without a process of its own. host connects to the daemon's services; where it is nil every request to them is
// refused. Logs go to stderr as the host reads them.
func Listen(ctx context.Context, p Plugin, l net.Listener, host func(context.Context) (net.Conn, error), stderr io.Writer) error {
	dial := func(context.Context, uint32) (grpc.ClientConnInterface, error) { return noHost{}, nil }
	if host != nil {
		conn, err := grpc.NewClient("passthrough:///host", grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return host(ctx) }))
		if err != nil {
			return fmt.Errorf("connect to the host: %w", err)
		}
		defer conn.Close()
		dial = func(context.Context, uint32) (grpc.ClientConnInterface, error) { return conn, nil }
	}
	s, err := newServer(p, newLogs(stderr, "debug"), dial)
	if err != nil {
		return err
	}
	gs := grpc.NewServer(append(s.options(), grpc.WaitForHandlers(true))...)
	s.register(gs)
	h := health.NewServer()
	h.SetServingStatus(plugin.GRPCServiceName, grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(gs, h)
	stop := context.AfterFunc(ctx, gs.Stop)
	defer stop()
	defer s.finish()
	if err := gs.Serve(l); err != nil && ctx.Err() == nil {
		return fmt.Errorf("serve plugin %q: %w", p.Name, err)
	}
	return nil
}
