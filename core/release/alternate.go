package release

import "unicode/utf8"

// title makes the titles out of the tokens between start and end, and of the brackets that follow.
func (p *parser) title() {
	if p.start >= p.end {
		p.leadTitle()
		return
	}
	stacked := p.lead != 0 && p.toks[p.start].bracket != 0
	if stacked && p.secondGroup() {
		p.start = p.end
		p.end = p.boxEnd(p.start)
	}
	if p.end+1 == p.yearAt && p.is(p.end, "3d") && !p.stereo() {
		p.addTitle(p.start, p.end+1)
		p.rel.ThreeD, p.rel.Flags = ThreeDNone, p.rel.Flags&^Flag3D
		p.rel.spans[FieldThreeD], p.rel.spans[Flag3D.Field()] = Span{}, Span{}
	}
	p.titlesOf(p.start, p.end)
	p.boxedTitles(stacked)
	p.afterNumbering()
	p.laterLatin()
	p.dottedLead()
	p.latinFirst()
}

// leadTitle takes the bracket in front for the title where nothing but numbering follows: "[タイトル] 第5話".
func (p *parser) leadTitle() {
	if p.lead == 0 || p.numEnd == 0 || p.toks[0].script != scriptCJK || p.toks[0].claimed {
		return
	}
	p.addTitle(0, p.boxEnd(0))
	p.lead = 0
}

// afterNumbering takes what follows a bar after the numbering for another title: "Title (Season 1) | Other Title (1080p)", and Latin
// letters between two numberings where the first title has none: "タイトル第二季.Title.S02E05".
func (p *parser) afterNumbering() {
	i := p.end
	for i < p.n && (p.toks[i].number || i == p.yearAt) {
		i++
	}
	if i > p.end && i+1 < p.n && p.is(i, "aka") { // "Das Boot (1981) AKA The Boat"
		p.addTitle(i+1, p.boxEnd(i+1))
		return
	}
	if i == p.end || i >= p.n || p.toks[i].claimed {
		return
	}
	k := p.boxEnd(i)
	barred := i-1 != p.yearAt && p.toks[i].gap&(gapPipe|gapSlash) != 0 && p.toks[i].gap&gapSpace != 0
	between := p.toks[p.start].script != scriptLatin && p.toks[i].script == scriptLatin && p.toks[i].bracket == 0 && k < p.n && (p.toks[k].number || k == p.yearAt) && !finalWords[string(p.word(i))]
	if between && p.plainWords(i, k) || barred && (p.plainWords(i, k) || k < p.n && p.toks[k].number) {
		p.addTitle(i, k)
	}
}

// laterLatin finds the title in Latin letters behind what stands in brackets after a Chinese one:
// "庆余年 第二季[全36集].Joy.of.Life.S02".
func (p *parser) laterLatin() {
	if p.toks[p.start].script != scriptCJK {
		return
	}
	for _, t := range p.rel.Titles {
		if isLatin(t.Text) {
			return
		}
	}
	i := p.end
	for i < p.n && (p.toks[i].number || p.toks[i].bracket != 0 || p.toks[i].script == scriptCJK) {
		i++
	}
	if i == p.end || i >= p.n || p.toks[i].claimed || p.toks[i].strong || p.toks[i].digits || finalWords[string(p.word(i))] || i > p.yearAt && p.yearAt > 0 {
		return
	}
	if k := p.boxEnd(i); k < p.n && p.plainWords(i, k) {
		p.addTitle(i, k)
	}
}

// dottedLead takes the bracket before the title for a title where it is Chinese and a dot follows: "[寄生虫].Parasite.2019".
func (p *parser) dottedLead() {
	if p.lead == 0 || p.start == 0 || p.toks[p.start].gap&gapDot == 0 || p.toks[p.start].gap&gapSpace != 0 {
		return
	}
	for i := range p.start {
		if p.toks[i].bracket != p.lead || p.toks[i].script != scriptCJK || p.toks[i].claimed {
			return
		}
	}
	p.addTitle(0, p.start)
	p.lead = 0
}

// plainWords reports whether most of the tokens [from, to) can be nothing but words of a title.
func (p *parser) plainWords(from, to int) bool {
	doubtful := 0
	for i := from; i < to; i++ {
		if p.waitingAt(i) || p.toks[i].digits {
			doubtful++
		}
	}
	return 2*doubtful < to-from
}

// stereo reports whether the name says how two pictures are packed into one. Where it does not, the 3D of "Saw 3D 2010" may
// belong to the title: after the year it would speak of the picture.
func (p *parser) stereo() bool {
	for i := p.end; i < p.n; i++ {
		switch string(p.word(i)) {
		case "sbs", "hsbs", "ou", "hou", "tab", "half", "halfou", "halfsbs", "fsbs", "fou":
			return true
		}
	}
	return false
}

// titlesOf adds the titles that the tokens [from, to) hold.
func (p *parser) titlesOf(from, to int) {
	cut := from
	for i := from + 1; i < to; i++ {
		if n := p.alternate(i, to); n >= 0 {
			p.addTitle(cut, i)
			cut = i + n
			i = cut
		}
	}
	p.addTitle(cut, to)
}

// boxEnd is the first token after i that is in another bracket or that is no part of a title.
func (p *parser) boxEnd(i int) int {
	k := i
	for k < p.n && p.toks[k].bracket == p.toks[i].bracket && !p.toks[k].claimed && !p.toks[k].strong {
		k++
	}
	return k
}

// secondGroup reports whether the first of the stacked brackets names another group rather than the title:
// "[Group][Other Group][タイトル][Title][05]".
func (p *parser) secondGroup() bool {
	if p.toks[p.start].script != scriptLatin || p.end >= p.n || p.toks[p.end].script != scriptCJK || p.toks[p.end].gap&gapSquare == 0 {
		return false
	}
	k := p.boxEnd(p.end)
	return k > p.end && k < p.n && p.toks[k].gap&gapSquare != 0 && p.toks[k].script == scriptLatin && !p.toks[k].digits && p.boxEnd(k) > k
}

// boxedTitles takes the next brackets for other titles where the first title is not in Latin letters:
// "[Group][タイトル][Title][05]", "Название (Title) 1992".
func (p *parser) boxedTitles(stacked bool) {
	if p.toks[p.start].script == scriptLatin {
		p.bracketedTitle()
		return
	}
	for i := p.end; i < p.n && p.toks[i].bracket != 0; {
		if !stacked && len(p.rel.Titles) > 1 && p.toks[i].script != scriptLatin { // "Название / Title (Режиссёр)"
			return
		}
		if p.toks[i].claimed && p.toks[i].number && i > 0 && p.toks[i].bracket == p.toks[i-1].bracket { // "[タイトル 第3季][Title]"
			i++
			continue
		}
		g := p.toks[i].gap
		if g&gapRound == 0 && (g&gapSquare == 0 || !stacked) {
			return
		}
		k := p.boxEnd(i)
		latin := false
		for t := i; t < k; t++ {
			if p.toks[t].digits && k-i == 1 {
				return
			}
			latin = latin || p.toks[t].script == scriptLatin && !p.toks[t].digits
		}
		if k == i || k < p.n && p.toks[k].bracket == p.toks[i].bracket && !p.toks[k].number {
			return
		}
		p.titlesOf(i, k)
		p.end = k
		if latin {
			return
		}
		i = k
	}
}

// bracketedTitle takes words in round brackets right after the title for another one: "Spirited Away (Sen to Chihiro) (2001)".
func (p *parser) bracketedTitle() {
	i := p.end
	if i >= p.n || p.toks[i].gap&gapOpen == 0 || p.numEnd > 0 && i >= p.numEnd {
		return
	}
	k := p.boxEnd(i)
	if k < i+2 && p.toks[i].script == scriptLatin || k == i || k < p.n && p.toks[k].bracket == p.toks[i].bracket {
		return
	}
	if p.toks[i].gap&gapRound == 0 && k != p.yearAt { // "City of God [Cidade de Deus] (2002)"
		return
	}
	if p.plainWords(i, k) {
		p.addTitle(i, k)
	}
}

// alternate reports whether another title begins at token i of those before to, and how many tokens to pass over; -1 if not.
func (p *parser) alternate(i, to int) int {
	t, prev := &p.toks[i], &p.toks[i-1]
	if i > 1 && prev.digits && prev.gap == 0 && p.toks[i-2].script == scriptCJK { // "流浪地球2.The.Wandering.Earth.II"
		prev = &p.toks[i-2]
	}
	switch {
	case t.gap&gapSlash != 0 && (t.gap&(gapSpace|gapUnder) != 0 || p.foreign(i) || p.foreign(i-1) || prev.script != t.script),
		t.gap&gapPipe != 0, t.gap&gapUnder != 0 && t.gap&gapSpace != 0 && p.loose(i):
		return 0
	case p.is(i, "aka") && i+1 < to:
		return 1
	case p.is(i, "a") && p.is(i+1, "k") && p.is(i+2, "a") && i+3 < to:
		return 3
	case t.script == prev.script || t.digits || prev.digits:
	case t.script == scriptCJK || prev.script == scriptCJK:
		if p.width(i) > 1 {
			return 0
		}
	case t.script == scriptOther || prev.script == scriptOther, p.otherScript(i, to):
		return 0
	}
	return -1
}

// foreign reports whether the script of token i has no small letters, and so no titles that a tight slash belongs to.
func (p *parser) foreign(i int) bool {
	return p.toks[i].script == scriptCJK || p.toks[i].bracket != 0 && p.toks[p.start].script == scriptCJK
}

// loose reports whether the gap before token i begins and ends with a space: "Title _ Other".
func (p *parser) loose(i int) bool {
	return p.raw[p.toks[i-1].hi] == ' ' && p.raw[p.toks[i].lo-1] == ' '
}

// otherScript reports whether the title is told again in another script from token i on: "Дюна Dune", but not "Форсаж X".
func (p *parser) otherScript(i, to int) bool {
	before, after := p.toks[i-1].script, p.toks[i].script
	letters := 0
	for k := i; k < to; k++ {
		if p.toks[k].digits {
			continue
		}
		if p.toks[k].script != after {
			return false
		}
		letters += utf8.RuneCount(p.word(k))
	}
	for k := i - 1; k >= p.start && p.toks[k].gap&(gapSlash|gapPipe) == 0; k-- {
		if p.toks[k].script != before && !p.toks[k].digits {
			return false
		}
	}
	return letters >= 4
}

// latinFirst puts the titles in Latin letters before those in other scripts, as most metadata is in Latin letters.
func (p *parser) latinFirst() {
	t := p.rel.Titles
	if len(t) < 2 || isLatin(t[0].Text) {
		return
	}
	first := 0
	for i := range t {
		if !isLatin(t[i].Text) {
			continue
		}
		found := t[i]
		copy(t[first+1:i+1], t[first:i])
		t[first] = found
		first++
	}
	p.rel.spans[FieldTitle] = t[0].Span
}

func isLatin(s string) bool {
	for _, r := range s {
		if r >= 0x370 && isWordRune(r) && scriptOf(r) != scriptLatin {
			return false
		}
	}
	return true
}

// categories marks what kind of thing a name says that its release is, in the words of Chinese sites: "★01月新番★", "[国漫]".
func (p *parser) categories() {
	for i := range p.n {
		if p.toks[i].script != scriptCJK || !categories[string(p.word(i))] {
			continue
		}
		p.toks[i].claimed = true
		if i > 0 && p.toks[i-1].digits && p.toks[i].gap == 0 && p.is(i, "月新番") {
			p.toks[i-1].claimed = true
		}
	}
}

var categories = wordSet("国漫 月新番 新番 国产动画 国产动漫 动漫 動漫 动画 日漫 连载 连载中 電影 电影 剧场版合集 合集 美剧 日剧 韩剧 英剧 纪录片")
