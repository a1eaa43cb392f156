package config

import "github.com/zclconf/go-cty/cty"

// secrecy says how much of a value may be shown elsewhere than in its own place.
type secrecy int

const (
	public  secrecy = iota // all but the credentials in URLs
	unknown                // nothing that is long enough to be a secret
	private                // nothing
)

// minUnknown is how long a value is that may be a secret, where nothing else is known of it.
const minUnknown = 12

func (a attr) secrecy() secrecy {
	if a.Secret {
		return private
	}
	return public
}

// keep notes what must not be shown of a value.
func (d *decoder) keep(how secrecy, v cty.Value) {
	if v == cty.NilVal || v.IsNull() || !v.IsWhollyKnown() {
		return
	}
	// The walk itself never fails.
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if v.Type() != cty.String || v.IsNull() {
			return true, nil
		}
		if s := v.AsString(); how == private || (how == unknown && len(s) >= minUnknown) {
			d.source.mask.value(s)
		}
		d.source.mask.credentials(v.AsString())
		return true, nil
	})
}

// guessSecrecy is that of an attribute of which only the name is known.
func guessSecrecy(name string) secrecy {
	if secretName.MatchString(name) {
		return private
	}
	return unknown
}
