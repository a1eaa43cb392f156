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
	var out []int
	for {
		best, gain := -1, 0
		for i := range rs {
			if rs[i].State == Reject {
				continue
			}
			if n := t.adds(held, &rs[i].Match.Covers); n > gain {
				best, gain = i, n
			}
		}
		if best < 0 {
			return out
		}
		out = append(out, best)
		t.each(&rs[best].Match.Covers, func(p place) { held[p] = true })
	}
}

func first(rs []Ranked) []int {
	for i := range rs {
		if rs[i].State != Reject {
			return []int{i}
		}
	}
	return nil
}

func (t *Target) adds(held map[place]bool, c *Coverage) int {
	n := 0
	t.each(c, func(p place) {
		if !held[p] {
			n++
		}
	})
	return n
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
