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
	p.year()
	p.bounds()
	p.bare()
	p.title()
	p.settle()
	p.group()
	p.finish()
	p.others()
	return p.rel
}

// claim gives the tokens [i, i+n) to a field and notes where it was read.
func (p *parser) claim(f Field, i, n int) {
	for k := i; k < i+n && k < p.n; k++ {
		p.toks[k].claimed = true
	}
	p.evidence(f, i, n)
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
			return
		case ContainerTS:
			if p.toks[last].caps {
				return
			}
		}
	}
	p.rel.Container, p.rel.Ext = ext, true
	p.n = last
	p.toks[last] = token{}
	if p.n > 1 && p.is(p.n-1, "ia") && p.toks[p.n-1].gap == gapDot { // the Internet Archive's own encodings: "Title.ia.mp4"
		p.n--
		p.toks[p.n] = token{}
	}
}

// lookUp finds the phrases of the vocabulary. Strong ones take effect at once, the others wait until the title's end is known.
func (p *parser) lookUp() {
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
	reach := int(words.reach[string(p.word(i))])
	if reach == 0 {
		return 0
	}
	var buf [128]byte
	var ends [maxPhrase]int
	b := append(buf[:0], p.word(i)...)
	ends[0] = len(b)
	n := 1
	for n < reach && i+n < p.n && !p.toks[i+n].claimed && len(b) < 96 && p.width(i+n) < 24 {
		if p.toks[i+n].script != scriptCJK || p.toks[i+n].gap != 0 {
			b = append(b, ' ')
		}
		b = append(b, p.word(i+n)...)
		ends[n] = len(b)
		n++
	}
	for ; n > 0; n-- {
		e, ok := words.entries[string(b[:ends[n-1]])]
		if !ok || n == 2 && p.subsOfNext(i+1) {
			continue
		}
		if e.strength == strong {
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

// apply lets a phrase take effect.
func (p *parser) apply(i, n int, e entry) {
	for _, x := range e.effects {
		if x.kind != kindNone {
			p.claim(fieldOf[x.kind], i, n)
			p.effect(x, i, n)
		}
	}
}

var fieldOf = [...]Field{
	kindResolution: FieldResolution, kindSource: FieldSource, kindRemux: FieldSource, kindCodec: FieldCodec, kindDepth: FieldCodec,
	kindHDR: FieldHDR, kindAudio: FieldAudio, kindChannels: FieldChannels, kindLanguage: FieldLanguages, kindSubtitle: FieldLanguages,
	kindFlag: FieldFlags, kindEdition: FieldEdition, kindNetwork: FieldNetwork, kindContainer: FieldFlags, kindSubMark: FieldFlags,
	kindNoise: FieldFlags,
}

func (p *parser) effect(x effect, i, n int) {
	r, plus := &p.rel, p.plusAfter(i+n-1)
	switch x.kind {
	case kindResolution:
		r.Resolution = betterResolution(r.Resolution, Resolution(x.value), p.is(i, "uhd"))
	case kindSource:
		p.source(Source(x.value))
	case kindRemux:
		r.Remux = true
	case kindCodec:
		if r.Codec == CodecUnknown || r.Codec == CodecMPEG2 {
			r.Codec = Codec(x.value)
		}
	case kindDepth:
		r.Depth = x.value
	case kindHDR:
		h := HDR(1) << x.value
		if h == HDR10 && plus && p.plusMeansHDR10Plus(i+n) {
			h = HDR10Plus
		}
		r.HDR |= h
	case kindAudio:
		a := Audio(1) << x.value
		if a == AudioAC3 && plus && (p.is(i, "dd") || p.is(i+n-1, "digital")) {
			a = AudioEAC3
		}
		r.Audio |= a
	case kindChannels:
		r.Channels |= 1 << x.value
	case kindLanguage:
		r.Languages |= 1 << x.value
	case kindSubtitle:
		r.Subtitles |= 1 << x.value
	case kindFlag:
		r.Flags |= 1 << x.value
	case kindEdition:
		r.Edition |= 1 << x.value
	case kindNetwork:
		if r.Network == NetworkUnknown {
			r.Network = Network(x.value)
		}
	case kindSubMark:
		if p.nmarks < len(p.marks) && n > 0 {
			p.marks[p.nmarks] = uint8(i + n - 1)
			p.nmarks++
		}
	case kindContainer:
		if r.Container == ContainerUnknown {
			r.Container = Container(x.value)
		}
	}
}

// plusAfter reports whether a plus sign follows token i at once.
func (p *parser) plusAfter(i int) bool {
	hi := int(p.toks[i].hi)
	return i < p.n && hi < len(p.raw) && p.raw[hi] == '+'
}

// plusMeansHDR10Plus tells "HDR10+" from "HDR+DV": the plus of the former is followed by a separator or the end.
func (p *parser) plusMeansHDR10Plus(next int) bool {
	return next >= p.n || p.toks[next].gap != gapPlus || p.is(next, "dv") || p.is(next, "dovi")
}

// source keeps the source that says most: the more precise of one family, and a cinema recording over everything.
func (p *parser) source(s Source) {
	r := &p.rel
	switch {
	case r.Source == SourceUnknown:
		r.Source = s
	case r.Source >= SourceCam && r.Source <= SourceWorkprint:
	case s >= SourceCam && s <= SourceWorkprint:
		r.Source = s
	case r.Source == SourceWeb && s >= SourceWebDLRip && s <= SourceWebDL:
		r.Source = s
	case r.Source == SourceHDTV && s > SourceHDTV && s != SourceDVD && s != SourceWeb,
		r.Source == SourceDVD && s == SourceDVDRip,
		r.Source == SourceBluRay && (s == SourceBDRip || s == SourceBRRip || s == SourceUHDRip):
		r.Source = s
	}
}

func betterResolution(old, found Resolution, vague bool) Resolution {
	if old == ResolutionUnknown || !vague && old == Resolution2160p && found < old {
		return found
	}
	return old
}
