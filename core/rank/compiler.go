package rank

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// compiler reads profiles and collects what is wrong with them.
type compiler struct {
	faults []sdk.Diagnostic
}

func (k *compiler) fault(path, summary, detail string) {
	d := sdk.Diagnostic{Attribute: path, Summary: summary, Detail: detail}
	if !slices.Contains(k.faults, d) {
		k.faults = append(k.faults, d)
	}
}

func (k *compiler) warn(path, summary, detail string) {
	d := sdk.Diagnostic{Warning: true, Attribute: path, Summary: summary, Detail: detail}
	if !slices.Contains(k.faults, d) {
		k.faults = append(k.faults, d)
	}
}

// list is a list of a profile. Its place is that of the layer which says it.
type list struct {
	said  bool
	names []string
	at    string // "anime.resolutions"
}

// over gives the upper of two lists that is said.
func (l list) over(lower list) list {
	if l.said {
		return l
	}
	return lower
}

func (l list) item(i int) string { return fmt.Sprintf("%s[%d]", l.at, i) }

func newList(at string, names []string) list { return list{names != nil, names, at} }

// number is a bound of a profile.
type number[T int64 | float64] struct {
	said  bool
	value T
	at    string
}

func (n number[T]) over(lower number[T]) number[T] {
	if n.said {
		return n
	}
	return lower
}

// newNumber takes 0 as not said and less as none.
func newNumber[T int64 | float64](at string, v T) number[T] {
	return number[T]{v != 0, max(v, 0), at}
}

// rule is a rule made ready.
type rule struct {
	name    string
	at      string // where it is set
	score   int
	field   release.Field
	test    release.Test // one of these three
	pattern *pattern
	when    *expression
}

func (k *compiler) property(path, name string) property {
	p, ok := lookup(name)
	if !ok {
		k.unknown(path, "property", name, PropertyNames())
		p.test, p.field = never, noField
	}
	return p
}

func never(*release.Release) bool { return false }

func (k *compiler) propertyRule(path, name string) rule {
	p := k.property(path, name)
	return rule{name: p.name, at: path, field: p.field, test: p.test}
}

// propertyRules are the rules of a list of properties.
func (k *compiler) propertyRules(l list) []rule {
	var out []rule
	for i, n := range l.names {
		out = append(out, k.propertyRule(l.item(i), n))
	}
	return out
}

func (k *compiler) patternRules(l list) []rule {
	var out []rule
	for i, m := range l.names {
		out = append(out, rule{name: m, at: l.item(i), pattern: k.pattern(l.item(i), m)})
	}
	return out
}

func (k *compiler) expressionRules(l list) []rule {
	var out []rule
	for i, m := range l.names {
		out = append(out, rule{name: m, at: l.item(i), when: k.expression(l.item(i), m)})
	}
	return out
}

// values is the set of the values of one family that a list names.
func (k *compiler) values(l list, f family, what string) uint64 {
	var set uint64
	for i, n := range l.names {
		v, ok := valueOf(f, n)
		switch {
		case !ok:
			k.unknown(l.item(i), what, n, valueNames(f))
		case set&v != 0:
			k.fault(l.item(i), fmt.Sprintf("%q is in the list already.", n), "")
		}
		set |= v
	}
	return set
}

// unknown complains of a name that does not exist, with the nearest one that does or, failing that, all of them.
func (k *compiler) unknown(path, what, n string, all []string) {
	best, distance := "", 3
	for _, a := range all {
		if d := edits(strings.ToLower(n), a); d < distance {
			best, distance = a, d
		}
	}
	detail := "There are: " + strings.Join(all, ", ") + "."
	if best != "" {
		detail = fmt.Sprintf("Did you mean %q?", best)
	}
	k.fault(path, fmt.Sprintf("There is no %s %q.", what, n), detail)
}

// edits is the Levenshtein distance of two short names; of long ones it is far.
func edits(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
