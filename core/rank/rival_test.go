package rank

import (
	"testing"

	"github.com/millrace-media/millrace/core/release"
)

// judged is what one name of a table is expected to be.
type judged struct {
	name  string
	state State
	code  Code
}

func expect(t *testing.T, w Wanted, table []judged) {
	t.Helper()
	target := NewTarget(w)
	for _, tt := range table {
		r := release.Parse(tt.name)
		if m := target.Match(&r); m.State != tt.state || m.Code != tt.code {
			t.Errorf("%q: got %v %s (%s / %s), want %v %s", tt.name, m.State, m.Code, m.Want, m.Got, tt.state, tt.code)
		}
	}
}

func TestShowsOfOneNameAreToldApart(t *testing.T) {
	t.Parallel()
	first := Rival{Titles: []string{"The Mill"}, Year: 2001, YearEnd: 2003, Country: "GB"}
	second := Rival{Titles: []string{"The Mill"}, Year: 2005, YearEnd: 2013, Country: "US"}
	american := Wanted{
		Kind: Episode, Titles: []string{"The Mill"}, Year: 2005, YearEnd: 2013, Country: "US", Season: 2, Episode: 3, SeasonLengths: []int{0, 6, 22, 23, 19, 20, 20},
		EpisodeTitles: []string{"The Miller's Olympics"}, AirDates: []release.Date{day(2005, 10, 4)}, Rivals: []Rival{first},
	}
	british := american
	british.Year, british.YearEnd, british.Country, british.EpisodeTitles, british.Rivals = 2001, 2003, "GB", []string{"Charity"}, []Rival{second}
	british.AirDates = []release.Date{day(2002, 10, 4)}
	late := american
	late.Season, late.Episode = 6, 3
	expect(t, american, []judged{
		{"The.Mill.US.S02E03.1080p", Yes, CodeMatch},
		{"The.Mill.2005.S02E03.1080p", Yes, CodeMatch},
		{"The.Mill.S02E03.The.Millers.Olympics.1080p", Yes, CodeMatch},
		{"The.Mill.S02E03.1080p", Unsure, CodeNamesake},
		{"The.Mill.S02.1080p", Unsure, CodeNamesake},
		{"The.Mill.S02E03.Flour.for.All.1080p", No, CodeNamesake},
		{"The.Mill.UK.S02E03.1080p", No, CodeOtherCountry},
		{"The.Mill.2001.S02E03.1080p", No, CodeOtherYear},
		{"The.Mill.2002.S02E03.1080p", No, CodeOtherYear},
		{"The.Mill.S02E04.1080p", No, CodeOtherEpisode},
	})
	expect(t, british, []judged{
		{"The.Mill.S02E03.1080p", Yes, CodeMatch},
		{"The.Mill.UK.S02E03.1080p", Yes, CodeMatch},
		{"The.Mill.US.S02E03.1080p", No, CodeOtherCountry},
		{"The.Mill.2005.S02E03.1080p", No, CodeOtherYear},
	})
	expect(t, late, []judged{{"The.Mill.S06E03.1080p", Yes, CodeMatch}}) // the older one had no sixth season
}

func TestARivalsYearIsTheRivals(t *testing.T) {
	t.Parallel()
	expect(t, Wanted{Kind: Episode, Titles: []string{"Kite"}, Year: 2010, Season: 1, Episode: 1, Rivals: []Rival{{Titles: []string{"Kite"}, Year: 2011}}}, []judged{
		{"Kite.2010.S01E01.1080p", Yes, CodeMatch},
		{"Kite.2011.S01E01.1080p", No, CodeOtherYear},
		{"Kite.S01E01.1080p", Yes, CodeMatch},
	})
	expect(t, Wanted{Kind: Movie, Titles: []string{"Kite"}, Year: 2010, Rivals: []Rival{{Titles: []string{"Kite"}, Year: 2011, Movie: true}, {Titles: []string{"Kite"}, Year: 1999, Movie: true}}}, []judged{
		{"Kite.2010.1080p", Yes, CodeMatch},
		{"Kite.2009.1080p", Yes, CodeMatch},
		{"Kite.2011.1080p", No, CodeOtherYear},
		{"Kite.1080p", Unsure, CodeNamesake},
	})
	expect(t, Wanted{Kind: Show, Titles: []string{"Kite"}, Year: 2010, Rivals: []Rival{{Titles: []string{"Kite"}, Year: 2014, Movie: true}}}, []judged{
		{"Kite.2014.1080p.BluRay", No, CodeOtherYear},
		{"Kite.Complete.Series.1080p.BluRay", Yes, CodeMatch},
	})
}

func TestOtherOrdersAreTakenWhereTheyAreUnambiguous(t *testing.T) {
	t.Parallel()
	w := Wanted{
		Kind: Episode, Titles: []string{"Hoshi no Kaze"}, Year: 2015, Season: 1, Episode: 15, Anime: true, SeasonLengths: []int{0, 24},
		Orders: []Order{{Name: "anidb", Season: 2, Episode: 3}},
	}
	expect(t, w, []judged{
		{"[G] Hoshi no Kaze - 15 [1080p]", Yes, CodeMatch},
		{"[G] Hoshi no Kaze S2 - 03 [1080p]", Yes, CodeMatch},
		{"[G] Hoshi no Kaze II - 03 [1080p]", Yes, CodeMatch},
		{"[G] Hoshi no Kaze S2 - 04 [1080p]", No, CodeOtherSeason},
		{"[G] Hoshi no Kaze - 03 [1080p]", No, CodeOtherEpisode},
	})
	w.SeasonLengths = []int{0, 24, 12}
	expect(t, w, []judged{{"[G] Hoshi no Kaze S2 - 03 [1080p]", Unsure, CodeOtherOrder}})
}

func TestNamesOfOneSeasonTellTheSeason(t *testing.T) {
	t.Parallel()
	w := Wanted{
		Kind: Episode, Titles: []string{"Hoshi no Kaze"}, Names: []Name{{Text: "Hoshi no Kaze: Saigo no Tabi", Language: "ja", Season: 3}}, Year: 2015, Season: 3, Episode: 5,
		Absolute: 42, Anime: true, SeasonLengths: []int{0, 25, 12, 13},
	}
	expect(t, w, []judged{
		{"[G] Hoshi no Kaze Saigo no Tabi - 05 [1080p]", Yes, CodeMatch},
		{"[G] Hoshi no Kaze - Saigo no Tabi - 05 [1080p]", Yes, CodeMatch},
		{"Hoshi.no.Kaze.Saigo.no.Tabi.S01E05.1080p", Yes, CodeMatch},
		{"[G] Hoshi no Kaze Saigo no Tabi - 06 [1080p]", No, CodeOtherEpisode},
		{"[G] Hoshi no Kaze Saigo no Tabi (01-13) [1080p]", Yes, CodeMatch},
		{"[G] Hoshi no Kaze Saigo no Tabi Part 2 - 42 [1080p]", Yes, CodeMatch},
		{"[G] Hoshi no Kaze Saigo no Tabi Part 2 - 02 [1080p]", Unsure, CodeOtherOrder},
		{"[G] Hoshi no Kaze (TV 3) - 05 [1080p]", Yes, CodeMatch},
		{"[G] Hoshi no Kaze - 42 [1080p]", Yes, CodeMatch},
		{"[G] Hoshi no Kaze - 05 [1080p]", No, CodeOtherEpisode},
	})
}

func TestPartsOfAShow(t *testing.T) {
	t.Parallel()
	mini := Wanted{Kind: Episode, Titles: []string{"Deep Water"}, Year: 2016, Season: 1, Episode: 3, SeasonLengths: []int{0, 5}, EpisodeTitles: []string{"The Long Pier"}}
	expect(t, mini, []judged{
		{"Deep.Water.Part.3.1080p", Yes, CodeMatch},
		{"Deep.Water.Part.Three.1080p", Yes, CodeMatch},
		{"Deep.Water.Part.III.The.Long.Pier.1080p", Yes, CodeMatch},
		{"Deep.Water.Part.4.1080p", No, CodeOtherEpisode},
		{"Deep.Water.3of5.1080p", Yes, CodeMatch},
		{"BBC.Deep.Water.3of5.1080p", Yes, CodeMatch},
		{"Deep.Water.The.Long.Pier.1080p", Yes, CodeMatch},
		{"Deep.Water.103.1080p", Yes, CodeMatch},
	})
	parts := Wanted{Kind: Episode, Titles: []string{"Deep Water"}, Year: 2016, Season: 3, Episode: 2, SeasonLengths: []int{0, 5, 5, 6}}
	expect(t, parts, []judged{
		{"Deep.Water.Part.3.1080p", Yes, CodeMatch},
		{"Deep.Water.Part.3.E02.1080p", Yes, CodeMatch},
		{"Deep.Water.Part.2.1080p", No, CodeOtherSeason},
		{"Deep.Water.2of6.1080p", Yes, CodeMatch},
		{"Deep.Water.2of5.1080p", Unsure, CodeNoSeason},
	})
	special := Wanted{Kind: Episode, Titles: []string{"Deep Water"}, Year: 2016, Season: 0, Episode: 4, SeasonLengths: []int{6, 5, 5}, EpisodeTitles: []string{"The Winter Ferry"}}
	expect(t, special, []judged{
		{"Deep.Water.S00E04.1080p", Yes, CodeMatch},
		{"Deep.Water.S02E00.The.Winter.Ferry.1080p", Yes, CodeMatch},
		{"Deep.Water.S02E04.1080p", No, CodeOtherSeason},
		{"Deep.Water.The.Winter.Ferry.1080p", Yes, CodeMatch},
		{"Deep.Water.S01-S02.1080p", No, CodeOtherSeason},
	})
	halves := Wanted{Kind: Episode, Titles: []string{"Hoshi no Kaze"}, Year: 2015, Season: 2, Episode: 15, Anime: true, SeasonLengths: []int{0, 12, 24}}
	expect(t, halves, []judged{
		{"[G] Hoshi no Kaze 2nd Season Part 2 - 03 [1080p]", Unsure, CodeOtherOrder},
		{"[G] Hoshi no Kaze 2nd Season Part 2 - 15 [1080p]", Yes, CodeMatch},
		{"[G] Hoshi no Kaze 2nd Season - 15 [1080p]", Yes, CodeMatch},
		{"[G] Hoshi no Kaze 2nd Season - 03 [1080p]", No, CodeOtherEpisode},
	})
	halves.Episode = 3
	expect(t, halves, []judged{
		{"[G] Hoshi no Kaze 2nd Season Part 2 - 03 [1080p]", No, CodeOtherEpisode},
		{"[G] Hoshi no Kaze 2nd Season - 03 [1080p]", Yes, CodeMatch},
	})
}
