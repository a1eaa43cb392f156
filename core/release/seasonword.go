package release

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

// seasonList reads what may follow season s of a pack: "-S05", "-05", ",S02", "+S2", " to 8", "S02".
func (n *numbers) seasonList(c *cursor, s int) {
	lo, hi := s, s
	for {
		n.end = c.i
		next, isRange, ok := n.nextSeason(c, hi)
		if !ok {
			break
		}
		if isRange && next > hi || next == hi+1 {
			hi = next
			continue
		}
		n.season(lo, hi)
		lo, hi = next, next
	}
	n.season(lo, hi)
}

// nextSeason reads one more season after the last, hi.
func (n *numbers) nextSeason(c *cursor, hi int) (next int, isRange, ok bool) {
	start := c.i
	c.skip(" _.", 1)
	spaced := c.i > start
	listed := false
	switch {
	case c.word("--") || c.word("-") || c.word("~") || n.worded && c.word(":"):
		isRange = true
	case c.word("to ") || c.word("thru ") || c.word("through ") || c.word("al ") || c.word("ao ") || c.word("a ") || c.word("до ") || c.word("по ") || c.word("till "):
		isRange = true
	case c.word("&") || c.word(",") || c.word("+") || c.word("and ") || c.word("et ") || c.word("e ") || c.word("y "):
		listed = true
	case c.word(".") && spaced:
		isRange = c.word(".")
	}
	single := c.i - start
	c.skip(" _,&", 3)
	marked := c.seasonMark()
	v, w := c.digits(2)
	if n.worded && spaced && single == 1 && v == hi+1 && c.edge() && !c.fraction() {
		listed = true // "Season 1 2 3"
	}
	good := w > 0 && v > hi && v < 100 && c.edgeOr("s") && (isRange || listed || marked)
	if good && !marked && c.peek() == '.' && c.i+1 < len(c.f) && isDigit(c.f[c.i+1]) && listed {
		good = false
	}
	if isRange && !marked && !spaced && w == 2 && start > 1 && c.f[start-2] == 's' && (v >= 12 || c.f[c.i-2] == '0') {
		good = false // "S4-24" is an episode
	}
	if !good {
		c.i = start
		return 0, false, false
	}
	return v, isRange, true
}

// seasonMark passes over "s", "season", "saison" before a number.
func (c *cursor) seasonMark() bool {
	start := c.i
	for _, m := range [...]string{"seasons", "season", "saison", "stagione", "temporada", "sezon", "s"} {
		if c.word(m) {
			c.skip(" .", 1)
			if isDigit(c.peek()) {
				return true
			}
			c.i = start
		}
	}
	return false
}
