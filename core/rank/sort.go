package rank

import (
	"cmp"
	"slices"
)

// Ranked is a candidate with its verdict.
type Ranked struct {
	Candidate
	Verdict
}

// Rank judges every candidate and puts the best first, those rejected last. The order is total: it hangs on the candidates
// alone, not on the order in which they came.
func (c *Compiled) Rank(t *Target, candidates []Candidate) []Ranked {
	out := make([]Ranked, len(candidates))
	for i, cand := range candidates {
		out[i] = Ranked{cand, c.Judge(t, cand)}
	}
	Sort(out)
	return out
}

// spot is a key with where it stands: these are sorted rather than what they belong to, which is large.
type spot struct {
	key Key
	at  int
}

// Sort puts the best first. Equal keys are told apart by info-hash, then name, then size.
func Sort(rs []Ranked) {
	spots := make([]spot, len(rs))
	for i := range rs {
		spots[i] = spot{rs[i].Key, i}
	}
	slices.SortFunc(spots, func(a, b spot) int {
		if c := a.key.Compare(b.key); c != 0 {
			return c
		}
		x, y := &rs[a.at].Release, &rs[b.at].Release
		return cmp.Or(cmp.Compare(x.Hash, y.Hash), cmp.Compare(x.Name, y.Name), cmp.Compare(y.Size, x.Size))
	})
	sorted := make([]Ranked, len(rs))
	for i, p := range spots {
		sorted[i] = rs[p.at]
	}
	copy(rs, sorted)
}
