package release

// checksum reads eight hexadecimal digits alone in brackets.
func (p *parser) checksum(i int, w []byte) bool {
	t := &p.toks[i]
	if len(w) != 8 || t.bracket == 0 || t.gap&gapOpen == 0 || p.toks[i+1].bracket == t.bracket && i+1 < p.n {
		return false
	}
	crc, ok := hex(w)
	if !ok || t.digits && validDay(w) {
		return false
	}
	p.rel.CRC = crc
	p.claim(FieldCRC, i, 1)
	t.strong = true
	return true
}

func hex(w []byte) (uint32, bool) {
	var n uint32
	for _, c := range w {
		switch {
		case isDigit(c):
			n = n<<4 | uint32(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | uint32(c-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// unit is what a number before it counts. Sizes are in bytes, rates in kbit/s; 0 is a unit of neither.
type unit struct {
	size int64
	rate uint32
}

func unitOf(w []byte) (u unit, ok bool) {
	switch string(w) {
	case "mb", "мб", "mo":
		u.size = 1e6
	case "gb", "гб", "go":
		u.size = 1e9
	case "tb":
		u.size = 1e12
	case "mib":
		u.size = 1 << 20
	case "gib":
		u.size = 1 << 30
	case "tib":
		u.size = 1 << 40
	case "kbps", "kbits", "kbit", "kb": // nobody tells a size in kilobytes
		u.rate = 1
	case "mbps", "mbits", "mbit":
		u.rate = 1000
	case "fps", "khz", "bit":
	default:
		return u, false
	}
	return u, true
}

// quantity reads a size or a rate that begins at token i: 850mb, 3.2GB, "1,4 GB", 640kbps, "192 Kbps", 23.976fps. It says how many
// tokens it took.
func (p *parser) quantity(i int, w []byte) int {
	c := cursor{w, 0}
	value, n := c.digits(5)
	if n == 0 {
		return 0
	}
	last, scale := i, 1
	if c.i == len(w) && i+1 < p.n && isDigit(p.word(i + 1)[0]) {
		if g := p.toks[i+1].gap; g != gapDot && g != gapComma {
			return 0
		}
		last++
		c = cursor{p.word(last), 0}
		fraction, nf := c.digits(3)
		for range nf {
			scale *= 10
		}
		value = value*scale + fraction
	}
	glued := c.i < len(c.f)
	if !glued {
		last++
		if last >= p.n || p.toks[last].gap != gapSpace {
			return 0
		}
		c = cursor{p.word(last), 0}
	}
	u, ok := unitOf(c.f[c.i:])
	if !ok || !glued && (u == unit{} || len(c.f) == 2 && c.f[1] == 'o') {
		return 0
	}
	p.measure(u, int64(value), int64(scale), i, last-i+1)
	return last - i + 1
}

// measure notes a size or rate of value/scale units, read in n tokens from i.
func (p *parser) measure(u unit, value, scale int64, i, n int) {
	f := FieldSize
	switch {
	case u.size > 0:
		if p.rel.Size == 0 {
			p.rel.Size = value * u.size / scale
		}
		p.claim(f, i, n)
	case u.rate > 0:
		if p.rel.Bitrate == 0 {
			p.rel.Bitrate = uint32(value * int64(u.rate) / scale)
		}
		p.claim(FieldBitrate, i, n)
	default:
		p.consume(i, n)
	}
	for k := i; k < i+n; k++ {
		p.toks[k].strong = true
	}
}
