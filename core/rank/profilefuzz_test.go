package rank

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzProfile compiles any settings and judges by what compiles: no panic, and the verdict is the same explained or not.
func FuzzProfile(f *testing.F) {
	for _, p := range profiles() {
		text, err := json.Marshal(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "Sintel.2010.1080p.BluRay.x264-GRP", int64(1<<30))
	}
	f.Fuzz(func(t *testing.T, settings, name string, size int64) {
		var p Profile
		if json.Unmarshal([]byte(settings), &p) != nil {
			return
		}
		faults := p.Check()
		c, err := p.Compile()
		if err != nil {
			if len(faults) == 0 {
				t.Fatalf("Check finds nothing, Compile %v", err)
			}
			return
		}
		target := NewTarget(wanted["sintel"])
		cand := candidate(name, size, 5)
		v := Ranked{cand, c.Judge(target, cand)}
		if !looksAroundIn(p) { // a pattern that is stopped by the clock may match at another time
			consistent(t, v, c.Explain(target, cand))
		}
		c.WhatIf(target, cand)
		c.Limit([]Ranked{v})
	})
}

// looksAroundIn reports whether any pattern of a profile has look-around.
func looksAroundIn(p Profile) bool {
	patterns := slices.Concat(p.Require.Match, p.Reject.Match)
	for _, r := range p.Prefer {
		patterns = append(patterns, r.Match)
	}
	for _, f := range p.Formats {
		for _, c := range f.Conditions {
			patterns = append(patterns, c.Value)
		}
	}
	for _, part := range []*Profile{p.Movie, p.Show, p.Anime} {
		if part != nil && looksAroundIn(*part) {
			return true
		}
	}
	return slices.ContainsFunc(patterns, looksAround)
}

// FuzzExpression compiles any text as an expression and runs it: no panic, and never more work than its length allows.
func FuzzExpression(f *testing.F) {
	for _, text := range []string{
		"size > 1", `has("hdr10") and not ("fr" in languages)`, `name matches "x26[45]"`, `len(group) > 2 ? cached : seeders >= 10`, `lower(title) contains "a"`,
		`all(1..1000000, # > 0)`, `let a = name + name; a == a`, `name matches name`, `2 ** 2 ** 2 ** 2 ** 20 > 1`, `languages[7] == "en"`, `$env["name"] == ""`, `1 % 0 == 1`,
		`max(size, bitrate, episode_size) > 1e9 or min(1, 2) == 1`, `{"a": 1}["a"] == 1`, `[1, 2][5] == 1`, `name[3:] == "x"`, `has(name)`, `year ?? 3 == 3`,
	} {
		f.Add(text)
	}
	target := NewTarget(wanted["sintel"])
	cands := randomCandidates(rand.New(rand.NewPCG(1, 2)), "Sintel", 5)
	f.Fuzz(func(t *testing.T, text string) {
		k := &compiler{}
		e := k.expression("when", text)
		if (e == nil) != (len(k.faults) == 1) {
			t.Fatalf("%d faults", len(k.faults))
		}
		if e == nil {
			return
		}
		begin := time.Now()
		for _, cand := range cands {
			j := judging{plan: &plan{}, target: target, cand: cand}
			first := e.holds(&j)
			if e.holds(&j) != first {
				t.Fatal("it is true and false")
			}
			j.machine.unload()
		}
		if took := time.Since(begin); took > time.Second { // hundreds of times what the largest takes
			t.Fatalf("ten runs took %v", took)
		}
	})
}

func TestExpressionsThatCouldTakeLongAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`all(1..1000000, # > 0)`:        "there are no ranges.",
		`1 in 1..9`:                     "there are no ranges.",
		`let a = size; a > 1`:           "there are no variables.",
		`name + name == "x"`:            "texts cannot be joined.",
		`name matches group`:            "matches takes a pattern in quotes.",
		`has(name)`:                     "has() takes a name in quotes.",
		`has("hdr11")`:                  `there is no property "hdr11".`,
		`$env["name"] == "x"`:           "$env cannot be used.",
		`size`:                          "",
		`nothing > 1`:                   "",
		`any(languages, {# == "en"})`:   "there are no loops.",
		`repeat("x", 1000000000) == ""`: "",
	} {
		k := &compiler{}
		if e := k.expression("when", text); e != nil || len(k.faults) != 1 {
			t.Errorf("%s: taken", text)
		} else if want != "" && k.faults[0].Detail != want {
			t.Errorf("%s: got %q, want %q", text, k.faults[0].Detail, want)
		} else if want == "" {
			t.Logf("%s: %s", text, k.faults[0].Detail)
		}
	}
}

func TestAPatternThatTakesTooLongIsRefusedOrStopped(t *testing.T) {
	t.Parallel()
	if _, err := newPattern(`(?=(a+)+b)a`); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("got %v", err)
	}
	p, err := newPattern(`(?=(q+)+b)q`) // on no name of the trial
	if err != nil || p.look == nil {
		t.Fatalf("got %+v, %v", p, err)
	}
	name := strings.Repeat("q", 64)
	if p.match(name) || !p.find(name).Empty() {
		t.Error("it matched")
	}
}
