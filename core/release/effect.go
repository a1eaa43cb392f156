package release

// apply lets a phrase take effect.
func (p *parser) apply(i, n int, e entry) {
	for _, x := range e.effects {
		switch x.kind {
		case kindNone:
		case kindNoise:
			p.consume(i, n)
		default:
			p.claim(fieldOf[x.kind], i, n)
			p.effect(x, i, n)
		}
	}
}

var fieldOf = [...]Field{
	kindResolution: FieldResolution, kindSource: FieldSource, kindRemux: FieldSource, kindCodec: FieldCodec, kindDepth: FieldDepth,
	kindHDR: FieldHDR, kindAudio: FieldAudio, kindChannels: FieldChannels, kindLanguage: FieldLanguages, kindSubtitle: FieldSubtitles,
	kindFlag: FieldFlags, kindEdition: FieldEdition, kindNetwork: FieldNetwork, kindContainer: FieldContainer, kindSubMark: FieldFlags,
	kindThreeD: FieldThreeD, kindRegion: FieldRegion, kindCountry: FieldCountry, kindExtra: FieldExtras,
}

func (p *parser) effect(x effect, i, n int) {
	r, plus := &p.rel, p.plusAfter(i+n-1)
	switch x.kind {
	case kindResolution:
		if was := r.Resolution; betterResolution(was, Resolution(x.value), p.is(i, "uhd")) != was {
			r.Resolution = Resolution(x.value)
			p.supersede(FieldResolution, i, n)
		}
	case kindSource:
		if was := r.Source; p.source(Source(x.value)) && was != SourceUnknown {
			p.supersede(FieldSource, i, n)
		}
	case kindRemux:
		r.Remux = true
	case kindCodec:
		if r.Codec == CodecUnknown || r.Codec == CodecMPEG2 {
			r.Codec = Codec(x.value)
			p.supersede(FieldCodec, i, n)
		}
	case kindDepth:
		r.Depth = max(r.Depth, x.value)
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
		if p.store(i, n) {
			r.Network = NetworkITunes
			break
		}
		r.Languages[x.value/64] |= 1 << (x.value % 64)
	case kindSubtitle:
		r.Subtitles[x.value/64] |= 1 << (x.value % 64)
	case kindFlag:
		r.Flags |= 1 << x.value
		p.evidence(fieldOfFlags+Field(x.value), i, n)
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
	case kindThreeD:
		if r.ThreeD <= ThreeDUnknown {
			r.ThreeD = ThreeD(x.value)
		}
		r.Flags |= Flag3D
		p.evidence(FieldFlags, i, n)
		p.evidence(Flag3D.Field(), i, n)
	case kindRegion:
		r.Region = Region(x.value)
	case kindCountry:
		if r.Country == CountryNone {
			r.Country = Country(x.value)
		}
	case kindExtra:
		r.Extras |= 1 << x.value
	case kindContainer:
		if r.Container == ContainerUnknown {
			r.Container = Container(x.value)
		}
	}
}

// mark sets a flag that token i tells.
func (p *parser) mark(f Flags, i int) {
	p.rel.Flags |= f
	p.evidence(FieldFlags, i, 1)
	p.evidence(f.Field(), i, 1)
}

// store reports whether token i is the "iT" of "1080p.iT.WEB-DL", which is a shop and not Italian.
func (p *parser) store(i, n int) bool {
	t := &p.toks[i]
	return n == 1 && t.hi-t.lo == 2 && p.raw[t.lo:t.hi] == "iT" && i+1 < p.n && prefixedBy(p.word(i+1), "web")
}

func prefixedBy(w []byte, prefix string) bool {
	return len(w) >= len(prefix) && string(w[:len(prefix)]) == prefix
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

// source keeps the source that says most, the more precise of one family, and a cinema recording over everything; it reports whether
// that is another than before.
func (p *parser) source(s Source) bool {
	r := &p.rel
	was := r.Source
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
	return r.Source != was
}

// supersede notes that the n tokens at i tell what a field has now, and not those that told it before.
func (p *parser) supersede(f Field, i, n int) {
	p.rel.spans[f] = Span{}
	p.evidence(f, i, n)
}

func betterResolution(old, found Resolution, vague bool) Resolution {
	if old == ResolutionUnknown || !vague && old == Resolution2160p && found < old {
		return found
	}
	return old
}
