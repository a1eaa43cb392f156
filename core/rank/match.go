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
	Language   string // of the wanted name that fits, "" if unknown
	Covers     Coverage
	Span       release.Span // the bytes of the name that decided, or of the title where it is what the name lacks
}

// Match compares a release with what is wanted. For many releases of one title make the [Target] once.
func Match(w *Wanted, r *release.Release) MatchResult { return NewTarget(*w).Match(r) }

// Match compares a release with what is wanted. Where a number of its name is ambiguous the reading that fits counts.
func (t *Target) Match(r *release.Release) MatchResult {
	if t.itself {
		return t.own(r)
	}
	best := t.match(r)
	if best.State == Yes {
		return best
	}
	for i := range r.Others {
		other := reread(r, &r.Others[i])
		if m := t.match(&other); m.State > best.State {
			m.Confidence -= min(m.Confidence, 2)
			best = m
		}
	}
	return best
}

// reread is a release by another reading of its numbers.
func reread(r *release.Release, o *release.Reading) release.Release {
	other := *r
	other.Others = nil
	other.Numbering, other.Seasons, other.Episodes, other.Year, other.Date = o.Numbering, o.Seasons, o.Episodes, o.Year, o.Date
	if o.Title.Text != "" {
		other.Titles = []release.Title{o.Title}
	}
	return other
}

func (t *Target) match(r *release.Release) MatchResult {
	l, rest := t.title(r)
	if l.state != Yes {
		return MatchResult{State: No, Code: l.code, Want: t.name(), Got: r.Title(), Span: l.span}
	}
	var m MatchResult
	if t.Kind == Movie {
		m = t.movie(rest, &l)
	} else {
		m = t.series(rest, &l)
	}
	m.Span = l.span
	if f, ok := decisive(m.Code); ok {
		if s := moved(rest.Span(f), r, rest, l.span); !s.Empty() {
			m.Span = s
		}
	}
	m.Language = t.names[l.name].Language
	if m.State != No && l.fuzzy {
		m = t.doubt(rest, &l, m)
	}
	return m
}

// doubt judges what fits but for a slip in its title: something else must confirm it.
func (t *Target) doubt(r *release.Release, l *likeness, m MatchResult) MatchResult {
	m.Confidence -= min(m.Confidence, 3)
	year := r.Year != 0 && r.Date.IsZero()
	if l.weak {
		if t.Kind == Movie && year && t.Year != 0 && int(r.Year) != t.Year || t.Kind != Movie && t.tellsOther(r) {
			return MatchResult{State: No, Code: CodeOtherTitle, Want: t.name(), Got: r.Title(), Span: l.span}
		}
		year = year && int(r.Year) == t.Year && len(t.names[l.name].words) > 1
	}
	if !l.year && !l.episode && !year && !t.tellsEpisode(r) {
		m.State, m.Code, m.Want, m.Got = Unsure, CodeSimilarTitle, t.name(), r.Title()
	}
	return m
}

// decisive is the field of a name that a code is about, where it is not the title.
func decisive(c Code) (release.Field, bool) {
	switch c {
	case CodeOtherYear:
		return release.FieldYear, true
	case CodeOtherDate:
		return release.FieldDate, true
	case CodeOtherSeason, CodeOtherEpisode, CodeOnlyEpisodes, CodeIsSeries, CodeNoSeason, CodePartly, CodeOtherOrder:
		return release.FieldNumber, true
	case CodeIsSpecial, CodeCollection, CodeIsMovie, CodeNotMain:
		return release.FieldFlags, true
	}
	return 0, false
}

// moved is where a span of a name that was read again without its title stands in the name itself.
func moved(s release.Span, r, rest *release.Release, title release.Span) release.Span {
	if rest == r || s.Empty() || s.Lo < title.Lo {
		return s
	}
	by := int(title.Hi-title.Lo) - len(plainTitle)
	return release.Span{Lo: uint16(int(s.Lo) + by), Hi: uint16(int(s.Hi) + by)}
}

func (t *Target) name() string {
	if len(t.names) == 0 {
		return ""
	}
	return t.names[0].Text
}

// movie compares what is not the title of a film.
func (t *Target) movie(r *release.Release, l *likeness) MatchResult {
	cover := Coverage{Movie: true, Pack: r.Flags.Has(release.FlagComplete) || r.YearEnd != 0}
	if r.IsSeries() {
		if r.Numbering == release.NumberPart {
			cover.Pack = true
			return MatchResult{State: Unsure, Code: CodeCollection, Covers: cover}
		}
		return MatchResult{State: No, Code: CodeIsSeries}
	}
	cover.Pack = cover.Pack || l.among
	m := t.movieYear(r, l)
	m.Covers = cover
	switch {
	case m.State == No:
	case l.among:
		m.State, m.Code, m.Confidence = Unsure, CodeCollection, 2
	case cover.Pack:
		m.State, m.Code, m.Confidence = Unsure, CodeCollection, 4
	case r.Flags.Any(release.NotMain) && !t.called(r.Flags&release.NotMain):
		m = notMain(r, m)
	case (l.first || l.counted) && m.Confidence < 15:
		m.State, m.Code, m.Confidence = Unsure, CodeSimilarTitle, 3
	}
	return m
}

// notMain judges what says to be a sample, a trailer or an extra: the last may be beside the thing itself.
func notMain(r *release.Release, m MatchResult) MatchResult {
	if r.Flags.Any(release.FlagSample | release.FlagTrailer) {
		return no(CodeNotMain, "", (r.Flags & release.NotMain).String())
	}
	m.State, m.Code, m.Confidence = Unsure, CodeNotMain, min(m.Confidence, 2)
	return m
}

// called reports whether the wanted title is itself such a word, as a film called "Trailer" is.
func (t *Target) called(extra release.Flags) bool {
	_, ok := t.keys[extra.String()]
	return ok
}

// movieYear compares the year of a film.
func (t *Target) movieYear(r *release.Release, l *likeness) MatchResult {
	year := int(r.Year)
	if year == 0 && l.year {
		year = t.Year
	}
	switch {
	case t.Year == 0 && year == 0:
		return yes(15)
	case t.Year == 0:
		if t.rivalOf(year, l, true) {
			return MatchResult{State: Unsure, Code: CodeNamesake, Confidence: 3, Got: itoa(year)}
		}
		return yes(15)
	case year == 0:
		m := MatchResult{State: Unsure, Code: CodeNoYear, Confidence: 8, Want: itoa(t.Year)}
		if t.contested(l, true) {
			m.Code, m.Confidence = CodeNamesake, 5
		}
		return m
	case year == t.Year:
		return yes(15)
	case r.YearEnd != 0 && t.Year >= year && t.Year <= int(r.YearEnd):
		return yes(8)
	case abs(year-t.Year) > t.tolerance() || t.rivalOf(year, l, true):
		return otherYear(t.Year, year)
	}
	return yes(12)
}

// tolerance is by how many years a film's may differ.
func (t *Target) tolerance() int {
	switch {
	case t.YearTolerance == 0:
		return 1
	case t.YearTolerance < 0:
		return 0
	}
	return min(t.YearTolerance, 2)
}

func otherYear(want, got int) MatchResult {
	return MatchResult{State: No, Code: CodeOtherYear, Want: itoa(want), Got: itoa(got)}
}

func yes(confidence uint8) MatchResult {
	return MatchResult{State: Yes, Code: CodeMatch, Confidence: confidence}
}

func unsure(code Code, confidence uint8) MatchResult {
	return MatchResult{State: Unsure, Code: code, Confidence: confidence}
}

func no(code Code, want, got string) MatchResult {
	return MatchResult{State: No, Code: code, Want: want, Got: got}
}
