package release

// subtitled makes the languages beside a word for subtitles subtitles: those after it, else the one before.
func (p *parser) subtitled() {
	for k := range p.nmarks {
		at := int(p.marks[k])
		any := false
		for i := at + 1; i < p.n && p.subtitlesGoOn(at, i); i++ {
			l := p.spokenAt(i)
			if l.Empty() {
				break
			}
			p.write(i, l)
			any = true
		}
		if any || at == 0 {
			continue
		}
		if l := p.spokenAt(at - 1); !l.Empty() && p.toks[at].gap&(gapOpen|gapPlus) == 0 { // "JAP+Sub" has sound in Japanese
			p.write(at-1, l)
		}
	}
}

// write makes the language of token i one of subtitles, and not of sound unless another word says so.
func (p *parser) write(i int, l Languages) {
	p.rel.Subtitles = p.rel.Subtitles.Union(l)
	p.evidence(FieldSubtitles, i, 1)
	if !p.spokenElsewhere(i, l) {
		p.rel.Languages = p.rel.Languages.Without(l)
	}
}

// subtitlesGoOn reports whether a language at token i would belong to the word for subtitles at token at: in one list with it, in a
// bracket right after it, or in a row of brackets after "[Multiple Subtitle]".
func (p *parser) subtitlesGoOn(at, i int) bool {
	g := p.toks[i].gap
	if g&gapOpen == 0 {
		return g&(gapWideDash|gapPipe) == 0 && (g&gapSlash == 0 || i > at+1)
	}
	if i == at+1 && g == gapRound {
		return true
	}
	return p.rel.Flags.Has(FlagMultiSubs) && p.toks[at].bracket != 0 && p.technicalBracket(p.toks[i].bracket)
}

// spokenAt is the language that token i was read as, if it was.
func (p *parser) spokenAt(i int) Languages {
	for k := range p.nwait {
		w := &p.waiting[k]
		if w.used && int(w.at) <= i && i < int(w.at)+int(w.n) && w.entry.effects[0].kind == kindLanguage {
			return language(w.entry.effects[0].value).set()
		}
	}
	return Languages{}
}

func (p *parser) spokenElsewhere(not int, l Languages) bool {
	for i := range p.n {
		if i != not && p.spokenAt(i) == l {
			return true
		}
	}
	return false
}
