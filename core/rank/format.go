package rank

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// format is a Format made ready.
type format struct {
	name, at   string
	score      int
	conditions []formatCondition
	kinds      int // the conditions are of so many kinds, numbered from 0
}

// formatCondition is a FormatCondition made ready.
type formatCondition struct {
	name             string
	kind             int
	negate, required bool
	asks             func(formatFacts) State
	span             func(*release.Release) release.Span // of what made it hold; nil where the name does not tell
}

// formatFacts are what conditions ask of a candidate.
type formatFacts struct {
	parsed    *release.Release
	target    *Target
	size      int64
	languages []string // as the scraper tells
}

func (j *judging) formatFacts() formatFacts {
	return formatFacts{j.cand.Parsed, j.target, j.cand.Release.Size, j.cand.Release.Languages}
}

// answerOf is what a condition finds that can always be answered. What is Unsure holds neither as it is nor negated.
func answerOf(holds bool) State {
	if holds {
		return Yes
	}
	return No
}

// formatKinds make conditions ready, by kind.
func formatKinds() map[string]func(k *compiler, path string, c FormatCondition, out *formatCondition) {
	return map[string]func(k *compiler, path string, c FormatCondition, out *formatCondition){
		"name": (*compiler).nameCondition, "group": (*compiler).groupCondition, "edition": (*compiler).editionCondition,
		"language": (*compiler).languageCondition, "size": (*compiler).sizeCondition, "flag": (*compiler).flagCondition,
		"indexer": (*compiler).indexerCondition, "resolution": (*compiler).resolutionCondition, "source": (*compiler).sourceCondition,
		"modifier": (*compiler).modifierCondition, "type": (*compiler).typeCondition, "year": (*compiler).yearCondition,
	}
}

func (k *compiler) format(at string, f Format) format {
	if f.JSON != "" || f.ScoreSet != "" {
		f = k.formatJSON(at, f)
	}
	out := format{name: f.Name, at: at, score: k.score(at+".score", f.Score)}
	if len(f.Conditions) == 0 && f.JSON == "" && f.ScoreSet == "" {
		k.fault(at, "A format needs a condition.", "")
	}
	kinds := map[string]int{}
	for i, c := range f.Conditions {
		path := at + ".condition." + c.Name
		if c.Name == "" {
			path = fmt.Sprintf("%s.condition[%d]", at, i)
		}
		if _, ok := kinds[c.Kind]; !ok {
			kinds[c.Kind] = len(kinds)
		}
		x := formatCondition{name: c.Name, kind: kinds[c.Kind], negate: c.Negate, required: c.Required}
		if f.JSON != "" {
			k.within(at+".json", fmt.Sprintf("Condition %q", c.Name), func(k *compiler) { k.formatCondition("", c, &x) })
		} else {
			k.formatCondition(path, c, &x)
		}
		out.conditions = append(out.conditions, x)
	}
	out.kinds = len(kinds)
	return out
}

// within collects the faults of what has no settings of its own under that in which it is written.
func (k *compiler) within(path, what string, compile func(*compiler)) {
	inner := &compiler{}
	compile(inner)
	for _, d := range inner.faults {
		d.Attribute, d.Detail = path, strings.TrimSpace(what+". "+d.Detail)
		if !slices.Contains(k.faults, d) {
			k.faults = append(k.faults, d)
		}
	}
}

func (k *compiler) formatCondition(path string, c FormatCondition, out *formatCondition) {
	out.asks = func(formatFacts) State { return No }
	make, ok := formatKinds()[c.Kind]
	if !ok {
		k.unknown(path+".kind", "kind of condition", c.Kind, sortedNames(formatKinds()))
		return
	}
	make(k, path, c, out)
}

func (k *compiler) nameCondition(path string, c FormatCondition, out *formatCondition) {
	p := k.netPattern(path+".value", c.Value)
	out.asks = func(x formatFacts) State { return answerOf(p.match(x.parsed.Raw)) }
	out.span = func(r *release.Release) release.Span { return p.find(r.Raw) }
}

func (k *compiler) groupCondition(path string, c FormatCondition, out *formatCondition) {
	p := k.netPattern(path+".value", c.Value)
	out.asks = func(x formatFacts) State {
		name := x.parsed.GroupName()
		return answerOf(name != "" && p.match(name))
	}
	out.span = func(r *release.Release) release.Span { return r.Group }
}

// editionCondition looks into the words that name the edition, apart as they are spoken.
func (k *compiler) editionCondition(path string, c FormatCondition, out *formatCondition) {
	p := k.netPattern(path+".value", c.Value)
	apart := strings.NewReplacer(".", " ", "_", " ")
	out.asks = func(x formatFacts) State {
		at := x.parsed.Span(release.FieldEdition)
		return answerOf(!at.Empty() && p.match(apart.Replace(x.parsed.Raw[at.Lo:at.Hi])))
	}
	out.span = fieldSpan(release.FieldEdition)
}

func fieldSpan(f release.Field) func(*release.Release) release.Span {
	return func(r *release.Release) release.Span { return r.Span(f) }
}

func (k *compiler) sizeCondition(path string, c FormatCondition, out *formatCondition) {
	if c.Min <= 0 && c.Max <= 0 || c.Max > 0 && c.Max < c.Min {
		k.fault(path, "No size is between these bounds.", "Write min_size, max_size or both.")
	}
	out.asks = func(x formatFacts) State {
		size := x.size
		return answerOf(size > c.Min && (c.Max <= 0 || size <= c.Max))
	}
}

func (k *compiler) flagCondition(path string, c FormatCondition, out *formatCondition) {
	p := k.property(path+".value", c.Value)
	out.asks = func(x formatFacts) State { return answerOf(p.test(x.parsed)) }
	out.span = fieldSpan(p.field)
}

// indexerFlags are what an indexer may tell of a release; what a name tells of it is said by the property. Nothing tells the
// others here.
func indexerFlags() map[string]string {
	return map[string]string{
		"internal": "internal", "scene": "scene", "freeleech": "", "freeleech25": "", "freeleech75": "", "halfleech": "", "doubleupload": "",
		"golden": "", "approved": "", "nuked": "",
	}
}

func (k *compiler) indexerCondition(path string, c FormatCondition, out *formatCondition) {
	property, ok := indexerFlags()[c.Value]
	switch {
	case !ok:
		k.unknown(path+".value", "flag of an indexer", c.Value, sortedNames(indexerFlags()))
	case property == "":
		k.warn(path, fmt.Sprintf("The condition %q never holds.", c.Name), fmt.Sprintf("No scraper tells here whether a release is %q.", c.Value))
	default:
		c.Value = property
		k.flagCondition(path, c, out)
	}
}

func (k *compiler) resolutionCondition(path string, c FormatCondition, out *formatCondition) {
	set := k.valueSet(path+".value", familyResolution, c)
	out.asks = func(x formatFacts) State { return answerOf(set>>(x.parsed.Resolution%maxValues)&1 != 0) }
	out.span = fieldSpan(release.FieldResolution)
}

func (k *compiler) sourceCondition(path string, c FormatCondition, out *formatCondition) {
	set := k.valueSet(path+".value", familySource, c)
	out.asks = func(x formatFacts) State { return answerOf(set>>(sourceOf(x.parsed)%maxValues)&1 != 0) }
	out.span = fieldSpan(release.FieldSource)
}

// valueSet is the set of the values of a family that a condition lists.
func (k *compiler) valueSet(path string, f family, c FormatCondition) uint64 {
	var all uint64
	for name := range strings.SplitSeq(c.Value, ",") {
		name = strings.TrimSpace(name)
		set, ok := valueOf(f, name)
		if !ok {
			k.unknown(path, c.Kind, name, valueNames(f))
		}
		all |= set
	}
	return all
}

// modifiers are what a quality can be beside its source and resolution.
var modifiers = [...]string{"remux", "disc", "screener", "r5"}

func (k *compiler) modifierCondition(path string, c FormatCondition, out *formatCondition) {
	if slices.Contains(modifiers[:], c.Value) {
		k.flagCondition(path, c, out)
		return
	}
	if c.Value != "none" {
		k.unknown(path+".value", "modifier", c.Value, append(modifiers[:], "none"))
	}
	var tests []release.Test
	for _, m := range modifiers {
		tests = append(tests, k.property(path, m).test)
	}
	out.asks = func(x formatFacts) State {
		return answerOf(!slices.ContainsFunc(tests, func(t release.Test) bool { return t(x.parsed) }))
	}
}

func (k *compiler) typeCondition(path string, c FormatCondition, out *formatCondition) {
	types := []string{"episode", "episodes", "season"}
	if !slices.Contains(types, c.Value) {
		k.unknown(path+".value", "type", c.Value, types)
	}
	out.asks = func(x formatFacts) State { return answerOf(typeOf(x.parsed) == c.Value) }
	out.span = fieldSpan(release.FieldNumber)
}

// typeOf is "episode", "episodes" or "season", or "" for a film.
func typeOf(r *release.Release) string {
	n := release.Count(r.Episodes)
	switch {
	case n == 1 || n == 0 && r.Numbering == release.NumberDaily:
		return "episode"
	case n > 1:
		return "episodes"
	case len(r.Seasons) > 0 || r.IsPack():
		return "season"
	}
	return ""
}

func (k *compiler) yearCondition(path string, c FormatCondition, out *formatCondition) {
	lo, hi, _ := strings.Cut(c.Value, "-")
	first, err := strconv.Atoi(lo)
	last, wrong := strconv.Atoi(hi)
	if err != nil || wrong != nil || last < first {
		k.fault(path+".value", fmt.Sprintf("%q are not years.", c.Value), `Write the first and the last, as "1990-1999".`)
	}
	out.asks = func(x formatFacts) State {
		year := int(x.parsed.Year)
		if year == 0 {
			year = x.target.Year
		}
		return answerOf(year >= first && year <= last)
	}
	out.span = fieldSpan(release.FieldYear)
}

// holds reports whether a format does: of each kind some condition holds, and every one that is required.
func (f *format) holds(x formatFacts) bool {
	var met uint64
	for i := range f.conditions {
		c := &f.conditions[i]
		if c.holds(x) {
			met |= 1 << c.kind
		} else if c.required {
			return false
		}
	}
	return bits.OnesCount64(met) == f.kinds
}

func (c *formatCondition) holds(x formatFacts) bool {
	a := c.asks(x)
	return a != Unsure && (a == Yes) != c.negate
}

// evidence names the conditions that hold, and gives the bytes of the name that made the first of them do so.
func (f *format) evidence(x formatFacts) (string, release.Span) {
	var names []string
	var at release.Span
	for i := range f.conditions {
		c := &f.conditions[i]
		if !c.holds(x) {
			continue
		}
		if c.name != "" {
			names = append(names, c.name)
		}
		if at.Empty() && !c.negate && c.span != nil {
			at = c.span(x.parsed)
		}
	}
	return strings.Join(names, ", "), at
}

// formats adds the points of the formats that hold.
func (j *judging) formats() {
	for i := range j.plan.formats {
		if f := &j.plan.formats[i]; f.score != 0 && f.holds(j.formatFacts()) && j.points(f.score) {
			names, span := f.evidence(j.formatFacts())
			j.tell(Reason{Code: CodeFormat, Setting: f.at, Span: span, Want: names, Got: f.name, Delta: f.score})
		}
	}
}
