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
	if disc := c; letter == 's' && disc.word("d") { // S07D1: a disc of a season
		if _, dw := disc.digits(2); dw > 0 && disc.edge() {
			n.season(s, 0)
			n.disc = true
			n.end = disc.i
			return true
		}
	}
	if letter != 's' && w < 2 || !(cursor{f, n.end}).edgeOr("s") {
		return false
	}
	n.seasonList(&c, s)
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
	c.skip(" .#:-_", 2)
	e, w := c.digits(5)
	if w == 0 || (!tight && w < 1) {
		c.i = start
		return false
	}
	n.how = NumberSeasonEpisode
	n.season(s, 0)
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
		look.skip(" .#:-_", 2)
		if isDigit(look.peek()) {
			return true
		}
		c.i = start
	}
	return false
}

var episodeMarks = []string{"episodes", "episode", "xe", "ex", "ep", "e", "x", "cap", "capitulo", "odcinek", "odc", "folge", "серии", "серия"}

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
	ok := c.edge() && !c.fraction() && (wide && w >= 2 && w <= 3 || w == 2) || wide && w == 2 && c.edge()
	if !ok || isHeight(e) {
		c.i = start
		return false
	}
	n.how = NumberSeasonEpisode
	n.season(s, 0)
	n.chain(c, s, e)
	return true
}

// fraction reports whether a dot and one digit follow, as in "5.1".
func (c *cursor) fraction() bool {
	return c.peek() == '.' && c.i+1 < len(c.f) && isDigit(c.f[c.i+1]) && (c.i+2 >= len(c.f) || !isDigit(c.f[c.i+2]))
}

// chain reads what may follow episode e: a second one, a range, the same season again.
func (n *numbers) chain(c *cursor, s, e int) {
	c.revision()
	lo, hi := e, e
	for {
		n.end = c.i
		next, isRange, ok := n.nextEpisode(c, s, hi)
		if !ok {
			break
		}
		switch {
		case isRange && next > hi || next == hi+1:
			hi = next
		case next > hi+1:
			n.episode(lo, hi)
			lo, hi = next, next
		}
	}
	n.episode(lo, hi)
}

// nextEpisode reads one more episode after the last, hi.
func (n *numbers) nextEpisode(c *cursor, s, hi int) (next int, isRange, ok bool) {
	start := c.i
	if c.peek() == 'e' || c.peek() == 'x' { // E01E02, 1x01x02
		c.i++
		c.word("p")
		v, w := c.digits(4)
		if w > 0 {
			c.revision()
			return v, false, v > hi
		}
		c.i = start
		return 0, false, false
	}
	c.skip(" _.", 1)
	joint := c.peek()
	spaced := c.i > start
	switch {
	case joint == '-' || joint == '~':
		c.i++
		isRange = true
	case c.word("to ") || c.word("al ") || c.word("ao ") || c.word("a ") && spaced:
		isRange = true
	case joint == '&' || joint == ',' || joint == '+':
		c.i++
	case spaced && joint == 'e' || spaced && joint == 's':
	default:
		c.i = start
		return 0, false, false
	}
	if joint != 'e' {
		c.skip(" _", 1)
	}
	marked := n.sameSeason(c, s)
	before := c.i
	if c.word("ep") || c.word("e") || c.word("x") {
		c.skip(" .", 1)
		marked = true
	} else if c.i != before {
		c.i = before
	}
	v, w := c.digits(4)
	c.revision()
	good := w > 0 && v > hi && (marked || c.edge() && !(spaced && w < 2))
	if spaced && isRange && !marked && (w != 2 || c.peek() != ' ' && c.peek() != 0 && c.peek() != ']') {
		good = joint == '~' && good
	}
	if !good || !marked && isHeight(v) || isRange && v-hi > 1500 {
		c.i = start
		return 0, false, false
	}
	return v, isRange, true
}

// sameSeason passes over "s01" or "1x" when it says season s again.
func (n *numbers) sameSeason(c *cursor, s int) bool {
	start := c.i
	c.word("s")
	v, w := c.digits(2)
	if w > 0 && v == s && (c.peek() == 'e' || c.peek() == 'x') {
		return true
	}
	c.i = start
	return false
}

// seasonList reads what may follow season s of a pack: "-S05", "-05", ",S02", "+S2", " to 8", "S02".
func (n *numbers) seasonList(c *cursor, s int) {
	lo, hi := s, s
	for {
		n.end = c.i
		next, isRange, ok := n.nextSeason(c, hi)
		if !ok {
			break
		}
		if isRange && next > hi || next == hi+1 {
			hi = next
			continue
		}
		n.season(lo, hi)
		lo, hi = next, next
	}
	n.season(lo, hi)
}

// nextSeason reads one more season after the last, hi.
func (n *numbers) nextSeason(c *cursor, hi int) (next int, isRange, ok bool) {
	start := c.i
	c.skip(" _.", 1)
	spaced := c.i > start
	listed := false
	switch {
	case c.word("--") || c.word("-") || c.word("~") || n.worded && c.word(":"):
		isRange = true
	case c.word("to ") || c.word("thru ") || c.word("through ") || c.word("al ") || c.word("ao ") || c.word("a ") || c.word("до ") || c.word("по ") || c.word("till "):
		isRange = true
	case c.word("&") || c.word(",") || c.word("+") || c.word("and ") || c.word("et ") || c.word("e ") || c.word("y "):
		listed = true
	case c.word(".") && spaced:
		isRange = c.word(".")
	}
	single := c.i - start
	c.skip(" _,&", 3)
	marked := c.seasonMark()
	v, w := c.digits(2)
	if n.worded && spaced && single == 1 && v == hi+1 && c.edge() && !c.fraction() {
		listed = true // "Season 1 2 3"
	}
	good := w > 0 && v > hi && v < 100 && c.edgeOr("s") && (isRange || listed || marked)
	if good && !marked && c.peek() == '.' && c.i+1 < len(c.f) && isDigit(c.f[c.i+1]) && listed {
		good = false
	}
	if isRange && !marked && !spaced && w == 2 && start > 1 && c.f[start-2] == 's' && (v >= 12 || c.f[c.i-2] == '0') {
		good = false // "S4-24" is an episode
	}
	if !good {
		c.i = start
		return 0, false, false
	}
	return v, isRange, true
}

// seasonMark passes over "s", "season", "saison" before a number.
func (c *cursor) seasonMark() bool {
	start := c.i
	for _, m := range [...]string{"seasons", "season", "saison", "stagione", "temporada", "sezon", "s"} {
		if c.word(m) {
			c.skip(" .", 1)
			if isDigit(c.peek()) {
				return true
			}
			c.i = start
		}
	}
	return false
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
