package rank

import (
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// named is one spelling of one name of what is wanted.
type named struct {
	Name
	key     string
	words   []string // of the key, without those that carry no meaning
	numbers uint64   // what numbers are in it; see numbersOf
	rivals  []*Rival // other works that have this name
}

// addName adds a name in each of the spellings that releases use.
func (t *Target) addName(n Name) {
	var s spelled
	for _, text := range spellings(n.Text) {
		s.spell(text, false)
		t.addKey(n, &s)
		if s.accents {
			s.spell(text, true)
			t.addKey(n, &s)
		}
	}
}

func (t *Target) addKey(n Name, s *spelled) {
	k := string(s.bytes())
	if _, ok := t.keys[k]; ok || k == "" {
		return
	}
	t.keys[k] = len(t.names)
	if n, ok := numerals[k]; ok && s.nw == 1 {
		t.keys[string(n.digits)] = len(t.names)
	}
	if words := meaning(s); len(words) > 1 {
		if loose := strings.Join(words, ""); loose != k {
			t.loose[loose] = len(t.names)
		}
	}
	t.names = append(t.names, named{Name: n, key: k, words: meaning(s), numbers: numbersOf(s.bytes())})
	if t.shortest == 0 || len(k) < t.shortest {
		t.shortest = len(k)
	}
}

// meaning lists the words of a title that carry meaning.
func meaning(s *spelled) []string {
	var out []string
	for i := range s.nw {
		if w := s.word(i); len(w) > 0 && !empty(w) {
			out = append(out, string(w))
		}
	}
	return out
}

// empty reports whether a word carries no meaning: two titles that differ in it alone are one.
func empty(w []byte) bool {
	switch string(w) {
	case "the", "a", "an", "and", "of", "und", "et":
		return true
	}
	return false
}

// spellings are the forms of a title that are more than its letters: "v" between two names is "vs" and not five, "+" is "and", and
// what is written in Cyrillic is also written in Latin letters.
func spellings(title string) []string {
	out := []string{title}
	words := strings.Fields(title)
	for i := 1; i+1 < len(words); i++ {
		switch w := strings.ToLower(strings.Trim(words[i], ".")); w {
		case "v", "vs", "versus":
			for _, other := range []string{"v", "vs"} {
				if other != w {
					out = append(out, strings.Join(slices.Concat(words[:i], []string{other}, words[i+1:]), " "))
				}
			}
		}
	}
	if strings.Contains(title, "+") {
		out = append(out, strings.ReplaceAll(title, "+", " and "))
	}
	for _, table := range []map[rune]string{passport, scholars} {
		if latin, ok := transliterate(title, table); ok {
			out = append(out, latin)
		}
	}
	return out
}

// transliterate writes Cyrillic in Latin letters; ok is false if there is none in it.
func transliterate(s string, table map[rune]string) (latin string, ok bool) {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if l, found := table[r]; found {
			b.WriteString(l)
			ok = true
			continue
		}
		b.WriteRune(r)
	}
	return b.String(), ok
}

// Two ways to write Russian and Ukrainian in Latin letters: that of passports, and that of scholars without its accents.
var (
	passport = map[rune]string{
		'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y", 'к': "k", 'л': "l", 'м': "m",
		'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch",
		'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya", 'і': "i", 'ї': "yi", 'є': "ye", 'ґ': "g",
	}
	scholars = map[rune]string{
		'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "jo", 'ж': "zh", 'з': "z", 'и': "i", 'й': "j", 'к': "k", 'л': "l", 'м': "m",
		'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "h", 'ц': "c", 'ч': "ch", 'ш': "sh", 'щ': "sch",
		'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "ju", 'я': "ja", 'і': "i", 'ї': "i", 'є': "e", 'ґ': "g",
	}
)

// addEpisode adds the title of a wanted episode, unless it says no more than a number does.
func (t *Target) addEpisode(title string) {
	var s spelled
	s.spell(title, false)
	if s.nw == 2 && partWord(s.word(0)) || s.n == 0 {
		return
	}
	t.after = append(t.after, string(s.bytes()))
	if s.n < 3 || allDigits(s.bytes()) {
		return
	}
	t.episodes[string(s.bytes())] = true
	if s.accents {
		s.spell(title, true)
		t.episodes[string(s.bytes())] = true
	}
}

// likeness says how well a title fits.
type likeness struct {
	state   State
	code    Code
	span    release.Span // of the title
	name    int          // index in Target.names of what fits
	season  int          // the title tells a season: "Show 2"; 0 if not
	fuzzy   bool
	episode bool // the title goes on with the wanted episode's title
	country bool // the title goes on with the wanted country
	year    bool // the title goes on with the wanted year
	first   bool // the one has the number 1 at its end and the other has no number
	part    int  // the title goes on with "Part 3", 0 if not
	among   bool // the title is that of a collection which may hold what is wanted
}

// title compares the titles of a release with those wanted. The release is r but where a number or a word that was read as
// something else belongs to the title: then it is what the rest of the name says.
func (t *Target) title(r *release.Release) (likeness, *release.Release) {
	worst := likeness{code: CodeOtherTitle, span: r.Span(release.FieldTitle)}
	if len(t.names) == 0 {
		return worst, r
	}
	for i := range r.Titles {
		l := t.oneTitle(r.Titles[i].Text)
		if l.state != Yes && i == 0 && r.Country != release.CountryNone {
			l = t.oneTitle(titleWithTag(r))
		}
		l.span = spanOf(r, i)
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
	if l, ok := t.collected(r); ok {
		return l, r
	}
	if l, rest, ok := t.wider(r); ok {
		return l, rest
	}
	for i := range r.Titles {
		if name, ok := t.afterStation(r.Titles[i].Text); ok {
			return likeness{state: Yes, code: CodeMatch, span: spanOf(r, i), name: name}, r
		}
		if name, ok := t.similar(r.Titles[i].Text); ok {
			return likeness{state: Yes, code: CodeMatch, span: spanOf(r, i), name: name, fuzzy: true}, r
		}
	}
	return worst, r
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

// oneTitle compares one title.
func (t *Target) oneTitle(text string) likeness {
	var s spelled
	s.spell(text, false)
	l := t.spelledTitle(&s)
	if l.state != Yes && s.accents {
		s.spell(text, true)
		l = t.spelledTitle(&s)
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
		if len(key) == s.n+1 && key[s.n] == '1' && key[:s.n] == string(s.bytes()) && !isDigit(s.key[max(s.n-1, 0)]) {
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
	case "tv", "series", "tvseries", "theseries", "miniseries", "anime", "theanimation":
		return yes
	}
	if part := s.words[w-1]; part.lo == part.hi && s.isNumber(w) {
		return t.inParts(s, w)
	}
	if s.isNumber(w) && w < s.nw-1 && t.episodes[string(s.from(w+1))] && t.counts(decimal(s.word(w))) {
		yes.episode = true
		return yes
	}
	if t.episodes[string(rest)] || empty(s.word(w)) && w < s.nw-1 && t.episodes[string(s.from(w+1))] {
		yes.episode = true
		return yes
	}
	if n := seasonWords(s, w); n > 0 && (t.Anime || w < s.nw-1) {
		yes.season = n
		return yes
	}
	return likeness{code: CodeOtherTitle}
}

// inParts compares "Part 3", which is an episode of a show of one season and a season of another.
func (t *Target) inParts(s *spelled, w int) likeness {
	l := likeness{state: Yes, code: CodeMatch}
	if w < s.nw-1 {
		if l.episode = t.episodes[string(s.from(w+1))]; !l.episode {
			return likeness{code: CodeOtherTitle}
		}
	}
	n := decimal(s.word(w))
	if t.seasons > 1 || t.Anime {
		l.season = n
	} else {
		l.part = n
	}
	return l
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

// seasonWords reads the words from w on as a season: "2", "Season 2", "2nd Season", "S2", "Part 2". It is 0 if they are none.
func seasonWords(s *spelled, w int) int {
	n, word := 0, false
	for i := w; i < s.nw; i++ {
		x := s.word(i)
		switch v := ordinal(x); {
		case len(x) == 0:
		case string(x) == "season" || string(x) == "saison" || string(x) == "temporada" || string(x) == "cour":
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
