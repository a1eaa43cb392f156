package release

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
