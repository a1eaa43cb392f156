package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/millrace-media/millrace/core/config"
)

func TestAProfileIsReadWhole(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, `
profile "mine" {
  base           = "none"
  resolutions    = ["1080p"]
  sources        = []
  codecs         = ["hevc"]
  mode           = "flat"
  languages      = ["de", "unknown"]
  subtitles      = ["en"]
  min_size       = "1GB"
  max_size       = "0"
  min_bitrate    = 0.5
  max_bitrate    = 0
  prefer_size    = "4GB"
  prefer_bitrate = 6
  size_score     = 50
  score          = { hevc = 20, "5.1" = -3 }
  min_score      = -5
  allow          = ["3d"]
  deny           = ["av1"]

  tier "top" {
    resolutions = ["1080p"]
    sources     = ["remux"]
    has         = ["dv"]
    max_bitrate = 40
  }
  prefer "long" {
    score = 5
    when  = "runtime > 100"
  }
  group "good" {
    names = ["ONE", "TWO"]
    score = 30
  }
  group "bad" {
    names = ["THREE"]
    deny  = true
  }
  format "web" {
    score = 7
    condition "tag" {
      kind     = "name"
      value    = "(?<!x)web"
      required = true
    }
    condition "big" {
      kind     = "size"
      min_size = "1GB"
      negate   = true
    }
  }
  format "theirs" {
    json   = "{}"
    app    = "radarr"
    scores = "german"
  }
  format "other" { json = "{}" }
  require {
    any = ["hevc"]
    all = ["1080p"]
  }
  reject { when = ["seeders == 0"] }
  limit { group = 2 }
  movie { max_size = "20GB" }
  anime {
    languages = []
    prefer "dual" { score = 9 }
  }
}`)
	low := -5
	want := config.Profile{
		Name: "mine", Resolutions: []string{"1080p"}, Sources: []string{}, Codecs: []string{"hevc"}, Mode: "flat",
		Languages: []string{"de", "unknown"}, Subtitles: []string{"en"}, MinSize: 1e9, MaxSize: config.None, MinBitrate: 0.5, MaxBitrate: config.None,
		PreferSize: "4GB", PreferBitrate: 6, SizeScore: 50, Score: map[string]int{"hevc": 20, "5.1": -3}, MinScore: &low,
		Allow: []string{"3d"}, Deny: []string{"av1"},
		Tiers:  []config.Tier{{Name: "top", Resolutions: []string{"1080p"}, Sources: []string{"remux"}, Has: []string{"dv"}, MaxBitrate: 40}},
		Prefer: []config.Rule{{Name: "long", Score: 5, When: "runtime > 100"}},
		Groups: []config.Group{{Name: "good", Names: []string{"ONE", "TWO"}, Score: 30}, {Name: "bad", Names: []string{"THREE"}, Deny: true}},
		Formats: []config.Format{{Name: "web", Score: 7, Conditions: []config.FormatCondition{
			{Name: "tag", Kind: "name", Value: "(?<!x)web", Required: true}, {Name: "big", Kind: "size", Min: 1e9, Negate: true},
		}}, {Name: "theirs", JSON: "{}", App: "radarr", ScoreSet: "german"}, {Name: "other", JSON: "{}", ScoreSet: "default"}},
		Require: config.Condition{Any: []string{"hevc"}, All: []string{"1080p"}}, Reject: config.Condition{When: []string{"seeders == 0"}},
		Limits: config.Limits{Group: 2}, Movie: &config.Profile{MaxSize: 20e9},
		Anime: &config.Profile{Languages: []string{}, Prefer: []config.Rule{{Name: "dual", Score: 9}}},
	}
	if d := cmp.Diff(c.Profiles[0], want); d != "" {
		t.Errorf("got before want:\n%s", d)
	}
}

func TestAPartOfAProfileComesFromTheEnvironment(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, "", "MILLRACE_PROFILE__DEFAULT__ANIME__MAX_SIZE=2GB", "MILLRACE_PROFILE__DEFAULT__SCORE=dv=5,hlg=-1")
	want := config.Profile{Name: "default", Base: "balanced", Score: map[string]int{"dv": 5, "hlg": -1}, Anime: &config.Profile{MaxSize: 2e9}}
	if d := cmp.Diff(c.Profiles[0], want); d != "" {
		t.Errorf("got before want:\n%s", d)
	}
}
