package release

// seasonWord reads a season that is written with a word: "Season 2", "2nd Season", "Сезон: 5", "Saison VII", "第2季". at is where
// the digits of the word at token i begin, or its length.
func (p *parser) seasonWord(n *numbers, i, at int) bool {
	p.from = i
	glued := at < p.width(i)
	if !glued && p.ordinalBefore(i) && p.seasonBefore(n, i) {
		return true
	}
	n.reset(NumberSeason)
	c := cursor{p.fold[:p.nfold], int(p.toks[i].flo) + at}
	if !glued && c.peek() == '-' {
		c.i++
	} else if !glued {
		c.skip(" ._:#[(", 3)
	}
	named := c.i
	if c.word("no") {
		c.skip(" .", 1)
	}
	if c.word("s") && i == 0 { // "Season S01", "SezonSO3", but "Serie.S01E01" names a show
		return false
	}
	c.word("o")
	s, width := c.digits(4)
	if width > 0 && width <= 2 && (c.edgeOr("xe") || c.peek() == 's') {
		n.end = c.i
		return p.afterSeason(n, &c, s, !glued)
	}
	if s, ok := numberNames[string(p.word(i+1))]; ok && i+1 < p.n && named == int(p.toks[i+1].flo) && (p.plausibleName(i+1) || p.joins(i+2)) {
		c.i = int(p.toks[i+1].fhi)
		n.end = c.i
		if last, end := p.namedRange(i+2, s); last > 0 {
			n.season(s, last)
			n.end = end
			return true
		}
		return p.afterSeason(n, &c, s, false)
	}
	return !glued && p.seasonBefore(n, i)
}

// joins reports whether token i joins two numbers in a range and the second one is a name too: "Seasons I to VI".
func (p *parser) joins(i int) bool {
	if !p.is(i, "to") && !p.is(i, "a") && !p.is(i, "al") && !p.is(i, "bis") {
		return false
	}
	_, ok := numberNames[string(p.word(i+1))]
	return ok && i+1 < p.n
}

// namedRange reads the end of a range of seasons in names, "to VI" or "-VI", from token i; lo is its start. end is in the folded text.
func (p *parser) namedRange(i, lo int) (hi, end int) {
	if p.joins(i) {
		i++
	} else if i >= p.n || p.toks[i].gap != gapDash {
		return 0, 0
	}
	if v := numberNames[string(p.word(i))]; v > lo {
		return v, int(p.toks[i].fhi)
	}
	return 0, 0
}

// ordinalBefore reports whether the number before the word at i is the season's, rather than one after it.
func (p *parser) ordinalBefore(i int) bool {
	if i == 0 {
		return false
	}
	if !p.toks[i-1].digits {
		return true
	}
	if !p.toks[i+1].digits || i+1 >= p.n {
		return false
	}
	k := i + 2
	if k < p.n && p.toks[k].digits && p.toks[k].gap == gapDash { // "2 сезон: 1-8 серии"
		k++
	}
	if p.is(k, "я") || p.is(k, "th") {
		k++
	}
	return p.countsAt(k) == countsEpisodes
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
	if n.episodesAfter(c, s, bare) || n.discAfter(c, s) {
		return true
	}
	n.worded = true
	n.seasonList(c, s)
	return true
}

// wholeSeries are the words that count seasons where a number stands before them.
var wholeSeries = wordSet("seasons saisons temporadas staffeln stagioni")

// seasonBefore reads "2nd Season", "1-3 сезон", "10º Temporada": the number stands before the word.
func (p *parser) seasonBefore(n *numbers, i int) bool {
	if i == 0 || p.toks[i-1].claimed || p.toks[i].gap&(gapWideDash|gapOpen|gapClose) != 0 {
		return false
	}
	at := i - 1
	if at > 0 && p.toks[at-1].digits && !p.toks[at-1].claimed && ordinalEndings[string(p.word(at))] {
		at-- // "2-й сезон"
	}
	s, ok := p.ordinalAt(at)
	if !ok || s == 0 || s > 60 {
		return false
	}
	n.reset(NumberSeason)
	p.from = at
	lo := s
	if v, from := p.rangeStart(at, s); v > 0 {
		lo, p.from = v, from
	}
	if p.is(p.from-1, "第") {
		p.from--
	}
	if lo == s && s > 1 && p.toks[at].digits && wholeSeries[string(p.word(i))] { // "All 7 Seasons" are seasons 1 to 7
		lo = 1
		p.mark(FlagComplete, i)
		if p.is(p.from-1, "all") {
			p.from--
		}
	}
	c := cursor{p.fold[:p.nfold], int(p.toks[i].fhi)}
	n.end = c.i
	if lo == s && n.episodesAfter(&c, s, !p.toks[i+1].digits || p.countsAt(i+2) != countsEpisodes) {
		return true
	}
	n.season(lo, s)
	return true
}

// ordinalAt reads token i as the number of a season that comes before its word.
func (p *parser) ordinalAt(i int) (int, bool) {
	w := p.word(i)
	if v, ok := ordinals[string(w)]; ok {
		return v, true
	}
	if v, ok := ordinal(w); ok {
		return v, true
	}
	if p.toks[i].script == scriptCJK {
		v, n := cjkNumber(w)
		return v, n == len(w)
	}
	return 0, false
}

// rangeStart reads the first number of a range that ends at token i with hi: "1-3 сезон", "1ª a 3ª Temporada".
func (p *parser) rangeStart(i, hi int) (lo, from int) {
	back := i - 1
	switch {
	case back > 0 && (p.is(back, "a") || p.is(back, "to") || p.is(back, "ao") || p.is(back, "al") || p.is(back, "по")):
		back--
	case p.toks[i].gap != gapDash:
		return 0, 0
	}
	if back < 0 || p.toks[back].claimed {
		return 0, 0
	}
	if v, ok := ordinal(p.word(back)); ok && v < hi {
		return v, back
	}
	return 0, 0
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
	case c.word("-to-") || c.word("--") || c.word("-") || c.word("~") || n.worded && c.word(":"):
		isRange = true
	case c.oneOf(toWords[:]):
		isRange = true
	case c.word("&") || c.word(",") || c.word("+") || c.oneOf(andWords[:]):
		listed = true
	case c.word(".") && spaced:
		isRange = c.word(".")
	}
	single := c.i - start
	c.skip(" _,&.", 3)
	marked := c.seasonMark()
	v, w := c.digits(2)
	if n.worded && spaced && single == 1 && c.edge() && (v == hi+1 && !c.fraction() || w == 1 && v > hi && c.f[start] == '.' && c.ascends(v)) {
		listed = true // "Season 1 2 3", "Season.1.3.4"
	}
	good := w > 0 && v > hi && v < 100 && c.edgeOr("s") && (isRange || listed || marked)
	if good && !marked && c.peek() == '.' && c.i+1 < len(c.f) && isDigit(c.f[c.i+1]) && listed && !(n.worded && c.ascends(v)) {
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

// ascends reports whether what follows v goes on upwards, dot by dot, or is no number: "5.1" after "Season.1." are speakers.
func (c *cursor) ascends(v int) bool {
	if !c.fraction() {
		return true
	}
	return int(c.f[c.i+1]-'0') > v
}

// seasonMark passes over "s", "season", "saison" before a number.
func (c *cursor) seasonMark() bool {
	start := c.i
	for _, m := range [...]string{"seasons", "season", "saison", "stagione", "temporada", "staffel", "sezon", "сезон", "s"} {
		if c.word(m) {
			c.skip(" ._", 1)
			if isDigit(c.peek()) {
				return true
			}
			c.i = start
		}
	}
	return false
}
