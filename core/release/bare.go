package release

// bare finds episodes that are written as a number alone. What surrounds it decides, and nothing is found where the name has
// other numbering or the number may as well belong to a title.
func (p *parser) bare() {
	if p.rel.Numbering != NumberNone && (p.rel.Numbering != NumberSeason || Count(p.rel.Seasons) != 1) || !p.rel.Date.IsZero() {
		return
	}
	if p.rel.Numbering == NumberNone && (p.leading() || p.pair()) {
		return
	}
	if p.afterDash() || p.boxed() || p.rel.Numbering == NumberNone && (p.beforeBracket() || p.compact()) {
		return
	}
}

// take makes the tokens [i, i+n) the numbering.
func (p *parser) take(how Numbering, i, n int, lo, hi int) {
	r := &p.rel
	r.Episodes = addRanges(r.Episodes, []Range{{uint16(lo), uint16(hi)}})
	if r.Numbering == NumberSeason {
		how = NumberSeasonEpisode
	}
	r.Numbering = how
	for k := i; k < i+n; k++ {
		p.toks[k].claimed, p.toks[k].number = true, true
	}
	p.evidence(FieldNumber, i, n)
	if i >= p.start && i < p.end {
		p.end = i
	}
	if p.numEnd == 0 {
		p.numEnd = i + n
	}
}

// plain reads token i as an episode's number, perhaps with a revision: 05, 05v2, #264.
func (p *parser) plain(i int) (int, bool) {
	if i < 0 || i >= p.n || p.toks[i].claimed {
		return 0, false
	}
	w := p.word(i)
	c := cursor{w, 0}
	v, n := c.digits(4)
	if n == 0 {
		return 0, false
	}
	c.revision()
	if n == 3 && (c.word("a") || c.word("b")) && c.i != len(w) {
		return 0, false
	}
	if c.i != len(w) || n == 4 && v >= firstYear && v <= lastYear || n < 4 && isHeight(v) && p.toks[i].bracket != 0 {
		return 0, false
	}
	return v, true
}

// span reads "01-24", "01 ~ 24", "215 ao 220" or a single number at token i.
func (p *parser) span(i int) (lo, hi, n int, ok bool) {
	lo, ok = p.plain(i)
	if !ok {
		return 0, 0, 0, false
	}
	next := i + 1
	if p.is(next, "ao") || p.is(next, "to") || p.is(next, "al") || p.is(next, "a") && p.toks[i].bracket != 0 {
		next++
	} else if next >= p.n || p.toks[next].gap&(gapDash|gapOther) == 0 || p.toks[next].gap&(gapOpen|gapClose) != 0 {
		return lo, lo, 1, true
	}
	v, fine := p.plain(next)
	if !fine || v <= lo || p.toks[next].bracket != p.toks[i].bracket {
		return lo, lo, 1, true
	}
	return lo, v, next - i + 1, true
}

// closes reports whether token i begins something new: a bracket, a dash, a technical word, the end.
func (p *parser) closes(i int) bool {
	return i >= p.n || p.toks[i].gap&(gapOpen|gapWideDash|gapClose|gapPipe) != 0 || p.toks[i].strong || p.toks[i].claimed || p.fold[p.toks[i].flo-1] == '#'
}

// leading reads "02 The Invitation", "102 - The Invitation", "4-13 Cursed", "11.14 - The List", "05".
func (p *parser) leading() bool {
	i := p.start
	if i != 0 || p.lead != 0 || p.rel.Year != 0 && p.toks[0].gap == 0 && p.width(0) > 2 {
		return false
	}
	v, ok := p.plain(i)
	if !ok {
		return false
	}
	w := p.width(i)
	next := &p.toks[i+1]
	if second, fine := p.plain(i + 1); fine && w <= 2 && p.width(i+1) == 2 && (next.gap == gapDash || next.gap == gapDot && p.toks[i+2].gap&gapWideDash != 0) && !(p.is(i+2, "jigen")) {
		if v > 0 && i+2 < p.n && (next.gap == gapDot || p.width(i+1) == 2) {
			p.rel.Seasons = addRanges(nil, []Range{{uint16(v), uint16(v)}})
			p.take(NumberSeasonEpisode, i, 2, second, second)
			p.retitle(i + 2)
			return true
		}
	}
	lo, hi, n, _ := p.span(i)
	after := i + n
	switch {
	case after >= p.n:
	case n > 1 && w >= 2 && p.toks[after].gap&gapWideDash != 0:
	case n == 1 && p.toks[after].gap&gapWideDash != 0 && w >= 2 && w <= 3:
	case n == 1 && w == 2 && p.fold[p.toks[i].flo] == '0' && p.rel.Ext:
	case n == 1 && w == 3 && p.rel.Ext && p.toks[after].digits:
	default:
		return false
	}
	if after >= p.n && !p.rel.Ext || p.rel.Year != 0 {
		return false
	}
	p.take(NumberAbsolute, i, n, lo, hi)
	p.retitle(after)
	return true
}

// retitle lets the title begin at token i, after a number that came first.
func (p *parser) retitle(i int) {
	p.start = i
	p.end = i
	for p.end < p.n && !p.stops(p.end) {
		p.end++
	}
	p.tech = p.firstStrong(p.end)
}

// afterDash reads "Title - 05 [1080p]", "Title -1093 [", "Title.-.04.-.[720p".
func (p *parser) afterDash() bool {
	if p.movieWord() {
		return false
	}
	return p.dashed(true) || p.dashed(false)
}

// dashed reads the number after a loose dash, one that the title ends with or, failing that, one that words follow.
func (p *parser) dashed(closing bool) bool {
	for i := p.start + 1; i < p.n && i <= max(p.tech, p.end); i++ {
		g := p.toks[i].gap
		if g&gapDash == 0 || g&(gapWideDash|gapSpace|gapUnder) == 0 || p.toks[i].claimed || i > p.end && g&gapWideDash == 0 {
			continue
		}
		if v, w := p.decimal(i); w > 0 && p.rel.Numbering == NumberNone && p.closes(i+2) {
			s, _ := p.number(i)
			p.rel.Seasons = addRanges(nil, []Range{{uint16(s), uint16(s)}})
			p.take(NumberSeasonEpisode, i, 2, v, v)
			return true
		}
		lo, hi, n, ok := p.span(i)
		if !ok || p.rel.Year != 0 && p.lead == 0 && p.width(i) < 2 {
			continue
		}
		if p.toks[i+n].gap == gapDot && i+n < p.n && p.toks[i+n].digits && p.width(i+n) == 1 { // 17.5
			n++
		}
		if p.closes(i+n) != closing || !closing && (p.lead == 0 && p.width(i) < 2 || p.rel.Numbering != NumberNone) {
			continue
		}
		p.take(NumberAbsolute, i, n, lo, hi)
		return true
	}
	return false
}

// boxed reads a bracket that holds a number or a range and nothing else: "[116]", "(01-13)", "[01-24 of 24]".
func (p *parser) boxed() bool {
	for i := p.start; i < p.n; i++ {
		if p.toks[i].gap&gapOpen == 0 {
			continue
		}
		if v, w := p.decimal(i); w > 0 && p.toks[i+2].bracket != p.toks[i].bracket && p.rel.Numbering == NumberNone {
			s, _ := p.number(i)
			p.rel.Seasons = addRanges(nil, []Range{{uint16(s), uint16(s)}})
			p.take(NumberSeasonEpisode, i, 2, v, v)
			if i == p.start {
				p.retitle(i + 2)
			}
			return true
		}
		if i == p.start {
			continue
		}
		lo, hi, n, ok := p.span(i)
		if !ok || i+n < p.n && p.toks[i+n].bracket == p.toks[i].bracket && !p.toks[i+n].number && !(n > 1 && p.toks[i+n].gap&gapPlus != 0) {
			continue
		}
		if n == 1 && (p.width(i) < 2 || p.rel.Year != 0 && p.lead == 0) || n > 1 && lo >= firstYear && hi <= lastYear {
			continue
		}
		p.take(NumberAbsolute, i, n, lo, hi)
		return true
	}
	return false
}

// decimal reads the episode of "6.01" and "5.134", a season and an episode between brackets or dashes.
func (p *parser) decimal(i int) (episode, width int) {
	if !p.toks[i].digits || p.width(i) > 2 || i+1 >= p.n || p.toks[i+1].gap != gapDot || p.width(i+1) < 2 || p.width(i+1) > 3 || p.toks[i+1].claimed {
		return 0, 0
	}
	v, ok := p.number(i + 1)
	if !ok {
		return 0, 0
	}
	return v, p.width(i + 1)
}

// pair reads a file's name that ends with two numbers of two digits: "office_03_19.avi".
func (p *parser) pair() bool {
	last := p.n - 1
	if last > 2 && p.width(last) == 1 && !p.toks[last].digits {
		last--
	}
	if !p.rel.Ext || last-1 < 1 || p.toks[last].claimed || p.toks[last-1].claimed || p.width(last) != 2 || p.width(last-1) != 2 ||
		p.toks[last].gap&^(gapDot|gapUnder|gapDash) != 0 {
		return false
	}
	s, okS := p.number(last - 1)
	e, okE := p.number(last)
	if !okS || !okE || s == 0 || s > 40 {
		return false
	}
	p.rel.Seasons = addRanges(nil, []Range{{uint16(s), uint16(s)}})
	p.take(NumberSeasonEpisode, last-1, 2, e, e)
	return true
}

// beforeBracket reads the number that ends the title of a fan-subbed episode: "[Group] Title 679 [720p]", "Title_264_[".
func (p *parser) beforeBracket() bool {
	i := p.end - 1
	if p.lead == 0 || i <= p.start || p.rel.Year != 0 || p.movieWord() {
		return false
	}
	lo, hi, n := 0, 0, 0
	ok := false
	if i-1 > p.start && p.toks[i].gap&gapDash != 0 {
		if lo, hi, n, ok = p.span(i - 1); ok && n == 2 {
			p.take(NumberAbsolute, i-1, 2, lo, hi)
			return true
		}
	}
	lo, hi, n, ok = p.span(i)
	if !ok || p.width(i) < 2 || p.toks[i].gap&^(gapSpace|gapUnder|gapDash|gapOther|gapDot) != 0 {
		return false
	}
	p.take(NumberAbsolute, i, n, lo, hi)
	return true
}

// compact reads "title.117.hdtv": three or four digits right before the first technical word of a recording.
func (p *parser) compact() bool {
	i := p.end - 1
	if i <= p.start || p.rel.Year != 0 || p.width(i) < 3 || p.width(i) > 4 || p.rel.Source < SourceSAT && p.rel.Codec != CodecXviD || p.end >= p.n ||
		!p.toks[p.end].strong || p.toks[i].gap&^(gapDot|gapSpace|gapUnder) != 0 {
		return false
	}
	switch p.rel.Source {
	case SourceBluRay, SourceBDRip, SourceBRRip, SourceDVD, SourceUHDRip:
		return false
	}
	v, ok := p.plain(i)
	if !ok {
		return false
	}
	s, e, ok := takeApart(v)
	if !ok {
		return false
	}
	p.take(NumberCompact, i, 1, int(e), int(e))
	p.rel.Seasons = addRanges(nil, []Range{{s, s}})
	return true
}

// movieWord reports whether the title says that it is a film's.
func (p *parser) movieWord() bool {
	for i := p.start; i < p.end; i++ {
		if p.is(i, "movie") || p.is(i, "film") || p.is(i, "gekijouban") {
			return true
		}
	}
	return false
}
