package rank

import (
	"math/bits"
	"strings"
)

// usualSimilarity is how much of a title must be as it is written where the caller does not say.
const usualSimilarity = 0.90

// A title shorter than this must be equal.
const minSimilar = 6

func (t *Target) similarity() float64 {
	if t.Similarity == 0 {
		return usualSimilarity
	}
	return min(max(t.Similarity, 0.80), 1)
}

// similarTo is how a title is like the wanted name at place name.
type similarTo struct {
	name  int
	ratio float64
	weak  bool // by one slip that may also be another word, so that something else must confirm it
}

// similar finds the name of which a title is a slip of the pen: nearly all letters in their order, the same numbers, and
// every word that carries meaning matched by one that is nearly it. A plural is another word. In a short title one slip is a
// large part of all letters: then it is a weak likeness.
func (t *Target) similar(s *spelled) (similarTo, bool) {
	least := t.similarity()
	if least >= 1 || s.n < minSimilar {
		return similarTo{}, false
	}
	first := s.first()
	var best similarTo
	found, counted, numbers := false, false, uint64(0)
	for i := range t.names {
		n := &t.names[i]
		if !n.near(s.n, first, least) {
			continue
		}
		if !counted {
			counted, numbers = true, numbersOf(s.bytes())
		}
		if n.numbers != numbers {
			continue
		}
		if l, ok := n.like(s, least); ok && (!found || best.weak && !l.weak || best.weak == l.weak && l.ratio > best.ratio) {
			l.name = i
			best, found = l, true
		}
	}
	return best, found
}

// first is the first letter of the first word that carries meaning, 0 if there is none. It is never a slip.
func (s *spelled) first() byte {
	for i := range s.nw {
		if w := s.word(i); len(w) > 0 && !empty(w) {
			return w[0]
		}
	}
	return 0
}

// near reports whether a title of so many bytes and that first letter can be similar at all.
func (n *named) near(length int, first byte, least float64) bool {
	return len(n.key) >= minSimilar && len(n.words) > 0 && n.words[0][0] == first && float64(2*min(len(n.key), length)) >= least*float64(len(n.key)+length)
}

// like compares a title with a name, word by word and then as a whole.
func (n *named) like(s *spelled, least float64) (similarTo, bool) {
	slips, ok := aligned(s, n.words)
	if !ok || slips.weak > 0 && (least > usualSimilarity || slips.weak+slips.plain > 1) {
		return similarTo{}, false
	}
	var m mask
	m.set(s.bytes())
	l := similarTo{ratio: m.ratio(n.key), weak: slips.weak > 0}
	if l.ratio < least {
		if least > usualSimilarity || slips.weak+slips.plain != 1 || slips.shortest < minSimilar {
			return l, false
		}
		l.weak = true
	}
	return l, true
}

// mask holds at which places of a title each byte stands: of the first 256 places.
type mask struct {
	at [256][4]uint64
	n  int
}

func (m *mask) set(key []byte) {
	m.n = len(key)
	for i, c := range key {
		m.at[c][i/64] |= 1 << (i % 64)
	}
}

// ratio is twice the longest common subsequence by the length of both: 1 for equal keys. It is computed for 64 places at a
// time, as Hyyrö does.
func (m *mask) ratio(key string) float64 {
	var v [4]uint64
	blocks := (m.n + 63) / 64
	for b := range blocks {
		v[b] = ^uint64(0)
	}
	for i := range len(key) {
		carry := uint64(0)
		at := &m.at[key[i]]
		for b := range blocks {
			u := v[b] & at[b]
			sum, c := bits.Add64(v[b], u, carry)
			v[b] = sum | (v[b] - u)
			carry = c
		}
	}
	same := 0
	for b := range blocks {
		zeros := ^v[b]
		if b == blocks-1 && m.n%64 != 0 {
			zeros &= 1<<(m.n%64) - 1
		}
		same += bits.OnesCount64(zeros)
	}
	return 2 * float64(same) / float64(m.n+len(key))
}

// numbersOf is equal for titles that have the same numbers, in whatever order.
func numbersOf(key []byte) uint64 {
	sum := uint64(0)
	for i := 0; i < len(key); {
		if !isDigit(key[i]) {
			i++
			continue
		}
		n := uint64(0)
		for i < len(key) && isDigit(key[i]) {
			n = 10*n + uint64(key[i]-'0')
			i++
		}
		sum += (n + 1) * 0x9E3779B97F4A7C15
	}
	return sum
}

// slips counts the words of a title that are not written as they should be.
type slips struct {
	plain, weak int
	shortest    int // bytes of the shortest of them
}

func (c *slips) count(w string, weak bool) {
	if weak {
		c.weak++
	} else {
		c.plain++
	}
	if c.shortest == 0 || len(w) < c.shortest {
		c.shortest = len(w)
	}
}

// aligned reports whether the words of a title that carry meaning are those of a wanted one, each equal or nearly so, where two
// may be written as one, and how many are not equal.
func aligned(s *spelled, want []string) (slips, bool) {
	var c slips
	i, j := 0, 0
	for {
		for i < s.nw && (s.words[i].lo == s.words[i].hi || empty(s.word(i))) {
			i++
		}
		if i == s.nw || j == len(want) {
			return c, i == s.nw && j == len(want)
		}
		got := s.word(i)
		switch {
		case string(got) == want[j]:
			i, j = i+1, j+1
		case i+1 < s.nw && joined(string(got), string(s.word(i+1)), want[j]):
			i, j = i+2, j+1
		case j+1 < len(want) && joined(want[j], want[j+1], string(got)):
			i, j = i+1, j+2
		case slip(string(got), want[j], len(want) >= longTitle):
			c.count(want[j], false)
			i, j = i+1, j+1
		case weakSlip(string(got), want[j]):
			c.count(want[j], true)
			i, j = i+1, j+1
		default:
			return c, false
		}
	}
}

// inSeries finds the film whose title has, between its words, the number that it has in its series: "Mill 2: The Two Wheels".
func (t *Target) inSeries(s *spelled) (int, bool) {
	if t.Kind != Movie || s.nw < 4 || numbersOf(s.bytes()) == 0 {
		return 0, false
	}
	for i := range t.names {
		if want := t.names[i].words; len(want) > 2 && oneNumberMore(s, want) {
			return i, true
		}
	}
	return 0, false
}

// oneNumberMore reports whether the words of a title are the wanted ones and one number that is neither first nor last.
func oneNumberMore(s *spelled, want []string) bool {
	j, extra := 0, false
	for i := range s.nw {
		w := s.word(i)
		switch {
		case len(w) == 0 || empty(w):
		case j < len(want) && string(w) == want[j]:
			j++
		case !extra && allDigits(w) && len(w) < 3 && j > 0 && j < len(want):
			extra = true
		default:
			return false
		}
	}
	return extra && j == len(want)
}

// joined reports whether c is a and b written as one word.
func joined(a, b, c string) bool {
	return len(a)+len(b) == len(c) && strings.HasPrefix(c, a) && strings.HasSuffix(c, b)
}

// longTitle is how many words with a meaning a title has in which one letter says little.
const longTitle = 4

// slip reports whether two words differ by one letter wrong, missing, doubled or swapped, the first letter and digits never.
// In a long title it may also be the last letter, or one of a short word.
func slip(a, b string, long bool) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) >= 4 && len(b) == len(a)+1 && (doubledLetter(a, b) || longVowel(a, b)) {
		return true
	}
	least := 7
	if long {
		least = 4
	}
	if len(a) < min(5, least) || len(b)-len(a) > 1 || a[0] != b[0] || strings.ContainsAny(a, "0123456789") || strings.ContainsAny(b, "0123456789") {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:] && (i < len(a) || long)
	}
	if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
		return true
	}
	return len(a) >= least && (i+1 < len(a) || long) && a[i+1:] == b[i+1:]
}

// doubledLetter reports whether b is a with one of its letters doubled.
func doubledLetter(a, b string) bool {
	for i := range len(a) {
		if a[:i+1] == b[:i+1] && a[i] == b[i+1] && a[i+1:] == b[i+2:] {
			return true
		}
	}
	return false
}

// longVowel reports whether b is a with a long vowel of Japanese written out: "souso", "sousou".
func longVowel(a, b string) bool {
	for i := 1; i < len(b); i++ {
		if b[i] == 'u' && (b[i-1] == 'o' || b[i-1] == 'u') && b[:i] == a[:i] && b[i+1:] == a[i:] {
			return true
		}
	}
	return false
}

// weakSlip reports whether two words of six letters or more differ by what is mostly a slip and now and then another word: which
// letters are doubled, a letter within, or one left out at the end that makes no other form of the word.
func weakSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < minSimilar || len(b)-len(a) > 2 || a[0] != b[0] || strings.ContainsAny(a, "0123456789") || strings.ContainsAny(b, "0123456789") {
		return false
	}
	switch {
	case oncesEqual(a, b):
		return true
	case len(b) == len(a)+1:
		return b[:len(a)] == a && strings.IndexByte("sdryne", b[len(a)]) < 0
	case len(a) != len(b):
		return false
	}
	i := 0
	for a[i] == b[i] {
		i++
	}
	return i+1 < len(a) && a[i+1:] == b[i+1:]
}

// oncesEqual reports whether two words are equal where each doubled letter is written once: "caribbean", "carribean".
func oncesEqual(a, b string) bool {
	i, j := 0, 0
	for i < len(a) && j < len(b) && a[i] == b[j] {
		for i++; i < len(a) && a[i] == a[i-1]; {
			i++
		}
		for j++; j < len(b) && b[j] == b[j-1]; {
			j++
		}
	}
	return i == len(a) && j == len(b)
}
