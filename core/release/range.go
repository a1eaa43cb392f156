package release

// merge adds what was found at one place to what was found before. It reports whether it was of use: a second, different
// numbering is left alone.
func (p *parser) merge(f *numbers) bool {
	r := &p.rel
	if f.disc {
		r.Flags |= FlagDisc
	}
	if f.half || f.extra {
		r.Flags |= FlagSpecial
	}
	if f.total > 0 && Count(r.Seasons) < 2 {
		r.PartOf = uint16(min(f.total, 0xFFFF))
	}
	if f.extra && r.Numbering == NumberSeason { // a special of that season, not its episode of the number
		r.Episodes, r.Numbering = addRanges(nil, f.episodes()), NumberEpisode
		return true
	}
	switch {
	case r.Numbering == NumberNone:
		r.Numbering = f.how
		r.Seasons = addRanges(r.Seasons, f.seasons())
		r.Episodes = addRanges(r.Episodes, f.episodes())
		return true
	case f.how == NumberSeason && r.Numbering == NumberSeason:
		r.Seasons = addRanges(r.Seasons, f.seasons())
		return true
	case f.how == NumberSeason && (r.Numbering == NumberEpisode || r.Numbering == NumberPart) && len(r.Seasons) == 0:
		r.Seasons = addRanges(r.Seasons, f.seasons())
		r.Numbering = NumberSeasonEpisode
		return true
	case f.how == NumberSeason:
		return Count(f.seasons()) == 1 && Contains(r.Seasons, int(f.seasons()[0].Lo))
	case (f.how == NumberEpisode || f.how == NumberPart) && r.Numbering == NumberSeason && Count(r.Seasons) == 1:
		r.Episodes = addRanges(r.Episodes, f.episodes())
		r.Numbering = NumberSeasonEpisode
		return true
	case f.how == NumberEpisode && r.Numbering == NumberEpisode:
		r.Episodes = addRanges(r.Episodes, f.episodes())
		return true
	case f.how == NumberSeasonEpisode && r.Numbering == NumberSeasonEpisode && len(f.seasons()) == 1 && len(r.Seasons) == 1:
		return p.another(f)
	case f.how == NumberSeasonEpisode && r.Numbering == NumberSeason:
		if len(f.seasons()) == 1 && Contains(r.Seasons, int(f.seasons()[0].Lo)) && Count(r.Seasons) == 1 {
			r.Episodes = addRanges(r.Episodes, f.episodes())
			r.Numbering = NumberSeasonEpisode
			return true
		}
	case f.how == NumberEpisode:
		return true // "S05E53 - Ep.129": taken out of the title, the first stands
	}
	return f.how == NumberPart
}

// another merges a second SxxEyy: more episodes of the same season, or the end of a range over seasons, which makes a pack.
func (p *parser) another(f *numbers) bool {
	r := &p.rel
	if r.Seasons[0] == f.seasons()[0] {
		r.Episodes = addRanges(r.Episodes, f.episodes())
		return true
	}
	if f.seasons()[0].Lo > r.Seasons[0].Hi && len(f.episodes()) == 1 && len(r.Episodes) == 1 && r.Episodes[0].Lo == 1 {
		r.Seasons[0].Hi = f.seasons()[0].Hi
		r.Episodes = nil
		r.Numbering = NumberSeason
		return true
	}
	return false
}

// addRanges merges more into rs, sorted and without overlap.
func addRanges(rs, more []Range) []Range {
	for _, m := range more {
		if m.Lo > m.Hi {
			continue
		}
		rs = insertRange(rs, m)
	}
	return rs
}

func insertRange(rs []Range, m Range) []Range {
	at := 0
	for at < len(rs) && int(rs[at].Hi)+1 < int(m.Lo) {
		at++
	}
	end := at
	for end < len(rs) && int(rs[end].Lo) <= int(m.Hi)+1 {
		m.Lo, m.Hi = min(m.Lo, rs[end].Lo), max(m.Hi, rs[end].Hi)
		end++
	}
	if at == end {
		rs = append(rs, Range{})
		copy(rs[at+1:], rs[at:])
		rs[at] = m
		return rs
	}
	rs[at] = m
	return append(rs[:at+1], rs[end:]...)
}
