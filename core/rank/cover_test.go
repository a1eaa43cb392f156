package rank

import (
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
