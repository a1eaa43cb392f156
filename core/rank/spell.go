package rank

import (
	"unicode"
	"unicode/utf8"

	"github.com/millrace-media/millrace/core/release"
)

// A title is compared by its words, folded and written one after the other: "The Lord of the Lamps: Part Two" and
// "lord.of.the.lamps.2" are the same bytes. An article at the beginning, "and", and the word before a number ("Part", "Vol.",
// "Chapter") say nothing; Roman and spelled-out numbers are digits.

// Room for one title. What is longer is cut, the same way on both sides.
const (
	maxSpelled      = 240
	maxSpelledWords = 40
)

// word is one word of a title: where it stands in the folded text, and where it ends in the title itself.
type word struct {
	lo, hi uint8 // equal where the word says nothing
	end    uint16
}

// spelled is a title taken apart. It has no pointer in it, so that it stays on the stack.
type spelled struct {
	key     [maxSpelled]byte
	n       int // of key
	words   [maxSpelledWords]word
	nw      int
	accents bool // it has letters that are also written as two: "ä", "ø", "ū"
}

func (s *spelled) bytes() []byte     { return s.key[:s.n] }
func (s *spelled) word(i int) []byte { return s.key[s.words[i].lo:s.words[i].hi] }
func (s *spelled) from(i int) []byte { return s.key[s.words[i].lo:s.n] }

func (s *spelled) last() []byte { return s.word(s.nw - 1) }

func (s *spelled) isNumber(i int) bool { return allDigits(s.word(i)) }

// reader folds a title into words.
type reader struct {
	double bool // write letters with an accent as two letters where that is usual
	f      [maxSpelled]byte
	n      int
	words  [maxSpelledWords]word
	nw     int
	open   bool // a word has begun
}

// spell takes a title apart.
func (s *spelled) spell(text string, double bool) {
	var o reader
	o.double = double
	s.n, s.nw, s.accents = 0, 0, false
	for i := 0; i < len(text); {
		if text[i] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			i += size
			s.accents = o.rune(r, i) || s.accents
			continue
		}
		i = o.ascii(text, i)
	}
	s.write(&o)
}

// ascii reads a run of ASCII from place i on and says where it ends.
func (o *reader) ascii(text string, i int) int {
	for i < len(text) && text[i] < utf8.RuneSelf {
		k := plain[text[i]]
		i++
		switch {
		case k >= '0':
			if o.n < len(o.f) && o.begin() {
				o.f[o.n] = k
				o.n++
				o.close(i)
			}
		case k == 0:
			o.open = false
		case k == '&':
			o.open = false
			if o.n+3 <= len(o.f) && o.begin() {
				o.n += copy(o.f[o.n:], "and")
				o.close(i)
			}
			o.open = false
		}
	}
	return i
}

// plain is what an ASCII byte is folded to: 0 ends a word, an apostrophe is nothing.
var plain = func() (t [utf8.RuneSelf]byte) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '&':
			t[c] = c
		case c >= 'A' && c <= 'Z':
			t[c] = c + 'a' - 'A'
		case c == '\'', c == '`':
			t[c] = '\''
		}
	}
	return t
}()

// begin opens a word unless one is open, and reports whether there is room.
func (o *reader) begin() bool {
	if !o.open && o.nw < len(o.words) {
		o.words[o.nw].lo = uint8(o.n)
		o.nw++
		o.open = true
	}
	return o.open
}

func (o *reader) close(end int) {
	w := &o.words[o.nw-1]
	w.hi, w.end = uint8(o.n), uint16(min(end, 1<<16-1))
}

// rune adds a letter beyond ASCII and reports whether it is also written as two.
func (o *reader) rune(r rune, end int) bool {
	switch {
	case r == '’' || r == '‘' || r == '´' || r == 'ʻ' || r == 'ʼ':
		return false
	case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
		o.open = false
		return false
	case !o.begin():
		return false
	}
	two := doubled(r)
	if o.double && two != "" {
		o.n += copy(o.f[o.n:], two)
	} else {
		o.n = len(release.AppendFold(o.f[:o.n], r))
	}
	o.close(end)
	return two != ""
}

// doubled is how a letter with an accent is written in two, "" if it is not.
func doubled(r rune) string {
	switch r {
	case 'ä', 'Ä':
		return "ae"
	case 'ö', 'Ö', 'ø', 'Ø':
		return "oe"
	case 'ü', 'Ü':
		return "ue"
	case 'å', 'Å':
		return "aa"
	case 'ō', 'Ō':
		return "ou"
	case 'ū', 'Ū':
		return "uu"
	}
	return ""
}

// write makes the key of folded words.
func (s *spelled) write(o *reader) {
	for i := range o.nw {
		lo := s.n
		s.n += o.put(s.key[s.n:], i)
		s.words[s.nw] = word{uint8(lo), uint8(s.n), o.words[i].end}
		s.nw++
	}
}

func (o *reader) word(i int) []byte { return o.f[o.words[i].lo:o.words[i].hi] }

// put writes word i as it is in the key and says how long it is there.
func (o *reader) put(to []byte, i int) int {
	w := o.word(i)
	last := i == o.nw-1
	if o.nw == 1 || len(w) > 9 || len(w) == 0 || !notable[w[0]&31][w[len(w)-1]&31] {
		return copy(to, w)
	}
	switch string(w) {
	case "the":
		if i == 0 || last {
			return 0
		}
	case "a", "an":
		if i == 0 {
			return 0
		}
	case "and", "und":
		if i > 0 && !last {
			return 0
		}
	case "versus":
		return copy(to, "vs")
	case "i":
		if i > 1 && last && partWord(o.word(i-1)) {
			return copy(to, "1")
		}
	default:
		return copy(to, o.usual(i, w))
	}
	return copy(to, w)
}

// usual is the digits of a number, nothing for the word before a number, and any other word itself.
func (o *reader) usual(i int, w []byte) []byte {
	if n, ok := numerals[string(w)]; ok && (i > 0 || !n.roman) {
		return n.digits
	}
	if i == 0 || !partWord(w) {
		return glued(i, w)
	}
	if i+1 < o.nw && o.counts(i+1) {
		return nil
	}
	return w
}

// counts reports whether word i is a number.
func (o *reader) counts(i int) bool {
	w := o.word(i)
	_, ok := numerals[string(w)]
	return ok || allDigits(w) || string(w) == "i" && i == o.nw-1
}

// glued cuts the word off a number that was written without a space: "Vol2".
func glued(i int, w []byte) []byte {
	k := len(w)
	for k > 0 && isDigit(w[k-1]) {
		k--
	}
	if i > 0 && k < len(w) && partWord(w[:k]) {
		return w[k:]
	}
	return w
}

// partWords stand before the number of a part.
var partWords = []string{"part", "pt", "vol", "volume", "chapter", "episode", "ep", "teil", "partie", "parte", "kapitel", "chapitre"}

func partWord(w []byte) bool {
	for _, p := range partWords {
		if p == string(w) {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allDigits(w []byte) bool {
	for _, c := range w {
		if !isDigit(c) {
			return false
		}
	}
	return len(w) > 0
}

// numeral is a number that is not written in digits.
type numeral struct {
	digits []byte
	roman  bool // not at the beginning of a title
}

// numerals are the numbers up to twenty, in words and as the Romans wrote them. "I" is mostly another word.
var numerals = func() map[string]numeral {
	words := []string{
		"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
		"sixteen", "seventeen", "eighteen", "nineteen", "twenty",
	}
	roman := []string{
		"", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx",
	}
	m := map[string]numeral{}
	for i := range words {
		digits := []byte(itoa(i + 1))
		m[words[i]] = numeral{digits, false}
		if roman[i] != "" {
			m[roman[i]] = numeral{digits, true}
		}
	}
	return m
}()

// notable are the first and last letters of words that may be written otherwise in a key; it spares most words the look-up.
var notable = func() (t [32][32]bool) {
	for w := range numerals {
		t[w[0]&31][w[len(w)-1]&31] = true
	}
	for _, w := range []string{"the", "a", "an", "and", "und", "versus", "i"} {
		t[w[0]&31][w[len(w)-1]&31] = true
	}
	for _, w := range partWords {
		t[w[0]&31][w[len(w)-1]&31] = true
		for d := '0'; d <= '9'; d++ {
			t[w[0]&31][d&31] = true
		}
	}
	return t
}()
