package rank

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/millrace-media/millrace/core/release"
)

// fields that may begin right after a title.
var afterTitle = [...]release.Field{
	release.FieldYear, release.FieldDate, release.FieldNumber, release.FieldResolution, release.FieldSource, release.FieldCodec, release.FieldHDR,
	release.FieldAudio, release.FieldChannels, release.FieldLanguages, release.FieldFlags, release.FieldEdition, release.FieldNetwork, release.FieldGroup,
	release.FieldSite,
}

// wider looks for a wanted name that goes beyond what was read as the title, since a number, a year or a word of the trade
// belongs to it: "Apollo 13", "Blade Runner 2049", "Saw 3D". If one of them does the rest of the name is read again without
// the title.
func (t *Target) wider(r *release.Release, s *spelled) (likeness, *release.Release, bool) {
	title := r.Span(release.FieldTitle)
	if at := firstSpan(r, title); at < title.Lo || title.Empty() {
		if l, rest, ok := t.widerAt(r, at); ok {
			return l, rest, ok
		}
	}
	if !title.Empty() && t.begins(s) {
		return t.widerAt(r, title.Lo)
	}
	return t.later(r)
}

// later looks for a wanted name in Latin letters behind a title in another script: "奥本海默.Oppenheimer.2023".
func (t *Target) later(r *release.Release) (likeness, *release.Release, bool) {
	tries := 0
	foreign := false // a letter of another script came last
	for i := 0; i < len(r.Raw) && tries < 6; i++ {
		c := r.Raw[i]
		switch {
		case c >= utf8.RuneSelf:
			foreign = true
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			if foreign {
				foreign = false
				tries++
				if l, rest, ok := t.widerAt(r, uint16(i)); ok {
					return l, rest, ok
				}
			}
		}
	}
	return likeness{}, nil, false
}

// firstSpan is where the first of title, number and year stands.
func firstSpan(r *release.Release, title release.Span) uint16 {
	at := title.Lo
	if title.Empty() {
		at = uint16(len(r.Raw))
	}
	for _, f := range [...]release.Field{release.FieldNumber, release.FieldYear, release.FieldDate, release.FieldFlags, release.FieldSource, release.FieldLanguages} {
		if s := r.Span(f); !s.Empty() {
			at = min(at, s.Lo)
		}
	}
	return at
}

// begins reports whether a wanted name begins with the title that was read.
func (t *Target) begins(s *spelled) bool {
	for i := range t.names {
		if key := t.names[i].key; len(key) >= s.n && key[:s.n] == string(s.bytes()) {
			return true
		}
	}
	return false
}

// widerAt looks for a wanted name from a place on.
func (t *Target) widerAt(r *release.Release, at uint16) (likeness, *release.Release, bool) {
	if int(at) >= len(r.Raw) {
		return likeness{}, nil, false
	}
	var s spelled
	s.spell(r.Raw[at:], false)
	best, longest := likeness{}, 0
	for i := range t.names {
		key := t.names[i].key
		if len(key) > s.n || len(key) <= longest || string(s.key[:len(key)]) != key {
			continue
		}
		for w := range s.nw {
			if int(s.words[w].hi) != len(key) || s.words[w].lo == s.words[w].hi {
				continue
			}
			end := at + s.words[w].end
			if !titleEnds(r, end) {
				continue
			}
			best, longest = likeness{state: Yes, code: CodeMatch, name: i, span: release.Span{Lo: at, Hi: end}}, len(key)
		}
	}
	if longest == 0 {
		return best, nil, false
	}
	return best, without(r, best.span), true
}

// titleEnds reports whether a title can end here: the name does, or a bracket opens, or something begins that is not a title.
func titleEnds(r *release.Release, end uint16) bool {
	next := int(end)
	for next < len(r.Raw) {
		c, size := utf8.DecodeRuneInString(r.Raw[next:])
		if c == '(' || c == '[' || c == '{' {
			return true
		}
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			break
		}
		next += size
	}
	if next >= len(r.Raw) {
		return true
	}
	for _, f := range afterTitle {
		if s := r.Span(f); !s.Empty() && int(s.Lo) == next {
			return true
		}
	}
	return false
}

// without reads the name again with a plain word for the title, where what was read as year or number lies in the title.
func without(r *release.Release, title release.Span) *release.Release {
	inside := false
	for _, f := range [...]release.Field{release.FieldYear, release.FieldDate, release.FieldNumber, release.FieldFlags} {
		s := r.Span(f)
		inside = inside || !s.Empty() && s.Lo < title.Hi && s.Hi > title.Lo
	}
	if !inside {
		return r
	}
	rest := release.Parse(r.Raw[:title.Lo] + plainTitle + r.Raw[title.Hi:])
	return &rest
}

// plainTitle stands for a title in which nothing can be taken for a number or a word of the trade.
const plainTitle = "Lorem"

// collected reports whether a release is a collection named after the first words of what is wanted: "Sintel Trilogy" may
// hold "Sintel: The Return".
func (t *Target) collected(r *release.Release) (likeness, bool) {
	if t.Kind != Movie || !r.Flags.Has(release.FlagComplete) && r.YearEnd == 0 {
		return likeness{}, false
	}
	var s spelled
	for i := range r.Titles {
		s.spell(r.Titles[i].Text, false)
		s.cutCollection()
		if s.nw > 1 && collection(s.word(0)) { // "Kolekcja Sintel"
			s.spell(r.Titles[i].Text[s.words[0].end:], false)
			s.cutCollection()
		}
		for k := range t.names {
			if s.n >= 3 && leads(&s, t.names[k].words) && !t.names[k].goesOn(&s) {
				return likeness{state: Yes, code: CodeMatch, span: spanOf(r, i), name: k, among: true}, true
			}
		}
	}
	return likeness{}, false
}

// goesOn reports whether a name that begins with a title goes on with "of", so that the title is but a part of a phrase: "Pirates"
// is not what the films of the Pirates of the Caribbean are called.
func (n *named) goesOn(s *spelled) bool {
	key := string(s.bytes())
	if len(n.key) < len(key)+2 || n.key[:len(key)] != key || n.key[len(key):len(key)+2] != "of" {
		return false
	}
	var whole spelled
	whole.spell(n.Text, false)
	for i := range whole.nw {
		if int(whole.words[i].lo) == len(key) && string(whole.word(i)) == "of" {
			return true
		}
	}
	return false
}

// cutCollection cuts off the end of a title what is said of a collection and not of a film.
func (s *spelled) cutCollection() {
	for s.nw > 1 {
		if w := s.last(); allDigits(w) || string(w) == "i" { // "1-6", "I-VI"
			s.cutLast()
			continue
		}
		switch string(s.last()) {
		case "original", "prequel", "sequel", "complete", "movie", "movies", "film", "films", "entire", "full", "collection", "trilogy", "quadrilogy", "tetralogy", "pentalogy", "hexalogy", "anthology", "saga":
			s.cutLast()
			continue
		}
		if !s.cutEdition() {
			return
		}
	}
}

// cutEdition cuts a word for an edition off the end of a title.
func (s *spelled) cutEdition() bool {
	if s.nw < 2 {
		return false
	}
	switch string(s.last()) {
	case "extended", "theatrical", "remastered":
		s.cutLast()
		return true
	}
	return false
}

// collection reports whether a word is one for a collection that stands before the title.
func collection(w []byte) bool {
	switch string(w) {
	case "kolekcja", "coleccion", "colecao", "collection", "trilogia", "trilogie", "saga", "antologia", "integrale":
		return true
	}
	return false
}

func (s *spelled) cutLast() {
	s.nw--
	s.n = int(s.words[s.nw-1].hi)
}

// shortened finds the name of a show that airs daily of which a title is the first two words or more, where the day is that of
// the wanted episode: "The Evening Show 2015.09.21".
func (t *Target) shortened(r *release.Release) (likeness, bool) {
	if t.Kind != Episode || r.Date.IsZero() || len(r.Titles) == 0 || !slices.Contains(t.AirDates, r.Date) {
		return likeness{}, false
	}
	var s spelled
	s.spell(r.Titles[0].Text, false)
	if s.nw < 2 {
		return likeness{}, false
	}
	for k := range t.names {
		if leads(&s, t.names[k].words) {
			return likeness{state: Yes, code: CodeMatch, span: spanOf(r, 0), name: k, fuzzy: true}, true
		}
	}
	return likeness{}, false
}

// leads reports whether the words of a title that carry meaning are the first of those of a wanted name.
func leads(s *spelled, want []string) bool {
	k := 0
	for i := range s.nw {
		w := s.word(i)
		if len(w) == 0 || empty(w) {
			continue
		}
		if k == len(want) || string(w) != want[k] {
			return false
		}
		k++
	}
	return k > 0
}

// afterStation finds the name that stands after a station's or a studio's: "BBC Planet Earth", "Marvel's Daredevil".
func (t *Target) afterStation(s *spelled) (int, bool) {
	w := s.station()
	if w > 0 && w < s.nw-1 && empty(s.word(w)) {
		w++
	}
	if w == 0 || w >= s.nw {
		return 0, false
	}
	i, ok := t.keys[string(s.from(w))]
	return i, ok
}

// station counts the words at the beginning of a title that are the name of a station or a studio.
func (s *spelled) station() int {
	if s.nw < 2 {
		return 0
	}
	switch string(s.word(0)) {
	case "bbc", "itv", "pbs", "hbo", "nhk", "cbc", "abc", "netflix", "natgeo", "marvel", "marvels", "disney", "disneys", "dc", "dcs":
		return 1
	case "national", "discovery", "history":
		if next := string(s.word(1)); next == "geographic" || next == "channel" {
			return 2
		}
	}
	return 0
}
