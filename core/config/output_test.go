package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
)

func TestShowIsTheEffectiveConfiguration(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, everything, "PASSWORD=pass-word", "MILLRACE_SERVER__LISTEN=:7")
	golden(t, "testdata/show.golden", string(c.Show()))
	formatted, ds := config.Fmt(c.Show(), "show.hcl")
	if len(ds) > 0 || string(formatted) != string(c.Show()) {
		t.Errorf("it is not laid out as fmt does: %s", ds)
	}
}

func TestEnvListsEveryName(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"config.hcl": everything})
	c, ds := config.Load(t.Context(), filepath.Join(dir, "config.hcl"), options("PASSWORD=pass-word", "MILLRACE_SERVER__LISTEN=:7"))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	var b strings.Builder
	for _, v := range c.Env() {
		b.WriteString(strings.ReplaceAll(v.String(), dir+"/", "") + "\n")
	}
	golden(t, "testdata/env.golden", b.String())
}

func TestFmtChangesNothingTheSecondTime(t *testing.T) {
	t.Parallel()
	sources := []string{everything, "", "a=1", "# only a comment", "x {\n\n\n y=1\n}", "a = <<EOT\n  text\nEOT\n", "server{\r\nlisten=\":1\"\r\n}"}
	for _, src := range sources {
		once, ds := config.Fmt([]byte(src), "config.hcl")
		if len(ds) > 0 {
			t.Fatal(ds)
		}
		twice, _ := config.Fmt(once, "config.hcl")
		if diff := cmp.Diff(string(twice), string(once)); diff != "" {
			t.Errorf("got before want:\n%s", diff)
		}
	}
}

func TestFmtLeavesAFileWithAMistakeAlone(t *testing.T) {
	t.Parallel()
	src := "server{\nlisten=\n}"
	got, ds := config.Fmt([]byte(src), "config.hcl")
	if string(got) != src || !ds.HasErrors() {
		t.Errorf("got %q and %v", got, ds)
	}
}

func TestDiagnosticsAsJSONHaveTheShapeOfTerraform(t *testing.T) {
	t.Parallel()
	_, ds := config.Load(t.Context(), "testdata/diagnostics/form.hcl", options("MILLRACE_NO=1"))
	out, err := ds.JSON()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/diagnostics.json", string(out))
	empty, err := config.Diagnostics(nil).JSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"format_version":"1.0","valid":true,"error_count":0,"warning_count":0,"diagnostics":[]}`
	var a, b any
	if err := json.Unmarshal(empty, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
}

// outputs is everything that can be shown of a configuration.
func outputs(t *testing.T, path string, environ ...string) string {
	t.Helper()
	var b strings.Builder
	for _, offline := range []bool{false, true} {
		o := options(environ...)
		if offline {
			o.Schema = nil
		}
		c, ds := config.Load(t.Context(), path, o)
		js, err := ds.JSON()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, ds, ds.Err(), string(js))
		if c == nil {
			continue
		}
		fmt.Fprintf(&b, "%s %v %+v %#v\n", c.Show(), c.Env(), c.Server, c.Database)
		for _, i := range c.Instances {
			said := []sdk.Diagnostic{
				{Attribute: "token", Summary: "refused " + planted, Detail: "the service said: " + planted},
				{Attribute: "pins[0]", Summary: "refused"}, {Attribute: "api_key", Summary: "refused"}, {Summary: "refused"},
			}
			ds := c.Diagnose(i, said)
			js, err := ds.JSON()
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&b, ds, ds.Err(), string(js))
		}
	}
	return b.String()
}

func TestASecretAppearsInNoOutput(t *testing.T) {
	t.Parallel()
	const block = "debrid \"realdebrid\" {\n  token = %s\n}\n"
	tests := map[string]struct {
		text    string
		environ []string
	}{
		"written out":               {text: fmt.Sprintf(block, `"hunter2-planted"`)},
		"from the environment":      {text: fmt.Sprintf(block, `env("T")`), environ: []string{"T=" + planted}},
		"a default of env":          {text: fmt.Sprintf(block, `env("T", "hunter2-planted")`)},
		"from a file":               {text: fmt.Sprintf(block, `file("token")`)},
		"in a template":             {text: fmt.Sprintf(block, `"x${env("T", "hunter2-planted")}y"`)},
		"in a heredoc":              {text: "debrid \"realdebrid\" {\n  token = <<EOT\nhunter2-planted\nEOT\n}\n"},
		"on one line":               {text: `debrid "realdebrid" { token = "hunter2-planted" }`},
		"an argument too many":      {text: "debrid \"realdebrid\" {\n  token = upper(\"a\", \"hunter2-planted\")\n}\n"},
		"in a call that fails":      {text: fmt.Sprintf(block, `jsondecode("hunter2-planted")`)},
		"of a wrong type":           {text: fmt.Sprintf(block, `["hunter2-planted"]`)},
		"in a list":                 {text: "updater \"jellyfin\" {\n  api_key = \"abc\"\n  pins = [\"1\", \"hunter2-planted\"]\n}\n"},
		"in a conditional":          {text: fmt.Sprintf(block, `true ? "hunter2-planted" : 1`)},
		"under a misspelt name":     {text: "debrid \"realdebrid\" {\n  tocken = \"hunter2-planted\"\n}\n"},
		"under a name of no plugin": {text: "debrid \"realdebird\" {\n  token = \"hunter2-planted\"\n}\n"},
		"in an unknown block":       {text: "notifier \"x\" {\n  token = \"hunter2-planted\"\n}\n"},
		"in a one-line unknown one": {text: `notifier "x" { token = "hunter2-planted" }`},
		"beside a syntax error":     {text: fmt.Sprintf(block, `"hunter2-planted" oops`)},
		"not closed":                {text: fmt.Sprintf(block, `"hunter2-planted`)},
		"two in a line":             {text: `debrid "realdebrid" { token = "hunter2-planted", url = "x" }`},
		"in a heredoc not closed":   {text: "debrid \"realdebrid\" {\n  token = <<EOT\nhunter2-planted ${\n}\n"},
		"in a URL":                  {text: "server {\n  url = \"http://me:hunter2-planted@\"\n}\n"},
		"in a query":                {text: "scraper \"i\" {\n  plugin = \"torznab\"\n  url = \"http://x/?apikey=hunter2-planted\"\n  mode = \"y\"\n}\n"},
		"of the proxy":              {text: "metadata \"cinemeta\" {\n  proxy = \"http://me:hunter2-planted@h:1\"\n}\n"},
		"of the database":           {text: "database {\n  url = \"mysql://me:hunter2-planted@h\"\n}\n"},
		"of the cache":              {text: "cache {\n  url = \"http://:hunter2-planted@h\"\n}\n"},
		"of a good database":        {text: "database {\n  url = \"postgres://me:hunter2-planted@h\"\n}\n"},
		"of the server":             {text: "server {\n  password = \"hunter2-planted\"\n  secret = \"hunter2-planted\"\n}\n"},
		"in a variable":             {environ: []string{"MILLRACE_SERVER__PASSWORD=" + planted}},
		"in a bad variable":         {environ: []string{"MILLRACE_DATABASE__URL=" + planted}},
		"in an unknown variable":    {environ: []string{"MILLRACE_SERVER__PASWORD=" + planted}},
		"in a disabled instance":    {text: "debrid \"realdebrid\" {\n  enabled = false\n  token = \"hunter2-planted\"\n}\n"},
		"in a misplaced block":      {text: "server {\n  debrid \"x\" { token = \"hunter2-planted\" }\n}\n"},
		"in an object":              {text: "server = { password = \"hunter2-planted\" }\n"},
		"given to a scraper's key":  {text: "scraper \"i\" {\n  plugin = \"torznab\"\n  api_key = \"hunter2-planted\"\n  url = \"http://x/hunter2-planted\"\n}\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := write(t, map[string]string{"config.hcl": tt.text, "token": planted})
			out := outputs(t, filepath.Join(dir, "config.hcl"), tt.environ...)
			if strings.Contains(out, planted) {
				t.Errorf("the secret is shown:\n%s", out)
			}
		})
	}
}

func TestAWordOfUncheckedSettingsHidesNothingElsewhere(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"config.hcl": "log {\n  level = \"fasst\"\n}\nscraper \"x\" {\n  mode = \"fasst\"\n}\n"})
	o := options()
	o.Schema = nil
	_, ds := config.Load(t.Context(), filepath.Join(dir, "config.hcl"), o)
	if len(ds) != 1 || ds[0].Snippet.Code != `  level = "fasst"` {
		t.Errorf("got %s", ds)
	}
}

func TestAPluginsComplaintsAreShownAtTheirLines(t *testing.T) {
	t.Parallel()
	const text = `updater "jellyfin" {
  api_key  = env("KEY", "abc")
  path_map = { "/mnt" = "/media", srv = "/s" }
  pins     = ["a", "b"]
}
`
	tests := map[string]struct{ attribute, want string }{
		"an attribute":            {"api_key", "config.hcl:2,14-31"},
		"an element":              {"pins[1]", "config.hcl:4,20-23"},
		"an element too many":     {"pins[2]", "config.hcl:4,14-24"},
		"a key":                   {`path_map["/mnt"]`, "config.hcl:3,25-33"},
		"a key behind a dot":      {"path_map.srv", "config.hcl:3,41-45"},
		"a key that is not there": {"path_map.x", "config.hcl:3,14-47"},
		"an attribute by default": {"url", "config.hcl:1,1-19"},
		"the block":               {"", "config.hcl:1,1-19"},
		"nothing that there is":   {"nothing[", "config.hcl:1,1-19"},
	}
	dir := write(t, map[string]string{"config.hcl": text})
	c, ds := config.Load(t.Context(), filepath.Join(dir, "config.hcl"), options())
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.Diagnose(c.Instances[0], []sdk.Diagnostic{{Attribute: tt.attribute, Summary: "no"}})
			if where := strings.TrimPrefix(got[0].Range.String(), dir+"/"); where != tt.want {
				t.Errorf("it is shown at %s, want %s", where, tt.want)
			}
		})
	}
}

func TestAPluginsComplaintAboutAVariableNamesIt(t *testing.T) {
	t.Parallel()
	c := mustLoad(t, "debrid \"realdebrid\" {}\n", "MILLRACE_DEBRID__REALDEBRID__TOKEN=abcdef")
	got := c.Diagnose(c.Instances[0], []sdk.Diagnostic{{Attribute: "token", Summary: "The token is refused", Detail: "abcdef is old."}})
	want := "variable MILLRACE_DEBRID__REALDEBRID__TOKEN: The token is refused; *** is old."
	if got[0].String() != want {
		t.Errorf("got %s, want %s", got[0], want)
	}
}

func TestTheHashTellsWhatChanged(t *testing.T) {
	t.Parallel()
	hashes := func(text string, environ ...string) []string {
		var out []string
		for _, i := range mustLoad(t, text, environ...).Instances {
			out = append(out, i.Hash())
		}
		return out
	}
	const text = "scraper \"archive\" {}\ndebrid \"realdebrid\" {\n  token = \"a\"\n  labels = { a = \"1\", b = \"2\" }\n}\n"
	before := hashes(text)
	same := map[string][]string{
		"another layout":        hashes("# hello\nscraper \"archive\" {\n}\n\n\ndebrid \"realdebrid\" {\n  labels = {\n    b = \"2\"\n    a = \"1\"\n  }\n  token = \"${\"a\"}\"\n}\n"),
		"the environment":       hashes(strings.Replace(text, `"a"`, `env("X")`, 1), "X=a"),
		"a default written out": hashes(strings.Replace(text, `"archive" {}`, `"archive" { url = "https://example.org" }`, 1)),
	}
	for name, got := range same {
		if diff := cmp.Diff(got, before); diff != "" {
			t.Errorf("%s changes a hash:\n%s", name, diff)
		}
	}
	after := hashes(strings.Replace(text, `"a"`, `"b"`, 1))
	if after[0] != before[0] {
		t.Error("a change of realdebrid changes the hash of archive")
	}
	if after[1] == before[1] {
		t.Error("another token has the same hash")
	}
}

func TestTheExamplesAreValid(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"../../config.hcl", "../../examples/config/minimal", "../../examples/config/postgres", "../../examples/config/full",
	} {
		o := options("SECRET=s", "DATABASE_URL=postgres://u:p@h/d", "REALDEBRID_TOKEN=a", "PROWLARR_API_KEY=b", "PASSWORD=c", "JELLYFIN_API_KEY=d",
			"OVERSEERR_API_KEY=e", "PLEX_TOKEN=f")
		o.Schema = nil
		if _, ds := config.Load(t.Context(), path, o); len(ds) > 0 {
			t.Errorf("%s:\n%s", path, ds)
		}
		files, err := filepath.Glob(path)
		if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
			files, err = filepath.Glob(filepath.Join(path, "*.hcl"))
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := config.Fmt(src, f); string(got) != string(src) {
				t.Errorf("%s is not laid out as fmt does:\n%s", f, cmp.Diff(string(src), string(got)))
			}
		}
	}
}

// uncommented is a file with the blocks that stand in comments in it taken out of them.
func uncommented(src string) string {
	var out strings.Builder
	begins := regexp.MustCompile(`^\s*# [a-z]+( "[a-z]+")? \{`)
	within := false
	for line := range strings.Lines(src) {
		within = within || begins.MatchString(line)
		if !within {
			out.WriteString(line)
			continue
		}
		text := strings.Replace(strings.Replace(line, "# ", "", 1), "#\n", "\n", 1)
		out.WriteString(text)
		within = !strings.HasSuffix(strings.TrimSpace(text), "}")
	}
	return out.String()
}

func TestTheExamplesInCommentsAreValid(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../../config.hcl")
	if err != nil {
		t.Fatal(err)
	}
	c := mustLoadOffline(t, uncommented(string(src)), "DATABASE_URL=postgres://h/d", "REDIS_URL=redis://h", "REALDEBRID_TOKEN=a", "PROWLARR_API_KEY=b",
		"JELLYFIN_API_KEY=d", "OVERSEERR_API_KEY=e", "PLEX_TOKEN=f")
	if len(c.Instances) != 9 || c.Database.URL.IsZero() || c.Cache.URL.IsZero() || len(c.Log.Plugins) != 1 {
		t.Errorf("not every example was found:\n%s", c.Show())
	}
}

func mustLoadOffline(t *testing.T, text string, environ ...string) *config.Config {
	t.Helper()
	dir := write(t, map[string]string{"config.hcl": text})
	o := options(environ...)
	o.Schema = nil
	c, ds := config.Load(t.Context(), filepath.Join(dir, "config.hcl"), o)
	if len(ds) > 0 {
		t.Fatalf("unexpected diagnostics:\n%s", ds)
	}
	return c
}
