package rank

import "github.com/millrace-media/millrace/core/release"

// Itself is a target that a release always is: the one that its own name tells. It judges a name while nothing is wanted, by
// what holds for films, or for shows and anime where the name counts episodes.
func Itself(r *release.Release, anime bool) *Target {
	w := Wanted{Kind: Movie, Anime: anime}
	if r.IsSeries() {
		w.Kind = Show
	}
	t := NewTarget(w)
	t.itself = true
	return t
}

// own is the match of a release with itself.
func (t *Target) own(r *release.Release) MatchResult {
	m := MatchResult{State: Yes, Code: CodeMatch, Confidence: 15, Covers: Coverage{Movie: true}}
	if t.Kind != Movie {
		m.Covers = Coverage{Seasons: r.Seasons, Episodes: r.Episodes, Pack: r.IsPack() || release.Count(r.Episodes) > 1}
	}
	return m
}
