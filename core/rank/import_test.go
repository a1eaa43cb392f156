package rank

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// rtnDefault says nothing, so that all is as RTN has it by default.
const rtnDefault = `{"name": "default", "resolutions": {}, "options": {}, "custom_ranks": {}}`

func imported(t testing.TB, src string) (Profile, []NoteCode) {
	t.Helper()
	p, notes, err := importProfile([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	var codes []NoteCode
	for _, n := range notes {
		if n.Text == "" || n.Code == "" {
			t.Errorf("a note says nothing: %+v", n)
		}
		codes = append(codes, n.Code)
	}
	return p, codes
}

func TestSettingsOfRTNJudgeAsTheyDidThere(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, settings, release string
		want                    string
	}{
		{"a resolution that is not fetched", rtnDefault, "Sintel.2010.2160p.WEB-DL.H264", "RESOLUTION_NOT_WANTED resolutions"},
		{"a source that is not fetched", rtnDefault, "Sintel.2010.1080p.BDRip.x264", "REJECTED_SOURCE reject.any[11]"},
		{"what is fetched, with its default ranks", rtnDefault, "Sintel.2010.1080p.WEB-DL.x264.AAC", "tier 2, score.webdl +200, score.avc +500, score.aac +100"},
		{"a rank of one's own", `{"custom_ranks": {"quality": {"webdl": {"fetch": true, "use_custom_rank": true, "rank": 33}, "avc": {"fetch": true, "use_custom_rank": false, "rank": 9}}}}`,
			"Sintel.2010.1080p.WEB-DL.x264", "tier 2, score.webdl +33, score.avc +500"},
		{"resolutions by their newer keys", `{"resolutions": {"r2160p": true, "r1080p": false}, "options": {}}`, "Sintel.2010.1080p.WEB-DL", "RESOLUTION_NOT_WANTED resolutions"},
		{"a required pattern", `{"require": ["remux", "/GRP$/"], "custom_ranks": {}}`, "Sintel.2010.1080p.WEB-DL-grp", "REQUIRED require"},
		{"an excluded pattern", `{"exclude": ["-grp$"], "custom_ranks": {}}`, "Sintel.2010.1080p.WEB-DL-GRP", "PATTERN reject.match[0]"},
		{"preferred patterns, once", `{"preferred": ["1080p", "WEB", "/nothing/"], "custom_ranks": {}}`, "Sintel.2010.1080p.WEB-DL", "tier 2, score.webdl +200, prefer.preferred +10000"},
		{"an excluded group of languages", `{"languages": {"exclude": ["common"]}, "custom_ranks": {}}`, "Sintel.2010.FRENCH.1080p.WEB-DL", "EXPRESSION reject.when[1]"},
		{"an excluded language beside English", `{"languages": {"exclude": ["fr"]}, "custom_ranks": {}}`, "Sintel.2010.FRENCH.ENGLISH.1080p.WEB-DL", "tier 2, score.webdl +200"},
		{"an excluded language beside English, where that does not help", `{"languages": {"exclude": ["fr"]}, "options": {"allow_english_in_languages": false}, "custom_ranks": {}}`,
			"Sintel.2010.FRENCH.ENGLISH.1080p.WEB-DL", "EXPRESSION reject.when[1]"},
		{"a required language", `{"languages": {"required": ["en"]}, "custom_ranks": {}}`, "Sintel.2010.1080p.WEB-DL", "EXPRESSION reject.when[1]"},
		{"preferred languages, once", `{"languages": {"preferred": ["fr", "en"]}, "custom_ranks": {}}`, "Sintel.2010.FRENCH.ENGLISH.1080p.WEB-DL", "tier 2, score.webdl +200, format.preferred-languages +10000"},
		{"all languages excluded", `{"languages": {"exclude": ["all"], "allowed": ["non_anime"]}, "custom_ranks": {}}`, "Sintel.2010.JAPANESE.1080p.WEB-DL", "EXPRESSION reject.when[1]"},
		{"an edition", rtnDefault, "Sintel.2010.Extended.1080p.WEB-DL", "tier 2, score.webdl +200, prefer.edition +100"},
		{"a rank that is too low", `{"options": {"remove_ranks_under": 300}, "custom_ranks": {}}`, "Sintel.2010.1080p.WEB-DL", "SCORE_TOO_LOW min_score"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, _ := imported(t, tt.settings)
			if got := decided(compile(t, p).Explain(NewTarget(wanted["sintel"]), candidate(tt.release, 0, 5))); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestEachPeculiarityOfRTNIsNoted(t *testing.T) {
	t.Parallel()
	_, codes := imported(t, `{"ranking": {"enabled": false, "require": ["x"], "exclude": ["(", "/A/"], "languages": {"exclude": ["ua", "qq"]},
		"custom_ranks": {"trash": {"size": {"fetch": true}}, "odd": {"thing": {"fetch": true}}}, "options": {"title_similarity": 0.9}}}`)
	for _, want := range []NoteCode{
		NoteRTNExtras, NoteRTNRequire, NoteRTNDVD, NoteRTN3D, NoteRTNSum, NoteRTNUkrainian, NoteRTNSpeed, NoteRTNCase, NoteRTNTies, NoteRTNMinRank,
		NoteRTNSimilarity, NoteRTNSize, NoteRTNTenBit, NoteRTNTVRip, NoteRTNPattern, NoteRTNLanguage, NoteRTNUnknownRank, NoteRTNDisabled,
	} {
		if !slices.Contains(codes, want) {
			t.Errorf("%s is not noted", want)
		}
	}
}

func TestFormatsAreImportedWithTheirScores(t *testing.T) {
	t.Parallel()
	hcl, notes, err := Import([]byte("[" + specified(`ReleaseTitle a "value":"\\bAMZN\\b ${x}"`, `Source WEBDL "value":3`) + "," + specified(`Source a "value":4`, `IndexerFlag a "value":1`) + "]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`format "x" {`, `format "x-2" {`, "score = 7", `value = "webdl,web"`, `value = "webrip,webdlrip,webmux"`, `"\\bAMZN\\b $${x}"`, `condition "a-2" {`} {
		if !strings.Contains(hcl, want) {
			t.Errorf("there is no %s in\n%s", want, hcl)
		}
	}
	if len(notes) != 1 || notes[0].Code != NoteNeverTrue {
		t.Errorf("got %v", notes)
	}
}

func TestWhatCannotBeImportedIsSaid(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"": "Line 1", "{": "Line 1", `{"a": 1}`: "neither", "[{}]": "specifications", `{"formatItems": []}`: "import the formats", `{"resolutions": 1, "options": {}}`: "resolutions",
	} {
		if _, _, err := Import([]byte(src)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", src, err, want)
		}
	}
}

// rtnCase is a case of RTN's own tests, under its default settings.
type rtnCase struct {
	Kind, Title, Wanted string
	Fetch               bool
	Sign                int `json:"rank_sign"`
	Ratio               *float64
	Match               *bool
	Aliases             map[string][]string
}

func rtnCases(t *testing.T, kinds ...string) []rtnCase {
	t.Helper()
	dir := os.Getenv("MILLRACE_REFERENCE")
	if dir == "" {
		t.Skip("MILLRACE_REFERENCE is not set")
	}
	f, err := os.Open(filepath.Join(dir, "corpus", "rtn-cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []rtnCase
	for s := bufio.NewScanner(f); s.Scan(); {
		var c rtnCase
		if err := json.Unmarshal(s.Bytes(), &c); err != nil {
			continue // a case of another kind, with other fields
		}
		if slices.Contains(kinds, c.Kind) {
			out = append(out, c)
		}
	}
	return out
}

// gatesAlone judges a name by a profile whatever title is wanted.
func gatesAlone(c *Compiled, name string) Verdict {
	r := release.Parse(name)
	j := judging{plan: c.plan(NewTarget(Wanted{Kind: Show})), target: NewTarget(Wanted{Kind: Show}), cand: Candidate{Release: sdk.Release{Name: name}, Parsed: &r}, explain: true}
	j.State = Accept
	j.Tier, j.tier = j.plan.tierOf(&r)
	j.gates()
	j.score()
	if j.machine != nil {
		j.machine.unload()
	}
	return j.Verdict
}

// rtnDifferences are the cases that are judged otherwise here, by a part of the name, and why.
var rtnDifferences = map[string]string{
	"HDLight":                     "a light encode of a disc is a rip of it here",
	"33GB":                        string(NoteRTNSize),
	"Acesse o ORIGINAL WWW.BLUDV": "the site is found here",
}

func TestTheDefaultsOfRTNJudgeAsRTNDoes(t *testing.T) {
	t.Parallel()
	p, _ := imported(t, rtnDefault)
	c := compile(t, p)
	alike, cases := 0, rtnCases(t, "rank-default", "fetch-default")
	for _, x := range cases {
		v := gatesAlone(c, x.Title)
		sign := min(max(v.Score, -1), 1)
		if (v.State == Accept) == x.Fetch && (x.Kind != "rank-default" || sign == x.Sign) {
			alike++
			continue
		}
		known := false
		for part := range rtnDifferences {
			known = known || strings.Contains(x.Title, part)
		}
		if !known {
			t.Errorf("%q: fetch %t and sign %d there; here %s", x.Title, x.Fetch, x.Sign, decided(v))
		}
	}
	t.Logf("%d of %d cases are judged alike", alike, len(cases))
}

func TestTitlesAreTheWantedOnesWhereRTNTakesThem(t *testing.T) {
	t.Parallel()
	for _, x := range rtnCases(t, "title-ratio@0.85", "title-ratio-alias@0.85", "release-title-match") {
		w := Wanted{Kind: Movie, Titles: []string{x.Wanted}}
		for _, names := range x.Aliases {
			w.Titles = append(w.Titles, names...)
		}
		r := release.Parse(x.Title)
		m := NewTarget(w).Match(&r)
		theirs := x.Match != nil && *x.Match || x.Ratio != nil && *x.Ratio > 0
		// RTN compares these as texts, where the year and the numbers count as letters; they are read here.
		asText := x.Title == "Damsel (2024)" || x.Title == "The Simpsons S01E01" && x.Wanted == "The Simpsons"
		if ours := m.Code != CodeOtherTitle; ours != theirs && !asText {
			t.Errorf("%q for %q: taken is %t there; here %s", x.Title, x.Wanted, theirs, m.Code)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(rtnDefault))
	f.Add([]byte(`{"require": ["/x/"], "exclude": ["(?<!a)b"], "languages": {"exclude": ["all"], "preferred": ["en"]}, "custom_ranks": {"quality": {"av1": {"fetch": true, "use_custom_rank": true, "rank": 7}}}}`))
	f.Add([]byte("[" + specified(`ReleaseTitle a "value":"x"`, `Size b "min":1,"max":2`, `Source WEBDL "value":3`) + "]"))
	f.Add([]byte(specified(`Year a "min":1990,"max":1999`, `Language b "value":-2,"exceptLanguage":true`)))
	f.Fuzz(func(t *testing.T, src []byte) {
		hcl, notes, err := Import(src)
		if err != nil {
			return
		}
		if !strings.HasPrefix(hcl, `profile "`) {
			t.Errorf("got %q", hcl)
		}
		for _, n := range notes {
			if n.Code == "" || n.Text == "" {
				t.Errorf("a note says nothing: %+v", n)
			}
		}
	})
}
