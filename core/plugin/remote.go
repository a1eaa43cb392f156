package plugin

import (
	"context"
	"strings"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/host"
)

// Others are the plugins of the process that keeps the debrid instances.
type Others interface {
	// Status is as the pool's; empty while that process is not there.
	Status() map[string]host.Status
	// Restart is as the pool's.
	Restart(name string) error
}

// borrow makes an instance that the other process runs, under the same name. Whether its settings are right is told there.
func (p *Pool) borrow(c config.Instance, caps sdk.CapabilityDescription) *Instance {
	return &Instance{
		Instance: c, caps: caps, id: p.id(c), gate: newGate(), pool: p, remote: p.o.Remote, client: p.o.Remote.Debrid(key(c), caps),
	}
}

// Relay lets another process use the instances of this pool, by "capability/name". Its calls pass the same gates as those
// made here, so that both processes keep to the limits of an account and hear of a provider that is down.
func (p *Pool) Relay() *host.Relay {
	return host.NewRelay(func(id string) (host.Lent, error) {
		capability, name, _ := strings.Cut(id, "/")
		in, ok := p.Find(capability, name)
		if !ok { // it may be a moment until both processes have read the same configuration
			return host.Lent{}, sdk.Errorf(sdk.Unavailable, "millrace mount does not have the %s %q, or not yet: have it read the configuration again", capability, name)
		}
		return host.Lent{Client: in.client, Call: func(ctx context.Context, name string, do func(context.Context) error) error {
			return in.Call(ctx, name, do)
		}}, nil
	})
}
