package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
)

// ErrAway says that the process which keeps an instance does not answer. It is wrapped in an [sdk.Error] of kind
// Unavailable and reach Provider.
var ErrAway = errors.New("the process that keeps the instance does not answer")

// Remote uses the instances of another process of Millrace, through its [Relay]. Its clients survive the end of that
// process: while it is not there their calls are Unavailable, and they work again when it is.
type Remote struct {
	conn   *grpc.ClientConn
	o      RemoteOptions
	header []string // of every call, as pairs
}

// RemoteOptions say how a relay is reached. Dial is required.
type RemoteOptions struct {
	Dial   func(ctx context.Context) (net.Conn, error)
	Ready  func() error      // says why no call can be made now, for people; nil: try
	Header map[string]string // sent with every call
}

// redial is how long a relay that does not answer is left alone at most.
const redial = time.Second

// NewRemote makes a remote. It connects at the first call.
func NewRemote(o RemoteOptions) (*Remote, error) {
	if o.Dial == nil {
		return nil, errors.New("use another process's instances: no way to reach it")
	}
	if o.Ready == nil {
		o.Ready = func() error { return nil }
	}
	conn, err := grpc.NewClient("passthrough:///millrace", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(wire.MaxResponse), grpc.MaxCallSendMsgSize(wire.MaxRequest)),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{BaseDelay: redial / 10, Multiplier: 1.6, Jitter: 0.2, MaxDelay: redial}, MinConnectTimeout: 5 * redial,
		}),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return o.Dial(ctx) }))
	if err != nil {
		return nil, fmt.Errorf("use another process's instances: %w", err)
	}
	r := &Remote{conn: conn, o: o}
	for k, v := range o.Header {
		r.header = append(r.header, k, v)
	}
	return r, nil
}

// Debrid is a debrid instance of the other process, by the name that it has there. It has [sdk.Availability],
// [sdk.Library], [sdk.Checker] and [sdk.Hook] where the plugin reported them.
func (r *Remote) Debrid(instance string, d sdk.CapabilityDescription) sdk.Debrid {
	return debridOf(client{r, instance}, d)
}

// Ready is why no call can be made now; nil: it may be tried.
func (r *Remote) Ready() error {
	if err := r.o.Ready(); err != nil {
		return unavailable(errors.Join(ErrAway, err), "%v", err)
	}
	return nil
}

// Again has the other process tried at the next call, however it was found before.
func (r *Remote) Again() { r.conn.ResetConnectBackoff() }

// Close lets go of the connection. Calls under way fail.
func (r *Remote) Close() error { return r.conn.Close() }

// call is part of caller. A call that died with the other process is not made again here: whoever asked has to know.
func (r *Remote) call(ctx context.Context, _ string, _ func() bool, do func(context.Context, grpc.ClientConnInterface) error) error {
	if err := r.Ready(); err != nil {
		return err
	}
	if len(r.header) > 0 {
		ctx = metadata.AppendToOutgoingContext(ctx, r.header...)
	}
	return remoteFault(ctx, do(ctx, r.conn))
}

// remoteFault turns what gRPC returns into sdk's errors, and tells a process that is not there from a service that is down.
func remoteFault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	err = wire.UnpackError(err)
	if sdkErr := (*sdk.Error)(nil); errors.As(err, &sdkErr) {
		return err
	}
	st, ok := status.FromError(err)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !ok:
		return err
	case st.Code() == codes.Unimplemented:
		return &sdk.Error{Kind: sdk.Invalid, Message: "the process that keeps the instance cannot do this", Err: ErrUnsupported}
	case st.Code() == codes.ResourceExhausted:
		return sdk.Errorf(sdk.Other, "a message is larger than it may be")
	case st.Code() == codes.Unavailable, st.Code() == codes.Canceled:
		return unavailable(ErrAway, "%v", ErrAway)
	}
	return sdk.Errorf(sdk.Other, "the process that keeps the instance: %s", st.Message())
}
