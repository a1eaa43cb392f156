package rank

import "github.com/millrace-media/millrace/core/release"

// likeness says how well a title fits.
type likeness struct {
	state   State
	code    Code
	span    release.Span // of the title
	name    int          // index in Target.names of what fits
	season  int          // the title tells a season: "Show 2"; 0 if not
	fuzzy   bool
	weak    bool          // it is fuzzy by a slip that may be another word
	episode bool          // the title goes on with the wanted episode's title
	country bool          // the title goes on with the wanted country
	year    bool          // the title goes on with the wanted year
	first   bool          // the one has the number 1 at its end and the other has no number
	part    int           // the title goes on with "Part 3", 0 if not
	half    bool          // that is a part of a season, in which the episodes are counted anew
	numbers release.Range // the title goes on with bare numbers
	all     bool          // the title goes on with "Complete"
	counted bool          // the title has the number of the film in its series among its words
	among   bool          // the title is that of a collection which may hold what is wanted
}

// title compares the titles of a release with those wanted. The release is r but where a number or a word that was read as
// something else belongs to the title: then it is what the rest of the name says.
func (t *Target) title(r *release.Release) (likeness, *release.Release) {
	worst := likeness{code: CodeOtherTitle, span: r.Span(release.FieldTitle)}
	if len(t.names) == 0 {
		return worst, r
	}
	var s spelled // the likeliest title
	for i := len(r.Titles) - 1; i >= 0; i-- {
		l := t.oneTitle(&s, r.Titles[i].Text)
		if l.state != Yes && i == 0 && r.Country != release.CountryNone {
			l = t.oneTitle(&s, titleWithTag(r))
		}
		l.span = spanOf(r, i)
		if l.state == Yes && t.Kind == Movie && r.IsSeries() {
			if wide, rest, ok := t.wider(r, &s); ok { // "Star Wars: Episode 4 - A New Hope" is also known as "Star Wars"
				return wide, rest
			}
		}
		if l.state == Yes && !l.country && t.Kind != Movie {
			t.tagged(r, &l)
		}
		if l.state == Yes {
			return l, r
		}
		if l.code == CodeOtherCountry {
			worst = l
		}
	}
	if worst.code == CodeOtherCountry {
		return worst, r
	}
	if l, rest, ok := t.farther(r, &s); ok {
		return l, rest
	}
	return worst, r
}

// farther compares titles that are no wanted name as they stand. s is the likeliest of them.
func (t *Target) farther(r *release.Release, s *spelled) (likeness, *release.Release, bool) {
	if l, ok := t.collected(r); ok {
		return l, r, true
	}
	if l, ok := t.shortened(r); ok {
		return l, r, true
	}
	if l, rest, ok := t.wider(r, s); ok {
		return l, rest, true
	}
	for i := range r.Titles {
		if i > 0 {
			s.spell(r.Titles[i].Text, false)
		}
		if name, ok := t.afterStation(s); ok {
			return likeness{state: Yes, code: CodeMatch, span: spanOf(r, i), name: name}, r, true
		}
		if name, ok := t.inSeries(s); ok {
			return likeness{state: Yes, code: CodeMatch, span: spanOf(r, i), name: name, counted: true}, r, true
		}
		if like, ok := t.similar(s); ok {
			return likeness{state: Yes, code: CodeMatch, span: spanOf(r, i), name: like.name, fuzzy: true, weak: like.weak}, r, true
		}
	}
	return likeness{}, nil, false
}

// titleWithTag is the likeliest title with the country's tag that follows it: "The Office US".
func titleWithTag(r *release.Release) string {
	s, tag := r.Titles[0].Span, r.Span(release.FieldCountry)
	if tag.Lo >= s.Hi && int(tag.Lo) <= int(s.Hi)+3 && int(tag.Hi) <= len(r.Raw) && !r.Span(release.FieldTitle).Empty() {
		return r.Raw[s.Lo:tag.Hi]
	}
	return r.Titles[0].Text
}

// spanOf is where title i stands in the name; nowhere if it is that of a folder.
func spanOf(r *release.Release, i int) release.Span {
	if r.Span(release.FieldTitle).Empty() {
		return release.Span{}
	}
	return r.Titles[i].Span
}

// oneTitle takes a title apart and compares it.
func (t *Target) oneTitle(s *spelled, text string) likeness {
	s.spell(text, false)
	l := t.spelledTitle(s)
	if l.state != Yes && s.accents {
		var double spelled
		double.spell(text, true)
		l = t.spelledTitle(&double)
	}
	return l
}

func (t *Target) spelledTitle(s *spelled) likeness {
	if i, ok := t.keys[string(s.bytes())]; ok {
		return likeness{state: Yes, code: CodeMatch, name: i}
	}
	if i, ok := t.looseTitle(s); ok {
		return likeness{state: Yes, code: CodeMatch, name: i}
	}
	worst := likeness{code: CodeOtherTitle}
	for i := range t.names {
		key := t.names[i].key
		if t.Kind == Movie && s.n > 0 && len(key) == s.n+1 && key[s.n] == '1' && key[:s.n] == string(s.bytes()) && !isDigit(s.key[max(s.n-1, 0)]) {
			return likeness{state: Yes, code: CodeMatch, name: i, first: true}
		}
		if len(key) >= s.n || string(s.key[:len(key)]) != key {
			continue
		}
		for w := 1; w < s.nw; w++ {
			if int(s.words[w-1].hi) != len(key) || s.words[w].lo == s.words[w].hi {
				continue
			}
			l := t.continued(s, w)
			l.name = i
			if l.state == Yes {
				return l
			}
			if l.code == CodeOtherCountry {
				worst = l
			}
		}
	}
	return worst
}

// looseTitle finds the name from which a title differs in nothing but words without meaning.
func (t *Target) looseTitle(s *spelled) (int, bool) {
	var b [maxSpelled]byte
	n, words := 0, 0
	for i := range s.nw {
		if w := s.word(i); len(w) > 0 && !empty(w) {
			n += copy(b[n:], w)
			words++
		}
	}
	if words < 2 {
		return 0, false
	}
	if i, ok := t.loose[string(b[:n])]; ok {
		return i, true
	}
	i, ok := t.keys[string(b[:n])]
	return i, ok && n < s.n
}
