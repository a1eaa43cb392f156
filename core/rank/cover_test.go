package rank

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

func TestCoverTakesWhatAddsMost(t *testing.T) {
	t.Parallel()
	profile, err := Profile{Name: "any"}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	season := Wanted{Kind: Season, Titles: []string{"The Mill"}, Year: 2011, Season: 1, SeasonLengths: []int{0, 6, 6}, Parts: true}
	show := Wanted{Kind: Show, Titles: []string{"The Mill"}, Year: 2011, SeasonLengths: []int{0, 6, 6}}
	tests := map[string]struct {
		want  Wanted
		names []string
		cover []string
	}{
		"one pack of a season goes before halves of it": {
			season, []string{"The.Mill.S01E01-E03.2160p.BluRay", "The.Mill.S01E04-E06.2160p.BluRay", "The.Mill.S01.480p"}, []string{"The.Mill.S01.480p"},
		},
		"halves of a season make a whole": {
			season, []string{"The.Mill.S01E01-E04.1080p", "The.Mill.S01E04-E06.1080p", "The.Mill.S01E02-E03.1080p", "The.Mill.S02.1080p"},
			[]string{"The.Mill.S01E01-E04.1080p", "The.Mill.S01E04-E06.1080p"},
		},
		"seasons make a show": {
			show, []string{"The.Mill.S01.1080p", "The.Mill.S02.720p", "The.Mill.S02.1080p", "The.Mill.S03.1080p"},
			[]string{"The.Mill.S01.1080p", "The.Mill.S02.1080p"},
		},
		"a release of all goes before its seasons": {
			show, []string{"The.Mill.S01.1080p", "The.Mill.S02.1080p", "The.Mill.S01-S02.720p"}, []string{"The.Mill.S01-S02.720p"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var list []Candidate
			for _, n := range tt.names {
				parsed := release.Parse(n)
				list = append(list, Candidate{Release: sdk.Release{Name: n}, Parsed: &parsed})
			}
			target := NewTarget(tt.want)
			ranked := profile.Rank(target, list)
			var got []string
			for _, i := range Cover(target, ranked) {
				got = append(got, ranked[i].Release.Name)
			}
			if d := cmp.Diff(got, tt.cover); d != "" {
				t.Errorf("got before want:\n%s", d)
			}
		})
	}
}

func TestCoverChoosesTheFewestReleasesThatHoldMost(t *testing.T) {
	t.Parallel()
	unknown := Wanted{Kind: Show, Titles: []string{"The Lighthouse Keepers"}}
	one := Wanted{Kind: Season, Titles: []string{"Deep Water"}, Season: 1, SeasonLengths: []int{0, 6}}
	for _, tt := range []struct {
		name   string
		wanted Wanted
		names  []string // in their order
		want   []int
	}{
		{"a complete pack alone", wanted["keepers"], []string{"The.Lighthouse.Keepers.S02.1080p", "The.Lighthouse.Keepers.S01-S03.1080p", "The.Lighthouse.Keepers.S03.1080p"}, []int{1}},
		{"season by season", wanted["keepers"], []string{"The.Lighthouse.Keepers.S03.1080p", "The.Lighthouse.Keepers.S01.1080p", "The.Lighthouse.Keepers.S02.1080p"}, []int{1, 2, 0}},
		{"the first of equals", wanted["keepers"], []string{"The.Lighthouse.Keepers.S01.2160p", "The.Lighthouse.Keepers.S01.1080p"}, []int{0}},
		{"a part of a season for what is missing", wanted["keepers"], []string{
			"The.Lighthouse.Keepers.S01E01-E04.1080p", "The.Lighthouse.Keepers.S02-S03.1080p", "The.Lighthouse.Keepers.S01E05-E10.1080p",
		}, []int{1, 2, 0}},
		{"no single episodes", wanted["keepers"], []string{"The.Lighthouse.Keepers.S01E01.1080p"}, nil},
		{"no other show", wanted["keepers"], []string{"The.Lighthouse.S01-S03.1080p"}, nil},
		{"two halves of a show counted through", wanted["hoshi"], []string{"[G] Hoshi no Kaze (01-20) [1080p]", "[G] Hoshi no Kaze (21-37) [1080p]", "[G] Hoshi no Kaze (30-37) [1080p]"}, []int{0, 1}},
		{"seasons of unknown length", unknown, []string{"The.Lighthouse.Keepers.S02.1080p", "The.Lighthouse.Keepers.S01-S03.1080p", "The.Lighthouse.Keepers.S02E01-E03.1080p"}, []int{1}},
		{"one pack for a season", one, []string{"Deep.Water.S01E01-E03.1080p", "Deep.Water.S01.720p", "Deep.Water.S01.1080p"}, []int{1}},
		{"the first for an episode", wanted["keepers.2x05"], []string{"The.Lighthouse.Keepers.S02E04.1080p", "The.Lighthouse.Keepers.S02E05.1080p", "The.Lighthouse.Keepers.S02.1080p"}, []int{1}},
		{"nothing of nothing", wanted["keepers"], nil, nil},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			target := NewTarget(tt.wanted)
			var rs []Ranked
			for _, n := range tt.names {
				r := release.Parse(n)
				m := target.Match(&r)
				state := [...]Decision{No: Reject, Unsure: Open, Yes: Accept}[m.State]
				rs = append(rs, Ranked{Verdict: Verdict{State: state, Match: m}})
			}
			if d := cmp.Diff(Cover(target, rs), tt.want); d != "" {
				t.Errorf("(-got +want):\n%s", d)
			}
		})
	}
}
