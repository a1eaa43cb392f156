package core

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/sdk"
)

// configured reads a configuration.
func configured(t *testing.T, text string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.hcl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, ds := config.Load(t.Context(), path, config.Options{Profile: CheckProfile})
	if ds.HasErrors() {
		t.Fatalf("%v in\n%s", ds.Err(), text)
	}
	return c
}

const customFormat = `{
  "name": "x", "trash_scores": {"default": 5, "sqp": 7},
  "specifications": [{"name": "web", "implementation": "ReleaseTitleSpecification", "fields": {"value": "\\\\bweb${x}"}}]
}`

func TestAProfileIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	low := -5
	all := map[string]rank.Profile{"every setting": {
		Name: "mine", Base: "best", Resolutions: []string{"1080p"}, Sources: []string{}, Codecs: []string{"hevc"}, Mode: "flat", Languages: []string{"de", "any"},
		Subtitles: []string{"en"}, MinSize: 1, MaxSize: -1, MinBitrate: 0.5, MaxBitrate: -1, PreferSize: "4GB", PreferBitrate: 6.25, SizeScore: 50,
		Score: map[string]int{"1080p": 5, "5.1": -3}, MinScore: &low, Allow: []string{"3d"}, Deny: []string{"av1"},
		Prefer: []rank.Rule{{Name: "long", Score: 5, When: `runtime > 100 and "x" in [group]`}, {Name: "p", Score: -1, Match: `(?<!\.)${a}"`}},
		Groups: []rank.Group{{Name: "g", Names: []string{"ONE"}, Score: 3}, {Name: "bad", Names: []string{"TWO"}, Deny: true}},
		Formats: []rank.Format{{Name: "f", Score: 7, Conditions: []rank.FormatCondition{
			{Name: "1", Kind: "size", Min: 1234567891, Negate: true}, {Name: "b", Kind: "name", Value: `\bweb\b`, Required: true},
		}}, {Name: "json", ScoreSet: "sqp", App: "sonarr", JSON: customFormat}, {Name: "scored", Score: -3, App: "radarr", JSON: customFormat}},
		Require: rank.Condition{All: []string{"1080p"}}, Reject: rank.Condition{Any: []string{}, Match: []string{"x"}, When: []string{"seeders > 1"}},
		Limits: rank.Limits{Total: 3}, Movie: &rank.Profile{Languages: []string{}}, Anime: &rank.Profile{Tiers: []rank.Tier{{Name: "t", Has: []string{"dual"}, MaxSize: 5e9}}},
	}}
	for _, n := range rank.PresetNames() {
		p, _ := rank.Preset(n)
		all[n] = p
		all["on "+n] = rank.Profile{Name: "on", Base: n}.Effective()
	}
	for name, p := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := p.HCL()
			read, ok := configured(t, text).Profile(p.Name)
			if diff := cmp.Diff(RankProfile(read), p); !ok || diff != "" {
				t.Errorf("read before written:\n%s\n%s", diff, text)
			}
		})
	}
}

func TestAJudgeKnowsWhereSettingsAre(t *testing.T) {
	t.Parallel()
	c := configured(t, "profile \"mine\" {\n  max_size = \"4GiB\"\n  deny     = [\"av1\"]\n}\n")
	j, err := Judge(c, "mine", map[string]string{"deny": "hevc"})
	if err != nil {
		t.Fatal(err)
	}
	for setting, want := range map[string]string{
		"max_size": filepath.Join(c.Dir, "config.hcl") + ":2", "deny[0]": "tried", "base.reject.any[0]": "preset balanced",
	} {
		if got := j.Place(setting); got != want {
			t.Errorf("%s is at %q, want %q", setting, got, want)
		}
	}
}

func TestWhatCannotBeJudgedByIsAMistakeWithItsPlace(t *testing.T) {
	t.Parallel()
	c := configured(t, "profile \"mine\" {}\n")
	tests := map[string]struct {
		profile  string
		settings map[string]string
		at, says string
	}{
		"no such profile":      {"bets", nil, "profile", `there is no profile "bets"; there are: anime, balanced, best, default, mine, small`},
		"no such resolution":   {"mine", map[string]string{"resolutions": "1081p"}, "settings.resolutions[0]", `There is no resolution "1081p": Did you mean "1080p"?`},
		"a wrong setting":      {"mine", map[string]string{"size": "1"}, "settings.size", `Unsupported argument: There is no argument called "size" here`},
		"a pattern that is no": {"mine", map[string]string{"reject.match": `["("]`}, "settings.reject.match", `Wrong value for "match"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Judge(c, tt.profile, tt.settings)
			var got *sdk.Error
			if !errors.As(err, &got) || got.Kind != sdk.Invalid || got.Attribute != tt.at || !cmp.Equal(got.Message[:min(len(got.Message), len(tt.says))], tt.says) {
				t.Errorf("got %+v", got)
			}
		})
	}
}
