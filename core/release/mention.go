package release

// mentions finds what a title says of the release and keeps: that an event was paid for, "UFC 239 PPV", and that there are several
// films, "Harbour Collection - 15 HD Movies".
func (p *parser) mentions() {
	for k := range p.nwait {
		at := int(p.waiting[k].at)
		if at >= p.end || p.waiting[k].entry.effects[0].kind != kindFlag {
			continue
		}
		switch f := Flags(1) << p.waiting[k].entry.effects[0].value; {
		case f == FlagPPV && (p.toks[at].caps || p.quiet()):
			p.mark(FlagPPV, at)
		case f == FlagMovie && p.several(at):
			p.mark(FlagComplete, at)
		}
	}
}

// several reports whether token i is "Movies" or "Films" after a number of them.
func (p *parser) several(i int) bool {
	if !p.is(i, "movies") && !p.is(i, "films") {
		return false
	}
	if p.is(i-1, "hd") {
		i--
	}
	n, ok := p.number(i - 1)
	return ok && n > 1 && n < 100
}

// allSeasons makes the seasons of "All 7 Seasons" the first to the seventh.
func (p *parser) allSeasons() {
	r := &p.rel
	if r.Numbering != NumberSeason || len(r.Seasons) != 1 || r.Seasons[0].Len() != 1 || r.Seasons[0].Lo < 2 {
		return
	}
	first := r.spans[FieldNumber]
	for i := 1; i < p.n && p.toks[i].lo <= first.Lo; i++ {
		if p.toks[i].lo == first.Lo && p.toks[i].digits && allWordsOf[string(p.word(i-1))] {
			r.Seasons[0].Lo = 1
			r.Flags |= FlagComplete
			p.owe(FlagComplete, FieldNumber)
		}
	}
}

// allWordsOf say before a number of seasons that it is all of them.
var allWordsOf = wordSet("all alle todas toutes tutte wszystkie все")
