package rank

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// Codes of notes about settings of RTN, each for something that RTN does and this package does otherwise.
const (
	NoteRTNExtras      NoteCode = "RTN_EXTRAS_GATE"
	NoteRTNRequire     NoteCode = "RTN_REQUIRE_BYPASS"
	NoteRTNDVD         NoteCode = "RTN_DVD_NEVER_APPLIED"
	NoteRTN3D          NoteCode = "RTN_3D_NEVER_DETECTED"
	NoteRTNSum         NoteCode = "RTN_ADDITIVE"
	NoteRTNUkrainian   NoteCode = "RTN_UA"
	NoteRTNSpeed       NoteCode = "RTN_SPEED_MODE"
	NoteRTNCase        NoteCode = "RTN_CASE_LOSS"
	NoteRTNTies        NoteCode = "RTN_TIES"
	NoteRTNMinRank     NoteCode = "RTN_REMOVE_RANKS_UNDER"
	NoteRTNSimilarity  NoteCode = "RTN_TITLE_SIMILARITY"
	NoteRTNSize        NoteCode = "RTN_SIZE_IN_NAME"
	NoteRTNTenBit      NoteCode = "RTN_TEN_BIT"
	NoteRTNTVRip       NoteCode = "RTN_TVRIP_NEVER_REJECTED"
	NoteRTNPattern     NoteCode = "RTN_PATTERN"
	NoteRTNLanguage    NoteCode = "RTN_LANGUAGE"
	NoteRTNUnknownRank NoteCode = "RTN_UNKNOWN_RANK"
	NoteRTNDisabled    NoteCode = "RTN_DISABLED"
)

// rtnSettings are the settings of RTN. What is left out is as RTN has it by default.
type rtnSettings struct {
	Profile     string                        `json:"profile"`
	Name        string                        `json:"name"`
	Enabled     *bool                         `json:"enabled"`
	Require     []string                      `json:"require"`
	Exclude     []string                      `json:"exclude"`
	Preferred   []string                      `json:"preferred"`
	Resolutions map[string]bool               `json:"resolutions"`
	Options     map[string]any                `json:"options"`
	Languages   map[string][]string           `json:"languages"`
	CustomRanks map[string]map[string]rtnRank `json:"custom_ranks"`
}

type rtnRank struct {
	Fetch  *bool `json:"fetch"`
	Custom bool  `json:"use_custom_rank"`
	Rank   int   `json:"rank"`
}

// rtnImport is an import under way.
type rtnImport struct {
	rtnSettings
	profile Profile
	notes   []Note
}

func importRTN(src []byte) (Profile, []Note, error) {
	in := &rtnImport{}
	if err := json.Unmarshal(src, &in.rtnSettings); err != nil {
		return Profile{}, nil, errors.New(jsonFault(src, err))
	}
	in.profile = Profile{Name: labels{}.label(cmp.Or(in.Name, in.Profile, "rtn")), Score: map[string]int{}}
	in.resolutions()
	in.options()
	for _, r := range rtnRanks() {
		in.rank(r)
	}
	in.unknownRanks()
	in.languages()
	in.patterns()
	in.always()
	return in.profile, in.notes, nil
}

func (in *rtnImport) note(code NoteCode, setting, text string, args ...any) {
	in.notes = append(in.notes, Note{code, setting, fmt.Sprintf(text, args...)})
}

func (in *rtnImport) reject(names ...string) {
	for _, n := range names {
		if !slices.Contains(in.profile.Reject.Any, n) {
			in.profile.Reject.Any = append(in.profile.Reject.Any, n)
		}
	}
}

// resolutions are tiers, for RTN sorts by them before it looks at the rank.
func (in *rtnImport) resolutions() {
	for _, r := range []struct {
		key   string
		taken bool
		ours  []string
	}{
		{"2160p", false, []string{"2160p"}}, {"1080p", true, []string{"1440p", "1080p"}}, {"720p", true, []string{"720p"}},
		{"480p", false, []string{"576p", "480p"}}, {"360p", false, []string{"360p", "240p"}},
	} {
		if in.resolution(r.key, r.taken) {
			in.profile.Resolutions = append(in.profile.Resolutions, r.ours...)
		}
	}
	if in.profile.Resolutions == nil {
		in.profile.Resolutions = []string{"unknown"}
	}
	if !in.resolution("unknown", true) {
		in.reject(unknownResolution)
	}
}

func (in *rtnImport) resolution(key string, byDefault bool) bool {
	for _, k := range []string{key, "r" + key} {
		if v, ok := in.Resolutions[k]; ok {
			return v
		}
	}
	return byDefault
}

func (in *rtnImport) option(name string, byDefault bool) bool {
	if v, ok := in.Options[name].(bool); ok {
		return v
	}
	return byDefault
}

func (in *rtnImport) options() {
	if in.Enabled != nil && !*in.Enabled {
		in.note(NoteRTNDisabled, "enabled", "The settings are switched off there. The profile is in force as soon as something names it.")
	}
	if in.option("remove_all_trash", true) {
		in.reject("trash", "pdtv")
	}
	if in.option("remove_adult_content", true) {
		in.reject("adult")
	}
	if in.option("remove_unknown_languages", false) {
		in.reject(unknownLanguage)
	}
	least := -10000
	if n, ok := in.Options["remove_ranks_under"].(float64); ok && n > -1e9 && n < 1e9 {
		least = int(n)
	}
	in.profile.MinScore = &least
	in.note(NoteRTNMinRank, "options.remove_ranks_under", "RTN heeds it only where it removes trash; here min_score = %d always counts.", least)
	if v, ok := in.Options["title_similarity"].(float64); ok && v != 0.85 {
		in.note(NoteRTNSimilarity, "options.title_similarity", "%v is not carried over: titles are matched by rules, not by a ratio, which takes Rocky II for Rocky III.", v)
	} else {
		in.note(NoteRTNSimilarity, "options.title_similarity", "It is not carried over: titles are matched by rules, not by a ratio, which takes Rocky II for Rocky III.")
	}
	in.note(NoteRTNSpeed, "options.enable_fetch_speed_mode", "It has no counterpart: a verdict is the same with all reasons and without.")
}

// rank carries one rank over: whether it is taken, and its points.
func (in *rtnImport) rank(r rtnWeight) {
	points, taken := r.rank, r.fetch
	for _, key := range r.keys {
		x, ok := in.CustomRanks[r.category][key]
		if !ok {
			continue
		}
		if x.Fetch != nil {
			taken = *x.Fetch
		}
		if x.Custom {
			points = min(max(x.Rank, -maxScore), maxScore)
		}
	}
	switch {
	case r.when != "":
		if !taken {
			in.profile.Reject.When = append(in.profile.Reject.When, r.when)
		}
		if points != 0 {
			in.profile.Prefer = append(in.profile.Prefer, Rule{Name: r.keys[0], Score: points, When: r.when})
		}
	case r.code != "":
		if taken != r.fetch || points != r.rank {
			in.note(r.code, "custom_ranks."+r.category+"."+r.keys[0], "It is not carried over.")
		}
	default:
		if !taken {
			in.reject(r.ours...)
		}
		for _, n := range r.ours {
			if points != 0 {
				in.profile.Score[n] = points
			}
		}
	}
}

// unknownRanks reports what is not in the table.
func (in *rtnImport) unknownRanks() {
	for _, category := range sortedNames(in.CustomRanks) {
		for _, key := range sortedNames(in.CustomRanks[category]) {
			if !slices.ContainsFunc(rtnRanks(), func(r rtnWeight) bool { return r.category == category && slices.Contains(r.keys, key) }) {
				in.note(NoteRTNUnknownRank, "custom_ranks."+category+"."+key, "RTN has no such rank, so far as is known here.")
			}
		}
	}
}

// codes are the languages of a list, with those that its groups stand for where groups are heeded.
func (in *rtnImport) codes(list string, groups bool) []string {
	var out []string
	for i, code := range in.Languages[list] {
		at := fmt.Sprintf("languages.%s[%d]", list, i)
		codes := []string{code}
		if group, ok := rtnGroups()[code]; ok && groups {
			codes = group
		}
		for _, c := range codes {
			switch c {
			case "ua":
				in.note(NoteRTNUkrainian, at, `RTN writes Ukrainian "ua" here and "uk" where it reads names, so it never applies there. Here it does.`)
				c = "uk"
			case "la":
				c = "es-419"
			}
			if _, ok := release.Language(c); !ok {
				in.note(NoteRTNLanguage, at, "%q is not a language, and not carried over.", c)
			} else if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (in *rtnImport) languages() {
	required, allowed := in.codes("required", true), in.codes("allowed", true)
	if len(required) > 0 {
		in.profile.Reject.When = append(in.profile.Reject.When, "not ("+hasAny(required)+")")
	}
	if in.option("allow_english_in_languages", true) && !slices.Contains(allowed, "en") {
		allowed = append(allowed, "en")
	}
	const most = 20 // languages of one expression, which must not be long
	excluded := in.codes("exclude", true)
	if len(allowed) > most {
		in.note(NoteRTNLanguage, "languages.allowed", "So many are allowed that none of them is excluded here, but one beside an excluded one does not save a release.")
		excluded = slices.DeleteFunc(excluded, func(c string) bool { return slices.Contains(allowed, c) })
		allowed = nil
	}
	for some := range slices.Chunk(excluded, most) {
		when := "(" + hasAny(some) + ")"
		if len(allowed) > 0 {
			when += " and not (" + hasAny(allowed) + ")"
		}
		in.profile.Reject.When = append(in.profile.Reject.When, when)
	}
	if preferred := in.codes("preferred", false); len(preferred) > 0 {
		f := Format{Name: "preferred-languages", Score: rtnPreferred}
		for _, c := range preferred {
			f.Conditions = append(f.Conditions, FormatCondition{Name: c, Kind: "flag", Value: "language." + c})
		}
		in.profile.Formats = append(in.profile.Formats, f)
	}
}

func hasAny(codes []string) string {
	terms := make([]string, len(codes))
	for i, c := range codes {
		terms[i] = fmt.Sprintf("has(%q)", "language."+c)
	}
	return strings.Join(terms, " or ")
}

// rtnPreferred is what a preferred pattern or language is worth, once.
const rtnPreferred = 10000

func (in *rtnImport) patterns() {
	in.profile.Require.Match = in.readPatterns("require", in.Require)
	in.profile.Reject.Match = in.readPatterns("exclude", in.Exclude)
	if len(in.profile.Require.Match) > 0 {
		in.note(NoteRTNRequire, "require", "RTN takes at once what matches and does not reject what does not. Here a release must match one of the patterns, and all else counts too.")
	}
	if ms := in.readPatterns("preferred", in.Preferred); len(ms) > 0 {
		in.profile.Prefer = append(in.profile.Prefer, Rule{Name: "preferred", Score: rtnPreferred, Match: "(?:" + strings.Join(ms, ")|(?:") + ")"})
	}
}

// readPatterns reads patterns, of which those between slashes heed capitals.
func (in *rtnImport) readPatterns(list string, patterns []string) []string {
	var out []string
	for i, m := range patterns {
		at := fmt.Sprintf("%s[%d]", list, i)
		switch n := len(m); {
		case n == 0:
			continue
		case n > 2 && m[0] == '/' && m[n-1] == '/':
			m = "(?-i:" + m[1:n-1] + ")"
			in.note(NoteRTNCase, at, "RTN forgets that it heeds capitals when it saves its settings. Here it stays so.")
		}
		if _, err := newPattern(m); err != nil || len(m) > maxPattern/4 {
			in.note(NoteRTNPattern, at, "%q is not a pattern here, and not carried over.", m)
			continue
		}
		out = append(out, m)
	}
	return out
}

// always notes what RTN does whatever its settings are.
func (in *rtnImport) always() {
	in.note(NoteRTNExtras, "custom_ranks.extras", "RTN gives the points of extras only to names that tell a season, an episode, a dynamic range or a bit depth: hardly to films. Here all have them.")
	in.note(NoteRTN3D, "custom_ranks.extras.3d", "RTN never finds out that something is 3D. Here it is found out.")
	in.note(NoteRTNDVD, "custom_ranks.quality.dvd", "RTN neither rejects a DVD nor gives it its points. Here both are done.")
	in.note(NoteRTNTVRip, "custom_ranks.rips.tvrip", "RTN never rejects a TVRip. Here it is rejected where it is not to be fetched.")
	in.note(NoteRTNTenBit, "custom_ranks.hdr.10bit", "RTN gives the points for ten bits only beside a dynamic range. Here they are always given.")
	in.note(NoteRTNSum, "custom_ranks.audio", "RTN adds up all sound codecs and dynamic ranges that a name lists. Here the best of each counts.")
	in.note(NoteRTNTies, "", "RTN orders equals at random. Here size, seeders, age and hash decide.")
	in.note(NoteRTNSize, "custom_ranks.trash.size", "A size in the name counts for nothing here; bounds of size are settings of their own.")
}
