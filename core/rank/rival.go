package rank

import "github.com/millrace-media/millrace/core/release"

// addRival notes which of our names another work has too.
func (t *Target) addRival(r *Rival) {
	var s spelled
	for _, title := range r.Titles {
		if bare, tag, ok := cutTag(title); ok {
			if r.Country == "" {
				r.Country = country(lower(tag))
			}
			title = bare
		}
		s.spell(title, false)
		i, ok := t.keys[string(s.bytes())]
		if !ok {
			continue
		}
		// The other spellings of the name that is shared are shared too.
		for k := range t.names {
			if n := &t.names[k]; k == i || n.Text == t.names[i].Text {
				n.rivals = append(n.rivals, r)
			}
		}
	}
}

// contested reports whether another work has the name by which a release was found and is older than ours, so that a name
// that tells nothing else is that work's.
func (t *Target) contested(l *likeness, movie bool) bool {
	for _, r := range t.names[l.name].rivals {
		if r.Movie == movie && (r.Year == 0 || t.Year == 0 || r.Year <= t.Year) && !t.outlives(r) {
			return true
		}
	}
	return false
}

// outlives reports whether the wanted season is beyond all that a rival can have had: a show has about one season a year.
func (t *Target) outlives(r *Rival) bool {
	return !r.Movie && r.Year > 0 && r.YearEnd >= r.Year && (t.Kind == Season || t.Kind == Episode) && t.Season > r.YearEnd-r.Year+2
}

// rivalOf reports whether a year is that of another work with the name by which a release was found.
func (t *Target) rivalOf(year int, l *likeness, movie bool) bool {
	for _, r := range t.names[l.name].rivals {
		if r.Movie == movie && r.Year == year {
			return true
		}
	}
	return false
}

// confirmed reports whether a release of a show tells by more than the title that it is ours and not a namesake's: by year,
// country, day of broadcast, or the episode's title after its number.
func (t *Target) confirmed(r *release.Release, l *likeness) bool {
	switch {
	case l.country, l.episode, l.year:
		return true
	case r.Year != 0 && t.Year != 0:
		return true // another's year was refused before
	case !r.Date.IsZero() && len(t.AirDates) > 0:
		return true // likewise
	}
	return t.tellsEpisode(r)
}

// tellsEpisode reports whether a wanted episode's title stands right after the numbering.
func (t *Target) tellsEpisode(r *release.Release) bool {
	at := r.Span(release.FieldNumber)
	if at.Empty() || len(t.after) == 0 || int(at.Hi) >= len(r.Raw) {
		return false
	}
	var s spelled
	s.spell(r.Raw[at.Hi:], false)
	for w := range s.nw {
		for _, title := range t.after {
			if title == string(s.key[:s.words[w].hi]) {
				return true
			}
		}
	}
	return false
}

// tellsOther reports whether words that are no title of a wanted episode, nor nearly one, stand right after the numbering where
// the title of the episode does.
func (t *Target) tellsOther(r *release.Release) bool {
	at := r.Span(release.FieldNumber)
	if at.Empty() || len(t.after) == 0 || int(at.Hi) >= len(r.Raw) {
		return false
	}
	end := uint16(len(r.Raw))
	for _, f := range afterTitle {
		if s := r.Span(f); !s.Empty() && s.Lo >= at.Hi {
			end = min(end, s.Lo)
		}
	}
	var s spelled
	s.spell(r.Raw[at.Hi:end], false)
	if s.n < 4 || int(end) == len(r.Raw) {
		return false
	}
	var m mask
	m.set(s.bytes())
	for _, title := range t.after {
		if m.ratio(title) >= 0.6 {
			return false
		}
	}
	return true
}
