package release

// dateAt reads a day at token i and says how many tokens it has: 2020.01.31, 31.01.2020, 01-31-2020, 31 Jan 2020, 20200131.
func (p *parser) dateAt(i int) int {
	if !p.rel.Date.IsZero() {
		return 0
	}
	t := &p.toks[i]
	if t.digits && p.width(i) == 8 {
		if d, ok := compactDay(p.word(i)); ok {
			p.rel.Date = d
			return 1
		}
	}
	if t.digits && p.width(i) == 6 && t.bracket == 0 {
		if d, ok := shortCompactDay(p.word(i)); ok {
			p.rel.Date = d
			return 1
		}
	}
	if i+2 >= p.n || len(p.word(i)) == 0 {
		return 0
	}
	if t.digits && p.width(i) == 4 { // "2022 Jan 17"
		if m := month(p.word(i + 1)); m > 0 && p.toks[i+1].gap&^dateGap == 0 && p.toks[i+2].gap&^dateGap == 0 {
			if d, ok := ordinal(p.word(i + 2)); ok && p.setDay(i, m, d) {
				return 3
			}
		}
	}
	if !isDigit(p.word(i)[0]) {
		return p.monthFirst(i)
	}
	if n := p.namedMonth(i); n > 0 {
		return n
	}
	return p.numericDay(i)
}

const dateGap = gapDot | gapDash | gapSpace | gapUnder | gapSlash

// numericDay reads three numbers. Year first and month first or last are told apart by what is possible; where two orders
// are, a year of two digits comes first between dots and last between dashes and slashes, as is the habit.
func (p *parser) numericDay(i int) int {
	a, okA := p.number(i)
	b, okB := p.number(i + 1)
	c, okC := p.number(i + 2)
	g := p.toks[i+1].gap
	if !okA || !okB || !okC || g != p.toks[i+2].gap || g&^dateGap != 0 || p.width(i+1) > 2 {
		return 0
	}
	wa, wc := p.width(i), p.width(i+2)
	var d Date
	ok := false
	switch {
	case wa == 4 && wc <= 2:
		d, ok = day(a, b, c)
		if !ok {
			d, ok = day(a, c, b)
		}
	case wc == 4 && wa <= 2:
		d, ok = day(c, b, a)
		if a <= 12 && b <= 12 && a != b {
			p.otherDay, _ = day(c, a, b)
		}
		if american := g&gapDash != 0 && !p.otherDay.IsZero(); american {
			d, p.otherDay = p.otherDay, d
		} else if !ok {
			d, ok = day(c, a, b)
		}
	case wa == 2 && wc == 2 && p.width(i+1) == 2 && i > 0 && g != gapSpace:
		d, p.otherDay, ok = shortDay(a, b, c, g)
	}
	if !ok {
		return 0
	}
	p.rel.Date = d
	return 3
}

// shortDay reads three numbers of two digits; other is the day that they may be as well, if any.
func shortDay(a, b, c int, g gap) (d, other Date, ok bool) {
	if g == gapDot || g == gapUnder {
		if d, ok = day(century(a), b, c); ok && a < 40 {
			if c < 40 && a != c {
				other, _ = day(century(c), b, a)
			}
			return d, other, true
		}
		if d, ok = day(century(c), b, a); ok && c < 40 {
			return d, Date{}, true
		}
	}
	if c >= 40 {
		return Date{}, Date{}, false
	}
	if d, ok = day(century(c), a, b); !ok {
		d, ok = day(century(c), b, a)
	}
	return d, Date{}, ok
}

func century(y int) int {
	if y < 40 {
		return 2000 + y
	}
	return 1900 + y
}

// namedMonth reads 31 Jan 2020, 1st-February-2019.
func (p *parser) namedMonth(i int) int {
	d, ok := ordinal(p.word(i))
	m := month(p.word(i + 1))
	if !ok || m == 0 || p.toks[i+1].gap&^dateGap != 0 || p.toks[i+2].gap&^(dateGap|gapComma) != 0 || !p.setDay(i+2, m, d) {
		return 0
	}
	return 3
}

// monthFirst reads "January 31, 2020", "Jan.31st.2020".
func (p *parser) monthFirst(i int) int {
	if !isDigit(p.fold[p.toks[i+1].flo]) {
		return 0
	}
	m := month(p.word(i))
	if m == 0 {
		return 0
	}
	d, ok := ordinal(p.word(i + 1))
	if !ok || p.toks[i+1].gap&^dateGap != 0 || p.toks[i+2].gap&^(dateGap|gapComma) != 0 || p.width(i+2) != 4 || i == 0 && p.yearlike(i+3) || !p.setDay(i+2, m, d) {
		return 0
	}
	return 3
}

// setDay notes the day whose year is token i.
func (p *parser) setDay(i, m, d int) bool {
	y, ok := p.number(i)
	if !ok {
		return false
	}
	if p.width(i) == 2 {
		y = century(y)
	}
	date, ok := day(y, m, d)
	if ok {
		p.rel.Date = date
	}
	return ok
}

// month is the month that w names in English, whole or cut short to three letters or more; 0 if it names none.
func month(w []byte) int {
	if len(w) < 3 || len(w) > 9 {
		return 0
	}
	switch w[0] {
	case 'j', 'f', 'm', 'a', 's', 'o', 'n', 'd':
	default:
		return 0
	}
	for i, m := range months {
		if w[0] == m[0] && w[2] == m[2] && len(w) <= len(m) && string(w) == m[:len(w)] {
			return i + 1
		}
	}
	return 0
}

var months = [...]string{
	"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
}

func compactDay(w []byte) (Date, bool) {
	y, _ := atoi(w[:4])
	m, _ := atoi(w[4:6])
	d, _ := atoi(w[6:])
	return day(y, m, d)
}

// shortCompactDay reads 140722. The days of last century are written otherwise.
func shortCompactDay(w []byte) (Date, bool) {
	y, _ := atoi(w[:2])
	m, _ := atoi(w[2:4])
	d, _ := atoi(w[4:])
	if y >= 40 {
		return Date{}, false
	}
	return day(century(y), m, d)
}

func validDay(w []byte) bool {
	_, ok := compactDay(w)
	return ok
}

// day is the date if there is such a day and television had begun.
func day(y, m, d int) (Date, bool) {
	if y < 1930 || y > lastYear || m < 1 || m > 12 || d < 1 || d > 31 {
		return Date{}, false
	}
	if d > 30 && (m == 4 || m == 6 || m == 9 || m == 11) || d > 29 && m == 2 {
		return Date{}, false
	}
	return Date{uint16(y), uint8(m), uint8(d)}, true
}
