package rank

import (
	"slices"
	"strings"
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
		if w := s.station(); w > 0 && s.nw-w > 1 {
			s.spell(text[s.words[w-1].end:], false)
			t.addKey(n, &s)
		}
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
	if glued := crossed.Replace(title); glued != title { // "SPY x FAMILY" is written "SPYxFAMILY"
		out = append(out, glued)
	}
	if strings.Contains(strings.Trim(title, "+ "), "+") {
		out = append(out, strings.ReplaceAll(title, "+", " and "))
	}
	for _, table := range []map[rune]string{passport, scholars} {
		if latin, ok := transliterate(title, table); ok {
			out = append(out, latin)
		}
	}
	return out
}

var crossed = strings.NewReplacer(" x ", "x", " X ", "x", " × ", "x", "×", "x")

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
	if first := string(s.word(0)); s.n == 0 || s.nw == 2 && (first == "episode" || first == "part" || first == "folge") {
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
