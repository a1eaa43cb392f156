package sdk

import "slices"

// Description is what a plugin says of itself before anything is configured.
type Description struct {
	Name         string                  `json:"name"`
	Version      string                  `json:"version"`
	SDK          string                  `json:"sdk"`      // Version of the SDK that it was built with
	Protocol     int                     `json:"protocol"` // major of the wire contract that it speaks
	Capabilities []CapabilityDescription `json:"capabilities"`
}

// CapabilityDescription is one capability of a plugin: which settings it takes and what it is able to do.
type CapabilityDescription struct {
	Capability string   `json:"capability"` // one of Capabilities
	Schema     Schema   `json:"schema"`
	Flags      []string `json:"flags,omitempty"` // the Flag constants that hold, sorted
	Limits     Limits   `json:"limits,omitzero"`
}

// Limits are how hard a service may be asked by one account. A zero field is no limit.
type Limits struct {
	Rate        float64 `json:"rate,omitempty"`        // calls a second
	Burst       int     `json:"burst,omitempty"`       // calls at once after a rest
	Concurrency int     `json:"concurrency,omitempty"` // calls under way at once
}

// Capability finds a capability by name.
func (d Description) Capability(name string) (CapabilityDescription, bool) {
	for _, c := range d.Capabilities {
		if c.Capability == name {
			return c, true
		}
	}
	return CapabilityDescription{}, false
}

// Has reports whether a flag holds.
func (c CapabilityDescription) Has(flag string) bool { return slices.Contains(c.Flags, flag) }
