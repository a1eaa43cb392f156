package release

// volumes reads "Vol. 2", "Volume 1-3", "Vols. 1 & 2". A volume with a year after it belongs to a film's title ("Kill Bill Vol. 1
// (2003)"). Where nothing but a space or a dot stands before it, the title keeps it too, since it may be the title's.
func (p *parser) volumes() {
	if p.volumeAt == 0 {
		return
	}
	at := p.volumeAt - 1
	i := at + 1
	lo, ok := p.number(i)
	if !ok || lo == 0 || lo > 999 || p.toks[i].claimed && !p.toks[i].number {
		return
	}
	rs := []Range{{uint16(lo), uint16(lo)}}
	i++
	for hi, ok := p.number(i); ok && hi > lo && hi < 1000 && i < p.n; hi, ok = p.number(i) {
		switch g := p.toks[i].gap; {
		case g == gapDash || g&gapWideDash != 0:
			rs[len(rs)-1].Hi = uint16(hi)
		case g&(gapOther|gapComma|gapPlus) != 0:
			rs = append(rs, Range{uint16(hi), uint16(hi)})
		default:
			ok = false
		}
		if !ok {
			break
		}
		lo = hi
		i++
	}
	if p.yearAt == i {
		return
	}
	p.rel.Volumes = addRanges(nil, rs)
	if p.toks[at].gap&(gapWideDash|gapOpen) != 0 || rs[0].Len() > 1 || len(rs) > 1 {
		p.claim(FieldVolumes, at, i-at)
		p.toks[at].strong = true
		return
	}
	p.evidence(FieldVolumes, at, i-at)
}
