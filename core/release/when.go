package release

// numbering finds dates, then seasons and episodes that are written out as such.
func (p *parser) numbering() {
	p.divide()
	dated := -1
	for i := 0; i < p.n; i++ {
		if p.toks[i].claimed {
			continue
		}
		if n := p.dateAt(i); n > 0 {
			dated = i
			p.claimNumber(FieldDate, i, int(p.toks[i+n-1].fhi))
			if i > 1 && dateWords[string(p.word(i-1))] && p.toks[i].gap&^(gapDot|gapSpace|gapUnder) == 0 {
				p.toks[i-1].claimed, p.toks[i-1].number = true, true
			}
			i += n - 1
			p.numEnd = i + 1
		}
	}
	var n numbers
	for i := 0; i < p.n; i++ {
		if p.toks[i].claimed {
			continue
		}
		from, ok := p.numberAt(&n, i)
		if !ok || !p.merge(&n) {
			continue
		}
		i = p.claimNumber(FieldNumber, from, n.end) - 1
		if p.numEnd <= from {
			p.numEnd = i + 1
		}
	}
	p.filmEpisode()
	if dated >= 0 {
		p.dateInName(dated)
	}
}

// dateInName gives a day with a month's name back to the title of the episode that it is part of: "S01E02.Words.June.15.1972".
func (p *parser) dateInName(i int) {
	r := &p.rel
	if r.Numbering != NumberSeasonEpisode || i < 1 || p.toks[i-1].claimed || isDigit(p.fold[p.toks[i].flo]) {
		return
	}
	if s := r.spans[FieldNumber]; s.Hi > p.toks[i].lo {
		return
	}
	for k := i; k < p.n && p.toks[k].lo < r.spans[FieldDate].Hi; k++ {
		p.toks[k].number = false // still taken: its year is no year of release
	}
	r.Date, r.spans[FieldDate] = Date{}, Span{}
	p.numEnd = 0
	for k := range i {
		if p.toks[k].number {
			p.numEnd = k + 1
		}
	}
}

// filmEpisode gives "Episode 4" back to the title of a film: words follow it at once, and then the year.
func (p *parser) filmEpisode() {
	r := &p.rel
	i := p.numEnd - 2
	if r.Numbering != NumberEpisode || i < 1 || !p.is(i, "episode") || p.width(i+1) != 1 || !p.toks[i+1].number {
		return
	}
	k := p.numEnd
	for k < p.n && !p.toks[k].digits && !p.toks[k].claimed && p.toks[k].gap&^(gapDot|gapSpace|gapUnder) == 0 {
		k++
	}
	if k == p.numEnd || !p.yearlike(k) {
		return
	}
	for k := i; k < p.numEnd; k++ {
		p.toks[k].claimed, p.toks[k].number = false, false
	}
	r.Numbering, r.Episodes, r.spans[FieldNumber], p.numEnd = NumberNone, nil, Span{}, 0
}

// dateWords come before a day of broadcast: "Title vom 03.02.2015".
var dateWords = wordSet("vom von am du del dal от за")

// numberAt reads the numbering at token i; from is the token that it starts with, which may be the one before.
func (p *parser) numberAt(n *numbers, i int) (from int, ok bool) {
	f, t, w := p.fold[:p.nfold], &p.toks[i], p.word(i)
	if len(w) == 0 {
		return i, false
	}
	switch {
	case (w[0] == 's' || w[0] == 't') && len(w) > 1 && (isDigit(w[1]) || w[1] == 'o'):
		if n.seasonEpisode(f, int(t.flo)) && !(n.how == NumberSeason && t.gap == gapDash && len(w) < 4 && Count(n.seasons()) == 1) {
			return i, true
		}
	case isDigit(w[0]):
		if !p.isSize(w) && !p.fraction(i) && n.cross(f, int(t.flo)) {
			return i, true
		}
		if p.outOf(n, i) {
			return p.from, true
		}
	}
	if len(w) > 1 && w[0] == 'e' && (isDigit(w[1]) || w[1] == 'p' && len(w) > 2 && isDigit(w[2])) && !t.digits {
		if n.episodeOnly(f, int(t.flo)) {
			return i, true
		}
	}
	if p.worded(n, i) || t.script == scriptCJK && p.numerals(n, i) {
		return p.from, true
	}
	return i, false
}

// worded reads numbering that is written with a word.
func (p *parser) worded(n *numbers, i int) bool {
	kind, at := counts(p.word(i))
	switch kind {
	case countsSeasons:
		return p.seasonWord(n, i, at)
	case countsEpisodes, countsRunTogether:
		return p.episodeWord(n, i, at, kind)
	case countsExtras:
		return p.extra(n, i, at)
	case countsParts:
		return at < p.width(i) && p.partOf(n, i, at)
	case countsVolumes:
		p.volumes(i, at)
	case countsBroadcast:
		return p.broadcast(n, i)
	}
	return false
}

// extra reads the number of an OVA or special: "OVA 02", "OVA - 02", "SP1". Words after it make it part of a title.
func (p *parser) extra(n *numbers, i, at int) bool {
	p.from = i
	c := cursor{p.fold[:p.nfold], int(p.toks[i].flo) + at}
	if at == p.width(i) {
		c.skip(" _.", 1)
		if c.word("-") {
			c.skip(" _.", 1)
		}
	}
	e, w := c.digits(2)
	if w == 0 {
		return false
	}
	c.revision()
	if !c.edge() || !p.endsAt(c) {
		return false
	}
	n.reset(NumberEpisode)
	n.episode(e, e)
	n.extra, n.end = true, c.i
	for _, x := range words.entries[string(p.word(i)[:at])].effects {
		p.effect(x, i, 1)
	}
	return true
}

// broadcast reads "(ТВ-2)" and "[TV-2]", the second series on television.
func (p *parser) broadcast(n *numbers, i int) bool {
	t, next := &p.toks[i], &p.toks[i+1]
	s, ok := p.number(i + 1)
	if !ok || i+1 >= p.n || p.width(i+1) != 1 || s == 0 || next.gap != gapDash || t.gap&gapOpen == 0 || i+2 < p.n && p.toks[i+2].bracket == t.bracket {
		return false
	}
	n.reset(NumberSeason)
	n.season(s, s)
	n.end = int(next.fhi)
	p.from = i
	return true
}

// volumes reads "Vol. 2", "Volume 1-3", "Vols. 1 & 2". Before a year they belong to a film's title.
func (p *parser) volumes(i, at int) {
	c := cursor{p.fold[:p.nfold], int(p.toks[i].flo) + at}
	c.skip(" .", 2)
	var n numbers
	v, w := c.digits(3)
	if w == 0 || !c.edge() {
		return
	}
	look := c
	if j, _ := look.joint(); j == jointMark { // "Vol 2 E05"
		n.episode(v, v)
		n.end = c.i
	} else {
		n.chain(&c, 0, v)
	}
	k := i
	for k < p.n && int(p.toks[k].flo) < n.end {
		k++
	}
	if p.yearlike(k) {
		return
	}
	p.rel.Volumes = addRanges(p.rel.Volumes, n.episodes())
	if p.toks[i].gap&(gapWideDash|gapOpen) == 0 && Count(p.rel.Volumes) == 1 { // it may be the title's, and the title keeps it
		p.evidence(FieldVolumes, i, k-i)
		return
	}
	p.claim(FieldVolumes, i, k-i)
}

// endsAt reports whether a bracket, a dash or nothing follows.
func (p *parser) endsAt(c cursor) bool {
	if c.i >= int(p.toks[p.n-1].fhi) {
		return true
	}
	c.skip(" _.", 2)
	return hasByte("[]-", c.peek())
}

// isSize reports whether w is the size of a picture.
func (p *parser) isSize(w []byte) bool {
	c := cursor{w, 0}
	_, a := c.digits(4)
	if a < 3 || !c.word("x") {
		return false
	}
	_, b := c.digits(4)
	return b >= 3
}

// fraction reports whether token i is the "0x2" of "2.0x2".
func (p *parser) fraction(i int) bool {
	return i > 0 && p.toks[i].gap == gapDot && p.width(i) <= 3 && isDigit(p.fold[p.toks[i-1].fhi-1]) && (p.width(i-1) == 1 || !p.toks[i-1].digits)
}

// divide cuts tokens in two where numbering is stuck to a word: "HarbourS01E06", "Harbour1x06", "港第二季".
func (p *parser) divide() {
	for i := 0; i < p.n; i++ {
		t := &p.toks[i]
		w := p.word(i)
		if len(w) < 6 || t.claimed || t.digits {
			continue
		}
		if t.script == scriptCJK {
			p.divideCJK(i)
		} else if isDigit(w[len(w)-1]) && !isDigit(w[0]) {
			p.split(i, inner(w))
		}
	}
}

// inner finds s01e02 and 1x02 stuck to the end of a word, 0 if there is none.
func inner(w []byte) int {
	for i := 1; i+4 <= len(w); i++ {
		if !isAlpha(w[i-1]) {
			continue
		}
		rest := w[i:]
		if i+6 <= len(w) && rest[0] == 's' && isDigit(rest[1]) && isDigit(rest[2]) && rest[3] == 'e' && isDigit(rest[4]) && isDigit(rest[5]) {
			return i
		}
		if i >= 4 && isDigit(rest[0]) && (string(rest[1:2]) == "x" && len(rest) == 4 && isDigit(rest[2]) || isDigit(rest[1]) && len(rest) == 5 && rest[2] == 'x' && isDigit(rest[3])) {
			return i
		}
	}
	return 0
}

// split cuts token i in two at byte at of its word. Only words that folding did not shorten can be cut.
func (p *parser) split(i, at int) {
	t := &p.toks[i]
	if at <= 0 || at >= p.width(i) || p.n == maxTokens || int(t.hi-t.lo) != p.width(i) {
		return
	}
	copy(p.toks[i+2:p.n+1], p.toks[i+1:p.n])
	p.n++
	right := &p.toks[i+1]
	*right = *t
	right.gap = 0
	t.hi, t.fhi = t.lo+uint16(at), t.flo+uint16(at)
	right.lo, right.flo = t.hi, t.fhi
	t.look(p.raw)
	right.look(p.raw)
}

// look notes anew what kind of letters a token has.
func (t *token) look(raw string) {
	t.digits, t.caps, t.title = true, true, true
	for k, r := range raw[t.lo:t.hi] {
		t.see(r, k == 0)
	}
}
