package rank

import (
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// Effective is the profile with all that its base says written out, and without a base. It judges as the profile does, but
// where the base says something of anime that the profile says of films or of shows: then that of the base counts.
func (p Profile) Effective() Profile {
	base, ok := Preset(p.Base)
	if !ok {
		return p
	}
	out := p.over(base)
	out.Name, out.Base = p.Name, ""
	out.Movie, out.Show, out.Anime = p.kind(base.Movie, p.Movie), p.kind(base.Show, p.Show), p.kind(base.Anime, p.Anime)
	out.Limits = p.Limits.over(base.Limits)
	return out
}

// kind is what holds for one kind of title beside the rest: what the base says of it that the profile does not say of all, and
// what the profile says of it.
func (p Profile) kind(base, own *Profile) *Profile {
	var out Profile
	if base != nil {
		out = base.without(p)
	}
	if own != nil {
		out = own.over(out)
	}
	if len(out.Score) == 0 {
		out.Score = nil
	}
	if out.HCL() == (Profile{}).HCL() {
		return nil
	}
	return &out
}

// over puts what one layer says over another.
func (p Profile) over(lower Profile) Profile {
	out := lower
	if p.Resolutions != nil || p.Tiers != nil {
		out.Resolutions, out.Tiers = p.Resolutions, p.Tiers
	}
	for _, l := range []struct {
		to  *[]string
		own []string
	}{
		{&out.Sources, p.Sources}, {&out.Codecs, p.Codecs}, {&out.Languages, p.Languages}, {&out.Subtitles, p.Subtitles},
		{&out.Require.Any, p.Require.Any}, {&out.Require.All, p.Require.All}, {&out.Require.Match, p.Require.Match}, {&out.Require.When, p.Require.When},
		{&out.Reject.Any, p.Reject.Any}, {&out.Reject.All, p.Reject.All}, {&out.Reject.Match, p.Reject.Match}, {&out.Reject.When, p.Reject.When},
	} {
		if l.own != nil {
			*l.to = l.own
		}
	}
	set(&out.Mode, p.Mode)
	set(&out.PreferSize, p.PreferSize)
	set(&out.MinSize, p.MinSize)
	set(&out.MaxSize, p.MaxSize)
	set(&out.MinBitrate, p.MinBitrate)
	set(&out.MaxBitrate, p.MaxBitrate)
	set(&out.PreferBitrate, p.PreferBitrate)
	set(&out.SizeScore, p.SizeScore)
	set(&out.MinScore, p.MinScore)
	out.Score = scoreWithout(lower.Score, p.Score)
	maps.Copy(out.Score, p.Score)
	out.Prefer = overlay(lower.Prefer, p.Prefer, func(r Rule) string { return r.Name })
	out.Groups = overlay(lower.Groups, p.Groups, func(g Group) string { return g.Name })
	out.Formats = overlay(lower.Formats, p.Formats, func(f Format) string { return f.Name })
	out.Allow, out.Deny = overlay(lower.Allow, p.Allow, strings.ToLower), overlay(lower.Deny, p.Deny, strings.ToLower)
	out.settleRejects()
	return out
}

// set writes what is said.
func set[T comparable](to *T, own T) {
	if own != *new(T) {
		*to = own
	}
}

// settleRejects writes what is allowed and denied into the list of what is rejected, where there is one.
func (p *Profile) settleRejects() {
	if p.Reject.Any == nil {
		return
	}
	any := slices.Clone(p.Reject.Any)
	for _, n := range p.Deny {
		if !slices.ContainsFunc(any, func(o string) bool { return sameProperty(o, n) }) {
			any = append(any, n)
		}
	}
	p.Reject.Any = slices.DeleteFunc(any, func(o string) bool {
		return slices.ContainsFunc(p.Allow, func(n string) bool { return sameProperty(o, n) })
	})
	p.Allow, p.Deny = nil, nil
}

// without is the layer less what a layer above it says.
func (p Profile) without(upper Profile) Profile {
	clear := Profile{Score: scoreWithout(p.Score, upper.Score)}
	kept := clear.over(p)
	kept.Score = clear.Score
	if upper.Resolutions != nil || upper.Tiers != nil {
		kept.Resolutions, kept.Tiers = nil, nil
	}
	for _, l := range []struct {
		to    *[]string
		upper []string
	}{
		{&kept.Sources, upper.Sources}, {&kept.Codecs, upper.Codecs}, {&kept.Languages, upper.Languages}, {&kept.Subtitles, upper.Subtitles},
		{&kept.Require.Any, upper.Require.Any}, {&kept.Require.All, upper.Require.All}, {&kept.Require.Match, upper.Require.Match}, {&kept.Require.When, upper.Require.When},
		{&kept.Reject.Any, upper.Reject.Any}, {&kept.Reject.All, upper.Reject.All}, {&kept.Reject.Match, upper.Reject.Match}, {&kept.Reject.When, upper.Reject.When},
	} {
		if l.upper != nil {
			*l.to = nil
		}
	}
	unset(&kept.Mode, upper.Mode)
	unset(&kept.PreferSize, upper.PreferSize)
	unset(&kept.MinSize, upper.MinSize)
	unset(&kept.MaxSize, upper.MaxSize)
	unset(&kept.MinBitrate, upper.MinBitrate)
	unset(&kept.MaxBitrate, upper.MaxBitrate)
	unset(&kept.PreferBitrate, upper.PreferBitrate)
	unset(&kept.SizeScore, upper.SizeScore)
	unset(&kept.MinScore, upper.MinScore)
	return kept
}

// unset takes away what is said above.
func unset[T comparable](to *T, upper T) {
	if upper != *new(T) {
		*to = *new(T)
	}
}

// scoreWithout are points less those of what has points above: "hdr" above takes the place of "hdr10", which it includes.
func scoreWithout(points, upper map[string]int) map[string]int {
	out := map[string]int{}
	for name, n := range points {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(upper)), func(o string) bool { return includes(o, name) }) {
			out[name] = n
		}
	}
	return out
}

// includes reports whether one property is so wherever another is.
func includes(wide, narrow string) bool {
	x, _ := lookup(wide)
	y, _ := lookup(narrow)
	same := x.family != familyNone && x.family == y.family && bits.OnesCount64(y.values&^x.values) == 0
	return strings.EqualFold(wide, narrow) || same
}
