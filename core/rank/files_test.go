package rank

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace-media/millrace/sdk"
)

// listing makes files of lines "size path": sizes are MiB.
func listing(t testing.TB, lines ...string) []sdk.File {
	t.Helper()
	var out []sdk.File
	for i, l := range lines {
		size, path, _ := strings.Cut(l, " ")
		var mib int64
		if _, err := fmt.Sscan(size, &mib); err != nil {
			t.Fatalf("%q has no size", l)
		}
		out = append(out, sdk.File{Index: i, Path: path, Size: mib << 20})
	}
	return out
}

// outcome writes what became of each file: "0:film", "1:S02E05+E06", "2:NOT_MAIN".
func outcome(chosen []Selection, rejected []Rejection, n int) string {
	out := make([]string, n)
	for _, c := range chosen {
		s := "film"
		if !c.Movie {
			s = fmt.Sprintf("S%02d", c.Season)
			for i, e := range c.Episodes {
				if i > 0 {
					s += "+"
				}
				s += fmt.Sprintf("E%02d", e)
			}
		}
		out[c.File] += s
	}
	for _, r := range rejected {
		out[r.File] += string(r.Code)
	}
	return strings.Join(out, " ")
}

func TestFilesAreChosen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, wanted string
		files        []string
		want         string
	}{
		{"the only file", "sintel", []string{"900 Sintel.2010.1080p.mkv"}, "film"},
		{"the film among extras", "sintel", []string{
			"900 Sintel (2010)/Sintel.2010.mkv", "40 Sintel (2010)/Sample/sintel-sample.mkv", "90 Sintel (2010)/Sintel-trailer.mkv", "300 Sintel (2010)/Extras/Making of.mkv",
			"1 Sintel (2010)/Sintel.srt", "0 Sintel (2010)/info.nfo",
		}, "film NOT_MAIN NOT_MAIN NOT_MAIN NOT_VIDEO NOT_VIDEO"},
		{"a sample that does not say so", "sintel", []string{"4000 Sintel.2010.mkv", "30 Sintel.2010.a.mkv"}, "film NOT_MAIN"},
		{"a short film", "sintel", []string{"30 Sintel.2010.mkv"}, "film"},
		{"the larger of two", "sintel", []string{"700 Sintel.2010.720p.mkv", "900 Sintel.2010.1080p.mkv"}, "NOT_BEST film"},
		{"the right year before the larger", "sintel", []string{"900 Sintel.2011.mkv", "700 Sintel.2010.mkv"}, "NOT_BEST film"},
		{"a film of a collection", "rocky2", []string{"9000 Rocky Collection/Rocky.1976.mkv", "9000 Rocky Collection/Rocky.II.1979.mkv", "9000 Rocky Collection/Rocky.III.1982.mkv"},
			"OTHER_TITLE film OTHER_TITLE"},
		{"no film of that name", "rocky2", []string{"9000 Rocky Collection/Rocky.1976.mkv", "9000 Rocky Collection/Rocky.III.1982.mkv"}, "OTHER_TITLE OTHER_TITLE"},
		{"another year", "sintel", []string{"900 Sintel.1999.mkv"}, "OTHER_YEAR"},
		{"another title", "sintel", []string{"900 Big.Buck.Bunny.2008.mkv"}, "OTHER_TITLE"},
		{"another title in a folder of the right name", "sintel", []string{"900 Sintel.2010.1080p/Big.Buck.Bunny.mkv"}, "OTHER_TITLE"},
		{"a short name in a folder of the right name", "living", []string{"900 Night.of.the.Living.Dead.1968.1080p/notld.mkv"}, "film"},
		{"a group and a short name", "living", []string{"900 Night.of.the.Living.Dead.1968.1080p-GRP/grp-notld.mkv"}, "film"},
		{"a scrambled name in a folder of the right name", "sintel", []string{"900 Sintel.2010.1080p/a8f3c91be207d4aa.mkv"}, "film"},
		{"a scrambled name without a folder", "sintel", []string{"900 a8f3c91be207d4aa.mkv"}, "OTHER_TITLE"},
		{"an episode where a film is wanted", "sintel", []string{"900 Sintel.S01E01.mkv"}, "IS_SERIES"},
		{"an archive", "sintel", []string{"900 Sintel.2010.rar", "900 Sintel.2010.iso", "900 Sintel.2010.exe"}, "NOT_VIDEO NOT_VIDEO NOT_VIDEO"},
		{"a title with a number", "apollo13", []string{"900 Apollo.13.1995.mkv", "900 Apollo.11.2019.mkv"}, "film OTHER_TITLE"},
		{"a title with a year", "br2049", []string{"900 Blade.Runner.2049.2017.mkv", "900 Blade.Runner.1982.mkv"}, "film OTHER_TITLE"},
		{"what the Internet Archive makes of a film", "living", []string{
			"400 Night_Of_The_Living_Dead_1968/NightOfTheLivingDead.ia.mp4", "300 Night_Of_The_Living_Dead_1968/NightOfTheLivingDead_512kb.mp4", "900 Night_Of_The_Living_Dead_1968/NightOfTheLivingDead.mpeg",
		}, "NOT_BEST NOT_BEST film"},
		{"no files", "sintel", nil, ""},
		{"a film on two CDs", "sintel", []string{"700 Sintel.2010.DVDRip/Sintel.2010.CD2.avi", "690 Sintel.2010.DVDRip/Sintel.2010.CD1.avi"}, "film film"},
		{"a film on two CDs in folders", "sintel", []string{"700 Sintel (2010)/CD1/sintel.avi", "690 Sintel (2010)/CD2/sintel.avi"}, "film film"},
		{"the largest stream of a disc", "sintel", []string{
			"90 Sintel.2010.1080p.BluRay/BDMV/STREAM/00001.m2ts", "30000 Sintel.2010.1080p.BluRay/BDMV/STREAM/00800.m2ts", "5000 Sintel.2010.1080p.BluRay/BDMV/STREAM/00002.m2ts",
		}, "NOT_MAIN film NOT_BEST"},
		{"a disc of another film", "sintel", []string{"30000 Big.Buck.Bunny.2008/BDMV/STREAM/00800.m2ts"}, "OTHER_TITLE"},
		{"films of a collection that are counted", "rocky2", []string{"900 Rocky Collection/1. Rocky (1976).mp4", "900 Rocky Collection/2. Rocky II (1979).mp4"}, "OTHER_TITLE film"},

		{"one episode of a season", "keepers.2x05", []string{
			"500 The.Lighthouse.Keepers.S02/The.Lighthouse.Keepers.S02E04.mkv", "500 The.Lighthouse.Keepers.S02/The.Lighthouse.Keepers.S02E05.mkv",
			"500 The.Lighthouse.Keepers.S02/The.Lighthouse.Keepers.S02E06.mkv",
		}, "OTHER_EPISODE S02E05 OTHER_EPISODE"},
		{"another season", "keepers.2x05", []string{"500 The.Lighthouse.Keepers.S01E05.mkv", "500 The.Lighthouse.Keepers.S03E05.mkv"}, "OTHER_SEASON OTHER_SEASON"},
		{"a double episode", "keepers.2x05", []string{"900 The.Lighthouse.Keepers.S02E05E06.mkv"}, "S02E05+E06"},
		{"a double episode and single ones", "keepers.s2", []string{"900 The.Lighthouse.Keepers.S02E05-E06.mkv", "500 The.Lighthouse.Keepers.S02E07.mkv"}, "S02E05+E06 S02E07"},
		{"a file that does not say which", "keepers.2x05", []string{"500 The.Lighthouse.Keepers.S02/The.Lighthouse.Keepers.mkv"}, "NO_NUMBER"},
		{"a single file that does not say which", "keepers.2x05", []string{"500 The.Lighthouse.Keepers.mkv"}, "NO_NUMBER"},
		{"the folder tells the season", "keepers.2x05", []string{"500 The Lighthouse Keepers/Season 2/05 - Storm.mkv", "500 The Lighthouse Keepers/Season 1/05 - Calm.mkv"}, "S02E05 OTHER_SEASON"},
		{"the folder tells the season and the file E05", "keepers.2x05", []string{"500 The Lighthouse Keepers/Season 2/E05.mkv"}, "S02E05"},
		{"the folder tells the season, the file runs both together", "keepers.2x05", []string{"500 The Lighthouse Keepers/Season 2/205 - Storm.mkv"}, "S02E05"},
		{"numbers run together", "keepers.2x05", []string{"500 the.lighthouse.keepers.205.hdtv.xvid.mkv", "500 the.lighthouse.keepers.206.hdtv.xvid.mkv"}, "S02E05 OTHER_EPISODE"},
		{"the folder is the episode", "keepers.2x05", []string{"500 The.Lighthouse.Keepers.S02E05.1080p-GRP/tlk.mkv"}, "S02E05"},
		{"an episode without a season", "keepers.2x05", []string{"500 The.Lighthouse.Keepers.E05.mkv"}, "NO_SEASON"},
		{"an episode of the only season", "mini.2", []string{"500 Deep.Water.E02.mkv", "500 Deep.Water.2of4.mkv"}, "S01E02 NOT_BEST"},
		{"the other of two names for one episode is larger", "mini.2", []string{"500 Deep.Water.E02.mkv", "600 Deep.Water.S01E02.mkv"}, "NOT_BEST S01E02"},
		{"another show in the pack", "keepers.2x05", []string{"500 Pack/The.Lighthouse.Keepers.S02E05.mkv", "900 Pack/Deep.Water.S02E05.mkv"}, "S02E05 OTHER_TITLE"},
		{"another show alone", "keepers.2x05", []string{"900 Forged.in.Iron.S02E05.mkv"}, "OTHER_TITLE"},
		{"another show with the right folder", "keepers.2x05", []string{"900 The.Lighthouse.Keepers.S02/Forged.in.Iron.S02E05.mkv"}, "OTHER_TITLE"},
		{"a namesake of other years", "keepers.2x05", []string{"900 The.Lighthouse.Keepers.1994.S02E05.mkv"}, "OTHER_YEAR"},
		{"a namesake of another country", "office.us", []string{"900 The.Office.UK.S03E04.mkv", "800 The.Office.US.S03E04.mkv"}, "OTHER_COUNTRY S03E04"},
		{"a sample of the episode", "keepers.2x05", []string{"500 The.Lighthouse.Keepers.S02E05.mkv", "20 Sample/the.lighthouse.keepers.s02e05.sample.mkv"}, "S02E05 NOT_MAIN"},
		{"the whole show", "keepers", []string{"500 K/The.Lighthouse.Keepers.S01E01.mkv", "500 K/The.Lighthouse.Keepers.S02E01.mkv", "500 K/The.Lighthouse.Keepers.S00E01.mkv"}, "S01E01 S02E01 S00E01"},
		{"episodes by date", "daily", []string{"500 The.Daily.Lamp.2024.11.14.mkv", "500 The.Daily.Lamp.2024.11.15.mkv"}, "OTHER_DATE S29E130"},
		{"anime by absolute number", "hoshi.2x03", []string{"500 [G] Hoshi no Kaze - 28 [1080p].mkv", "500 [G] Hoshi no Kaze - 03 [1080p].mkv"}, "S02E03 OTHER_SEASON"},
		{"anime by season", "hoshi.2x03", []string{"500 [G] Hoshi no Kaze S2 - 03 [1080p].mkv"}, "S02E03"},
		{"anime by the number in the title", "hoshi.2x03", []string{"500 [G] Hoshi no Kaze 2 - 03 [1080p].mkv"}, "S02E03"},
		{"anime with openings", "hoshi.2x03", []string{"500 [G] Hoshi no Kaze - 28.mkv", "90 [G] Hoshi no Kaze - NCOP1.mkv"}, "S02E03 NOT_MAIN"},
		{"anime in folders by season", "hoshi.2x03", []string{"500 Hoshi no Kaze/Season 2/Hoshi no Kaze - 03.mkv", "500 Hoshi no Kaze/Season 1/Hoshi no Kaze - 03.mkv"}, "S02E03 OTHER_SEASON"},
		{"anime absolute in a season's folder", "hoshi.2x03", []string{"500 Hoshi no Kaze/Season 2/Hoshi no Kaze - 28.mkv"}, "S02E03"},
		{"anime S01 counted on", "hoshi.2x03", []string{"500 Hoshi.no.Kaze.S01E28.mkv"}, "S02E03"},
		{"a season of anime", "hoshi.s1", []string{"500 [G] Hoshi no Kaze - 01.mkv", "500 [G] Hoshi no Kaze - 25.mkv", "500 [G] Hoshi no Kaze - 26.mkv"}, "S01E01 S01E25 OTHER_SEASON"},
		{"an absolute number beyond every season", "hoshi.2x03", []string{"500 [G] Hoshi no Kaze - 99.mkv"}, "NO_SEASON"},
		{"an absolute number that is known though the seasons are not", "long.1093", []string{"500 [G] Long Voyage - 1093.mkv", "500 [G] Long Voyage - 1092.mkv"}, "S21E202 NO_SEASON"},
		{"specials", "keepers.0x02", []string{"500 The.Lighthouse.Keepers.S00E02.mkv", "500 The.Lighthouse.Keepers.S01E02.mkv"}, "S00E02 OTHER_SEASON"},
		{"a Spanish number", "keepers.2x05", []string{"500 The Lighthouse Keepers - Temporada 2 [Cap.205].mkv"}, "S02E05"},
		{"Windows paths", "keepers.2x05", []string{`500 The Lighthouse Keepers\Season 2\S02E05.mkv`}, "S02E05"},
		{"many episodes in one file", "keepers.s2", []string{"9000 The.Lighthouse.Keepers.S02E01-E99.mkv"}, "AMBIGUOUS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := wanted[tt.wanted]
			chosen, rejected := SelectFiles(&w, listing(t, tt.files...))
			if got := outcome(chosen, rejected, len(tt.files)); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// checkSelection holds a choice to what every choice promises.
func checkSelection(t *testing.T, target *Target, files []sdk.File) {
	t.Helper()
	chosen, rejected := target.SelectFiles(files)
	seen := map[int]int{}
	held := map[place]bool{}
	for _, c := range chosen {
		seen[c.File]++
		if c.Movie != (target.Kind == Movie) || !c.Movie && len(c.Episodes) == 0 {
			t.Fatalf("%q: chosen as %+v", files[c.File].Path, c)
		}
		for _, e := range c.Episodes {
			if held[place{c.Season, e}] {
				t.Fatalf("S%02dE%02d is held twice", c.Season, e)
			}
			held[place{c.Season, e}] = true
		}
		if target.Kind == Episode && !held[place{target.Season, target.Episode}] {
			t.Fatalf("%q was chosen and is not the episode", files[c.File].Path)
		}
	}
	for _, r := range rejected {
		seen[r.File]++
		if r.Code.Text() == "" {
			t.Fatalf("%s has no text", r.Code)
		}
	}
	for i := range files {
		if seen[i] != 1 {
			t.Fatalf("%q has %d outcomes", files[i].Path, seen[i])
		}
	}
	if (target.Kind == Movie || target.Kind == Episode) && len(chosen) > 1 && chosen[0].Part == 0 {
		t.Fatalf("%d files were chosen for one", len(chosen))
	}
}

func FuzzSelectFiles(f *testing.F) {
	f.Add("The.Lighthouse.Keepers.S02E05.mkv", "Sintel (2010)/Sintel.mkv", int64(5), int64(7))
	f.Add("a/b/c/Season 2/05.mkv", "[G] Hoshi no Kaze - 28.mkv", int64(-1), int64(0))
	f.Add("S02E05E06E07.mkv", "S02E05.mkv", int64(1), int64(2))
	f.Add(" - .mkv", "Sintel.2010/-.mkv", int64(1), int64(2))
	f.Fuzz(func(t *testing.T, a, b string, x, y int64) {
		for _, n := range []string{"sintel", "keepers", "keepers.s2", "keepers.2x05", "hoshi.2x03", "daily"} {
			checkSelection(t, NewTarget(wanted[n]), []sdk.File{{Path: a, Size: x}, {Path: b, Size: y}})
		}
	})
}
