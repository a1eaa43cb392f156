package host

import (
	"context"
	"fmt"
	"net/http"

	"google.golang.org/grpc"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// Lent is an instance of this process that a [Relay] lets another process of Millrace use.
type Lent struct {
	Client any // as Client gives it
	// Call is what every call passes; do must be called with the ctx that it is to have.
	Call func(ctx context.Context, name string, do func(context.Context) error) error
}

// Relay answers the calls of a [Remote]: those of debrid instances, which hold files, ports and accounts, so that there
// is one of each on a machine. It is an HTTP handler for HTTP/2.
type Relay struct {
	server *grpc.Server
}

var _ http.Handler = (*Relay)(nil)

// NewRelay makes a relay. find gives the instance of a name, or an error that the caller is told.
func NewRelay(find func(instance string) (Lent, error)) *Relay {
	s := grpc.NewServer(grpc.MaxRecvMsgSize(wire.MaxRequest), grpc.MaxSendMsgSize(wire.MaxResponse),
		grpc.UnaryInterceptor(recovered), grpc.StreamInterceptor(recoveredStream))
	r := &lender{find: find}
	pb.RegisterPluginServiceServer(s, r)
	pb.RegisterDebridServiceServer(s, r)
	return &Relay{server: s}
}

// ServeHTTP implements [http.Handler].
func (r *Relay) ServeHTTP(w http.ResponseWriter, req *http.Request) { r.server.ServeHTTP(w, req) }

// Close ends the calls under way.
func (r *Relay) Close() { r.server.Stop() }

// recovered makes an error of a panic, which would end the process that plays the films.
func recovered(ctx context.Context, m any, _ *grpc.UnaryServerInfo, h grpc.UnaryHandler) (out any, err error) {
	defer func() {
		if v := recover(); v != nil {
			out, err = nil, wire.PackError(ctx, fmt.Errorf("panic: %v", v))
		}
	}()
	return h(ctx, m)
}

func recoveredStream(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, h grpc.StreamHandler) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = wire.PackError(ss.Context(), fmt.Errorf("panic: %v", v))
		}
	}()
	return h(srv, ss)
}

// lender has the services that a relay offers. What it does not have is Unimplemented: nobody configures or releases an
// instance of another process.
type lender struct {
	pb.UnimplementedPluginServiceServer
	pb.UnimplementedDebridServiceServer
	find func(instance string) (Lent, error)
}

// lend makes one call of an instance that has an ability.
func lend[T, R any](ctx context.Context, l *lender, instance, name string, do func(context.Context, T) (R, error)) (R, error) {
	var out R
	in, err := l.find(instance)
	if err != nil {
		return out, wire.PackError(ctx, err)
	}
	can, ok := in.Client.(T)
	if !ok {
		return out, wire.PackError(ctx, sdk.Errorf(sdk.Invalid, "the instance %q cannot do this", instance))
	}
	err = in.Call(ctx, name, func(ctx context.Context) error {
		out, err = do(ctx, can)
		return err
	})
	return out, wire.PackError(ctx, err)
}

func (l *lender) Check(ctx context.Context, m *pb.CheckRequest) (*pb.CheckResponse, error) {
	return lend(ctx, l, m.GetInstance(), "check", func(ctx context.Context, c sdk.Checker) (*pb.CheckResponse, error) {
		h, err := c.Check(ctx)
		return &pb.CheckResponse{Health: wire.PackHealth(h)}, err
	})
}

func (l *lender) Hook(ctx context.Context, m *pb.HookRequest) (*pb.HookResponse, error) {
	return lend(ctx, l, m.GetInstance(), "hook", func(ctx context.Context, h sdk.Hook) (*pb.HookResponse, error) {
		resp, err := h.Hook(ctx, wire.UnpackHook(m))
		return wire.PackHookResponse(resp), err
	})
}

func (l *lender) Add(ctx context.Context, m *pb.AddRequest) (*pb.AddResponse, error) {
	return lend(ctx, l, m.GetInstance(), "add", func(ctx context.Context, d sdk.Debrid) (*pb.AddResponse, error) {
		p, err := d.Add(ctx, wire.UnpackAdd(m))
		return &pb.AddResponse{Placement: wire.PackPlacement(p)}, err
	})
}

func (l *lender) Link(ctx context.Context, m *pb.LinkRequest) (*pb.LinkResponse, error) {
	return lend(ctx, l, m.GetInstance(), "link", func(ctx context.Context, d sdk.Debrid) (*pb.LinkResponse, error) {
		link, err := d.Link(ctx, wire.UnpackLinkRequest(m))
		return wire.PackLink(link), err
	})
}

func (l *lender) Remove(ctx context.Context, m *pb.RemoveRequest) (*pb.RemoveResponse, error) {
	return lend(ctx, l, m.GetInstance(), "remove", func(ctx context.Context, d sdk.Debrid) (*pb.RemoveResponse, error) {
		return &pb.RemoveResponse{}, d.Remove(ctx, m.GetPlacement())
	})
}

func (l *lender) Available(ctx context.Context, m *pb.AvailableRequest) (*pb.AvailableResponse, error) {
	return lend(ctx, l, m.GetInstance(), "available", func(ctx context.Context, a sdk.Availability) (*pb.AvailableResponse, error) {
		list, err := a.Available(ctx, m.GetHashes())
		return &pb.AvailableResponse{Available: wire.PackAvailable(list)}, err
	})
}

// Library passes on what comes as it comes: a caller that is slow slows the plugin, and one that leaves ends its work.
func (l *lender) Library(m *pb.LibraryRequest, ss grpc.ServerStreamingServer[pb.LibraryResponse]) error {
	_, err := lend(ss.Context(), l, m.GetInstance(), "library", func(ctx context.Context, b sdk.Library) (struct{}, error) {
		return struct{}{}, b.Library(ctx, func(list ...sdk.Placement) error {
			return ss.Send(&pb.LibraryResponse{Placements: wire.PackPlacements(list)})
		})
	})
	return err
}
