package rank

import (
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// What stands after a wanted name may tell which work of that name it is, or which part of it.

// continued compares what stands after a wanted name, from word w on: "US", "2005", "2nd Season", the title of an episode.
func (t *Target) continued(s *spelled, w int) likeness {
	rest := s.from(w)
	yes := likeness{state: Yes, code: CodeMatch}
	if w == s.nw-1 {
		if c := t.countryTag(rest); c != "" {
			return t.fromCountry(c)
		}
		if len(rest) == 4 && allDigits(rest) && t.Year > 0 && decimal(rest) == t.Year {
			yes.year = true
			return yes
		}
	}
	if t.Kind == Movie {
		yes.first = string(rest) == "1"
		if !yes.first {
			yes.state, yes.code = No, CodeOtherTitle
		}
		return yes
	}
	switch string(rest) {
	case "complete", "completa", "komplett", "integrale":
		yes.all = true
		return yes
	case "tv", "series", "tvseries", "theseries", "miniseries", "anime", "theanimation", "part", "parts", "episode", "episodes", "ep", "eps":
		return yes
	}
	if part := s.words[w-1]; part.lo == part.hi && s.isNumber(w) {
		return t.inParts(s, w)
	}
	if s.isNumber(w) && w < s.nw-1 && t.isEpisode(s, w+1) && t.counts(decimal(s.word(w))) {
		yes.episode = true
		return yes
	}
	if w+2 < s.nw && s.isNumber(w+1) && t.isEpisode(s, w+2) && t.counts(decimal(s.word(w+1))) { // "Turn 05 - Knights of the Round"
		yes.episode = true
		return yes
	}
	if t.isEpisode(s, w) {
		yes.episode = true
		return yes
	}
	if n := book(s, w); n > 0 && t.seasons != 1 {
		yes.season = n
		return yes
	}
	if n := seasonWords(s, w); n > 0 && (t.Anime || w < s.nw-1) {
		yes.season = n
		return yes
	}
	if yes.numbers = bareNumbers(s, w); yes.numbers.Hi > 0 {
		return yes
	}
	switch string(rest) {
	case "vom", "du", "del", "from": // before a day
		yes.among = true
		return yes
	}
	return likeness{code: CodeOtherTitle}
}

// isEpisode reports whether the words from w on are the title of a wanted episode, perhaps with an article before it.
func (t *Target) isEpisode(s *spelled, w int) bool {
	return t.episodes[string(s.from(w))] || w < s.nw-1 && empty(s.word(w)) && t.episodes[string(s.from(w+1))]
}

// inParts compares "Part 3", which is an episode of a show of one season and a season of another.
func (t *Target) inParts(s *spelled, w int) likeness {
	l := likeness{state: Yes, code: CodeMatch}
	if w < s.nw-1 {
		if l.episode = t.isEpisode(s, w+1); !l.episode {
			return likeness{code: CodeOtherTitle}
		}
	}
	n := decimal(s.word(w))
	if t.seasons > 1 || t.Anime {
		l.season, l.half = n, t.Anime
	} else {
		l.part = n
	}
	return l
}

// bareNumbers reads the words from w on as one number or two that are a range; its Hi is 0 if they are not, or may be a year.
func bareNumbers(s *spelled, w int) release.Range {
	n := s.nw - w
	if n > 2 || len(s.last()) > 4 || len(s.word(w)) > 4 || !s.isNumber(w) || !allDigits(s.last()) {
		return release.Range{}
	}
	lo, hi := decimal(s.word(w)), decimal(s.last())
	if hi < lo || n == 1 && (hi < 10 || hi >= 1900 && hi < 2100) || n == 2 && lo == hi {
		return release.Range{}
	}
	return release.Range{Lo: uint16(lo), Hi: uint16(hi)}
}

// counts reports whether a number before the wanted episode's title may be that of the episode.
func (t *Target) counts(n int) bool {
	return t.Kind == Episode && (n == t.Episode || n == 100*t.Season+t.Episode || n == t.absolute(t.Season, t.Episode))
}

// countryTag is the country that a word at the end of a title stands for, "" if none. Of those that are less usual it must be
// one that tells the wanted work from another.
func (t *Target) countryTag(w []byte) string {
	if c := country(string(w)); c != "" || len(w) != 2 {
		return c
	}
	if is(t.Country, w) {
		return t.Country
	}
	for i := range t.Rivals {
		if is(t.Rivals[i].Country, w) {
			return t.Rivals[i].Country
		}
	}
	return ""
}

// tagged compares the country that stands right behind the title in capitals, where it was not read as part of the title.
func (t *Target) tagged(r *release.Release, l *likeness) {
	if t.Country == "" && len(t.Rivals) == 0 || l.span.Empty() {
		return
	}
	c := ""
	switch r.Country {
	case release.CountryNone:
		c = t.countryBehind(r.Raw[l.span.Hi:])
	case release.CountryUK:
		c = "GB"
	default:
		c = r.Country.String()
	}
	if c == "" {
		return
	}
	if tag := t.fromCountry(c); tag.state != Yes {
		l.state, l.code = tag.state, tag.code
	} else {
		l.country = tag.country
	}
}

// countryBehind is the country that the first word of a text stands for if it is in capitals.
func (t *Target) countryBehind(text string) string {
	for len(text) > 0 && strings.IndexByte(" ._-([", text[0]) >= 0 {
		text = text[1:]
	}
	n := 0
	for n < len(text) && text[n] >= 'A' && text[n] <= 'Z' {
		n++
	}
	if n < 2 || n > 3 || n < len(text) && (text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z' || isDigit(text[n])) {
		return ""
	}
	var tag [3]byte
	for i := range n {
		tag[i] = text[i] | 0x20
	}
	return t.countryTag(tag[:n])
}

// is reports whether w is a country's code in small letters.
func is(code string, w []byte) bool {
	return len(code) == 2 && code[0]|0x20 == w[0] && code[1]|0x20 == w[1]
}

func (t *Target) fromCountry(c string) likeness {
	if t.Country != "" && t.Country != c {
		return likeness{code: CodeOtherCountry}
	}
	for i := range t.Rivals {
		if t.Country == "" && t.Rivals[i].Country == c {
			return likeness{code: CodeOtherCountry}
		}
	}
	return likeness{state: Yes, code: CodeMatch, country: t.Country == c}
}

// book reads the words from w on as "Book 2", perhaps with the name of the book, as some shows call their seasons.
func book(s *spelled, w int) int {
	if string(s.word(w)) != "book" || w+1 >= s.nw || s.nw-w > 4 || !s.isNumber(w+1) || len(s.word(w+1)) > 2 {
		return 0
	}
	return decimal(s.word(w + 1))
}

// seasonWords reads the words from w on as a season: "2", "Season 2", "2nd Season", "S2", "Part 2". It is 0 if they are none.
func seasonWords(s *spelled, w int) int {
	n, word := 0, false
	for i := w; i < s.nw; i++ {
		x := s.word(i)
		switch v := ordinal(x); {
		case len(x) == 0:
		case string(x) == "season" || string(x) == "saison" || string(x) == "temporada" || string(x) == "cour" || string(x) == "tv":
			if word {
				return 0
			}
			word = true
		case v > 0 && n == 0:
			n = v
		default:
			return 0
		}
	}
	if n < 2 && !word || n > 40 {
		return 0
	}
	return n
}

// ordinal reads "2", "2nd", "second", "s2"; 0 for anything else.
func ordinal(w []byte) int {
	switch string(w) {
	case "first":
		return 1
	case "second":
		return 2
	case "third":
		return 3
	case "fourth":
		return 4
	case "fifth":
		return 5
	}
	if len(w) > 1 && w[0] == 's' {
		w = w[1:]
	}
	k := 0
	for k < len(w) && isDigit(w[k]) {
		k++
	}
	if k == 0 || k > 2 {
		return 0
	}
	switch string(w[k:]) {
	case "", "st", "nd", "rd", "th":
		return decimal(w[:k])
	}
	return 0
}

func decimal(w []byte) int {
	n := 0
	for _, c := range w {
		n = 10*n + int(c-'0')
	}
	return n
}
