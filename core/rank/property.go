package rank

import (
	"math"
	"math/bits"
	"strings"
	"sync"

	"github.com/millrace-media/millrace/core/release"
)

// property is something that a profile can name.
type property struct {
	name   string
	test   release.Test
	field  release.Field // where a name tells it
	family family
	values uint64 // of the family, those for which the property holds
}

// noField is the field of what stands nowhere in a name.
const noField = release.Field(math.MaxUint8)

// family is a kind of property of which a release has one value, or several of which the best counts.
type family uint8

const (
	familyNone family = iota
	familyResolution
	familySource
	familyCodec
	familyHDR
	familyAudio
	familyChannels
	numFamilies
)

// maxValues is how many values a family can have.
const maxValues = 64

// Names of what a name does not tell.
const (
	unknownResolution = "unknown-resolution"
	unknownSource     = "unknown-source"
	unknownGroup      = "unknown-group"
	unknownLanguage   = "unknown-language"
)

// dolbyOnly is Dolby Vision without a picture for screens that do not know it.
const dolbyOnly = "dv-only"

// valueRemux is the source of a remux of a disc.
const valueRemux = maxValues - 1

// sourceOf is the value of a release's source. A remux of a disc is one of its own.
func sourceOf(r *release.Release) int {
	if !r.Remux {
		return int(r.Source)
	}
	switch r.Source {
	case release.SourceUnknown, release.SourceBRRip, release.SourceBDRip, release.SourceUHDRip, release.SourceHDDVD, release.SourceBluRay:
		return valueRemux
	}
	return int(r.Source)
}

// probe is a family with releases that have one of its values and nothing else: a property belongs to the family whose
// values it tells apart.
type probe struct {
	family family
	field  release.Field
	count  int
	with   func(i int) release.Release
}

func probes() []probe {
	return []probe{
		{familyResolution, release.FieldResolution, 16, func(i int) release.Release { return release.Release{Resolution: release.Resolution(i)} }},
		{familySource, release.FieldSource, maxValues, func(i int) release.Release {
			if i == valueRemux {
				return release.Release{Remux: true}
			}
			return release.Release{Source: release.Source(i)}
		}},
		{familyCodec, release.FieldCodec, maxValues, func(i int) release.Release { return release.Release{Codec: release.Codec(i)} }},
		{familyHDR, release.FieldHDR, 8, func(i int) release.Release { return release.Release{HDR: 1 << i} }},
		{familyAudio, release.FieldAudio, 16, func(i int) release.Release { return release.Release{Audio: 1 << i} }},
		{familyChannels, release.FieldChannels, 8, func(i int) release.Release { return release.Release{Channels: 1 << i} }},
	}
}

// fieldProbes find where other properties are told.
func fieldProbes() []probe {
	return []probe{
		{familyNone, release.FieldEdition, 32, func(i int) release.Release { return release.Release{Edition: 1 << i} }},
		{familyNone, release.FieldDepth, 256, func(i int) release.Release { return release.Release{Depth: uint8(i)} }},
		{familyNone, release.FieldExtras, 64, func(i int) release.Release { return release.Release{Extras: 1 << i} }},
		{familyNone, release.FieldNumber, 8, func(i int) release.Release { return release.Release{Numbering: release.Numbering(i)} }},
	}
}

// catalog is everything that a profile can name, by name.
var catalog = sync.OnceValue(func() map[string]property {
	tests := release.Properties()
	tests[unknownResolution] = func(r *release.Release) bool { return r.Resolution == release.ResolutionUnknown }
	tests[unknownSource] = func(r *release.Release) bool { return sourceOf(r) == 0 }
	tests[unknownGroup] = func(r *release.Release) bool { return r.Group.Empty() }
	tests[unknownLanguage] = func(r *release.Release) bool { return r.Languages.Empty() }
	m := map[string]property{}
	for name, test := range tests {
		m[name] = newProperty(name, test)
	}
	m[dolbyOnly] = property{name: dolbyOnly, field: release.FieldHDR, test: func(r *release.Release) bool {
		return r.HDR.Has(release.DolbyVision) && r.HDR&(release.HDR10|release.HDR10Plus|release.HLG) == 0
	}}
	m["remux"] = property{name: "remux", test: tests["remux"], field: release.FieldSource, family: familySource, values: 1 << valueRemux}
	for _, code := range release.LanguageCodes() {
		l, _ := release.AnyLanguage(code) // it is of their list
		m["language."+code] = property{name: "language." + code, field: release.FieldLanguages, test: func(r *release.Release) bool { return r.Languages.Any(l) }}
		m["subtitles."+code] = property{name: "subtitles." + code, field: release.FieldSubtitles, test: func(r *release.Release) bool { return r.Subtitles.Any(l) }}
	}
	for i := 1; i < 256; i++ {
		n := release.Network(i)
		if n.String() == "" {
			continue
		}
		name := "network." + strings.ReplaceAll(strings.ToLower(n.String()), " ", "-")
		m[name] = property{name: name, field: release.FieldNetwork, test: func(r *release.Release) bool { return r.Network == n }}
	}
	return m
})

// newProperty finds out which family a property belongs to.
func newProperty(name string, test release.Test) property {
	p := property{name: name, test: test, field: noField}
	if test(&release.Release{}) {
		return p // it holds for what is not told
	}
	for _, pr := range probes() {
		if set := pr.values(test); set != 0 {
			if p.field = pr.field; !anyFlag(test) {
				p.family, p.values = pr.family, set
			}
			return p
		}
	}
	for i := range 64 {
		if f := release.Flags(1 << i); test(&release.Release{Flags: f}) {
			p.field = f.Field()
			return p
		}
	}
	for _, pr := range fieldProbes() {
		if pr.values(test) != 0 {
			p.field = pr.field
			return p
		}
	}
	return p
}

// anyFlag reports whether a property also holds for a flag, as "trash" does: then it belongs to no family.
func anyFlag(test release.Test) bool {
	for i := range 64 {
		if test(&release.Release{Flags: 1 << i}) {
			return true
		}
	}
	return false
}

func (pr probe) values(test release.Test) uint64 {
	var set uint64
	for i := range pr.count {
		if r := pr.with(i); test(&r) {
			set |= 1 << (i % maxValues)
		}
	}
	return set
}

func lookup(name string) (property, bool) {
	p, ok := catalog()[strings.ToLower(name)]
	return p, ok
}

// sameProperty reports whether two names stand for one property: "ts" and "telesync".
func sameProperty(a, b string) bool {
	x, _ := lookup(a)
	y, _ := lookup(b)
	return strings.EqualFold(a, b) || x.family != familyNone && x.family == y.family && x.values == y.values
}

// PropertyNames lists, sorted, what a profile can name, but for languages, subtitles and networks: "language.en",
// "subtitles.en", "network.netflix".
func PropertyNames() []string {
	var out []string
	for _, n := range sortedNames(catalog()) {
		if prefix, _, ok := strings.Cut(n, "."); !ok || prefix != "language" && prefix != "subtitles" && prefix != "network" {
			out = append(out, n)
		}
	}
	return out
}

// valueOf is the set of values of a family that a name stands for; "unknown" is that of a name which tells none.
func valueOf(f family, name string) (uint64, bool) {
	if name == "unknown" {
		return 1, true
	}
	p, ok := lookup(name)
	return p.values, ok && p.family == f
}

func valueNames(f family) []string {
	var out []string
	for _, n := range sortedNames(catalog()) {
		if catalog()[n].family == f {
			out = append(out, n)
		}
	}
	return append(out, "unknown")
}

// best is the entry of the most points among the values of a set.
func best(table *[maxValues]*rule, set uint64) *rule {
	var top *rule
	for ; set != 0; set &= set - 1 {
		if r := table[bits.TrailingZeros64(set)]; r != nil && (top == nil || r.score > top.score) {
			top = r
		}
	}
	return top
}
