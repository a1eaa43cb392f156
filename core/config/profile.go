package config

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/millrace-media/millrace/sdk"
)

// Profile says which releases are wanted and which are better. The names in it are those of the ranking: "1080p",
// "remux", "cam".
type Profile struct {
	Name        string
	Resolutions []string // best first; no other is taken; empty: any
	Languages   []string // of the sound; empty: any
	MinSize     sdk.Size // of a film or of one episode; 0: none
	MaxSize     sdk.Size // of a film or of one episode; 0: none
	Prefer      []Rule
	Require     Condition
	Reject      Condition
}

// Rule adds to the score of a release.
type Rule struct {
	Name  string
	Score int    // added where the rule holds; may be negative
	Match string // a pattern (RE2, capitals ignored) that the release's name must match; empty: the release has what Name names
}

// Condition holds for a release that has any of the names, or whose name matches any of the
// patterns (RE2, capitals ignored).
type Condition struct {
	Any   []string
	Match []string
}

// IsZero reports whether the condition names nothing.
func (c Condition) IsZero() bool { return len(c.Any) == 0 && len(c.Match) == 0 }

func profileBlock() block {
	condition := func(name, doc, def string) block {
		return block{name: name, attrs: []attr{
			typed(sdk.TypeStrings, "any", doc+" any of these: a source, a codec or the like.").or(def),
			typed(sdk.TypeStrings, "match", doc+" a name that matches any of these patterns.").or("[]").checked(checkPattern),
		}}
	}
	return block{name: "profile", labeled: true, defaults: []string{defaultProfile}, attrs: []attr{
		typed(sdk.TypeStrings, "resolutions", "Resolutions to take, best first.").or(`["1080p", "720p", "2160p", "576p", "480p"]`),
		typed(sdk.TypeStrings, "languages", "Languages of the sound to take, as en; any if empty.").or("[]"),
		typed(sdk.TypeSize, "min_size", "Smallest size of a film or an episode; 0 is no limit.").or(`"0"`),
		typed(sdk.TypeSize, "max_size", "Largest size of a film or an episode; 0 is no limit.").or(`"0"`),
	}, blocks: []block{
		{name: "prefer", labeled: true, dotted: true, attrs: []attr{
			typed(sdk.TypeInt, "score", "Points for a release that has it; negative ones count against it.").required().between(-1e6, 1e6),
			text("match", "Pattern that the name must match, for a rule of your own.").checked(checkPattern),
		}},
		condition("require", "Take only releases that have", "[]"),
		condition("reject", "Take no release that has", `["cam", "telesync", "telecine", "screener", "r5", "workprint", "cam-audio", "3d", "upscaled", "disc",
			"sample", "trailer"]`),
	}}
}

func checkPattern(s string) error {
	_, err := regexp.Compile("(?i)" + s)
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		return fmt.Errorf("this is not a pattern: %s near %q", wrong.Code, wrong.Expr)
	}
	return err
}

// buildProfile makes a Profile of a section.
func (d *decoder) buildProfile(s *section) Profile {
	p := Profile{
		Name: s.label, Resolutions: s.texts("resolutions"), Languages: s.texts("languages"),
		MinSize: s.size("min_size"), MaxSize: s.size("max_size"),
	}
	for _, o := range s.sections {
		switch o.block.name {
		case "prefer":
			p.Prefer = append(p.Prefer, Rule{Name: o.label, Score: int(o.number("score")), Match: o.text("match")})
		case "require":
			p.Require = Condition{Any: o.texts("any"), Match: o.texts("match")}
		case "reject":
			p.Reject = Condition{Any: o.texts("any"), Match: o.texts("match")}
		}
	}
	if o := s.find("max_size"); p.MaxSize > 0 && p.MaxSize < p.MinSize {
		d.reportSetting(o, "Wrong value for \"max_size\"", "This is less than min_size.", 0, 0)
		o.bad = true
	}
	return p
}

// checkProfile asks the ranking whether a profile makes sense to it.
func (d *decoder) checkProfile(s *section, profile Profile) {
	if d.options.Profile == nil || s.faulty() {
		return
	}
	for _, diag := range d.options.Profile(profile) {
		p := problem{warning: diag.Warning, summary: diag.Summary, detail: diag.Detail}
		s.locate(&p, diag.Attribute)
		d.report(p)
	}
}

// faulty reports whether a mistake has been noted in the section.
func (s *section) faulty() bool {
	for _, o := range s.settings {
		if o.bad {
			return true
		}
	}
	for _, o := range s.sections {
		if o.faulty() {
			return true
		}
	}
	return false
}
