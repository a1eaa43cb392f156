package release

// A number between these may be a year.
const firstYear, lastYear = 1900, 2039

// year chooses the year of release: the last year-like number before the technical words that does not begin the title.
func (p *parser) year() {
	first := p.firstToken()
	tech := p.firstStrong(first)
	best, bestRank := -1, 0
	for i := 0; i < p.n; i++ {
		if !p.yearlike(i) {
			continue
		}
		rank := p.yearRank(i, first, tech)
		if rank < max(bestRank, 1) || rank == bestRank && i > tech {
			continue
		}
		best, bestRank = i, rank
	}
	if best < 0 {
		p.russianYear(tech)
		return
	}
	v, _ := p.number(best)
	p.rel.Year = uint16(v)
	n := 1
	if end, ok := p.number(best + 1); ok && p.yearDash(best+1) && p.width(best+1) == 4 && end > v && end <= lastYear {
		p.rel.YearEnd = uint16(end)
		n = 2
	} else if start, ok := p.number(best - 1); ok && best > 0 && p.yearDash(best) && p.width(best-1) == 4 && start < v && start >= firstYear && best-1 > first {
		p.rel.Year, p.rel.YearEnd = uint16(start), uint16(v)
		best, n = best-1, 2
	} else if before, ok := p.number(best - 1); ok && best-1 > first && p.yearlike(best-1) && before == v-1 && p.toks[best].gap&^(gapDot|gapSpace|gapUnder) == 0 { // a season of a league, "2019.2020"
		p.rel.Year, p.rel.YearEnd = uint16(before), uint16(v)
		best, n = best-1, 2
	}
	p.claim(FieldYear, best, n)
	p.yearAt = best
}

// russianYear reads a year with its abbreviated word, "2006г", before the first technical word.
func (p *parser) russianYear(tech int) {
	for i := 1; i <= tech && i < p.n; i++ {
		w := p.word(i)
		if p.toks[i].script != scriptCyrillic || p.toks[i].claimed || len(w) != 4+len("г") || string(w[4:]) != "г" {
			continue
		}
		if v, ok := atoi(w[:4]); ok && v >= firstYear && v <= lastYear {
			p.rel.Year, p.yearAt = uint16(v), i
			p.claim(FieldYear, i, 1)
			return
		}
	}
}

// yearDash reports whether nothing but a dash stands before token i.
func (p *parser) yearDash(i int) bool {
	return p.toks[i].gap&^(gapSpace|gapWideDash|gapDot|gapUnder) == gapDash
}

// yearRank says how likely token i, which is year-like, is the year of release; 0 if it belongs to a title.
func (p *parser) yearRank(i, first, tech int) int {
	t, next := &p.toks[i], &p.toks[i+1]
	switch {
	case i == first && i+1 < p.n && next.gap&gapWideDash != 0 && !next.strong && !next.claimed && !next.digits: // "2013 - Title"
		return 2
	case i == first && (p.yearlike(i+1) || i+1 >= p.n || next.strong || next.number || next.gap&(gapOpen|gapWideDash) != 0 || p.laterYear(i, tech)):
		return 0
	case t.gap&gapOpen != 0:
		return 4
	case p.inEpisodeName(i):
		return 0
	case i > first && i < tech:
		return 3
	case i > first:
		return 2
	}
	return 1
}

// youngHabit is the year up to which a year right behind season and episode names the episode. That the show's or the episode's year
// is put there is a habit younger than that.
const youngHabit = 2010

// inEpisodeName reports whether token i belongs to the title of a show or of one of its episodes: words stand between it and the
// season and episode, or it follows those at once.
func (p *parser) inEpisodeName(i int) bool {
	if p.rel.Numbering != NumberSeasonEpisode || Count(p.rel.Episodes) != 1 || p.toks[i].bracket != 0 {
		return false
	}
	if i >= p.numEnd {
		v, _ := p.number(i)
		return v <= youngHabit && i == p.numEnd && p.toks[i].gap&^(gapDot|gapSpace|gapUnder) == 0 && !p.countsBeside(i)
	}
	next := &p.toks[i+1]
	return i+1 < p.numEnd && !next.claimed && !next.strong && next.gap&(gapOpen|gapWideDash|gapClose) == 0 && !(next.caps && p.width(i+1) <= 3) && p.numberFollows(i+1)
}

// countsBeside reports whether the numbering before token i was written with words, as where the show's year follows it.
func (p *parser) countsBeside(i int) bool {
	return i > 0 && (p.countsAt(i-1) != countsNothing || p.toks[i-1].digits)
}

// numberFollows reports whether the numbering comes after token i.
func (p *parser) numberFollows(i int) bool {
	for ; i < p.n; i++ {
		if p.toks[i].number {
			return true
		}
	}
	return false
}

func (p *parser) laterYear(i, tech int) bool {
	for k := i + 1; k < p.n; k++ {
		if p.yearlike(k) && k <= tech {
			return true
		}
	}
	return false
}

func (p *parser) yearlike(i int) bool {
	v, ok := p.number(i)
	return ok && i < p.n && p.width(i) == 4 && v >= firstYear && v <= lastYear && !p.toks[i].claimed
}
