package release

// Parse reads the name of a release. It never fails: what it does not understand it leaves out.
func Parse(name string) Release { return parse(name, false) }

func parse(name string, file bool) Release {
	var p parser
	p.yearAt = -1
	p.raw = clean(name)
	p.rel.Raw, p.rel.Version = p.raw, Version
	p.lex()
	p.extension(file || p.posted)
	p.volume()
	p.reposted()
	p.sites()
	if p.cjk {
		p.categories()
	}
	p.numbering()
	p.lookUp()
	p.languageRuns()
	p.year()
	p.bounds()
	p.bare()
	p.title()
	p.mentions()
	p.settle()
	p.group()
	p.finish()
	p.others()
	return p.rel
}

// claim gives the tokens [i, i+n) to a field and notes where it was read.
func (p *parser) claim(f Field, i, n int) {
	p.consume(i, n)
	p.evidence(f, i, n)
}

// consume gives the tokens [i, i+n) to no field, so that nobody else reads them.
func (p *parser) consume(i, n int) {
	for k := i; k < i+n && k < p.n; k++ {
		p.toks[k].claimed = true
	}
}

// evidence notes where a field was read, if it is the first place.
func (p *parser) evidence(f Field, i, n int) {
	if n > 0 && i+n <= p.n && p.rel.spans[f].Empty() {
		p.rel.spans[f] = Span{p.toks[i].lo, p.toks[i+n-1].hi}
	}
}

// claimNumber gives the tokens from i to the folded offset end to the numbering and says which token comes next.
func (p *parser) claimNumber(f Field, i, end int) int {
	k := i
	for k < p.n && (k == i || int(p.toks[k].flo) < end) {
		p.toks[k].claimed, p.toks[k].number = true, true
		k++
	}
	p.evidence(f, i, k-i)
	return k
}

// extension takes a file's extension off the end. In the name of a release only those of videos and the like count, since
// "DTS" and "AAC" end names too.
func (p *parser) extension(file bool) {
	last := p.n - 1
	if last < 1 || p.tail != 0 {
		return
	}
	ext, ok := extensions[string(p.word(last))]
	if !ok {
		return
	}
	if p.toks[last].gap&^gapClose != gapDot {
		loose := last >= 3 && (ext == ContainerMKV || ext == ContainerMP4 || ext == ContainerAVI) && p.toks[last].gap&^gapClose == gapSpace
		if !loose {
			return
		}
	}
	if !file {
		switch ext {
		case ContainerAudio, ContainerPicture, ContainerOther:
			if !p.is(last, "par2") {
				return
			}
		case ContainerTS:
			if p.toks[last].caps {
				return
			}
		}
	}
	p.rel.Container, p.rel.Ext = ext, true
	p.evidence(FieldContainer, last, 1)
	p.n = last
	p.toks[last] = token{}
	if p.n > 1 && p.is(p.n-1, "ia") && p.toks[p.n-1].gap == gapDot { // the Internet Archive's own encodings: "Title.ia.mp4"
		p.n--
		p.toks[p.n] = token{}
	}
}
