package rank

import "github.com/millrace-media/millrace/core/release"

// Cover chooses from ranked releases the set that together holds most of a season or a show that is wanted, as indexes in
// the order in which they were taken. Each step takes the release that adds most episodes, and of equals the one that is
// ranked first; it ends when nothing adds any. Rejected releases are never taken. Of a film or a single episode it is the
// first that was not rejected.
//
// Where the lengths of the seasons are unknown a season counts as one thing, and episodes of it add nothing to a pack.
func Cover(t *Target, rs []Ranked) []int {
	if t.Kind == Movie || t.Kind == Episode {
		return first(rs)
	}
	held := map[place]bool{}
	have := func(season, episode int) bool { return held[place{season, episode}] }
	var out []int
	for {
		best, _ := Adding(t, rs, have)
		if len(best) == 0 {
			return out
		}
		out = append(out, best[0])
		t.each(&rs[best[0]].Match.Covers, func(p place) { held[p] = true })
	}
}

// Adding gives those of ranked releases that add most episodes to what is had of a season or a show, as indexes, the one
// ranked first in front, and how many each of them adds. It is one step of [Cover], for who learns in between what a
// release really held. Rejected releases, and those that add nothing, are left out.
func Adding(t *Target, rs []Ranked, have func(season, episode int) bool) (best []int, episodes int) {
	for i := range rs {
		if rs[i].State == Reject {
			continue
		}
		n := 0
		t.each(&rs[i].Match.Covers, func(p place) {
			if !have(p.season, p.episode) {
				n++
			}
		})
		if n > episodes {
			best, episodes = best[:0], n
		}
		if n == episodes && n > 0 {
			best = append(best, i)
		}
	}
	return best, episodes
}

func first(rs []Ranked) []int {
	for i := range rs {
		if rs[i].State != Reject {
			return []int{i}
		}
	}
	return nil
}

// each calls visit for every wanted episode that a release holds.
func (t *Target) each(c *Coverage, visit func(place)) {
	for s := 1; s < len(t.SeasonLengths); s++ {
		if t.Kind == Season && s != t.Season {
			continue
		}
		for e := 1; e <= t.SeasonLengths[s]; e++ {
			if t.holdsEpisode(c, s, e) {
				visit(place{s, e})
			}
		}
	}
}

func (t *Target) holdsEpisode(c *Coverage, s, e int) bool {
	switch {
	case c.All:
		return true
	case c.Absolute:
		return release.Contains(c.Episodes, t.absolute(s, e))
	case !release.Contains(c.Seasons, s):
		return false
	}
	return len(c.Episodes) == 0 || release.Contains(c.Episodes, e)
}
