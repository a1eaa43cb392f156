package rank

import (
	"errors"
	"fmt"

	"github.com/millrace-media/millrace/sdk"
)

// Profile says which releases are wanted and which are better. Names of properties are those of [PropertyNames]. What a
// profile leaves out it takes from its base; a list that is there but empty is said, and so is a number below zero, which
// stands for "none".
//
// A profile is judged by in layers, each over the one before: the base, the base's own changes for the kind of title, the
// profile, the profile's changes for the kind.
type Profile struct {
	Name string
	Base string // a preset, of [PresetNames]; "": everything is taken and nothing preferred

	// What is different for films, for shows, and for anime of either kind, which goes over the other two. These have no
	// Base and no kinds of their own.
	Movie, Show, Anime *Profile

	// What is taken, and in which order. A name that does not tell the one or the other is taken last.
	Resolutions []string // best first; no other is taken
	Sources     []string // no other is taken; "remux" is one of its own
	Codecs      []string // no other is taken
	Tiers       []Tier   // best first, instead of one for each resolution
	Mode        string   // ModeTiers, which "" is too, or ModeFlat

	// Languages of the sound, as "en", best first; no other is taken, but with "any" in it all are, and with "unknown" a name
	// that tells none has its place in the order. Empty: any.
	Languages []string
	Subtitles []string // languages, best first: a release that has one gains [subtitleWorth] points, less for those later in the list

	// Bounds of a film or of one episode; and what is best within them: "larger", "smaller" or a size to be close to.
	MinSize, MaxSize       int64   // bytes
	MinBitrate, MaxBitrate float64 // Mbit/s, where the runtime is known
	PreferSize             string
	PreferBitrate          float64 // Mbit/s to be close to; goes before PreferSize where the runtime is known

	// SizeScore is what a size gains that is just as preferred, and less the further it is from that. 0: the preference only tells
	// apart what has equal scores.
	SizeScore int

	// Points. Of the values of one family (source, codec, dynamic range, sound, channels, resolution) the best counts; all others
	// add up.
	Score    map[string]int
	Prefer   []Rule
	Groups   []Group
	Formats  []Format
	MinScore *int // nil: none

	// What must be and what must not. Allow takes properties off Reject.Any, and Deny adds some: also to those of the base.
	Require, Reject Condition
	Allow, Deny     []string

	Limits Limits // of [Compiled.Limit]
}

// The modes of a profile.
const (
	ModeTiers = "tiers" // the score decides within a tier only
	ModeFlat  = "flat"  // the score alone decides
)

// Tier is a class of releases that comes before every later one, whatever the score.
type Tier struct {
	Name        string
	Resolutions []string // empty: any
	Sources     []string // empty: any
	Has         []string // properties, all of which it must have

	// Bounds of a film or of one episode of this tier, beside those of the profile.
	MinSize, MaxSize       int64   // bytes
	MinBitrate, MaxBitrate float64 // Mbit/s
}

// Rule adds to the score of a release.
type Rule struct {
	Name  string
	Score int    // added where the rule holds; may be negative
	Match string // a pattern that the release's name must match; empty, as When: the release has what Name names
	When  string // an expression that must be true
}

// Condition holds for a release that has any of the properties, or whose name matches any of the patterns, or for which any
// of the expressions is true; and, where All is not empty, that has each of those. Patterns are RE2, capitals ignored, or
// with look-around where they need it.
type Condition struct {
	Any   []string
	All   []string
	Match []string
	When  []string
}

// Group is a list of release groups, told by their names without regard to capitals.
type Group struct {
	Name  string
	Names []string
	Score int
	Deny  bool // take nothing of theirs
}

// Format is a rule of several conditions, as other programs have them: those of one kind are alternatives, and of each kind
// there must be one that holds; one that is Required must hold in any case. Its patterns are .NET's, as theirs are.
type Format struct {
	Name       string
	Score      int
	Conditions []FormatCondition

	// Instead of Conditions: the custom format of Sonarr or Radarr as they export it and as collections of them have it. App is
	// "sonarr" or "radarr", which number sources and languages differently; "" finds out which, where that can be.
	JSON, App string
	// ScoreSet takes the score of that set, or else of the set "default", from the JSON. "": Score.
	ScoreSet string
}

// FormatCondition is one condition of a Format.
type FormatCondition struct {
	Name string

	// Kind is what it is about, and says what Value is:
	//   - "name", "group", "edition": a pattern of that part of the name
	//   - "resolution", "source": properties, parted by commas, of which it has one
	//   - "language": a code, "original" or "unknown"; after "not-", there is another than that
	//   - "modifier": "remux", "disc", "screener", "r5" or "none" of them
	//   - "type": "episode", "episodes" or "season"
	//   - "year": the first and the last, as "1990-1999"
	//   - "indexer": a property that elsewhere an indexer tells, and here the name
	//   - "size": nothing, but Min and Max
	//   - "flag": any other property
	Kind     string
	Value    string
	Min, Max int64 // bytes of a size: more than Min, at most Max; 0: no bound
	Negate   bool  // it must not be so
	Required bool
}

// Compiled is a profile made ready to judge by. It is safe for concurrent use.
type Compiled struct {
	profile     Profile
	plans       [4]*plan // by kindOf
	limits      Limits
	fingerprint string
}

// Profile is what was compiled.
func (c *Compiled) Profile() Profile { return c.profile }

// plan is what holds for a kind of title.
func (c *Compiled) plan(t *Target) *plan { return c.plans[kindOf(t.Kind == Movie, t.Anime)] }

func kindOf(movie, anime bool) int {
	n := 0
	if movie {
		n++
	}
	if anime {
		n += 2
	}
	return n
}

// Compile makes a profile ready. The error joins everything that is wrong with it, each with the path of the setting.
func (p Profile) Compile() (*Compiled, error) {
	c, faults := p.compile()
	var errs []error
	for _, f := range faults {
		if !f.Warning {
			errs = append(errs, fmt.Errorf("profile %q: %s: %s %s", p.Name, f.Attribute, f.Summary, f.Detail))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return c, nil
}

// Check lists what is wrong with a profile, each with the path of its setting: "resolutions[1]", "anime.reject.any[0]",
// "prefer.remux".
func (p Profile) Check() []sdk.Diagnostic {
	_, faults := p.compile()
	return faults
}

func (p Profile) compile() (*Compiled, []sdk.Diagnostic) {
	k := &compiler{}
	base, ok := Preset(p.Base)
	c := &Compiled{profile: p, fingerprint: fingerprint(p, base)}
	if p.Base != "" && !ok {
		k.unknown("base", "preset", p.Base, PresetNames())
	}
	under, over := k.sheets("base.", base), k.sheets("", p)
	c.limits = p.Limits.over(base.Limits)
	for _, movie := range []bool{false, true} {
		for _, anime := range []bool{false, true} {
			n := kindOf(movie, anime)
			c.plans[n] = k.plan(append(under.of(movie, anime), over.of(movie, anime)...))
		}
	}
	return c, k.faults
}
