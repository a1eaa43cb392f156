package release

// part reads the part of a mini-series, "Title Part 3" and "Title 1977 Part 3". A film's part stands before its year.
func (p *parser) part() bool {
	for i := p.start + 1; i+1 < p.n && i <= p.end+1; i++ {
		if i == p.end && i != p.yearAt || i > p.end && (p.yearAt != p.end || p.rel.YearEnd != 0) || !p.partWord(i) || p.toks[i].claimed || p.rel.Year != 0 && i < p.yearAt {
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

// partWord reports whether token i is a word for a part.
func (p *parser) partWord(i int) bool {
	switch string(p.word(i)) {
	case "part", "pt", "teil", "parte", "partie", "часть":
		return true
	}
	return false
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
