package rank

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// profiles are the presets, and profiles that between them use every setting.
func profiles() map[string]Profile {
	low := 40
	out := map[string]Profile{
		"nothing": {},
		"gates": {
			Base: "balanced", Resolutions: []string{"1080p", "unknown", "720p"}, Sources: []string{"bluray", "webdl", "hdtv"}, Codecs: []string{"avc", "hevc"},
			Languages: []string{"en", "unknown", "fr"}, Subtitles: []string{"fr", "en"}, MinSize: gib / 4, MaxSize: 4 * gib, MinBitrate: 0.5, MaxBitrate: 40, MinScore: &low,
			Allow: []string{"cam", "3d"}, Deny: []string{"proper", "av1"},
			Require: Condition{Any: []string{"avc", "hevc"}, All: []string{"1080p"}, Match: []string{"x26[45]"}, When: []string{"seeders > 100"}},
			Reject:  Condition{Match: []string{`-BAD$`, `(?<!\.)REMUX`}, When: []string{"size > 5 and not cached", `has("hdr") or "it" in languages`}, All: []string{"multi", "hdtv"}},
			Groups:  []Group{{Name: "no", Names: []string{"evil", "GRP2"}, Deny: true}},
		},
		"tiers": {
			Base: "best", Mode: ModeTiers, PreferSize: "2GB", Limits: Limits{Total: 5},
			Tiers: []Tier{
				{Name: "one", Resolutions: []string{"1080p"}, Sources: []string{"remux", "bluray"}, MaxSize: 3 * gib, MinBitrate: 1},
				{Name: "two", Resolutions: []string{"1080p", "720p"}, Has: []string{"hevc"}}, {Name: "three", Sources: []string{"webdl"}, MinSize: gib},
			},
			Prefer:  []Rule{{Name: "remux", Score: 500}, {Name: "big", When: "bitrate > 10", Score: 7}, {Name: "mine", Match: "-GRP", Score: -3}},
			Groups:  []Group{{Name: "good", Names: []string{"grp"}, Score: 30}},
			Formats: []Format{{Name: "f", Score: 11, Conditions: []FormatCondition{{Kind: "name", Value: "proper"}, {Kind: "source", Value: "bluray", Required: true}, {Kind: "size", Max: gib, Negate: true}}}},
			Movie:   &Profile{Languages: []string{"any", "fr"}}, Show: &Profile{Score: map[string]int{"hdtv": 77}, Deny: []string{"720p"}}, Anime: &Profile{Tiers: []Tier{{Name: "all"}}, Resolutions: []string{"1080p"}},
		},
		"flat": {Base: "small", Mode: ModeFlat, Score: map[string]int{"1080p": 300, "720p": 200, "hdr": 4}, PreferSize: "smaller", MaxBitrate: -1},
	}
	for _, n := range PresetNames() {
		p, _ := Preset(n)
		out[n] = p
		out["on "+n] = Profile{Base: n}
	}
	return out
}

func randomCandidates(rng *rand.Rand, title string, n int) []Candidate {
	parts := strings.Fields("2010 2011 2010 1080p 1080p 720p 2160p 480p BluRay BDRip WEB-DL HDTV CAM x264 x265 AV1 XviD REMUX HDR DV FRENCH ITA ENG S01E02 S02 S02E05 -GRP -BAD -EVIL MULTi PROPER 3D DTS TrueHD Atmos AAC 5.1 10bit E05 [05] VOSTFR")
	var out []Candidate
	for i := range n {
		var b strings.Builder
		b.WriteString(title)
		for range rng.IntN(9) {
			b.WriteString("." + parts[rng.IntN(len(parts))])
		}
		name := strings.ReplaceAll(b.String(), ".-", "-")
		r := release.Parse(name)
		s := sdk.Release{
			Name: name, Size: rng.Int64N(8 * gib), Seeders: rng.IntN(3000) - 1, Hash: fmt.Sprintf("%040x", rng.Uint64()),
			Published: time.Unix(rng.Int64N(1<<31), 0),
		}
		if i%7 == 0 {
			s.Size, s.Languages = 0, []string{"fr", "xx"}
		}
		out = append(out, Candidate{Release: s, Parsed: &r, Cached: rng.IntN(4) == 0})
	}
	return out
}

// TestVerdictsKeepTheirPromises judges random names by every kind of profile: explained or not the verdict is the same, the
// score is the sum of its reasons, a rejection has a veto and the order does not hang on the input's.
func TestVerdictsKeepTheirPromises(t *testing.T) {
	t.Parallel()
	for name, p := range profiles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := compile(t, p)
			rng := rand.New(rand.NewPCG(5, 6))
			for _, w := range []string{"sintel", "keepers.2x05", "keepers.s2", "hoshi.s1"} {
				wanted := wanted[w]
				wanted.Runtime = 60
				target := NewTarget(wanted)
				cands := randomCandidates(rng, target.Titles[0], 150)
				ranked := c.Rank(target, cands)
				for _, r := range ranked {
					consistent(t, r, c.Explain(target, r.Candidate))
				}
				again := slices.Clone(cands)
				rng.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
				for i, r := range c.Rank(target, again) {
					if r.Key != ranked[i].Key || r.Release.Name != ranked[i].Release.Name {
						t.Fatal("the order hangs on the order of the input")
					}
				}
			}
		})
	}
}

// consistent holds an explained verdict to the promises, and to the one that was not explained.
func consistent(t *testing.T, fast Ranked, v Verdict) {
	t.Helper()
	sum, veto, first := 0, false, Code("")
	for _, r := range v.Reasons {
		sum += r.Delta
		if r.Veto && !veto {
			veto, first = true, r.Code
		}
		if r.Text == "" || int(r.Span.Hi) > len(fast.Parsed.Raw) || r.Span.Lo > r.Span.Hi {
			t.Fatalf("%q: bad reason %+v", fast.Release.Name, r)
		}
		if r.Code != v.Match.Code && r.Code != CodeNotMedia && r.Setting == "" {
			t.Fatalf("%q: %s names no setting", fast.Release.Name, r.Code)
		}
	}
	if sum != v.Score || veto != (v.State == Reject) || veto && first != v.Code {
		t.Fatalf("%q: score %d, reasons make %d; state %v by %s, veto %v by %s", fast.Release.Name, v.Score, sum, v.State, v.Code, veto, first)
	}
	v.Reasons = nil
	if d := cmp.Diff(fast.Verdict, v); d != "" {
		t.Fatalf("%q: Judge and Explain differ (-judge +explain):\n%s", fast.Release.Name, d)
	}
}

// TestWhatIfIsEnoughAndNoMore applies the changes that would admit a candidate: all together do, and without any one of
// them it stays rejected.
func TestWhatIfIsEnoughAndNoMore(t *testing.T) {
	t.Parallel()
	for name, p := range profiles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := compile(t, p)
			rng := rand.New(rand.NewPCG(7, 8))
			for _, kind := range []string{"sintel", "keepers.2x05", "hoshi.s1"} {
				w := wanted[kind]
				w.Runtime = 25
				enoughAndNoMore(t, p, c, NewTarget(w), randomCandidates(rng, w.Titles[0], 50))
			}
		})
	}
}

func enoughAndNoMore(t *testing.T, p Profile, c *Compiled, target *Target, cands []Candidate) {
	t.Helper()
	for _, cand := range cands {
		changes := c.WhatIf(target, cand)
		before := c.Judge(target, cand)
		if len(changes) == 0 {
			if before.State == Reject && before.Match.State != No && before.Code != CodeNotMedia {
				t.Fatalf("%q: nothing would admit it, but it is %s", cand.Release.Name, before.Code)
			}
			continue
		}
		if v := compile(t, p.With(changes...)).Judge(target, cand); v.State == Reject {
			t.Fatalf("%q: still %s %+v after %+v", cand.Release.Name, v.Code, vetoes(compile(t, p.With(changes...)).Explain(target, cand)), changes)
		}
		for i := range changes {
			fewer := slices.Delete(slices.Clone(changes), i, i+1)
			if v := compile(t, p.With(fewer...)).Judge(target, cand); v.State != Reject {
				t.Fatalf("%q: %+v is not needed", cand.Release.Name, changes[i])
			}
		}
	}
}

func TestJudgingAllocatesNothing(t *testing.T) {
	for name, p := range map[string]Profile{"balanced": {Base: "balanced"}, "small": {Base: "small"}, "best": {Base: "best", Languages: []string{"en", "unknown"}}} {
		c := compile(t, p)
		w := wanted["sintel"]
		w.Runtime = 15
		target, cand := NewTarget(w), candidate("Sintel.2010.1080p.BluRay.x264.DTS-GRP", gib, 10)
		if n := testing.AllocsPerRun(100, func() { c.Judge(target, cand) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
