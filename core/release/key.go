package release

import (
	"unicode/utf8"
)

// Key folds a title so that spellings of the same name are equal: case, accents, punctuation and spaces go, "&" is "and", Roman
// and spelled-out numbers are digits, a leading English article is dropped. Titles that differ in a number or in a word have
// different keys: "Rocky II" and "Rocky III", "Alien" and "Aliens". The key of a title without letters and digits is "".
func Key(title string) string {
	title = clean(title)
	var buf [2 * MaxName]byte
	b := buf[:0]
	var words [maxTokens]Span
	n := 0
	open := false
	for i := 0; i < len(title); {
		r, size := utf8.DecodeRuneInString(title[i:])
		i += size
		switch {
		case isApostrophe(r):
			continue
		case r == '&':
			if n < len(words) {
				words[n] = Span{uint16(len(b)), uint16(len(b) + 3)}
				n++
				b = append(b, "and"...)
			}
			open = false
			continue
		case !isWordRune(r):
			open = false
			continue
		}
		if !open {
			if n == len(words) {
				break
			}
			words[n] = Span{uint16(len(b)), uint16(len(b))}
			n++
			open = true
		}
		b = appendFolded(b, r)
		words[n-1].Hi = uint16(len(b))
	}
	return joinKey(b, words[:n])
}

// joinKey writes the words one after the other, each in its usual form.
func joinKey(b []byte, words []Span) string {
	var out [2*MaxName + 64]byte
	k := out[:0]
	for i, s := range words {
		w := b[s.Lo:s.Hi]
		if i == 0 && len(words) > 1 && (string(w) == "the" || string(w) == "a" || string(w) == "an") {
			continue
		}
		if form, ok := usual[string(w)]; ok && (len(words) > 1 || form.always) && (i > 0 || !form.roman) {
			k = append(k, form.text...)
			continue
		}
		k = append(k, w...)
	}
	return string(k)
}

// form is how a word is written in a key.
type form struct {
	text   string
	roman  bool // not at the beginning of a title
	always bool
}

var usual = map[string]form{
	"one": {text: "1"}, "two": {text: "2"}, "three": {text: "3"}, "four": {text: "4"}, "five": {text: "5"}, "six": {text: "6"}, "seven": {text: "7"},
	"eight": {text: "8"}, "nine": {text: "9"}, "ten": {text: "10"}, "eleven": {text: "11"}, "twelve": {text: "12"}, "thirteen": {text: "13"},
	"fourteen": {text: "14"}, "fifteen": {text: "15"}, "sixteen": {text: "16"}, "seventeen": {text: "17"}, "eighteen": {text: "18"},
	"nineteen": {text: "19"}, "twenty": {text: "20"},
	"ii": {text: "2", roman: true}, "iii": {text: "3", roman: true}, "iv": {text: "4", roman: true}, "v": {text: "5", roman: true},
	"vi": {text: "6", roman: true}, "vii": {text: "7", roman: true}, "viii": {text: "8", roman: true}, "ix": {text: "9", roman: true},
	"x": {text: "10", roman: true}, "xi": {text: "11", roman: true}, "xii": {text: "12", roman: true}, "xiii": {text: "13", roman: true},
	"xiv": {text: "14", roman: true}, "xv": {text: "15", roman: true}, "xvi": {text: "16", roman: true}, "xvii": {text: "17", roman: true},
	"xviii": {text: "18", roman: true}, "xix": {text: "19", roman: true}, "xx": {text: "20", roman: true},
	"volume": {text: "vol"}, "pt": {text: "part"}, "versus": {text: "vs"}, "und": {text: "and"}, "et": {text: "and"},
}
