package release

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// latin holds the folded form of the letters of the Latin blocks, built once from Unicode's decompositions.
var latin = foldLatin()

const (
	latinLo, latinHi         = 0x00C0, 0x0250
	latinMoreLo, latinMoreHi = 0x1E00, 0x1F00
)

type latinTable struct {
	base [latinHi - latinLo]string
	more [latinMoreHi - latinMoreLo]string
}

func foldLatin() *latinTable {
	t := new(latinTable)
	for i := range t.base {
		t.base[i] = decompose(rune(latinLo + i))
	}
	for i := range t.more {
		t.more[i] = decompose(rune(latinMoreLo + i))
	}
	return t
}

// letters without a decomposition that are written in ASCII as one or two letters.
var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ħ': "h", 'ı': "i", 'ŋ': "n", 'ŧ': "t",
}

func decompose(r rune) string {
	r = unicode.ToLower(r)
	if s, ok := letters[r]; ok {
		return s
	}
	b := make([]byte, 0, 4)
	for _, d := range norm.NFKD.String(string(r)) {
		if !unicode.IsMark(d) {
			b = utf8.AppendRune(b, d)
		}
	}
	return string(b)
}

// AppendFold adds r to b as [Key] writes it: in lower case and, where it is Latin, without accents. It never makes b grow beyond
// its capacity: what does not fit is left out.
func AppendFold(b []byte, r rune) []byte { return appendFolded(b, r) }

// appendFolded adds r in lower case and, where it is Latin, without accents. Combining marks and apostrophes fold to nothing.
func appendFolded(b []byte, r rune) []byte {
	s := ""
	switch {
	case r < utf8.RuneSelf:
		return append(b, byte(unicode.ToLower(r)))
	case r >= latinLo && r < latinHi:
		s = latin.base[r-latinLo]
	case r >= latinMoreLo && r < latinMoreHi:
		s = latin.more[r-latinMoreLo]
	case r == 'º':
		return append(b, 'o')
	case isApostrophe(r), unicode.IsMark(r):
		return b
	case isNumberForm(r): // "½" as "12", "Ⅱ" as "ii"
		for _, d := range norm.NFKD.String(string(r)) {
			if d < utf8.RuneSelf && len(b) < cap(b) {
				b = append(b, byte(unicode.ToLower(d)))
			}
		}
		return b
	case r == 'ё' || r == 'Ё':
		s = "е"
	default:
		r = unicode.ToLower(r)
		if len(b)+utf8.RuneLen(r) > cap(b) {
			return b
		}
		return utf8.AppendRune(b, r)
	}
	if len(b)+len(s) > cap(b) {
		return b
	}
	return append(b, s...)
}
