package rank

import (
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// numbering is a release's numbering with what the title adds to it.
type numbering struct {
	how     release.Numbering
	seasons []release.Range
	eps     []release.Range
	date    release.Date
	partOf  int
	all     bool // said to be complete
	special bool
	titled  int // the season that the title told, 0 if none
}

// read takes a release's numbering. A season that the title tells is that of a number without one, and of an episode of
// "season 1": "Title II S01E05" is how databases count that have an entry for each season.
func (x *numbering) read(r *release.Release, season int) {
	*x = numbering{
		how: r.Numbering, seasons: r.Seasons, eps: r.Episodes, date: r.Date, partOf: int(r.PartOf), titled: season,
		all: r.Flags.Any(release.FlagComplete | release.FlagBatch), special: r.Flags.Has(release.FlagSpecial) || between(r),
	}
	first := len(x.seasons) == 1 && x.seasons[0] == release.Range{Lo: 1, Hi: 1}
	if season > 0 && (len(x.seasons) == 0 || first) {
		x.seasons = only(season)
		switch x.how {
		case release.NumberNone:
			x.how = release.NumberSeason
		case release.NumberEpisode:
			x.how = release.NumberSeasonEpisode
		}
	}
}

// between reports whether an episode is numbered between two others, as specials are: "05.5".
func between(r *release.Release) bool {
	s := r.Span(release.FieldNumber)
	if s.Hi-s.Lo < 3 || int(s.Hi) > len(r.Raw) || r.Numbering != release.NumberAbsolute && r.Numbering != release.NumberEpisode {
		return false
	}
	n := r.Raw[s.Lo:s.Hi]
	return n[len(n)-2] == '.' && n[len(n)-1] == '5' && isDigit(n[len(n)-3])
}

func (x *numbering) covers() Coverage {
	return Coverage{
		Seasons: x.seasons, Episodes: x.eps, Pack: x.how == release.NumberSeason || x.how == release.NumberNone || release.Count(x.eps) > 1,
		All: x.how == release.NumberNone && x.all, Absolute: x.how == release.NumberAbsolute && len(x.seasons) == 0,
	}
}

// series compares what is not the title of a show.
func (t *Target) series(r *release.Release, l *likeness) MatchResult {
	switch {
	case !t.seriesYear(r, l):
		return otherYear(t.Year, int(r.Year))
	case l.among && r.Date.IsZero():
		return no(CodeOtherTitle, t.name(), r.Title())
	}
	season, half := l.season, l.half
	if of := t.names[l.name].Season; of > 0 && (season == 0 || half) {
		season, half = of, false // "The Last Season Part 2" is of that season
	}
	var x numbering
	x.read(r, season)
	x.add(t, l)
	switch {
	case x.how != release.NumberNone:
	case l.numbers.Hi > 0:
		return t.settled(r, l)
	case r.Flags.Has(release.FlagMovie):
		return no(CodeIsMovie, "", r.Title())
	case !x.all && r.Year != 0 && int(r.Year) != t.Year && t.rivalOf(int(r.Year), l, true):
		return otherYear(t.Year, int(r.Year))
	}
	m := t.numbered(&x)
	if t.Anime && (l.half || tellsHalf(r)) {
		m = t.inHalf(&x, m, half)
	}
	if t.wantsSpecial() && m.State == No && t.tellsEpisode(r) {
		m = yes(9) // "S02E00" with the special's title
	}
	m.Covers = x.covers()
	if m.State == No {
		return m
	}
	return t.confirm(r, l, &x, m)
}

// add takes what the title tells of the numbering: that it is complete, or a part. Where there are several seasons a part is one
// of them.
func (x *numbering) add(t *Target, l *likeness) {
	x.all = x.all || l.all
	switch {
	case x.how == release.NumberNone && l.part > 0:
		x.how, x.eps = release.NumberPart, only(l.part)
	case x.how == release.NumberPart && x.partOf == 0 && len(x.seasons) == 0 && t.seasons > 1 && !t.Anime:
		x.how, x.seasons, x.eps = release.NumberSeason, x.eps, nil
	}
}

// confirm holds a release whose numbers fit to what else its name says.
func (t *Target) confirm(r *release.Release, l *likeness, x *numbering, m MatchResult) MatchResult {
	if x.special && !t.wantsSpecial() && x.how != release.NumberSeasonEpisode && !(m.Covers.Pack && (x.how != release.NumberNone || x.all)) {
		return no(CodeIsSpecial, "", "")
	}
	if r.Flags.Any(release.NotMain) && !t.wantsSpecial() && !t.called(r.Flags&release.NotMain) {
		cover := m.Covers
		m = notMain(r, m)
		m.Covers = cover
		return m
	}
	switch {
	case !l.episode:
	case m.State == Unsure && m.Code == CodeNoNumber:
		m.State, m.Code, m.Confidence = Yes, CodeMatch, 9
	case m.State == Yes:
		m.Confidence = min(15, m.Confidence+1)
	}
	if m.State == Yes && t.contested(l, false) && !t.confirmed(r, l) {
		if t.tellsOther(r) {
			return no(CodeNamesake, "", "")
		}
		m.State, m.Code, m.Confidence = Unsure, CodeNamesake, min(m.Confidence, 7)
	}
	return m
}

// settled reads bare numbers that stand after the wanted name as what they may be: counted over all seasons, or season and
// episode run together.
func (t *Target) settled(r *release.Release, l *likeness) MatchResult {
	rest := *l
	rest.numbers = release.Range{}
	n := l.numbers
	as := *r
	as.Numbering, as.Episodes = release.NumberAbsolute, []release.Range{n}
	best := t.series(&as, &rest)
	if s := n.Lo / 100; s > 0 && s == n.Hi/100 && n.Lo%100 > 0 && best.State != Yes && !t.Anime {
		as.Numbering, as.Seasons, as.Episodes = release.NumberSeasonEpisode, only(int(s)), []release.Range{{Lo: n.Lo % 100, Hi: n.Hi % 100}}
		if m := t.series(&as, &rest); m.State > best.State {
			best = m
		}
	}
	best.Confidence -= min(best.Confidence, 3)
	return best
}

// tellsHalf reports whether a name tells a part of a season, in which episodes are counted anew: "2nd Season Part 2 - 03".
func tellsHalf(r *release.Release) bool {
	at := join(r.Span(release.FieldTitle), r.Span(release.FieldNumber))
	if int(at.Hi) > len(r.Raw) || r.Span(release.FieldNumber).Empty() {
		return false
	}
	text := r.Raw[at.Lo:min(int(at.Hi)+len(" Part 2 -"), len(r.Raw))]
	for i := strings.IndexAny(text, "PpCc"); i >= 0; {
		if rest := text[i:]; len(rest) > 6 && (strings.EqualFold(rest[:4], "part") || strings.EqualFold(rest[:4], "cour")) && strings.IndexByte(" ._", rest[4]) >= 0 &&
			(rest[5] >= '2' && rest[5] <= '9' && !isDigit(rest[6]) || strings.EqualFold(rest[5:7], "ii")) {
			return true
		}
		next := strings.IndexAny(text[i+1:], "PpCc")
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return false
}

// inHalf compares an episode of a part of a season: where the part begins is unknown, so that a low number is an episode
// further on.
func (t *Target) inHalf(x *numbering, m MatchResult, alone bool) MatchResult {
	if t.Kind != Episode || len(x.eps) == 0 {
		return m
	}
	n, season := int(x.eps[0].Lo), x.seasons
	if alone {
		season = nil // "Part 2" alone is a season or a part of one
	}
	a, late := t.absolute(t.Season, t.Episode), 2*n > t.length(t.Season)
	switch {
	case m.State == Yes && (alone || late):
		return m
	case alone && late && (release.Contains(x.eps, t.Episode) || a > 0 && release.Contains(x.eps, a)):
		return yes(9)
	case t.Episode > n && (len(season) == 0 || release.Contains(season, t.Season)):
		return unsure(CodeOtherOrder, 3)
	}
	return no(CodeOtherEpisode, itoa(t.Episode), shown(x.eps))
}

// join is the span from the beginning of the first to the end of the last.
func join(a, b release.Span) release.Span {
	if a.Empty() {
		return b
	}
	return release.Span{Lo: min(a.Lo, b.Lo), Hi: max(a.Hi, b.Hi)}
}

func (t *Target) wantsSpecial() bool { return t.Kind != Movie && t.Kind != Show && t.Season == 0 }

// only is season s as ranges, shared by all that cover it.
func only(s int) []release.Range {
	if s < 1 || s > len(singles) {
		return []release.Range{{Lo: uint16(s), Hi: uint16(s)}}
	}
	return singles[s-1 : s : s]
}

var singles = func() (rs [40]release.Range) {
	for i := range rs {
		rs[i] = release.Range{Lo: uint16(i + 1), Hi: uint16(i + 1)}
	}
	return rs
}()

// seriesYear reports whether the year that a release of a show tells is possible: its first year or any in which
// it ran; where its end is unknown the year of the episode, and for a pack any later one; and in each case not the first year of another show of that name.
func (t *Target) seriesYear(r *release.Release, l *likeness) bool {
	y := int(r.Year)
	if y == 0 || t.Year == 0 || y == t.Year {
		return true
	}
	if t.rivalOf(y, l, false) && !t.airedIn(y) {
		return false
	}
	if abs(y-t.Year) <= 1 {
		return true
	}
	if y < t.Year || t.YearEnd != 0 && y > t.YearEnd+1 {
		return r.YearEnd != 0 && t.Year >= y && t.Year <= int(r.YearEnd)
	}
	if t.YearEnd != 0 {
		return true
	}
	if t.Kind != Episode || len(t.AirDates) == 0 {
		return true
	}
	for _, d := range t.AirDates {
		if abs(int(d.Year)-y) <= 1 {
			return true
		}
	}
	return len(r.Episodes) == 0
}

func (t *Target) airedIn(year int) bool {
	for _, d := range t.AirDates {
		if int(d.Year) == year {
			return true
		}
	}
	return false
}

// numbered compares the numbering.
func (t *Target) numbered(x *numbering) MatchResult {
	switch t.Kind {
	case Episode:
		return t.episode(x)
	case Season:
		return t.season(x)
	}
	return t.show(x)
}

// season is the table of what is accepted for a whole season.
func (t *Target) season(x *numbering) MatchResult {
	s, n := t.Season, t.length(t.Season)
	other := len(x.seasons) > 0 && !release.Contains(x.seasons, s)
	switch x.how {
	case release.NumberSeason:
		switch {
		case other:
			return no(CodeOtherSeason, itoa(s), shown(x.seasons))
		case release.Count(x.seasons) == 1:
			return yes(15)
		}
		return yes(13)
	case release.NumberNone:
		switch {
		case x.special && s != 0 && !x.all:
			return no(CodeIsSpecial, "", "")
		case x.all && t.oneSeason():
			return yes(11)
		case x.all:
			return unsure(CodeCollection, 7)
		}
		return unsure(CodeNoNumber, 1)
	}
	first := t.absolute(s, 1)
	counted := n > 0 && first > 1 && covers(x.eps, first, first+n-1)
	switch {
	case x.how == release.NumberDaily:
		return no(CodeOnlyEpisodes, itoa(n), x.date.String())
	case other && counted && release.Contains(x.seasons, 1) && t.Anime:
		return yes(10)
	case other:
		return no(CodeOtherSeason, itoa(s), shown(x.seasons))
	case n > 0 && len(x.seasons) > 0 && covers(x.eps, 1, n):
		return yes(14)
	case n > 0 && len(x.seasons) == 0 && (t.oneSeason() || t.Anime && s == 1) && covers(x.eps, 1, n), counted:
		return yes(12)
	case n > 0 && len(x.seasons) == 0 && covers(x.eps, 1, n) && !t.Anime:
		return unsure(CodeNoSeason, 4)
	case n == 0 && len(x.eps) == 1 && x.eps[0].Lo <= 1 && x.eps[0].Len() > 3:
		return unsure(CodePartly, 4) // how many there are is unknown
	case t.Parts && release.Contains(x.seasons, s) && release.Count(x.eps) > 1:
		return MatchResult{State: Unsure, Code: CodePartly, Confidence: 5, Want: itoa(n), Got: shown(x.eps)}
	}
	return no(CodeOnlyEpisodes, itoa(n), shown(x.eps))
}

// show is the table of what is accepted where the whole show is wanted. What holds a part of it may be wanted for a set.
func (t *Target) show(x *numbering) MatchResult {
	switch {
	case x.how == release.NumberNone && x.all:
		return yes(13)
	case x.how == release.NumberNone:
		return unsure(CodeNoNumber, 1)
	case x.how == release.NumberSeason && t.everySeason(x.seasons):
		return yes(15)
	case x.how == release.NumberSeason:
		return MatchResult{State: Unsure, Code: CodePartly, Confidence: uint8(min(12, 6+release.Count(x.seasons))), Got: shown(x.seasons)}
	case t.total > 0 && (len(x.seasons) == 0 || t.oneSeason() && release.Contains(x.seasons, 1)) && covers(x.eps, 1, t.total):
		return yes(14)
	case release.Count(x.eps) > 1:
		return MatchResult{State: Unsure, Code: CodePartly, Confidence: 5, Got: shown(x.eps)}
	}
	return no(CodeOnlyEpisodes, "", shown(x.eps))
}

// everySeason reports whether seasons are all that there are; where that is unknown, a range from the first on is.
func (t *Target) everySeason(seasons []release.Range) bool {
	if t.seasons == 0 {
		return len(seasons) == 1 && seasons[0].Lo <= 1 && seasons[0].Len() > 1
	}
	for s := 1; s < len(t.SeasonLengths); s++ {
		if t.SeasonLengths[s] > 0 && !release.Contains(seasons, s) {
			return false
		}
	}
	return true
}

func covers(rs []release.Range, lo, hi int) bool {
	for _, r := range rs {
		if int(r.Lo) <= lo && int(r.Hi) >= hi {
			return true
		}
	}
	return false
}
