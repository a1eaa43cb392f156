package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"

	"github.com/millrace-media/millrace/sdk/internal/wire"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// link is how a process is reached: a child, or a plugin in this process under a test or a debugger.
type link interface {
	// serveHost offers the host's services and tells where on the broker.
	serveHost(h pb.HostServiceServer) (uint32, error)
	// close asks the plugin to end, waits a while and makes it; it returns when it has ended.
	close(grace time.Duration)
	// kill makes it end now.
	kill()
	// status is what is known of the process: its number, the last lines that it printed, how it ended.
	status() (pid int, lines []string, exit error)
	// ended is closed when it has.
	ended() <-chan struct{}
}

// launch starts a child and shakes hands with it.
func launch(ctx context.Context, o Options) (*childLink, *grpc.ClientConn, error) {
	dir, err := o.Runtime.processDir()
	if err != nil {
		return nil, nil, fmt.Errorf("start plugin %q: %w", o.Name, err)
	}
	l := &childLink{dir: dir, out: &output{log: o.Log}}
	if l.child, err = newChild(o, l.out); err != nil {
		// What cannot be removed now is wiped by the next daemon.
		_ = os.RemoveAll(dir)
		return nil, nil, explainFile(o, err)
	}
	l.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  plugin.HandshakeConfig{MagicCookieKey: wire.CookieKey, MagicCookieValue: wire.CookieValue},
		VersionedPlugins: map[int]plugin.PluginSet{wire.Protocol: {wire.PluginSet: pluginSet{}}},
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, _ string) (runner.Runner, error) {
			l.child.cmd.Env = append(l.child.cmd.Env, cmd.Env...)
			return l.child, nil
		},
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: dir},
		SkipHostEnv:      true,
		StartTimeout:     o.StartTimeout,
		Logger:           hclog.NewNullLogger(),
		SyncStdout:       l.out.writer(),
		SyncStderr:       l.out.writer(),
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxResponse), grpc.MaxCallSendMsgSize(wire.MaxRequest)),
		},
	})
	began := time.Now()
	conn, err := l.shake(ctx)
	if err != nil {
		died := time.Since(began) < o.StartTimeout && l.diesBy(ctx)
		l.close(0)
		return nil, nil, l.explain(ctx, o, err, died)
	}
	return l, conn, nil
}

// diesBy reports whether a process that did not shake hands has ended by itself, which is known a moment later.
func (l *childLink) diesBy(ctx context.Context) bool {
	if l.child.process() == 0 {
		return false
	}
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-l.child.exited:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// pluginSet is what go-plugin dispenses: the connection and the broker.
type pluginSet struct{ plugin.NetRPCUnsupportedPlugin }

var _ plugin.GRPCPlugin = pluginSet{}

func (pluginSet) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error {
	return errors.New("the host's end has no server")
}

func (pluginSet) GRPCClient(_ context.Context, b *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return dispensed{b, conn}, nil
}

type dispensed struct {
	broker *plugin.GRPCBroker
	conn   *grpc.ClientConn
}

// childLink is the link to a child process, through go-plugin.
type childLink struct {
	dir    string
	out    *output
	client *plugin.Client
	child  *child
	broker *plugin.GRPCBroker

	mu     sync.Mutex // guards what follows
	server *grpc.Server
}

var _ link = (*childLink)(nil)

// shake starts the process and connects; it gives up with ctx.
func (l *childLink) shake(ctx context.Context) (*grpc.ClientConn, error) {
	type result struct {
		v   any
		err error
	}
	ch := make(chan result, 1)
	go func() {
		c, err := l.client.Client()
		if err != nil {
			ch <- result{err: err}
			return
		}
		v, err := c.Dispense(wire.PluginSet)
		ch <- result{v, err}
	}()
	var r result
	select {
	case r = <-ch:
	case <-ctx.Done():
		r.err = ctx.Err()
	}
	if r.err != nil {
		return nil, r.err
	}
	d, ok := r.v.(dispensed)
	if !ok {
		return nil, fmt.Errorf("go-plugin gave a %T", r.v)
	}
	l.broker = d.broker
	return d.conn, nil
}

func (l *childLink) serveHost(h pb.HostServiceServer) (uint32, error) {
	id := l.broker.NextId()
	lis, err := l.broker.Accept(id)
	if err != nil {
		return 0, err
	}
	s := newHostServer(h)
	l.mu.Lock()
	l.server = s
	l.mu.Unlock()
	go func() {
		// It ends when the link is closed; an error says that it was.
		_ = s.Serve(lis)
		lis.Close()
	}()
	return id, nil
}

// close may be called several times and at once.
func (l *childLink) close(grace time.Duration) {
	ended := make(chan struct{})
	go func() {
		l.client.Kill()
		close(ended)
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		l.kill()
		<-ended
	}
	l.mu.Lock()
	s := l.server
	l.mu.Unlock()
	if s != nil {
		s.Stop()
	}
	l.child.closeFiles()
	// What cannot be removed now is wiped by the next daemon.
	_ = os.RemoveAll(l.dir)
}

func (l *childLink) kill() { l.child.end() }

func (l *childLink) status() (int, []string, error) {
	return l.child.process(), l.out.lines(), l.child.exit()
}

func (l *childLink) ended() <-chan struct{} { return l.child.exited }
