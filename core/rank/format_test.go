package rank

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// specified is the JSON of a format with these conditions, each "Implementation name value", with ! before what is negated and
// + before what is required.
func specified(conditions ...string) string {
	var out []string
	for _, c := range conditions {
		negate, required := false, false
		for c[0] == '!' || c[0] == '+' {
			negate, required = negate || c[0] == '!', required || c[0] == '+'
			c = c[1:]
		}
		f := strings.SplitN(c, " ", 3)
		out = append(out, fmt.Sprintf(`{"name": %q, "implementation": "%sSpecification", "negate": %t, "required": %t, "fields": {%s}}`,
			f[1], f[0], negate, required, f[2]))
	}
	return `{"name": "x", "trash_scores": {"default": "7", "other": -4}, "specifications": [` + strings.Join(out, ",") + `]}`
}

func holds(t *testing.T, f Format, w Wanted, name string, size int64) bool {
	t.Helper()
	f.Name, f.Score = "f", 1
	r := release.Parse(name)
	c := compile(t, Profile{Formats: []Format{f}})
	return c.Judge(NewTarget(w), Candidate{Release: sdk.Release{Name: name, Size: size}, Parsed: &r}).Score == 1
}

func TestACustomFormatHoldsAsItDoesWhereItIsFrom(t *testing.T) {
	t.Parallel()
	const web = "Sintel.2010.1080p.AMZN.WEB-DL.DDP5.1.H.264-GRP"
	film, show := wanted["sintel"], wanted["keepers.2x05"]
	film.Language = "en-US"
	for _, tt := range []struct {
		name   string
		app    string
		json   string
		wanted Wanted
		holds  []string
		fails  []string
	}{
		{"any of one kind, and every kind", "sonarr", specified(`ReleaseTitle a "value":"\\bAMZN\\b"`, `ReleaseTitle b "value":"\\bNF\\b"`, `Source c "value":3`), film,
			[]string{web, "Sintel.2010.1080p.NF.WEB-DL-GRP"}, []string{"Sintel.2010.1080p.WEB-DL-GRP", "Sintel.2010.1080p.AMZN.BluRay-GRP"}},
		{"one that is required beside another that holds", "", specified(`+ReleaseTitle a "value":"AMZN"`, `ReleaseTitle b "value":"1080p"`), film,
			[]string{web}, []string{"Sintel.2010.1080p.NF.WEB-DL-GRP"}},
		{"one that must not hold", "", specified(`+ReleaseTitle a "value":"[xh][ ._-]?26[45]"`, `!+Resolution b "value":2160`), film,
			[]string{web}, []string{"Sintel.2010.2160p.WEB-DL.H.265-GRP", "Sintel.2010.1080p.WEB-DL-GRP"}},
		{"negated ones of one kind, of which one suffices", "", specified(`!Resolution a "value":720`, `!Resolution b "value":1080`), film,
			[]string{web, "Sintel.2010.720p.WEB-DL-GRP"}, nil},
		{"the edition", "", specified(`Edition a "value":"director'?s cut"`), film,
			[]string{"Sintel.2010.Directors.Cut.1080p.BluRay-GRP"}, []string{web, "Sintel.2010.Extended.1080p.BluRay-GRP"}},
		{"the quality's modifier", "", specified(`QualityModifier a "value":5`), film,
			[]string{"Sintel.2010.1080p.BluRay.REMUX-GRP"}, []string{"Sintel.2010.1080p.BluRay-GRP"}},
		{"no modifier", "", specified(`QualityModifier a "value":0`), film,
			[]string{"Sintel.2010.1080p.BluRay-GRP"}, []string{"Sintel.2010.1080p.BluRay.REMUX-GRP", "Sintel.2010.SCREENER-GRP"}},
		{"the group", "", specified(`ReleaseGroup a "value":"^(GRP|OTHER)$"`), film,
			[]string{web, "Sintel.2010.1080p-other"}, []string{"Sintel.2010.1080p", "Sintel.2010.1080p-GRPS"}},
		{"no group", "", specified(`!ReleaseGroup a "value":"."`), film, []string{"Sintel.2010.1080p"}, []string{web}},
		{"a source by Radarr's number", "radarr", specified(`Source a "value":7`), film, []string{web}, []string{"Sintel.2010.1080p.BluRay.REMUX-GRP"}},
		{"a source by Sonarr's number", "sonarr", specified(`Source a "value":7`), film, []string{"Sintel.2010.1080p.BluRay.REMUX-GRP"}, []string{web}},
		{"a source that the condition's name settles", "", specified(`Source WEB-DL "value":7`), film, []string{web}, []string{"Sintel.2010.1080p.BluRay.REMUX-GRP"}},
		{"a source that only one of them has", "", specified(`Source a "value":8`), film, []string{"Sintel.2010.1080p.WEBRip-GRP"}, []string{web}},
		{"a source that another kind of condition settles", "", specified(`Source a "value":6`, `!QualityModifier b "value":5`), film,
			[]string{"Sintel.2010.1080p.HDTV-GRP"}, []string{"Sintel.2010.1080p.BluRay-GRP"}},
		{"a year, of the film where the name tells none", "", specified(`Year a "min":2010,"max":2012`), film,
			[]string{web, "Sintel.1080p.WEB-DL-GRP", "Sintel.2011.1080p"}, []string{"Sintel.2009.1080p-GRP"}},
		{"the language that is told", "", specified(`Language a "value":2`), film, []string{"Sintel.2010.FRENCH.1080p"}, []string{web}},
		{"the original language where none is told", "", specified(`Language a "value":1`), film, []string{web}, []string{"Sintel.2010.FRENCH.1080p"}},
		{"not the original language", "", specified(`!Language a "value":-2`), film, []string{"Sintel.2010.FRENCH.1080p"}, []string{web, "Sintel.2010.FRENCH.ENGLISH.1080p"}},
		{"another language too", "", specified(`Language a "value":1,"exceptLanguage":true`), film, []string{"Sintel.2010.FRENCH.ENGLISH.1080p"}, []string{web}},
		{"the original language that is not known", "", specified(`!Language a "value":-2`), show, nil,
			[]string{"The.Lighthouse.Keepers.S02E05.1080p", "The.Lighthouse.Keepers.S02E05.FRENCH.1080p"}},
		{"a language, where the original one is not known and none is told", "", specified(`!Language a "value":1`), show,
			[]string{"The.Lighthouse.Keepers.S02E05.FRENCH.1080p"}, []string{"The.Lighthouse.Keepers.S02E05.1080p"}},
		{"a single episode", "", specified(`ReleaseType a "value":1`), show, []string{"The.Lighthouse.Keepers.S02E05.1080p"}, []string{"The.Lighthouse.Keepers.S02.1080p"}},
		{"several episodes", "", specified(`ReleaseType a "value":2`), show, []string{"The.Lighthouse.Keepers.S02E05E06.1080p"}, []string{"The.Lighthouse.Keepers.S02E05.1080p"}},
		{"a season", "", specified(`ReleaseType a "value":3`), wanted["hoshi.s1"], []string{wanted["hoshi.s1"].Titles[0] + ".S01.1080p"}, nil},
		{"a look behind", "", specified(`ReleaseTitle a "value":"(?<!WEB-)DL\\b"`), film, []string{"Sintel.2010.1080p.DL-GRP"}, []string{web}},
		{"a back-reference", "", specified(`ReleaseTitle a "value":"\\b(\\w{3})\\.\\1\\b"`), film, []string{"Sintel.2010.abc.abc.1080p"}, []string{web}},
		{"a class taken from another", "", specified(`ReleaseTitle a "value":"-[a-z-[g]]rp$"`), film, []string{"Sintel.2010.1080p-DRP"}, []string{web}},
		{"the border of a word that is not English", "", specified(`ReleaseTitle a "value":"\\bcut\\b"`), film, []string{"Sintel.2010.cut.1080p"}, []string{"Sintel.2010.écutés.1080p"}},
		{"a list of fields, as the interface has them", "", `{"specifications": [{"name": "a", "implementation": "SourceSpecification",
			"infoLink": "https://wiki.servarr.com/radarr/settings#custom-formats-2", "fields": [{"order": 0, "name": "value", "value": 7, "type": "select"}]}]}`,
			film, []string{web}, []string{"Sintel.2010.1080p.BluRay.REMUX-GRP"}},
		{"numbers in quotes", "", specified(`Resolution a "value":"1080"`), film, []string{web}, []string{"Sintel.2010.720p"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, name := range tt.holds {
				if !holds(t, Format{JSON: tt.json, App: tt.app}, tt.wanted, name, 0) {
					t.Errorf("does not hold for %q", name)
				}
			}
			for _, name := range tt.fails {
				if holds(t, Format{JSON: tt.json, App: tt.app}, tt.wanted, name, 0) {
					t.Errorf("holds for %q", name)
				}
			}
		})
	}
}

func TestTheSizeOfACustomFormatIsMoreThanTheLeastAndAtMostTheMost(t *testing.T) {
	t.Parallel()
	f := Format{JSON: specified(`Size a "min":1,"max":2.5`)}
	for size, want := range map[int64]bool{0: false, gib: false, gib + 1: true, 5 * gib / 2: true, 5*gib/2 + 1: false} {
		if got := holds(t, f, wanted["sintel"], "Sintel.2010.1080p", size); got != want {
			t.Errorf("%d: got %t, want %t", size, got, want)
		}
	}
}

func TestTheScoreOfACustomFormatIsThatOfTheSetIfNoneIsGiven(t *testing.T) {
	t.Parallel()
	const name = "Sintel.2010.1080p"
	for _, tt := range []struct {
		format Format
		want   int
	}{
		{Format{ScoreSet: "default"}, 7}, {Format{ScoreSet: "other"}, -4}, {Format{ScoreSet: "none such"}, 7}, {Format{Score: 3}, 3},
	} {
		tt.format.Name, tt.format.JSON = "f", specified(`Resolution a "value":1080`)
		r := release.Parse(name)
		v := compile(t, Profile{Formats: []Format{tt.format}}).Judge(NewTarget(wanted["sintel"]), Candidate{Parsed: &r})
		if v.Score != tt.want {
			t.Errorf("%+v: got %d, want %d", tt.format, v.Score, tt.want)
		}
	}
}

func TestACustomFormatIsExplainedByItsConditionsAndTheirBytes(t *testing.T) {
	t.Parallel()
	const name = "Sintel.2010.1080p.WEB-DL.H.264-GRP"
	r := release.Parse(name)
	p := Profile{Formats: []Format{{Name: "x264-hd", Score: 5, JSON: specified(`!Resolution Not2160p "value":2160`, `ReleaseTitle x264 "value":"h[._ ]?264"`)}}}
	v := compile(t, p).Explain(NewTarget(wanted["sintel"]), Candidate{Parsed: &r})
	var got []Reason
	for _, x := range v.Reasons {
		if x.Code == CodeFormat {
			got = append(got, x)
		}
	}
	at := strings.Index(name, "H.264")
	want := []Reason{{
		Code: CodeFormat, Text: CodeFormat.Text(), Setting: "format.x264-hd", Want: "Not2160p, x264", Got: "x264-hd", Delta: 5,
		Span: release.Span{Lo: uint16(at), Hi: uint16(at + len("H.264"))},
	}}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("(-got +want):\n%s", d)
	}
}

func TestWhatIsWrongWithACustomFormatHasItsPlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		format Format
		at     string
		text   string
	}{
		{"JSON that ends early", Format{JSON: "{\n\"name\": 1,\n"}, "format.f.json", "Line 3"},
		{"another thing", Format{JSON: `{"name": "x"}`}, "format.f.json", "specifications"},
		{"a condition of another program", Format{JSON: specified(`ReleaseTitle a "value":"x"`, `Nonsense b "value":1`)}, "format.f.json", `specifications[1] ("b")`},
		{"a number that says two things", Format{JSON: specified(`Source a "value":3`)}, "format.f.json", `"webdl,web" to Sonarr and "telecine" to Radarr`},
		{"a number that says nothing", Format{JSON: specified(`Resolution a "value":3`)}, "format.f.json", `"3" is not the number of a resolution`},
		{"Radarr's condition in Sonarr", Format{App: "sonarr", JSON: specified(`Edition a "value":"x"`)}, "format.f.json", "EditionSpecification"},
		{"a pattern that is none", Format{JSON: specified(`ReleaseTitle a "value":"(x"`)}, "format.f.json", `Condition "a"`},
		{"another program", Format{App: "lidarr", JSON: specified(`ReleaseTitle a "value":"x"`)}, "format.f.app", ""},
		{"no score anywhere", Format{ScoreSet: "default", JSON: `{"specifications": [{"implementation": "ReleaseTitleSpecification", "fields": {"value": "x"}}]}`}, "format.f", "score"},
		{"neither score nor JSON", Format{ScoreSet: "default", Conditions: []FormatCondition{{Kind: "name", Value: "x"}}}, "format.f", "score"},
		{"conditions in both places", Format{JSON: specified(`ReleaseTitle a "value":"x"`), Conditions: []FormatCondition{{Kind: "name", Value: "x"}}}, "format.f.json", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.format.Name = "f"
			ds := Profile{Formats: []Format{tt.format}}.Check()
			if len(ds) != 1 || ds[0].Warning || ds[0].Attribute != tt.at || !strings.Contains(ds[0].Detail, tt.text) {
				t.Errorf("got %+v, want %s: … %s", ds, tt.at, tt.text)
			}
		})
	}
	ds := Profile{Formats: []Format{{Name: "f", App: "sonarr", JSON: specified(`IndexerFlag a "value":1`)}}}.Check()
	if len(ds) != 1 || !ds[0].Warning || ds[0].Attribute != "format.f.json" {
		t.Errorf("a flag that nothing tells: got %+v, want a warning", ds)
	}
}

func TestAPatternThatTakesLongIsStopped(t *testing.T) {
	t.Parallel()
	f := Format{JSON: specified(`ReleaseTitle a "value":"^(?=(\\w+\\.?)+!)x"`)}
	done := make(chan bool, 1)
	go func() { done <- holds(t, f, wanted["sintel"], "Sintel.2010."+strings.Repeat("a", 200), 0) }()
	select {
	case got := <-done:
		if got {
			t.Error("it holds")
		}
	case <-time.After(time.Minute):
		t.Fatal("it goes on")
	}
}
