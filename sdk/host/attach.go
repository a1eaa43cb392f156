package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/millrace-media/millrace/sdk/internal/wire"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// Attachment says how to reach a plugin that something else serves, as serve.Listen does for tests.
type Attachment struct {
	Dial     func(ctx context.Context) (net.Conn, error) // to the plugin
	Services net.Listener                                // where the plugin reaches Options.Services; nil: nowhere
}

// Attach is Start for a plugin that is served already. Of the options it needs Name. Kill lets go of it; it does not end it.
func Attach(ctx context.Context, o Options, a Attachment) (*Process, error) {
	o = o.withDefaults()
	if a.Dial == nil {
		return nil, errors.New("attach to a plugin: no way to reach it")
	}
	conn, err := grpc.NewClient("passthrough:///"+o.Name, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxResponse), grpc.MaxCallSendMsgSize(wire.MaxRequest)),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return a.Dial(ctx) }))
	if err != nil {
		return nil, fmt.Errorf("attach to plugin %q: %w", o.Name, err)
	}
	return attach(ctx, o, &loopLink{conn: conn, services: a.Services, gone: make(chan struct{})}, conn)
}

// loopLink is the link to a plugin that is nobody's child.
type loopLink struct {
	conn     *grpc.ClientConn
	services net.Listener
	gone     chan struct{}
	once     sync.Once

	mu     sync.Mutex // guards server
	server *grpc.Server
}

var _ link = (*loopLink)(nil)

func (l *loopLink) serveHost(h pb.HostServiceServer) (uint32, error) {
	if l.services == nil {
		return 1, nil
	}
	s := newHostServer(h)
	l.mu.Lock()
	l.server = s
	l.mu.Unlock()
	go func() {
		// It ends when the link is closed; an error says that it was.
		_ = s.Serve(l.services)
	}()
	return 1, nil
}

func (l *loopLink) close(time.Duration) {
	l.once.Do(func() {
		l.conn.Close()
		if l.services != nil {
			l.services.Close()
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.server != nil {
			l.server.Stop()
		}
		close(l.gone)
	})
}

func (l *loopLink) kill() { l.close(0) }

func (l *loopLink) status() (int, []string, error) { return 0, nil, nil }

func (l *loopLink) ended() <-chan struct{} { return l.gone }
