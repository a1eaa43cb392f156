package rank

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/millrace-media/millrace/core/release"
)

func TestAFileOfASagaIsFoundByTheFilmsOwnName(t *testing.T) {
	t.Parallel()
	film := Wanted{Kind: Movie, Titles: []string{"The Tale of the Millers: The Turning Wheel"}, Year: 2001}
	second := Wanted{Kind: Movie, Titles: []string{"The Tale of the Millers: The Turning Wheel 2"}, Year: 2001}
	show := Wanted{Kind: Episode, Titles: []string{"The Milling Lamp"}, Season: 5, Episode: 3, SeasonLengths: []int{0, 9, 9, 9, 9, 9}}
	turns := Wanted{Kind: Episode, Titles: []string{"Tale of Mills"}, Names: []Name{{Text: "Tale R2", Season: 2}}, Season: 2, Episode: 5, EpisodeTitles: []string{"Dust and Smoke"},
		Anime: true, SeasonLengths: []int{0, 25, 25}}
	for _, tt := range []struct {
		name   string
		wanted Wanted
		files  []string
		want   string
	}{
		{"numbered in the saga's folder", film, []string{"900 The Tale of the Millers Trilogy/1 - The Turning Wheel.mkv", "900 The Tale of the Millers Trilogy/2 - The Two Stones.mkv"}, "film OTHER_TITLE"},
		{"in the saga's folder without a word for a collection", film, []string{"900 Tale of the Millers/The Turning Wheel (2001).mkv"}, "film"},
		{"in another folder", film, []string{"900 The Song of the Bakers Trilogy/1 - The Turning Wheel.mkv"}, "OTHER_TITLE"},
		{"in another year", film, []string{"900 The Tale of the Millers Trilogy/The Turning Wheel (2011).mkv"}, "OTHER_TITLE"},
		{"with a number that is another film's", film, []string{"900 The Tale of the Millers Trilogy/The Turning Wheel 2.mkv"}, "OTHER_TITLE"},
		{"without the number that it has", second, []string{"900 The Tale of the Millers Trilogy/The Turning Wheel.mkv"}, "OTHER_TITLE"},
		{"behind the saga's letters, in two parts", film, []string{"900 x/TOTM.The.Turning.Wheel.Extended.2001.CD1.mkv", "900 x/TOTM.The.Turning.Wheel.Extended.2001.CD2.mkv"}, "film film"},
		{"behind the saga's letters without a year", film, []string{"900 TOTM.The.Turning.Wheel.mkv"}, "OTHER_TITLE"},
		{"behind other letters", film, []string{"900 TOTB.The.Turning.Wheel.2001.mkv"}, "OTHER_TITLE"},
		{"a show by its letters", show, []string{"900 TML S05/TML.S05E02.mkv", "900 TML S05/TML.S05E03.mkv", "900 TML S05/Talking Lamp/Talking.Lamp.S05E03.mkv"}, "OTHER_EPISODE S05E03 OTHER_TITLE"},
		{"a show by other letters", show, []string{"900 TMB.S05E03.mkv"}, "OTHER_TITLE"},
		{"a show by its letters beside its name", show, []string{"900 The.Milling.Lamp.S05E03.mkv", "900 TML.S05E03.mkv"}, "S05E03 OTHER_TITLE"},
		{"an episode by a word for episodes and its title", turns, []string{"900 Tale R2/Tale R2 - Turn 04 - Fire and Water.mkv", "900 Tale R2/Tale R2 - Turn 05 - Dust and Smoke.mkv"}, "OTHER_TITLE S02E05"},
		{"an episode's title behind another number", turns, []string{"900 Tale R2/Tale R2 - Turn 07 - Dust and Smoke.mkv"}, "OTHER_TITLE"},
	} {
		chosen, rejected := SelectFiles(&tt.wanted, listing(t, tt.files...))
		if d := cmp.Diff(outcome(chosen, rejected, len(tt.files)), tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", tt.name, d)
		}
	}
}

func TestACollectionIsCalledByTheWholeNameOfASaga(t *testing.T) {
	t.Parallel()
	w := Wanted{Kind: Movie, Titles: []string{"Millers of the North: The Turning Wheel"}, Year: 2003}
	for _, tt := range []struct {
		release string
		want    State
	}{
		{"Millers.of.the.North.Trilogy.2003-2007.1080p", Unsure},
		{"Millers.of.the.North.Trilogy.Extended.2003-2007.1080p", Unsure},
		{"Millers.of.the.North.Complete.Collection.1080p", Unsure},
		{"Millers.of.the.North.Trilogy.Extended.2013-2017.1080p", No},
		{"Millers.of.the.South.Trilogy.Extended.2003-2007.1080p", No},
		{"Millers.The.Complete.Collection.2003-2007.1080p", No},
	} {
		r := release.Parse(tt.release)
		if m := Match(&w, &r); m.State != tt.want || m.State == Unsure && m.Code != CodeCollection {
			t.Errorf("%s: got %v %s, want %v", tt.release, m.State, m.Code, tt.want)
		}
	}
}
