package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
)

const trialConfig = `
profile "mine" {
  resolutions = ["1080p"]
  score       = { hevc = 20 }
  max_size    = "9GiB"
  movie {
    deny = ["av1"]
  }
  prefer "5.1" {
    score = 7
  }
}
`

func TestAProfileIsTriedWithOtherSettings(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, trialConfig)
	tests := map[string]struct {
		settings map[string]string
		change   func(p *config.Profile)
	}{
		"a list as a file has it":       {map[string]string{"resolutions": `["2160p", "1080p"]`}, func(p *config.Profile) { p.Resolutions = []string{"2160p", "1080p"} }},
		"a list of words":               {map[string]string{"resolutions": "2160p, 1080p"}, func(p *config.Profile) { p.Resolutions = []string{"2160p", "1080p"} }},
		"a list of one text":            {map[string]string{"sources": `"webdl"`}, func(p *config.Profile) { p.Sources = []string{"webdl"} }},
		"a size without quotes":         {map[string]string{"max_size": "4GiB"}, func(p *config.Profile) { p.MaxSize = 4 << 30 }},
		"one of the points":             {map[string]string{"score.hdr10": "5"}, func(p *config.Profile) { p.Score = map[string]int{"hevc": 20, "hdr10": 5} }},
		"all of the points":             {map[string]string{"score": "{ av1 = 1 }"}, func(p *config.Profile) { p.Score = map[string]int{"av1": 1} }},
		"a setting for films":           {map[string]string{"movie.deny": "vp9"}, func(p *config.Profile) { p.Movie = &config.Profile{Deny: []string{"vp9"}} }},
		"a rule whose name has a dot":   {map[string]string{"prefer.5.1.score": "9"}, func(p *config.Profile) { p.Prefer = []config.Rule{{Name: "5.1", Score: 9}} }},
		"a block that was not there":    {map[string]string{"reject.any": "[]"}, func(p *config.Profile) { p.Reject.Any = []string{} }},
		"another base, and no settings": {map[string]string{"base": "best"}, func(p *config.Profile) { p.Base = "best" }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, _ := c.Profile("mine")
			if want.Movie != nil {
				movie := *want.Movie
				want.Movie = &movie
			}
			tt.change(&want)
			got, wrong := c.Try("mine", tt.settings, nil)
			if diff := cmp.Diff(got, want); diff != "" || len(wrong) > 0 {
				t.Errorf("%v; got before want:\n%s", wrong, diff)
			}
		})
	}
	if p, _ := c.Profile("mine"); len(p.Resolutions) != 1 {
		t.Error("the profile itself has changed")
	}
}

func TestAMistakeInASettingToTryIsToldByItsPath(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, trialConfig)
	check := func(p config.Profile) []sdk.Diagnostic {
		if p.Mode == "flat" {
			return []sdk.Diagnostic{{Attribute: "mode", Summary: "The ranking does not like it."}}
		}
		return nil
	}
	tests := map[string]struct{ path, value, at, says string }{
		"no such argument":         {"resolution", "1080p", "resolution", `Did you mean "resolutions"?`},
		"what is no name":          {"max_size = 1\nbase", "best", "max_size = 1\nbase", "no name of a setting"},
		"no such block":            {"rejects.any", "cam", "rejects.any", `Did you mean "reject"?`},
		"no argument of a block":   {"tier.top", "1", "tier.top", "Write tier.NAME.ARGUMENT."},
		"another type":             {"max_size", "[1]", "max_size", ""},
		"what is no value":         {"max_size", `"4GiB`, "max_size", "This is not a value."},
		"a function":               {"languages", `[env("SECRET")]`, "languages", "This is not a value."},
		"a file":                   {"movie.languages", `[file("/etc/passwd")]`, "movie.languages", "This is not a value."},
		"below a list":             {"resolutions.first", "1080p", "resolutions.first", "nothing below it"},
		"a wrong choice below":     {"movie.mode", "best", "movie.mode", ""},
		"what the ranking rejects": {"mode", "flat", "mode", "does not like"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, wrong := c.Try("mine", map[string]string{tt.path: tt.value}, check)
			if len(wrong) != 1 || wrong[0].Attribute != tt.at || !strings.Contains(wrong[0].Summary+" "+wrong[0].Detail, tt.says) {
				t.Errorf("got %+v", wrong)
			}
		})
	}
	if _, wrong := c.Try("none", nil, check); len(wrong) != 1 || !strings.Contains(wrong[0].Summary, `There is no profile "none".`) {
		t.Errorf("of another profile: %+v", wrong)
	}
}

func TestThePlaceOfASettingIsItsLine(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, trialConfig)
	for setting, want := range map[string]string{
		"resolutions[0]": ":3", "score.hevc": ":4", "movie.deny[0]": ":7", "prefer.5.1": ":9", "prefer.5.1.score": ":10", "reject.any[0]": "",
	} {
		got := c.ProfilePlace("mine", setting)
		if want != "" && !strings.HasSuffix(got, want) {
			t.Errorf("%s is at %q, want %q", setting, got, want)
		}
	}
	if got := c.ProfilePlace("none", "resolutions"); got != "" {
		t.Errorf("got %q", got)
	}
}

func FuzzTry(f *testing.F) {
	for _, seed := range [][2]string{
		{"resolutions", "2160p,1080p"}, {"score.hdr10", "5"}, {"tier.top.has", `["dv"]`}, {"movie.reject.any", "[]"}, {"prefer.5.1.score", "9"},
		{"format.x.condition.y.kind", "name"}, {"score", "{ a = 1 }"}, {"base", "\"${env(1)}\""}, {"languages", "[for x in [1]: x]"}, {".", "."}, {"reject.when", "a ? b : c"},
	} {
		f.Add(seed[0], seed[1])
	}
	path := filepath.Join(f.TempDir(), "config.hcl")
	if err := os.WriteFile(path, []byte(trialConfig), 0o600); err != nil {
		f.Fatal(err)
	}
	c, ds := config.Load(f.Context(), path, config.Options{})
	if ds.HasErrors() {
		f.Fatal(ds.Err())
	}
	f.Fuzz(func(t *testing.T, path, value string) {
		p, wrong := c.Try("mine", map[string]string{path: value}, nil)
		if len(wrong) == 0 && p.Name != "mine" {
			t.Errorf("it became the profile %q", p.Name)
		}
	})
}
