package serve

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// env is what a new instance gets: everything that the request says, with the capability's limits where it does not.
func (s *server) env(ctx context.Context, m *pb.ConfigureRequest, c Capability, secrets *mask) (sdk.Env, *client, error) {
	conn, err := s.dial(ctx, m.GetHostBrokerId())
	if err != nil {
		return sdk.Env{}, nil, err
	}
	name := m.GetName()
	if name == "" {
		name = m.GetInstance()
	}
	limits := wire.UnpackLimits(m.GetLimits())
	if limits.Concurrency == 0 {
		limits.Concurrency = c.limits.Concurrency
	}
	trust := wire.UnpackTrust(m.GetTrust())
	hc, err := newClient(clientOptions{trust: trust, proxy: m.GetProxy(), concurrency: limits.Concurrency})
	if err != nil {
		return sdk.Env{}, nil, err
	}
	h := &hostServices{instance: m.GetInstance(), c: pb.NewHostServiceClient(conn)}
	return sdk.Env{
		Instance: name,
		Trust:    trust,
		Log:      s.logs.instance(name, m.GetLogLevel(), secrets),
		HTTP:     hc.Client,
		State:    h,
		Cache:    h,
		Limit:    h,
		Folder:   m.GetFolder(),
	}, hc, nil
}

// hostServices asks the host, on behalf of one instance.
type hostServices struct {
	instance string
	c        pb.HostServiceClient
}

var (
	_ sdk.State   = (*hostServices)(nil)
	_ sdk.Cache   = (*hostServices)(nil)
	_ sdk.Limiter = (*hostServices)(nil)
)

func (h *hostServices) Load(ctx context.Context, key string) ([]byte, int64, error) {
	m, err := h.c.LoadState(ctx, &pb.LoadStateRequest{Instance: h.instance, Key: key})
	if err != nil {
		return nil, 0, hostError(ctx, err)
	}
	return m.GetValue(), m.GetVersion(), nil
}

func (h *hostServices) Store(ctx context.Context, key string, value []byte, version int64) (bool, error) {
	m, err := h.c.StoreState(ctx, &pb.StoreStateRequest{Instance: h.instance, Key: key, Value: value, Version: version})
	if err != nil {
		return false, hostError(ctx, err)
	}
	return m.GetSwapped(), nil
}

// Get takes every failure for a miss: losing what is cached is never an error.
func (h *hostServices) Get(ctx context.Context, key string) ([]byte, bool) {
	m, err := h.c.GetCache(ctx, &pb.GetCacheRequest{Instance: h.instance, Key: key})
	if err != nil {
		return nil, false
	}
	return m.GetValue(), m.GetFound()
}

func (h *hostServices) Put(ctx context.Context, key string, value []byte, ttl time.Duration) {
	// A value that is not kept is asked for again.
	_, _ = h.c.PutCache(ctx, &pb.PutCacheRequest{Instance: h.instance, Key: key, Value: value, Ttl: wire.Span(ttl)})
}

func (h *hostServices) Acquire(ctx context.Context, class string, n int) error {
	_, err := h.c.Acquire(ctx, &pb.AcquireRequest{Instance: h.instance, Class: class, N: int64(n)})
	return hostError(ctx, err)
}

// hostError keeps a call that was given up apart from a host that refuses.
func hostError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return wire.UnpackError(err)
}

// noHost stands where there is no host to ask, as under a test: every request is refused.
type noHost struct{}

var errNoHost = errors.New("there is no host to ask")

func (noHost) Invoke(context.Context, string, any, any, ...grpc.CallOption) error { return errNoHost }

func (noHost) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errNoHost
}
