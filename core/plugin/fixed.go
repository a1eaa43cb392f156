package plugin

import (
	"slices"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
)

// Value is an instance that runs in this process.
type Value struct {
	config.Instance
	Client any      // has the sdk interface of the capability
	Flags  []string // as a plugin would report them
}

// Fixed makes a pool of values instead of processes: calls pass the same gate. It is for tests of what uses plugins, and is
// not to be given to Apply.
func Fixed(o Options, values ...Value) *Pool {
	p := New(o)
	for _, v := range values {
		in := &Instance{Instance: v.Instance, caps: sdk.CapabilityDescription{Capability: v.Capability, Flags: slices.Clone(v.Flags)}, client: v.Client, gate: newGate(), pool: p}
		in.id = p.id(v.Instance)
		p.instances = append(p.instances, in)
	}
	return p
}
