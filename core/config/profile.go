package config

import (
	"fmt"
	"strconv"

	"github.com/millrace-media/millrace/sdk"
	"github.com/zclconf/go-cty/cty"
)

// Profile says which releases are wanted and which are better, in the words of the ranking: "1080p", "remux", "cam". What it
// leaves out is as its base says. A list that is nil is left out, and so is a number of 0; one of 0 that is written is None.
type Profile struct {
	Name string
	Base string // a preset of the ranking; "": none

	Movie, Show, Anime *Profile // what is different for one kind of title; nil: nothing

	Resolutions, Sources, Codecs []string
	Tiers                        []Tier
	Mode                         string
	Languages, Subtitles         []string

	MinSize, MaxSize       sdk.Size // of a film or of one episode
	MinBitrate, MaxBitrate float64  // Mbit/s
	PreferSize             string
	PreferBitrate          float64 // Mbit/s
	SizeScore              int

	Score    map[string]int
	Prefer   []Rule
	Groups   []Group
	Formats  []Format
	MinScore *int

	Require, Reject Condition
	Allow, Deny     []string
	Limits          Limits
}

// None stands for a number of 0 that is written: there is no bound, whatever the base says.
const None = -1

// Tier is a class of releases that comes before those after it.
type Tier struct {
	Name                   string
	Resolutions            []string
	Sources                []string
	Has                    []string
	MinSize, MaxSize       sdk.Size
	MinBitrate, MaxBitrate float64
}

// Rule adds to the score of a release.
type Rule struct {
	Name  string
	Score int    // added where the rule holds; may be negative
	Match string // a pattern that the release's name must match; without one and without When it must have what Name names
	When  string // an expression that must be true
}

// Condition holds for a release that has any of the names, or whose name matches any of the patterns, or for which any of
// the expressions is true; and that has all of All.
type Condition struct {
	Any   []string
	All   []string
	Match []string
	When  []string
}

// IsZero reports whether the condition names nothing.
func (c Condition) IsZero() bool {
	return len(c.Any) == 0 && len(c.All) == 0 && len(c.Match) == 0 && len(c.When) == 0
}

// Group is a list of release groups.
type Group struct {
	Name  string
	Names []string
	Score int
	Deny  bool
}

// Format is a rule of several conditions.
type Format struct {
	Name       string
	Score      int
	Conditions []FormatCondition

	JSON     string // a custom format of Sonarr or Radarr, instead of conditions
	App      string // which of them; "": to be found out
	ScoreSet string // the scores of the JSON to take one of; "": Score
}

// defaultScores is the set of scores that every custom format has which has any.
const defaultScores = "default"

// FormatCondition is one condition of a Format.
type FormatCondition struct {
	Name     string
	Kind     string
	Value    string
	Min, Max sdk.Size
	Negate   bool
	Required bool
}

// Limits says how many releases of one kind are kept.
type Limits struct {
	Resolution, Source, Group, Total int
}

// buildProfile makes a Profile of a section.
func (d *decoder) buildProfile(s *section) Profile {
	p := s.layer()
	d.checkBounds(s)
	p.Name = s.label
	if p.Base = s.text("base"); p.Base == noBase {
		p.Base = ""
	}
	for _, o := range s.sections {
		switch o.block.name {
		case "movie":
			p.Movie = o.part()
		case "show":
			p.Show = o.part()
		case "anime":
			p.Anime = o.part()
		case "limit":
			p.Limits = Limits{o.count("resolution"), o.count("source"), o.count("group"), o.count("total")}
		}
	}
	return p
}

// checkBounds finds sizes and bitrates between which nothing fits, in a profile and in its parts and tiers.
func (d *decoder) checkBounds(s *section) {
	for _, b := range [][2]string{{"min_size", "max_size"}, {"min_bitrate", "max_bitrate"}} {
		low, high := s.find(b[0]), s.find(b[1])
		if low == nil || high == nil {
			continue
		}
		lowest, most := max(s.rate(b[0]), 0), s.rate(b[1])
		if low.attr.Type == sdk.TypeSize {
			lowest, most = float64(max(s.size(b[0]), 0)), float64(s.size(b[1]))
		}
		if most > 0 && most < lowest {
			d.reportSetting(high, fmt.Sprintf("Wrong value for %q", b[1]), fmt.Sprintf("This is less than %s.", b[0]), 0, 0)
			high.bad = true
		}
	}
	for _, o := range s.sections {
		d.checkBounds(o)
	}
}

// part is what is different for one kind of title.
func (s *section) part() *Profile {
	if !s.written && s.empty() {
		return nil
	}
	p := s.layer()
	return &p
}

// layer is what a profile and its parts have in common.
func (s *section) layer() Profile {
	p := Profile{
		Resolutions: s.list("resolutions"), Sources: s.list("sources"), Codecs: s.list("codecs"), Mode: s.text("mode"),
		Languages: s.list("languages"), Subtitles: s.list("subtitles"), Allow: s.list("allow"), Deny: s.list("deny"),
		MinSize: s.bound("min_size"), MaxSize: s.bound("max_size"), MinBitrate: s.rate("min_bitrate"), MaxBitrate: s.rate("max_bitrate"),
		PreferSize: s.text("prefer_size"), PreferBitrate: s.rate("prefer_bitrate"), SizeScore: s.count("size_score"), Score: s.points("score"),
	}
	if _, ok := s.value("min_score"); ok {
		n := int(s.number("min_score"))
		p.MinScore = &n
	}
	for _, o := range s.sections {
		switch o.block.name {
		case "tier":
			p.Tiers = append(p.Tiers, Tier{
				Name: o.label, Resolutions: o.list("resolutions"), Sources: o.list("sources"), Has: o.list("has"),
				MinSize: o.bound("min_size"), MaxSize: o.bound("max_size"), MinBitrate: o.rate("min_bitrate"), MaxBitrate: o.rate("max_bitrate"),
			})
		case "prefer":
			p.Prefer = append(p.Prefer, Rule{Name: o.label, Score: int(o.number("score")), Match: o.text("match"), When: o.text("when")})
		case "group":
			p.Groups = append(p.Groups, Group{Name: o.label, Names: o.list("names"), Score: int(o.number("score")), Deny: o.flag("deny")})
		case "format":
			p.Formats = append(p.Formats, o.format())
		case "require":
			p.Require = o.condition()
		case "reject":
			p.Reject = o.condition()
		}
	}
	return p
}

func (s *section) condition() Condition {
	return Condition{Any: s.list("any"), All: s.list("all"), Match: s.list("match"), When: s.list("when")}
}

func (s *section) format() Format {
	f := Format{Name: s.label, Score: int(s.number("score")), JSON: s.text("json"), App: s.text("app"), ScoreSet: s.text("scores")}
	if _, ok := s.value("score"); !ok && f.ScoreSet == "" {
		f.ScoreSet = defaultScores
	}
	for _, o := range s.sections {
		f.Conditions = append(f.Conditions, FormatCondition{
			Name: o.label, Kind: o.text("kind"), Value: o.text("value"), Min: o.size("min_size"), Max: o.size("max_size"),
			Negate: o.flag("negate"), Required: o.flag("required"),
		})
	}
	return f
}

// list is a list of texts, not nil where it is written or has a default, though it be empty.
func (s *section) list(name string) []string {
	if _, ok := s.value(name); !ok {
		return nil
	}
	return append([]string{}, s.texts(name)...)
}

// bound is a size of which 0 is written for none.
func (s *section) bound(name string) sdk.Size {
	if n := s.size(name); n > 0 || s.text(name) == "" {
		return n
	}
	return None
}

// rate and count are numbers of which 0 is written for none.
func (s *section) rate(name string) float64 {
	v, ok := s.value(name)
	if !ok || v.Type() != cty.Number {
		return 0
	}
	if n, _ := v.AsBigFloat().Float64(); n > 0 {
		return n
	}
	return None
}

func (s *section) count(name string) int {
	if _, ok := s.value(name); !ok {
		return 0
	}
	if n := s.number(name); n > 0 {
		return int(n)
	}
	return None
}

// points is a map of numbers, which have been checked.
func (s *section) points(name string) map[string]int {
	if _, ok := s.value(name); !ok {
		return nil
	}
	out := map[string]int{}
	for k, v := range s.textMap(name) {
		out[k], _ = strconv.Atoi(v)
	}
	return out
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
