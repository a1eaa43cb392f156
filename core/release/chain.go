package release

// chain reads what may follow episode e: a second one, a range, the same season again, of how many it is one.
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
	if c.i = n.end; lo == e && hi == e && c.half() {
		n.half, n.end = true, c.i
	}
	if total, ok := c.outOf(); ok && total >= hi {
		n.total, n.end = total, c.i
	}
}

// half passes over the ".5" of "07.5", an episode between two others. The ".5" of "E07.5.1" is not one.
func (c *cursor) half() bool {
	if !c.fraction() || c.f[c.i+1] != '5' || c.i+3 < len(c.f) && c.f[c.i+2] == '.' && isDigit(c.f[c.i+3]) || c.i+2 < len(c.f) && isAlpha(c.f[c.i+2]) {
		return false
	}
	c.i += 2
	return true
}

// outOf reads "of 6" after a number, in English or Russian. The cursor stays where it is if there is no such thing.
func (c *cursor) outOf() (total int, ok bool) {
	start := c.i
	c.skip(" ._", 1)
	apart := c.i > start
	if c.word("из") || c.word("of") || c.word("iz") || c.word("von") || c.word("sur") || c.word("av") || c.word("di") || c.word("de") {
		at := c.i
		if c.skip(" ._", 1); apart && c.i == at { // "5.1.AV1"
			c.i = start
			return 0, false
		}
		if v, w := c.digits(4); w > 0 && c.edge() && v > 0 {
			return v, true
		}
	}
	c.i = start
	return 0, false
}

// joint is what stands between two numbers of a chain.
type joint uint8

const (
	jointNone  joint = iota
	jointMark        // "e", "x" or the season again, with nothing or a separator before it
	jointRange       // a dash
	jointTilde
	jointTo    // "to", "al", "ao"
	jointComma // a comma, "&", "+"
	jointAnd   // "and", "et", "y"
)

// toWords and andWords join numbers in a range and in a list.
var (
	toWords  = [...]string{"to", "thru", "through", "al", "ao", "a", "bis", "до", "по", "till", "ate"}
	andWords = [...]string{"and", "und", "et", "y", "e", "i", "и", "en", "og", "och"}
)

// oneOf reads one of the words and the separator after it.
func (c *cursor) oneOf(words []string) bool {
	start := c.i
	for _, w := range words {
		if c.word(w) && hasByte(" ._", c.peek()) {
			c.i++
			return true
		}
		c.i = start
	}
	return false
}

// joint reads what joins the next number to the last one; spaced is whether a separator comes first.
func (c *cursor) joint() (j joint, spaced bool) {
	start := c.i
	c.skip(" _.", 1)
	spaced = c.i > start
	switch b := c.peek(); {
	case b == '-':
		c.i++
		return jointRange, spaced
	case b == '~':
		c.i++
		return jointTilde, spaced
	case b == '&' || b == ',' || b == '+':
		c.i++
		return jointComma, spaced
	case !spaced:
	case c.oneOf(toWords[:]):
		return jointTo, spaced
	case c.oneOf(andWords[:]):
		return jointAnd, spaced
	case b == 'e' || b == 's' || isDigit(b):
		return jointMark, spaced
	}
	return jointNone, spaced
}

// nextEpisode reads one more episode after the last, hi.
func (n *numbers) nextEpisode(c *cursor, s, hi int) (next int, isRange, ok bool) {
	start := c.i
	if b := c.peek(); b == 'e' || b == 'x' { // E01E02, 1x01x02
		c.i++
		c.word("p")
		if v, w := c.digits(4); w > 0 {
			c.revision()
			return v, false, v > hi
		}
		c.i = start
		return 0, false, false
	}
	j, spaced := c.joint()
	if j == jointNone {
		c.i = start
		return 0, false, false
	}
	if j != jointMark {
		c.skip(" _.", 1)
	}
	marked := c.sameSeason(s) || c.marked()
	foreign := marked && spaced && s > 0 && c.f[c.i-1] != 'e' && c.f[c.i-1] != 'x' // "S05E53 - Ep.129" counts otherwise
	v, w := c.digits(4)
	c.revision()
	if w == 0 || v <= hi || isHeight(v) && w > 2 || foreign && v != hi+1 || !marked && !n.plausible(c, j, v, w, hi, spaced) || v-hi > 1500 && j != jointComma {
		c.i = start
		return 0, false, false
	}
	return v, j == jointRange || j == jointTilde || j == jointTo, true
}

// farthest is how far a range whose end stands behind a spaced dash can reach: "S01 E15 - 459" tells the number of another count.
const farthest = 150

// plausible reports whether a number without a mark of its own, just read, goes on with the episodes after hi.
func (n *numbers) plausible(c *cursor, j joint, v, w, hi int, spaced bool) bool {
	if look := *c; !c.edge() {
		if _, ok := look.outOf(); !ok {
			return false
		}
	}
	switch j {
	case jointRange:
		return !spaced || v == hi+1 || w >= 2 && (n.ns == 0 || v-hi < farthest) && c.closes()
	case jointTo, jointTilde:
		return true
	case jointComma:
		return !spaced || w >= 2 || v == hi+1
	case jointAnd:
		return v == hi+1
	}
	return false
}

// closes reports whether a bracket, a loose dash or nothing follows, rather than the words of an episode's title.
func (c *cursor) closes() bool {
	look := *c
	look.skip(" ", 1)
	return hasByte("[]-", look.peek()) || look.peek() == 0
}

// sameSeason passes over "s01" or "1x" when it says season s again.
func (c *cursor) sameSeason(s int) bool {
	start := c.i
	c.word("s")
	v, w := c.digits(4)
	if w > 0 && v == s {
		if c.peek() == 'x' {
			c.i++
			return isDigit(c.peek())
		}
		c.skip(" ._", 1)
		if c.word("ep") || c.word("e") {
			c.skip(" ._", 1)
			return isDigit(c.peek())
		}
	}
	c.i = start
	return false
}

// marked passes over the mark of an episode before a number.
func (c *cursor) marked() bool {
	start := c.i
	if c.word("ep") || c.word("e") || c.word("x") {
		c.skip(" ._", 1)
		if isDigit(c.peek()) {
			return true
		}
	}
	c.i = start
	return false
}
