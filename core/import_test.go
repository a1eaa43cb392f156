package core

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/rank"
)

// x265JSON is a custom format as an exported file has it.
const x265JSON = `{"name": "x265 (HD)", "trash_scores": {"default": "-10000"}, "specifications": [
	{"name": "x265/HEVC", "implementation": "ReleaseTitleSpecification", "negate": false, "required": true, "fields": {"value": "[xh][ ._-]?265|\\bHEVC(\\b|\\d)"}},
	{"name": "Not 2160p", "implementation": "ResolutionSpecification", "negate": true, "required": true, "fields": {"value": 2160}}]}`

func loadProfile(t *testing.T, hcl string) config.Profile {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"config.hcl": hcl, "x265.json": x265JSON} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, ds := config.Load(t.Context(), filepath.Join(dir, "config.hcl"), config.Options{Profile: CheckProfile})
	if ds.HasErrors() {
		t.Fatalf("%v\n%s", ds, hcl)
	}
	return c.Profiles[0]
}

func TestWhatIsImportedStandsInAConfiguration(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"settings of RTN": `{"name": "Mine!", "require": ["/A${x}/"], "exclude": ["(?<!a)b"], "preferred": ["c"], "custom_ranks": {},
			"languages": {"exclude": ["all"], "required": ["fr"], "preferred": ["de", "ua"]}}`,
		"a custom format": x265JSON,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hcl, _, err := rank.Import([]byte(src))
			if err != nil {
				t.Fatal(err)
			}
			p := RankProfile(loadProfile(t, hcl))
			if d := cmp.Diff(p.HCL(), hcl); d != "" {
				t.Errorf("it is read as another (-got +want):\n%s", d)
			}
		})
	}
}

func TestACustomFormatIsReadFromItsFile(t *testing.T) {
	t.Parallel()
	p := RankProfile(loadProfile(t, `profile "mine" {
  format "x265-hd" { json = file("x265.json") }
}`))
	want := []rank.Format{{Name: "x265-hd", JSON: x265JSON, ScoreSet: "default"}}
	if d := cmp.Diff(p.Formats, want); d != "" {
		t.Errorf("(-got +want):\n%s", d)
	}
}
