package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/rank"
	parsing "github.com/millrace-media/millrace/core/release"
)

const rankConfig = `profile "mine" {
  base        = "best"
  max_size    = "20GiB"
  languages   = ["de", "en"]
  prefer "proper" {
    score = 30
  }
}
profile "default" {
  resolutions = ["1080p", "720p"]
  reject {
    match = ["-BAD$"]
  }
}
`

const (
	goodSintel = "Sintel.2010.1080p.BluRay.x264.DTS-GRP"
	badSintel  = "Sintel.2010.PROPER.2160p.CAM.FRENCH.x265-BAD"
)

func TestNamesAreJudgedWithoutADaemon(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		args string // separated by "|"
	}{
		{"rank-explain", "explain|" + goodSintel + "|--for|Sintel (2010)|--size|4GiB"},
		{"rank-explain-rejected", "explain|" + badSintel + "|--profile|default|--profile|mine|--size|30GiB"},
		{"rank-explain-episode", "explain|The.Mill.S01E02.720p.HDTV.x264-GRP|--for|The Mill S01E03"},
		{"rank-compare", "compare|Sintel.2010.720p.WEB-DL.H264-A|Sintel.2010.1080p.WEBRip.AAC-B|--for|Sintel (2010)|--size|2GiB|--size|1GiB"},
		{"rank-compare-equal", "compare|Sintel.2010.720p.WEB|Sintel.2010.720p.WEB"},
		{"rank-what-if", "what-if|" + badSintel + "|--set|resolutions=2160p,1080p|--set|allow=cam|--set|reject.match=[]"},
		{"rank-what-if-mistake", "what-if|x|--set|resolutions=1081p"},
		{"rank-what-if-nothing", "what-if|x"},
		{"rank-profile-unknown", "profile|bets"},
		{"rank-explain-unknown-id", "explain|x|--for|tt1727587"},
		{"rank-explain-season-of-nothing", "explain|x|--season|1"},
		{"rank-help", "explain|--help"},
		{"rank-import", "import|testdata/x265-hd.json"},
		{"rank-import-rtn", "import|testdata/rtn.json"},
		{"rank-import-nothing", "import|testdata/rank-help.golden"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			file := filepath.Join(w.home, "config.hcl")
			if err := os.WriteFile(file, []byte(rankConfig), 0o600); err != nil {
				t.Fatal(err)
			}
			got := w.run("", append([]string{"-config", file, "-data", w.data, "rank"}, strings.Split(tc.args, "|")...)...)
			golden(t, tc.name, got.String())
		})
	}
}

func TestARunningDaemonIsAskedAboutNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, args, asked string }{
		{"with what is wanted", "explain|x|--for|tt1727587|--profile|a|--profile|b|--size|1KiB|--seeders|3",
			`POST /rank/explain application/json {"cached":false,"for":{"id":"imdb:tt1727587"},"name":"x","profiles":["a","b"],"seeders":3,"size":1024}`},
		{"with an episode", "explain|x|--for|The Mill (2020)|--season|1|--episode|0|--kind|show",
			`POST /rank/explain application/json {"cached":false,"for":{"name":"The Mill","year":2020,"kind":"show","season":1,"episode":0},"name":"x","profiles":null,"size":0}`},
		{"with an item", "explain|x|--for|12", `POST /rank/explain application/json {"cached":false,"for":{"item":12},"name":"x","profiles":null,"size":0}`},
		{"with two of them", "compare|x|y|--size|1|--size|2|--profile|best|--cached",
			`POST /rank/compare application/json {"a":{"name":"x","size":1,"cached":true},"b":{"name":"y","size":2,"cached":true},"profile":"best"}`},
		{"with settings", "what-if|x|--set|a=1|--set|b.c=x=y",
			`POST /rank/what-if application/json {"cached":false,"name":"x","profile":"","settings":{"a":"1","b.c":"x=y"},"size":0}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			r := parsing.Parse("x")
			j, err := rank.Profile{Name: "best", Base: "best"}.Compile()
			if err != nil {
				t.Fatal(err)
			}
			e, _ := rank.Explain(nil, rank.Candidate{Parsed: &r}, rank.Judge{Compiled: j})
			for call, value := range map[string]any{
				"explain": e, "compare": rank.Comparison{A: e, B: e}, "what-if": rank.Trial{Before: e, After: e},
			} {
				text, err := json.Marshal(value)
				if err != nil {
					t.Fatal(err)
				}
				w.answer("POST /rank/"+call, string(text))
			}
			w.serve()
			got := w.run("", append([]string{"-data", w.data, "rank"}, strings.Split(tc.args, "|")...)...)
			if diff := cmp.Diff(got.asked, []string{tc.asked}); diff != "" || got.code != exitOK || !strings.Contains(got.out, "Profile best") {
				t.Errorf("%s; got before want:\n%s", got, diff)
			}
			got = w.run("", append([]string{"-json", "-data", w.data, "rank"}, strings.Split(tc.args, "|")...)...)
			valid(t, got.out)
		})
	}
}

func TestNamesAreJudgedAsJSON(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"explain|x", "compare|x|y", "what-if|x|--set|deny=av1", "profile|best"} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			got := w.run("", append([]string{"-json", "-data", w.data, "rank"}, strings.Split(args, "|")...)...)
			valid(t, got.out)
		})
	}
}

func TestAProfileIsShownWithAllThatItsBaseSays(t *testing.T) {
	t.Parallel()
	w := setup(t)
	file := filepath.Join(w.home, "config.hcl")
	if err := os.WriteFile(file, []byte(rankConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		"mine":  {`profile "mine" {`, `  base        = "none"`, `  max_size    = "20GiB"`, `"bluray"`, `  tier "2160p-remux" {`, `  prefer "proper" {`},
		"small": {`profile "small" {`, `    max_size    = "5GB"`},
	} {
		got := w.run("", "-config", file, "rank", "profile", name)
		for _, part := range want {
			if !strings.Contains(got.out, part) {
				t.Errorf("%s has no %q: %s", name, part, got)
			}
		}
	}
}

func TestATerminalShowsTheMarksOfANameInColours(t *testing.T) {
	t.Parallel()
	r := parsing.Parse(badSintel)
	j, err := rank.Balanced().Compile()
	if err != nil {
		t.Fatal(err)
	}
	e, _ := rank.Explain(nil, rank.Candidate{Parsed: &r}, rank.Judge{Compiled: j})
	got := coloured(e.Name, e.Marks())
	want := paint("36", "Sintel") + "." + paint("33", "2010") + "." + paint("35", "PROPER") + "." + paint("32", "2160p") + "." + paint(red, "CAM") + "." +
		paint("36", "FRENCH") + "." + paint("33", "x265") + "-" + paint("35", "BAD")
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
}

func TestCaretsStandBelowWideLettersToo(t *testing.T) {
	t.Parallel()
	marks := []rank.Mark{{Span: parsing.Span{Lo: 0, Hi: 6}, Label: "1"}, {Span: parsing.Span{Lo: 9, Hi: 11}, Label: "12", Veto: true}}
	carets, labels := underlined("ハチ - 05", marks)
	if diff := cmp.Diff([]string{carets, labels}, []string{"^^^^   !!", "1      12"}); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
}
