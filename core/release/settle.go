package release

// settle lets the waiting phrases after the title take effect. In an episode's title, between the numbering and the first
// technical word, they are ordinary words, unless they come right before that technical word or shout.
func (p *parser) settle() {
	group := p.groupToken()
	loud := p.quiet()
	for k := p.nwait - 1; k >= 0; k-- {
		w := &p.waiting[k]
		at, n := int(w.at), int(w.n)
		if w.used || p.toks[at].claimed || at < p.end && !p.aside(at) && p.rel.Container != ContainerSubtitle {
			if !w.used && w.entry.effects[0] == flag(FlagDocumentary) { // a title that says so is of one, and keeps the word
				p.mark(FlagDocumentary, at)
			}
			continue
		}
		if group >= 0 && at+n > group && w.entry.strength != weak && !(p.rel.Container == ContainerSubtitle && at+n == p.n) {
			continue
		}
		if p.settles(w, loud) {
			w.used = true
			p.apply(at, n, w.entry)
		}
	}
	p.subtitled()
}

// aside reports whether token i stands in a bracket before the title.
func (p *parser) aside(i int) bool {
	return i < p.start && p.toks[i].bracket != 0 && !(p.toks[i].bracket == p.lead && p.toks[i].gap == gapDash && !p.toks[i-1].strong)
}

// quiet reports whether the name is in small letters throughout, so that capitals cannot be asked for.
func (p *parser) quiet() bool {
	for i := range p.n {
		if p.toks[i].caps || p.toks[i].title {
			return false
		}
	}
	return true
}

func (p *parser) settles(w *waiting, quiet bool) bool {
	at, n := int(w.at), int(w.n)
	t := &p.toks[at]
	inside := t.bracket != 0
	if w.entry.strength == layoutOnly {
		return at >= p.end && (p.tech < at || inside || p.toks[at+n].strong && at+n < p.n)
	}
	if w.entry.effects[0].kind == kindLanguage && (p.rel.Container == ContainerSubtitle || at == p.numEnd && w.entry.strength == weak && at+n >= p.n) {
		return true
	}
	if w.entry.effects[0].kind == kindLanguage && w.entry.strength == upper && p.width(at) == 2 && p.listedElsewhere(at) {
		return false
	}
	if w.entry.effects[0].kind == kindNetwork && w.entry.strength == upper && (!p.besideTechnical(at, n) || t.title && !quiet) {
		return false
	}
	if w.entry.effects[0].kind == kindCountry && t.caps {
		return p.besideTechnical(at, n) && !p.is(at+n, "ver")
	}
	if w.entry.effects[0].kind == kindLanguage && p.width(at) == 2 && p.beforeList(at) { // "XviD.AR [PT ENG ESP]"
		return false
	}
	if w.entry.effects[0] == written(langZH) && !p.cjk && !p.boxedAlone(at, n) { // elsewhere "GB" is a country
		return false
	}
	if w.entry.effects[0] == flag(FlagComplete) && at == p.numEnd {
		return true
	}
	if w.entry.effects[0].kind == kindSource && p.yearAt >= 0 && at > p.yearAt && p.numEnd == 0 {
		return true
	}
	if p.inEpisodeTitle(at) && !inside {
		next := at + n
		run := next < p.n && (p.toks[next].strong || p.toks[next].claimed) || next >= p.n && p.tech < p.n
		return run && (w.entry.strength == weak || t.caps || p.mixed(at)) || p.mixed(at) && p.width(at) > 3 || t.caps && p.width(at) > 3 && w.entry.effects[0].kind != kindSource
	}
	if w.entry.strength == weak || inside && (t.caps || p.technicalBracket(t.bracket)) || quiet && p.width(at) > 2 {
		return true
	}
	if p.width(at) == 2 && t.gap&gapClose != 0 && at+n == p.n-1 && p.toks[at+n].gap == gapDash { // "[1080p] HR-DR" is a group
		return false
	}
	if t.title && !quiet && (inside || w.entry.effects[0].kind == kindLanguage) && !p.besideTechnical(at, n) && !p.waitingAt(at-1) && !p.waitingAt(at+n) { // "[Ben The Men]"
		return false
	}
	if p.mixed(at) && p.besideTechnical(at, n) { // "iNT.BDRip"
		return true
	}
	return t.caps || at > p.tech && !p.common(at) || p.width(at) == 3 && w.entry.effects[0].kind == kindLanguage
}

// listedElsewhere reports whether a later bracket lists languages, so that two capitals alone before it, "XviD.AR [PT ENG ESP]", are
// none: token i stands outside of brackets with no other language beside it.
func (p *parser) listedElsewhere(i int) bool {
	if p.toks[i].bracket != 0 || p.waitingAt(i-1) || p.waitingAt(i+1) && p.toks[i+1].bracket == 0 {
		return false
	}
	n := 0
	for k := range p.nwait {
		w := &p.waiting[k]
		if t := &p.toks[w.at]; int(w.at) > i && t.bracket != 0 && !t.round && w.entry.effects[0].kind == kindLanguage {
			n++
		}
	}
	return n >= 2
}

// besideTechnical reports whether a technical word or a number that has been read stands right before or after the n tokens at i, in
// the same bracket if they stand in one.
func (p *parser) besideTechnical(i, n int) bool {
	near := func(k int) bool {
		return k >= p.start && k < p.n && (p.toks[k].strong || p.toks[k].claimed) && (p.toks[k].bracket == p.toks[i].bracket || p.toks[i].bracket == 0)
	}
	return near(i-1) || near(i+n) || p.boxedAlone(i, n)
}

// boxedAlone reports whether the n tokens at i have a bracket for themselves.
func (p *parser) boxedAlone(i, n int) bool {
	return p.toks[i].gap&gapOpen != 0 && (i+n >= p.n || p.toks[i+n].bracket != p.toks[i].bracket)
}

// beforeList reports whether a list of languages stands in the square bracket right after token i, which stands in none: then the
// list tells the languages, and a lone code before it is something else.
func (p *parser) beforeList(i int) bool {
	if i+2 >= p.n || p.toks[i].bracket != 0 {
		return false
	}
	a, b := &p.toks[i+1], &p.toks[i+2]
	return a.gap&gapSquare != 0 && a.bracket == b.bracket && !p.spokenAt(i+1).Empty() && !p.spokenAt(i+2).Empty()
}

// technicalBracket reports whether a bracket holds nothing but words of the vocabulary, so that "no" in it is Norwegian.
func (p *parser) technicalBracket(bracket uint8) bool {
	for i := range p.n {
		if t := &p.toks[i]; t.bracket == bracket && !t.claimed && !t.digits && !p.waitingAt(i) {
			return false
		}
	}
	return true
}

// common reports whether the token is a short ordinary word when it does not shout.
func (p *parser) common(i int) bool {
	return p.width(i) <= 2 && (p.toks[i].title || !p.toks[i].caps) && !p.mixed(i)
}

// mixed reports whether a word has its capitals in odd places, as "iTA" has.
func (p *parser) mixed(i int) bool {
	t := &p.toks[i]
	return !t.caps && !t.title && p.raw[t.lo:t.hi] != string(p.word(i))
}

func (p *parser) inEpisodeTitle(i int) bool {
	return p.numEnd > 0 && i >= p.numEnd && i < p.tech && p.numEnd <= p.tech
}
