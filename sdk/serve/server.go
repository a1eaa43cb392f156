package serve

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"runtime/debug"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// server keeps the instances of a plugin and answers for them.
type server struct {
	plugin      Plugin
	description sdk.Description
	logs        *logs
	dial        func(ctx context.Context, brokerID uint32) (grpc.ClientConnInterface, error)

	mu        sync.Mutex // guards what follows, and the fields of every instance
	instances map[string]*instance
	draining  bool
}

// instance is a configured capability. It is closed when it is retired and its last call has ended.
type instance struct {
	value   any
	http    *client
	secrets *mask
	calls   int
	retired bool
	closed  chan struct{}
}

func newServer(p Plugin, l *logs, dial func(context.Context, uint32) (grpc.ClientConnInterface, error)) (*server, error) {
	d, err := Describe(p)
	if err != nil {
		return nil, err
	}
	return &server{plugin: p, description: d, logs: l, dial: dial, instances: map[string]*instance{}}, nil
}

// options are what every gRPC server of ours has.
func (s *server) options() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.MaxRecvMsgSize(wire.MaxRequest),
		grpc.MaxSendMsgSize(wire.MaxResponse),
		grpc.ChainUnaryInterceptor(s.recoverUnary),
		grpc.ChainStreamInterceptor(s.recoverStream),
	}
}

func (s *server) recoverUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (resp any, err error) {
	defer s.recovered(ctx, info.FullMethod, &err)
	return next(ctx, req)
}

func (s *server) recoverStream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
	defer s.recovered(ss.Context(), info.FullMethod, &err)
	return next(srv, ss)
}

// recovered makes an error of a panic, so that one bad answer of an upstream does not end every instance. The panic's own
// text goes to the log alone: it may quote anything.
func (s *server) recovered(ctx context.Context, method string, err *error) {
	p := recover()
	if p == nil {
		return
	}
	s.logs.root.ErrorContext(ctx, "the plugin panicked", "method", method, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	*err = wire.PackError(ctx, sdk.Errorf(sdk.Other, "the plugin has a bug: it panicked; its log tells more"))
}

// begin takes hold of an instance for a call; end lets go of it.
func (s *server) begin(id string) (in *instance, end func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return nil, nil, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: "the plugin is about to end"}
	}
	in, ok := s.instances[id]
	if !ok {
		return nil, nil, sdk.Errorf(sdk.Invalid, "there is no instance %q", id)
	}
	in.calls++
	return in, func() { s.end(in) }, nil
}

func (s *server) end(in *instance) {
	s.mu.Lock()
	in.calls--
	last := in.retired && in.calls == 0
	s.mu.Unlock()
	if last {
		s.close(in)
	}
}

// retire takes an instance out of use. It is closed at once where no call is under way, else by the last one.
func (s *server) retire(in *instance) {
	s.mu.Lock()
	first := !in.retired
	in.retired = true
	idle := first && in.calls == 0
	s.mu.Unlock()
	if idle {
		s.close(in)
	}
}

func (s *server) close(in *instance) {
	defer close(in.closed)
	defer in.http.CloseIdleConnections()
	c, ok := in.value.(sdk.Closer)
	if !ok {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			s.logs.root.Error("the plugin panicked", "method", "Close", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	if err := c.Close(); err != nil {
		s.logs.root.Warn("an instance did not close well", "error", err)
	}
}

// configure makes an instance and puts it in the place of the one before it, if any. Its error is packed.
func (s *server) configure(ctx context.Context, m *pb.ConfigureRequest) ([]sdk.Diagnostic, error) {
	c, ok := s.capability(m.GetCapability())
	if !ok {
		return nil, wire.PackError(ctx, sdk.Errorf(sdk.Invalid, "the plugin has no capability %q", m.GetCapability()))
	}
	settings, ds := c.check(m.GetSettings())
	secrets := maskOf(settings)
	if anyError(ds) {
		return secrets.diagnostics(ds), nil
	}
	in := &instance{secrets: secrets, closed: make(chan struct{})}
	err := s.build(ctx, in, m, c, settings)
	if err == nil {
		err = s.install(m.GetInstance(), in)
	}
	if err != nil && sdk.KindOf(err) == sdk.Invalid { // a constructor's complaint about settings
		ds, err = append(ds, sdk.Diagnostic{Attribute: attributeOf(err), Summary: err.Error()}), nil
	}
	return secrets.diagnostics(ds), secrets.error(wire.PackError(ctx, err))
}

func (s *server) build(ctx context.Context, in *instance, m *pb.ConfigureRequest, c Capability, settings reflect.Value) error {
	env, hc, err := s.env(ctx, m, c, in.secrets)
	if err != nil {
		return err
	}
	in.http = hc
	if in.value, err = c.build(ctx, env, settings); err != nil {
		hc.CloseIdleConnections()
	}
	return err
}

func (s *server) install(id string, in *instance) error {
	s.mu.Lock()
	if s.draining {
		s.mu.Unlock()
		s.retire(in)
		return &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: "the plugin is about to end"}
	}
	old := s.instances[id]
	s.instances[id] = in
	s.mu.Unlock()
	if old != nil {
		s.retire(old)
	}
	return nil
}

func (s *server) capability(name string) (Capability, bool) {
	for _, c := range s.plugin.Capabilities {
		if c.name == name {
			return c, true
		}
	}
	return Capability{}, false
}

// release ends an instance and waits until its last call has, or ctx.
func (s *server) release(ctx context.Context, id string) error {
	s.mu.Lock()
	in := s.instances[id]
	delete(s.instances, id)
	s.mu.Unlock()
	if in == nil {
		return nil
	}
	s.retire(in)
	select {
	case <-in.closed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drain takes no new call, and waits until those under way have ended and every instance is closed, or ctx.
func (s *server) drain(ctx context.Context) error {
	s.mu.Lock()
	s.draining = true
	all := make([]*instance, 0, len(s.instances))
	for _, in := range s.instances {
		all = append(all, in)
	}
	s.mu.Unlock()
	for _, in := range all {
		s.retire(in)
	}
	for _, in := range all {
		select {
		case <-in.closed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// call finds the instance of a request, checks that it is able to do what is asked, does it and packs the error.
func call[T, R any](ctx context.Context, s *server, id string, do func(T) (R, error)) (R, error) {
	var none R
	in, end, err := s.begin(id)
	if err != nil {
		return none, wire.PackError(ctx, err)
	}
	defer end()
	v, ok := in.value.(T)
	if !ok {
		return none, status.Errorf(codes.Unimplemented, "instance %q cannot do this", id)
	}
	r, err := do(v)
	if err != nil {
		return none, in.secrets.error(wire.PackError(ctx, err))
	}
	return r, nil
}

// finish is drain for the end of the process: it does not wait for long.
func (s *server) finish() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.drain(ctx); err != nil {
		s.logs.root.Warn("calls were under way at the end", slog.Any("error", err))
	}
}
