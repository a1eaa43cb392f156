package rank

import "github.com/millrace-media/millrace/core/release"

// Points for subtitles in a wanted language: one less for each place down the list, but at least one. The name stands for
// them in a profile's points.
const (
	subtitleScore = "subtitles"
	subtitleWorth = 10
)

// score adds up the points: of each family the best value counts once, so that a long list of tracks wins nothing.
func (j *judging) score() {
	r, p := j.cand.Parsed, j.plan
	j.value(familyResolution, int(r.Resolution))
	j.value(familySource, sourceOf(r))
	j.value(familyCodec, int(r.Codec))
	j.set(familyHDR, uint64(r.HDR))
	j.set(familyAudio, uint64(r.Audio))
	j.set(familyChannels, uint64(r.Channels))
	for i := range p.adds {
		if x := &p.adds[i]; x.test(r) {
			j.earn(CodeQuality, x, x.score)
		}
	}
	for i := range p.subtitles {
		if r.Subtitles.Any(p.subtitles[i].set) {
			j.subtitles(i)
			break
		}
	}
	j.sized()
	for i := range p.rules {
		if x := &p.rules[i]; x.holds(j) {
			j.earn(CodePrefer, x, x.score)
		}
	}
	for _, at := range p.groups.of(r) {
		if g := &p.groups.lists[at.list]; g.Score != 0 && j.points(g.Score) {
			j.tell(Reason{Code: CodePreferGroup, Setting: g.at, Span: r.Group, Got: r.GroupName(), Delta: g.Score})
		}
	}
	j.formats()
	if p.minScore != nil && j.Score < *p.minScore && j.veto(CodeScore) {
		j.tell(Reason{Code: CodeScore, Setting: p.minAt, Want: itoa(*p.minScore), Got: itoa(j.Score), Veto: true})
	}
}

// value counts a property of which there is one.
func (j *judging) value(f family, v int) {
	if table := j.plan.families[f]; table != nil {
		if x := table[v%maxValues]; x != nil {
			j.earn(CodeQuality, x, x.score)
		}
	}
}

// set counts the best of the properties of one family.
func (j *judging) set(f family, set uint64) {
	if table := j.plan.families[f]; table != nil && set != 0 {
		if x := best(table, set); x != nil {
			j.earn(CodeQuality, x, x.score)
		}
	}
}

func (j *judging) earn(code Code, x *rule, points int) {
	if points != 0 && j.points(points) {
		j.tell(Reason{Code: code, Setting: x.at, Span: x.span(j.cand.Parsed), Got: x.name, Delta: points})
	}
}

func (j *judging) subtitles(place int) {
	x := &j.plan.subtitleScore
	points := x.score
	if points > 0 {
		points = max(points-place, 1)
	}
	if points != 0 && j.points(points) {
		r := j.cand.Parsed
		j.tell(Reason{Code: CodeSubtitles, Setting: x.at, Span: r.Span(release.FieldSubtitles), Got: j.plan.subtitles[place].name, Delta: points})
	}
}
