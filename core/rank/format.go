package rank

import (
	"fmt"

	"github.com/millrace-media/millrace/core/release"
)

// format is a Format made ready.
type format struct {
	name, at   string
	score      int
	conditions []formatCondition
	kinds      int // the conditions are of so many kinds, numbered from 0
}

type formatCondition struct {
	kind             int
	negate, required bool
	test             release.Test // one of these three
	pattern          *pattern
	group            bool // the pattern is of the group alone
	min, max         int64
}

// formatKinds are the kinds of condition, and what a property of it must belong to.
var formatKinds = map[string]family{
	"name": familyNone, "group": familyNone, "language": familyNone, "size": familyNone, "flag": familyNone,
	"resolution": familyResolution, "source": familySource,
}

func (k *compiler) format(at string, f Format) format {
	out := format{name: f.Name, at: at, score: k.score(at+".score", f.Score)}
	if len(f.Conditions) == 0 {
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
		x := k.formatCondition(path, c)
		x.kind, x.negate, x.required = kinds[c.Kind], c.Negate, c.Required
		out.conditions = append(out.conditions, x)
	}
	out.kinds = len(kinds)
	return out
}

func (k *compiler) formatCondition(path string, c FormatCondition) formatCondition {
	var out formatCondition
	belongs, ok := formatKinds[c.Kind]
	switch {
	case !ok:
		k.unknown(path+".kind", "kind of condition", c.Kind, sortedNames(formatKinds))
	case c.Kind == "size":
		out.min, out.max = c.Min, c.Max
		if c.Min <= 0 && c.Max <= 0 || c.Max > 0 && c.Max < c.Min {
			k.fault(path, "No size is between these bounds.", "Write min_size, max_size or both.")
		}
	case c.Kind == "name" || c.Kind == "group":
		out.pattern, out.group = k.pattern(path+".value", c.Value), c.Kind == "group"
	case c.Kind == "language":
		out.test = k.property(path+".value", "language."+c.Value).test
	case belongs != familyNone:
		out.test = k.valueTest(path+".value", belongs, c.Kind, c.Value)
	default:
		out.test = k.property(path+".value", c.Value).test
	}
	return out
}

func (k *compiler) valueTest(path string, f family, what, name string) release.Test {
	set, ok := valueOf(f, name)
	if !ok {
		k.unknown(path, what, name, valueNames(f))
	}
	if f == familySource {
		return func(r *release.Release) bool { return set>>(sourceOf(r)%maxValues)&1 != 0 }
	}
	return func(r *release.Release) bool { return set>>(r.Resolution%maxValues)&1 != 0 }
}

// holds reports whether a format does: of each kind some condition holds, and every one that is required.
func (f *format) holds(cand *Candidate) bool {
	var met uint64
	for i := range f.conditions {
		c := &f.conditions[i]
		if c.holds(cand) != c.negate {
			met |= 1 << c.kind
		} else if c.required {
			return false
		}
	}
	return met == 1<<f.kinds-1
}

func (c *formatCondition) holds(cand *Candidate) bool {
	switch {
	case c.test != nil:
		return c.test(cand.Parsed)
	case c.pattern != nil && c.group:
		return c.pattern.match(cand.Parsed.GroupName())
	case c.pattern != nil:
		return c.pattern.match(cand.Parsed.Raw)
	}
	size := cand.Release.Size
	return size > c.min && (c.max == 0 || size <= c.max)
}
