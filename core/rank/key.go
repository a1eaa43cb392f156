package rank

import (
	"cmp"
	"math/bits"
	"time"
)

// Key orders verdicts: the greater comes first. Hi holds, from the highest bit, decision, cached, closeness of the match,
// tier, score, language, confidence, fit of the size and seeders; Lo the size, the day of publication and the beginning of
// the info-hash.
type Key struct{ Hi, Lo uint64 }

// Compare is -1 if k comes before o, 1 if after, 0 if they are equal.
func (k Key) Compare(o Key) int { return cmp.Or(cmp.Compare(o.Hi, k.Hi), cmp.Compare(o.Lo, k.Lo)) }

// part is a field of one half of a Key: the more, the better.
type part struct{ shift, bits uint8 }

// The parts of Hi, then of Lo, in falling weight. Of two that are equal in all else the bigger is better, and then the later:
// it is more likely to be still shared.
var (
	partDecision   = part{62, 2}
	partCached     = part{61, 1}
	partCloseness  = part{59, 2}
	partTier       = part{53, 6}
	partScore      = part{25, 28}
	partLanguage   = part{19, 6}
	partConfidence = part{15, 4}
	partFit        = part{7, 8}
	partSeeders    = part{3, 4}

	partSize = part{56, 8}
	partDay  = part{40, 16}
)

// put adds a value, cut to what fits.
func (p part) put(half, v uint64) uint64 { return half | min(v, 1<<p.bits-1)<<p.shift }

func (p part) of(half uint64) uint64 { return half >> p.shift & (1<<p.bits - 1) }

const (
	hashRoom   = 40
	middle     = 1 << 27 // what a score of 0 is in a key
	worstTier  = 1<<6 - 1
	worstIndex = 1<<6 - 1 // of a language
)

func (j *judging) key() Key {
	r := &j.cand.Release
	hi := partDecision.put(0, uint64(j.State))
	if j.cand.Cached {
		hi = partCached.put(hi, 1)
	}
	hi = partCloseness.put(hi, closeness(&j.Match))
	if j.Tier > 0 {
		hi = partTier.put(hi, uint64(worstTier-min(j.Tier, worstTier)))
	}
	hi = partScore.put(hi, uint64(max(j.Score+middle, 0)))
	hi = partLanguage.put(hi, uint64(worstIndex-min(j.index, worstIndex)))
	hi = partConfidence.put(hi, uint64(j.Match.Confidence))
	hi = partFit.put(hi, j.fit())
	hi = partSeeders.put(hi, uint64(seedClass(r.Seeders)))
	lo := partSize.put(hashBits(r.Hash)>>(64-hashRoom), uint64(sizeClass(j.weight())))
	return Key{hi, partDay.put(lo, dayOf(r.Published))}
}

// weight is what a film or an episode weighs, or else the whole.
func (j *judging) weight() int64 {
	if j.each > 0 {
		return j.each
	}
	return j.cand.Release.Size
}

// closeness is how near a match is, in three steps. It weighs more than quality: the better copy of what is perhaps another
// title is no gain. A pack that surely holds what is wanted is as near as a single episode.
func closeness(m *MatchResult) uint64 {
	switch c := m.Confidence; {
	case c >= 13, c >= 10 && m.Covers.Pack && !m.Covers.Movie:
		return 2
	case c >= 8:
		return 1
	}
	return 0
}

// dayOf counts days since 1970; 0 is unknown.
func dayOf(t time.Time) uint64 {
	if t.IsZero() || t.Unix() < 0 {
		return 0
	}
	return min(uint64(t.Unix()/(24*60*60)), 1<<16-1)
}

// seedClass is 0 for none or unknown, else the number of decimal digits: 1 for 1 to 9 seeders, 2 for 10 to 99.
func seedClass(n int) uint8 {
	class := uint8(0)
	for n > 0 {
		class++
		n /= 10
	}
	return min(class, 15)
}

// sizeClass grows with the size, four steps to a doubling.
func sizeClass(size int64) uint8 {
	if size <= 0 {
		return 0
	}
	n := bits.Len64(uint64(size))
	quarter := 0
	if n > 3 {
		quarter = int(uint64(size)>>(n-3)) & 3
	}
	return uint8(min(4*n+quarter, 255))
}

// hashBits is the beginning of an info-hash in hexadecimal, inverted so that the smaller hash comes first.
func hashBits(hash string) uint64 {
	var n uint64
	for i := range min(len(hash), 16) {
		d := uint64(0)
		switch c := hash[i]; {
		case c >= '0' && c <= '9':
			d = uint64(c - '0')
		case c >= 'a' && c <= 'f':
			d = uint64(c-'a') + 10
		case c >= 'A' && c <= 'F':
			d = uint64(c-'A') + 10
		}
		n |= d << (60 - 4*i)
	}
	return ^n
}
