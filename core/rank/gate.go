package rank

import (
	"fmt"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// tier is where a resolution stands in the profile's order, 0 if it is not wanted.
func (c *Compiled) tier(r *release.Release) uint8 {
	return c.tiers[min(int(r.Resolution), len(c.tiers)-1)]
}

func (p *rule) holds(r *release.Release) bool {
	if p.pattern != nil {
		return p.pattern.MatchString(r.Raw)
	}
	return p.test(r)
}

// gates finds everything that rejects a candidate.
func (j *judging) gates() {
	r := j.cand.Parsed
	if j.plan.tier(r) == 0 && j.veto(CodeResolution) {
		j.tell(Reason{
			Code: CodeResolution, Setting: "resolutions", Span: r.Span(release.FieldResolution), Want: fmt.Sprint(j.plan.profile.Resolutions),
			Got: r.Resolution.String(), Veto: true,
		})
	}
	if r.Container > release.ContainerISO && r.Ext && j.veto(CodeNotMedia) {
		j.tell(Reason{Code: CodeNotMedia, Got: r.Container.String(), Veto: true})
	}
	j.rejected(r)
	j.required(r)
	j.language(r)
	j.size()
}

func (j *judging) rejected(r *release.Release) {
	for i := range j.plan.reject.any {
		p := &j.plan.reject.any[i]
		if !p.test(r) {
			continue
		}
		code := CodeRejected
		if r.Source != release.SourceUnknown && r.Source.String() == p.Name {
			code = CodeSource
		}
		if j.veto(code) {
			j.tell(Reason{Code: code, Setting: p.setting, Got: p.Name, Veto: true})
		}
	}
	for i := range j.plan.reject.match {
		if p := &j.plan.reject.match[i]; p.pattern.MatchString(r.Raw) && j.veto(CodePattern) {
			j.tell(Reason{Code: CodePattern, Setting: p.setting, Got: p.Match, Span: p.found(r), Veto: true})
		}
	}
}

// found is where a pattern holds.
func (p *rule) found(r *release.Release) release.Span {
	at := p.pattern.FindStringIndex(r.Raw)
	if at == nil {
		return release.Span{}
	}
	return release.Span{Lo: uint16(at[0]), Hi: uint16(at[1])}
}

// required holds a release to require: it must have one of the properties or match one of the patterns.
func (j *judging) required(r *release.Release) {
	c := j.plan
	if len(c.require.any)+len(c.require.match) == 0 {
		return
	}
	for i := range c.require.any {
		if c.require.any[i].test(r) {
			return
		}
	}
	for i := range c.require.match {
		if c.require.match[i].holds(r) {
			return
		}
	}
	if j.veto(CodeRequired) {
		j.tell(Reason{Code: CodeRequired, Setting: "require", Veto: true})
	}
}

// language rejects a release whose sound is told to be in none of the wanted languages. One that tells nothing, or that
// several are in it, is taken and loses a few points.
func (j *judging) language(r *release.Release) {
	want := j.plan.languages
	if want.Empty() {
		return
	}
	told := r.Languages
	for _, code := range j.cand.Release.Languages {
		if l, ok := release.Language(code); ok {
			told = told.Union(l)
		}
	}
	switch {
	case told.Any(want):
	case told.Empty() || r.Flags.Any(release.FlagMultiAudio|release.FlagDualAudio):
		if j.points(-10) {
			j.tell(Reason{Code: CodeNoLanguage, Setting: "languages", Want: want.String(), Delta: -10})
		}
	case j.veto(CodeLanguage):
		j.tell(Reason{Code: CodeLanguage, Setting: "languages", Span: r.Span(release.FieldLanguages), Want: want.String(), Got: told.String(), Veto: true})
	}
}

// size holds the size of a film, or of one episode on average, to the limits. An unknown size or count passes.
func (j *judging) size() {
	per := j.target.sizePerEpisode(j.Match.Covers, j.cand.Release.Size)
	if per <= 0 {
		return
	}
	if limit := j.plan.profile.MinSize; limit > 0 && per < limit && j.veto(CodeTooSmall) {
		j.tell(Reason{Code: CodeTooSmall, Setting: "min_size", Want: sdk.Size(limit).String(), Got: sdk.Size(per).String(), Veto: true})
	}
	if limit := j.plan.profile.MaxSize; limit > 0 && per > limit && j.veto(CodeTooBig) {
		j.tell(Reason{Code: CodeTooBig, Setting: "max_size", Want: sdk.Size(limit).String(), Got: sdk.Size(per).String(), Veto: true})
	}
}

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
