package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/sdk"
)

var configOptions = cmp.Options{
	cmpopts.IgnoreUnexported(config.Config{}),
	cmp.Comparer(func(a, b sdk.Secret) bool { return a.Reveal() == b.Reveal() }),
}

func template(t *testing.T, s string) config.Template {
	t.Helper()
	tmpl, err := config.ParseTemplate(s, []string{"title", "year", "imdb", "tmdb", "tvdb", "profile", "season", "episode", "name"})
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func defaults(t *testing.T, base string) *config.Config {
	t.Helper()
	return &config.Config{
		Dir:    base,
		Data:   filepath.Join(base, "data"),
		Server: config.Server{Listen: "127.0.0.1:8080"},
		Log:    config.Log{Level: "info"},
		Mount: config.Mount{
			Passthrough: true, Memory: 128 << 20, Process: config.ProcessDaemon,
			Cache: config.ChunkCache{Size: 20 << 30, Chunk: 128 << 10, Free: 1 << 30},
		},
		Libraries: []config.Library{
			{
				Name: "movies", Kind: sdk.Movie,
				Folder: template(t, "movies/{title} ({year}) {{tmdb-{tmdb}}}"), File: template(t, "{title} ({year})"),
			},
			{
				Name: "shows", Kind: sdk.Show,
				Folder: template(t, "shows/{title} ({year}) {{tvdb-{tvdb}}}"), Season: template(t, "Season {season:02}"),
				File: template(t, "{title} - s{season:02}e{episode:02}"),
			},
		},
		Profiles: []config.Profile{{Name: "default", Base: "balanced"}},
	}
}

func TestAnEmptyFileHasADefaultForEverything(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"config.hcl": ""})
	c, ds := config.Load(t.Context(), filepath.Join(dir, "config.hcl"), options())
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	if diff := cmp.Diff(c, defaults(t, dir), configOptions); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
}

func TestNoFileIsAnEmptyFileInTheWorkingDirectory(t *testing.T) {
	t.Parallel()
	c, ds := config.Load(t.Context(), "", options())
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, defaults(t, wd), configOptions); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
}

const everything = `
data = "state"
server {
  listen   = ":9000"
  url      = "https://media.example.org/"
  password = env("PASSWORD", "")
  secret   = "${upper("abc")}-${env("PASSWORD", "")}"
}
log {
  level = "warn"
  plugin "torznab" {
    level = "trace"
  }
}
plugins {
  dir = "./plugins"
}
database {
  url = "postgres://user:pw@db/millrace"
}
cache {
  url = "redis://:pw@cache:6379/0"
}
mount {
  path        = "/mnt/library"
  passthrough = false
  memory      = "1GiB"
  process     = "separate"
  cache {
    size  = "2TiB"
    ttl   = "2w"
    chunk = "4MiB"
    free  = "0B"
  }
}
library "films" {
  kind   = "movie"
  folder = "films/{title}"
}
library "anime" {
  kind   = "show"
  folder = "anime/{title}"
  season = "S{season}"
  file   = "{season:02}x{episode:03}"
}
profile "best" {
  resolutions = ["2160p", "1080p"]
  languages   = ["en", "de"]
  min_size    = "100MB"
  max_size    = "80GB"
  prefer "remux" { score = 500 }
  prefer "small" {
    score = -20
    match = "(?i)micro"
  }
  require {
    match = ["^[A-Z]"]
  }
  reject {
    any = []
  }
}
source "watchlist" {
  plugin  = "file"
  path    = "watchlist.txt"
  every   = "1m"
  profile = "best"
}
scraper "archive" {}
scraper "indexers" {
  plugin     = "torznab"
  url        = "http://prowlarr:9696"
  api_key    = "0123456789"
  categories = [2000, 5000]
  timeout    = "8s"
  limit      = "30/m"
  proxy      = "socks5://127.0.0.1:1080"
  labels     = { site = "home" }
}
debrid "bittorrent" {
  from   = ["archive"]
  upload = "500KB/s"
}
debrid "realdebrid" {
  token    = "a-token"
  priority = 1
}
updater "jellyfin" {
  enabled = false
  api_key = env("NOT_SET")
}
`

func TestEveryBlockReachesTheConfig(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"config.hcl": everything})
	c, ds := config.Load(t.Context(), filepath.Join(dir, "config.hcl"), options("PASSWORD=pass-word"))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	want := &config.Config{
		Dir:  dir,
		Data: filepath.Join(dir, "state"),
		Server: config.Server{
			Listen: ":9000", URL: "https://media.example.org",
			Password: sdk.NewSecret("pass-word"), Secret: sdk.NewSecret("ABC-pass-word"),
		},
		Log:      config.Log{Level: "warn", Plugins: map[string]string{"torznab": "trace"}},
		Plugins:  config.Plugins{Dirs: []string{filepath.Join(dir, "plugins")}},
		Database: config.Database{URL: sdk.NewSecret("postgres://user:pw@db/millrace")},
		Cache:    config.Cache{URL: sdk.NewSecret("redis://:pw@cache:6379/0")},
		Mount: config.Mount{
			Enabled: true, Path: "/mnt/library", Memory: 1 << 30, Process: config.ProcessSeparate,
			Cache: config.ChunkCache{Size: 2 << 40, TTL: 14 * 24 * time.Hour, Chunk: 4 << 20},
		},
		Libraries: []config.Library{
			{Name: "films", Kind: sdk.Movie, Folder: template(t, "films/{title}"), File: template(t, "{title} ({year})")},
			{
				Name: "anime", Kind: sdk.Show, Folder: template(t, "anime/{title}"), Season: template(t, "S{season}"),
				File: template(t, "{season:02}x{episode:03}"),
			},
		},
		Profiles: []config.Profile{
			{
				Name: "best", Base: "balanced", Resolutions: []string{"2160p", "1080p"}, Languages: []string{"en", "de"},
				MinSize: 100e6, MaxSize: 80e9,
				Prefer:  []config.Rule{{Name: "remux", Score: 500}, {Name: "small", Score: -20, Match: "(?i)micro"}},
				Require: config.Condition{Match: []string{"^[A-Z]"}}, Reject: config.Condition{Any: []string{}},
			},
			defaults(t, dir).Profiles[0],
		},
		Instances: []config.Instance{
			{
				Capability: "source", Name: "watchlist", Plugin: "file", Enabled: true, Timeout: time.Minute, Every: time.Minute,
				Profiles: []string{"best"}, Settings: []byte(`{"path":"watchlist.txt"}`),
			},
			{
				Capability: "scraper", Name: "archive", Plugin: "archive", Enabled: true, Timeout: 20 * time.Second,
				Settings: []byte(`{"url":"https://example.org"}`),
			},
			{
				Capability: "scraper", Name: "indexers", Plugin: "torznab", Enabled: true, Timeout: 8 * time.Second, Limit: 0.5,
				Proxy: "socks5://127.0.0.1:1080", Labels: map[string]string{"site": "home"}, Secrets: []string{"api_key"},
				Settings: []byte(`{"age":"7d","api_key":"0123456789","categories":[2000,5000],"max_results":100,"mode":"fast","url":"http://prowlarr:9696"}`),
			},
			{
				Capability: "debrid", Name: "bittorrent", Plugin: "bittorrent", Enabled: true, Timeout: 30 * time.Second,
				From: []string{"archive"}, Settings: []byte(`{"upload":"500KB/s"}`),
			},
			{
				Capability: "debrid", Name: "realdebrid", Plugin: "realdebrid", Enabled: true, Timeout: 30 * time.Second, Priority: 1,
				Secrets: []string{"token"}, Settings: []byte(`{"token":"a-token","url":"https://example.org"}`),
			},
			{Capability: "updater", Name: "jellyfin", Plugin: "jellyfin", Timeout: 20 * time.Second},
		},
	}
	if diff := cmp.Diff(c, want, configOptions); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
}

func TestAFolderIsMerged(t *testing.T) {
	t.Parallel()
	parts := strings.SplitAfter(everything, "\nprofile \"best\"")
	dir := write(t, map[string]string{
		"10-core.hcl":         strings.TrimSuffix(parts[0], `profile "best"`),
		"20-rest.hcl":         `profile "best"` + parts[1],
		"30-more.hcl.json":    `{"metadata": {"cinemeta": {}}}`,
		".hidden.hcl":         "not = [a file of ours",
		"notes.txt":           "neither",
		"package.json":        "{}}",
		"watchlist.hcl.saved": "nor",
	})
	c, ds := config.Load(t.Context(), dir, options())
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	if got, want := c.Data, filepath.Join(dir, "state"); got != want {
		t.Errorf("data is %s, want %s", got, want)
	}
	var names []string
	for _, i := range c.Instances {
		names = append(names, i.Name)
	}
	want := []string{"watchlist", "cinemeta", "archive", "indexers", "bittorrent", "realdebrid", "jellyfin"}
	if diff := cmp.Diff(names, want); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
}

func TestFilesOfAFolderContradictEachOther(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"a.hcl": "data = \"x\"\nserver {}\nscraper \"archive\" {}\n",
		"b.hcl": "data = \"y\"\nserver {}\nscraper \"archive\" {}\n",
	})
	_, ds := config.Load(t.Context(), dir, options())
	var got []string
	for _, d := range ds {
		got = append(got, filepath.Base(d.Range.Filename)+" "+d.Summary)
	}
	want := []string{"b.hcl Duplicate argument", "b.hcl There are two server blocks", `b.hcl There are two scraper blocks called "archive"`}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(dir, "none.hcl"): "none.hcl does not exist.",
		dir:                            "has no *.hcl and no *.hcl.json file in it.",
	} {
		c, ds := config.Load(t.Context(), path, options("MILLRACE_WHAT=1"))
		if c != nil || len(ds) != 1 || !strings.HasSuffix(ds[0].Detail, want) {
			t.Errorf("%s: got %v and %v, want a diagnostic that ends in %q", path, c, ds, want)
		}
	}
}

func TestJSONSaysTheSame(t *testing.T) {
	t.Parallel()
	native := mustLoad(t, `
mount {
  path = "mnt"
}
scraper "indexers" {
  plugin     = "torznab"
  url        = "http://${env("HOST")}:9696"
  categories = [2000]
}
profile "default" {
  prefer "remux" { score = 5 }
  prefer "5.1" { score = 4 }
}
`, "HOST=prowlarr")
	dir := write(t, map[string]string{"c.hcl.json": `{
  "//": "comments look like this",
  "mount": {"path": "mnt"},
  "scraper": {"indexers": {"plugin": "torznab", "url": "http://${env(\"HOST\")}:9696", "categories": [2000]}},
  "profile": {"default": {"prefer": {"remux": {"score": 5}, "5.1": {"score": 4}}}}
}`})
	fromJSON, ds := config.Load(t.Context(), filepath.Join(dir, "c.hcl.json"), options("HOST=prowlarr"))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	ignore := cmp.Options{configOptions, cmpopts.IgnoreFields(config.Config{}, "Dir", "Data"), cmpopts.IgnoreFields(config.Mount{}, "Path")}
	if diff := cmp.Diff(fromJSON, native, ignore); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
}

func TestALibraryOfAKindReplacesTheDefaultOne(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                   "movies shows",
		`library "films" { kind = "movie" }`: "films shows",
		`library "series" { kind = "show" }`: "series movies",
		"library \"shows\" {}":               "shows movies",
		"library \"a\" {\n  kind = \"show\"\n}\nlibrary \"b\" {\n  kind = \"movie\"\n}": "a b",
	} {
		var names []string
		for _, l := range mustLoad(t, text).Libraries {
			names = append(names, l.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: libraries are %s, want %s", text, got, want)
		}
	}
}

func TestWithoutSchemasThePluginsPartIsKeptUnchecked(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"config.hcl": `
scraper "any" {
  timeout = "1s"
  what    = ["ever", 1]
  token   = "hunter2-planted"
}`})
	o := options("MILLRACE_SCRAPER__ANY__WHAT=else", "MILLRACE_SCRAPER__ANY__MORE=yes")
	o.Schema = nil
	c, ds := config.Load(t.Context(), filepath.Join(dir, "config.hcl"), o)
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	want := `{"more":"yes","token":"hunter2-planted","what":"else"}`
	if got := string(c.Instances[0].Settings); got != want {
		t.Errorf("settings are %s, want %s", got, want)
	}
	if shown := string(c.Show()); strings.Contains(shown, planted) {
		t.Errorf("the secret is shown:\n%s", shown)
	}
}

func TestASourceWantsAtOneProfileOrAtSeveral(t *testing.T) {
	t.Parallel()
	const profiles = "profile \"hd\" {}\nprofile \"uhd\" {}\n"
	tests := map[string]struct {
		lines string
		want  []string
		fault string // part of what is said
	}{
		"none named is the default":    {"", []string{"default"}, ""},
		"one":                          {`profile = "hd"`, []string{"hd"}, ""},
		"several":                      {`profiles = ["uhd", "hd"]`, []string{"uhd", "hd"}, ""},
		"one that is not there":        {`profiles = ["uhd", "hdd"]`, nil, `There is no profile "hdd"`},
		"one and several are a riddle": {"profile = \"hd\"\n  profiles = [\"uhd\"]", nil, "exclude each other"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, ds := load(t, profiles+"source \"file\" {\n  path = \"x\"\n  "+tt.lines+"\n}\n")
			if tt.fault != "" {
				if len(ds) != 1 || !strings.Contains(ds.String(), tt.fault) {
					t.Errorf("got %v, want a word of %q", ds, tt.fault)
				}
				return
			}
			if len(ds) > 0 {
				t.Fatalf("unexpected diagnostics:\n%s", ds)
			}
			if diff := cmp.Diff(c.Instances[0].Profiles, tt.want); diff != "" {
				t.Errorf("got before want:\n%s", diff)
			}
		})
	}
}
