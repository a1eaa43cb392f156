package rank

import (
	"github.com/millrace-media/millrace/core/release"
)

// State is how a comparison ended.
type State uint8

// The ends of a comparison, from the worst.
const (
	No     State = iota // surely not
	Unsure              // the name leaves it open: the list of files must tell
	Yes
)

// String is "no", "unsure" or "yes".
func (s State) String() string {
	switch s {
	case Yes:
		return "yes"
	case Unsure:
		return "unsure"
	}
	return "no"
}

// Coverage is what a release holds of a title, as its name tells. The slices are shared with the reading.
type Coverage struct {
	Movie    bool
	Seasons  []release.Range // empty: not told
	Episodes []release.Range // of the one season, or absolute; empty: whole seasons
	Absolute bool            // Episodes are counted over all seasons
	Pack     bool            // more than single episodes
	All      bool            // said to be the whole series
}

// MatchResult says whether a release is what is wanted.
type MatchResult struct {
	State      State
	Code       Code   // CodeMatch, or why not or not surely
	Confidence uint8  // 0 to 15; among releases of one State the higher is the surer
	Want, Got  string // where one value is against another
	Covers     Coverage
	Span       release.Span // the bytes of the name that decided; empty where it is what the name lacks
}

// Match compares a release with what is wanted. For many releases of one title make the [Target] once.
func Match(w *Wanted, r *release.Release) MatchResult { return NewTarget(*w).Match(r) }

// Match compares a release with what is wanted.
func (t *Target) Match(r *release.Release) MatchResult {
	m := t.match(r)
	m.Span = r.Span(decisive(m.Code))
	return m
}

// decisive is the field of a name that a code is about.
func decisive(c Code) release.Field {
	switch c {
	case CodeOtherYear:
		return release.FieldYear
	case CodeOtherDate:
		return release.FieldDate
	case CodeOtherSeason, CodeOtherEpisode, CodeOnlyEpisodes, CodeIsSeries, CodeNoSeason:
		return release.FieldNumber
	case CodeIsSpecial, CodeCollection:
		return release.FieldFlags
	}
	return release.FieldTitle
}

func (t *Target) match(r *release.Release) MatchResult {
	l := t.title(r)
	if l.state != Yes {
		return MatchResult{State: No, Code: l.code, Want: t.name(), Got: r.Title()}
	}
	var m MatchResult
	if t.Kind == Movie {
		m = t.movie(r, l)
	} else {
		m = t.series(r, l)
	}
	if m.State == No {
		return m
	}
	if l.fuzzy {
		m.Confidence -= min(m.Confidence, 3)
		if (r.Year == 0 || l.year) && len(t.episodes) == 0 {
			m.State, m.Code, m.Want, m.Got = Unsure, CodeSimilarTitle, t.name(), r.Title()
		}
	}
	return m
}

func (t *Target) name() string {
	if len(t.Titles) == 0 {
		return ""
	}
	return t.Titles[0]
}

// movie compares what is not the title of a film.
func (t *Target) movie(r *release.Release, l likeness) MatchResult {
	if !l.consumed && r.IsSeries() {
		if r.Numbering == release.NumberPart {
			return MatchResult{State: Unsure, Code: CodeCollection, Covers: Coverage{Movie: true, Pack: true}}
		}
		return MatchResult{State: No, Code: CodeIsSeries}
	}
	cover := Coverage{Movie: true, Pack: r.Flags.Has(release.FlagComplete)}
	year := int(r.Year)
	if l.year {
		year = 0
	}
	switch {
	case r.YearEnd != 0:
		if t.Year != 0 && (t.Year < year || t.Year > int(r.YearEnd)) {
			return otherYear(t.Year, year)
		}
		cover.Pack = true
		return MatchResult{State: Unsure, Code: CodeCollection, Confidence: 4, Covers: cover}
	case t.Year != 0 && year != 0 && abs(t.Year-year) > 1:
		return otherYear(t.Year, year)
	case cover.Pack:
		return MatchResult{State: Unsure, Code: CodeCollection, Confidence: 4, Covers: cover}
	case t.Year != 0 && year == 0 && !(l.year && t.Year == int(r.Year)):
		return MatchResult{State: Unsure, Code: CodeNoYear, Confidence: 8, Covers: cover}
	case t.Year == year || t.Year == 0 || l.year:
		return MatchResult{State: Yes, Code: CodeMatch, Confidence: 15, Covers: cover}
	}
	return MatchResult{State: Yes, Code: CodeMatch, Confidence: 12, Covers: cover}
}

func otherYear(want, got int) MatchResult {
	return MatchResult{State: No, Code: CodeOtherYear, Want: itoa(want), Got: itoa(got)}
}

// series compares what is not the title of a show.
func (t *Target) series(r *release.Release, l likeness) MatchResult {
	if !l.year && !t.seriesYear(r) {
		return otherYear(t.Year, int(r.Year))
	}
	x := t.numbers(r, l)
	m := t.numbered(x)
	m.Covers = x.cover
	if m.State == No {
		return m
	}
	if r.Flags.Has(release.FlagSpecial) && t.Kind == Episode && t.Season != 0 && x.how != release.NumberSeasonEpisode && (!x.cover.Pack || x.how == release.NumberNone && !x.all) {
		return MatchResult{State: No, Code: CodeIsSpecial}
	}
	if l.episode && m.State == Yes {
		m.Confidence = min(15, m.Confidence+1)
	}
	return m
}

// seriesYear reports whether the year that a release of a show tells is possible: its first year, the year of the episode,
// or for a pack any year in which it ran.
func (t *Target) seriesYear(r *release.Release) bool {
	y := int(r.Year)
	if y == 0 || t.Year == 0 || abs(y-t.Year) <= 1 {
		return true
	}
	if y < t.Year || t.YearEnd != 0 && y > t.YearEnd+1 {
		return r.YearEnd != 0 && t.Year >= y && t.Year <= int(r.YearEnd)
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

// numbering is a release's numbering with what the title adds to it.
type numbering struct {
	how     release.Numbering
	seasons []release.Range
	eps     []release.Range
	date    release.Date
	all     bool
	cover   Coverage
}

func (t *Target) numbers(r *release.Release, l likeness) numbering {
	x := numbering{how: r.Numbering, seasons: r.Seasons, eps: r.Episodes, date: r.Date, all: r.Flags.Any(release.FlagComplete | release.FlagBatch)}
	if l.consumed {
		x.how, x.seasons, x.eps = release.NumberNone, nil, nil
	}
	if l.season > 0 && len(x.seasons) == 0 {
		x.seasons = []release.Range{{Lo: uint16(l.season), Hi: uint16(l.season)}}
		switch x.how {
		case release.NumberNone:
			x.how = release.NumberSeason
		case release.NumberEpisode:
			x.how = release.NumberSeasonEpisode
		}
	}
	x.cover = Coverage{
		Seasons: x.seasons, Episodes: x.eps, Pack: x.how == release.NumberSeason || x.how == release.NumberNone || release.Count(x.eps) > 1,
		All: x.how == release.NumberNone && x.all, Absolute: x.how == release.NumberAbsolute && len(x.seasons) == 0,
	}
	return x
}

// numbered compares the numbering.
func (t *Target) numbered(x numbering) MatchResult {
	switch t.Kind {
	case Episode:
		return t.episode(x)
	case Season:
		return t.season(x)
	}
	return t.show(x)
}

func yes(confidence uint8) MatchResult {
	return MatchResult{State: Yes, Code: CodeMatch, Confidence: confidence}
}

func no(code Code, want, got string) MatchResult {
	return MatchResult{State: No, Code: code, Want: want, Got: got}
}

// episode is the table of what is accepted for one episode.
func (t *Target) episode(x numbering) MatchResult {
	s, e, a := t.Season, t.Episode, t.absolute(t.Season, t.Episode)
	if !x.date.IsZero() && len(t.AirDates) > 0 {
		if m, ok := t.day(x); ok {
			return m
		}
	}
	otherEpisode := no(CodeOtherEpisode, itoa(e), shown(x.eps))
	switch x.how {
	case release.NumberSeasonEpisode:
		return t.seasonAndEpisode(x, a)
	case release.NumberSeason:
		if release.Contains(x.seasons, s) {
			return yes(11)
		}
		return no(CodeOtherSeason, itoa(s), shown(x.seasons))
	case release.NumberEpisode, release.NumberPart:
		switch {
		case t.oneSeason() && s == 1 && release.Contains(x.eps, e):
			return yes(12)
		case t.Anime && a > 0 && release.Contains(x.eps, a):
			return yes(12)
		case !release.Contains(x.eps, e) && (a == 0 || !release.Contains(x.eps, a)):
			return otherEpisode
		case s == 1 && len(t.SeasonLengths) == 0:
			return yes(9)
		}
		return MatchResult{State: Unsure, Code: CodeNoSeason, Confidence: 5}
	case release.NumberAbsolute:
		return t.bareNumber(x, a)
	case release.NumberCompact:
		v := 100*int(x.seasons[0].Lo) + int(x.eps[0].Lo)
		switch {
		case v == 100*s+e && e > 0, t.Anime && v == a, t.oneSeason() && v == e:
			return yes(10)
		}
		return otherEpisode
	case release.NumberDaily:
		if len(t.AirDates) == 0 {
			return MatchResult{State: Unsure, Code: CodeNoNumber, Confidence: 3}
		}
		return no(CodeOtherDate, t.AirDates[0].String(), x.date.String())
	}
	if x.all {
		return MatchResult{State: Unsure, Code: CodeCollection, Confidence: 7}
	}
	return MatchResult{State: Unsure, Code: CodeNoNumber, Confidence: 1}
}

// day compares dates, which are authoritative; ok is false if another numbering has to tell.
func (t *Target) day(x numbering) (m MatchResult, ok bool) {
	for _, d := range t.AirDates {
		if d == x.date {
			return yes(14), true
		}
	}
	if x.how != release.NumberDaily {
		return MatchResult{}, false
	}
	for _, d := range t.AirDates {
		if adjacent(d, x.date) && !t.Daily {
			return yes(8), true
		}
	}
	return no(CodeOtherDate, t.AirDates[0].String(), x.date.String()), true
}

func (t *Target) seasonAndEpisode(x numbering, a int) MatchResult {
	s, e := t.Season, t.Episode
	if release.Contains(x.seasons, s) && release.Contains(x.eps, e) {
		return yes(15)
	}
	if season, episode, ok := runTogether(x.seasons, x.eps); ok && season == s && episode == e {
		return yes(13)
	}
	beyond := t.Anime && a > 0 && release.Contains(x.eps, a)
	if beyond && release.Contains(x.seasons, 1) && a > t.length(1) && t.length(1) > 0 {
		return yes(10)
	}
	if beyond && release.Contains(x.seasons, s) && a > t.length(s) && t.length(s) > 0 {
		return yes(10)
	}
	if !release.Contains(x.seasons, s) {
		return no(CodeOtherSeason, itoa(s), shown(x.seasons))
	}
	return no(CodeOtherEpisode, itoa(e), shown(x.eps))
}

// runTogether reads an episode that repeats its season: "Temporada 2 Cap.205" is season 2, episode 5.
func runTogether(seasons, eps []release.Range) (season, episode int, ok bool) {
	if len(seasons) != 1 || len(eps) != 1 || seasons[0].Len() != 1 || eps[0].Len() != 1 {
		return 0, 0, false
	}
	season, n := int(seasons[0].Lo), int(eps[0].Lo)
	return season, n % 100, season > 0 && n/100 == season && n%100 > 0
}

// bareNumber compares a number that stands alone, which is absolute where the show counts so.
func (t *Target) bareNumber(x numbering, a int) MatchResult {
	s, e := t.Season, t.Episode
	if len(x.seasons) > 0 {
		switch {
		case release.Contains(x.seasons, s) && release.Contains(x.eps, e):
			return yes(13)
		case a > 0 && release.Contains(x.eps, a) && a > t.length(s):
			return yes(10)
		case !release.Contains(x.seasons, s):
			return no(CodeOtherSeason, itoa(s), shown(x.seasons))
		}
		return no(CodeOtherEpisode, itoa(e), shown(x.eps))
	}
	switch {
	case s == 0:
		return no(CodeOtherEpisode, itoa(e), shown(x.eps))
	case t.Anime && a > 0 && release.Contains(x.eps, a):
		return yes(12)
	case t.oneSeason() && s == 1 && release.Contains(x.eps, e):
		return yes(11)
	case a > 0 && release.Contains(x.eps, a), s == 1 && release.Contains(x.eps, e):
		return MatchResult{State: Unsure, Code: CodeNoSeason, Confidence: 5}
	}
	return no(CodeOtherEpisode, itoa(e), shown(x.eps))
}

// season is the table of what is accepted for a whole season.
func (t *Target) season(x numbering) MatchResult {
	s, n := t.Season, t.length(t.Season)
	switch x.how {
	case release.NumberSeason:
		if release.Contains(x.seasons, s) {
			if release.Count(x.seasons) == 1 {
				return yes(15)
			}
			return yes(13)
		}
		return no(CodeOtherSeason, itoa(s), shown(x.seasons))
	case release.NumberSeasonEpisode:
		if !release.Contains(x.seasons, s) {
			return no(CodeOtherSeason, itoa(s), shown(x.seasons))
		}
		if n > 0 && covers(x.eps, 1, n) {
			return yes(14)
		}
		return no(CodeOnlyEpisodes, itoa(n), shown(x.eps))
	case release.NumberAbsolute, release.NumberEpisode:
		first := t.absolute(s, 1)
		switch {
		case len(x.seasons) > 0 && !release.Contains(x.seasons, s):
			return no(CodeOtherSeason, itoa(s), shown(x.seasons))
		case n > 0 && (len(x.seasons) > 0 || t.oneSeason()) && covers(x.eps, 1, n), n > 0 && first > 0 && covers(x.eps, first, first+n-1):
			return yes(12)
		}
		return no(CodeOnlyEpisodes, itoa(n), shown(x.eps))
	case release.NumberNone:
		if x.all {
			if t.oneSeason() {
				return yes(11)
			}
			return MatchResult{State: Unsure, Code: CodeCollection, Confidence: 7}
		}
		return MatchResult{State: Unsure, Code: CodeNoNumber, Confidence: 1}
	}
	return no(CodeOnlyEpisodes, itoa(n), shown(x.eps))
}

// show is the table of what is accepted where the whole show is wanted: anything that holds seasons.
func (t *Target) show(x numbering) MatchResult {
	switch {
	case x.how == release.NumberSeason:
		return yes(uint8(min(15, 9+release.Count(x.seasons))))
	case x.how == release.NumberNone && x.all:
		return yes(13)
	case x.how == release.NumberNone:
		return MatchResult{State: Unsure, Code: CodeNoNumber, Confidence: 1}
	case x.how == release.NumberAbsolute && release.Count(x.eps) > 1:
		return yes(10)
	}
	return no(CodeOnlyEpisodes, "", shown(x.eps))
}

func covers(rs []release.Range, lo, hi int) bool {
	for _, r := range rs {
		if int(r.Lo) <= lo && int(r.Hi) >= hi {
			return true
		}
	}
	return false
}
