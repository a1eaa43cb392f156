package core

import (
	order "cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/rank"
)

var update = flag.Bool("update", false, "write the presets into the guide to profiles")

const (
	guide  = "../examples/config/profiles.md"
	spelt  = "## The presets, spelt out\n"
	fence  = "```hcl\n"
	within = 100 // letters of an example to tell it by
)

var examples = regexp.MustCompile("(?s)```hcl\n(.*?)```")

// loadProfiles reads a configuration and checks its profiles as the daemon does.
func loadProfiles(t *testing.T, text string) []config.Profile {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.hcl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, ds := config.Load(t.Context(), path, config.Options{Profile: CheckProfile})
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	return c.Profiles
}

func TestTheExamplesOfTheGuideAreRight(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	found := examples.FindAllStringSubmatch(string(text), -1)
	if len(found) < 15 {
		t.Fatalf("only %d examples", len(found))
	}
	for _, m := range found {
		t.Run(m[1][:min(len(m[1]), within)], func(t *testing.T) {
			t.Parallel()
			for _, p := range loadProfiles(t, m[1]) {
				if _, err := RankProfile(p).Compile(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestMistakesOfProfilesAreShownWhereTheyStand loads profiles that only the ranking finds fault with.
func TestMistakesOfProfilesAreShownWhereTheyStand(t *testing.T) {
	t.Parallel()
	const text = `profile "default" {
  resolutions = ["1080p", "1081p"]
  score = {
    hevc  = 5
    hdr11 = 5
  }
  tier "top" { sources = ["blueray"] }
  prefer "light" {
    score = 5
    when  = "bitrates < 5"
  }
  group "none" {
    names = ["ONE", ""]
    deny  = true
  }
  reject { match = ["a", "(?<=x"] }
  anime {
    reject { any = ["cam", "camm"] }
    format "f" {
      score = 5
      condition "c" {
        kind  = "source"
        value = "1080p"
      }
    }
  }
}
`
	path := filepath.Join(t.TempDir(), "config.hcl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, ds := config.Load(t.Context(), path, config.Options{Profile: CheckProfile})
	var got []string
	for _, d := range ds {
		got = append(got, fmt.Sprintf("%d: %s", d.Range.Start.Line, text[d.Range.Start.Byte:d.Range.End.Byte]))
	}
	want := []string{
		`2: "1081p"`, `5: 5`, `7: "blueray"`, `10: "bitrates < 5"`, `13: ""`, `16: "(?<=x"`, `18: "camm"`, `23: "1080p"`,
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("got before want:\n%s\n%s", d, ds)
	}
}

func TestTheGuideNamesEveryProperty(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range rank.PropertyNames() {
		if !strings.Contains(string(text), "`"+n+"`") {
			t.Errorf("%s is missing", n)
		}
	}
}

// TestTheGuideSpellsOutThePresets compares the presets with what stands in the guide, which -update writes.
func TestTheGuideSpellsOutThePresets(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(text), spelt)
	if !ok {
		t.Fatal("the guide does not spell out the presets")
	}
	want := head + spelt
	for _, name := range rank.PresetNames() {
		p, _ := rank.Preset(name)
		want += "\n" + fence + presetText(p) + "```\n"
	}
	if *update {
		if err := os.WriteFile(guide, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(text), want); d != "" {
		t.Errorf("got before want; -update writes it:\n%s", d)
	}
}

func TestAPresetSpeltOutIsThePreset(t *testing.T) {
	t.Parallel()
	for _, name := range rank.PresetNames() {
		preset, _ := rank.Preset(name)
		got := RankProfile(loadProfiles(t, presetText(preset))[0])
		if d := cmp.Diff(got, preset, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: got before want:\n%s", name, d)
		}
	}
}

// presetText writes a preset as it would stand in a configuration.
func presetText(p rank.Profile) string {
	var b strings.Builder
	fmt.Fprintf(&b, "profile %q {\n  base = \"none\"\n", p.Name)
	writeLayer(&b, p)
	for _, part := range []struct {
		name string
		p    *rank.Profile
	}{{"movie", p.Movie}, {"show", p.Show}, {"anime", p.Anime}} {
		if part.p != nil {
			fmt.Fprintf(&b, "%s {\n", part.name)
			writeLayer(&b, *part.p)
			b.WriteString("}\n")
		}
	}
	b.WriteString("}\n")
	text, ds := config.Fmt([]byte(b.String()), "preset.hcl")
	if len(ds) > 0 {
		return ds.String()
	}
	return string(text)
}

func writeLayer(b *strings.Builder, p rank.Profile) {
	writeList(b, "resolutions", p.Resolutions)
	for _, size := range []struct {
		name string
		n    int64
	}{{"min_size", p.MinSize}, {"max_size", p.MaxSize}} {
		if size.n > 0 {
			fmt.Fprintf(b, "%s = \"%dGB\"\n", size.name, size.n/1e9)
		}
	}
	for _, rate := range []struct {
		name string
		n    float64
	}{{"min_bitrate", p.MinBitrate}, {"max_bitrate", p.MaxBitrate}, {"prefer_bitrate", p.PreferBitrate}, {"size_score", float64(p.SizeScore)}} {
		if rate.n > 0 {
			fmt.Fprintf(b, "%s = %s\n", rate.name, strconv.FormatFloat(rate.n, 'f', -1, 64))
		}
	}
	if p.PreferSize != "" {
		fmt.Fprintf(b, "prefer_size = %q\n", p.PreferSize)
	}
	writeScore(b, p.Score)
	for _, t := range p.Tiers {
		fmt.Fprintf(b, "tier %q {\n", t.Name)
		writeList(b, "resolutions", t.Resolutions)
		writeList(b, "sources", t.Sources)
		b.WriteString("}\n")
	}
	for _, f := range p.Formats {
		writeFormat(b, f)
	}
	if len(p.Reject.Any) > 0 {
		b.WriteString("reject {\n")
		writeList(b, "any", p.Reject.Any)
		b.WriteString("}\n")
	}
}

// writeScore writes points, the most first, several on a line.
func writeScore(b *strings.Builder, score map[string]int) {
	const perLine = 8
	if len(score) == 0 {
		return
	}
	names := slices.SortedFunc(maps.Keys(score), func(x, y string) int { return order.Or(order.Compare(score[y], score[x]), order.Compare(x, y)) })
	b.WriteString("score = {")
	for i, n := range names {
		if i%perLine == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(b, "%q = %d, ", n, score[n])
	}
	b.WriteString("\n}\n")
}

func writeFormat(b *strings.Builder, f rank.Format) {
	fmt.Fprintf(b, "format %q {\nscore = %d\n", f.Name, f.Score)
	for _, c := range f.Conditions {
		fmt.Fprintf(b, "condition %q {\nkind = %q\nvalue = %q\n", c.Name, c.Kind, c.Value)
		for _, flag := range []struct {
			name string
			set  bool
		}{{"negate", c.Negate}, {"required", c.Required}} {
			if flag.set {
				fmt.Fprintf(b, "%s = true\n", flag.name)
			}
		}
		b.WriteString("}\n")
	}
	b.WriteString("}\n")
}

func writeList(b *strings.Builder, name string, list []string) {
	if len(list) > 0 {
		fmt.Fprintf(b, "%s = [\"%s\"]\n", name, strings.Join(list, `", "`))
	}
}
