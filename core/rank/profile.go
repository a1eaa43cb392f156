package rank

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// Profile says which releases are wanted and which are better. Names are those of [PropertyNames].
type Profile struct {
	Name        string
	Resolutions []string // best first; no other is taken. A name that tells none is taken last.
	Languages   []string // of the sound, as "en"; empty: any
	MinSize     int64    // bytes of a film or of one episode; 0: none
	MaxSize     int64    // bytes of a film or of one episode; 0: none
	Prefer      []Rule
	Require     Condition // empty: everything
	Reject      Condition
	Limits      Limits // of [Compiled.Limit]
}

// Rule adds to the score of a release.
type Rule struct {
	Name  string
	Score int    // added where the rule holds; may be negative
	Match string // a pattern (RE2, capitals ignored) that the release's name must match; empty: the release has what Name names
}

// Condition holds for a release that has any of the properties, or whose name matches any of the patterns (RE2, capitals ignored).
type Condition struct {
	Any   []string
	Match []string
}

// Balanced is a profile for most people: 1080p, then 720p, then 2160p; nothing recorded in a cinema.
func Balanced() Profile {
	return Profile{
		Name:        "balanced",
		Resolutions: []string{"1080p", "720p", "2160p", "576p", "480p"},
		Reject:      Condition{Any: []string{"cam", "telesync", "telecine", "screener", "r5", "workprint", "cam-audio", "3d", "upscaled", "disc", "sample", "trailer"}},
	}
}

// unknownResolution is the property of a name that tells no resolution.
const unknownResolution = "unknown-resolution"

// properties is what a profile can name.
func properties() map[string]release.Test {
	m := release.Properties()
	m[unknownResolution] = func(r *release.Release) bool { return r.Resolution == release.ResolutionUnknown }
	return m
}

// PropertyNames lists, sorted, what require, reject and prefer can name.
func PropertyNames() []string { return slices.Sorted(maps.Keys(properties())) }

// Compiled is a profile made ready to judge by. It is safe for concurrent use.
type Compiled struct {
	profile   Profile
	tiers     [16]uint8 // by resolution: 1 for the best, 0 for not wanted
	last      uint8     // the tier of an unknown resolution
	languages release.Languages
	prefer    []rule
	require   condition
	reject    condition

	fingerprint string
}

type rule struct {
	Rule
	setting string
	test    release.Test
	pattern *regexp.Regexp
}

type condition struct{ any, match []rule }

// Profile is what was compiled.
func (c *Compiled) Profile() Profile { return c.profile }

// Compile makes a profile ready. The error joins everything that is wrong with it, each with the path of the setting.
func (p Profile) Compile() (*Compiled, error) {
	c, faults := p.compile()
	if len(faults) == 0 {
		return c, nil
	}
	errs := make([]error, len(faults))
	for i, f := range faults {
		errs[i] = fmt.Errorf("profile %q: %s: %s %s", p.Name, f.Attribute, f.Summary, f.Detail)
	}
	return nil, errors.Join(errs...)
}

// Check lists what is wrong with a profile, each with the path of its setting: "resolutions[1]", "reject.any[0]", "prefer.remux".
func (p Profile) Check() []sdk.Diagnostic {
	_, faults := p.compile()
	return faults
}

// compiler collects what is wrong.
type compiler struct {
	known  map[string]release.Test
	faults []sdk.Diagnostic
}

func (k *compiler) fault(path, summary, detail string) {
	k.faults = append(k.faults, sdk.Diagnostic{Attribute: path, Summary: summary, Detail: detail})
}

func (p Profile) compile() (*Compiled, []sdk.Diagnostic) {
	c := &Compiled{profile: p, last: uint8(len(p.Resolutions) + 1), fingerprint: p.fingerprint()}
	k := &compiler{known: properties()}
	c.resolutions(k, p.Resolutions)
	for i, code := range p.Languages {
		l, ok := release.AnyLanguage(code)
		if !ok {
			k.unknown(fmt.Sprintf("languages[%d]", i), "language", code, release.LanguageCodes())
		}
		c.languages = c.languages.Union(l)
	}
	if p.MinSize < 0 || p.MaxSize < 0 {
		k.fault("min_size", "A size cannot be negative.", "")
	}
	if p.MaxSize > 0 && p.MaxSize < p.MinSize {
		k.fault("max_size", "This is less than min_size.", "")
	}
	for _, r := range p.Prefer {
		setting := "prefer." + r.Name
		x := rule{Rule: r, setting: setting}
		if r.Match != "" {
			x.pattern = k.pattern(setting+".match", r.Match)
		} else {
			x.test = k.property(setting, r.Name)
		}
		c.prefer = append(c.prefer, x)
	}
	c.require = k.condition("require", p.Require)
	c.reject = k.condition("reject", p.Reject)
	return c, k.faults
}

func (c *Compiled) resolutions(k *compiler, names []string) {
	for i, n := range names {
		path := fmt.Sprintf("resolutions[%d]", i)
		r, ok := release.ParseResolution(n)
		switch {
		case !ok:
			k.unknown(path, "resolution", n, release.ResolutionNames())
		case c.tiers[r] != 0:
			k.fault(path, fmt.Sprintf("%q is in the list already.", n), "")
		default:
			c.tiers[r] = uint8(i + 1)
		}
	}
	if len(names) > 0 {
		if c.tiers[release.ResolutionUnknown] == 0 {
			c.tiers[release.ResolutionUnknown] = c.last
		}
		return
	}
	for r := range c.tiers {
		c.tiers[r] = 1
	}
}

func (k *compiler) condition(path string, in Condition) condition {
	var out condition
	for i, n := range in.Any {
		setting := fmt.Sprintf("%s.any[%d]", path, i)
		out.any = append(out.any, rule{Rule: Rule{Name: n}, setting: setting, test: k.property(setting, n)})
	}
	for i, m := range in.Match {
		setting := fmt.Sprintf("%s.match[%d]", path, i)
		out.match = append(out.match, rule{Rule: Rule{Match: m}, setting: setting, pattern: k.pattern(setting, m)})
	}
	return out
}

func (k *compiler) property(path, n string) release.Test {
	t, ok := k.known[strings.ToLower(n)]
	if !ok {
		k.unknown(path, "property", n, slices.Sorted(maps.Keys(k.known)))
	}
	return t
}

func (k *compiler) pattern(path, m string) *regexp.Regexp {
	re, err := regexp.Compile("(?i)" + m)
	if err != nil {
		k.fault(path, fmt.Sprintf("%q is not a pattern.", m), strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return re
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

// edits is the Levenshtein distance of two short names.
func edits(a, b string) int {
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
