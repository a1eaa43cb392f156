package release

// groupToken is where the name of the group begins, after the last tight dash; -1 if there is none.
func (p *parser) groupToken() int {
	last := p.n - 1
	for last > 0 && p.toks[last].bracket != 0 {
		last--
	}
	if p.yearAt > last || p.numEnd > last+1 {
		return -1
	}
	for i := last; i > 0 && i > last-4; i-- {
		t := &p.toks[i]
		if t.bracket != 0 || t.strong || t.number || t.claimed {
			return -1
		}
		if t.gap&gapDash != 0 && t.gap&(gapWideDash|gapSpace) == 0 || t.gap == gapSpace|gapDash && !p.spaceAfterDash(i) {
			if i <= p.end-1 || i < p.yearAt || i < p.tech && (p.rel.Year == 0 && p.numEnd == 0 || p.hyphened(i)) {
				return -1
			}
			for i-1 > p.tech && p.toks[i].gap == gapDash && !p.toks[i-1].claimed && !p.toks[i-1].strong && p.toks[i-1].gap&gapDash != 0 &&
				p.toks[i-1].gap&gapWideDash == 0 && !p.waitingAt(i-1) {
				i-- // "-Two-Words"
			}
			return i
		}
	}
	return -1
}

// hyphened reports whether token i is the second half of a word in an episode's title, "S01E01.Spider-Man": no technical word
// stands before it, and it has no capitals but perhaps the first.
func (p *parser) hyphened(i int) bool {
	t := &p.toks[i]
	if i < p.numEnd || p.numEnd == 0 || !t.digits && (t.caps || p.mixed(i)) {
		return false
	}
	first := i
	for first > 0 && p.toks[first-1].number {
		first--
	}
	return !p.toks[i-1].claimed || first < i && p.toks[first].gap == gapDash // "Title-S01E02-Episode"
}

func (p *parser) spaceAfterDash(i int) bool {
	lo := int(p.toks[i].lo)
	return lo > 0 && p.raw[lo-1] == ' '
}

// group finds who made the release: after the last dash, else in the bracket before the title, else in one at the end.
func (p *parser) group() {
	if at := p.groupToken(); at > 0 {
		hi := at
		for hi+1 < p.n && p.toks[hi+1].bracket == 0 && !p.toks[hi+1].claimed && p.toks[hi+1].gap&(gapSpace|gapClose) == 0 {
			hi++
		}
		p.isGroup(at, hi-at+1)
		return
	}
	if last := p.n - 1; last > p.end && p.toks[last].gap&gapWideDash != 0 && !p.toks[last].digits && p.toks[last].bracket == 0 && !p.toks[last].claimed && (p.toks[last-1].strong || p.toks[last].gap&gapClose != 0) && p.lead == 0 {
		p.isGroup(last, 1)
		return
	}
	if p.lead != 0 && p.leadGroup() {
		return
	}
	if p.trailGroup() || p.byGroup() {
		return
	}
	p.lastWord()
}

// fansubWords are technical words that also are part of the names of those who subtitle.
var fansubWords = wordSet("fansub fansubs sub subs raw raws dub dubs encode encodes")

// leadGroup takes what stands in the bracket before the title.
func (p *parser) leadGroup() bool {
	from := -1
	to := -1
	for i := range p.n {
		if p.toks[i].bracket != p.lead {
			continue
		}
		if p.toks[i].claimed && (from < 0 || p.toks[i].gap != gapDash && !fansubWords[string(p.word(i))]) {
			return false
		}
		if from < 0 {
			from = i
		}
		to = i
	}
	if from < 0 {
		return false
	}
	p.isGroup(from, to-from+1)
	if hi := int(p.rel.Group.Hi); hi < len(p.raw) && p.raw[hi] == '!' {
		p.rel.Group.Hi++
		p.rel.spans[FieldGroup] = p.rel.Group
	}
	return true
}

// trailGroup takes the last words in round brackets at the end of a name if they mean nothing else. Square ones there name
// who posted the release, "(1080p BluRay x265 Tigole) [QxR]", unless a dot ties them to it, "x264.[Group]".
func (p *parser) trailGroup() bool {
	last := p.n - 1
	if last <= p.end || p.toks[last].claimed || p.toks[last].bracket == 0 || p.toks[last].digits || p.tail&gapClose == 0 && !p.rel.Ext {
		return false
	}
	from := last
	for from > 0 && p.toks[from].gap&gapOpen == 0 && p.toks[from-1].bracket == p.toks[last].bracket && !p.toks[from-1].claimed {
		if p.toks[from].gap&gapWideDash != 0 {
			break
		}
		from--
	}
	if from == last && p.toks[last].gap == gapDash && p.toks[last-1].strong && !p.waitingAt(last) { // "[x264-GRP]"
		p.isGroup(last, 1)
		return true
	}
	square := !p.toks[last].round && p.toks[from].gap&(gapDot|gapDash) == 0
	if square || last-from > 2 || p.toks[from].gap&(gapOpen|gapWideDash) == 0 {
		return false
	}
	p.isGroup(from, last-from+1)
	return true
}

// byGroup takes what follows "by" at the end of a name.
func (p *parser) byGroup() bool {
	for i := p.n - 2; i > p.tech && i >= p.n-4; i-- {
		if p.toks[i+1].claimed || p.toks[i+1].digits {
			return false
		}
		if p.is(i, "by") {
			p.isGroup(i+1, p.n-i-1)
			return true
		}
	}
	return false
}

// lastWord takes the last word of a bracket in which everything before it is technical, "(1080p BluRay x265 10bit Group)", or
// of a name that one bracket is around.
func (p *parser) lastWord() {
	last, closed := p.n-1, p.tail&gapClose != 0 || p.rel.Ext
	for last > p.tech && p.toks[last].bracket != 0 && !p.toks[last].round && !p.wrapped {
		last, closed = last-1, true
	}
	if last <= p.tech {
		return
	}
	t := &p.toks[last]
	if t.claimed || t.digits || !p.toks[last-1].claimed || t.gap != gapSpace || p.waitingAt(last) || p.lead != 0 {
		return
	}
	if p.wrapped || t.round && p.toks[last-1].bracket == t.bracket && closed {
		p.isGroup(last, 1)
	}
}

// isGroup gives n tokens from i to the group.
func (p *parser) isGroup(i, n int) {
	p.rel.Group = Span{p.toks[i].lo, p.toks[i+n-1].hi}
	p.claim(FieldGroup, i, n)
}
