package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core"
)

func TestFlagsMayHaveOneDash(t *testing.T) {
	t.Parallel()
	root := (&program{}).root()
	for _, tc := range []struct {
		name      string
		args, out []string
	}{
		{"a known long flag gets its second dash", []string{"serve", "-config", "x"}, []string{"serve", "--config", "x"}},
		{"one with its value too", []string{"-config=x", "-json"}, []string{"--config=x", "--json"}},
		{"one of a command below", []string{"config", "validate", "-offline"}, []string{"config", "validate", "--offline"}},
		{"two dashes stay", []string{"--config", "x"}, []string{"--config", "x"}},
		{"a short flag stays", []string{"item", "remove", "-y", "-h"}, []string{"item", "remove", "-y", "-h"}},
		{"what is no flag stays", []string{"-", "-nonsense", "-3"}, []string{"-", "-nonsense", "-3"}},
		{"what stands behind two dashes stays", []string{"search", "--", "-config"}, []string{"search", "--", "-config"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.out, normalise(root, tc.args)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestTheExitCodeTellsWhoIsWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		args string
		code int
		says string // in what is written
	}{
		{"help is well", "--help", exitOK, "Usage:"},
		{"no command is help", "", exitOK, "Usage:"},
		{"a group without a command is help", "item", exitOK, "unblacklist"},
		{"a completion script is well", "completion bash", exitOK, "bash completion"},
		{"an unknown command is the user's", "itme", exitUsage, `did you mean "item"?`},
		{"an unknown command of a group is", "item ad", exitUsage, `did you mean "add"?`},
		{"an unknown flag is", "item list --nope", exitUsage, "unknown flag: --nope"},
		{"a missing argument is", "item show", exitUsage, "something is missing: millrace item show ITEM"},
		{"an argument too many is", "status now", exitUsage, `"now" is too much`},
		{"an unknown log format is", "serve --log-format xml", exitUsage, "it is text or json"},
		{"no daemon is a failure", "item list", exitFailed, "start one with 'millrace serve'"},
		{"a missing file is", "import 3 no.torrent", exitFailed, "no.torrent"},
		{"a restore from nothing is", "restore nothing.zip", exitFailed, "nothing.zip"},
		{"a doctor without a daemon is", "doctor", exitFailed, "Start one: millrace serve"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			got := w.run("", append(strings.Fields(tc.args), "--data", w.data)...)
			if got.code != tc.code || !strings.Contains(got.out+got.err, tc.says) {
				t.Errorf("want code %d and %q, got %s", tc.code, tc.says, got)
			}
		})
	}
}

func TestADaemonThatWasKilledIsNotRunning(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if err := os.MkdirAll(filepath.Join(w.data, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: core.SocketPath(w.data)})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false) // as a killed daemon leaves it
	l.Close()
	if got := w.run("", "status", "--data", w.data); got.code != exitFailed || !strings.Contains(got.err, "no daemon runs") {
		t.Errorf("got %s", got)
	}
}

func TestTheDaemonIsFoundThroughTheConfiguration(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, config string }{
		{"by the folder that it names", `data = "DATA"`},
		{"beside it, where it cannot be read here", `data = env("NOT_SET_HERE")`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			dir := w.data
			w.data = filepath.Join(dir, "data")
			w.answer("GET /keys", `{"keys":[]}`)
			w.serve()
			file := filepath.Join(dir, "config.hcl")
			if err := os.WriteFile(file, []byte(strings.Replace(tc.config, "DATA", w.data, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := w.run("", "key", "list", "-config", file); got.code != exitOK {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestConfigurationsAreCheckedWithoutADaemon(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, file, args string }{
		{"config-valid", "log {\n  level = \"debug\"\n}\n", "config validate"},
		{"config-mistake", "log {\n  level = \"loud\"\n}\n", "config validate"},
		{"config-mistake-json", "lag {}\n", "config validate -json"},
		{"config-no-plugin", "scraper \"nobody\" {}\n", "config validate"},
		{"config-offline", "scraper \"nobody\" {}\n", "config validate -offline"},
		{"config-fmt-check", "log {\nlevel=\"debug\"\n}\n", "config fmt -check"},
		{"config-fmt-usual", "log {\n  level = \"debug\"\n}\n", "config fmt"},
		{"config-show", "server {\n  password = \"secretword\"\n}\n", "config show"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			file := filepath.Join(w.home, "config.hcl")
			if err := os.WriteFile(file, []byte(tc.file), 0o600); err != nil {
				t.Fatal(err)
			}
			got := w.run("", append(strings.Fields(tc.args), file)...)
			golden(t, tc.name, got.String())
			if now, err := os.ReadFile(file); err != nil || string(now) != tc.file {
				t.Errorf("the file is now %q, %v", now, err)
			}
		})
	}
}

func TestFmtRewritesTheFileAndKeepsItsMode(t *testing.T) {
	t.Parallel()
	w := setup(t)
	file := filepath.Join(w.home, "config.hcl")
	if err := os.WriteFile(file, []byte("log {\nlevel=\"debug\"\n}\n"), 0o640); err != nil {
		t.Fatal(err)
	}
	if got := w.run("", "config", "fmt", w.home); got.code != exitOK || got.out != "HOME/config.hcl\n" {
		t.Errorf("got %s", got)
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != "log {\n  level = \"debug\"\n}\n" {
		t.Errorf("got %q, %v", text, err)
	}
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o640 {
		t.Errorf("got mode %v, %v", st.Mode(), err)
	}
}

func TestWaitShowsWhatHappensUntilTheItemRests(t *testing.T) {
	t.Parallel()
	state := func(s string) string { return strings.Replace(sintel, `"failed"`, `"`+s+`"`, 1) }
	for _, tc := range []struct {
		name string
		ends string
		code int
		says string
	}{
		{"well when it is here", state("completed"), exitOK, "3  Sintel (2010): completed\n"},
		{"not well when it failed", sintel, exitFailed, "   no release suits\n   It is looked at again at 2026-05-01 14:05 (in 2 h 05 min).\n   'millrace item why 3' says more.\n"},
		{"well for a show when all that is out is here", strings.Replace(mill, `"partial","counts"`, `"ongoing","children":[`+season+`],"counts"`, 1), exitOK, "ongoing\n"},
	} {
		t.Run("it ends "+tc.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			library(w)
			w.answer("GET /items/3", state("requested"), state("scraped"), tc.ends)
			w.serve()
			got := w.run("", "item", "add", "tt1727587", "--wait", "--data", w.data)
			if got.code != tc.code || !strings.HasSuffix(got.out, tc.says) {
				t.Errorf("want code %d and %q, got %s", tc.code, tc.says, got)
			}
			if want := "Sintel (2010): requested; scrape\nSintel (2010): scraped; scrape\n"; got.err != want {
				t.Errorf("got progress %q, want %q", got.err, want)
			}
		})
	}
}

func TestAnEpisodeUnderWayKeepsAShowFromResting(t *testing.T) {
	t.Parallel()
	show := func(counts map[string]int, pack string) itemDetail {
		return itemDetail{item: item{Kind: "show", State: "partial"}, Children: []item{{Kind: "season", State: "partial", Counts: counts, Pack: pack}}}
	}
	for _, tc := range []struct {
		name string
		it   itemDetail
		want bool
	}{
		{"nothing under way", show(map[string]int{"completed": 1, "failed": 2}, ""), true},
		{"an episode is searched", show(map[string]int{"completed": 1, "indexed": 1}, ""), false},
		{"a pack is searched", show(map[string]int{"completed": 1}, "search"), false},
		{"a show without seasons is indexed", itemDetail{item: item{Kind: "show", State: "requested"}}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := tc.it.rests(); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestATorrentFileIsSentAsItIs(t *testing.T) {
	t.Parallel()
	w := setup(t)
	library(w)
	w.serve()
	file := filepath.Join(w.home, "x.torrent")
	if err := os.WriteFile(file, []byte("d4:infoe"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := w.run("", "import", "3", file, "--data", w.data)
	if diff := cmp.Diff([]string{"POST /items/3/import application/x-bittorrent d4:infoe"}, got.asked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAPasswordIsReadFromStandardInput(t *testing.T) {
	t.Parallel()
	w := setup(t)
	library(w)
	w.serve()
	for text, code := range map[string]int{"correct horse\n": exitOK, "correct horse": exitOK, "short\n": exitUsage, "\n": exitUsage} {
		if got := w.pipe(text, "password", "--data", w.data); got.code != code {
			t.Errorf("%q: got %s", text, got)
		} else if strings.Contains(got.out+got.err, strings.TrimSpace(text)) && strings.TrimSpace(text) != "" {
			t.Errorf("the password is shown: %s", got)
		}
	}
}

func TestWhatStrangersWroteCannotMoveTheCursor(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	tb := newTable("NAME", "SIZE")
	tb.add("a\x1b[2J\tb\u202e\nc", "1")
	tb.add("plain", "")
	if err := tb.write(&b); err != nil {
		t.Fatal(err)
	}
	if want := "NAME      SIZE\na[2J b c  1\nplain\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestTimesAndSizesReadWell(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for want, got := range map[string]string{
		"":                                  when(time.Time{}, now) + size(0),
		"2026-05-01 11:59 (now)":            when(now.Add(-time.Second), now),
		"2026-05-03 13:00 (in 2 d 1 h)":     when(now.Add(49*time.Hour), now),
		"2026-05-01 11:15 (45 min ago)":     when(now.Add(-45*time.Minute), now),
		"2010-09-30 00:00":                  when(time.Date(2010, 9, 30, 0, 0, 0, 0, time.UTC), now),
		"1.5 GiB":                           size(3 << 29),
		"999 B":                             size(999),
		"1 seeder, 2 seeders":               count(1, "seeder") + ", " + count(2, "seeder"),
		"a long|text":                       strings.Join(wrapped("a long  text", 8), "|"),
		"what the daemon…":                  cut("what the daemon says", 16),
		"here, Ada, Bob (trakt), (watched)": requesters([]requester{{}, {Person: "Ada"}, {Person: "Bob", Instance: "trakt"}, {Instance: "watched"}}),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
