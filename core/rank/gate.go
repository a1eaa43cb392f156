package rank

import (
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// gates finds everything that rejects a candidate.
func (j *judging) gates() {
	r := j.cand.Parsed
	if r.Container > release.ContainerISO && r.Ext && j.veto(CodeNotMedia) {
		j.tell(Reason{Code: CodeNotMedia, Got: r.Container.String(), Veto: true})
	}
	j.listed(r)
	j.rejected(r)
	j.required(r)
	j.language(r)
	j.bounds(&j.plan.bounds)
	if j.tier != nil {
		j.bounds(&j.tier.bounds)
	}
	for _, at := range j.plan.groups.of(r) {
		if g := &j.plan.groups.lists[at.list]; g.Deny && j.veto(CodeGroup) {
			j.tell(Reason{Code: CodeGroup, Setting: g.at + ".names[" + itoa(at.item) + "]", Span: r.Group, Got: r.GroupName(), Veto: true})
		}
	}
}

// passes reports whether a value is let through; what a name does not tell is.
func (g *gate) passes(value int) bool {
	return g.set == 0 || value == 0 || g.set>>(value%maxValues)&1 != 0
}

// listed holds a release to the lists of what is taken, and to the tiers.
func (j *judging) listed(r *release.Release) {
	p := j.plan
	resolution := p.resolutions.passes(int(r.Resolution))
	if !resolution && j.veto(CodeResolution) {
		j.unlisted(CodeResolution, p.resolutions, r.Span(release.FieldResolution), r.Resolution.String())
	}
	if !p.sources.passes(sourceOf(r)) && j.veto(CodeSourceList) {
		j.unlisted(CodeSourceList, p.sources, r.Span(release.FieldSource), sourceName(r))
	}
	if !p.codecs.passes(int(r.Codec)) && j.veto(CodeCodec) {
		j.unlisted(CodeCodec, p.codecs, r.Span(release.FieldCodec), r.Codec.String())
	}
	if j.Tier == 0 && (resolution || p.ownTiers) && j.veto(CodeTier) {
		j.tell(Reason{
			Code: CodeTier, Setting: p.tiersAt, Span: cover(r.Span(release.FieldResolution), r.Span(release.FieldSource)),
			Got: r.Resolution.String() + " " + sourceName(r), Veto: true,
		})
	}
}

func (j *judging) unlisted(code Code, g gate, at release.Span, got string) {
	j.tell(Reason{Code: code, Setting: g.at, Span: at, Want: strings.Join(g.names, ", "), Got: got, Veto: true})
}

// cover is the smallest span around two, of which one may be empty.
func cover(a, b release.Span) release.Span {
	switch {
	case a.Empty():
		return b
	case b.Empty():
		return a
	}
	return release.Span{Lo: min(a.Lo, b.Lo), Hi: max(a.Hi, b.Hi)}
}

// holds reports whether a rule holds for the candidate.
func (x *rule) holds(j *judging) bool {
	switch {
	case x.test != nil:
		return x.test(j.cand.Parsed)
	case x.pattern != nil:
		return x.pattern.match(j.cand.Parsed.Raw)
	}
	return x.when.holds(j)
}

// span is what in the name made the rule hold; an expression has no place in it.
func (x *rule) span(r *release.Release) release.Span {
	switch {
	case x.test != nil:
		return evidence(r, x)
	case x.pattern != nil:
		return x.pattern.find(r.Raw)
	}
	return release.Span{}
}

func (j *judging) rejected(r *release.Release) {
	c := &j.plan.reject
	for i := range c.rules.any {
		if x := &c.rules.any[i]; x.test(r) {
			j.reject(x, x.vetoCode())
		}
	}
	if len(c.rules.all) > 0 && j.all(c.rules.all) == nil && j.veto(CodeRejected) {
		j.tell(Reason{Code: CodeRejected, Setting: c.all.at, Got: strings.Join(c.all.names, ", "), Veto: true})
	}
	for i := range c.rules.match {
		if x := &c.rules.match[i]; x.holds(j) {
			j.reject(x, CodePattern)
		}
	}
	for i := range c.rules.when {
		if x := &c.rules.when[i]; x.holds(j) {
			j.reject(x, CodeExpression)
		}
	}
}

func (x *rule) vetoCode() Code {
	if x.field == release.FieldSource && x.name != "remux" {
		return CodeSource
	}
	return CodeRejected
}

func (j *judging) reject(x *rule, code Code) {
	if j.veto(code) {
		j.tell(Reason{Code: code, Setting: x.at, Span: x.span(j.cand.Parsed), Got: x.name, Veto: true})
	}
}

// all gives the first of several rules that does not hold, nil if all do.
func (j *judging) all(rules []rule) *rule {
	for i := range rules {
		if !rules[i].holds(j) {
			return &rules[i]
		}
	}
	return nil
}

// required holds a release to require: it must have each of all, and one of any, match or when.
func (j *judging) required(r *release.Release) {
	c := &j.plan.require
	for i := range c.rules.all {
		if x := &c.rules.all[i]; !x.test(r) && j.veto(CodeRequired) {
			j.tell(Reason{Code: CodeRequired, Setting: x.at, Want: x.name, Veto: true})
		}
	}
	if len(c.rules.any)+len(c.rules.match)+len(c.rules.when) == 0 {
		return
	}
	for _, rules := range [...][]rule{c.rules.any, c.rules.match, c.rules.when} {
		for i := range rules {
			if rules[i].holds(j) {
				return
			}
		}
	}
	if j.veto(CodeRequired) {
		want := strings.Join(append(append(append([]string{}, c.any.names...), c.match.names...), c.when.names...), " or ")
		j.tell(Reason{Code: CodeRequired, Setting: j.plan.requireAt(), Want: want, Veto: true})
	}
}

// requireAt is the block that says what a release must have.
func (p *plan) requireAt() string {
	for _, l := range []list{p.require.any, p.require.match, p.require.when} {
		if len(l.names) > 0 {
			return l.at[:strings.LastIndexByte(l.at, '.')]
		}
	}
	return ""
}

// unknownLanguageCost is what a release loses that tells no language where some are wanted and nothing is said of it.
const unknownLanguageCost = -10

// language finds the place of a release in the order of languages, and rejects one whose sound is told to be in none of
// them. One that tells nothing, or that several are in it, is taken.
func (j *judging) language(r *release.Release) {
	wanted := j.plan.languages
	if len(wanted) == 0 {
		return
	}
	told, open, other := !r.Languages.Empty(), -1, -1
	for i := range wanted {
		switch l := &wanted[i]; {
		case l.any:
			other = i
		case l.unknown:
			open = i
		case j.speaks(r, l):
			j.index = i
			return
		}
	}
	for _, code := range j.cand.Release.Languages {
		_, ok := release.Language(code)
		told = told || ok
	}
	several := r.Flags.Any(release.FlagMultiAudio | release.FlagDualAudio)
	switch {
	case (!told || several) && open >= 0:
		j.index = open
	case other >= 0:
		j.index = other
	case !told || several:
		j.index = len(wanted)
		if j.points(unknownLanguageCost) {
			j.tell(Reason{Code: CodeNoLanguage, Setting: j.plan.languagesAt, Want: j.plan.languageNames(), Delta: unknownLanguageCost})
		}
	case j.veto(CodeLanguage):
		j.tell(Reason{Code: CodeLanguage, Setting: j.plan.languagesAt, Span: r.Span(release.FieldLanguages), Want: j.plan.languageNames(), Got: j.spoken(r), Veto: true})
	}
}

// speaks reports whether the sound is in a language, as the name or a scraper tells.
func (j *judging) speaks(r *release.Release, l *language) bool {
	if r.Languages.Any(l.set) {
		return true
	}
	for _, code := range j.cand.Release.Languages {
		if x, ok := release.Language(code); ok && x.Any(l.set) {
			return true
		}
	}
	return false
}

func (p *plan) languageNames() string {
	names := make([]string, len(p.languages))
	for i, l := range p.languages {
		names[i] = l.name
	}
	return strings.Join(names, ", ")
}

func (j *judging) spoken(r *release.Release) string {
	codes := append(r.Languages.Codes(), j.cand.Release.Languages...)
	return strings.Join(codes, ", ")
}

// measure finds the size of a film, or of one episode on average, and its bitrate; 0 where they are not known.
func (j *judging) measure() {
	j.each = j.target.sizePerEpisode(j.Match.Covers, j.cand.Release.Size)
	if j.each > 0 && j.target.Runtime > 0 {
		const bits, minute, mega = 8, 60, 1e6
		j.bitrate = float64(j.each) * bits / (float64(j.target.Runtime) * minute) / mega
	}
}

// bounds holds a release to bounds. A size or bitrate that is not known passes.
func (j *judging) bounds(b *bounds) {
	if j.each > 0 {
		if n := &b.minSize; j.each < n.value && j.veto(CodeTooSmall) {
			j.outside(CodeTooSmall, n.at, sizeText(n.value), sizeText(j.each))
		}
		if n := &b.maxSize; n.value > 0 && j.each > n.value && j.veto(CodeTooBig) {
			j.outside(CodeTooBig, n.at, sizeText(n.value), sizeText(j.each))
		}
	}
	if j.bitrate > 0 {
		if n := &b.minBitrate; j.bitrate < n.value && j.veto(CodeBitrateLow) {
			j.outside(CodeBitrateLow, n.at, rateText(n.value), rateText(j.bitrate))
		}
		if n := &b.maxBitrate; n.value > 0 && j.bitrate > n.value && j.veto(CodeBitrateHigh) {
			j.outside(CodeBitrateHigh, n.at, rateText(n.value), rateText(j.bitrate))
		}
	}
}

func (j *judging) outside(code Code, at, want, got string) {
	j.tell(Reason{Code: code, Setting: at, Want: want, Got: got, Veto: true})
}

func sizeText(n int64) string { return sdk.Size(n).String() }

func rateText(n float64) string { return strconv.FormatFloat(n, 'f', 2, 64) + " Mbit/s" }

// sizePerEpisode divides a release's size by what it covers; 0 if that is not known.
func (t *Target) sizePerEpisode(cover Coverage, size int64) int64 {
	if size <= 0 {
		return 0
	}
	if cover.Movie {
		if cover.Pack {
			return 0
		}
		return size
	}
	n := release.Count(cover.Episodes)
	if n > 0 {
		return size / int64(n)
	}
	for _, s := range cover.Seasons {
		for k := int(s.Lo); k <= int(s.Hi); k++ {
			if t.length(k) == 0 {
				return 0
			}
			n += t.length(k)
		}
	}
	if n == 0 {
		return 0
	}
	return size / int64(n)
}
