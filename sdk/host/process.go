package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/internal/wire"
	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// What Options say by their zero values.
const (
	startTimeout = 15 * time.Second
	killGrace    = 2 * time.Second
)

// Process is one run of a plugin. Its clients fail with [ErrCrashed] once it has ended; see [Supervisor] for ones that do not.
type Process struct {
	instances
	o       Options
	log     *slog.Logger
	conn    grpc.ClientConnInterface
	desc    sdk.Description
	started time.Time
	link    link
	done    chan struct{}

	mu         sync.Mutex // guards what follows
	configured map[string]sdk.CapabilityDescription
	brokerID   uint32
	ending     bool
	calls      int             // under way
	quiet      []chan struct{} // closed when none is
}

func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = strings.TrimPrefix(filepath.Base(o.Path), "millrace-plugin-")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Services == nil {
		o.Services = noServices{}
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = startTimeout
	}
	if o.Grace == 0 {
		o.Grace = killGrace
	}
	return o
}

// Start runs a plugin and returns when it has described itself. ctx bounds the start alone; the process ends with Kill.
// What is wrong with a plugin that does not start is told by [ErrStart], [ErrVersion] or [ErrChecksum]. A plugin that the
// variable MILLRACE_REATTACH names runs in a debugger already: it is attached to, and is not ended by Kill.
func Start(ctx context.Context, o Options) (*Process, error) {
	o = o.withDefaults()
	if o.Path == "" || o.Runtime == nil {
		return nil, errors.New("start a plugin: a path and a runtime folder are needed")
	}
	address, err := debugged(o.Name)
	if err != nil {
		return nil, err
	}
	if address != "" {
		return reattach(ctx, o, address)
	}
	l, conn, err := launch(ctx, o)
	if err != nil {
		return nil, err
	}
	return attach(ctx, o, l, conn)
}

// attach makes a process of what was reached, and asks it what it is.
func attach(ctx context.Context, o Options, l link, conn grpc.ClientConnInterface) (*Process, error) {
	p := &Process{
		o: o, log: o.Log, conn: conn, link: l, started: time.Now().UTC(),
		done: make(chan struct{}), configured: map[string]sdk.CapabilityDescription{},
	}
	p.instances = instances{caller: p, find: p.find}
	go p.watch()
	ctx, cancel := context.WithTimeout(ctx, o.StartTimeout)
	defer cancel()
	err := p.describe(ctx)
	if err != nil {
		p.Kill()
		return nil, err
	}
	return p, nil
}

func (p *Process) describe(ctx context.Context) error {
	m, err := pb.NewPluginServiceClient(p.conn).Describe(ctx, &pb.DescribeRequest{})
	if err != nil {
		return unavailable(ErrStart, "plugin %q does not say what it is: %v", p.o.Name, p.fault(ctx, err))
	}
	p.desc = wire.UnpackDescription(m)
	if p.desc.Name != p.o.Name {
		return unavailable(ErrStart, "plugin %q calls itself %q: its file's name should be millrace-plugin-%s", p.o.Name, p.desc.Name, p.desc.Name)
	}
	for _, c := range p.desc.Capabilities {
		if !slices.Contains(sdk.Capabilities(), c.Capability) {
			p.log.Info("the plugin has a capability that this version of Millrace does not know", "capability", c.Capability)
		}
	}
	return nil
}

// watch cleans up after the process has ended.
func (p *Process) watch() {
	<-p.link.ended()
	p.link.close(0)
	close(p.done)
}

// Describe is what the plugin says of itself.
func (p *Process) Describe() sdk.Description { return p.desc }

// PID is the number of the process; 0 where it is none of its own.
func (p *Process) PID() int {
	pid, _, _ := p.link.status()
	return pid
}

// Started is when it was started, UTC.
func (p *Process) Started() time.Time { return p.started }

// Stderr are the last lines that it printed.
func (p *Process) Stderr() []string {
	_, lines, _ := p.link.status()
	return lines
}

// Done is closed when the process has ended and nothing of it is left.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exit is how it ended, once it has; nil for status 0.
func (p *Process) Exit() error {
	_, _, err := p.link.status()
	return err
}

// Kill ends the process: it asks, waits for Options.Grace, and kills its group. It returns when the process has ended.
// Calls under way fail; see Drain.
func (p *Process) Kill() {
	select {
	case <-p.link.ended(): // by itself: a call that it took down must not be told that it was stopped
	default:
		p.mu.Lock()
		p.ending = true
		p.mu.Unlock()
	}
	p.link.close(p.o.Grace)
	<-p.done
}

// Drain has the plugin finish the calls under way, until ctx ends, and take no new ones. The process still runs afterwards.
func (p *Process) Drain(ctx context.Context) error {
	m := &pb.DrainRequest{}
	if t, ok := ctx.Deadline(); ok {
		m.Timeout = wire.Span(max(time.Until(t), time.Millisecond))
	}
	if _, err := pb.NewPluginServiceClient(p.conn).Drain(ctx, m); err != nil {
		return p.fault(ctx, err)
	}
	return p.silence(ctx)
}

// silence waits until no call is under way: the plugin is done with one a moment before its answer is here.
func (p *Process) silence(ctx context.Context) error {
	p.mu.Lock()
	quiet := make(chan struct{})
	if p.calls == 0 {
		close(quiet)
	} else {
		p.quiet = append(p.quiet, quiet)
	}
	p.mu.Unlock()
	select {
	case <-quiet:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// begin counts a call; the function that it returns ends it.
func (p *Process) begin() (end func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.calls--; p.calls > 0 {
			return
		}
		for _, q := range p.quiet {
			close(q)
		}
		p.quiet = nil
	}
}

// Health asks whether the process answers at all, within ctx.
func (p *Process) Health(ctx context.Context) error {
	m, err := grpc_health_v1.NewHealthClient(p.conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: plugin.GRPCServiceName})
	if err != nil {
		return p.fault(ctx, err)
	}
	if m.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		return unavailable(nil, "plugin %q says that it is not serving", p.o.Name)
	}
	return nil
}

// Validate has the plugin complain about settings of a capability. It does no network.
func (p *Process) Validate(ctx context.Context, capability string, settings json.RawMessage) ([]sdk.Diagnostic, error) {
	m, err := pb.NewPluginServiceClient(p.conn).Validate(ctx, &pb.ValidateRequest{Capability: capability, Settings: settings})
	if err != nil {
		return nil, p.fault(ctx, err)
	}
	return wire.UnpackDiagnostics(m.GetDiagnostics()), nil
}

// Configure makes an instance, or makes it anew. Where a diagnostic is no warning there is no new instance, and the one
// before it, if any, goes on.
func (p *Process) Configure(ctx context.Context, in Instance) ([]sdk.Diagnostic, error) {
	c, ok := p.desc.Capability(in.Capability)
	if !ok {
		return nil, sdk.Errorf(sdk.Invalid, "plugin %q has no capability %q", p.o.Name, in.Capability)
	}
	if in.Trust == sdk.TrustUser && !c.Has(sdk.FlagTrustUser) {
		return nil, sdk.Errorf(sdk.Invalid, "plugin %q may not be offered to users of the addon: it does not declare that it keeps to public addresses", p.o.Name)
	}
	id, had, err := p.admit(in.ID, c)
	if err != nil {
		return nil, err
	}
	m, err := pb.NewPluginServiceClient(p.conn).Configure(ctx, packInstance(in, id))
	ds := wire.UnpackDiagnostics(m.GetDiagnostics())
	if !had && (err != nil || HasErrors(ds)) {
		p.dismiss(in.ID)
	}
	return ds, p.fault(ctx, err)
}

// HasErrors reports whether any diagnostic is more than a warning.
func HasErrors(ds []sdk.Diagnostic) bool {
	return slices.ContainsFunc(ds, func(d sdk.Diagnostic) bool { return !d.Warning })
}

func packInstance(in Instance, brokerID uint32) *pb.ConfigureRequest {
	if in.Trust == "" {
		in.Trust = sdk.TrustOperator
	}
	return &pb.ConfigureRequest{
		Instance: in.ID, Capability: in.Capability, Settings: in.Settings, Name: in.Name, Trust: wire.PackTrust(in.Trust),
		Proxy: in.Proxy, Limits: wire.PackLimits(in.Limits), Folder: in.Folder, LogLevel: in.LogLevel, HostBrokerId: brokerID,
	}
}

// admit lets an instance use the host's services, from its constructor on, and offers these with the first one.
func (p *Process) admit(id string, c sdk.CapabilityDescription) (brokerID uint32, had bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.brokerID == 0 {
		if p.brokerID, err = p.link.serveHost(&hostService{p: p, s: p.o.Services}); err != nil {
			return 0, false, unavailable(err, "offer the host's services to plugin %q: %v", p.o.Name, err)
		}
	}
	_, had = p.configured[id]
	p.configured[id] = c
	return p.brokerID, had, nil
}

func (p *Process) dismiss(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.configured, id)
}

// capabilityOf tells what an instance is.
func (p *Process) capabilityOf(id string) (sdk.CapabilityDescription, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.configured[id]
	return c, ok
}

func (p *Process) find(id, capability string) (sdk.CapabilityDescription, error) {
	d, ok := p.capabilityOf(id)
	return pick(id, capability, d, ok)
}

// Release ends an instance once its calls have ended, or ctx has.
func (p *Process) Release(ctx context.Context, id string) error {
	_, err := pb.NewPluginServiceClient(p.conn).Release(ctx, &pb.ReleaseRequest{Instance: id})
	p.dismiss(id)
	return p.fault(ctx, err)
}

// call is part of caller.
func (p *Process) call(ctx context.Context, _ string, _ func() bool, do func(context.Context, grpc.ClientConnInterface) error) error {
	defer p.begin()()
	return p.fault(ctx, do(ctx, p.conn))
}

// fault turns what gRPC returns into sdk's errors, and tells a process that died from an upstream that is down.
func (p *Process) fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	err = wire.UnpackError(err)
	if sdkErr := (*sdk.Error)(nil); errors.As(err, &sdkErr) {
		return err
	}
	st, ok := status.FromError(err)
	if !ok {
		return err
	}
	switch st.Code() {
	case codes.Canceled:
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return p.crash(ctx, st)
	case codes.Unavailable:
		return p.crash(ctx, st)
	case codes.Unimplemented:
		return &sdk.Error{Kind: sdk.Invalid, Message: fmt.Sprintf("plugin %q cannot do this", p.o.Name), Err: ErrUnsupported}
	case codes.ResourceExhausted:
		return sdk.Errorf(sdk.Other, "plugin %q: a message is larger than it may be", p.o.Name)
	}
	select {
	case <-p.link.ended(): // whatever the transport made of it
		return p.crash(ctx, st)
	default:
	}
	return sdk.Errorf(sdk.Other, "plugin %q: %s", p.o.Name, st.Message())
}

func (p *Process) crash(ctx context.Context, st *status.Status) error {
	p.mu.Lock()
	ending := p.ending
	p.mu.Unlock()
	if ending {
		return unavailable(ErrStopped, "plugin %q was stopped", p.o.Name)
	}
	return unavailable(ErrCrashed, "plugin %q died: %s", p.o.Name, p.causeOfDeath(ctx, st.Message()))
}

// causeOfDeath is how the process ended. The connection breaks a moment before that is known, so it waits a moment.
func (p *Process) causeOfDeath(ctx context.Context, otherwise string) string {
	timer := time.NewTimer(200 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-p.link.ended():
	case <-timer.C:
	case <-ctx.Done():
	}
	if err := p.Exit(); err != nil {
		return "it " + err.Error()
	}
	return otherwise
}
