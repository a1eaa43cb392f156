package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
)

// TestAPathLeadsToWhatIsWrittenThere writes blocks of any layout and looks whether every element of a list and of a map
// is found by its path.
func TestAPathLeadsToWhatIsWrittenThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		comment := rapid.SampledFrom([]string{"", "# größer\n", "/* a\nb */\n", "\n\n"})
		value := rapid.StringMatching(`[a-zä-ü0-9 /:]{0,12}`)
		var b strings.Builder
		want := map[string]string{}
		b.WriteString(comment.Draw(t, "head") + "updater \"jellyfin\" {\n  api_key = \"k\"\n")

		b.WriteString(comment.Draw(t, "before pins") + "  pins = [")
		newline := rapid.SampledFrom([]string{" ", "\n    "}).Draw(t, "newline")
		for i, v := range rapid.SliceOfN(value, 0, 5).Draw(t, "pins") {
			text := fmt.Sprintf("%q", v)
			want[fmt.Sprintf("pins[%d]", i)] = text
			b.WriteString(newline + text + ",")
		}
		b.WriteString("]\n" + comment.Draw(t, "before map") + "  path_map = {\n")
		for i, v := range rapid.SliceOfN(value, 0, 5).Draw(t, "map") {
			key, text := fmt.Sprintf("k%d", i), fmt.Sprintf("%q", v)
			want[fmt.Sprintf("path_map[%q]", key)] = text
			want["path_map."+key] = text
			fmt.Fprintf(&b, "    %s = %s\n", rapid.SampledFrom([]string{key, `"` + key + `"`}).Draw(t, "key"), text)
		}
		b.WriteString("  }\n}\n")

		path := filepath.Join(dir, "config.hcl")
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		c, ds := config.Load(t.Context(), path, options())
		if len(ds) > 0 {
			t.Fatalf("%s\n%s", b.String(), ds)
		}
		for where, text := range want {
			got := c.Diagnose(c.Instances[0], []sdk.Diagnostic{{Attribute: where, Summary: "no"}})[0]
			if found := b.String()[got.Range.Start.Byte:got.Range.End.Byte]; found != text {
				t.Fatalf("%s leads to %q, want %q in\n%s", where, found, text, b.String())
			}
		}
	})
}

// FuzzLoad reads any bytes as a configuration: nothing panics, and a diagnostic never points outside of the file.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/diagnostics/*.hcl*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "../../config.hcl", "../../examples/config/full/config.hcl") {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, strings.HasSuffix(file, ".json"), "MILLRACE_SERVER__LISTEN=:1")
	}
	f.Add([]byte("a = \"\\u00e9${1}\"\r\n"), false, "MILLRACE_UPDATER__JELLYFIN__PATH_MAP={")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, src []byte, isJSON bool, variable string) {
		path := filepath.Join(dir, "config.hcl")
		if isJSON {
			path += ".json"
		}
		if err := os.WriteFile(path, src, 0o600); err != nil {
			t.Fatal(err)
		}
		c, ds := config.Load(t.Context(), path, options(variable, "A=1"))
		if (c == nil) != ds.HasErrors() {
			t.Fatalf("got a Config: %v, with %s", c != nil, ds)
		}
		if c != nil {
			for _, i := range c.Instances {
				ds = append(ds, c.Diagnose(i, []sdk.Diagnostic{{Attribute: "path_map.a", Summary: "a"}, {Attribute: "pins[0]"}, {}})...)
			}
			if _, bad := config.Fmt(c.Show(), "show.hcl"); bad.HasErrors() {
				t.Fatalf("what is shown cannot be read: %s\n%s", bad, c.Show())
			}
			c.Env()
		}
		for _, d := range ds {
			if d.Range != nil && (d.Range.Start.Byte < 0 || d.Range.Start.Byte > len(src)) {
				t.Fatalf("%+v points outside of the file", d)
			}
			if s := d.Snippet; s != nil && (s.Start < 0 || s.End < s.Start || s.End > len(s.Code)) {
				t.Fatalf("%+v points outside of its line", s)
			}
		}
		if _, err := ds.JSON(); err != nil {
			t.Fatal(err)
		}
		_ = ds.String()
	})
}
