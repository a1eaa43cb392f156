package host

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// Largest values that a plugin may keep, in bytes, and longest key.
const (
	maxState = 64 << 10
	maxCache = 1 << 20
	maxKey   = 1 << 10
)

func newHostServer(h pb.HostServiceServer) *grpc.Server {
	s := grpc.NewServer(grpc.MaxRecvMsgSize(maxCache + 64<<10))
	pb.RegisterHostServiceServer(s, h)
	return s
}

// hostService answers the instances of one process, and no others: a plugin cannot read what another one keeps.
type hostService struct {
	pb.UnimplementedHostServiceServer
	p *Process
	s Services
}

func (h *hostService) check(instance, key string, size, limit int) error {
	if _, ok := h.p.capabilityOf(instance); !ok {
		return sdk.Errorf(sdk.Invalid, "there is no instance %q in this process", instance)
	}
	if len(key) > maxKey {
		return sdk.Errorf(sdk.Invalid, "a key of %d bytes is longer than %d", len(key), maxKey)
	}
	if size > limit {
		return sdk.Errorf(sdk.Invalid, "a value of %d bytes is larger than %d", size, limit)
	}
	return nil
}

func (h *hostService) LoadState(ctx context.Context, m *pb.LoadStateRequest) (*pb.LoadStateResponse, error) {
	err := h.check(m.GetInstance(), m.GetKey(), 0, 0)
	var r pb.LoadStateResponse
	if err == nil {
		r.Value, r.Version, err = h.s.LoadState(ctx, m.GetInstance(), m.GetKey())
	}
	return &r, wire.PackError(ctx, err)
}

func (h *hostService) StoreState(ctx context.Context, m *pb.StoreStateRequest) (*pb.StoreStateResponse, error) {
	err := h.check(m.GetInstance(), m.GetKey(), len(m.GetValue()), maxState)
	var r pb.StoreStateResponse
	if err == nil {
		r.Swapped, err = h.s.StoreState(ctx, m.GetInstance(), m.GetKey(), m.Value, m.GetVersion())
	}
	return &r, wire.PackError(ctx, err)
}

func (h *hostService) GetCache(ctx context.Context, m *pb.GetCacheRequest) (*pb.GetCacheResponse, error) {
	if err := h.check(m.GetInstance(), m.GetKey(), 0, 0); err != nil {
		return nil, wire.PackError(ctx, err)
	}
	v, ok := h.s.CacheGet(ctx, m.GetInstance(), m.GetKey())
	return &pb.GetCacheResponse{Value: v, Found: ok}, nil
}

func (h *hostService) PutCache(ctx context.Context, m *pb.PutCacheRequest) (*pb.PutCacheResponse, error) {
	if err := h.check(m.GetInstance(), m.GetKey(), len(m.GetValue()), maxCache); err != nil {
		return nil, wire.PackError(ctx, err)
	}
	h.s.CachePut(ctx, m.GetInstance(), m.GetKey(), m.GetValue(), wire.Length(m.GetTtl()))
	return &pb.PutCacheResponse{}, nil
}

func (h *hostService) Acquire(ctx context.Context, m *pb.AcquireRequest) (*pb.AcquireResponse, error) {
	err := h.check(m.GetInstance(), m.GetClass(), 0, 0)
	if err == nil {
		err = h.s.Acquire(ctx, m.GetInstance(), m.GetClass(), int(m.GetN()))
	}
	return &pb.AcquireResponse{}, wire.PackError(ctx, err)
}

// noServices stand in where the daemon offers none: nothing is kept, nobody waits.
type noServices struct{}

var _ Services = noServices{}

func (noServices) LoadState(context.Context, string, string) ([]byte, int64, error) {
	return nil, 0, sdk.Errorf(sdk.Unavailable, "the host keeps no state")
}

func (noServices) StoreState(context.Context, string, string, []byte, int64) (bool, error) {
	return false, sdk.Errorf(sdk.Unavailable, "the host keeps no state")
}

func (noServices) CacheGet(context.Context, string, string) ([]byte, bool) { return nil, false }

func (noServices) CachePut(context.Context, string, string, []byte, time.Duration) {}

func (noServices) Acquire(context.Context, string, string, int) error { return nil }
