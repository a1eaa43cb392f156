package rank

import (
	"fmt"
	"strings"
	"testing"
)

// numbered makes a list of files of a pattern with numbers in it.
func numberedFiles(pattern string, from, to int) []string {
	var out []string
	for n := from; n <= to; n++ {
		out = append(out, "500 "+fmt.Sprintf(pattern, n))
	}
	return out
}

// TestNumberingIsInferredFromTheWholeList chooses one episode out of lists that are numbered in one of the usual ways.
func TestNumberingIsInferredFromTheWholeList(t *testing.T) {
	t.Parallel()
	anime := Wanted{Kind: Episode, Titles: []string{"Hoshi no Kaze"}, Year: 2015, Season: 2, Episode: 3, Anime: true, SeasonLengths: []int{2, 24, 24, 12}}
	show := Wanted{Kind: Episode, Titles: []string{"Deep Water"}, Year: 2016, Season: 2, Episode: 3, SeasonLengths: []int{0, 8, 10, 6}}
	mini := Wanted{Kind: Episode, Titles: []string{"Deep Water"}, Year: 2016, Season: 1, Episode: 3, SeasonLengths: []int{0, 5}}
	for _, tt := range []struct {
		name   string
		wanted Wanted
		files  []string
		want   string // a part of the path of the file that is chosen, "" if none is
	}{
		{"counted over all seasons", anime, numberedFiles("[G] Hoshi no Kaze/[G] Hoshi no Kaze - %02d [1080p].mkv", 1, 48), " - 27 "},
		{"the second season counted over all", anime, numberedFiles("Hoshi no Kaze/Season 2/Hoshi no Kaze - %02d.mkv", 25, 48), " - 27."},
		{"the second season counted anew", anime, numberedFiles("Hoshi no Kaze/Season 2/Hoshi no Kaze - %02d.mkv", 1, 24), " - 03."},
		{"the second season counted over all, with S02", anime, numberedFiles("Hoshi no Kaze S02/Hoshi.no.Kaze.S02E%02d.mkv", 25, 48), "E27."},
		{"the first season alone", anime, numberedFiles("[G] Hoshi no Kaze/[G] Hoshi no Kaze - %02d [1080p].mkv", 1, 24), ""},
		{"a folder that is called after the second season", anime, numberedFiles("[G] Hoshi no Kaze II/[G] Hoshi no Kaze II - %02d [1080p].mkv", 1, 24), " - 03 "},
		{"only the folder is called after it", anime, numberedFiles("[G] Hoshi no Kaze II/[G] Hoshi no Kaze - %02d [1080p].mkv", 1, 24), " - 03 "},
		{"a decimal between", anime, []string{"500 [G] Hoshi no Kaze - 27.5 [1080p].mkv", "500 [G] Hoshi no Kaze - 28 [1080p].mkv"}, ""},
		{"a creditless opening beside it", anime, []string{"500 [G] Hoshi no Kaze - 27 [1080p].mkv", "900 [G] Hoshi no Kaze - NCOP 27 [1080p].mkv", "900 Extras/[G] Hoshi no Kaze - 27 [1080p].mkv"}, " - 27 "},

		{"seasons in folders", show, append(numberedFiles("Deep Water/Season 1/%02d.mkv", 1, 8), numberedFiles("Deep Water/Season 2/%02d.mkv", 1, 10)...), "Season 2/03."},
		{"a season that is counted from another's end", show, numberedFiles("Deep Water/Season 2/Deep Water %02d.mkv", 9, 18), " 11."},
		{"a season that is shifted", show, numberedFiles("Deep.Water.S02/Deep.Water.S02E%02d.mkv", 21, 30), "E23."},
		{"season and episode run together", show, numberedFiles("Deep Water/deep.water.%d.mkv", 201, 210), ".203."},
		{"season and episode run together in a folder", show, numberedFiles("Deep Water/Season 2/%d - Name.mkv", 201, 210), "/203 "},
		{"as many as one season alone has", show, numberedFiles("Deep Water/Deep Water - %02d.mkv", 1, 10), " - 03."},
		{"as many as another season alone has", show, numberedFiles("Deep Water/Deep Water - %02d.mkv", 1, 8), ""},
		{"as many as all seasons have", show, numberedFiles("Deep Water/Deep Water - %02d.mkv", 1, 24), " - 11."},
		{"too few to tell", show, numberedFiles("Deep Water/Deep Water - %02d.mkv", 1, 4), ""},
		{"two in one file", show, []string{"900 Deep.Water.S02E01E02.mkv", "900 Deep.Water.S02E03-E04.mkv"}, "E03-E04"},
		{"two in one file, run together", show, []string{"900 Deep Water Season 2/deep.water.201-202.mkv", "900 Deep Water Season 2/deep.water.203-204.mkv"}, "203-204"},

		{"parts of a mini-series", mini, numberedFiles("Deep.Water.2016/Deep.Water.Part.%d.mkv", 1, 5), "Part.3"},
		{"so many of so many", mini, numberedFiles("Deep.Water.2016/Deep.Water.%dof5.mkv", 1, 5), "3of5"},
		{"numbers alone", mini, numberedFiles("Deep.Water.2016/%02d.mkv", 1, 5), "/03."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := listing(t, tt.files...)
			chosen, rejected := SelectFiles(&tt.wanted, files)
			got := ""
			for _, c := range chosen {
				got += files[c.File].Path
			}
			if len(chosen) > 1 || (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("chosen %q, want %q; rejected %v", got, tt.want, rejected)
			}
		})
	}
}
