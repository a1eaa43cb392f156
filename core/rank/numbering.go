package rank

import "github.com/millrace-media/millrace/core/release"

// episodesOf reads which season and episodes a file's numbering speaks of; code says why it cannot be known.
func (t *Target) episodesOf(r *release.Release) (season int, episodes []int, code Code) {
	if !r.Date.IsZero() && t.Kind == Episode {
		for _, d := range t.AirDates {
			if d == r.Date {
				return t.Season, []int{t.Episode}, ""
			}
		}
	}
	if release.Count(r.Episodes) > maxEpisodes {
		return 0, nil, CodeAmbiguous
	}
	numbers := expand(r.Episodes)
	switch r.Numbering {
	case release.NumberSeasonEpisode:
		return t.explicit(int(r.Seasons[0].Lo), len(r.Seasons) == 1 && r.Seasons[0].Len() == 1, numbers)
	case release.NumberEpisode, release.NumberPart:
		if t.oneSeason() {
			return 1, numbers, ""
		}
		return t.counted(numbers, t.Anime)
	case release.NumberAbsolute:
		return t.bare(r, numbers)
	case release.NumberCompact:
		return t.compact([]int{100*int(r.Seasons[0].Lo) + numbers[0]})
	case release.NumberDaily:
		return 0, nil, CodeOtherDate
	}
	return 0, nil, CodeNoNumber
}

func expand(rs []release.Range) []int {
	var out []int
	for _, r := range rs {
		for n := int(r.Lo); n <= int(r.Hi); n++ {
			out = append(out, n)
		}
	}
	return out
}

// explicit takes S01E02 as it is, but for an anime whose season 1 goes on beyond its length: S01E30 is counted over all seasons.
func (t *Target) explicit(s int, single bool, numbers []int) (season int, episodes []int, code Code) {
	if !single || len(numbers) == 0 {
		return 0, nil, CodeAmbiguous
	}
	if at, e, ok := runTogether([]release.Range{{Lo: uint16(s), Hi: uint16(s)}}, []release.Range{{Lo: uint16(numbers[0]), Hi: uint16(numbers[len(numbers)-1])}}); ok &&
		t.length(s) > 0 && e <= t.length(s) && numbers[0] > t.length(s) && !t.Anime {
		return at, []int{e}, ""
	}
	if n := t.length(s); t.Anime && s == 1 && n > 0 && numbers[0] > n {
		return t.counted(numbers, true)
	}
	return s, numbers, ""
}

// counted takes numbers that are counted over all seasons.
func (t *Target) counted(numbers []int, trust bool) (season int, episodes []int, code Code) {
	if !trust || len(numbers) == 0 {
		return 0, nil, CodeNoSeason
	}
	for _, n := range numbers {
		s, e, ok := t.fromAbsolute(n)
		if !ok {
			return 0, nil, CodeNoSeason
		}
		if season != 0 && s != season {
			return 0, nil, CodeAmbiguous
		}
		season = s
		episodes = append(episodes, e)
	}
	return season, episodes, ""
}

// bare takes numbers that stand alone: of the season that a folder tells, else counted over all seasons where the show is
// numbered so, else of the only season.
func (t *Target) bare(r *release.Release, numbers []int) (season int, episodes []int, code Code) {
	if len(numbers) == 0 {
		return 0, nil, CodeNoNumber
	}
	if len(r.Seasons) == 1 && r.Seasons[0].Len() == 1 {
		s := int(r.Seasons[0].Lo)
		n := t.length(s)
		last := numbers[len(numbers)-1]
		switch {
		case n > 0 && last > n && last/100 == s && last%100 <= n && len(numbers) == 1:
			return s, []int{last % 100}, ""
		case n > 0 && last > n && t.Anime:
			return t.counted(numbers, true)
		case n > 0 && last > n:
			return 0, nil, CodeAmbiguous
		}
		return s, numbers, ""
	}
	if t.oneSeason() && numbers[len(numbers)-1] <= t.length(1) {
		return 1, numbers, ""
	}
	if t.Anime {
		return t.counted(numbers, true)
	}
	return t.compact(numbers)
}

// compact takes 102 as season 1, episode 2 where that season has so many.
func (t *Target) compact(numbers []int) (season int, episodes []int, code Code) {
	if len(numbers) != 1 {
		return 0, nil, CodeNoSeason
	}
	s, e := numbers[0]/100, numbers[0]%100
	if s == 0 || e == 0 || t.Anime || t.length(s) < e {
		return 0, nil, CodeNoSeason
	}
	return s, []int{e}, ""
}
