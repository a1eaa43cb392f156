package release

import "unicode/utf8"

// Chinese and Japanese write "第2季 第05集" or, in their own numerals, "第二季第五集", often without a space before it. Digits are
// tokens of their own; numerals are not.

// divideCJK cuts "港第二季第五集" and "港第" (a digit follows) into what it consists of.
func (p *parser) divideCJK(i int) {
	w := p.word(i)
	for at, r := range string(w) {
		if at == 0 || r != '第' && r != '全' {
			continue
		}
		rest := w[at+utf8.RuneLen(r):]
		_, n := cjkNumber(rest)
		if n > 0 && cjkUnit(rest[n:]) != countsNothing || len(rest) == 0 && i+1 < p.n && p.toks[i+1].digits && p.toks[i+1].gap == 0 {
			p.split(i, at)
			return
		}
	}
}

// numerals reads a token that is numbering by itself: "第二季", "第十二集", "全十二集".
func (p *parser) numerals(n *numbers, i int) bool {
	w := p.word(i)
	r, size := utf8.DecodeRune(w)
	if r != '第' && r != '全' {
		return false
	}
	v, used := cjkNumber(w[size:])
	if used == 0 {
		return false
	}
	p.from = i
	switch cjkUnit(w[size+used:]) {
	case countsSeasons:
		n.reset(NumberSeason)
		n.season(v, v)
	case countsEpisodes:
		n.reset(NumberEpisode)
		if r == '全' {
			n.episode(1, v)
		} else {
			n.episode(v, v)
		}
	default:
		return false
	}
	n.end = int(p.toks[i].fhi)
	return true
}

// cjkUnit is what the character that w begins with counts.
func cjkUnit(w []byte) counted {
	_, size := utf8.DecodeRune(w)
	if size == 0 {
		return countsNothing
	}
	return numberWords[string(w[:size])]
}

// cjkNumber reads numerals up to 99: 五, 十二, 二十, 二十一. n is how many bytes they take, 0 if w does not begin with one.
func cjkNumber(w []byte) (v, n int) {
	last := 0
	for n < len(w) {
		r, size := utf8.DecodeRune(w[n:])
		d := cjkDigit(r)
		switch {
		case d == 10:
			v, last = v+10*max(last, 1), 0
		case d >= 0:
			last = d
		default:
			return v + last, n
		}
		n += size
	}
	return v + last, n
}

// cjkDigit is the value of a numeral, -1 if r is none.
func cjkDigit(r rune) int {
	switch r {
	case '〇', '零':
		return 0
	case '一':
		return 1
	case '二', '两', '兩':
		return 2
	case '三':
		return 3
	case '四':
		return 4
	case '五':
		return 5
	case '六':
		return 6
	case '七':
		return 7
	case '八':
		return 8
	case '九':
		return 9
	case '十':
		return 10
	}
	return -1
}
