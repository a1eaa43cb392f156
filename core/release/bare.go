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
		_ = p.toks[p.start].digits && !p.zeroed(p.start) && !p.movieWord() && p.dashed(true) || p.leading() || p.pair() || p.afterDash() || p.boxed() || p.beforeBracket() || p.spread() || p.padded() || p.compact() || p.hashed() || p.boxedFirst() || p.behindYear() || p.part()
	case r.Numbering == NumberSeason && Count(r.Seasons) == 1:
		_ = p.afterDash() || p.boxed()
	case r.Numbering == NumberSeasonEpisode:
		p.absoluteToo()
	}
}

// showFirst ends the title at a loose dash where the numbering comes first: "S02E05 - Show - Title of the episode".
func (p *parser) showFirst() {
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

// lastDisc takes the number of a disc off the title's end: "Title.D1.COMPLETE.BLURAY".
func (p *parser) lastDisc() {
	i := p.end - 1
	if i <= p.start || p.end >= p.n || p.rel.Numbering != NumberNone || !p.toks[p.end].strong && !p.waitingAt(p.end) {
		return
	}
	if w := p.word(i); len(w) == 2 && w[0] == 'd' && w[1] >= '1' && w[1] <= '9' {
		p.toks[i].claimed = true
		p.rel.Flags |= FlagDisc
		p.end = i
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

// finalWords follow the last episode's number in its bracket: "[01-12 Fin]", "[01-12合集]".
var finalWords = wordSet("fin end final tv batch complete 完 完结 完結 全 合集 全集 话 話 集 v2")

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
	} else if next >= p.n || p.toks[next].gap&(gapDash|gapOther|gapComma) == 0 || p.toks[next].gap&(gapOpen|gapClose) != 0 {
		return lo, lo, 1, true
	}
	v, fine := p.plain(next)
	if !fine || v <= lo || p.toks[next].bracket != p.toks[i].bracket || p.toks[next].gap&gapComma != 0 && v != lo+1 ||
		p.toks[next].gap&gapWideDash != 0 && !p.closes(next+1) {
		return lo, lo, 1, true
	}
	return lo, v, next - i + 1, true
}

// closes reports whether token i begins something new: a bracket, a dash, a technical word, the end.
func (p *parser) closes(i int) bool {
	return i >= p.n || p.toks[i].gap&(gapOpen|gapWideDash|gapClose|gapPipe) != 0 || p.toks[i].strong || p.toks[i].claimed || p.fold[p.toks[i].flo-1] == '#'
}

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

// behindYear reads "Title (2011) 12 [720p]".
func (p *parser) behindYear() bool {
	i := p.yearAt + 1
	if p.yearAt <= p.start || p.rel.YearEnd != 0 || p.toks[p.yearAt].bracket == 0 || i >= p.n || p.toks[i].gap&^(gapSpace|gapUnder|gapClose) != 0 || p.width(i) < 2 {
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

// part reads the part of a mini-series, "Title Part 3" and "Title 1977 Part 3". A film's part stands before its year.
func (p *parser) part() bool {
	for i := p.start + 1; i+1 < p.n && i <= p.end+1; i++ {
		if i == p.end && i != p.yearAt || i > p.end && (p.yearAt != p.end || p.rel.YearEnd != 0) || !partWords[string(p.word(i))] || p.toks[i].claimed || p.rel.Year != 0 && i < p.yearAt {
			continue
		}
		v, ok := p.number(i + 1)
		if !ok {
			v, ok = numberNames[string(p.word(i+1))]
		}
		if !ok || v == 0 || v > 30 || p.toks[i+1].claimed || p.toks[i+1].gap&^(gapDot|gapSpace|gapUnder) != 0 {
			continue
		}
		p.take(NumberPart, i, 2, v, v)
		return true
	}
	return false
}

var partWords = wordSet("part pt teil parte partie часть")

// padded reads a number of two digits that begins with a zero within a file's name: "Title.05.The.Quay.avi".
func (p *parser) padded() bool {
	if p.rel.Year != 0 || !p.rel.Ext && p.lead == 0 && (p.rel.Source < SourceSAT || p.rel.Source > SourceHDTV) || p.movieWord() {
		return false
	}
	for i := p.start + 1; i+1 < p.end; i++ {
		if !p.zeroed(i) || p.width(i) != 2 || p.toks[i].gap&^(gapDot|gapSpace|gapUnder|gapClose) != 0 || p.toks[i+1].gap&^(gapDot|gapSpace|gapUnder) != 0 ||
			p.toks[i-1].digits || p.toks[i+1].digits || partWords[string(p.word(i-1))] {
			continue
		}
		if v, ok := p.plain(i); ok {
			p.take(NumberAbsolute, i, 1, v, v)
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
		if p.is(i, "movie") || p.is(i, "film") || p.is(i, "gekijouban") {
			return true
		}
	}
	return false
}
