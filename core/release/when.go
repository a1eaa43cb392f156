package release

// numbering finds dates, then seasons and episodes that are written out as such.
func (p *parser) numbering() {
	for i := 0; i < p.n; i++ {
		if p.toks[i].claimed {
			continue
		}
		if n := p.dateAt(i); n > 0 {
			p.claimNumber(FieldDate, i, int(p.toks[i+n-1].fhi))
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
}

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
			return i, true
		}
	}
	if len(w) > 1 && w[0] == 'e' && (isDigit(w[1]) || w[1] == 'p' && len(w) > 2 && isDigit(w[2])) && !t.digits {
		if n.episodeOnly(f, int(t.flo)) {
			return i, true
		}
	}
	if ok := p.seasonWord(n, i); ok {
		return p.from, true
	}
	if ok := p.episodeWord(n, i); ok {
		return p.from, true
	}
	if at := inner(w); at > 0 && n.seasonEpisode(f, int(t.flo)+at) && n.how == NumberSeasonEpisode {
		return i, true
	}
	return i, false
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
	return i > 0 && p.toks[i].gap == gapDot && p.toks[i-1].digits && p.width(i-1) == 1 && p.width(i) <= 3
}

// inner finds s01e02 stuck to the end of a word: "DieS01E06".
func inner(w []byte) int {
	for i := 1; i+5 < len(w); i++ {
		if w[i] == 's' && isDigit(w[i+1]) && isDigit(w[i+2]) && w[i+3] == 'e' && isDigit(w[i+4]) && isDigit(w[i+5]) && isAlpha(w[i-1]) {
			return i
		}
	}
	return 0
}

// episodeOnly reads E05, E01-E03, EP12.
func (n *numbers) episodeOnly(f []byte, at int) bool {
	n.reset(NumberEpisode)
	c := cursor{f, at + 1}
	c.word("p")
	e, w := c.digits(4)
	if w == 0 {
		return false
	}
	look := c
	look.revision()
	if b := look.peek(); isAlpha(b) && b != 'e' {
		return false
	}
	n.chain(&c, 0, e)
	return true
}

// outOf reads 5of6, "5 of 6", "05 из 20".
func (p *parser) outOf(n *numbers, i int) bool {
	n.reset(NumberPart)
	c := cursor{p.fold[:p.nfold], int(p.toks[i].flo)}
	a, w := c.digits(3)
	if w == 0 {
		return false
	}
	b, bw := 0, 0
	if c.peek() == '-' {
		c.i++
		b, bw = c.digits(3)
	}
	c.skip(" ._", 1)
	russian := c.word("из")
	if !russian && !c.word("of") && !c.word("iz") {
		return false
	}
	c.skip(" ._", 1)
	total, tw := c.digits(3)
	if tw == 0 || !c.edge() || a > total || a == 0 {
		return false
	}
	if bw == 0 {
		b = a
		if russian { // "5 из 20": the first five
			a = 1
		}
	}
	n.episode(a, b)
	n.end = c.i
	p.rel.PartOf = uint16(total)
	return true
}

// seasonWord reads a season that is written with a word: "Season 2", "2nd Season", "Сезон: 5", "Saison VII", "第2季".
func (p *parser) seasonWord(n *numbers, i int) bool {
	w := p.word(i)
	stem, glued := splitDigits(w)
	if !seasonWords[string(stem)] {
		return false
	}
	p.from = i
	if p.ordinalBefore(i) && p.seasonBefore(n, i) {
		return true
	}
	n.reset(NumberSeason)
	c := cursor{p.fold[:p.nfold], int(p.toks[i].flo) + len(stem)}
	if !glued && c.peek() == '-' {
		c.i++
	} else if !glued {
		c.skip(" ._:#[(", 3)
	}
	at := c
	c.word("no")
	c.word("s")
	c.word("o")
	s, width := c.digits(4)
	if width > 0 && width <= 2 && (c.edgeOr("xe") || c.peek() == 's') {
		n.end = c.i
		return p.afterSeason(n, &c, s, !glued)
	}
	if s, ok := seasonNames[string(p.word(i+1))]; ok && i+1 < p.n && at.i == int(p.toks[i+1].flo) && p.plausibleName(i+1) {
		c = at
		c.i = int(p.toks[i+1].fhi)
		return p.afterSeason(n, &c, s, false)
	}
	return p.seasonBefore(n, i)
}

// ordinalBefore reports whether the number before the word at i is the season's, rather than one after it.
func (p *parser) ordinalBefore(i int) bool {
	if i == 0 {
		return false
	}
	if !p.toks[i-1].digits {
		return true
	}
	_, digits := p.number(i + 1)
	return digits && episodeWords[string(p.word(i+2))] && i+2 < p.n
}

// plausibleName keeps "Season I" from being read out of "Season I Love You".
func (p *parser) plausibleName(i int) bool {
	return p.toks[i].caps && p.width(i) > 1 || i+1 >= p.n || p.width(i) > 2 || p.toks[i+1].gap&(gapOpen|gapWideDash) != 0
}

// afterSeason reads what follows the number of a season that was written with a word.
func (p *parser) afterSeason(n *numbers, c *cursor, s int, bare bool) bool {
	if c.peek() == '.' && c.i+2 < len(c.f) && isDigit(c.f[c.i+1]) && isDigit(c.f[c.i+2]) { // "Season 4.16"
		dot := *c
		dot.i++
		if e, w := dot.digits(2); w == 2 && dot.edge() {
			n.how = NumberSeasonEpisode
			n.season(s, 0)
			n.episode(e, 0)
			n.end = dot.i
			return true
		}
	}
	if n.episodesAfter(c, s, bare) {
		return true
	}
	n.worded = true
	n.seasonList(c, s)
	return true
}

// seasonBefore reads "2nd Season", "1-3 сезон", "10º Temporada": the number stands before the word.
func (p *parser) seasonBefore(n *numbers, i int) bool {
	if i == 0 || p.toks[i-1].claimed || p.toks[i].gap&(gapWideDash|gapOpen|gapClose) != 0 {
		return false
	}
	at := i - 1
	if at > 0 && (p.is(at, "й") || p.is(at, "я") || p.is(at, "th") || p.is(at, "a") || p.is(at, "o")) && p.toks[at-1].digits && !p.toks[at-1].claimed {
		at--
	}
	prev := p.word(at)
	s, ok := ordinals[string(prev)]
	if !ok {
		s, ok = ordinal(prev)
	}
	if !ok {
		s, ok = seasonNames[string(prev)]
		ok = ok && p.toks[at].script == scriptCJK
	}
	if !ok || s == 0 || s > 60 {
		return false
	}
	n.reset(NumberSeason)
	p.from = at
	lo := s
	back := at - 1
	if back > 0 && (p.is(back, "a") || p.is(back, "to") || p.is(back, "ao") || p.is(back, "al") || p.is(back, "a")) {
		back--
	} else if p.toks[at].gap != gapDash {
		back = -1
	}
	if back >= 0 && !p.toks[back].claimed {
		if v, ok := ordinal(p.word(back)); ok && v < s && v > 0 {
			lo, p.from = v, back
		}
	}
	if p.is(p.from-1, "第") {
		p.from--
	}
	c := cursor{p.fold[:p.nfold], int(p.toks[i].fhi)}
	n.end = c.i
	if lo == s && n.episodesAfter(&c, s, true) {
		return true
	}
	n.season(lo, s)
	return true
}

// ordinal reads 2, 2nd, 10o, 3й.
func ordinal(w []byte) (int, bool) {
	digits := 0
	for digits < len(w) && isDigit(w[digits]) {
		digits++
	}
	v, ok := atoi(w[:digits])
	switch string(w[digits:]) {
	case "", "st", "nd", "rd", "th", "o", "a", "й", "ª", "e", "eme":
		return v, ok && digits <= 2
	}
	return 0, false
}

// splitDigits cuts the digits off the end of a word.
func splitDigits(w []byte) (stem []byte, glued bool) {
	i := len(w)
	for i > 0 && isDigit(w[i-1]) {
		i--
	}
	if i > 0 && w[i-1] == 'o' && i < len(w) && i > 2 && w[i-2] == 's' { // SezonSO3
		i -= 2
	}
	return w[:i], i < len(w) && i > 0
}

// episodeWord reads an episode that is written with a word: "Episode 5", "Cap.103", "odc. 10", "5 серия", "第01話".
func (p *parser) episodeWord(n *numbers, i int) bool {
	w := p.word(i)
	if at := digitAt(w); at > 0 && episodeWords[string(w[:at])] {
		p.from = i
		return p.episodesFrom(n, int(p.toks[i].flo)+at)
	}
	if !episodeWords[string(w)] {
		return false
	}
	p.from = i
	c := cursor{p.fold[:p.nfold], int(p.toks[i].fhi)}
	c.skip(" ._:#[-(", 3)
	c.word("no")
	if p.toks[i].script != scriptCJK && isDigit(c.peek()) && !(i > 0 && p.toks[i-1].digits && !p.toks[i-1].claimed && p.toks[i].gap&^(gapSpace|gapDot) == 0 && p.width(i-1) < 4) && p.episodesFrom(n, c.i) {
		return true
	}
	if i > 1 && (p.is(i-1, "я") || p.is(i-1, "th")) {
		i--
	}
	if i == 0 || !p.toks[i-1].digits || p.toks[i-1].claimed || p.toks[i].gap&^(gapSpace|gapDot|gapDash) != 0 {
		return false
	}
	e, ok := p.number(i - 1)
	if !ok {
		return false
	}
	n.reset(NumberEpisode)
	p.from = i - 1
	lo := e
	if v, ok := p.number(i - 2); ok && p.toks[i-1].gap&gapDash != 0 && v < e && !p.toks[i-2].claimed {
		lo, p.from = v, i-2
	}
	n.episode(lo, e)
	n.end = int(p.toks[i].fhi)
	if p.is(p.from-1, "第") {
		p.from--
	}
	return true
}

// digitAt is where the digits of a word begin.
func digitAt(w []byte) int {
	for i, b := range w {
		if isDigit(b) {
			return i
		}
	}
	return 0
}

// episodesFrom reads the number after the word for an episode: 5, 05-08, 1.22 (season 1, episode 22).
func (p *parser) episodesFrom(n *numbers, at int) bool {
	n.reset(NumberEpisode)
	c := cursor{p.fold[:p.nfold], at}
	e, w := c.digits(5)
	if w == 0 {
		return false
	}
	if c.peek() == '.' && w <= 2 && c.i+2 < len(c.f) && isDigit(c.f[c.i+1]) && isDigit(c.f[c.i+2]) {
		dot := c
		dot.i++
		if v, vw := dot.digits(2); vw == 2 && dot.edge() {
			n.how = NumberSeasonEpisode
			n.season(e, 0)
			n.episode(v, 0)
			n.end = dot.i
			return true
		}
	}
	if c.peek() == 'x' && w <= 2 && n.cross(c.f, at) {
		return true
	}
	n.reset(NumberEpisode)
	n.chain(&c, 0, e)
	return true
}
