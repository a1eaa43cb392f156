package rank

import (
	"fmt"
	"strconv"
	"time"
)

// Difference is the first thing in which two verdicts differ, in the order in which things weigh.
type Difference struct {
	By   string `json:"by"`   // "decision", "cached", "match", "tier", "score", "language", "confidence", "fit", "seeders", "size", "day", "hash"; "" where they are equal
	A    string `json:"a"`    // of the first
	B    string `json:"b"`    // of the second
	Text string `json:"text"` // a sentence for people
}

// chain is what verdicts are compared by, most weighty first.
var chain = []struct {
	by, why string
	part    part
	low     bool // of Key.Lo
	show    func(v Verdict, n uint64) string
}{
	{by: "decision", part: partDecision, why: "what the profile takes comes before what it does not", show: func(v Verdict, _ uint64) string { return v.State.String() }},
	{by: "cached", part: partCached, why: "what a provider has ready comes first", show: func(_ Verdict, n uint64) string { return strconv.FormatBool(n != 0) }},
	{by: "match", part: partCloseness, why: "the closer match comes first", show: numberText},
	{by: "tier", part: partTier, why: "the better tier comes first, whatever the score", show: func(v Verdict, _ uint64) string { return itoa(int(v.Tier)) }},
	{by: "score", part: partScore, why: "the higher score comes first", show: func(v Verdict, _ uint64) string { return itoa(v.Score) }},
	{by: "language", part: partLanguage, why: "the language that is preferred comes first", show: func(_ Verdict, n uint64) string { return itoa(worstIndex - int(n) + 1) }},
	{by: "confidence", part: partConfidence, why: "the surer match comes first", show: numberText},
	{by: "fit", part: partFit, why: "the size that is preferred comes first", show: numberText},
	{by: "seeders", part: partSeeders, why: "what more people share comes first", show: func(_ Verdict, n uint64) string { return seedText(n) }},
	{by: "size", part: partSize, low: true, why: "the bigger comes first", show: numberText},
	{by: "day", part: partDay, low: true, why: "what was published later comes first", show: func(_ Verdict, n uint64) string { return dayText(n) }},
}

func numberText(_ Verdict, n uint64) string { return itoa(int(n)) }

// Compare finds what puts one verdict before another.
func Compare(a, b Verdict) Difference {
	for _, c := range chain {
		x, y := c.part.of(a.Key.Hi), c.part.of(b.Key.Hi)
		if c.low {
			x, y = c.part.of(a.Key.Lo), c.part.of(b.Key.Lo)
		}
		if x != y {
			return difference(c.by, c.why, c.show(a, x), c.show(b, y))
		}
	}
	if a.Key != b.Key {
		return difference("hash", "nothing else tells them apart, so the smaller hash comes first", "", "")
	}
	return Difference{Text: "Nothing tells them apart."}
}

func difference(by, why, a, b string) Difference {
	d := Difference{By: by, A: a, B: b}
	if a == b {
		d.Text = fmt.Sprintf("They differ in %s: %s.", by, why)
	} else {
		d.Text = fmt.Sprintf("They differ in %s, %s against %s: %s.", by, a, b, why)
	}
	return d
}

// seedText is the range of a class of seeders.
func seedText(class uint64) string {
	if class == 0 {
		return "none known"
	}
	low := 1
	for range class - 1 {
		low *= 10
	}
	return fmt.Sprintf("%d to %d", low, 10*low-1)
}

func dayText(day uint64) string {
	if day == 0 {
		return "not known"
	}
	return time.Unix(int64(day)*24*60*60, 0).UTC().Format(time.DateOnly)
}
