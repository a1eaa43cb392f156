package release

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
