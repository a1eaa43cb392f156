package release

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTitles is how many titles are kept.
const maxTitles = 4

// addTitle adds the title that the tokens [from, to) are, with the signs around them that belong to titles.
func (p *parser) addTitle(from, to int) {
	if from >= to || len(p.rel.Titles) >= maxTitles {
		return
	}
	s := Span{p.toks[from].lo, p.toks[to-1].hi}
	s.Hi = p.symbols(s.Hi)
	for int(s.Hi) < len(p.raw) && (p.raw[s.Hi] == '!' || p.raw[s.Hi] == '?' || p.raw[s.Hi] == '%' || p.raw[s.Hi] == ')' && strings.Contains(p.raw[s.Lo:s.Hi], "(")) {
		s.Hi++
	}
	if s.Lo > 0 && p.raw[s.Lo-1] == '(' && (p.raw[s.Hi-1] == ')' || p.counted(from)) {
		s.Lo--
	}
	if s.Lo > 0 && (p.raw[s.Lo-1] == '$' || p.raw[s.Lo-1] == '#') && from == p.start && p.rel.spans[FieldNumber].Empty() { // "#Alive", "$9.99"
		s.Lo--
	}
	if p.initials(s) {
		s.Hi++
	}
	text := spaced(p.raw[s.Lo:s.Hi])
	if text == "" {
		return
	}
	p.rel.Titles = append(p.rel.Titles, Title{Text: text, Span: s})
	if p.rel.spans[FieldTitle].Empty() {
		p.rel.spans[FieldTitle] = s
	}
}

// symbols passes over the signs that some titles end with: "ゆるキャン△".
func (p *parser) symbols(hi uint16) uint16 {
	for int(hi) < len(p.raw) && p.raw[hi] >= utf8.RuneSelf {
		r, n := utf8.DecodeRuneInString(p.raw[hi:])
		if !unicode.IsSymbol(r) || r == '★' {
			break
		}
		hi += uint16(n)
	}
	return hi
}

// initials reports whether a title of several words ends with initials and their last dot: "House M.D.".
func (p *parser) initials(s Span) bool {
	t := p.raw[s.Lo:s.Hi]
	n := len(t)
	return n > 4 && t[n-2] == '.' && isAlpha(t[n-1]|0x20) && isAlpha(t[n-3]|0x20) && !isAlpha(t[n-4]|0x20) && strings.IndexByte(t, ' ') > 0 &&
		int(s.Hi) < len(p.raw) && p.raw[s.Hi] == '.'
}

// spaced makes separators spaces, and one of many. Dots stay where the title has spaces already: "S.H.I.E.L.D.". That a fight is
// paid for by the view is no part of its name: "UFC 239 PPV Jones vs Santos".
func spaced(s string) string {
	s = separated(s)
	if i := strings.Index(s, " PPV "); i > 0 {
		s = s[:i] + s[i+len(" PPV"):]
	}
	return s
}

func separated(s string) string {
	if strings.IndexByte(s, ' ') < 0 && strings.IndexByte(s, '.') < 0 && strings.IndexByte(s, '_') < 0 {
		return strings.Trim(s, "-~,:; ")
	}
	dots := strings.IndexByte(s, ' ') < 0
	if !dots && strings.IndexByte(s, '_') < 0 && !strings.Contains(s, "  ") {
		s = strings.TrimLeft(s, "-~,:;. ")
		if n := len(s); n > 4 && s[n-1] == '.' && s[n-3] == '.' && s[n-2] != '.' {
			return s
		}
		return strings.TrimRight(s, "-~,:;. ")
	}
	var b strings.Builder
	b.Grow(len(s))
	space := true
	for i := range len(s) {
		c := s[i]
		if c == '_' || c == '.' && dots {
			c = ' '
		}
		if c == ' ' && space {
			continue
		}
		space = c == ' '
		b.WriteByte(c)
	}
	return strings.Trim(b.String(), "-~,:; ")
}
