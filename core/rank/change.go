package rank

import (
	"slices"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

// With is the profile with changes that [Compiled.WhatIf] gave of it.
func (p Profile) With(changes ...Change) Profile {
	base, _ := Preset(p.Base) // a profile that was compiled has a base that exists, or none
	p.Movie, p.Show, p.Anime = clone(p.Movie), clone(p.Show), clone(p.Anime)
	for _, ch := range removalsLast(changes) {
		layer, setting := splitLayer(ch.Setting)
		to, under := &p, &base
		switch layer {
		case "movie.":
			to, under = own(&p.Movie), own(&base.Movie)
		case "show.":
			to, under = own(&p.Show), own(&base.Show)
		case "anime.":
			to, under = own(&p.Anime), own(&base.Anime)
		}
		to.apply(ch, setting, under)
	}
	return p
}

func clone(p *Profile) *Profile {
	if p == nil {
		return nil
	}
	o := *p
	return &o
}

// own makes a layer where there is none.
func own(p **Profile) *Profile {
	if *p == nil {
		*p = &Profile{}
	}
	return *p
}

// removalsLast puts changes in an order in which none moves what a later one speaks of: elements go from the last to the
// first.
func removalsLast(changes []Change) []Change {
	out := slices.Clone(changes)
	slices.SortStableFunc(out, func(a, b Change) int {
		_, i := splitIndex(a.Setting)
		_, j := splitIndex(b.Setting)
		return j - i
	})
	return out
}

// splitIndex parts "reject.match[2]" into the list and 2; without an index it is -1.
func splitIndex(path string) (string, int) {
	name, rest, ok := strings.Cut(path, "[")
	n, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
	if !ok || err != nil {
		return path, -1
	}
	return name, n
}

// apply makes one change in a layer. A list that it does not say itself begins as that of the base.
func (p *Profile) apply(ch Change, setting string, base *Profile) {
	name, i := splitIndex(setting)
	if tier, ok := strings.CutPrefix(name, "tier."); ok {
		p.applyTier(ch, tier, base)
		return
	}
	if group, ok := strings.CutPrefix(name, "group."); ok {
		p.applyGroup(strings.TrimSuffix(group, ".names"), i, base)
		return
	}
	lists := map[string][2]*[]string{
		"resolutions": {&p.Resolutions, &base.Resolutions}, "sources": {&p.Sources, &base.Sources}, "codecs": {&p.Codecs, &base.Codecs},
		"languages": {&p.Languages, &base.Languages}, "allow": {&p.Allow, &p.Allow},
		"reject.match": {&p.Reject.Match, &base.Reject.Match}, "reject.when": {&p.Reject.When, &base.Reject.When},
		"reject.all": {&p.Reject.All, &base.Reject.All}, "require.all": {&p.Require.All, &base.Require.All},
	}
	if l, ok := lists[name]; ok {
		change(l[0], *l[1], ch, i)
		return
	}
	switch name {
	case "tier":
		p.addTier(ch.Value, base)
	case "require":
		p.Require.Any, p.Require.Match, p.Require.When = []string{}, []string{}, []string{}
	case "min_score":
		n, _ := strconv.Atoi(ch.Value) // it was written by WhatIf, as all values here
		p.MinScore = &n
	default:
		setBound(name, ch.Value, &p.MinSize, &p.MaxSize, &p.MinBitrate, &p.MaxBitrate)
	}
}

// change adds to a list or takes from it: one element, or all.
func change(to *[]string, base []string, ch Change, i int) {
	list := *to
	if list == nil {
		list = base
	}
	switch {
	case ch.Action == Add:
		*to = append(slices.Clone(list), ch.Value)
	case i >= 0 && i < len(list):
		*to = slices.Delete(slices.Clone(list), i, i+1)
		if len(*to) == 0 {
			*to = []string{}
		}
	default:
		*to = []string{}
	}
}

// setBound sets a bound; one of 0 is said by "none".
func setBound(name, value string, minSize, maxSize *int64, minBitrate, maxBitrate *float64) {
	size, _ := sdk.ParseSize(value)
	rate, _ := strconv.ParseFloat(value, 64)
	switch name {
	case "min_size":
		*minSize = orNone(int64(size))
	case "max_size":
		*maxSize = orNone(int64(size))
	case "min_bitrate":
		*minBitrate = orNone(rate)
	case "max_bitrate":
		*maxBitrate = orNone(rate)
	}
}

func orNone[T int64 | float64](n T) T {
	if n == 0 {
		return -1
	}
	return n
}

// ownTiers are the tiers of a layer, to be changed.
func (p *Profile) ownTiers(base *Profile) []Tier {
	if p.Tiers == nil && p.Resolutions == nil {
		return slices.Clone(base.Tiers)
	}
	return slices.Clone(p.Tiers)
}

// addTier adds a tier for a resolution and a source, behind all others.
func (p *Profile) addTier(value string, base *Profile) {
	resolution, source, _ := strings.Cut(value, " ")
	p.Tiers = append(p.ownTiers(base), Tier{Name: resolution + "-" + source, Resolutions: []string{resolution}, Sources: []string{source}})
}

func (p *Profile) applyTier(ch Change, path string, base *Profile) {
	name, bound, _ := cutLast(path, ".")
	p.Tiers = p.ownTiers(base)
	for i := range p.Tiers {
		if t := &p.Tiers[i]; t.Name == name {
			setBound(bound, ch.Value, &t.MinSize, &t.MaxSize, &t.MinBitrate, &t.MaxBitrate)
		}
	}
}

// applyGroup takes a group off a list of those that are denied.
func (p *Profile) applyGroup(name string, i int, base *Profile) {
	is := func(g Group) bool { return g.Name == name }
	p.Groups = slices.Clone(p.Groups)
	at := slices.IndexFunc(p.Groups, is)
	if at < 0 {
		if at = slices.IndexFunc(base.Groups, is); at < 0 {
			return
		}
		p.Groups = append(p.Groups, base.Groups[at])
		at = len(p.Groups) - 1
	}
	g := &p.Groups[at]
	if g.Names = slices.Delete(slices.Clone(g.Names), i, i+1); len(g.Names) == 0 {
		p.Groups = slices.Delete(p.Groups, at, at+1)
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
