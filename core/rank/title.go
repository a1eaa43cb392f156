package rank

import (
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// likeness says how well a title fits.
type likeness struct {
	state    State
	code     Code
	consumed bool // the title took the release's numbering: "Apollo 13"
	year     bool // the title took the release's year: "Blade Runner 2049"
	season   int  // the title tells a season: "Show 2"; 0 if not
	fuzzy    bool
	episode  bool // the title goes on with the wanted episode's title
}

// title compares the titles of a release with those wanted.
func (t *Target) title(r *release.Release) likeness {
	worst := likeness{state: No, code: CodeOtherTitle}
	for i := range r.Titles {
		l := t.oneTitle(r.Titles[i].Text, r)
		if l.state == Yes {
			return l
		}
		if l.code == CodeOtherCountry {
			worst = l
		}
	}
	if l, ok := t.wider(r); ok {
		return l
	}
	for i := range r.Titles {
		if t.similar(r.Titles[i].Text) {
			return likeness{state: Yes, code: CodeMatch, fuzzy: true}
		}
	}
	return worst
}

func (t *Target) oneTitle(text string, r *release.Release) likeness {
	k := release.Key(text)
	if t.keys[k] {
		return likeness{state: Yes, code: CodeMatch}
	}
	if l, ok := t.tagged(text); ok {
		return l
	}
	if t.Kind != Movie {
		if s, ok := t.sequel(k); ok {
			return likeness{state: Yes, code: CodeMatch, season: s}
		}
		if t.continued(k) {
			return likeness{state: Yes, code: CodeMatch, episode: true}
		}
	}
	return likeness{state: No, code: CodeOtherTitle}
}

// tagged compares a title that ends with a country: "The Office US".
func (t *Target) tagged(text string) (likeness, bool) {
	i := strings.LastIndexByte(text, ' ')
	if i <= 0 {
		return likeness{}, false
	}
	country := countries[strings.ToLower(strings.Trim(text[i+1:], "()"))]
	if country == "" || !t.keys[release.Key(text[:i])] {
		return likeness{}, false
	}
	if t.Country != "" && t.Country != country {
		return likeness{state: No, code: CodeOtherCountry}, true
	}
	return likeness{state: Yes, code: CodeMatch}, true
}

// sequel reads "Show 2" and "Show 2nd Season" as season 2 where no title of the show ends so.
func (t *Target) sequel(k string) (int, bool) {
	if len(k) < 3 {
		return 0, false
	}
	s, err := strconv.Atoi(k[len(k)-1:])
	if err != nil || s < 2 || !t.Anime || !t.keys[k[:len(k)-1]] {
		return 0, false
	}
	return s, true
}

// continued reports whether a title is a wanted one with an episode's title after it.
func (t *Target) continued(k string) bool {
	for want := range t.keys {
		rest, ok := strings.CutPrefix(k, want)
		if !ok || len(want) < 3 {
			continue
		}
		if t.episodes[rest] || t.episodes[strings.TrimPrefix(rest, "the")] || t.episodes[strings.TrimPrefix(rest, "a")] {
			return true
		}
	}
	return false
}

// wider takes the year or the numbering to be part of the title: "Blade Runner 2049", "Apollo 13", "Open Season 3".
func (t *Target) wider(r *release.Release) (likeness, bool) {
	title, year, number := r.Span(release.FieldTitle), r.Span(release.FieldYear), r.Span(release.FieldNumber)
	if !year.Empty() && t.keys[release.Key(r.Raw[join(title, year).Lo:join(title, year).Hi])] {
		return likeness{state: Yes, code: CodeMatch, year: true}, true
	}
	for _, f := range [...]release.Field{release.FieldFlags, release.FieldLanguages, release.FieldEdition, release.FieldNetwork} {
		x := r.Span(f)
		if title.Empty() || x.Empty() || x.Lo < title.Hi || x.Lo > title.Hi+2 {
			continue
		}
		if t.keys[release.Key(r.Raw[title.Lo:x.Hi])] { // "Saw 3D", "Ninja Collection"
			return likeness{state: Yes, code: CodeMatch}, true
		}
	}
	if number.Empty() {
		return likeness{}, false
	}
	s := join(title, number)
	if t.keys[release.Key(r.Raw[s.Lo:s.Hi])] {
		return likeness{state: Yes, code: CodeMatch, consumed: true}, true
	}
	if t.Kind != Movie {
		return likeness{}, false
	}
	end := uint16(len(r.Raw))
	for _, f := range [...]release.Field{release.FieldYear, release.FieldResolution, release.FieldSource, release.FieldCodec, release.FieldGroup} {
		if x := r.Span(f); !x.Empty() && x.Lo >= s.Hi {
			end = min(end, x.Lo)
		}
	}
	if t.keys[release.Key(r.Raw[s.Lo:end])] {
		return likeness{state: Yes, code: CodeMatch, consumed: true}, true
	}
	return likeness{}, false
}

// join is the span from the beginning of the first to the end of the last.
func join(a, b release.Span) release.Span {
	if a.Empty() {
		return b
	}
	return release.Span{Lo: min(a.Lo, b.Lo), Hi: max(a.Hi, b.Hi)}
}

// similar reports whether a title is a wanted one with a slip of the pen in it: as many words, the same numbers, and every
// word either equal or long and nearly so. A plural is another word.
func (t *Target) similar(text string) bool {
	words := wordsOf(text)
	for _, want := range t.words {
		if len(words) == len(want) && total(words) >= 6 && total(want) >= 6 && alike(words, want) {
			return true
		}
	}
	return false
}

func total(words []string) int {
	n := 0
	for _, w := range words {
		n += len(w)
	}
	return n
}

func alike(a, b []string) bool {
	slips := 0
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		slips++
		if slips > 1 || !slip(a[i], b[i]) {
			return false
		}
	}
	return true
}

// slip reports whether two words differ by one letter wrong, missing, doubled or swapped, the first letter and digits never.
func slip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 5 || len(b)-len(a) > 1 || a[0] != b[0] || strings.ContainsAny(a+b, "0123456789") || b == a+"s" {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:] && i < len(a)
	}
	if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
		return true
	}
	return len(a) >= 7 && i+1 < len(a) && a[i+1:] == b[i+1:]
}
