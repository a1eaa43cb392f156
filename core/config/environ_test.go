package config_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/config"
)

func TestTheEnvironmentStandsOverTheFile(t *testing.T) {
	t.Parallel()
	const text = `
server {
  listen = ":1"
}
log {
  plugin "torznab" { level = "debug" }
}
scraper "my-indexer" {
  plugin      = "torznab"
  url         = "http://file"
  max_results = 7
}
updater "jellyfin" {
  api_key = "from-file"
}
profile "uhd" {
  prefer "remux" { score = 5 }
}
`
	instance := func(name string) func(*config.Config) any {
		return func(c *config.Config) any {
			for _, i := range c.Instances {
				if i.Name == name {
					return string(i.Settings)
				}
			}
			return nil
		}
	}
	tests := map[string]struct {
		environ []string
		get     func(*config.Config) any
		want    any
	}{
		"a text of a block":  {[]string{"MILLRACE_SERVER__LISTEN=:2"}, func(c *config.Config) any { return c.Server.Listen }, ":2"},
		"a text of the root": {[]string{"MILLRACE_DATA=/data"}, func(c *config.Config) any { return c.Data }, "/data"},
		"a size of a block that is not written": {
			[]string{"MILLRACE_MOUNT__CACHE__SIZE=1GiB"}, func(c *config.Config) any { return c.Mount.Cache.Size.String() }, "1GiB",
		},
		"a path that switches the mount on": {
			[]string{"MILLRACE_MOUNT__PATH=/mnt"}, func(c *config.Config) any { return c.Mount.Enabled }, true,
		},
		"a labeled block within a block": {
			[]string{"MILLRACE_LOG__PLUGIN__TORZNAB__LEVEL=error"}, func(c *config.Config) any { return c.Log.Plugins["torznab"] }, "error",
		},
		"a default library": {
			[]string{"MILLRACE_LIBRARY__MOVIES__FOLDER=films/{title}"},
			func(c *config.Config) any { return c.Libraries[0].Folder.String() }, "films/{title}",
		},
		"a list separated by commas": {
			[]string{"MILLRACE_PROFILE__DEFAULT__RESOLUTIONS=480p, 360p,"},
			func(c *config.Config) any { return strings.Join(c.Profiles[1].Resolutions, " ") }, "480p 360p",
		},
		"a list as JSON": {
			[]string{`MILLRACE_PROFILE__DEFAULT__RESOLUTIONS=["480p"]`},
			func(c *config.Config) any { return strings.Join(c.Profiles[1].Resolutions, " ") }, "480p",
		},
		"an empty list": {
			[]string{"MILLRACE_PROFILE__DEFAULT__REJECT__ANY="}, func(c *config.Config) any { return len(c.Profiles[1].Reject.Any) }, 0,
		},
		"a number of a rule": {
			[]string{"MILLRACE_PROFILE__UHD__PREFER__REMUX__SCORE=-3"}, func(c *config.Config) any { return c.Profiles[0].Prefer[0].Score }, -3,
		},
		"a host's attribute of an instance": {
			[]string{"MILLRACE_SCRAPER__MY_INDEXER__TIMEOUT=3s"}, func(c *config.Config) any { return c.Instances[0].Timeout }, 3 * time.Second,
		},
		"the switch of an instance": {
			[]string{"MILLRACE_SCRAPER__MY_INDEXER__ENABLED=false"}, func(c *config.Config) any { return c.Instances[0].Enabled }, false,
		},
		"the plugin of an instance": {
			[]string{"MILLRACE_SCRAPER__MY_INDEXER__PLUGIN=archive", "MILLRACE_SCRAPER__MY_INDEXER__ENABLED=false"},
			func(c *config.Config) any { return c.Instances[0].Plugin }, "archive",
		},
		"attributes of a plugin": {
			[]string{"MILLRACE_SCRAPER__MY_INDEXER__CATEGORIES=1,2", "MILLRACE_SCRAPER__MY_INDEXER__MAX_RESULTS=9"},
			instance("my-indexer"), `{"age":"7d","categories":[1,2],"max_results":9,"mode":"fast","url":"http://file"}`,
		},
		"a map as pairs": {
			[]string{"MILLRACE_UPDATER__JELLYFIN__PATH_MAP=/mnt=/media, /srv=/s"},
			instance("jellyfin"), `{"api_key":"from-file","path_map":{"/mnt":"/media","/srv":"/s"},"url":"https://example.org"}`,
		},
		"a map as JSON": {
			[]string{`MILLRACE_UPDATER__JELLYFIN__PATH_MAP={"/a":"/b"}`},
			instance("jellyfin"), `{"api_key":"from-file","path_map":{"/a":"/b"},"url":"https://example.org"}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.get(mustLoad(t, text, tt.environ...)), tt.want); diff != "" {
				t.Errorf("got before want:\n%s", diff)
			}
		})
	}
}

func TestAFileVariableReadsAFile(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"config.hcl": `debrid "realdebrid" {}`,
		"token":      "hunter2-planted\r\n",
	})
	path := filepath.Join(dir, "config.hcl")
	c, ds := config.Load(t.Context(), path, options("MILLRACE_DEBRID__REALDEBRID__TOKEN_FILE=token"))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	if got, want := string(c.Instances[0].Settings), `{"token":"hunter2-planted","url":"https://example.org"}`; got != want {
		t.Errorf("settings are %s, want %s", got, want)
	}
	for _, v := range c.Env() {
		if v.Name == "MILLRACE_DEBRID__REALDEBRID__TOKEN" && (v.Source != "file token" || v.Value != `"***"`) {
			t.Errorf("got %+v", v)
		}
	}
}

func TestMistakesInVariablesPointAtThem(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		environ           []string
		variable, summary string
		severity          config.Severity
	}{
		"both the value and its file": {
			[]string{"MILLRACE_SERVER__PASSWORD=a", "MILLRACE_SERVER__PASSWORD_FILE=b"},
			"MILLRACE_SERVER__PASSWORD", "Two variables for one value", config.Error,
		},
		"a file that is not there": {
			[]string{"MILLRACE_SERVER__PASSWORD_FILE=none"}, "MILLRACE_SERVER__PASSWORD_FILE", "The file cannot be read", config.Error,
		},
		"a value of another type": {
			[]string{"MILLRACE_MOUNT__CACHE__TTL=long"}, "MILLRACE_MOUNT__CACHE__TTL", `Wrong value for "ttl"`, config.Error,
		},
		"a list that is not JSON": {
			[]string{"MILLRACE_PROFILE__DEFAULT__LANGUAGES=[en"}, "MILLRACE_PROFILE__DEFAULT__LANGUAGES", `Wrong value for "languages"`, config.Error,
		},
		"a wrong template": {
			[]string{"MILLRACE_LIBRARY__MOVIES__FILE={name}"}, "MILLRACE_LIBRARY__MOVIES__FILE", `Wrong template for "file"`, config.Error,
		},
		"a name that means nothing": {
			[]string{"MILLRACE_SEVER__LISTEN=:1"}, "MILLRACE_SEVER__LISTEN", "The variable MILLRACE_SEVER__LISTEN means nothing", config.Warning,
		},
		"an unknown profile": {
			[]string{"MILLRACE_SOURCE__FILE__PROFILE=none"}, "MILLRACE_SOURCE__FILE__PROFILE", `There is no profile "none"`, config.Error,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, ds := load(t, "source \"file\" {\n  path = \"x\"\n}\n", tt.environ...)
			if len(ds) != 1 {
				t.Fatalf("got %d diagnostics, want one:\n%s", len(ds), ds)
			}
			got := []any{ds[0].Variable, ds[0].Summary, ds[0].Severity}
			if diff := cmp.Diff(got, []any{tt.variable, tt.summary, tt.severity}); diff != "" {
				t.Errorf("got before want:\n%s", diff)
			}
		})
	}
}

func TestNamesThatMeanSomethingGiveNoWarning(t *testing.T) {
	t.Parallel()
	mustLoad(t, `
server {
  url = env("MILLRACE_HOST", "")
}
updater "jellyfin" {
  enabled = false
  url     = env("MILLRACE_JELLY", "")
}`, "MILLRACE_HOST=http://x", "MILLRACE_JELLY=y", "MILLRACE_UPDATER__JELLYFIN__TOKEN=z", "MILLRACE_REFERENCE=/r",
		"MILLRACE_REQUIRE_FUSE=1", "MILLRACE_REATTACH={}", "MILLRACE_FAILPOINT=a", "MILLRACE_FAILPOINT_DB=b",
		"MILLRACE_SERVER__PASSWORD_FILE=/dev/null", "MILLRACES=1", "OTHER=1")
}
