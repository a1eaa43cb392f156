package rank

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// sheet is one layer of a profile made ready: what is said in it, and where.
type sheet struct {
	resolutions, sources, codecs list
	languages, subtitles         list
	tiers                        []tier
	tiersAt                      string
	mode                         string
	modeAt                       string

	bounds bounds
	prefer preference

	score    map[string]rule
	rules    []rule
	groups   []groupList
	formats  []format
	minScore *int
	minAt    string

	require, reject condition
	allow, deny     list
}

// condition is a Condition made ready.
type condition struct {
	any, all, match, when list
	rules                 conditionRules
}

type conditionRules struct{ any, all, match, when []rule }

// layers are the sheets of a profile, by kind of title.
type layers struct{ all, movie, show, anime *sheet }

// of lists the layers that hold for a kind, the lowest first.
func (l layers) of(movie, anime bool) []*sheet {
	out := []*sheet{l.all}
	if movie && l.movie != nil {
		out = append(out, l.movie)
	}
	if !movie && l.show != nil {
		out = append(out, l.show)
	}
	if anime && l.anime != nil {
		out = append(out, l.anime)
	}
	return out
}

func (k *compiler) sheets(at string, p Profile) layers {
	l := layers{all: k.sheet(at, p)}
	for _, o := range []struct {
		name string
		p    *Profile
		to   **sheet
	}{{"movie", p.Movie, &l.movie}, {"show", p.Show, &l.show}, {"anime", p.Anime, &l.anime}} {
		if o.p == nil {
			continue
		}
		if o.p.Base != "" || o.p.Limits != (Limits{}) || o.p.Movie != nil || o.p.Show != nil || o.p.Anime != nil {
			k.fault(at+o.name, "What is for one kind has neither a base, nor limits, nor kinds of its own.", "")
		}
		*o.to = k.sheet(at+o.name+".", *o.p)
	}
	return l
}

func (k *compiler) sheet(at string, p Profile) *sheet {
	s := &sheet{
		resolutions: newList(at+"resolutions", p.Resolutions), sources: newList(at+"sources", p.Sources), codecs: newList(at+"codecs", p.Codecs),
		languages: newList(at+"languages", p.Languages), subtitles: newList(at+"subtitles", p.Subtitles),
		allow: newList(at+"allow", p.Allow), deny: newList(at+"deny", p.Deny),
		tiersAt: at + "tier", mode: p.Mode, modeAt: at + "mode", minScore: p.MinScore, minAt: at + "min_score",
	}
	if p.Mode != "" && p.Mode != ModeTiers && p.Mode != ModeFlat {
		k.unknown(s.modeAt, "mode", p.Mode, []string{ModeTiers, ModeFlat})
	}
	k.values(s.resolutions, familyResolution, "resolution")
	k.values(s.sources, familySource, "source")
	k.values(s.codecs, familyCodec, "codec")
	k.languages(s.languages, "any", "unknown")
	k.languages(s.subtitles)
	s.bounds = k.bounds(at, p.MinSize, p.MaxSize, p.MinBitrate, p.MaxBitrate)
	s.prefer = k.preference(at, p)
	for i, t := range p.Tiers {
		s.tiers = append(s.tiers, k.tier(at, i, t))
	}
	k.points(at, p, s)
	s.require = k.condition(at+"require", p.Require)
	s.reject = k.condition(at+"reject", p.Reject)
	k.propertyRules(s.allow)
	k.propertyRules(s.deny)
	return s
}

// points makes ready what adds to the score.
func (k *compiler) points(at string, p Profile, s *sheet) {
	s.score = map[string]rule{}
	for _, n := range sortedNames(p.Score) {
		path := at + scorePath(n)
		r := rule{name: n, at: path, score: k.score(path, p.Score[n])}
		if strings.ToLower(n) != subtitleScore {
			x := k.property(path, n)
			r.name, r.field, r.test = x.name, x.field, x.test
		}
		s.score[strings.ToLower(n)] = r
	}
	for _, r := range p.Prefer {
		s.rules = append(s.rules, k.prefer(at+"prefer."+r.Name, r))
	}
	for _, g := range p.Groups {
		s.groups = append(s.groups, k.group(at+"group."+g.Name, g))
	}
	for _, f := range p.Formats {
		s.formats = append(s.formats, k.format(at+"format."+f.Name, f))
	}
}

func scorePath(name string) string {
	if strings.Contains(name, ".") {
		return fmt.Sprintf("score[%q]", name)
	}
	return "score." + name
}

// maxScore bounds the points of one rule.
const maxScore = 1_000_000

func (k *compiler) score(path string, n int) int {
	if n > maxScore || n < -maxScore {
		k.fault(path, fmt.Sprintf("%d is not from %d to %d.", n, -maxScore, maxScore), "")
	}
	return min(max(n, -maxScore), maxScore)
}

func (k *compiler) prefer(path string, r Rule) rule {
	out := rule{name: r.Name, at: path, score: k.score(path+".score", r.Score)}
	switch {
	case r.Match != "" && r.When != "":
		k.fault(path+".when", "A rule has a pattern or an expression, not both.", "")
	case r.Match != "":
		out.pattern = k.pattern(path+".match", r.Match)
	case r.When != "":
		out.when = k.expression(path+".when", r.When)
	default:
		p := k.property(path, r.Name)
		out.test, out.field = p.test, p.field
	}
	return out
}

func (k *compiler) condition(at string, in Condition) condition {
	c := condition{
		any: newList(at+".any", in.Any), all: newList(at+".all", in.All), match: newList(at+".match", in.Match), when: newList(at+".when", in.When),
	}
	c.rules = conditionRules{k.propertyRules(c.any), k.propertyRules(c.all), k.patternRules(c.match), k.expressionRules(c.when)}
	return c
}

// over gives each list of the upper condition that it says, else that of the lower.
func (c condition) over(lower condition) condition {
	out := lower
	if c.any.said {
		out.any, out.rules.any = c.any, c.rules.any
	}
	if c.all.said {
		out.all, out.rules.all = c.all, c.rules.all
	}
	if c.match.said {
		out.match, out.rules.match = c.match, c.rules.match
	}
	if c.when.said {
		out.when, out.rules.when = c.when, c.rules.when
	}
	return out
}

// languages checks codes; beside those of languages there are some words.
func (k *compiler) languages(l list, words ...string) {
	for i, code := range l.names {
		if _, ok := release.Language(code); !ok && !slices.Contains(words, code) {
			k.unknown(l.item(i), "language", code, append(slices.Clone(words), release.LanguageCodes()...))
		}
		if slices.Index(l.names, code) < i {
			k.fault(l.item(i), fmt.Sprintf("%q is in the list already.", code), "")
		}
	}
}

// bounds are what a film or an episode may weigh.
type bounds struct {
	minSize, maxSize       number[int64]
	minBitrate, maxBitrate number[float64]
}

func (k *compiler) bounds(at string, minSize, maxSize int64, minBitrate, maxBitrate float64) bounds {
	b := bounds{
		newNumber(at+"min_size", minSize), newNumber(at+"max_size", maxSize),
		newNumber(at+"min_bitrate", minBitrate), newNumber(at+"max_bitrate", maxBitrate),
	}
	k.ordered(b)
	return b
}

// ordered finds bounds between which nothing fits.
func (k *compiler) ordered(b bounds) {
	if b.maxSize.value > 0 && b.maxSize.value < b.minSize.value {
		k.fault(b.maxSize.at, "This is less than min_size.", "")
	}
	if b.maxBitrate.value > 0 && b.maxBitrate.value < b.minBitrate.value {
		k.fault(b.maxBitrate.at, "This is less than min_bitrate.", "")
	}
}

func (b bounds) over(lower bounds) bounds {
	return bounds{
		b.minSize.over(lower.minSize), b.maxSize.over(lower.maxSize), b.minBitrate.over(lower.minBitrate), b.maxBitrate.over(lower.maxBitrate),
	}
}

// preference is which size is best.
type preference struct {
	size    wish
	bitrate number[float64]
	score   number[int64]
}

// wish is a size that is preferred.
type wish struct {
	said            bool
	at              string
	larger, smaller bool
	size            int64 // to be close to
}

func (k *compiler) preference(at string, p Profile) preference {
	w := wish{said: p.PreferSize != "", at: at + "prefer_size", larger: p.PreferSize == "larger", smaller: p.PreferSize == "smaller"}
	if w.said && !w.larger && !w.smaller && p.PreferSize != "any" {
		n, err := sdk.ParseSize(p.PreferSize)
		if err != nil || n == 0 {
			k.fault(w.at, fmt.Sprintf("%q is not a size to prefer.", p.PreferSize), `Write "larger", "smaller", "any" or a size to be close to, as "4GB".`)
		}
		w.size = int64(n)
	}
	k.score(at+"size_score", p.SizeScore)
	return preference{w, newNumber(at+"prefer_bitrate", p.PreferBitrate), newNumber(at+"size_score", int64(p.SizeScore))}
}

func (p preference) over(lower preference) preference {
	out := preference{p.size, p.bitrate.over(lower.bitrate), p.score.over(lower.score)}
	if !p.size.said {
		out.size = lower.size
	}
	return out
}
