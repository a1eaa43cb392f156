package rank

import "github.com/millrace-media/millrace/core/release"

// Cover chooses from ranked releases the set that together holds most of a season or a show that is wanted, as indexes in
// the order in which they were taken. Each step takes the release that adds most episodes, and of equals the one that stands
// first; it ends when nothing adds any. What is accepted is taken before what is open, and what is rejected never. Of a film or
// a single episode it is the first that was not rejected.
//
// Where the length of a season is unknown the season counts as one thing, its episode 0, and episodes of it add nothing to a
// pack.
func Cover(t *Target, rs []Ranked) []int {
	held := map[place]bool{}
	have := func(season, episode int) bool { return held[place{season, episode}] || held[place{season, 0}] }
	var out []int
	for {
		best, _ := Adding(t, rs, have)
		if len(best) == 0 {
			return out
		}
		out = append(out, best[0])
		if t.Kind == Movie || t.Kind == Episode {
			return out
		}
		t.each(&rs[best[0]].Match.Covers, func(p place) { held[p] = true })
	}
}

// Adding gives those of ranked releases that add most episodes to what is had of a season or a show, as indexes, the one
// ranked first in front, and how many each of them adds. It is one step of [Cover], for who learns in between what a
// release really held. Open ones count only where no accepted one adds any. Rejected releases, and those that add nothing,
// are left out.
func Adding(t *Target, rs []Ranked, have func(season, episode int) bool) (best []int, episodes int) {
	for _, state := range [...]Decision{Accept, Open} {
		for i := range rs {
			if rs[i].State != state {
				continue
			}
			n := t.adds(&rs[i].Match.Covers, have)
			if n > episodes {
				best, episodes = best[:0], n
			}
			if n == episodes && n > 0 {
				best = append(best, i)
			}
		}
		if episodes > 0 {
			break
		}
	}
	return best, episodes
}

// adds counts the wanted episodes that a release holds and that are not had.
func (t *Target) adds(c *Coverage, have func(season, episode int) bool) int {
	if t.Kind == Movie || t.Kind == Episode {
		return 1
	}
	n := 0
	t.each(c, func(p place) {
		if !have(p.season, p.episode) {
			n++
		}
	})
	return n
}

// each calls visit for every wanted episode that a release holds, or for the whole of a season whose length is unknown.
func (t *Target) each(c *Coverage, visit func(place)) {
	for s := 1; s <= t.lastSeason(c); s++ {
		switch n := t.length(s); {
		case t.Kind == Season && s != t.Season:
		case n > 0:
			for e := 1; e <= n; e++ {
				if t.holdsEpisode(c, s, e) {
					visit(place{s, e})
				}
			}
		case c.All && s == 1, release.Contains(c.Seasons, s) && len(c.Episodes) == 0:
			visit(place{s, 0})
		case release.Contains(c.Seasons, s):
			for _, r := range c.Episodes {
				for e := int(r.Lo); e <= min(int(r.Hi), int(r.Lo)+mostEpisodes); e++ {
					visit(place{s, e})
				}
			}
		}
	}
}

// What is believed of a name where the seasons and their lengths are unknown.
const mostSeasons, mostEpisodes = 99, 999

// lastSeason is the last season to look at.
func (t *Target) lastSeason(c *Coverage) int {
	if t.seasons > 0 {
		return len(t.SeasonLengths) - 1
	}
	last := 1
	for _, s := range c.Seasons {
		last = max(last, min(int(s.Hi), mostSeasons))
	}
	return last
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
