package config_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
)

var update = flag.Bool("update", false, "write the golden files anew")

// schemas are the plugins that the tests know of.
func schemas() map[string]sdk.Schema {
	low, high := 0.0, 1000.0
	url := sdk.Attribute{Name: "url", Type: sdk.TypeString, Default: json.RawMessage(`"https://example.org"`), Doc: "Where the service is."}
	return map[string]sdk.Schema{
		"source/file":       {Attributes: []sdk.Attribute{{Name: "path", Type: sdk.TypeString, Required: true, Doc: "The watchlist."}}},
		"metadata/cinemeta": {Attributes: []sdk.Attribute{url}},
		"scraper/archive":   {Attributes: []sdk.Attribute{url, {Name: "collections", Type: sdk.TypeStrings}}},
		"scraper/torznab": {Attributes: []sdk.Attribute{
			{Name: "url", Type: sdk.TypeString, Required: true, Doc: "URL of the indexer."},
			{Name: "api_key", Type: sdk.TypeString, Secret: true, Doc: "Key of the indexer."},
			{Name: "categories", Type: sdk.TypeInts},
			{Name: "max_results", Type: sdk.TypeInt, Default: json.RawMessage(`100`), Min: &low, Max: &high},
			{Name: "mode", Type: sdk.TypeString, Choices: []string{"fast", "thorough"}, Default: json.RawMessage(`"fast"`)},
			{Name: "age", Type: sdk.TypeDuration, Default: json.RawMessage(`"7d"`)},
			{Name: "old", Type: sdk.TypeString, Deprecated: "Use mode."},
		}},
		"debrid/bittorrent": {Attributes: []sdk.Attribute{
			{Name: "upload", Type: sdk.TypeRate, Default: json.RawMessage(`"1MiB/s"`)},
			{Name: "room", Type: sdk.TypeSize},
			{Name: "private", Type: sdk.TypeBool},
			{Name: "ratio", Type: sdk.TypeNumber},
		}},
		"debrid/realdebrid": {Attributes: []sdk.Attribute{
			url, {Name: "token", Type: sdk.TypeString, Required: true, Secret: true, Doc: "API token, from your account page."},
		}},
		"updater/jellyfin": {Attributes: []sdk.Attribute{
			url, {Name: "api_key", Type: sdk.TypeString, Required: true, Secret: true},
			{Name: "path_map", Type: sdk.TypeMap},
			{Name: "pins", Type: sdk.TypeStrings, Secret: true},
		}},
		"scraper/greedy": {Attributes: []sdk.Attribute{{Name: "timeout", Type: sdk.TypeString}}},
	}
}

func options(environ ...string) config.Options {
	return config.Options{
		Environ: environ,
		Plugins: []string{"archive", "bittorrent", "cinemeta", "file", "jellyfin", "realdebrid", "torznab"},
		Schema: func(_ context.Context, plugin, capability string) (sdk.Schema, error) {
			s, ok := schemas()[capability+"/"+plugin]
			if !ok {
				return sdk.Schema{}, errors.New("there is no plugin of this name that is a " + capability)
			}
			return s, nil
		},
		Profile: func(p config.Profile) []sdk.Diagnostic {
			var out []sdk.Diagnostic
			for i, r := range p.Resolutions {
				if !strings.HasSuffix(r, "p") {
					out = append(out, sdk.Diagnostic{Attribute: "resolutions[" + string(rune('0'+i)) + "]", Summary: "There is no resolution " + r})
				}
			}
			for _, r := range p.Prefer {
				if r.Name == "remixx" {
					out = append(out, sdk.Diagnostic{Attribute: "prefer.remixx", Summary: "There is nothing called remixx"})
				}
			}
			for i, n := range p.Reject.Any {
				if n == "camm" {
					out = append(out, sdk.Diagnostic{Attribute: "reject.any[" + string(rune('0'+i)) + "]", Summary: "There is nothing called camm", Warning: true})
				}
			}
			return out
		},
	}
}

// write makes a folder with the given files and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t *testing.T, text string, environ ...string) (*config.Config, config.Diagnostics) {
	t.Helper()
	dir := write(t, map[string]string{"config.hcl": text})
	return config.Load(t.Context(), filepath.Join(dir, "config.hcl"), options(environ...))
}

func mustLoad(t *testing.T, text string, environ ...string) *config.Config {
	t.Helper()
	c, ds := load(t, text, environ...)
	if len(ds) > 0 {
		t.Fatalf("unexpected diagnostics:\n%s", ds)
	}
	return c
}

// headerEnviron reads the lines "# env NAME=value" at the head of a file.
func headerEnviron(src string) []string {
	var out []string
	for line := range strings.Lines(src) {
		if kv, ok := strings.CutPrefix(strings.TrimSpace(line), "# env "); ok {
			out = append(out, kv)
		}
	}
	return out
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, string(want)); diff != "" {
		t.Errorf("%s: got before want:\n%s", path, diff)
	}
}

func TestDiagnosticsAreShownAsTheGoldenFilesSay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/diagnostics/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if filepath.Ext(file) == ".golden" {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, ds := config.Load(t.Context(), file, options(headerEnviron(string(src))...))
			golden(t, file+".golden", ds.String())
			if strings.Contains(ds.String(), planted) {
				t.Errorf("the planted secret is shown:\n%s", ds)
			}
		})
	}
}

// planted is a secret that no output may hold.
const planted = "hunter2-planted"
