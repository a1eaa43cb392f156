package release

import (
	"unicode"
	"unicode/utf8"
)

// gap is what stands between a token and the one before it.
type gap uint16

const (
	gapSpace gap = 1 << iota
	gapDot
	gapUnder
	gapDash
	gapWideDash // a dash with something else on both sides: " - ", "_-_", ".-."
	gapPlus
	gapSlash
	gapPipe
	gapComma
	gapOther
	gapRound  // "(" was opened
	gapSquare // "[" or "{" was opened
	gapClose
)

const gapOpen = gapRound | gapSquare

// script is the kind of letters of a token.
type script uint8

const (
	scriptLatin script = iota // and digits
	scriptCyrillic
	scriptCJK
	scriptOther
)

// token is a run of letters and digits.
type token struct {
	lo, hi   uint16 // in parser.raw
	flo, fhi uint16 // in parser.fold
	gap      gap
	bracket  uint8 // number of the bracket that it stands in, 0 outside
	round    bool  // that bracket is round
	script   script
	digits   bool // digits only
	caps     bool // has letters, all capitals
	title    bool // first letter a capital, others small
	claimed  bool // a field has taken it
	strong   bool // and could not be part of a title
	number   bool // and it is numbering or a date
}

// maxTokens is how many tokens of a name are read; one needs two bytes at least.
const maxTokens = MaxName / 2

// parser holds the state of one reading. It lives on the stack.
type parser struct {
	raw     string
	fold    [2 * MaxName]byte
	nfold   int
	toks    [maxTokens + 1]token // one more, always empty, so that looking ahead is safe
	n       int
	cjk     bool // has Chinese, Japanese or Korean letters
	opened  bool // the name begins with a bracket
	posted  bool // it is the subject of a post
	wrapped bool // one bracket is around all of it
	tail    gap  // what follows the last token

	opening    int    // token of the first word that is no article, outside brackets
	box        int    // the bracketed number before the title, 0 if none
	from       int    // first token of the numbering just read
	yearAt     int    // token of the year, -1 if none
	absolute   uint16 // an absolute number beside the season and episode
	otherDay   Date   // the day that the date may be as well
	waiting    [96]waiting
	nwait      int
	marks      [32]uint8 // words for subtitles
	nmarks     int
	lead       uint8 // the bracket before the title, 0 if none
	start, end int   // of the title, in tokens
	tech       int   // the first strong token at or after end
	numEnd     int   // after the first numbering, 0 if none

	rel Release
}

// lex cuts raw into tokens and fills fold, in which every token is lower case and without accents.
func (p *parser) lex() {
	var (
		g               gap
		before, dash    bool // in this gap: something stood before the dash; a dash was seen
		depth, brackets uint8
		round           bool
		open            bool // a token is being read
		last            rune
		cur             *token
	)
	from, to := p.subject()
	for i := from; i < to; {
		if open && cur.script == scriptLatin {
			if n := p.letters(cur, i, to); n > 0 {
				i += n
				last = rune(p.raw[i-1])
				continue
			}
		}
		r, size := rune(p.raw[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(p.raw[i:])
		}
		at := i
		i += size
		if isWordRune(r) && (open || !unicode.IsMark(r)) || open && isApostrophe(r) && p.letterAt(i) {
			sc := scriptOf(r)
			if open && sc == scriptCJK != (cur.script == scriptCJK) && !isApostrophe(r) && !unicode.IsMark(r) {
				open = false
				g = 0
			}
			if open && r == 'г' && cur.digits && at-int(cur.lo) == 4 { // "2006г"
				open = false
			}
			if !open {
				if p.n == maxTokens {
					break
				}
				cur = &p.toks[p.n]
				p.n++
				if depth == 0 {
					*cur = token{gap: g}
				} else {
					*cur = token{gap: g, bracket: brackets, round: round}
				}
				cur.lo, cur.flo = uint16(at), uint16(p.nfold)
				cur.digits, cur.caps, cur.title, cur.script = true, true, true, sc
				open, g, before, dash = true, 0, false, false
			}
			if sc != scriptLatin {
				cur.script = sc
				p.cjk = p.cjk || sc == scriptCJK
			}
			cur.see(r, int(cur.lo) == at)
			p.appendFold(r, last, i)
			cur.hi, cur.fhi = uint16(i), uint16(p.nfold)
			last = r
			continue
		}
		open = false
		last = r
		b := byte(' ')
		switch r {
		case ' ', '\t':
			g |= gapSpace
		case '.':
			g |= gapDot
			b = '.'
		case '_':
			g |= gapUnder
			b = '_'
		case '-', '–', '—', '‐', '−', '‒', '―', '‑':
			g |= gapDash
			dash = true
			if !before {
				before = g&^gapDash != 0
			}
			b = '-'
		case '+':
			g |= gapPlus
			b = '+'
		case '/', '\\':
			g |= gapSlash
			b = '/'
		case '|', '│', '丨':
			g |= gapPipe
			b = '|'
		case ',', '、':
			g |= gapComma
			b = ','
		case '(', '[', '{', '【', '「', '《', '〔':
			depth = min(depth+1, 8)
			brackets++
			round = r == '('
			if round {
				g |= gapRound
			} else {
				g |= gapSquare
			}
			b = '['
			p.opened = p.opened || p.n == 0 && p.nfold == 0
		case ')', ']', '}', '】', '」', '》', '〕':
			if depth > 0 {
				depth--
			}
			g |= gapClose
			b = ']'
		default:
			g |= gapOther
			switch r {
			case '&', '~', ':', '#', '*', '@':
				b = byte(r)
			}
		}
		if dash && before && r != '-' && r != '–' && r != '—' {
			g |= gapWideDash
		}
		if !dash {
			before = true
		}
		p.putFold(b)
	}
	p.tail = g
}

// letters adds the ASCII letters and digits from byte i on to a token that has begun, and says how many there are.
func (p *parser) letters(t *token, i, to int) int {
	n := 0
	for i+n < to && p.nfold < len(p.fold) {
		c := p.raw[i+n]
		switch {
		case c >= 'a' && c <= 'z':
			t.digits, t.caps = false, false
		case c >= '0' && c <= '9':
		case c >= 'A' && c <= 'Z':
			t.digits, t.title = false, false
			c += 'a' - 'A'
		default:
			return n
		}
		p.fold[p.nfold] = c
		p.nfold++
		n++
		t.hi, t.fhi = uint16(i+n), uint16(p.nfold)
	}
	return n
}

// see notes what kind of letters a token has.
func (t *token) see(r rune, first bool) {
	switch {
	case r >= '0' && r <= '9':
		return
	case isApostrophe(r):
		return
	}
	t.digits = false
	if unicode.IsUpper(r) {
		t.title = t.title && first
	} else {
		t.caps = false
		t.title = t.title && !first
	}
}

func (p *parser) letterAt(i int) bool {
	r, _ := utf8.DecodeRuneInString(p.raw[i:])
	return i < len(p.raw) && isWordRune(r)
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == '`' || r == '´' }

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && r != 0xFE0F || r == 'º' || r == '×' || isNumberForm(r)
}

func scriptOf(r rune) script {
	switch {
	case r < 0x370 || isNumberForm(r):
		return scriptLatin
	case r >= 0x400 && r < 0x530:
		return scriptCyrillic
	case r >= 0x2E80 && r < 0xA000, r >= 0xAC00 && r < 0xD7B0, r >= 0xF900 && r < 0xFB00, r >= 0x20000 && r < 0x30000:
		return scriptCJK
	case r >= 0x1E00 && r < 0x2000 || unicode.IsMark(r):
		return scriptLatin
	}
	return scriptOther
}

// appendFold adds the folded form of r. A Cyrillic or mathematical x between digits is read as the letter x: "06х01".
func (p *parser) appendFold(r, last rune, next int) {
	if r < utf8.RuneSelf {
		switch {
		case r >= 'A' && r <= 'Z':
			p.putFold(byte(r) + 'a' - 'A')
		case r != '\'' && r != '`':
			p.putFold(byte(r))
		}
		return
	}
	if (r == 'х' || r == 'Х' || r == '×') && last >= '0' && last <= '9' && next < len(p.raw) && isDigit(p.raw[next]) {
		p.putFold('x')
		return
	}
	p.nfold = len(appendFolded(p.fold[:p.nfold:len(p.fold)], r))
}

func (p *parser) putFold(b byte) {
	if p.nfold < len(p.fold) {
		p.fold[p.nfold] = b
		p.nfold++
	}
}

// word is the folded text of token i.
func (p *parser) word(i int) []byte { return p.fold[p.toks[i].flo:p.toks[i].fhi] }

// is reports whether token i is exactly w.
func (p *parser) is(i int, w string) bool { return i >= 0 && i < p.n && string(p.word(i)) == w }

// number is the value of token i if it has digits only, at most five.
func (p *parser) number(i int) (int, bool) {
	if i < 0 || i >= p.n || !p.toks[i].digits {
		return 0, false
	}
	return atoi(p.word(i))
}

// width is how many bytes the folded token i has.
func (p *parser) width(i int) int { return int(p.toks[i].fhi) - int(p.toks[i].flo) }

func atoi(b []byte) (int, bool) {
	if len(b) == 0 || len(b) > 5 {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isAlpha(c byte) bool { return c >= 'a' && c <= 'z' || c >= utf8.RuneSelf }
