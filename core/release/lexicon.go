package release

import (
	"slices"
	"strings"
)

// maxPhrase is the most words of a phrase.
const maxPhrase = 4

// lexicon is the compiled vocabulary: entry by phrase, and by first word the most words of a phrase that begins with it. Most words
// of a name are in no phrase: the two sieves tell so without a look into the maps.
type lexicon struct {
	entries map[string]entry
	reach   map[string]uint8
	firsts  sieve // of the words that begin a phrase
	seconds sieve // of those that come second
}

var words = compile(allWords())

// allWords are the rows of every table. Where two have a word, the first counts.
func allWords() []phrases { return slices.Concat(networkWords(), vocabulary, languageWords) }

func compile(table []phrases) lexicon {
	l := lexicon{entries: map[string]entry{}, reach: map[string]uint8{}}
	for _, row := range table {
		e := entry{strength: row.strength}
		copy(e.effects[:], row.effects)
		for phrase := range strings.SplitSeq(row.words, "|") {
			if _, taken := l.entries[phrase]; taken {
				continue
			}
			l.entries[phrase] = e
			first, rest, _ := strings.Cut(phrase, " ")
			l.reach[first] = max(l.reach[first], uint8(strings.Count(phrase, " ")+1))
			l.firsts.add(first)
			if second, _, _ := strings.Cut(rest, " "); second != "" {
				l.seconds.add(second)
			}
		}
	}
	return l
}

// sieve is a set of words that sometimes takes another word for one of its own, and never misses one.
type sieve [1 << 9]uint64

func (s *sieve) add(w string) {
	h := sift(len(w), w[0], w[len(w)/2], w[len(w)-1])
	s[h>>6] |= 1 << (h & 63)
}

// has reports whether w may be in the set.
func (s *sieve) has(w []byte) bool {
	if len(w) == 0 {
		return false
	}
	h := sift(len(w), w[0], w[len(w)/2], w[len(w)-1])
	return s[h>>6]&(1<<(h&63)) != 0
}

func sift(n int, first, middle, last byte) uint32 {
	return (uint32(first) | uint32(middle)<<8 | uint32(last)<<16 | uint32(n)<<24) * 0x9E3779B1 >> 17
}
