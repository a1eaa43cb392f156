package release

// sites finds the addresses that sites put into names: "www.example.org", a domain in brackets, one before the title.
func (p *parser) sites() {
	if n := p.siteBefore(); n > 0 {
		p.site(0, n)
		p.forget(n)
	}
	for i := 0; i < p.n; i++ {
		t := &p.toks[i]
		switch {
		case t.claimed:
		case p.is(i, "www") && !(t.bracket != 0 && t.gap&gapOpen != 0):
			if n := p.wwwAt(i); n > 0 {
				if i > 0 && t.gap == 0 && p.toks[i-1].script == scriptCJK && p.toks[i-1].bracket == 0 { // the site's name before its address
					p.toks[i-1].claimed = true
				}
				p.site(i, n)
				if i == 0 && n < p.n && (t.bracket == 0 || p.toks[n].bracket != t.bracket) {
					p.forget(n)
					i = -1
					continue
				}
				i += n - 1
			}
		case t.bracket != 0 && t.gap&gapOpen != 0:
			if from, n := p.siteIn(i); n > 0 {
				p.site(from, n)
				if from == 0 && n < p.n && p.toks[n].bracket != t.bracket {
					p.forget(n)
					i = -1
					continue
				}
				i = from + n - 1
			}
		}
	}
	p.siteAfter()
}

// siteBefore counts the tokens of an address that the name begins with: "www.example - Title", "example.com - Title",
// "example.com_Title", "example.com@Title".
func (p *parser) siteBefore() int {
	if p.n < 3 || p.toks[0].bracket != 0 {
		return 0
	}
	www := p.is(0, "www") || p.is(0, "ww")
	if www {
		for k := 2; k < p.n && k < 6; k++ {
			if p.toks[k].gap&gapWideDash != 0 {
				return k
			}
		}
	}
	n := p.domain(0)
	if n == 0 || n >= p.n {
		return 0
	}
	g := p.toks[n].gap
	plain := plainDomains[string(p.word(n-1))]
	switch {
	case www && (g&gapDash != 0 || g&gapOther != 0):
		return n
	case g&gapWideDash != 0 && p.toks[n-1].gap == gapDot && (g&gapSpace != 0 || plain):
		return n
	case g == gapDash && n == 2 && p.mixed(0) && (plain || p.is(1, "tv") || p.is(1, "to") || p.is(1, "in") || p.is(1, "me")): // "HDSite4u.Tv-Title"
		return n
	case (g == gapUnder || g&gapOther != 0 || g&gapOpen != 0) && plain:
		return n
	}
	return 0
}

// forget takes the first n tokens away, so that a name is read as if no site had put its own in front.
func (p *parser) forget(n int) {
	if n >= p.n {
		return
	}
	copy(p.toks[:], p.toks[n:p.n])
	for i := p.n - n; i < p.n; i++ {
		p.toks[i] = token{}
	}
	p.n -= n
	p.toks[0].gap &= gapOpen
	p.opened = p.toks[0].gap != 0
}

// siteAfter finds an address that ends a name after a loose dash: "Title 2010 720p - example.com".
func (p *parser) siteAfter() {
	for i := max(p.n-4, 1); i < p.n-1; i++ {
		t := &p.toks[i]
		if t.claimed || t.bracket != 0 || t.gap&gapWideDash == 0 && !p.is(i-1, "from") {
			continue
		}
		if n := p.domain(i); n > 0 && i+n == p.n && plainDomains[string(p.word(p.n-1))] {
			p.site(i, n)
		}
	}
}

// wwwAt counts the tokens of "www.example.org" at token i.
func (p *parser) wwwAt(i int) int {
	for k := i + 1; k < p.n && k <= i+4; k++ {
		g := p.toks[k].gap
		if g&^gapDash != gapDot && !(g == gapDash && k > i+1) && g != gapDot|gapDash {
			return 0
		}
		if k > i+1 && g == gapDot && domains[string(p.word(k))] {
			return k - i + 1
		}
	}
	return 0
}

// domain counts the tokens of an address without "www" at token i: "example.org", "two-words.example.org"; 0 if it is none.
func (p *parser) domain(i int) int {
	n := 0
	for k := i + 1; k < p.n && k < i+5; k++ {
		switch g := p.toks[k].gap; {
		case g == gapDot:
			if domains[string(p.word(k))] {
				n = k - i + 1
			} else if n > 0 {
				return n
			}
		case g != gapDash || n > 0:
			return n
		}
	}
	return n
}

// siteIn finds an address in the bracket that token i opens, alone or as its last word.
func (p *parser) siteIn(i int) (from, n int) {
	b := p.toks[i].bracket
	if p.is(i, "www") { // whatever it ends with
		k := i + 1
		for k < p.n && p.toks[k].bracket == b && p.toks[k].gap&^gapDash == gapDot {
			k++
		}
		if k > i+2 && (k == p.n || p.toks[k].bracket != b) {
			return i, k - i
		}
	}
	for k := i; k < p.n && k < i+4 && p.toks[k].bracket == b; k++ {
		if k > i && p.toks[k].gap&gapSpace == 0 {
			continue
		}
		n := p.domain(k)
		if n == 0 || k+n < p.n && p.toks[k+n].bracket == b {
			continue
		}
		spoken := words.entries[string(p.word(k))].effects[0].kind == kindLanguage // "[Sv.No.Fi]"
		if (k == i || i == 0) && !spoken || plainDomains[string(p.word(k+n-1))] {
			return k, n
		}
	}
	return 0, 0
}

func (p *parser) site(i, n int) {
	p.claim(FieldSite, i, n)
	if p.rel.Site.Empty() {
		p.rel.Site = p.rel.spans[FieldSite]
	}
}

// plainDomains are the endings of addresses that are no words, so that what has them is an address wherever it stands.
var plainDomains = wordSet("com org net ru cc xyz info hu cz pl pw se ws li mx lt wf nz bz nu tk su pro eu club casa online")

var domains = wordSet("com org net ru to mx re nu me io tel tv cc eu info pics phd hair nl it ag is se li pw xyz vip site life fun link wf am lt ms one ai app rip ws pm sx es fr pl de in uk us br ca club cx art space top la fi my id tw cn hk kr jp mobi online pro win hu cz sk ro bg gr ua by kz rs hr dk no pt at ch be bz tk su nz au za casa dad wiki lol bid best sbs store shop tube icu cfd ink gg gd vc vg ph vn dev cloud cyou")
