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
