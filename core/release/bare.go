package release

// bare finds episodes that are written as a number alone. What surrounds it decides, and nothing is found where the name has
// other numbering or the number may as well belong to a title.
func (p *parser) bare() {
	r := &p.rel
	p.lastDisc()
	defer p.showFirst()
	switch {
	case !r.Date.IsZero():
		if r.Numbering == NumberDaily || r.Numbering == NumberNone {
			p.dashed(true)
		}
	case r.Numbering == NumberNone:
		_ = p.toks[p.start].digits && !p.zeroed(p.start) && !p.movieWord() && p.dashed(true) || p.leading() || p.pair() || p.afterDash() || p.boxed() || p.beforeBracket() || p.spread() || p.pairInside() || p.padded() || p.compact() || p.compactInside() || p.hashed() || p.boxedFirst() || p.behindYear() || p.part()
	case r.Numbering == NumberSeason && Count(r.Seasons) == 1:
		_ = p.afterDash() || p.boxed()
	case r.Numbering == NumberSeasonEpisode:
		p.absoluteToo()
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

// plain reads token i as an episode's number, perhaps with a revision or a part: 05, 05v2, #264, 05a, [12Fin].
func (p *parser) plain(i int) (int, bool) {
	if i < 0 || i >= p.n || p.toks[i].claimed || !isDigit(p.fold[p.toks[i].flo]) {
		return 0, false
	}
	w := p.word(i)
	c := cursor{w, 0}
	v, n := c.digits(4)
	if hi := int(p.toks[i].hi); n == 0 || hi < len(p.raw) && p.raw[hi] == '%' {
		return 0, false
	}
	c.revision()
	inside := p.toks[i].bracket != 0
	if rest := w[c.i:]; len(rest) > 0 && !(n >= 2 && len(rest) == 1 && rest[0] <= 'c') && !(inside && finalWords[string(rest)]) {
		return 0, false
	}
	if n == 4 && v >= firstYear && v <= lastYear || n < 4 && isHeight(v) && inside {
		return 0, false
	}
	return v, true
}

// zeroed reports whether token i is a number that begins with a zero, as those of films do not.
func (p *parser) zeroed(i int) bool { return p.fold[p.toks[i].flo] == '0' && p.width(i) >= 2 }

// span reads "01-24", "01 ~ 24", "215 ao 220" or a single number at token i.
func (p *parser) span(i int) (lo, hi, n int, ok bool) {
	lo, ok = p.plain(i)
	if !ok {
		return 0, 0, 0, false
	}
	next := i + 1
	if p.is(next, "ao") || p.is(next, "to") || p.is(next, "al") || p.is(next, "a") && (p.toks[i].bracket != 0 || p.width(i) > 1) {
		next++
	} else if next >= p.n || p.toks[next].gap&(gapDash|gapOther|gapComma|gapPlus|gapUnder) == 0 || p.toks[next].gap&(gapOpen|gapClose) != 0 {
		return lo, lo, 1, true
	}
	v, fine := p.plain(next)
	g := p.toks[next].gap
	pair := next == i+1 && (g&(gapComma|gapPlus) != 0 && g&gapDash == 0 || g == gapUnder) // "01+02", "01_02"
	if !fine || v <= lo || p.toks[next].bracket != p.toks[i].bracket || pair && v != lo+1 ||
		p.toks[next].gap&gapWideDash != 0 && !p.closes(next+1) {
		return lo, lo, 1, true
	}
	return lo, v, next - i + 1, true
}

// closes reports whether token i begins something new: a bracket, a dash, a technical word, the end.
func (p *parser) closes(i int) bool {
	return i >= p.n || p.toks[i].gap&(gapOpen|gapWideDash|gapClose|gapPipe) != 0 || p.toks[i].strong || p.toks[i].claimed || p.fold[p.toks[i].flo-1] == '#'
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
		if p.decimal(i) && p.rel.Numbering == NumberNone && p.closes(i+2) {
			p.takeDecimal(i)
			return true
		}
		lo, hi, n, ok := p.span(i)
		if !ok || p.rel.Year != 0 && p.lead == 0 && p.width(i) < 2 {
			continue
		}
		at := i
		if first, fine := p.plain(i - 1); fine && n == 1 && first < lo && p.width(i-1) == p.width(i) && p.width(i) >= 2 && i-1 > p.start && p.closes(i+1) { // "009 - 030"
			at, lo, n = i-1, first, 2
		}
		end := at + n
		if p.half(end) {
			end++
		}
		if p.closes(end) != closing || !closing && (p.lead == 0 && p.width(i) < 2 || p.rel.Numbering != NumberNone) {
			continue
		}
		p.take(NumberAbsolute, at, end-at, lo, hi)
		return true
	}
	return false
}

// half reports whether token i is the fraction of "05.5" and makes the episode a special if so.
func (p *parser) half(i int) bool {
	if i >= p.n || p.toks[i].gap != gapDot || !p.toks[i].digits || p.width(i) != 1 || p.toks[i].claimed {
		return false
	}
	if p.toks[i+1].digits && p.toks[i+1].gap == gapDot && i+1 < p.n { // "05.5.1"
		return false
	}
	p.rel.Flags |= FlagSpecial
	return true
}

// spread reads a range among the words of a pack's name: "Title 001-500 Complete", "Title 1-291 (".
func (p *parser) spread() bool {
	if p.rel.Year != 0 || p.movieWord() {
		return false
	}
	for i := p.start + 1; i+1 < p.end; i++ {
		lo, hi, n, ok := p.span(i)
		if !ok || n != 2 || p.toks[i].gap&^(gapDot|gapSpace|gapUnder) != 0 || p.toks[i+1].gap&^(gapDash|gapOther) != 0 || !p.toks[i].digits || !p.toks[i+1].digits {
			continue
		}
		if p.zeroed(i) && p.width(i) == p.width(i+1) || lo == 1 && hi >= 10 && p.closes(i+n) ||
			p.width(i) >= 2 && p.width(i) == p.width(i+1) && i+n == p.end && p.end < p.n && p.toks[p.end].gap&gapSquare != 0 {
			p.take(NumberAbsolute, i, n, lo, hi)
			return true
		}
	}
	return false
}

// padded reads a number of two digits that begins with a zero within a file's name: "Title.05.The.Quay.avi".
func (p *parser) padded() bool {
	if p.rel.Year != 0 || !p.rel.Ext && p.lead == 0 && (p.rel.Source < SourceSAT || p.rel.Source > SourceHDTV) || p.movieWord() {
		return false
	}
	for i := p.start + 1; i+1 < p.end; i++ {
		if !p.zeroed(i) || p.width(i) != 2 || p.toks[i].gap&^(gapDot|gapSpace|gapUnder|gapClose) != 0 || p.toks[i+1].gap&^(gapDot|gapSpace|gapUnder) != 0 ||
			p.toks[i-1].digits || p.toks[i+1].digits || p.partWord(i-1) {
			continue
		}
		if v, ok := p.plain(i); ok {
			p.take(NumberAbsolute, i, 1, v, v)
			return true
		}
	}
	return false
}

// hashed reads "Title #05", the last resort.
func (p *parser) hashed() bool {
	if p.rel.Year != 0 {
		return false
	}
	for i := p.start + 1; i < p.n; i++ {
		if p.fold[p.toks[i].flo-1] != '#' || p.width(i) < 2 && p.lead == 0 {
			continue
		}
		if lo, hi, n, ok := p.span(i); ok {
			p.take(NumberAbsolute, i, n, lo, hi)
			return true
		}
	}
	return false
}

// absoluteToo takes an absolute number off the title's end that comes before the season and episode in a bracket:
// "Title - 30 (S02E05)".
func (p *parser) absoluteToo() {
	i := p.end - 1
	if i <= p.start || p.end >= p.n || !p.toks[p.end].number || p.toks[p.end].gap&gapOpen == 0 || p.toks[i].gap&gapWideDash == 0 {
		return
	}
	if v, ok := p.plain(i); ok && p.width(i) >= 2 {
		p.absolute = uint16(v)
		p.toks[i].claimed, p.toks[i].number = true, true
		p.end = i
	}
}

// movieWord reports whether the title says that it is a film's.
func (p *parser) movieWord() bool {
	for i := p.start; i < p.end; i++ {
		if p.is(i, "movie") || p.is(i, "film") || p.is(i, "gekijouban") || p.several(i) {
			return true
		}
	}
	return false
}
