package release

// Recordings from television used to be named with season and episode run together, or as two numbers.

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
	if !okS || !okE || s == 0 || s > 40 || !p.zeroed(last-1) && e > 40 || p.toks[last-2].digits && p.toks[last-1].gap == gapDash && p.toks[last].gap == gapDash {
		return false
	}
	p.rel.Seasons = addRanges(nil, []Range{{uint16(s), uint16(s)}})
	p.take(NumberSeasonEpisode, last-1, 2, e, e)
	return true
}

// pairInside reads a season and an episode within a file's name: "Title 2-03 Words.avi", "Title_2.03.avi". The episode begins with a
// zero, which a number of a title does not.
func (p *parser) pairInside() bool {
	if !p.rel.Ext || p.rel.Year != 0 {
		return false
	}
	for i := p.start + 1; i+1 < p.end; i++ {
		t, next := &p.toks[i], &p.toks[i+1]
		if !t.digits || p.width(i) > 2 || !next.digits || p.width(i+1) != 2 || !p.zeroed(i+1) || next.gap != gapDash && (next.gap != gapDot || t.gap&gapDot != 0) ||
			i+2 < p.n && p.toks[i+2].digits || p.toks[i-1].digits {
			continue
		}
		if s, _ := p.number(i); s > 0 && s <= maxCompactSeason {
			e, _ := p.number(i + 1)
			p.rel.Seasons = addRanges(nil, []Range{{uint16(s), uint16(s)}})
			p.take(NumberSeasonEpisode, i, 2, e, e)
			return true
		}
	}
	return false
}

// compactInside reads "title.117.words.hdtv", a recording whose name is in small letters.
func (p *parser) compactInside() bool {
	tv := p.rel.Source >= SourceSAT && p.rel.Source <= SourceHDTV && p.rel.Source != SourceDVDRip
	if p.rel.Year != 0 || !tv && !p.rel.Ext || !p.small() {
		return false
	}
	for i := p.start + 1; i+1 < p.end; i++ {
		if !p.toks[i].digits || p.width(i) != 3 || p.toks[i].gap != gapDot || p.toks[i+1].gap != gapDot {
			continue
		}
		v, _ := p.number(i)
		if s, e, ok := takeApart(v); ok {
			p.take(NumberCompact, i, 1, int(e), int(e))
			p.rel.Seasons = addRanges(nil, []Range{{s, s}})
			return true
		}
	}
	return false
}

// compact reads "title.117.hdtv": three or four digits right before the first technical word of a recording, or at the end of a
// file's name in small letters.
func (p *parser) compact() bool {
	i := p.end - 1
	if p.yearAt > p.start && p.yearAt == p.end && p.toks[p.yearAt+1].digits && p.yearAt+2 < p.n && p.toks[p.yearAt+2].strong && p.width(p.yearAt+1) == 3 {
		i = p.yearAt + 1 // "title.2010.417.hdtv"
	}
	if i <= p.start || p.rel.Year != 0 && i < p.yearAt || p.width(i) < 3 || p.width(i) > 4 || p.toks[i].gap&^(gapDot|gapSpace|gapUnder|gapDash) != 0 || p.movieWord() {
		return false
	}
	v, ok := p.plain(i)
	if !ok || !p.toks[i].digits {
		return false
	}
	s, e, ok := takeApart(v)
	if !ok || !p.recorded(i) {
		return false
	}
	at, first := i, e
	if lo, fine := p.plain(i - 1); fine && i-1 > p.start && p.toks[i].gap == gapDash && p.width(i-1) == p.width(i) && lo < v && lo/100 == int(s) && lo%100 > 0 { // "101-102"
		at, first = i-1, uint16(lo%100)
	}
	p.take(NumberCompact, at, i-at+1, int(first), int(e))
	p.rel.Seasons = addRanges(nil, []Range{{s, s}})
	return true
}

// recorded reports whether the name is one that a recording from television would have, whose number at token i is compact.
func (p *parser) recorded(i int) bool {
	switch p.rel.Source {
	case SourceSAT, SourceTV, SourcePDTV, SourceHDTVRip, SourceHDTV:
		return i+1 < p.n && (p.toks[i+1].strong || p.waitingAt(i+1))
	case SourceUnknown:
		strong := i+1 < p.n && p.toks[i+1].strong
		if strong && (p.zeroed(i) && p.width(i) == 4 || p.rel.Codec == CodecXviD) {
			return true
		}
		last := p.end >= p.n && p.rel.Ext
		return p.small() && (strong || last && p.toks[i].gap == gapDot) || last && p.zeroed(i) && p.width(i) == 4
	case SourceHDRip, SourceWebDLRip, SourceWebMux, SourceWebRip, SourceWeb, SourceWebDL:
		return i+1 < p.n && p.toks[i+1].strong && (p.zeroed(i) && p.width(i) == 4 || p.small())
	}
	return false
}

// small reports whether the title is in small letters throughout, as the names of old recordings are.
func (p *parser) small() bool {
	if p.start >= p.end {
		return false
	}
	for _, c := range []byte(p.raw[p.toks[p.start].lo:p.toks[p.end-1].hi]) {
		if c >= 'A' && c <= 'Z' {
			return false
		}
	}
	return true
}
