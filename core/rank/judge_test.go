package rank

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

func compile(t testing.TB, p Profile) *Compiled {
	t.Helper()
	c, err := p.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func candidate(name string, size int64, seeders int) Candidate {
	r := release.Parse(name)
	return Candidate{Release: sdk.Release{Name: name, Size: size, Seeders: seeders, Hash: fmt.Sprintf("%040x", len(name)*7919+seeders)}, Parsed: &r}
}

// vetoes lists the codes that reject, each with its setting.
func vetoes(v Verdict) string {
	var out []string
	for _, r := range v.Reasons {
		if r.Veto {
			out = append(out, strings.TrimSpace(string(r.Code)+" "+r.Setting))
		}
	}
	return strings.Join(out, ", ")
}

const gib = int64(1) << 30

func TestProfilesReject(t *testing.T) {
	t.Parallel()
	with := func(change func(*Profile)) Profile {
		p := Balanced()
		change(&p)
		return p
	}
	only1080 := with(func(p *Profile) { p.Resolutions = []string{"1080p"} })
	english := with(func(p *Profile) { p.Languages = []string{"en"} })
	sized := with(func(p *Profile) { p.MinSize, p.MaxSize = gib/2, 2*gib })
	patterns := with(func(p *Profile) { p.Reject.Match = []string{`\bBADGRP\b`}; p.Require.Match = []string{"x26[45]"} })
	need := with(func(p *Profile) { p.Require.Any = []string{"remux", "webdl"} })
	strict := with(func(p *Profile) { p.Reject.Any = append(p.Reject.Any, "unknown-resolution") })
	for _, tt := range []struct {
		name    string
		profile Profile
		wanted  string
		release string
		size    int64
		want    string
	}{
		{"nothing that is fine", Balanced(), "sintel", "Sintel.2010.1080p.BluRay.x264-GRP", gib, ""},
		{"a cam", Balanced(), "sintel", "Sintel.2010.CAM.XviD", gib, "REJECTED_SOURCE reject.any[0]"},
		{"a telesync", Balanced(), "sintel", "Sintel.2010.1080p.HDTS.x264", gib, "REJECTED_SOURCE reject.any[1]"},
		{"a screener", Balanced(), "sintel", "Sintel.2010.DVDSCR.x264", gib, "REJECTED_SOURCE reject.any[3]"},
		{"no transport stream from a recorder", Balanced(), "sintel", "Sintel.2010.720p.HDTV.ts", gib, ""},
		{"cinema sound", Balanced(), "sintel", "Sintel.2010.1080p.WEBRip.LiNE.x264", gib, "REJECTED reject.any[6]"},
		{"3D", Balanced(), "sintel", "Sintel.2010.3D.HSBS.1080p.BluRay", gib, "REJECTED reject.any[8]"},
		{"a disc", Balanced(), "sintel", "Sintel.2010.COMPLETE.UHD.BLURAY-GRP", gib, "REJECTED reject.any[10]"},
		{"another title", Balanced(), "sintel", "Sintel.Two.2010.1080p", gib, "OTHER_TITLE"},
		{"a resolution that is not listed", only1080, "sintel", "Sintel.2010.720p.BluRay", gib, "RESOLUTION_NOT_WANTED resolutions"},
		{"no unknown resolution", only1080, "sintel", "Sintel.2010.BluRay", gib, ""},
		{"an unknown resolution on demand", strict, "sintel", "Sintel.2010.BluRay", gib, "REJECTED reject.any[14]"},
		{"another language", english, "sintel", "Sintel.2010.FRENCH.1080p", gib, "LANGUAGE languages"},
		{"no language that is not told", english, "sintel", "Sintel.2010.1080p", gib, ""},
		{"no several languages", english, "sintel", "Sintel.2010.MULTi.FRENCH.1080p", gib, ""},
		{"none with the language among others", english, "sintel", "Sintel.2010.ITA.ENG.1080p", gib, ""},
		{"one too big", sized, "sintel", "Sintel.2010.1080p", 3 * gib, "TOO_BIG max_size"},
		{"one too small", sized, "sintel", "Sintel.2010.1080p", gib / 4, "TOO_SMALL min_size"},
		{"no unknown size", sized, "sintel", "Sintel.2010.1080p", 0, ""},
		{"no pack of the right size an episode", sized, "keepers.s2", "The.Lighthouse.Keepers.S02.1080p", 8 * gib, ""},
		{"a pack too big an episode", sized, "keepers.s2", "The.Lighthouse.Keepers.S02.1080p", 30 * gib, "TOO_BIG max_size"},
		{"a pack too small an episode", sized, "keepers.s2", "The.Lighthouse.Keepers.S02.1080p", 2 * gib, "TOO_SMALL min_size"},
		{"a pattern", patterns, "sintel", "Sintel.2010.1080p.x264-BADGRP", gib, "PATTERN reject.match[0]"},
		{"one without a required pattern", patterns, "sintel", "Sintel.2010.1080p.AV1-GRP", gib, "REQUIRED require"},
		{"one without a required property", need, "sintel", "Sintel.2010.1080p.WEBRip", gib, "REQUIRED require"},
		{"none with a required property", need, "sintel", "Sintel.2010.1080p.WEB-DL", gib, ""},
		{"everything that is wrong at once", only1080, "sintel", "Sintel.Two.2010.480p.CAM", gib, "OTHER_TITLE, RESOLUTION_NOT_WANTED resolutions, REJECTED_SOURCE reject.any[0]"},
		{"subtitles alone", Balanced(), "sintel", "Sintel.2010.1080p.srt", gib, "NOT_MEDIA"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := compile(t, tt.profile).Explain(NewTarget(wanted[tt.wanted]), candidate(tt.release, tt.size, 5))
			if got := vetoes(v); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if (v.State == Reject) != (tt.want != "") {
				t.Errorf("got %v", v.State)
			}
		})
	}
}

func TestTheBestComesFirst(t *testing.T) {
	t.Parallel()
	p := Balanced()
	p.Prefer = []Rule{{Name: "remux", Score: 500}, {Name: "my group", Score: 300, Match: `-GOOD$`}, {Name: "hevc", Score: -50}}
	c := compile(t, p)
	target := NewTarget(wanted["sintel"])
	want := []string{
		"Sintel.2010.1080p.BluRay.REMUX.AVC.TrueHD-GRP",
		"Sintel.2010.1080p.WEB-DL.x264-GOOD",
		"Sintel.2010.1080p.BluRay.x264.DTS-GRP",
		"Sintel.2010.1080p.WEB-DL.x265-GRP",
		"Sintel.2010.1080p.HDTV.x264-GRP",
		"Sintel.2010.720p.BluRay.x264-GRP",
		"Sintel.2010.2160p.BluRay.REMUX-GRP",
		"Sintel.2010.BluRay-GRP",
		"Sintel.2011.1080p.BluRay.x264-GRP",
		"Sintel.1080p.BluRay.x264-GRP",
		"Sintel.2010.1080p.CAM",
	}
	cands := make([]Candidate, 0, len(want))
	for _, n := range want {
		cands = append(cands, candidate(n, gib, 10))
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		rng.Shuffle(len(cands), func(i, j int) { cands[i], cands[j] = cands[j], cands[i] })
		var got []string
		for _, r := range c.Rank(target, cands) {
			got = append(got, r.Release.Name)
		}
		if d := cmp.Diff(got, want); d != "" {
			t.Fatalf("order (-got +want):\n%s", d)
		}
	}
}

func TestTiesAreBrokenTheSameWayEveryTime(t *testing.T) {
	t.Parallel()
	c, target := compile(t, Balanced()), NewTarget(wanted["sintel"])
	const name = "Sintel.2010.1080p.WEB-DL.x264-GRP"
	few, many, cached := candidate(name, gib, 2), candidate(name, gib, 500), candidate("Sintel.2010.720p.HDTV-GRP", gib, 0)
	cached.Cached = true
	big := candidate(name, 2*gib, 2)
	big.Release.Hash = strings.Repeat("f", 40)
	same1, same2 := candidate(name, gib, 2), candidate(name, gib, 2)
	same1.Release.Hash, same2.Release.Hash = strings.Repeat("0", 40), strings.Repeat("0", 39)+"1"
	got := c.Rank(target, []Candidate{same2, few, many, big, same1, cached})
	var order []string
	for _, r := range got {
		order = append(order, fmt.Sprintf("%v/%d/%d/%.1s%.1s", r.Cached, r.Release.Seeders, r.Release.Size/gib, r.Release.Hash, r.Release.Hash[39:]))
	}
	if order[0][:4] != "true" || !strings.HasPrefix(order[1], "false/500") || !strings.HasPrefix(order[2], "false/2/2") || !strings.HasSuffix(order[3], "00") {
		t.Errorf("got %v", order)
	}
}

func TestMistakesInAProfileAreNamed(t *testing.T) {
	t.Parallel()
	p := Profile{
		Name: "mine", Resolutions: []string{"1080p", "1081p", "1080p"}, Languages: []string{"en", "xx"}, MinSize: 5, MaxSize: 2,
		Prefer: []Rule{{Name: "remixx", Score: 5}, {Name: "own", Match: "("}},
		Reject: Condition{Any: []string{"cam", "telesinc"}, Match: []string{"["}}, Require: Condition{Any: []string{"something else"}},
	}
	var got []string
	for _, d := range p.Check() {
		got = append(got, d.Attribute+": "+d.Summary)
		if strings.Contains(d.Attribute, "any[1]") && d.Detail != `Did you mean "telesync"?` {
			t.Errorf("%s: got %q", d.Attribute, d.Detail)
		}
	}
	want := []string{
		`resolutions[1]: There is no resolution "1081p".`,
		`resolutions[2]: "1080p" is in the list already.`,
		`languages[1]: There is no language "xx".`,
		`max_size: This is less than min_size.`,
		`prefer.remixx: There is no property "remixx".`,
		`prefer.own.match: "(" is not a pattern.`,
		`require.any[0]: There is no property "something else".`,
		`reject.any[1]: There is no property "telesinc".`,
		`reject.match[0]: "[" is not a pattern.`,
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("(-got +want):\n%s", d)
	}
	if _, err := p.Compile(); err == nil || !strings.Contains(err.Error(), `profile "mine": reject.any[1]`) {
		t.Errorf("got %v", err)
	}
	if _, err := (Profile{}).Compile(); err != nil {
		t.Errorf("an empty profile: %v", err)
	}
}

func TestAnEmptyProfileTakesEverything(t *testing.T) {
	t.Parallel()
	c := compile(t, Profile{})
	for _, n := range []string{"Sintel.2010.480p", "Sintel.2010.2160p.CAM", "Sintel.2010"} {
		if v := c.Judge(NewTarget(wanted["sintel"]), candidate(n, 0, -1)); v.State != Accept {
			t.Errorf("%s: %v: %s", n, v.State, v.Code)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	c, err := Balanced().Compile()
	if err != nil {
		b.Fatal(err)
	}
	target := NewTarget(wanted["sintel"])
	cand := candidate("Sintel.2010.1080p.BluRay.x264.DTS-GRP", gib, 10)
	b.ReportAllocs()
	for b.Loop() {
		c.Judge(target, cand)
	}
}

func BenchmarkExplain(b *testing.B) {
	c := compile(b, Balanced())
	target := NewTarget(wanted["sintel"])
	cand := candidate("Sintel.2010.1080p.BluRay.x264.DTS-GRP", gib, 10)
	b.ReportAllocs()
	for b.Loop() {
		c.Explain(target, cand)
	}
}

func BenchmarkJudgeWithAnExpression(b *testing.B) {
	p := Balanced()
	p.Prefer = []Rule{{Name: "light", When: `size > 1 and has("avc") and bitrate < 100`, Score: 3}}
	c := compile(b, p)
	target := NewTarget(wanted["sintel"])
	cand := candidate("Sintel.2010.1080p.BluRay.x264.DTS-GRP", gib, 10)
	b.ReportAllocs()
	for b.Loop() {
		c.Judge(target, cand)
	}
}

// BenchmarkRankThousand reads, matches, judges and sorts 1,000 names for one title.
func BenchmarkRankThousand(b *testing.B) {
	c, err := Balanced().Compile()
	if err != nil {
		b.Fatal(err)
	}
	var names []string
	for i := range 1000 {
		names = append(names, fmt.Sprintf("The.Lighthouse.Keepers.S%02dE%02d.%s.%s.x264-GRP", 1+i%3, 1+i%10, []string{"720p", "1080p", "2160p"}[i%3], []string{"WEB-DL", "BluRay", "HDTV"}[i%3]))
	}
	b.ReportAllocs()
	for b.Loop() {
		target := NewTarget(wanted["keepers.2x05"])
		cands := make([]Candidate, len(names))
		for i, n := range names {
			r := release.Parse(n)
			cands[i] = Candidate{Release: sdk.Release{Name: n, Seeders: i}, Parsed: &r}
		}
		c.Rank(target, cands)
	}
}
