package release

// countries are the tags by which shows of the same name are told apart.
var countries = map[string]Country{
	"us": CountryUS, "usa": CountryUS, "uk": CountryUK, "gb": CountryUK, "au": CountryAU, "nz": CountryNZ, "ca": CountryCA, "ie": CountryIE, "za": CountryZA,
}

// countryBox reports whether a bracket holds a country's tag and nothing else: "The Office (UK)".
func (p *parser) countryBox(i int) bool {
	if p.width(i) > 3 || !p.toks[i].caps || i+1 < p.n && p.toks[i+1].bracket == p.toks[i].bracket {
		return false
	}
	return countries[string(p.word(i))] != CountryNone
}

// countryTag takes a country's tag off the end of a show's title, "The.Office.US.S01", or finds it after the year.
func (p *parser) countryTag() {
	i := p.end - 1
	if p.yearAt == p.end && p.yearAt+1 < p.numEnd {
		i = p.yearAt + 1
	}
	if i <= p.start || p.width(i) > 3 || !p.toks[i].caps || p.toks[i].claimed || p.end >= p.n {
		return
	}
	c := countries[string(p.word(i))]
	if c == CountryNone || p.toks[i].bracket == 0 && (p.allCaps() || beforeUs[string(p.word(i-1))]) {
		return
	}
	p.rel.Country = c
	p.claim(FieldCountry, i, 1)
	p.end = min(p.end, i)
}

// beforeUs are words after which "US" is the pronoun, or the country a part of the title.
var beforeUs = wordSet("of is in to the with for about like between from on and made born are all")
