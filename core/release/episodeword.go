package release

// episodeWord reads an episode that is written with a word: "Episode 5", "Cap.103", "odc. 10", "5 серия", "第01話". at is where the
// digits of the word at token i begin, or its length.
func (p *parser) episodeWord(n *numbers, i, at int, kind counted) bool {
	p.from = i
	from := int(p.toks[i].flo) + at
	if at < p.width(i) {
		return p.episodesFrom(n, from, kind)
	}
	c := cursor{p.fold[:p.nfold], from}
	c.skip(" ._:#[-(", 3)
	if c.word("no") {
		c.skip(" .", 1)
	}
	if p.toks[i].script != scriptCJK && isDigit(c.peek()) && !p.countBefore(i) && p.episodesFrom(n, c.i, kind) {
		p.soMany(n, i)
		return true
	}
	if p.rel.Numbering == NumberSeason && p.toks[i+1].gap&(gapOpen|gapWideDash) == 0 { // "Season Three Episode Seven"
		if e, ok := numberNames[string(p.word(i+1))]; ok && i+1 < p.n {
			n.reset(NumberEpisode)
			n.episode(e, e)
			n.end = int(p.toks[i+1].fhi)
			return true
		}
	}
	return p.episodeBefore(n, i)
}

// countBefore reports whether the number of the episode word at token i is the one before it.
func (p *parser) countBefore(i int) bool {
	return i > 0 && !(countsBehind[string(p.word(i))] && p.toks[i].gap&^(gapSpace|gapDot|gapUnder) == 0) && p.toks[i-1].digits && !p.toks[i-1].claimed && p.toks[i].gap&^(gapSpace|gapDot|gapUnder) == 0 && p.width(i-1) < 4
}

// countsBehind are the words after which the number stands, where there is one on either side.
var countsBehind = wordSet("episode episodes ep eps episodio episodios capitulo capitulos")

// soMany takes "Серии: 5 из 20" for the first five: the word is plural, and such torrents grow as the episodes come out.
func (p *parser) soMany(n *numbers, i int) {
	if n.total > 0 && n.ne == 1 && n.e[0].Lo == n.e[0].Hi && !p.rel.Ext && pluralEpisodes[string(p.word(i))] {
		n.e[0].Lo = 1
	}
}

var pluralEpisodes = wordSet("серии серий серії эпизоды")

// episodeBefore reads "5 серия", "1-8 серии из 10", "第01話", "全24集": the number stands before the word at token i.
func (p *parser) episodeBefore(n *numbers, i int) bool {
	word := i
	if i > 1 && (p.is(i-1, "я") || p.is(i-1, "th")) {
		i--
	}
	if i == 0 || !p.toks[i-1].digits || p.toks[i-1].claimed || p.toks[i].gap&^(gapSpace|gapDot|gapDash|gapUnder) != 0 {
		return false
	}
	e, ok := p.number(i - 1)
	if !ok || p.width(i-1) > 4 {
		return false
	}
	n.reset(NumberEpisode)
	p.from = i - 1
	lo := e
	if v, ok := p.number(i - 2); ok && p.toks[i-1].gap&(gapDash|gapOther) != 0 && v < e && !p.toks[i-2].claimed {
		lo, p.from = v, i-2
	}
	n.end = int(p.toks[word].fhi)
	switch {
	case p.is(p.from-1, "第") || p.is(p.from-1, "제"):
		p.from--
	case lo == e && (p.is(p.from-1, "全") || p.is(p.from-1, "更新至") || p.is(p.from-1, "更至")):
		lo = 1
		p.from--
	case lo == e && totalEpisodes[string(p.word(word))] && !p.rel.Ext: // "12 серий": that many
		lo = 1
	}
	n.episode(lo, e)
	c := cursor{p.fold[:p.nfold], n.end}
	if total, ok := c.outOf(); ok && total >= e {
		n.total, n.end = total, c.i
	}
	return true
}

// totalEpisodes come after how many there are in all.
var totalEpisodes = wordSet("серий серій episodes episodios episodi episoden folgen puntate odcinkow")

// episodesFrom reads the number after the word for an episode: 5, 05-08, 1.22 (season 1, episode 22).
func (p *parser) episodesFrom(n *numbers, at int, kind counted) bool {
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
	if kind == countsRunTogether {
		p.runTogether(n)
	}
	return true
}

// runTogether takes the season off the episodes of "Cap.209" and "Cap.209_210", if the name has no other season.
func (p *parser) runTogether(n *numbers) {
	if n.ne != 1 {
		return
	}
	s, lo, ok := takeApart(int(n.e[0].Lo))
	last, hi, fine := takeApart(int(n.e[0].Hi))
	if !ok || !fine || s != last || p.rel.Numbering != NumberNone && (Count(p.rel.Seasons) != 1 || p.rel.Seasons[0].Lo != s) {
		return
	}
	c := cursor{p.fold[:p.nfold], n.end}
	for c.word("_") {
		v, w := c.digits(4)
		if w < 3 || !c.edge() || v%100 <= int(hi) || v/100 != int(s) {
			break
		}
		hi, n.end = uint16(v%100), c.i
	}
	end := n.end
	n.reset(NumberSeasonEpisode)
	n.season(int(s), 0)
	n.episode(int(lo), int(hi))
	n.end = end
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
	total, ok := c.outOf()
	if !ok || max(a, b) > total || a == 0 {
		return false
	}
	if bw == 0 {
		b = a
		if p.firstSoMany(i) {
			a = 1
		}
	}
	n.episode(a, b)
	n.total, n.end = total, c.i
	p.from = i
	if i > 0 && !p.toks[i-1].claimed && p.countsAt(i-1) == countsParts {
		p.from--
	}
	return true
}

// partOf reads "Cd2 of 3"; "Part 2 of 3" is read from its number on.
func (p *parser) partOf(n *numbers, i, at int) bool {
	c := cursor{p.fold[:p.nfold], int(p.toks[i].flo) + at}
	v, w := c.digits(2)
	total, ok := c.outOf()
	if w == 0 || !ok || v > total {
		return false
	}
	n.reset(NumberPart)
	n.episode(v, v)
	n.total, n.end = total, c.i
	p.from = i
	return true
}

// firstSoMany reports whether "5 из 20" at token i means the first five, as it does alone in a bracket: a Russian tracker's
// torrent grows as the episodes come out.
func (p *parser) firstSoMany(i int) bool {
	t := &p.toks[i]
	return t.gap&gapSquare != 0 && p.is(i+1, "из") && i+2 < p.n && !p.rel.Ext &&
		(i+3 >= p.n || p.toks[i+3].gap&gapClose != 0)
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
