package rank

import "github.com/millrace-media/millrace/core/release"

// episode is the table of what is accepted for one episode.
func (t *Target) episode(x *numbering) MatchResult {
	if !x.date.IsZero() && len(t.AirDates) > 0 {
		if m, ok := t.day(x); ok {
			return m
		}
	}
	switch x.how {
	case release.NumberSeasonEpisode:
		return t.seasonAndEpisode(x)
	case release.NumberSeason:
		return t.pack(x)
	case release.NumberEpisode:
		return t.bareNumber(x)
	case release.NumberPart:
		return t.part(x)
	case release.NumberAbsolute:
		return t.bareNumber(x)
	case release.NumberCompact:
		return t.compactNumber(x)
	case release.NumberDaily:
		return unsure(CodeNoNumber, 3) // our day is unknown
	}
	switch {
	case x.special && t.Season == 0:
		return unsure(CodeNoNumber, 5)
	case x.all:
		return unsure(CodeCollection, 7)
	}
	return unsure(CodeNoNumber, 1)
}

// day compares dates, which are authoritative; ok is false if another numbering has to tell. Where a show airs daily the next
// day's is another episode, unless the day was written down in another time zone.
func (t *Target) day(x *numbering) (m MatchResult, ok bool) {
	for _, d := range t.AirDates {
		if d == x.date {
			return yes(14), true
		}
	}
	if x.how != release.NumberDaily {
		return MatchResult{}, false
	}
	for _, d := range t.AirDates {
		if !adjacent(d, x.date) {
			continue
		}
		if t.Daily {
			return MatchResult{State: Unsure, Code: CodeOtherDate, Confidence: 2, Want: d.String(), Got: x.date.String()}, true
		}
		return yes(8), true
	}
	return no(CodeOtherDate, t.AirDates[0].String(), x.date.String()), true
}

// pack compares a release of whole seasons.
func (t *Target) pack(x *numbering) MatchResult {
	if release.Contains(x.seasons, t.Season) {
		return yes(11)
	}
	for i := range t.Orders {
		if o := &t.Orders[i]; x.titled > 0 && x.titled == o.Season {
			return unsure(CodeOtherOrder, 4)
		}
	}
	return no(CodeOtherSeason, itoa(t.Season), shown(x.seasons))
}

// seasonAndEpisode compares S01E02.
func (t *Target) seasonAndEpisode(x *numbering) MatchResult {
	s, e, a := t.Season, t.Episode, t.absolute(t.Season, t.Episode)
	if release.Contains(x.seasons, s) && release.Contains(x.eps, e) {
		return yes(15)
	}
	if season, episode, ok := runTogether(x.seasons, x.eps); ok && season == s && episode == e && !t.has(season, int(x.eps[0].Lo)) {
		return yes(13)
	}
	counted := a > 0 && release.Contains(x.eps, a)
	switch {
	case counted && release.Contains(x.seasons, s) && !t.has(s, a) && t.length(s) > 0:
		return yes(10)
	case counted && t.Anime && release.Contains(x.seasons, 1) && !t.has(1, a) && t.length(1) > 0:
		return yes(10)
	}
	if m, ok := t.otherOrder(x); ok {
		return m
	}
	if !release.Contains(x.seasons, s) {
		return no(CodeOtherSeason, itoa(s), shown(x.seasons))
	}
	return no(CodeOtherEpisode, itoa(e), shown(x.eps))
}

// otherOrder compares the numbering with where the episode stands in other orders. It is sure only where the number is of
// no episode in our own order.
func (t *Target) otherOrder(x *numbering) (MatchResult, bool) {
	for i := range t.Orders {
		o := &t.Orders[i]
		switch {
		case len(x.seasons) > 0 && o.Episode > 0 && release.Contains(x.seasons, o.Season) && release.Contains(x.eps, o.Episode):
			if t.length(o.Season) > 0 && t.has(o.Season, o.Episode) || len(t.SeasonLengths) == 0 {
				return unsure(CodeOtherOrder, 4), true
			}
			return yes(9), true
		case o.Absolute > 0 && release.Contains(x.eps, o.Absolute) && (len(x.seasons) == 0 || !t.has(int(x.seasons[0].Lo), o.Absolute)):
			return yes(9), true
		}
	}
	return MatchResult{}, false
}

// has reports whether season s is known to have an episode e.
func (t *Target) has(s, e int) bool { return e >= 1 && e <= t.length(s) }

// runTogether reads an episode that repeats its season: "Temporada 2 Cap.205" is season 2, episode 5.
func runTogether(seasons, eps []release.Range) (season, episode int, ok bool) {
	if len(seasons) != 1 || len(eps) != 1 || seasons[0].Len() != 1 || eps[0].Len() != 1 {
		return 0, 0, false
	}
	season, n := int(seasons[0].Lo), int(eps[0].Lo)
	return season, n % 100, season > 0 && n/100 == season && n%100 > 0
}

// bareNumber compares a number without a season, which is counted over all seasons where the show counts so.
func (t *Target) bareNumber(x *numbering) MatchResult {
	s, e, a := t.Season, t.Episode, t.absolute(t.Season, t.Episode)
	if len(x.seasons) > 0 {
		return t.seasonAndEpisode(x)
	}
	counted := a > 0 && release.Contains(x.eps, a)
	same := release.Contains(x.eps, e)
	switch {
	case s == 0:
		if x.special && same {
			return yes(7)
		}
		return no(CodeOtherEpisode, itoa(e), shown(x.eps))
	case x.special && !t.pile(x):
		return no(CodeIsSpecial, "", shown(x.eps))
	case t.Anime && counted, t.oneSeason() && s == 1 && same:
		return yes(12)
	case s == 1 && same && len(t.SeasonLengths) == 0:
		return yes(9)
	}
	if m, ok := t.otherOrder(x); ok {
		return m
	}
	switch {
	case counted, same && !t.Anime, same && s == 1, same && x.how == release.NumberEpisode && !t.Anime:
		return unsure(CodeNoSeason, 5)
	}
	return no(CodeOtherEpisode, itoa(e), shown(x.eps))
}

// pile reports whether a release holds more than single episodes, so that a special is one among others.
func (t *Target) pile(x *numbering) bool { return x.all || release.Count(x.eps) > 1 }

// part compares "2of6". The six tell the season if one season alone has so many.
func (t *Target) part(x *numbering) MatchResult {
	if len(x.seasons) > 0 {
		return t.seasonAndEpisode(x)
	}
	if !release.Contains(x.eps, t.Episode) {
		if a := t.absolute(t.Season, t.Episode); a > 0 && release.Contains(x.eps, a) && !t.oneSeason() {
			return unsure(CodeNoSeason, 4)
		}
		return no(CodeOtherEpisode, itoa(t.Episode), shown(x.eps))
	}
	fits, ours := 0, false
	for s := 1; s < len(t.SeasonLengths); s++ {
		if t.SeasonLengths[s] == x.partOf && x.partOf > 0 {
			fits++
			ours = ours || s == t.Season
		}
	}
	switch {
	case t.oneSeason() && t.Season == 1, fits == 1 && ours, t.Season == 1 && len(t.SeasonLengths) == 0:
		return yes(11)
	case fits == 1:
		return no(CodeOtherSeason, itoa(t.Season), "")
	}
	return unsure(CodeNoSeason, 5)
}

// compactNumber compares 117, which was read as season 1, episode 17 and may be counted over all seasons.
func (t *Target) compactNumber(x *numbering) MatchResult {
	if len(x.seasons) == 0 || len(x.eps) == 0 {
		return no(CodeOtherEpisode, itoa(t.Episode), "")
	}
	s, e := int(x.seasons[0].Lo), int(x.eps[0].Lo)
	n := 100*s + e
	a := t.absolute(t.Season, t.Episode)
	switch {
	case t.Anime && a > 0 && n == a, t.oneSeason() && n == t.Episode:
		return yes(11)
	case s != t.Season || e != t.Episode:
		return no(CodeOtherEpisode, itoa(t.Episode), itoa(n))
	case t.Anime && t.countsTo(n):
		return no(CodeOtherEpisode, itoa(a), itoa(n))
	}
	return yes(10)
}

// countsTo reports whether the show is known to have n episodes.
func (t *Target) countsTo(n int) bool {
	_, _, ok := t.fromAbsolute(n)
	return ok
}
