package rank

import (
	"testing"

	"github.com/millrace-media/millrace/core/release"
)

func day(y, m, d int) release.Date {
	return release.Date{Year: uint16(y), Month: uint8(m), Day: uint8(d)}
}

// The titles that are wanted in these tests.
var wanted = map[string]Wanted{
	"sintel":      {Kind: Movie, Titles: []string{"Sintel", "Durian"}, Year: 2010},
	"undated":     {Kind: Movie, Titles: []string{"Sintel"}},
	"rocky2":      {Kind: Movie, Titles: []string{"Rocky II"}, Year: 1979},
	"frozen":      {Kind: Movie, Titles: []string{"Frozen"}, Year: 2013},
	"frozen2":     {Kind: Movie, Titles: []string{"Frozen II"}, Year: 2019},
	"alien":       {Kind: Movie, Titles: []string{"Alien"}, Year: 1979},
	"aliens":      {Kind: Movie, Titles: []string{"Aliens"}, Year: 1986},
	"br2049":      {Kind: Movie, Titles: []string{"Blade Runner 2049"}, Year: 2017},
	"ww84":        {Kind: Movie, Titles: []string{"Wonder Woman 1984"}, Year: 2020},
	"1917":        {Kind: Movie, Titles: []string{"1917"}, Year: 2019},
	"2001":        {Kind: Movie, Titles: []string{"2001: A Space Odyssey"}, Year: 1968},
	"apollo13":    {Kind: Movie, Titles: []string{"Apollo 13"}, Year: 1995},
	"f451":        {Kind: Movie, Titles: []string{"Fahrenheit 451"}, Year: 2018},
	"openseason3": {Kind: Movie, Titles: []string{"Open Season 3"}, Year: 2010},
	"starwars3":   {Kind: Movie, Titles: []string{"Star Wars: Episode III - Revenge of the Sith"}, Year: 2005},
	"batman":      {Kind: Movie, Titles: []string{"Batman"}, Year: 1989},
	"thebatman":   {Kind: Movie, Titles: []string{"The Batman"}, Year: 2022},
	"nosferatu":   {Kind: Movie, Titles: []string{"Nosferatu", "Nosferatu, eine Symphonie des Grauens"}, Year: 1922},
	"amelie":      {Kind: Movie, Titles: []string{"Le Fabuleux Destin d'Amélie Poulain", "Amélie"}, Year: 2001},
	"living":      {Kind: Movie, Titles: []string{"Night of the Living Dead"}, Year: 1968},
	"cube3d":      {Kind: Movie, Titles: []string{"Cube 3D"}, Year: 2010},
	"ninja":       {Kind: Episode, Titles: []string{"Ninja Collection"}, Season: 1, Episode: 5, Anime: true, SeasonLengths: []int{0, 12}},
	"saga":        {Kind: Season, Titles: []string{"Northern Saga"}, Season: 2},
	"8bit":        {Kind: Movie, Titles: []string{"8 Bit Winter"}, Year: 2021},
	"toystory3":   {Kind: Movie, Titles: []string{"Toy Story 3"}, Year: 2010},

	"keepers": {Kind: Show, Titles: []string{"The Lighthouse Keepers"}, Year: 2019, YearEnd: 2022, SeasonLengths: []int{2, 10, 8, 6}},
	"keepers.s2": {
		Kind: Season, Titles: []string{"The Lighthouse Keepers"}, Year: 2019, YearEnd: 2022, Season: 2, SeasonLengths: []int{2, 10, 8, 6},
	},
	"keepers.2x05": {
		Kind: Episode, Titles: []string{"The Lighthouse Keepers", "Смотрители маяка"}, Year: 2019, YearEnd: 2022, Season: 2, Episode: 5, Absolute: 15,
		SeasonLengths: []int{2, 10, 8, 6}, AirDates: []release.Date{day(2020, 3, 14)}, EpisodeTitles: []string{"The Long Storm"},
	},
	"keepers.0x02": {Kind: Episode, Titles: []string{"The Lighthouse Keepers"}, Year: 2019, Season: 0, Episode: 2, SeasonLengths: []int{2, 10, 8, 6}},
	"office.us":    {Kind: Episode, Titles: []string{"The Office (US)"}, Year: 2005, YearEnd: 2013, Season: 3, Episode: 4, SeasonLengths: []int{0, 6, 22, 25}},
	"office.uk":    {Kind: Episode, Titles: []string{"The Office"}, Country: "GB", Year: 2001, YearEnd: 2003, Season: 1, Episode: 4},
	"daily": {
		Kind: Episode, Titles: []string{"The Daily Lamp"}, Year: 1996, Season: 29, Episode: 130, Daily: true, AirDates: []release.Date{day(2024, 11, 15)},
	},
	"mini.2": {Kind: Episode, Titles: []string{"Deep Water"}, Year: 2016, Season: 1, Episode: 2, SeasonLengths: []int{0, 4}},
	"hoshi.2x03": {
		Kind: Episode, Titles: []string{"Hoshi no Kaze", "Wind of Stars"}, Year: 2015, Season: 2, Episode: 3, Absolute: 28, Anime: true,
		SeasonLengths: []int{1, 25, 12},
	},
	"hoshi":     {Kind: Show, Titles: []string{"Hoshi no Kaze"}, Year: 2015, Anime: true, SeasonLengths: []int{1, 25, 12}},
	"hoshi.s1":  {Kind: Season, Titles: []string{"Hoshi no Kaze"}, Year: 2015, Season: 1, Anime: true, SeasonLengths: []int{1, 25, 12}},
	"long.1093": {Kind: Episode, Titles: []string{"Long Voyage"}, Year: 1999, Season: 21, Episode: 202, Absolute: 1093, Anime: true},
	"galaxy78":  {Kind: Episode, Titles: []string{"Battle Galaxy"}, Year: 1978, YearEnd: 1979, Season: 1, Episode: 1},
	"lamp2005":  {Kind: Episode, Titles: []string{"Doctor Lamp"}, Year: 2005, Season: 8, Episode: 12, AirDates: []release.Date{day(2014, 11, 8)}},
	"pebbles":   {Kind: Episode, Titles: []string{"Pebbles"}, Season: 1, Episode: 5},
}

func TestReleasesAreMatched(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		wanted, name string
		state        State
		code         Code
	}{
		// Films: title and year.
		{"sintel", "Sintel.2010.1080p.BluRay.x264-GRP", Yes, CodeMatch},
		{"sintel", "Durian (2010) 720p", Yes, CodeMatch},
		{"sintel", "Sintel.2011.1080p.BluRay", Yes, CodeMatch},
		{"sintel", "Sintel.2009.1080p.BluRay", Yes, CodeMatch},
		{"sintel", "Sintel.2012.1080p.BluRay", No, CodeOtherYear},
		{"sintel", "Sintel.1080p.BluRay", Unsure, CodeNoYear},
		{"undated", "Sintel.1080p.BluRay", Yes, CodeMatch},
		{"undated", "Sintel.2010.1080p.BluRay", Yes, CodeMatch},
		{"sintel", "Sintel.Returns.2010.1080p", No, CodeOtherTitle},
		{"sintel", "Sintels.2010.1080p", No, CodeOtherTitle},
		{"sintel", "The.Making.of.Sintel.2010.1080p", No, CodeOtherTitle},
		{"sintel", "Sintel.S01E01.1080p", No, CodeIsSeries},
		{"sintel", "Sintel.S01.1080p", No, CodeIsSeries},
		{"sintel", "Sintel.2010.11.15.720p", No, CodeIsSeries},
		{"sintel", "[Group] Sintel - 05 [1080p]", No, CodeIsSeries},
		{"sintel", "Sintel.1of2.DVDRip", Unsure, CodeCollection},
		{"sintel", "Sintel.Trilogy.2010-2015.1080p", Unsure, CodeCollection},
		{"sintel", "Sintel.Collection.1990-1995.1080p", No, CodeOtherYear},
		{"sintel", "Big.Buck.Bunny.2008.1080p", No, CodeOtherTitle},
		{"sintel", "", No, CodeOtherTitle},
		{"sintel", "1080p", No, CodeOtherTitle},
		{"rocky2", "Rocky.II.1979.1080p.BluRay", Yes, CodeMatch},
		{"rocky2", "Rocky.2.1979.1080p.BluRay", Yes, CodeMatch},
		{"rocky2", "Rocky.III.1979.1080p.BluRay", No, CodeOtherTitle},
		{"rocky2", "Rocky.1979.1080p.BluRay", No, CodeOtherTitle},
		{"rocky2", "Rocky.IV.1985.1080p.BluRay", No, CodeOtherTitle},
		{"frozen", "Frozen.II.2013.1080p", No, CodeOtherTitle},
		{"frozen", "Frozen.2013.1080p", Yes, CodeMatch},
		{"frozen", "Frozen.2010.1080p", No, CodeOtherYear},
		{"frozen", "Frozen.2.2019.1080p", No, CodeOtherTitle},
		{"frozen2", "Frozen.2019.1080p", No, CodeOtherTitle},
		{"frozen2", "Frozen.2.2019.1080p", Yes, CodeMatch},
		{"alien", "Aliens.1979.1080p", No, CodeOtherTitle},
		{"alien", "Alien.1979.REMASTERED.1080p", Yes, CodeMatch},
		{"aliens", "Alien.1986.1080p", No, CodeOtherTitle},
		{"aliens", "Aliens.1986.1080p", Yes, CodeMatch},
		{"br2049", "Blade.Runner.2049.2017.1080p", Yes, CodeMatch},
		{"br2049", "Blade.Runner.2049.1080p", Unsure, CodeNoYear},
		{"br2049", "Blade.Runner.1982.1080p", No, CodeOtherTitle},
		{"ww84", "Wonder.Woman.1984.2020.1080p", Yes, CodeMatch},
		{"ww84", "Wonder.Woman.1984.1080p", Unsure, CodeNoYear},
		{"ww84", "Wonder.Woman.2017.1080p", No, CodeOtherTitle},
		{"1917", "1917.2019.1080p", Yes, CodeMatch},
		{"1917", "1917.1080p.BluRay", Unsure, CodeNoYear},
		{"2001", "2001.A.Space.Odyssey.1968.1080p", Yes, CodeMatch},
		{"2001", "2001.A.Space.Odyssey.1080p", Unsure, CodeNoYear},
		{"apollo13", "Apollo.13.1995.1080p", Yes, CodeMatch},
		{"apollo13", "Apollo 13 (1995) [1080p]", Yes, CodeMatch},
		{"apollo13", "Apollo.11.2019.1080p", No, CodeOtherTitle},
		{"f451", "Fahrenheit.451.2018.1080p.WEB-DL", Yes, CodeMatch},
		{"f451", "Fahrenheit.451.720p.HDTV.x264", Unsure, CodeNoYear},
		{"f451", "Fahrenheit.11.9.2018.1080p", No, CodeOtherTitle},
		{"openseason3", "Open.Season.3.2010.1080p", Yes, CodeMatch},
		{"openseason3", "Open.Season.2.2008.1080p", No, CodeOtherTitle},
		{"starwars3", "Star.Wars.Episode.III.Revenge.of.the.Sith.2005.1080p", Yes, CodeMatch},
		{"starwars3", "Star.Wars.Episode.3.Revenge.of.the.Sith.2005.1080p", Yes, CodeMatch},
		{"starwars3", "Star.Wars.Episode.II.Attack.of.the.Clones.2002.1080p", No, CodeOtherTitle},
		{"batman", "The.Batman.2022.1080p", No, CodeOtherYear},
		{"batman", "Batman.1989.1080p", Yes, CodeMatch},
		{"batman", "Batman.Returns.1992.1080p", No, CodeOtherTitle},
		{"batman", "Batman.Forever.1995.1080p", No, CodeOtherTitle},
		{"thebatman", "Batman.2022.1080p", Yes, CodeMatch},
		{"thebatman", "The.Batman.1989.1080p", No, CodeOtherYear},
		{"nosferatu", "Nosferatu.Eine.Symphonie.des.Grauens.1922.1080p", Yes, CodeMatch},
		{"nosferatu", "Nosferatu.2024.1080p", No, CodeOtherYear},
		{"nosferatu", "Nosferatu.the.Vampyre.1979.1080p", No, CodeOtherTitle},
		{"amelie", "Amelie.2001.FRENCH.1080p", Yes, CodeMatch},
		{"amelie", "Le.Fabuleux.Destin.D.Amelie.Poulain.2001.1080p", Yes, CodeMatch},
		{"amelie", "Le Fabuleux Destin d'Amélie Poulain (2001) 1080p", Yes, CodeMatch},
		{"living", "Night.of.the.Livng.Dead.1968.1080p", Yes, CodeMatch},
		{"living", "Night.of.the.Livng.Dead.1080p", Unsure, CodeSimilarTitle},
		{"living", "Night.of.the.Living.Deaf.1968.1080p", No, CodeOtherTitle},
		{"living", "Night.of.the.Living.Dead.1990.1080p", No, CodeOtherYear},
		{"living", "Dawn.of.the.Living.Dead.1968.1080p", No, CodeOtherTitle},
		{"toystory3", "Toy.Story.3.2010.1080p", Yes, CodeMatch},
		{"toystory3", "Toy.Story.4.2010.1080p", No, CodeOtherTitle},
		{"toystory3", "Toy.Story.2010.1080p", No, CodeOtherTitle},

		{"sintel", "【某某发布】某某某.Sintel.2010.1080p.BluRay", Yes, CodeMatch},
		{"rocky2", "Kolekcja Rocky (1976-2006) [720p]", Unsure, CodeCollection},
		{"rocky2", "Rocky.I-VI.1976-2006.1080p", Unsure, CodeCollection},
		{"rocky2", "Rocky.Collection.1990-2006.1080p", No, CodeOtherYear},
		{"sintel", "Sintel.2010.Trailer.1080p", No, CodeNotMain},
		{"cube3d", "Cube.3D.2010.1080p.BluRay.x264", Yes, CodeMatch},
		{"cube3d", "Cube.2010.1080p.BluRay.x264", No, CodeOtherTitle},
		{"8bit", "8.Bit.Winter.2021.1080p", Yes, CodeMatch},
		{"ninja", "[Group] Ninja Collection - 05 [720p]", Yes, CodeMatch},
		{"ninja", "[Group] Ninja Collection [01-12][720p]", Yes, CodeMatch},
		{"saga", "[Group] Northern Saga (Season 2) [1080p]", Yes, CodeMatch},

		// Episodes.
		{"keepers.2x05", "The.Lighthouse.Keepers.S02E05.1080p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.2x05.HDTV", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.S02E04E05.1080p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.S02E01-E08.1080p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.S02E06.1080p", No, CodeOtherEpisode},
		{"keepers.2x05", "The.Lighthouse.Keepers.Book.2.The.Storms.1080p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.Book.3.1080p", No, CodeOtherSeason},
		{"keepers.2x05", "The.Lighthouse.Keepers.205.The.Long.Storm.1080p", Yes, CodeMatch},
		{"keepers.2x05", "BBC.The.Lighthouse.Keepers.S02E05.1080p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.S01E05.1080p", No, CodeOtherSeason},
		{"keepers.2x05", "The.Lighthouse.Keepers.S03E05.1080p", No, CodeOtherSeason},
		{"keepers.2x05", "The.Lighthouse.Keepers.S02.1080p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.S01-S03.1080p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.S01.1080p", No, CodeOtherSeason},
		{"keepers.2x05", "The.Lighthouse.Keepers.S03-S05.1080p", No, CodeOtherSeason},
		{"keepers.2x05", "The.Lighthouse.Keepers.Complete.Series.1080p", Unsure, CodeCollection},
		{"keepers.2x05", "The.Lighthouse.Keepers.1080p.BluRay", Unsure, CodeNoNumber},
		{"keepers.2x05", "the.lighthouse.keepers.205.hdtv.xvid", Yes, CodeMatch},
		{"keepers.2x05", "the.lighthouse.keepers.305.hdtv.xvid", No, CodeOtherEpisode},
		{"keepers.2x05", "The.Lighthouse.Keepers.E05.1080p", Unsure, CodeNoSeason},
		{"keepers.2x05", "The.Lighthouse.Keepers.E07.1080p", No, CodeOtherEpisode},
		{"keepers.2x05", "The.Lighthouse.Keepers.2020.03.14.720p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.2020.03.15.720p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.2020.03.17.720p", No, CodeOtherDate},
		{"keepers.2x05", "The.Lighthouse.Keepers.2019.S02E05.1080p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.2020.S02E05.1080p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.Keepers.2008.S02E05.1080p", No, CodeOtherYear},
		{"keepers.2x05", "The.Lighthouse.Keepers.2024.S02E05.1080p", No, CodeOtherYear},
		{"keepers.2x05", "The.Lighthouse.Keepers.The.Long.Storm.S02E05.1080p", Yes, CodeMatch},
		{"keepers.2x05", "Смотрители маяка / Сезон: 2 / Серии: 1-8 из 8 [2020, WEB-DL 1080p]", Yes, CodeMatch},
		{"keepers.2x05", "The Lighthouse Keepers Season 2 Episode 5 720p", Yes, CodeMatch},
		{"keepers.2x05", "The Lighthouse Keepers 3of6 720p", No, CodeOtherEpisode},
		{"keepers.2x05", "Lighthouse.Keepers.S02E05.1080p", Yes, CodeMatch},
		{"keepers.2x05", "The.Lighthouse.S02E05.1080p", No, CodeOtherTitle},
		{"keepers.2x05", "The.Lighthouse.Keeper.S02E05.1080p", No, CodeOtherTitle},
		{"keepers.2x05", "The.Lighthouse.Keepers.New.York.S02E05.1080p", No, CodeOtherTitle},
		{"keepers.2x05", "Los Guardianes Temporada 2 [Cap.205]", No, CodeOtherTitle},
		{"keepers.2x05", "The Lighthouse Keepers Temporada 2 [Cap.205]", Yes, CodeMatch},
		{"keepers.0x02", "The.Lighthouse.Keepers.S00E02.1080p", Yes, CodeMatch},
		{"keepers.0x02", "The.Lighthouse.Keepers.S01E02.1080p", No, CodeOtherSeason},
		{"keepers.0x02", "The.Lighthouse.Keepers.S01-S03.1080p", No, CodeOtherSeason},
		{"office.us", "The.Office.US.S03E04.1080p", Yes, CodeMatch},
		{"office.us", "The.Office.S03E04.1080p", Yes, CodeMatch},
		{"office.us", "The Office (US) S03E04 1080p", Yes, CodeMatch},
		{"office.us", "The.Office.UK.S03E04.1080p", No, CodeOtherCountry},
		{"office.us", "The.Office.2001.S03E04.1080p", No, CodeOtherYear},
		{"office.us", "The.Office.2005.S03E04.1080p", Yes, CodeMatch},
		{"office.uk", "The.Office.US.S01E04.1080p", No, CodeOtherCountry},
		{"office.uk", "The.Office.UK.S01E04.1080p", Yes, CodeMatch},
		{"office.uk", "The.Office.2001.S01E04.1080p", Yes, CodeMatch},
		{"daily", "The.Daily.Lamp.2024.11.15.Guest.720p", Yes, CodeMatch},
		{"daily", "The.Daily.Lamp.2024.11.14.Guest.720p", Unsure, CodeOtherDate},
		{"daily", "The.Daily.Lamp.2024.11.13.Guest.720p", No, CodeOtherDate},
		{"daily", "The Daily Lamp 15-11-2024 720p", Yes, CodeMatch},
		{"daily", "The.Daily.Lamp.S29E130.720p", Yes, CodeMatch},
		{"mini.2", "Deep.Water.2of4.720p", Yes, CodeMatch},
		{"mini.2", "Deep.Water.3of4.720p", No, CodeOtherEpisode},
		{"mini.2", "Deep.Water.E02.720p", Yes, CodeMatch},
		{"mini.2", "Deep.Water.2016.S01.720p", Yes, CodeMatch},
		{"galaxy78", "Battle.Galaxy.2003.S01E01.720p", No, CodeOtherYear},
		{"galaxy78", "Battle.Galaxy.1978.S01E01.720p", Yes, CodeMatch},
		{"lamp2005", "Doctor.Lamp.2005.8x12.720p", Yes, CodeMatch},
		{"lamp2005", "Doctor.Lamp.2023.S08E12.720p", No, CodeOtherYear},
		{"lamp2005", "Doctor.Lamp.2014.S08E12.720p", Yes, CodeMatch},
		{"pebbles", "Pebbles.E05.720p", Yes, CodeMatch},
		{"pebbles", "Pebbles.S01E05.720p", Yes, CodeMatch},

		// Anime.
		{"hoshi.2x03", "[Group] Hoshi no Kaze - 28 [1080p]", Yes, CodeMatch},
		{"hoshi.2x03", "[Group] Hoshi no Kaze S2 - 03 [1080p]", Yes, CodeMatch},
		{"hoshi.2x03", "[Group] Hoshi no Kaze 2nd Season - 03 [1080p]", Yes, CodeMatch},
		{"hoshi.2x03", "[Group] Hoshi no Kaze 2 - 03 [1080p]", Yes, CodeMatch},
		{"hoshi.2x03", "[Group] Hoshi no Kaze - 03 [1080p]", No, CodeOtherEpisode},
		{"hoshi.2x03", "[Group] Hoshi no Kaze S01E28 [1080p]", Yes, CodeMatch},
		{"hoshi.2x03", "[Group] Hoshi no Kaze S02E28 [1080p]", Yes, CodeMatch},
		{"hoshi.2x03", "[Group] Hoshi no Kaze (26-37) [1080p]", Yes, CodeMatch},
		{"hoshi.2x03", "[Group] Hoshi no Kaze (01-25) [1080p]", No, CodeOtherEpisode},
		{"hoshi.2x03", "[Group] Wind of Stars - 28v2 [1080p]", Yes, CodeMatch},
		{"hoshi.2x03", "[Group] Hoshi no Kaze OVA [1080p]", No, CodeIsSpecial},
		{"hoshi.2x03", "[Group] Hoshi no Kaze S3 - 03 [1080p]", No, CodeOtherSeason},
		{"hoshi.2x03", "[Group] Hoshi no Kaze Movie [1080p]", No, CodeOtherTitle},
		{"hoshi.2x03", "[Group] Hoshi no Mori - 28 [1080p]", No, CodeOtherTitle},
		{"long.1093", "[Group] Long Voyage - 1093 [1080p]", Yes, CodeMatch},
		{"long.1093", "[Group] Long Voyage - 1092 [1080p]", No, CodeOtherEpisode},
		{"long.1093", "Long.Voyage.S21E202.1080p", Yes, CodeMatch},

		// Seasons and shows.
		{"keepers.s2", "The.Lighthouse.Keepers.S02.1080p", Yes, CodeMatch},
		{"keepers.s2", "The.Lighthouse.Keepers.S01-S03.1080p", Yes, CodeMatch},
		{"keepers.s2", "The.Lighthouse.Keepers.S01.1080p", No, CodeOtherSeason},
		{"keepers.s2", "The.Lighthouse.Keepers.S02E01-E08.1080p", Yes, CodeMatch},
		{"keepers.s2", "The.Lighthouse.Keepers.S02E01-E04.1080p", No, CodeOnlyEpisodes},
		{"keepers.s2", "The.Lighthouse.Keepers.S02E05.1080p", No, CodeOnlyEpisodes},
		{"keepers.s2", "The.Lighthouse.Keepers.Complete.Series.1080p", Unsure, CodeCollection},
		{"hoshi.s1", "[Group] Hoshi no Kaze (01-25) [1080p]", Yes, CodeMatch},
		{"hoshi.s1", "[Group] Hoshi no Kaze (01-12) [1080p]", No, CodeOnlyEpisodes},
		{"hoshi.s1", "[Group] Hoshi no Kaze - 05 [1080p]", No, CodeOnlyEpisodes},
		{"keepers", "The.Lighthouse.Keepers.S01-S03.1080p", Yes, CodeMatch},
		{"keepers", "The.Lighthouse.Keepers.S02.1080p", Unsure, CodePartly},
		{"keepers", "The.Lighthouse.Keepers.S01-S02.1080p", Unsure, CodePartly},
		{"keepers", "The.Lighthouse.Keepers.Complete.Series.1080p", Yes, CodeMatch},
		{"keepers", "The.Lighthouse.Keepers.S02E05.1080p", No, CodeOnlyEpisodes},
		{"keepers", "The.Lighthouse.2019.1080p", No, CodeOtherTitle},
	} {
		w, ok := wanted[tt.wanted]
		if !ok {
			t.Fatalf("there is no %q", tt.wanted)
		}
		r := release.Parse(tt.name)
		m := Match(&w, &r)
		if m.State != tt.state || m.Code != tt.code {
			t.Errorf("%s, %q: got %v %s (%s / %s), want %v %s", tt.wanted, tt.name, m.State, m.Code, m.Want, m.Got, tt.state, tt.code)
		}
	}
}

func TestSurerMatchesHaveMoreConfidence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ wanted, surer, less string }{
		{"sintel", "Sintel.2010.1080p", "Sintel.2011.1080p"},
		{"keepers.2x05", "The.Lighthouse.Keepers.S02E05.1080p", "The.Lighthouse.Keepers.S02.1080p"},
		{"keepers.2x05", "The.Lighthouse.Keepers.S02E05.1080p", "the.lighthouse.keepers.205.hdtv.xvid"},
		{"keepers.s2", "The.Lighthouse.Keepers.S02.1080p", "The.Lighthouse.Keepers.S01-S03.1080p"},
		{"keepers", "The.Lighthouse.Keepers.S01-S03.1080p", "The.Lighthouse.Keepers.S02.1080p"},
		{"living", "Night.of.the.Living.Dead.1968.1080p", "Night.of.the.Livng.Dead.1968.1080p"},
	} {
		w := wanted[tt.wanted]
		a, b := release.Parse(tt.surer), release.Parse(tt.less)
		if x, y := Match(&w, &a), Match(&w, &b); x.Confidence <= y.Confidence {
			t.Errorf("%s: %q has %d, %q has %d", tt.wanted, tt.surer, x.Confidence, tt.less, y.Confidence)
		}
	}
}

func TestCoverageIsWhatTheNameTells(t *testing.T) {
	t.Parallel()
	w := wanted["keepers"]
	r := release.Parse("The.Lighthouse.Keepers.S01-S03.1080p")
	c := Match(&w, &r).Covers
	if !c.Pack || c.Movie || shown(c.Seasons) != "1-3" || len(c.Episodes) != 0 {
		t.Errorf("got %+v", c)
	}
	w = wanted["hoshi.2x03"]
	r = release.Parse("[Group] Hoshi no Kaze (26-37) [1080p]")
	if c := Match(&w, &r).Covers; !c.Pack || !c.Absolute || shown(c.Episodes) != "26-37" {
		t.Errorf("got %+v", c)
	}
	w = wanted["sintel"]
	r = release.Parse("Sintel.2010.1080p")
	if c := Match(&w, &r).Covers; !c.Movie || c.Pack {
		t.Errorf("got %+v", c)
	}
}
