package rank

import (
	"path"
	"slices"
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// The files of a release are numbered in one way, which one of them alone does not tell: the 25 in a folder "Season 2" is the
// first episode if the season goes on to 48, and the twenty-fifth if it began with 1. So what all files claim is collected
// first, by the season that they tell, and then each is placed.

// noSeason is the season of a file that tells none.
const noSeason = -1

// claim is what one file says of itself.
type claim struct {
	file    *file
	season  int   // noSeason if it tells none
	numbers []int // in rising order; nil if the name tells the episode otherwise
	compact bool  // season and episode were run together, so that it may be another number
	is      place // the episode itself, where a date or a title tells it
	code    Code  // why it says nothing
}

// claim reads what a file says of season and episode; l is how its title fits.
func (t *Target) claim(f *file, l *likeness) claim {
	r := &f.read
	c := claim{file: f, season: noSeason}
	if t.Kind == Episode && t.tellsItself(r, l) {
		c.is = place{t.Season, t.Episode}
		return c
	}
	var x numbering
	x.read(r, l.season)
	switch {
	case x.how != release.NumberNone:
	case l.part > 0:
		x.how, x.eps = release.NumberPart, only(l.part)
	case l.numbers.Hi > 0:
		x.how, x.eps = release.NumberAbsolute, []release.Range{l.numbers}
		if len(x.seasons) == 0 {
			x.seasons = folderSeason(f.path)
		}
	}
	switch {
	case release.Count(x.eps) > maxEpisodes || len(x.seasons) > 1 || release.Count(x.seasons) > 1:
		c.code = CodeAmbiguous
	case x.how == release.NumberDaily:
		c.code = CodeOtherDate
	case len(x.eps) == 0:
		c.code = CodeNoNumber
	case x.special && !t.wantsSpecial() && !saysSeason(r):
		c.code = CodeIsSpecial
	}
	if c.code != "" {
		return c
	}
	if len(x.seasons) == 1 {
		c.season = int(x.seasons[0].Lo)
	}
	c.numbers = expand(x.eps)
	c.compact = x.how == release.NumberCompact && len(r.Others) > 0
	return c
}

// saysSeason reports whether season 0 is written with the number itself, "S00E01": then a special's number is that of our order.
func saysSeason(r *release.Release) bool {
	s := r.Span(release.FieldNumber)
	return r.Numbering == release.NumberSeasonEpisode && int(s.Hi) <= len(r.Raw) && (strings.Contains(r.Raw[s.Lo:s.Hi], "0x") || strings.Contains(strings.ToUpper(r.Raw[s.Lo:s.Hi]), "S0"))
}

// folderSeason is the season that the nearest folder of a path tells that tells one.
func folderSeason(at string) []release.Range {
	dir := path.Dir(at)
	for range maxFolders {
		if dir == "." || dir == "/" {
			return nil
		}
		if f := release.Parse(path.Base(dir)); release.Count(f.Seasons) == 1 {
			return f.Seasons
		}
		dir = path.Dir(dir)
	}
	return nil
}

// maxFolders is how many folders of a path are looked at, from its end.
const maxFolders = 3

// tellsItself reports whether a file is the wanted episode by its date, or by the episode's title where it has no number.
func (t *Target) tellsItself(r *release.Release, l *likeness) bool {
	for _, d := range t.AirDates {
		if d == r.Date || r.Numbering == release.NumberDaily && !t.Daily && adjacent(d, r.Date) {
			return true
		}
	}
	return l.episode && r.Numbering == release.NumberNone
}

func expand(rs []release.Range) []int {
	var out []int
	for _, r := range rs {
		for n := int(r.Lo); n <= int(r.Hi); n++ {
			out = append(out, n)
		}
	}
	return out
}

// group is what the claims of one season have in common.
type group struct {
	lo, hi   int
	distinct int
}

// groups collects the claims by season.
func groups(cs []claim) map[int]group {
	numbers := map[int][]int{}
	for _, c := range cs {
		numbers[c.season] = append(numbers[c.season], c.numbers...)
	}
	out := map[int]group{}
	for s, ns := range numbers {
		slices.Sort(ns)
		if ns = slices.Compact(ns); len(ns) > 0 {
			out[s] = group{lo: ns[0], hi: ns[len(ns)-1], distinct: len(ns)}
		}
	}
	return out
}

// whole reports whether the numbers are every one from first to last.
func (g group) whole(first, last int) bool {
	return g.lo == first && g.hi == last && g.distinct == last-first+1
}

// place says which episodes a claim is of, or why that cannot be known.
func (t *Target) place(c *claim, all map[int]group) (season int, episodes []int, code Code) {
	switch {
	case c.code != "":
		return 0, nil, c.code
	case c.numbers == nil:
		return c.is.season, []int{c.is.episode}, ""
	case c.season == noSeason:
		return t.placeBare(c, all[noSeason])
	case c.compact:
		return t.placeCompact(c)
	}
	return t.placeInSeason(c, all[c.season])
}

// placeInSeason places numbers whose season is told. They are of the season, unless there are more than it has.
func (t *Target) placeInSeason(c *claim, g group) (season int, episodes []int, code Code) {
	s, n := c.season, t.length(c.season)
	if s < 1 || n == 0 || g.hi <= n {
		return s, c.numbers, ""
	}
	first, last := c.numbers[0], c.numbers[len(c.numbers)-1]
	switch before := t.offsets[s]; {
	case s > 1 && g.lo > before && g.hi <= before+n: // counted over all seasons
		return s, less(c.numbers, before), ""
	case first/100 == s && last/100 == s && t.has(s, first%100) && t.has(s, last%100): // 205 in season 2
		return s, less(c.numbers, 100*s), ""
	case g.lo > 1 && g.distinct == n && g.whole(g.lo, g.lo+n-1): // shifted
		return s, less(c.numbers, g.lo-1), ""
	case first > n && s > 1 && first > before && last <= before+n:
		return s, less(c.numbers, before), ""
	case t.Anime && s == 1 && first > n:
		return t.placeCounted(c.numbers)
	}
	return s, c.numbers, ""
}

func less(numbers []int, by int) []int {
	out := make([]int, len(numbers))
	for i, n := range numbers {
		out[i] = n - by
	}
	return out
}

// placeCounted places numbers that are counted over all seasons.
func (t *Target) placeCounted(numbers []int) (season int, episodes []int, code Code) {
	for _, n := range numbers {
		s, e, ok := t.fromAbsolute(n)
		switch {
		case !ok:
			return 0, nil, CodeNoSeason
		case season != 0 && s != season:
			return 0, nil, CodeAmbiguous
		}
		season = s
		episodes = append(episodes, e)
	}
	return season, episodes, ""
}

// placeBare places numbers whose season nobody tells: of the only season, else counted over all where the show counts so or
// the numbers leave no other way.
func (t *Target) placeBare(c *claim, g group) (season int, episodes []int, code Code) {
	last := c.numbers[len(c.numbers)-1]
	switch {
	case t.oneSeason() && last <= t.length(1), len(t.SeasonLengths) == 0 && t.Season == 1 && !t.Anime:
		return 1, c.numbers, ""
	case t.Anime:
		return t.placeCounted(c.numbers)
	case t.Kind == Episode && t.Absolute > 0 && slices.Contains(c.numbers, t.Absolute) && t.Absolute > t.longest():
		return t.placeCounted(c.numbers)
	}
	alone, fits := 0, 0
	for s := 1; s < len(t.SeasonLengths); s++ {
		n := t.SeasonLengths[s]
		if s > 1 && n > 1 && g.whole(t.offsets[s]+1, t.offsets[s]+n) && g.hi > t.longest() {
			return t.placeCounted(c.numbers)
		}
		if n >= 3 && g.whole(1, n) {
			alone, fits = s, fits+1
		}
	}
	s := last / 100
	switch {
	case c.numbers[0]/100 == s && t.has(s, last%100) && t.has(s, c.numbers[0]%100): // 205 is season 2, episode 5
		return s, less(c.numbers, 100*s), ""
	case fits == 1:
		return alone, c.numbers, ""
	case t.seasons > 1 && g.whole(1, t.total):
		return t.placeCounted(c.numbers)
	}
	return 0, nil, CodeNoSeason
}

// longest is how many episodes the longest season has.
func (t *Target) longest() int {
	n := 0
	for s := 1; s < len(t.SeasonLengths); s++ {
		n = max(n, t.SeasonLengths[s])
	}
	return n
}

// placeCompact places 102, which is season 1, episode 2 where that season has so many and the show is not counted otherwise.
func (t *Target) placeCompact(c *claim) (season int, episodes []int, code Code) {
	s, e := c.season, c.numbers[0]
	n := 100*s + e
	switch {
	case t.Anime && (t.countsTo(n) || t.seasons == 0):
		return t.placeCounted([]int{n})
	case t.oneSeason() && n <= t.length(1):
		return 1, []int{n}, ""
	case t.has(s, e):
		return s, c.numbers, ""
	}
	return 0, nil, CodeNoSeason
}
