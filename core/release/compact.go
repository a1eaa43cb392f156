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
		return p.small() && (strong || p.end >= p.n && p.rel.Ext && p.toks[i].gap == gapDot)
	case SourceHDRip, SourceWebDLRip, SourceWebMux, SourceWebRip, SourceWeb, SourceWebDL:
		return i+1 < p.n && p.toks[i+1].strong && (p.zeroed(i) && p.width(i) == 4 || p.small())
	}
	return false
}

// small reports whether the title is in small letters throughout, as the names of old recordings are.
func (p *parser) small() bool {
	for _, c := range []byte(p.raw[p.toks[p.start].lo:p.toks[p.end-1].hi]) {
		if c >= 'A' && c <= 'Z' {
			return false
		}
	}
	return true
}
