package rank

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/millrace-media/millrace/core/release"
)

func TestTitlesAreOneInWhateverSpelling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, title, other string
		want               bool
	}{
		{"an article at the beginning", "The Lighthouse", "Lighthouse", true},
		{"an article at the end", "The Lighthouse", "Lighthouse, The", true},
		{"an article within", "Night of the Lamps", "Night of Lamps", true},
		{"an ampersand", "Fire & Water", "Fire and Water", true},
		{"an ampersand that is left out", "Fire & Water", "Fire Water", true},
		{"a plus", "Fire + Water", "Fire and Water", true},
		{"an apostrophe", "The Miller's Tale", "The Millers Tale", true},
		{"an accent", "Amélie", "Amelie", true},
		{"umlauts as two letters", "Die Bücher der Mühle", "Die Buecher der Muehle", true},
		{"umlauts without dots", "Die Bücher der Mühle", "Die Bucher der Muhle", true},
		{"two letters as umlauts", "Die Muehle", "Die Mühle", true},
		{"a long vowel of Japanese", "Yūki no Kaze", "Yuuki no Kaze", true},
		{"Cyrillic in Latin letters", "Смотрители маяка", "Smotriteli mayaka", true},
		{"Cyrillic as scholars write it", "Смотрители маяка", "Smotriteli majaka", true},
		{"Roman numbers", "Mill III", "Mill 3", true},
		{"numbers in words", "Mill Three", "Mill 3", true},
		{"a part", "Mill: Part Two", "Mill 2", true},
		{"a chapter", "Mill: Chapter 4", "Mill 4", true},
		{"a volume without a space", "Mill Vol. 2", "Mill Vol2", true},
		{"the first part, in the same year", "Mill: Part One", "Mill", true},
		{"v between names", "Miller v Baker: The Flour War", "Miller vs Baker The Flour War", true},
		{"a cross between names", "SPY × MILLER", "SPYxMILLER", true},
		{"a number as a title", "Seven", "7", true},

		{"another number", "Mill III", "Mill II", false},
		{"no number", "Mill III", "Mill", false},
		{"a number more", "Mill", "Mill 2", false},
		{"a plural", "Miller", "Millers", false},
		{"a plural of two words", "The Lighthouse Keeper", "The Lighthouse Keepers", false},
		{"a word more", "Miller", "Miller Returns", false},
		{"a word less", "Miller Returns", "Miller", false},
		{"another word", "Dawn of the Millers", "Night of the Millers", false},
		{"a short word with another letter", "Mill", "Mall", false},
		{"a letter of a single word", "Umlaut", "Umlauts", false},
	} {
		w := Wanted{Kind: Movie, Titles: []string{tt.title}, Year: 2012}
		r := release.Parse(tt.other + " (2012) 1080p")
		if m := Match(&w, &r); (m.State == Yes) != tt.want {
			t.Errorf("%s: %q and %q: %v %s", tt.name, tt.title, tt.other, m.State, m.Code)
		}
	}
}

func TestSlipsOfThePenAreTakenAsFarAsTheUserLikes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		similarity float64
		release    string
		want       State
	}{
		{"a letter missing", 0, "Night.of.the.Livng.Millers.1968.1080p", Yes},
		{"a letter missing, without a year", 0, "Night.of.the.Livng.Millers.1080p", Unsure},
		{"two letters swapped", 0, "Night.of.the.Livign.Millers.1968.1080p", Yes},
		{"a letter doubled", 0, "Night.of.the.Livving.Millers.1968.1080p", Yes},
		{"two slips that are too much", 0.98, "Night.of.the.Livng.Milers.1968.1080p", No},
		{"none where titles must be equal", 1, "Night.of.the.Livng.Millers.1968.1080p", No},
		{"no word that is another", 0.80, "Night.of.the.Giving.Millers.1968.1080p", No},
		{"words that are run together", 0, "Nightofthe.Living.Millers.1968.1080p", Yes},
		{"a slip in words that are run together", 0, "Night.of.the.Livingmillers.1968.1080p", Yes},
	} {
		w := Wanted{Kind: Movie, Titles: []string{"Night of the Living Millers"}, Year: 1968, Similarity: tt.similarity}
		r := release.Parse(tt.release)
		if m := Match(&w, &r); m.State != tt.want {
			t.Errorf("%s: %q: got %v %s, want %v", tt.name, tt.release, m.State, m.Code, tt.want)
		}
	}
}

func TestASlipThatMayBeAnotherWordNeedsSomethingElseToConfirmIt(t *testing.T) {
	t.Parallel()
	film := Wanted{Kind: Movie, Titles: []string{"Millers of the Caribbean"}, Year: 2003}
	word := Wanted{Kind: Movie, Titles: []string{"Mariner"}, Year: 2003}
	show := Wanted{Kind: Episode, Titles: []string{"The Milling Lamp"}, Season: 1, Episode: 3, EpisodeTitles: []string{"Four Walls and a Roof"}, SeasonLengths: []int{0, 9}}
	short := Wanted{Kind: Episode, Titles: []string{"Severance"}, Season: 1, Episode: 3, EpisodeTitles: []string{"In Perpetuity"}, SeasonLengths: []int{0, 9}}
	for _, tt := range []struct {
		name       string
		wanted     Wanted
		similarity float64
		release    string
		want       State
	}{
		{"the wrong letter doubled, in its year", film, 0, "Millers.of.the.Carribean.2003.1080p", Yes},
		{"the wrong letter doubled, without a year", film, 0, "Millers.of.the.Carribean.1080p", Unsure},
		{"the wrong letter doubled, a year off", film, 0, "Millers.of.the.Carribean.2004.1080p", No},
		{"the wrong letter doubled, where the user is strict", film, 0.95, "Millers.of.the.Carribean.2003.1080p", No},
		{"two such slips", film, 0, "Milllers.of.the.Carribean.2003.1080p", No},
		{"a title of one word in its year", word, 0, "Marinar.2003.1080p", Unsure},
		{"the last letter left out, with the episode's title", show, 0, "The.Millin.Lamp.S01E03.Four.Walls.and.a.Roof.720p", Yes},
		{"the last letter left out", show, 0, "The.Millin.Lamp.S01E03.720p", Unsure},
		{"the last letter left out, with another episode's title", show, 0, "The.Millin.Lamp.S01E03.Dust.and.Smoke.720p", No},
		{"the last letter left out, of another episode", show, 0, "The.Millin.Lamp.S01E04.720p", No},
		{"the first letter changed", show, 0, "The.Filling.Lamp.S01E03.Four.Walls.and.a.Roof.720p", No},
		{"a letter of one word", short, 0, "Severence.S01E03.1080p", Unsure},
		{"a letter of one word, with the episode's title", short, 0, "Severence.S01E03.In.Perpetuity.1080p", Yes},
		{"two letters of one word", short, 0, "Severense.S01E03.In.Perpetuity.1080p", No},
		{"a letter of a short word", Wanted{Kind: Episode, Titles: []string{"Lambs"}, Season: 1, Episode: 3}, 0, "Limbs.S01E03.1080p", No},
	} {
		w := tt.wanted
		w.Similarity = tt.similarity
		r := release.Parse(tt.release)
		if m := Match(&w, &r); m.State != tt.want {
			t.Errorf("%s: %q: got %v %s, want %v", tt.name, tt.release, m.State, m.Code, tt.want)
		}
	}
}

func TestRatioIsThatOfTheLongestCommonSubsequence(t *testing.T) {
	t.Parallel()
	long := "thelongesttitleofalltitlesthatareeverputonareleaseofafilmaboutamillerandhismill"
	for _, tt := range []struct {
		a, b string
		want float64
	}{
		{"", "", 0}, {"mill", "mill", 1}, {"mill", "mall", 0.75}, {"abc", "xyz", 0}, {"rocky2", "rocky3", 10.0 / 12}, {"kitten", "sitting", 8.0 / 13},
		{long, long, 1}, {long, long[1:], 2 * float64(len(long)-1) / float64(2*len(long)-1)}, {long + long, long, 2.0 / 3},
	} {
		var m mask
		m.set([]byte(tt.a))
		if tt.a == "" {
			continue
		}
		if got := m.ratio(tt.b); got < tt.want-1e-9 || got > tt.want+1e-9 {
			t.Errorf("%q and %q: got %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestTheYearOfAFilmMayDifferAsFarAsTheUserLikes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ tolerance, years, want int }{
		{0, 0, 1}, {0, 1, 1}, {0, 2, 0}, {1, 1, 1}, {1, 2, 0}, {2, 2, 1}, {2, 3, 0}, {9, 3, 0}, {ExactYear, 0, 1}, {ExactYear, 1, 0},
	} {
		w := Wanted{Kind: Movie, Titles: []string{"Sintel"}, Year: 2010, YearTolerance: tt.tolerance}
		for _, year := range []int{2010 - tt.years, 2010 + tt.years} {
			r := release.Parse("Sintel." + itoa(year) + ".1080p")
			if m := Match(&w, &r); (m.State == Yes) != (tt.want == 1) {
				t.Errorf("tolerance %d, year %d: %v", tt.tolerance, year, m.State)
			}
		}
	}
}

func TestTheBytesThatDecidedAreTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ wanted, name, want string }{
		{"sintel", "Sintel.2010.1080p", "Sintel"},
		{"sintel", "Sintel.1999.1080p", "1999"},
		{"sintel", "Big.Buck.Bunny.2008.1080p", "Big.Buck.Bunny"},
		{"sintel", "Sintel.S01E01.1080p", "S01E01"},
		{"br2049", "Blade.Runner.2049.1999.1080p", "1999"},
		{"br2049", "Blade.Runner.2049.2017.1080p", "Blade.Runner.2049"},
		{"apollo13", "[Site.org] Apollo 13 (1970) 1080p", "1970"},
		{"keepers.2x05", "The.Lighthouse.Keepers.S02E06.1080p", "S02E06"},
		{"keepers.2x05", "The.Lighthouse.Keepers.S03.1080p", "S03"},
		{"keepers.2x05", "The.Lighthouse.Keepers.1080p", "The.Lighthouse.Keepers"},
		{"daily", "The.Daily.Lamp.2024.01.02.720p", "2024.01.02"},
	} {
		w := wanted[tt.wanted]
		r := release.Parse(tt.name)
		m := Match(&w, &r)
		if d := cmp.Diff(r.Raw[m.Span.Lo:m.Span.Hi], tt.want); d != "" {
			t.Errorf("%s, %q: %s (-got +want):\n%s", tt.wanted, tt.name, m.Code, d)
		}
	}
}

func TestTheLanguageIsThatOfTheNameThatFits(t *testing.T) {
	t.Parallel()
	w := Wanted{Kind: Movie, Titles: []string{"Sintel"}, Names: []Name{{Text: "Die Drachenreiterin", Language: "de"}, {Text: "Sintel", Language: "en"}}, Year: 2010}
	for name, want := range map[string]string{"Die.Drachenreiterin.2010.1080p": "de", "Sintel.2010.1080p": "", "Other.2010.1080p": ""} {
		r := release.Parse(name)
		if m := Match(&w, &r); m.Language != want {
			t.Errorf("%s: got %q, want %q", name, m.Language, want)
		}
	}
}
