package release

// A numbering is found by scanning the folded text from the start of a token: the text has the separators in it, so that
// "S01E01-E03", "s01.e01" and "S04 - 11" are each one thing to read. A cursor never goes back, so the work is linear.

// cursor reads folded text.
type cursor struct {
	f []byte
	i int
}

func (c *cursor) peek() byte {
	if c.i < len(c.f) {
		return c.f[c.i]
	}
	return 0
}

// digits reads up to most digits; width is how many there were, 0 if there are none or more.
func (c *cursor) digits(most int) (n, width int) {
	i := c.i
	for i < len(c.f) && isDigit(c.f[i]) {
		if i-c.i == most {
			return 0, 0
		}
		n = 10*n + int(c.f[i]-'0')
		i++
	}
	width = i - c.i
	c.i = i
	return n, width
}

// skip passes over at most n separators out of set.
func (c *cursor) skip(set string, n int) {
	for n > 0 && c.i < len(c.f) && hasByte(set, c.f[c.i]) {
		c.i++
		n--
	}
}

func hasByte(set string, b byte) bool {
	for i := range len(set) {
		if set[i] == b {
			return true
		}
	}
	return false
}

// word reads w if it is next.
func (c *cursor) word(w string) bool {
	if len(c.f)-c.i < len(w) || string(c.f[c.i:c.i+len(w)]) != w {
		return false
	}
	c.i += len(w)
	return true
}

// edge reports whether a letter or digit does not follow.
func (c *cursor) edge() bool { b := c.peek(); return !isDigit(b) && !isAlpha(b) }

// revision passes over "v2" and a part letter ("a", "b") after an episode's number.
func (c *cursor) revision() {
	if c.peek() == 'v' && c.i+1 < len(c.f) && isDigit(c.f[c.i+1]) {
		c.i += 2
	}
}

// numbers is numbering read at one place. It has room for few ranges, as names have few, and holds no pointer, so that it
// stays on the stack.
type numbers struct {
	how    Numbering
	disc   bool // one disc of a season
	half   bool // the episode is one between two others, 07.5
	extra  bool // an OVA or special
	total  int  // of so many
	worded bool // the season was written with a word, so that a list may go on after mere spaces
	end    int  // in the folded text
	s, e   [16]Range
	ns, ne int // how many of s and e are in use
}

func (n *numbers) reset(how Numbering) { *n = numbers{how: how} }

func (n *numbers) seasons() []Range  { return n.s[:n.ns] }
func (n *numbers) episodes() []Range { return n.e[:n.ne] }

func (n *numbers) season(lo, hi int) {
	if n.ns < len(n.s) {
		n.s[n.ns] = Range{uint16(lo), uint16(max(lo, hi))}
		n.ns++
	}
}

func (n *numbers) episode(lo, hi int) {
	if n.ne < len(n.e) {
		n.e[n.ne] = Range{uint16(lo), uint16(max(lo, hi))}
		n.ne++
	}
}

// seasonEpisode reads S01E02 and everything that grows out of it: ranges, lists, packs. at is where the "s" or "t" stands.
func (n *numbers) seasonEpisode(f []byte, at int) bool {
	n.reset(NumberSeason)
	c := cursor{f, at}
	letter := c.peek()
	c.i++
	if c.peek() == 'o' && c.i+1 < len(f) && isDigit(f[c.i+1]) { // SO2E04
		c.i++
	}
	s, w := c.digits(4)
	if w == 0 {
		return false
	}
	if w == 4 && (s < 1900 || s > 2039) { // S0615
		n.how = NumberSeasonEpisode
		n.season(s/100, 0)
		n.episode(s%100, 0)
		n.end = c.i
		return c.edge() && letter == 's'
	}
	if w == 3 && s >= 100 {
		return false
	}
	n.end = c.i
	if n.episodesAfter(&c, s, letter == 's') {
		return true
	}
	if letter == 's' && n.discAfter(&c, s) {
		return true
	}
	if letter != 's' && w < 2 || !(cursor{f, n.end}).edgeOr("s") {
		return false
	}
	n.seasonList(&c, s)
	return true
}

// discAfter reads one disc of season s: S07D1, "S07 Disc 1".
func (n *numbers) discAfter(c *cursor, s int) bool {
	disc := *c
	disc.skip(" ._-", 1)
	format := disc.word("dvd")
	if !format && !disc.word("disc") && !disc.word("disk") && !disc.word("d") {
		return false
	}
	disc.skip(" ._", 1)
	if v, w := disc.digits(2); w == 0 || !disc.edge() || format && (w > 1 || v == 5 || v == 9) { // DVD5 and DVD9 are sizes
		return false
	}
	n.season(s, 0)
	n.disc = true
	n.end = disc.i
	return true
}

func (c cursor) edgeOr(set string) bool { return c.edge() || hasByte(set, c.peek()) }

// episodesAfter reads the episodes that follow season s, if any do.
func (n *numbers) episodesAfter(c *cursor, s int, bare bool) bool {
	start := c.i
	tight := true
	if !c.episodeMark() {
		c.skip(" ._-[:/,", 3)
		tight = false
		if !c.episodeMark() {
			c.i = start
			return bare && n.bareEpisode(c, s)
		}
	}
	c.skip(" .#:-_[", 2)
	e, w := c.digits(5)
	codec := !tight && w == 3 && (e == 264 || e == 265) && c.f[c.i-4] == 'x' // "S01 x265" tells how the picture is coded
	if w == 0 || codec {
		c.i = start
		return false
	}
	if look := *c; e == s && !tight && c.fraction() { // "S01 EP 1.2"
		look.i++
		if v, vw := look.digits(2); vw > 0 && v != 5 {
			e, c.i = v, look.i
		}
	}
	n.how = NumberSeasonEpisode
	n.season(s, 0)
	if w == 4 && e < 1000 && e%100 == e/100+1 && c.edge() { // S02E0304
		n.episode(e/100, e%100)
		n.end = c.i
		return true
	}
	n.chain(c, s, e)
	return true
}

// episodeMark reads "e", "ep", "xe", "x", "episode" and the like when a number follows.
func (c *cursor) episodeMark() bool {
	start := c.i
	for _, m := range episodeMarks {
		if !c.word(m) {
			continue
		}
		look := *c
		look.skip(" .#:-_[", 2)
		if isDigit(look.peek()) {
			return true
		}
		c.i = start
	}
	return false
}

var episodeMarks = []string{"episodes", "episode", "xe", "ex", "ep", "e", "x", "capitulo", "odcinek", "odc", "folge"}

// bareEpisode reads the episode of "S04 - 11" and "S02 03".
func (n *numbers) bareEpisode(c *cursor, s int) bool {
	start := c.i
	if start > 1 && c.f[start-2] == 's' && c.word("-") { // "S4-24"
		e, w := c.digits(2)
		if w == 2 && c.edge() && (e >= 12 || c.f[c.i-2] == '0') {
			n.how = NumberSeasonEpisode
			n.season(s, 0)
			n.chain(c, s, e)
			return true
		}
		c.i = start
	}
	wide := c.word(" - ") || c.word("_-_") || c.word(".-.") || c.word(" -") || c.word("][")
	if !wide && !(c.word(" ") || c.word("_") || c.word(".")) {
		return false
	}
	e, w := c.digits(4)
	c.revision()
	ok := c.edge() && (!c.fraction() || wide) && (wide && w >= 2 && w <= 3 || w == 2)
	if !ok || isHeight(e) || e == s+1 && c.goesOn(e+1) {
		c.i = start
		return false
	}
	n.how = NumberSeasonEpisode
	n.season(s, 0)
	n.chain(c, s, e)
	return true
}

// goesOn reports whether n comes next: "Season 1 2 3" is a list of seasons.
func (c cursor) goesOn(n int) bool {
	c.skip(" _.", 1)
	v, w := c.digits(2)
	return w > 0 && v == n && c.edge()
}

// fraction reports whether a dot and one digit follow, as in "5.1".
func (c *cursor) fraction() bool {
	return c.peek() == '.' && c.i+1 < len(c.f) && isDigit(c.f[c.i+1]) && (c.i+2 >= len(c.f) || !isDigit(c.f[c.i+2]))
}

// cross reads 1x02 and what grows out of it. at is where the season's number starts.
func (n *numbers) cross(f []byte, at int) bool {
	n.reset(NumberSeasonEpisode)
	c := cursor{f, at}
	s, w := c.digits(4)
	if w == 0 || w == 3 || w == 4 && (s < 1900 || s > 2039) || !c.word("x") && (w != 2 || c.peek() != 'e') {
		return false
	}
	c.word("e")
	e, ew := c.digits(4)
	if ew == 0 || ew == 4 && e > 2000 {
		return false
	}
	if ew == 1 && (w > 1 && f[at] != '0') {
		return false
	}
	c.revision()
	if b := c.peek(); isAlpha(b) && b != 'm' && b != 'x' {
		return false
	}
	n.season(s, 0)
	n.chain(&c, s, e)
	return true
}

// isHeight reports whether a bare number is the height of a picture rather than an episode.
func isHeight(v int) bool {
	switch v {
	case 240, 264, 265, 360, 480, 540, 576, 720, 1080, 2160:
		return true
	}
	return false
}
