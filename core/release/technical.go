package release

// technical reads token i by rule where the vocabulary cannot list every spelling: 1080p, 1920x1036, DDP5.1, FLACx2, 5.1, 8.5 GB,
// checksums. It says how many tokens it took.
func (p *parser) technical(i int) int {
	w := p.word(i)
	if p.toks[i].script == scriptCJK {
		if p.tonguesOf(i) {
			return 1
		}
		return 0
	}
	if !hasDigit(w) {
		if len(w) == 8 && p.checksum(i, w) {
			return 1
		}
		return p.stuck(i, w)
	}
	if p.height(i, w) || p.checksum(i, w) || p.heightAtEnd(i, w) {
		return 1
	}
	if isDigit(w[0]) {
		if n := p.quantity(i, w); n > 0 {
			return n
		}
		if n := p.layout(i); n > 0 {
			return n
		}
	}
	return p.glued(i, w)
}

func hasDigit(w []byte) bool {
	for _, b := range w {
		if isDigit(b) {
			return true
		}
	}
	return false
}

// height reads 1080p, 1080i, m1080p, BD1080, 1920x1080.
func (p *parser) height(i int, w []byte) bool {
	c := cursor{w, 0}
	for c.i < len(w) && c.i < 3 && isAlpha(w[c.i]) {
		c.i++
	}
	prefix := string(w[:c.i])
	a, na := c.digits(5)
	if na < 3 {
		return false
	}
	if na > 4 || a > 4320 && c.peek() == 'p' { // "10800p"
		if a /= 10; na < 4 || w[c.i-1] != '0' || c.peek() != 'p' || !isHeight(a) {
			return false
		}
	}
	var r Resolution
	interlaced := false
	switch {
	case c.word("x"):
		b, nb := c.digits(4)
		if nb < 3 || a < 200 || b < 140 {
			return false
		}
		r = fromSize(a, b)
	case c.peek() == 'p' || c.peek() == 'i' || c.word("\u0440"): // the last is a Cyrillic p
		interlaced = c.peek() == 'i'
		c.i = min(c.i+1, len(w))
		r = fromHeight(a)
		if fps, n := c.digits(3); n > 0 && (fps < 23 || fps > 120) { // "720p60" is well
			return false
		}
	case c.i == len(w) && prefix != "" && isHeight(a):
		r = fromHeight(a)
	default:
		return false
	}
	if r == ResolutionUnknown || isDigit(c.peek()) || !p.before(i, prefix) {
		return false
	}
	if interlaced {
		p.mark(FlagInterlaced, i)
	}
	p.tall(i, r)
	p.rest(i, string(w[c.i:]))
	return true
}

// tall notes the resolution that token i tells. Of several the last counts, as people put the one that they mean there.
func (p *parser) tall(i int, r Resolution) {
	p.rel.Resolution = r
	p.toks[i].strong = true
	p.rel.spans[FieldResolution] = Span{}
	p.claim(FieldResolution, i, 1)
}

// before reads what is stuck to the front of a height: the source in "BD1080", nothing of note in "m1080p".
func (p *parser) before(i int, prefix string) bool {
	switch prefix {
	case "", "m", "hd", "x":
	case "bd":
		p.source(SourceBluRay)
	case "web":
		p.source(SourceWeb)
	case "tc":
		p.source(SourceTelecine)
	case "ts":
		p.source(SourceTelesync)
	default:
		return false
	}
	if p.rel.Source != SourceUnknown {
		p.evidence(FieldSource, i, 1)
	}
	return true
}

// heightAtEnd cuts a height off the end of a word that has everything in it, "BenHurBD1080" or "1993720p". It is read as the next
// token.
func (p *parser) heightAtEnd(i int, w []byte) bool {
	n := len(w)
	if n < 7 || w[n-1] != 'p' && w[n-1] != '0' {
		return false
	}
	end := w
	if w[n-1] == 'p' {
		end = w[:n-1]
	}
	at := len(end) - 4
	if end[len(end)-3] == '7' {
		at = len(end) - 3
	}
	if h, ok := atoi(end[at:]); !ok || !isHeight(h) || isDigit(end[at-1]) && at != 4 { // four digits before it are a year
		return false
	}
	if w[n-1] != 'p' { // without its p only after "bd", "hd" or "m", in a word that begins with letters
		switch {
		case !isAlpha(w[0]):
			return false
		case w[at-1] == 'm':
			at--
		case string(w[at-2:at]) == "bd", string(w[at-2:at]) == "hd":
			at -= 2
		default:
			return false
		}
	}
	if p.numEnd > i { // what was found of numbering stays where it is
		return false
	}
	p.split(i, at)
	return p.width(i) == at
}

// rest applies a word that is stuck to token i, as the end of "1080phdtv".
func (p *parser) rest(i int, w string) {
	e, ok := words.entries[w]
	if !ok {
		return
	}
	for _, x := range e.effects {
		if x.kind != kindNone {
			p.effect(x, i, 1)
			p.evidence(fieldOf[x.kind], i, 1)
		}
	}
}

func fromHeight(h int) Resolution {
	switch {
	case h >= 3000:
		return Resolution4320p
	case h >= 1800:
		return Resolution2160p
	case h >= 1300:
		return Resolution1440p
	case h >= 900:
		return Resolution1080p
	case h >= 640:
		return Resolution720p
	case h >= 560:
		return Resolution576p
	case h >= 440:
		return Resolution480p
	case h >= 300:
		return Resolution360p
	case h >= 200:
		return Resolution240p
	}
	return ResolutionUnknown
}

// fromSize classes a picture by height, or by width where it is a wide one: 1920x804 is 1080p.
func fromSize(w, h int) Resolution {
	byHeight, byWidth := fromHeight(h), ResolutionUnknown
	switch {
	case w >= 7000:
		byWidth = Resolution4320p
	case w >= 3200:
		byWidth = Resolution2160p
	case w >= 1800:
		byWidth = Resolution1080p
	case w >= 1200:
		byWidth = Resolution720p
	}
	return max(byHeight, byWidth)
}

// layout reads 5.1, "5 1" and "5-1" as speakers.
func (p *parser) layout(i int) int {
	t, next := &p.toks[i], &p.toks[i+1]
	if !t.digits || p.width(i) != 1 || i+1 >= p.n || next.gap&^(gapDot|gapSpace|gapDash|gapUnder) != 0 || next.claimed {
		return 0
	}
	w := p.word(i + 1)
	if len(w) != 1 && !(len(w) >= 3 && w[1] == 'x' && isDigit(w[2])) && !(len(w) == 3 && w[1] == 'c' && w[2] == 'h') {
		return 0
	}
	ch, ok := layoutOf(p.word(i)[0], w[0])
	if !ok {
		return 0
	}
	p.wait(i, 2, entry{effects: [4]effect{channels(ch)}, strength: layoutOnly})
	return 2
}

// layoutOnly marks what may be speakers: it counts after the title only, whatever its letters.
const layoutOnly = strong + 1

func layoutOf(front, low byte) (Channels, bool) {
	switch {
	case front == '1' && low == '0':
		return ChannelsMono, true
	case front == '2' && low == '0':
		return ChannelsStereo, true
	case front == '2' && low == '1':
		return Channels21, true
	case front == '5' && low == '1', front == '6' && low == '0':
		return Channels51, true
	case front == '6' && low == '1':
		return Channels61, true
	case front == '7' && low == '1':
		return Channels71, true
	}
	return 0, false
}

// glued reads words that are stuck to a count or to each other: FLACx2, AC3x3, DDP5, AAC2, x264AAC.
func (p *parser) glued(i int, w []byte) int {
	if n := len(w); n > 2 && isDigit(w[n-1]) {
		if w[n-2] == 'x' {
			if e, ok := words.entries[string(w[:n-2])]; ok && e.strength != weak {
				p.strong(i, 1, e)
				return 1
			}
		}
		if taken := p.soundAndLayout(i, w); taken > 0 {
			return taken
		}
	}
	if n := len(w); n > 4 && n < 7 && (string(w[:4]) == "ncop" || string(w[:4]) == "nced") {
		p.strong(i, 1, words.entries[string(w[:4])])
		return 1
	}
	return p.stuck(i, w)
}

// stuck reads a codec or source with another word behind it: "x264AAC", "HDTVx264".
func (p *parser) stuck(i int, w []byte) int {
	s := stem(w)
	if len(s) == 0 {
		return 0
	}
	e, ok := words.entries[string(s)]
	if !ok || e.strength != strong {
		return 0
	}
	p.strong(i, 1, e)
	p.rest(i, string(w[len(s):]))
	return 1
}

// stem is the codec or source that w begins with, if any and if more follows.
func stem(w []byte) []byte {
	if len(w) < 5 {
		return nil
	}
	switch w[0] {
	case 'x', 'h', 'b', 'd':
	default:
		return nil
	}
	for _, s := range [...]string{"x264", "x265", "h264", "h265", "hevc", "xvid", "hdtv", "bdrip", "dvdrip", "brrip"} {
		if len(w) > len(s) && string(w[:len(s)]) == s {
			return w[:len(s)]
		}
	}
	return nil
}

// soundAndLayout reads DDP5.1, AAC2 0, DD51, TrueHD7.1, Atmos5.1.
func (p *parser) soundAndLayout(i int, w []byte) int {
	n := len(w)
	front := w[n-1]
	low, taken := byte(0), 1
	word := w[:n-1]
	if next := p.word(i + 1); i+1 < p.n && len(next) >= 1 && (len(next) == 1 || next[1] == 'x' || next[1] == 'c') && p.toks[i+1].gap&^(gapDot|gapSpace|gapUnder) == 0 {
		low, taken = next[0], 2
	}
	ch, ok := layoutOf(front, low)
	if !ok && isDigit(w[n-2]) {
		ch, ok = layoutOf(w[n-2], w[n-1])
		word, taken = w[:n-2], 1
	}
	if !ok {
		return 0
	}
	e, known := words.entries[string(word)]
	if !known || e.effects[0].kind != kindAudio {
		return 0
	}
	p.strong(i, 1, e)
	p.rel.Channels |= ch
	p.claim(FieldChannels, i, taken)
	p.toks[i+taken-1].strong = true
	return taken
}
