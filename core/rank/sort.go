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

// Sort puts the best first. Equal keys are told apart by info-hash, then name, then size.
func Sort(rs []Ranked) {
	slices.SortFunc(rs, func(a, b Ranked) int {
		return cmp.Or(
			a.Key.Compare(b.Key),
			cmp.Compare(a.Release.Hash, b.Release.Hash),
			cmp.Compare(a.Release.Name, b.Release.Name),
			cmp.Compare(b.Release.Size, a.Release.Size),
		)
	})
}
