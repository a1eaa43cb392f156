package release

// languageRuns finds lists of languages, "ITA-ENG", "Eng/Fre/Spa", "svensk, danska, finsk sub" and "Greek language". A list is never
// part of a title, so its words count wherever it stands; one such word alone may be.
func (p *parser) languageRuns() {
	for k := 0; k < p.nwait; {
		if p.waiting[k].entry.effects[0].kind != kindLanguage {
			k++
			continue
		}
		end := k + 1
		for end < p.nwait && p.joined(&p.waiting[end-1], &p.waiting[end]) {
			end++
		}
		if p.isList(p.waiting[k:end]) {
			for i := k; i < end; i++ {
				w := &p.waiting[i]
				w.used = true
				p.strong(int(w.at), int(w.n), w.entry)
			}
		}
		k = end
	}
}

// joined reports whether two languages stand side by side.
func (p *parser) joined(a, b *waiting) bool {
	return b.entry.effects[0].kind == kindLanguage && a.at+a.n == b.at && p.toks[b.at].gap&(gapOpen|gapClose|gapWideDash|gapPipe) == 0
}

func (p *parser) isList(run []waiting) bool {
	first, last := &run[0], &run[len(run)-1]
	if p.claimedAny(run) {
		return false
	}
	if p.afterLanguage(int(last.at)+int(last.n)) && (first.at == 0 || !articles[string(p.word(int(first.at)-1))]) {
		return len(run) > 1 && p.listed(run, false) || p.evident(first, len(run))
	}
	return len(run) > 1 && p.listed(run, len(run) < 3)
}

func (p *parser) claimedAny(run []waiting) bool {
	for i := range run {
		if p.toks[run[i].at].claimed {
			return true
		}
	}
	return false
}

// listed reports whether every word of a run is surely a language, and, if signs is set, whether signs and not mere spaces or dots
// stand between them.
func (p *parser) listed(run []waiting, signs bool) bool {
	for i := range run {
		if !p.evident(&run[i], len(run)) {
			return false
		}
		if signs && i > 0 && p.toks[run[i].at].gap&(gapSlash|gapComma|gapDash|gapPlus|gapOther) == 0 {
			return false
		}
	}
	return true
}

// evident reports whether a word among n languages in a row is hardly an ordinary word: a language's name, a code in capitals
// or in odd letters, or one of three letters among several.
func (p *parser) evident(w *waiting, n int) bool {
	at := int(w.at)
	return w.entry.strength == weak || p.toks[at].caps || p.mixed(at) || n > 1 && p.width(at) >= 3
}

// afterLanguage reports whether token i is a word that makes the one before it a language and not part of a title.
func (p *parser) afterLanguage(i int) bool {
	if i >= p.n || p.toks[i].gap&(gapOpen|gapWideDash) != 0 {
		return false
	}
	switch string(p.word(i)) {
	case "language", "languages", "audio", "sub", "subs", "subtitles", "spoken", "lang":
		return true
	}
	return false
}
