package rank

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"

	"github.com/millrace-media/millrace/core/release"
)

// plan is what holds for one kind of title: all layers of a profile, put over one another.
type plan struct {
	flat     bool
	tiers    []tier
	ownTiers bool // they are not those of the list of resolutions
	tiersAt  string

	resolutions, sources, codecs gate
	languages                    []language
	languagesAt                  string
	subtitles                    []language
	subtitleScore                rule

	bounds bounds
	prefer preference

	families [numFamilies]*[maxValues]*rule // points by value; nil where there are none
	adds     []rule                         // points of what belongs to no family
	rules    []rule
	groups   groupTable
	formats  []format
	minScore *int
	minAt    string

	require condition
	reject  condition

	expressions bool // some rule has one
}

// gate lets through what has one of some values.
type gate struct {
	list
	set uint64 // 0: everything
}

// language is one of a list of languages.
type language struct {
	name         string
	set          release.Languages
	any, unknown bool
}

// plan puts layers over one another, the lowest first.
func (k *compiler) plan(sheets []*sheet) *plan {
	p := &plan{}
	var all sheet
	all.score = map[string]rule{}
	for _, s := range sheets {
		if s.resolutions.said || len(s.tiers) > 0 {
			all.tiers, all.tiersAt = s.tiers, s.tiersAt // an order of resolutions replaces the tiers below it
		}
		all.resolutions = s.resolutions.over(all.resolutions)
		if len(s.tiers) > 0 && !s.resolutions.said {
			all.resolutions = list{} // and tiers replace a list below them
		}
		all.sources, all.codecs = s.sources.over(all.sources), s.codecs.over(all.codecs)
		all.languages, all.subtitles = s.languages.over(all.languages), s.subtitles.over(all.subtitles)
		all.bounds, all.prefer = s.bounds.over(all.bounds), s.prefer.over(all.prefer)
		all.require, all.reject = s.require.over(all.require), rejects(s, all.reject)
		if s.mode != "" {
			all.mode, all.modeAt = s.mode, s.modeAt
		}
		if s.minScore != nil {
			all.minScore, all.minAt = s.minScore, s.minAt
		}
		p.table(s.score)
		maps.Copy(all.score, s.score)
		all.rules = overlay(all.rules, s.rules, func(r rule) string { return r.name })
		all.groups = overlay(all.groups, s.groups, func(g groupList) string { return g.name })
		all.formats = overlay(all.formats, s.formats, func(f format) string { return f.name })
	}
	k.ordered(all.bounds)
	p.flat = all.mode == ModeFlat
	p.bounds, p.prefer = all.bounds, all.prefer
	p.resolutions = newGate(all.resolutions, familyResolution)
	p.sources, p.codecs = newGate(all.sources, familySource), newGate(all.codecs, familyCodec)
	p.tiers, p.ownTiers = all.tiers, len(all.tiers) > 0
	if p.ownTiers {
		p.tiersAt = all.tiersAt
	} else {
		p.tiers = resolutionTiers(all.resolutions)
	}
	if len(p.tiers) > maxTiers {
		k.fault("tier", fmt.Sprintf("There are more than %d tiers.", maxTiers), "")
	}
	p.languages, p.languagesAt = languagesOf(all.languages), all.languages.at
	p.subtitles = languagesOf(all.subtitles)
	p.rules, p.groups, p.formats = all.rules, newGroupTable(all.groups), all.formats
	p.minScore, p.minAt = all.minScore, all.minAt
	p.require, p.reject = all.require, all.reject
	p.adds = added(all.score)
	p.subtitleScore = rule{name: subtitleScore, at: all.subtitles.at, score: subtitleWorth}
	if r, ok := all.score[subtitleScore]; ok {
		p.subtitleScore = r
	}
	p.expressions = p.hasExpressions()
	if p.flat && p.families[familyResolution] == nil {
		k.warn(all.modeAt, "Nothing prefers one resolution to another.", `In mode "flat" give each its points, as score = { 1080p = 200 }.`)
	}
	return p
}

// overlay puts rules over others: one of the same name takes the place of the lower.
func overlay[T any](lower, upper []T, name func(T) string) []T {
	out := slices.Clone(lower)
	for _, u := range upper {
		if i := slices.IndexFunc(out, func(o T) bool { return name(o) == name(u) }); i >= 0 {
			out[i] = u
		} else {
			out = append(out, u)
		}
	}
	return out
}

// rejects puts a layer's rejections over those below, takes off what it allows and adds what it denies.
func rejects(s *sheet, lower condition) condition {
	c := s.reject.over(lower)
	c.rules.any = slices.Clone(c.rules.any)
	for _, r := range (&compiler{}).propertyRules(s.deny) { // its faults are known
		if !slices.ContainsFunc(c.rules.any, func(o rule) bool { return sameProperty(o.name, r.name) }) {
			c.rules.any = append(c.rules.any, r)
		}
	}
	for _, n := range s.allow.names {
		c.rules.any = slices.DeleteFunc(c.rules.any, func(o rule) bool { return sameProperty(o.name, n) })
	}
	return c
}

// newGate makes a list of values ready. What is listed was checked with its layer.
func newGate(l list, f family) gate {
	return gate{l, (&compiler{}).values(l, f, "")}
}

func resolutionTiers(l list) []tier {
	var out []tier
	for _, n := range l.names {
		v, _ := valueOf(familyResolution, n) // checked with its layer
		out = append(out, tier{name: n, at: l.at, resolutions: v})
	}
	return out
}

func languagesOf(l list) []language {
	var out []language
	for _, code := range l.names {
		set, _ := release.AnyLanguage(code) // checked with its layer
		out = append(out, language{code, set, code == "any", code == "unknown"})
	}
	return out
}

// table enters the points of a layer for the values of families, over those of the layers below. Of two names in one layer
// the one that stands for fewer values counts: "dv" before "hdr".
func (p *plan) table(score map[string]rule) {
	type entry struct {
		property
		rule rule
	}
	var entries []entry
	for _, n := range sortedNames(score) {
		if x, ok := lookup(n); ok && x.family != familyNone {
			entries = append(entries, entry{x, score[n]})
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return bits.OnesCount64(b.values) - bits.OnesCount64(a.values) })
	for _, e := range entries {
		t := p.families[e.family]
		if t == nil {
			t = new([maxValues]*rule)
			p.families[e.family] = t
		}
		for set := e.values; set != 0; set &= set - 1 {
			t[bits.TrailingZeros64(set)] = &e.rule
		}
	}
}

// added lists the points of what belongs to no family.
func added(score map[string]rule) []rule {
	var out []rule
	for _, n := range sortedNames(score) {
		if x, ok := lookup(n); ok && x.family == familyNone && score[n].score != 0 {
			out = append(out, score[n])
		}
	}
	return out
}

func (p *plan) hasExpressions() bool {
	return len(p.require.rules.when)+len(p.reject.rules.when) > 0 || slices.ContainsFunc(p.rules, func(r rule) bool { return r.when != nil })
}
