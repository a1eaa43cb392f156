package rank

import (
	"fmt"

	"github.com/millrace-media/millrace/core/release"
)

// maxTiers is how many tiers a profile can have: a key has room for no more.
const maxTiers = worstTier - 2

// tier is a Tier made ready.
type tier struct {
	name        string
	at          string
	resolutions uint64 // 0: any
	sources     uint64 // 0: any
	has         []rule
	bounds      bounds
}

func (k *compiler) tier(at string, i int, t Tier) tier {
	at += "tier." + t.Name
	if t.Name == "" {
		k.fault(at, fmt.Sprintf("Tier %d has no name.", i+1), "")
	}
	return tier{
		name: t.Name, at: at,
		resolutions: k.values(newList(at+".resolutions", t.Resolutions), familyResolution, "resolution"),
		sources:     k.values(newList(at+".sources", t.Sources), familySource, "source"),
		has:         k.propertyRules(newList(at+".has", t.Has)),
		bounds:      k.bounds(at+".", t.MinSize, t.MaxSize, t.MinBitrate, t.MaxBitrate),
	}
}

// holds reports whether a release belongs to the tier.
func (t *tier) holds(r *release.Release, resolution, source uint64) bool {
	if t.resolutions != 0 && t.resolutions&resolution == 0 || t.sources != 0 && t.sources&source == 0 {
		return false
	}
	for i := range t.has {
		if !t.has[i].test(r) {
			return false
		}
	}
	return true
}

// tierOf is where a release stands in the order: 1 for the best tier, 0 if none takes it. A name that does not tell its
// resolution or its source comes last where no tier is for it.
func (p *plan) tierOf(r *release.Release) (uint8, *tier) {
	if len(p.tiers) == 0 {
		return 1, nil
	}
	resolution, source := uint64(1)<<(r.Resolution%maxValues), uint64(1)<<(sourceOf(r)%maxValues)
	for i := range p.tiers {
		if p.tiers[i].holds(r, resolution, source) {
			if p.flat {
				return 1, &p.tiers[i]
			}
			return uint8(i + 1), &p.tiers[i]
		}
	}
	if resolution == 1 || source == 1 {
		return uint8(len(p.tiers) + 1), nil
	}
	return 0, nil
}
