package rank

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/millrace-media/millrace/core/release"
)

// checkMatch holds a comparison to what every comparison promises.
func checkMatch(t *testing.T, target *Target, r, again *release.Release) {
	t.Helper()
	name := r.Raw
	m := target.Match(r)
	if d := cmp.Diff(target.Match(again), m); d != "" {
		t.Fatalf("%q is judged in two ways:\n%s", name, d)
	}
	switch {
	case int(m.Span.Hi) > len(r.Raw) || m.Span.Lo > m.Span.Hi:
		t.Fatalf("%q: the span %v is not in it", name, m.Span)
	case m.Code.Text() == "":
		t.Fatalf("%q: %s has no text", name, m.Code)
	case (m.State == Yes) != (m.Code == CodeMatch):
		t.Fatalf("%q: %v with %s", name, m.State, m.Code)
	case m.Confidence > 15:
		t.Fatalf("%q: confidence %d", name, m.Confidence)
	}
	if m.State != Yes {
		return
	}
	if !told(target, r) {
		t.Fatalf("%q is taken for %q, of which it has no word", name, target.name())
	}
	c := m.Covers
	if target.Kind == Movie {
		if !c.Movie {
			t.Fatalf("%q: a film is %+v", name, c)
		}
		return
	}
	if target.Kind == Season && len(c.Seasons) > 0 && len(c.Episodes) == 0 && !release.Contains(c.Seasons, target.Season) {
		t.Fatalf("%q is taken for season %d: %+v", name, target.Season, c)
	}
	if target.Kind == Episode && !agrees(target, r, &c) {
		t.Fatalf("%q is taken for S%02dE%02d: %+v", name, target.Season, target.Episode, c)
	}
}

// told reports whether a name has a letter or digit of some wanted name, in whatever spelling.
func told(t *Target, r *release.Release) bool {
	var s spelled
	s.spell(r.Raw, false)
	for i := range t.names {
		if strings.ContainsAny(string(s.bytes()), t.names[i].key) {
			return true
		}
	}
	return false
}

// agrees reports whether what a name covers has in it a number, a day or a title by which it can be the wanted episode.
func agrees(t *Target, r *release.Release, c *Coverage) bool {
	absolute := t.absolute(t.Season, t.Episode)
	if release.Contains(c.Episodes, t.Episode) || absolute > 0 && release.Contains(c.Episodes, absolute) || !r.Date.IsZero() {
		return true
	}
	if len(c.Episodes) == 0 {
		return release.Contains(c.Seasons, t.Season) || len(t.episodes) > 0
	}
	for _, e := range c.Episodes {
		if n := 100*t.Season + t.Episode; e.Contains(n) {
			return true
		}
	}
	// Numbers run together are told by season and episode; those of other orders are known to the target.
	for _, o := range t.Orders {
		if release.Contains(c.Episodes, o.Episode) || release.Contains(c.Episodes, o.Absolute) {
			return true
		}
	}
	return len(c.Seasons) == 1 && 100*int(c.Seasons[0].Lo)+int(c.Episodes[0].Lo) == absolute || len(c.Seasons) == 1 && 100*int(c.Seasons[0].Lo)+int(c.Episodes[0].Lo) == t.Episode
}

func FuzzMatch(f *testing.F) {
	for _, s := range []string{
		"Sintel.2010.1080p.BluRay.x264-GRP", "Rocky.II.1979", "Blade.Runner.2049.2017", "2001.A.Space.Odyssey.1968", "The.Lighthouse.Keepers.S02E05.The.Long.Storm",
		"The Lighthouse Keepers Part 2", "The.Lighthouse.Keepers.205-206", "[G] Hoshi no Kaze 2nd Season Part 2 - 03 [1080p]", "[G] Hoshi no Kaze - 05.5", "The.Office.UK.S03E04",
		"The.Daily.Lamp.2024.11.15", "Смотрители маяка / Сезон: 2 / Серии: 1-8 из 8 [2020]", "Deep.Water.2of4", "Fahrenheit.451", "Star.Wars.Episode.4.1977", "ä&ø' ×", "v v v", "1", "S02",
	} {
		f.Add(s)
	}
	var targets []*Target
	for _, k := range slices.Sorted(maps.Keys(wanted)) {
		targets = append(targets, NewTarget(wanted[k]))
	}
	f.Fuzz(func(t *testing.T, name string) {
		r, again := release.Parse(name), release.Parse(name)
		for _, target := range targets {
			checkMatch(t, target, &r, &again)
		}
	})
}

// FuzzSpell compares titles with themselves in other spellings.
func FuzzSpell(f *testing.F) {
	f.Add("The Lord of the Lamps: Part Two")
	f.Add("Für Élise & Söhne")
	f.Add("SPY×FAMILY")
	f.Add("Смотрители маяка II")
	f.Fuzz(func(t *testing.T, title string) {
		var s, other spelled
		s.spell(title, false)
		for i := range s.nw {
			if w := s.words[i]; w.lo > w.hi || int(w.hi) > s.n || int(w.end) > len(title) {
				t.Fatalf("%q: word %d is %+v", title, i, w)
			}
		}
		if len(title) > maxSpelled/2 {
			return
		}
		other.spell(" "+strings.ReplaceAll(title, " ", ".")+" ", false)
		if string(s.bytes()) != string(other.bytes()) {
			t.Fatalf("%q: %q with spaces, %q with dots", title, s.bytes(), other.bytes())
		}
		if target := NewTarget(Wanted{Kind: Movie, Titles: []string{title}}); s.n > 0 && target.oneTitle(&s, title).state != Yes {
			t.Fatalf("%q is not itself", title)
		}
	})
}
