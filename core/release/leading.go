package release

// Files of a show are often named by their number first.

// leading reads "02 The Invitation", "102 - The Invitation", "4-13 Cursed", "11.14 - The List", "05", "003. Title".
func (p *parser) leading() bool {
	i := p.start
	if i != 0 || p.lead != 0 || p.rel.Year != 0 && p.toks[0].gap == 0 && p.width(0) > 2 {
		return false
	}
	if _, ok := p.plain(i); !ok {
		return false
	}
	if p.leadingPair(i) {
		return true
	}
	lo, hi, n, _ := p.span(i)
	if p.rel.Year != 0 || p.movieWord() || !p.leads(i, n) {
		return false
	}
	p.take(NumberAbsolute, i, n, lo, hi)
	p.retitle(i + n)
	return true
}

// leadingPair reads a season and an episode: "4-13 Cursed", "11.14 - The List".
func (p *parser) leadingPair(i int) bool {
	s, _ := p.plain(i)
	e, ok := p.plain(i + 1)
	next, after := &p.toks[i+1], &p.toks[i+2]
	if !ok || s == 0 || p.rel.Year != 0 || p.width(i) > 2 || p.width(i+1) != 2 || i+2 >= p.n || p.is(i+2, "jigen") || after.digits && after.gap&gapDash != 0 {
		return false
	}
	if next.gap != gapDash && !(next.gap == gapDot && after.gap&gapWideDash != 0) {
		return false
	}
	p.rel.Seasons = addRanges(nil, []Range{{uint16(s), uint16(s)}})
	p.take(NumberSeasonEpisode, i, 2, e, e)
	p.retitle(i + 2)
	return true
}

// leads reports whether the n tokens at the name's start are its number rather than a title's: a loose dash follows, or the
// number begins with a zero, or it is all that there is.
func (p *parser) leads(i, n int) bool {
	after, w := i+n, p.width(i)
	if after >= p.n {
		return p.rel.Ext
	}
	next := &p.toks[after]
	loose := next.gap&gapWideDash != 0
	switch {
	case n > 1:
		return w >= 2 && loose
	case loose:
		return w >= 2 && w <= 3
	case p.zeroed(i) && w == 2:
		return after < p.tech && (p.rel.Ext || after+1 < p.end)
	case w == 2 && p.rel.Ext && !p.zeroed(i) && p.end < p.n && p.end-after > 1:
		return p.toks[p.end].gap&gapSquare != 0 || p.subtitlesAt(p.end)
	case p.zeroed(i) && w == 3:
		return next.gap == gapDot|gapSpace
	}
	return w == 3 && p.rel.Ext && next.digits
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

// boxedFirst reads the number in a bracket that comes first: "[05] The Title", "[5.01] The Title".
func (p *parser) boxedFirst() bool {
	if p.lead == 0 || p.toks[0].bracket != p.lead || p.rel.Year != 0 {
		return false
	}
	if p.decimal(0) && p.toks[2].bracket != p.lead {
		p.takeDecimal(0)
		return true
	}
	v, ok := p.plain(0)
	if !ok || p.width(0) < 2 || p.toks[1].bracket == p.lead {
		return false
	}
	p.take(NumberAbsolute, 0, 1, v, v)
	return true
}

// showFirst ends the title at a loose dash where the numbering comes first: "S02E05 - Show - Title of the episode".
func (p *parser) showFirst() {
	if last := p.end - 1; last > p.start && p.end < p.n && p.toks[p.end].number && p.toks[p.end].gap&gapOpen != 0 && p.is(last, "tv") && p.toks[last].caps {
		p.end-- // "Title TV [01-12]"
	}
	if p.start == 0 || p.start >= p.end || !p.toks[p.start-1].number {
		return
	}
	for i := p.start + 1; i < p.end; i++ {
		if p.toks[i].gap&gapWideDash != 0 && !p.toks[i].digits {
			p.end = i
			return
		}
	}
}
