package rank

import (
	"path"
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// A film of a saga is called by the name of the saga and its own, "The Mill: The Two Wheels". Within the saga's folder its file
// often has its own alone, and elsewhere the letters of the saga before it.

// cutSaga cuts a title after the name of the saga; ok is false if it names none.
func cutSaga(title string) (saga, own string, ok bool) {
	for _, mark := range [...]string{": ", " - ", " – "} {
		if saga, own, ok = strings.Cut(title, mark); ok {
			return saga, own, saga != "" && own != ""
		}
	}
	return "", "", false
}

// bySaga compares a file's title with the name that the film has within its saga: the folder is called by the saga, or the
// saga's letters stand before it and its year is the film's.
func (p *picker) bySaga(f *file, as MatchResult) MatchResult {
	r := &f.read
	if len(r.Titles) == 0 || r.IsSeries() || r.Year != 0 && p.t.Year != 0 && abs(int(r.Year)-p.t.Year) > p.t.tolerance() {
		return as
	}
	title := r.Title()
	if n := numberBefore(title); n > 0 && n < len(title) {
		title = title[n:]
	}
	var s spelled
	s.spell(title, false)
	s.cutEdition()
	for i := range p.t.names {
		name := &p.t.names[i]
		saga, own, ok := cutSaga(name.Text)
		if !ok {
			continue
		}
		var o spelled
		o.spell(own, false)
		if o.n < minSimilar {
			continue
		}
		switch key := string(o.bytes()); {
		case string(s.bytes()) == key && f.folder != nil && calledBy(&f.folder.read, saga):
			return yes(8)
		case s.nw > 1 && int(r.Year) == p.t.Year && p.t.Year != 0 && initials(string(s.word(0)), saga) && sameFrom(title[s.words[0].end:], &o):
			return yes(9)
		}
	}
	return as
}

// sameFrom reports whether a text is a title, but for what is said of an edition at its end.
func sameFrom(text string, o *spelled) bool {
	var s spelled
	s.spell(text, false)
	s.cutEdition()
	return string(s.bytes()) == string(o.bytes())
}

// calledBy reports whether a folder has the name of a saga, with or without a word for a collection.
func calledBy(r *release.Release, saga string) bool {
	var want, s spelled
	want.spell(saga, false)
	for i := range r.Titles {
		s.spell(r.Titles[i].Text, false)
		s.cutCollection()
		if s.n > 0 && string(s.bytes()) == string(want.bytes()) {
			return true
		}
	}
	return false
}

// numberBefore is how many bytes a number of up to two digits takes at the beginning of a name, with what separates it.
func numberBefore(name string) int {
	n := 0
	for n < len(name) && isDigit(name[n]) {
		n++
	}
	if n == 0 || n > 2 {
		return 0
	}
	end := n
	for end < len(name) && strings.IndexByte(".-_) ", name[end]) >= 0 {
		end++
	}
	if end == n {
		return 0
	}
	return end
}

// initials reports whether a word is the first letters of a title's words, three or more, perhaps without an article at its
// beginning: "twd", "lotr".
func initials(w, title string) bool {
	if len(w) < 3 {
		return false
	}
	words := strings.FieldsFunc(lower(title), func(c rune) bool { return c < 0x80 && c != '\'' && (c < '0' || c > '9') && (c < 'a' || c > 'z') })
	if len(words) == len(w)+1 && empty([]byte(words[0])) {
		words = words[1:]
	}
	if len(words) != len(w) {
		return false
	}
	for i := range words {
		if words[i][0] != w[i] {
			return false
		}
	}
	return true
}

// numbered compares a film of a collection without the number that counts it: "2. Sintel (2010)". Its year must be the film's.
func (p *picker) numbered(f *file, as MatchResult) MatchResult {
	name := path.Base(f.path)
	n := numberBefore(name)
	if n == 0 || n == len(name) {
		return as
	}
	r := release.Parse(name[n:])
	if m := p.t.Match(&r); m.State == Yes {
		m.Confidence -= min(m.Confidence, 2)
		return m
	}
	return as
}
