package release

// firstToken is where a title can begin: after a site and after what stands in brackets before everything else.
func (p *parser) firstToken() int {
	i := 0
	for i < p.n && p.toks[i].claimed && !p.toks[i].number && !p.toks[i].strong {
		i++
	}
	if i >= p.n {
		return 0
	}
	lead := p.toks[i].bracket
	if lead == 0 || i == 0 && (!p.opened || p.counted(i)) || p.toks[i].gap&gapOpen == 0 && i > 0 {
		return i
	}
	k := i
	for k < p.n && p.toks[k].bracket != 0 && (p.toks[k].bracket == lead || p.toks[k].gap&gapClose == 0) {
		k++
	}
	for k < p.n && p.toks[k].claimed && (p.toks[k].bracket != 0 || !p.toks[k].strong) && !p.toks[k].number {
		k++
	}
	if k >= p.n {
		return i
	}
	if p.toks[k].strong && p.toks[k].bracket == 0 { // "[Title] 1080p": the bracket was the title
		return i
	}
	if p.yearlike(k) && p.toks[k].bracket != 0 && (k+1 >= p.n || p.toks[k+1].strong) { // "{Title} {2010} {1080p}": likewise
		return i
	}
	p.lead = lead
	return k
}

// openingWord is the first token outside brackets that is neither taken nor an article; -1 if there is none.
func (p *parser) openingWord() int {
	for i := range p.n {
		t := &p.toks[i]
		if t.claimed && t.number {
			return -1
		}
		if !t.claimed && t.bracket == 0 && !articles[string(p.word(i))] {
			return i
		}
	}
	return -1
}

// opens reports whether a phrase at the very beginning of a name is a word of the title, whatever it means elsewhere: "The Final
// Cut 2004", "Netflix vs the World 2019". A year or a numbering must follow, and what it means must be something that is seldom
// said first.
func (p *parser) opens(i, n int, e entry) bool {
	if n == 1 && e.effects[0] == threeD(ThreeDUnknown) {
		return true
	}
	if p.toks[i].caps || e.effects[1].kind != kindNone {
		return false
	}
	switch e.effects[0].kind {
	case kindNetwork, kindEdition:
	case kindFlag:
		if e.effects[0] == flag(FlagSubbed) || p.technicalOnly(i) {
			return false
		}
	default:
		return false
	}
	for k := i + n; k < p.n && p.toks[k].bracket == 0; k++ {
		if p.toks[k].number || p.yearlike(k) {
			return true
		}
	}
	return i+n < p.n && p.yearlike(i+n)
}

// counted reports whether a title begins with a number in round brackets: "(500) Days of Summer".
func (p *parser) counted(i int) bool {
	t, next := &p.toks[i], &p.toks[i+1]
	return i+1 < p.n && t.round && t.digits && !t.claimed && !next.strong && !next.claimed && next.bracket != t.bracket && next.gap&gapClose != 0 && next.gap&(gapDash|gapOpen) == 0 && !next.digits
}

// firstStrong is the first technical word at or after token i, p.n if there is none.
func (p *parser) firstStrong(i int) int {
	for ; i < p.n; i++ {
		if p.toks[i].strong {
			return i
		}
	}
	return p.n
}

// bounds finds the title's first token and the one after its last.
func (p *parser) bounds() {
	p.start = p.firstToken()
	for p.start < p.n && (p.toks[p.start].number || p.numberBox(p.start)) { // "004 - Title", "S01E01-Title"
		p.start++
	}
	p.passTechnical()
	p.end = p.start
	for p.end < p.n && !p.stops(p.end) {
		p.end++
	}
	if p.end == p.start && p.yearAt == p.start+1 && !p.toks[p.start].number && !p.technicalOnly(p.start) {
		p.end++ // "Remux (2021)": the only word before the year is the title, whatever it means elsewhere
	}
	p.tech = p.firstStrong(p.end)
	p.absorb()
	p.volumeEnd()
	if p.box > 0 && p.rel.Numbering == NumberNone {
		v, _ := p.number(p.box)
		p.take(NumberAbsolute, p.box, 1, v, v)
	}
	if p.numEnd > 0 {
		p.countryTag()
	}
}

// volumeEnd takes "CD1" and "Disc 2" off the end of a title.
func (p *parser) volumeEnd() {
	last := p.end - 1
	if last > p.start && p.toks[last].digits && p.width(last) == 1 && (p.is(last-1, "cd") || p.is(last-1, "disc") || p.is(last-1, "disk")) {
		p.end -= 2
	} else if w := p.word(max(last, 0)); last > p.start && (prefixed(w, "cd") || prefixed(w, "disc") || prefixed(w, "disk")) {
		p.end--
	}
}

// numberBox reports whether a bracket holds a number alone, and the next one the title: "[Group][01][Title][1080P]". It is the
// episode's.
func (p *parser) numberBox(i int) bool {
	if p.lead == 0 || i+1 >= p.n {
		return false
	}
	t, next := &p.toks[i], &p.toks[i+1]
	if !t.digits || t.round || t.bracket == 0 || p.width(i) > 3 || next.gap&gapSquare == 0 || next.strong || next.claimed || next.digits || next.bracket == t.bracket || p.waitingAt(i+1) {
		return false
	}
	p.box = i
	return true
}

// passTechnical lets the title begin after technical words that the name begins with: "1080p.Title.2010", "HULU.Title.S01E01".
// A year or a numbering must follow, without which what follows may as well be a group.
func (p *parser) passTechnical() {
	k := p.start
	for k < p.n && p.toks[k].strong && p.toks[k].bracket == 0 {
		k++
	}
	if k == p.start || k >= p.n || p.toks[k].claimed || p.yearAt == k-1 {
		return
	}
	for i := k; i < p.n && !p.toks[i].strong; i++ {
		if p.toks[i].gap&gapWideDash != 0 && p.toks[i].gap&gapOpen == 0 && i+1 < p.n || p.toks[i].number || i == p.yearAt {
			p.start = k
			return
		}
	}
}

// technicalOnly reports whether token i has a digit, as 1080p has, and so is never a whole title.
func (p *parser) technicalOnly(i int) bool {
	for _, b := range p.word(i) {
		if isDigit(b) {
			return true
		}
	}
	return false
}

// stops reports whether the title ends before token i.
func (p *parser) stops(i int) bool {
	t := &p.toks[i]
	switch {
	case t.claimed || t.strong:
		return true
	case i > p.start && t.caps && p.cinema(i):
		return true
	case i == p.start:
		return false
	case t.gap&gapSquare != 0:
		return true
	case t.gap&gapRound != 0:
		return !p.continues(i) && !p.countryBox(i) && !unfinished[string(p.word(i-1))]
	case t.bracket == 0 && p.toks[p.start].bracket != 0 && t.gap&gapClose != 0 && !(i == p.start+1 && p.counted(p.start)):
		return true
	}
	return false
}

// cinema reports whether token i is TS, CAM and the like in capitals, in a name that does not shout.
func (p *parser) cinema(i int) bool {
	for k := range p.nwait {
		w := &p.waiting[k]
		if int(w.at) == i && w.entry.effects[0].kind == kindSource && Source(w.entry.effects[0].value) <= SourceScreener {
			return !p.toks[p.start].caps && i+2 >= p.n
		}
	}
	return false
}

// continues reports whether the title goes on after the round bracket that token i opens: "You Can (Not) Redo".
func (p *parser) continues(i int) bool {
	b := p.toks[i].bracket
	k := i
	for k < p.n && p.toks[k].bracket == b {
		if p.toks[k].claimed || p.waitingAt(k) {
			return false
		}
		k++
	}
	if k >= p.n || p.toks[k].bracket != 0 || p.toks[k].claimed || p.toks[k].gap&gapOpen != 0 || p.waitingAt(k) {
		return false
	}
	if p.toks[k].gap&gapWideDash != 0 { // "Title (The Final Season) - 75"
		return k-i > 1 && k-i <= 4 && p.toks[k].digits
	}
	return k-i <= 2
}

// unfinished are words that no title ends with, so that it goes on in the bracket: "Birdman or (The Unexpected Virtue of Ignorance)".
var unfinished = wordSet("or of and the a an to with for und y et")

func (p *parser) waitingAt(i int) bool {
	for k := range p.nwait {
		w := &p.waiting[k]
		if int(w.at) <= i && i < int(w.at)+int(w.n) {
			return true
		}
	}
	return false
}

// absorb takes weak words off the title's end where a technical word follows them at once: "Title FRENCH 1080p".
func (p *parser) absorb() {
	for k := p.nwait - 1; k >= 0; k-- {
		w := &p.waiting[k]
		at, n := int(w.at), int(w.n)
		if at+n > p.end || w.used {
			continue
		}
		if at+n < p.end || at <= p.start || p.end >= p.n && p.rel.Container == ContainerUnknown || !p.absorbs(w) {
			return
		}
		p.end = at
		if p.end-p.start > 1 && p.is(p.end-1, "the") {
			p.end--
		}
		w.used = true
		for k := at; k < at+n; k++ {
			p.toks[k].strong = true
		}
		p.apply(at, n, w.entry)
	}
}

func (p *parser) absorbs(w *waiting) bool {
	if w.entry.strength == weak && w.entry.effects[0] == flag(FlagComplete) && p.end < p.n {
		t := &p.toks[p.end]
		whole := completeWords[string(p.word(int(w.at)))]
		if t.gap&gapSquare != 0 || whole && t.number && p.rel.Numbering == NumberSeason || p.end == p.yearAt && p.rel.YearEnd != 0 {
			return true
		}
	}
	if p.end < p.n && !p.toks[p.end].strong && !p.toks[p.end].claimed {
		return false
	}
	tech := p.end < p.n && p.toks[p.end].strong
	shouting := p.toks[w.at].caps && !p.allCaps() || p.mixed(int(w.at))
	only := int(w.at)-p.start == 1 && articles[string(p.word(p.start))]
	if only {
		return false
	}
	switch w.entry.effects[0].kind {
	case kindLanguage:
		return tech && (w.entry.strength == weak || shouting) && p.yearAt < 0 || shouting && w.entry.strength == weak
	case kindFlag:
		return w.entry.strength == weak && (tech || shouting) && w.entry.effects[0].value != bit(FlagMovie) || shouting && tech
	case kindEdition:
		return shouting || tech && w.entry.strength == weak && p.yearAt < 0 || p.toks[w.at].gap&gapWideDash != 0
	}
	return tech && shouting && w.entry.strength <= upper
}

// completeWords are those of the words for a collection that cannot belong to a title's end before a season.
var completeWords = wordSet("complete completa completo complet komplette full")

var articles = wordSet("the a an le la les der die das el los il lo un une ein eine")

// allCaps reports whether the name shouts all the time, so that capitals mean nothing.
func (p *parser) allCaps() bool {
	for i := p.start; i < p.end; i++ {
		if t := &p.toks[i]; !t.digits && !t.caps && p.width(i) > 1 {
			return false
		}
	}
	return true
}
