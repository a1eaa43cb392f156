package release

// lookUp finds the phrases of the vocabulary. Strong ones take effect at once, the others wait until the title's end is known.
func (p *parser) lookUp() {
	p.opening = p.openingWord()
	for i := 0; i < p.n; {
		if p.toks[i].claimed {
			i++
			continue
		}
		if n := p.phrase(i); n > 0 {
			i += n
			continue
		}
		if n := p.technical(i); n > 0 {
			i += n
			continue
		}
		i++
	}
}

// phrase applies the longest phrase that starts at token i, and says how many tokens it has.
func (p *parser) phrase(i int) int {
	first := p.word(i)
	if !words.firsts.has(first) {
		return 0
	}
	reach := int(words.reach[string(first)])
	if reach == 0 {
		return 0
	}
	var buf [128]byte
	var ends [maxPhrase]int
	b, n := first, 1
	ends[0] = len(b)
	if reach > 1 && i+1 < p.n && words.seconds.has(p.word(i+1)) {
		b = append(buf[:0], first...)
		for n < reach && i+n < p.n && !p.toks[i+n].claimed && len(b) < 96 && p.width(i+n) < 24 {
			if p.toks[i+n].script != scriptCJK || p.toks[i+n].gap != 0 {
				b = append(b, ' ')
			}
			b = append(b, p.word(i+n)...)
			ends[n] = len(b)
			n++
		}
	}
	for ; n > 0; n-- {
		e, ok := words.entries[string(b[:ends[n-1]])]
		if !ok || n == 2 && p.subsOfNext(i+1) {
			continue
		}
		if e.strength == strong && !(i <= p.opening && i+n > p.opening && p.opens(i, n, e)) {
			p.strong(i, n, e)
		} else {
			p.wait(i, n, e)
		}
		return n
	}
	return 0
}

// subsOfNext reports whether token i is "sub" and a language follows: in "Ita Eng Sub Ita" the subtitles are Italian.
func (p *parser) subsOfNext(i int) bool {
	if !p.is(i, "sub") && !p.is(i, "subs") || i+1 >= p.n || p.toks[i+1].gap&(gapOpen|gapClose|gapWideDash) != 0 {
		return false
	}
	return words.entries[string(p.word(i+1))].effects[0].kind == kindLanguage
}

// waiting is a phrase that counts only if it turns out not to be part of the title.
type waiting struct {
	at, n uint8
	used  bool
	entry entry
}

func (p *parser) wait(i, n int, e entry) {
	if p.nwait < len(p.waiting) {
		p.waiting[p.nwait] = waiting{at: uint8(i), n: uint8(n), entry: e}
		p.nwait++
	}
}

// strong applies a phrase that is surely not part of a title.
func (p *parser) strong(i, n int, e entry) {
	for k := i; k < i+n; k++ {
		p.toks[k].strong = true
	}
	p.apply(i, n, e)
}
