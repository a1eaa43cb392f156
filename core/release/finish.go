package release

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// finish derives what follows from other fields.
func (p *parser) finish() {
	r := &p.rel
	if r.Remux && r.Source == SourceUnknown && r.Resolution >= Resolution720p {
		r.Source = SourceBluRay
	}
	if !r.Date.IsZero() && r.Numbering == NumberNone {
		r.Numbering = NumberDaily
	}
	p.scripts()
	p.deriveFlags()
	first := r.spans[FieldNumber]
	r.NumberFirst = !first.Empty() && (len(r.Titles) == 0 || r.Titles[0].Span.Lo >= first.Hi)
}

// deriveFlags sets the flags that follow from other fields, and gives those that no word of their own stands for the span of what
// they follow from.
func (p *parser) deriveFlags() {
	r := &p.rel
	if r.Flags.Any(FlagMultiAudio | FlagDualAudio) {
		r.Flags &^= FlagReal
	}
	if r.YearEnd != 0 && (r.Numbering != NumberSeasonEpisode || Count(r.Episodes) > 1) {
		r.Flags |= FlagComplete
		p.owe(FlagComplete, FieldYear)
	}
	p.allSeasons()
	if p.ofTheScene() {
		r.Flags |= FlagScene
		p.owe(FlagScene, FieldSource)
	}
	if r.Flags.Any(FlagDisc | FlagSpecial) {
		p.owe(FlagDisc, FieldNumber)
		p.owe(FlagSpecial, FieldNumber)
	}
}

// ofTheScene reports whether a name says "1080p.WEB" and not "WEB-DL", with a codec and a group, as the scene's rules ask.
func (p *parser) ofTheScene() bool {
	r := &p.rel
	height, source := r.spans[FieldResolution], r.spans[FieldSource]
	return r.Source == SourceWeb && !height.Empty() && height.Lo < source.Lo && r.Codec != CodecUnknown && !r.Group.Empty()
}

// owe gives a flag that is set and has no span that of the field which it follows from.
func (p *parser) owe(f Flags, from Field) {
	r := &p.rel
	if !r.Flags.Has(f) || !r.spans[f.Field()].Empty() {
		return
	}
	r.spans[f.Field()] = r.spans[from]
	if r.spans[FieldFlags].Empty() {
		r.spans[FieldFlags] = r.spans[from]
	}
}

// scripts takes a name that begins in Cyrillic, Chinese, Japanese or Korean for a release in that language when it names no other.
func (p *parser) scripts() {
	if !p.rel.Languages.Empty() {
		return
	}
	for i := range p.n {
		if p.toks[i].script == scriptCyrillic && p.width(i) > 4 {
			p.rel.Languages = p.cyrillic().set()
			p.evidence(FieldLanguages, i, 1)
			return
		}
	}
	if p.cjk && p.rel.Subtitles.Empty() {
		p.eastern()
	}
	p.portuguese()
}

// portuguese takes "215 ao 220" for Portuguese, the one language that writes a range so, where nothing else tells a language.
func (p *parser) portuguese() {
	span := p.rel.spans[FieldNumber]
	if span.Empty() || !p.rel.Languages.Empty() || !strings.Contains(p.raw[span.Lo:span.Hi], " ao ") {
		return
	}
	p.rel.Languages = langPT.set()
	p.rel.spans[FieldLanguages] = span
}

// cyrillic tells the languages in Cyrillic letters apart by those that only one of them has.
func (p *parser) cyrillic() language {
	for _, r := range p.raw {
		switch unicode.ToLower(r) {
		case 'ї', 'є', 'ґ':
			return langUK
		case 'ў':
			return langBE
		case 'ђ', 'ћ', 'џ', 'љ', 'њ':
			return langSR
		}
	}
	return langRU
}

// eastern tells Chinese, Japanese and Korean titles apart by their letters, where no title in Latin letters stands before them.
func (p *parser) eastern() {
	if len(p.rel.Titles) == 0 {
		return
	}
	first := p.rel.Titles[0].Span
	for _, t := range p.rel.Titles[1:] {
		if t.Span.Lo < first.Lo {
			first = t.Span
		}
	}
	if r, _ := utf8.DecodeRuneInString(p.raw[first.Lo:first.Hi]); scriptOf(r) != scriptCJK {
		return
	}
	var han, kana, hangul bool
	for _, r := range p.raw[first.Lo:first.Hi] {
		han = han || unicode.Is(unicode.Han, r)
		kana = kana || unicode.In(r, unicode.Hiragana, unicode.Katakana)
		hangul = hangul || unicode.Is(unicode.Hangul, r)
	}
	switch {
	case kana:
		p.rel.Languages = langJA.set()
	case hangul:
		p.rel.Languages = langKO.set()
	case han:
		p.rel.Languages = langZH.set()
	default:
		return
	}
	if han && !kana && p.hasKana() { // a Japanese title beside the Chinese one
		p.rel.Languages = p.rel.Languages.Union(langJA.set())
	}
	if p.rel.spans[FieldLanguages].Empty() {
		p.rel.spans[FieldLanguages] = first
	}
}

// hasKana reports whether one of the titles has Japanese syllables.
func (p *parser) hasKana() bool {
	for _, t := range p.rel.Titles {
		if strings.ContainsFunc(t.Text, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }) {
			return true
		}
	}
	return false
}
