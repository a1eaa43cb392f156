package release

// Fan subbers put the number of an episode before a bracket or into one.

// boxed reads a bracket that holds a number or a range and nothing else: "[116]", "(01-13)", "[05.5]", "[01-12 Fin]".
func (p *parser) boxed() bool {
	for i := p.start; i < p.n; i++ {
		if p.toks[i].gap&gapOpen == 0 {
			continue
		}
		if p.decimal(i) && p.toks[i+2].bracket != p.toks[i].bracket && p.rel.Numbering == NumberNone {
			p.takeDecimal(i)
			if i == p.start {
				p.retitle(i + 2)
			}
			return true
		}
		if i == p.start {
			continue
		}
		if p.is(i, "tv") && i+1 < p.n && p.toks[i+1].bracket == p.toks[i].bracket { // "(TV 1-12)"
			i++
		}
		lo, hi, n, ok := p.span(i)
		if !ok || n == 1 && (p.width(i) < 2 || p.rel.Year != 0 && p.lead == 0) || n > 1 && lo >= firstYear && hi <= lastYear {
			continue
		}
		end := i + n
		if n == 1 && p.half(end) {
			end++
		}
		if !p.bracketEnds(end, i) && !(n > 1 && p.toks[end].gap&gapPlus != 0) {
			continue
		}
		p.take(NumberAbsolute, i, end-i, lo, hi)
		return true
	}
	return false
}

// bracketEnds reports whether the bracket of token i has nothing of its own from token k on.
func (p *parser) bracketEnds(k, i int) bool {
	for k < p.n && p.toks[k].bracket == p.toks[i].bracket {
		if !p.toks[k].number && !finalWords[string(p.word(k))] && p.toks[k].script != scriptCJK {
			return false
		}
		p.toks[k].claimed = true
		k++
	}
	return true
}

// finalWords follow the last episode's number in its bracket: "[01-12 Fin]", "[01-12合集]".
var finalWords = wordSet("fin end final tv batch complete 完 完结 完結 全 合集 全集 话 話 集 v2")

// decimal reports whether tokens i and i+1 are "6.01" or "5.134", a season and an episode between brackets or dashes.
func (p *parser) decimal(i int) bool {
	return p.toks[i].digits && p.width(i) <= 2 && i+1 < p.n && p.toks[i+1].gap == gapDot && p.toks[i+1].digits && p.width(i+1) >= 2 && p.width(i+1) <= 3 &&
		!p.toks[i+1].claimed && !p.toks[i].claimed
}

func (p *parser) takeDecimal(i int) {
	s, _ := p.number(i)
	e, _ := p.number(i + 1)
	p.rel.Seasons = addRanges(nil, []Range{{uint16(s), uint16(s)}})
	p.take(NumberSeasonEpisode, i, 2, e, e)
}

// beforeBracket reads the number that ends the title of a fan-subbed episode: "[Group] Title 679 [720p]", "Title_264_[". Without a
// group in front it must begin with a zero, or be followed by a word for subtitles: "Title 05 [720p]", "Title 679 VOSTFR".
func (p *parser) beforeBracket() bool {
	i := p.end - 1
	if i <= p.start || p.rel.Year != 0 || p.movieWord() {
		return false
	}
	at, n := i, 1
	if p.width(i) == 1 && i-1 > p.start && p.width(i-1) >= 2 && p.toks[i-1].digits && p.toks[i].gap == gapDot {
		at, n = i-1, 2
	}
	lo, hi := 0, 0
	if first, v, two, ok := p.span(i - 1); n == 1 && ok && two == 2 && i-1 > p.start {
		at, n, lo, hi = i-1, 2, first, v
	} else if first, v, three, ok := p.span(i - 2); n == 1 && ok && three == 3 && i-2 > p.start { // "1015 to 1020"
		at, n, lo, hi = i-2, 3, first, v
	} else if v, ok := p.plain(at); ok && p.width(at) >= 2 && p.toks[at].gap&^(gapSpace|gapUnder|gapDash|gapOther|gapDot) == 0 {
		lo, hi = v, v
	} else {
		return false
	}
	if p.lead == 0 && (!p.zeroed(at) || p.width(at) == 3 && lo < 10 || p.width(at) > 3 && p.toks[i+1].gap&gapSquare == 0) &&
		!p.subtitlesAt(i+1) && !p.longRunning(at) && !p.revised(at) {
		return false
	}
	if lo == hi && n == 2 && !p.half(i) {
		return false
	}
	p.take(NumberAbsolute, at, n, lo, hi)
	return true
}

// behindYear reads "Title (2011) 12 [720p]".
func (p *parser) behindYear() bool {
	i := p.yearAt + 1
	if p.yearAt <= p.start || p.rel.YearEnd != 0 || p.toks[p.yearAt].bracket == 0 || i >= p.n || p.toks[i].gap&^(gapSpace|gapUnder|gapDot|gapClose) != 0 || p.width(i) < 2 {
		return false
	}
	lo, hi, n, ok := p.span(i)
	if !ok || isHeight(lo) || i+n < p.n && p.toks[i+n].gap&gapOpen == 0 {
		return false
	}
	p.take(NumberAbsolute, i, n, lo, hi)
	return true
}

// subtitlesAt reports whether token i is a word for subtitles.
func (p *parser) subtitlesAt(i int) bool {
	if i >= p.n {
		return false
	}
	for _, x := range words.entries[string(p.word(i))].effects {
		if x.kind == kindSubMark || x.kind == kindSubtitle {
			return true
		}
	}
	return false
}

// revised reports whether token i has a revision: 01v2.
func (p *parser) revised(i int) bool {
	w := p.word(i)
	return len(w) > 3 && w[len(w)-2] == 'v'
}

// longRunning reports whether token i is a number of three digits right before a square bracket, as films hardly have.
func (p *parser) longRunning(i int) bool {
	v, ok := p.number(i)
	return ok && p.width(i) == 3 && i+1 < p.n && p.toks[i+1].gap&gapSquare != 0 && !isHeight(v) && v%100 != 0
}
