package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const customFormats = `[{"name": "x265 (HD)", "trash_scores": {"default": -10000}, "specifications": [
  {"name": "x265/HEVC", "implementation": "ReleaseTitleSpecification", "negate": false, "required": true, "fields": {"value": "[xh][ ._-]?265|\\bHEVC(\\b|\\d)"}},
  {"name": "Not 2160p", "implementation": "ResolutionSpecification", "negate": true, "required": true, "fields": {"value": 2160}}
]}]`

func TestSettingsOfOtherProgramsBecomeAProfileThatCanBeUsed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text  string
		shows []string // in the profile
		told  string   // beside it
	}{
		"custom formats": {customFormats, []string{`format "x265-hd" {`, "score = -10000", `kind     = "resolution"`}, ""},
		"RTN":            {`{"title_similarity": 0.85, "resolutions": {"r1080p": true}, "options": {}, "custom_ranks": {}}`, []string{`profile "`, "resolutions"}, "RTN_TIES"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			file := filepath.Join(w.home, "settings.json")
			if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got := w.run("", "rank", "import", file)
			for _, want := range tt.shows {
				if got.code != exitOK || !strings.Contains(got.out, want) || !strings.Contains(got.err, tt.told) {
					t.Errorf("no %q: %s", want, got)
				}
			}
			config := filepath.Join(w.home, "config.hcl")
			if err := os.WriteFile(config, []byte(got.out), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := w.run("", "config", "validate", "--offline", config); got.code != exitOK {
				t.Errorf("what was imported is not valid: %s", got)
			}
			valid(t, w.run("", "rank", "import", file, "--json").out)
		})
	}
}
