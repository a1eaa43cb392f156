package release

import "encoding/binary"

// Reading is another way to read a name that is ambiguous. It stands for the whole: what it leaves empty the name would not
// say, and what it does not have is as in the Release.
type Reading struct {
	Numbering         Numbering
	Seasons, Episodes []Range
	Year              uint16
	Date              Date
	Title             Title
}

// maxReadings is how many other readings are kept.
const maxReadings = 3

// others keeps the readings that the one chosen is not the only one, likeliest first, for whoever knows what is wanted.
func (p *parser) others() {
	r := &p.rel
	switch {
	case p.absolute > 0:
		p.other(NumberAbsolute, nil, single(p.absolute))
	case r.Numbering == NumberCompact && Count(r.Episodes) == 1:
		p.other(NumberAbsolute, nil, single(runTogether(r.Seasons[0].Lo, r.Episodes[0].Lo)))
	case r.Numbering == NumberAbsolute && len(r.Seasons) == 0 && Count(r.Episodes) == 1:
		if s, e, ok := takeApart(int(r.Episodes[0].Lo)); ok {
			p.other(NumberCompact, single(s), single(e))
		}
	case r.Numbering == NumberDaily && !p.otherDay.IsZero():
		p.other(NumberDaily, nil, nil)
		r.Others[len(r.Others)-1].Date = p.otherDay
	}
	p.titled()
}

func single(n uint16) []Range { return []Range{{n, n}} }

// runTogether writes season 1, episode 17 as 117.
func runTogether(season, episode uint16) uint16 { return 100*season + episode }

// takeApart reads 117 as season 1, episode 17, if that is possible.
func takeApart(n int) (season, episode uint16, ok bool) {
	s, e := n/100, n%100
	return uint16(s), uint16(e), s > 0 && s <= maxCompactSeason && e > 0 && e <= maxCompactEpisode
}

// A number of three or four digits is season and episode run together up to these.
const maxCompactSeason, maxCompactEpisode = 39, 40

// other adds a reading that differs in its numbering.
func (p *parser) other(how Numbering, seasons, episodes []Range) {
	r := &p.rel
	if len(r.Others) == maxReadings || len(seasons) > maxOtherRanges || len(episodes) > maxOtherRanges {
		return
	}
	o := Reading{Numbering: how, Seasons: seasons, Episodes: episodes, Year: r.Year, Date: r.Date}
	if len(r.Titles) > 0 {
		o.Title = r.Titles[0]
	}
	r.Others = append(r.Others, o)
}

// titled adds the readings in which a number at the title's edge belongs to it, or one of the title's does not. That a year
// after the title may belong to it ("Wonder Woman 1984") goes without saying: nearly every film's name would have that reading.
func (p *parser) titled() {
	r := &p.rel
	if len(r.Titles) == 0 || len(r.Titles) > 1 && r.Titles[0].Span.Lo > r.Titles[1].Span.Lo {
		return
	}
	first := r.Titles[0].Span
	switch {
	case p.yearAt == 0 && p.start == 1 && p.toks[1].gap&gapWideDash == 0: // "2012 London Olympics"
		p.retold(Span{p.toks[0].lo, first.Hi}, r.Numbering, r.Seasons, r.Episodes, 0)
	case r.Numbering == NumberSeasonEpisode && p.yearAt == p.numEnd && p.yearAt > p.end && p.toks[p.yearAt].bracket == 0: // "S01E05.2023"
		p.retold(first, r.Numbering, r.Seasons, r.Episodes, 0)
	case r.Numbering == NumberAbsolute && len(r.Episodes) == 1 && r.NumberFirst && r.spans[FieldNumber].Hi < first.Lo && p.lead == 0:
		p.retold(Span{r.spans[FieldNumber].Lo, first.Hi}, NumberNone, nil, nil, r.Year)
	case r.Numbering == NumberAbsolute && r.spans[FieldNumber].Lo > first.Hi && p.numEnd > 0 && p.toks[p.numEnd-1].bracket == 0 &&
		p.end == p.numEnd-1 && p.toks[p.end].gap&(gapWideDash|gapClose|gapOpen) == 0:
		p.retold(Span{first.Lo, r.spans[FieldNumber].Hi}, NumberNone, nil, nil, r.Year)
	case r.Numbering == NumberNone && r.Year == 0 && len(r.Volumes) == 0 && p.end-p.start > 1:
		if v, ok := p.plain(p.end - 1); ok && v > 0 && p.toks[p.end-1].gap&^(gapDot|gapSpace|gapUnder) == 0 {
			p.retold(Span{first.Lo, p.toks[p.end-2].hi}, NumberAbsolute, nil, single(uint16(v)), r.Year)
		}
	}
}

// retold adds a reading with another title.
func (p *parser) retold(s Span, how Numbering, seasons, episodes []Range, year uint16) {
	r := &p.rel
	if len(r.Others) == maxReadings || s.Empty() || len(seasons) > maxOtherRanges || len(episodes) > maxOtherRanges {
		return
	}
	r.Others = append(r.Others, Reading{
		Numbering: how, Seasons: seasons, Episodes: episodes, Year: year, Date: r.Date, Title: Title{Text: spaced(r.Raw[s.Lo:s.Hi]), Span: s},
	})
}

// appendReadings adds the stored form of other readings.
func appendReadings(b []byte, rs []Reading) []byte {
	rs = rs[:min(len(rs), maxReadings)]
	b = append(b, byte(len(rs)))
	for _, o := range rs {
		b = append(b, byte(o.Numbering))
		b = binary.AppendUvarint(b, uint64(o.Year))
		b = binary.AppendUvarint(b, uint64(o.Date.Year))
		if !o.Date.IsZero() {
			b = append(b, o.Date.Month, o.Date.Day)
		}
		b = appendSpan(b, o.Title.Span)
		b = appendRanges(b, o.Seasons)
		b = appendRanges(b, o.Episodes)
	}
	return b
}

// maxOtherRanges is how many ranges of seasons or of episodes another reading has at most.
const maxOtherRanges = 2

// readings reads what appendReadings wrote.
func (d *decoder) readings(raw string) []Reading {
	n := int(d.byte())
	if n > maxReadings {
		d.failed = true
		return nil
	}
	var rs []Reading
	for range n {
		o := Reading{Numbering: Numbering(d.byte()), Year: uint16(d.uvarint())}
		if o.Date.Year = uint16(d.uvarint()); o.Date.Year != 0 {
			o.Date.Month, o.Date.Day = d.byte(), d.byte()
		}
		s := d.span(len(raw))
		o.Title = Title{Text: spaced(raw[s.Lo:s.Hi]), Span: s}
		o.Seasons, o.Episodes = d.ranges(), d.ranges()
		rs = append(rs, o)
	}
	return rs
}
