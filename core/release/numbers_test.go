package release

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// describeNumbers writes what was read of the title and of numbers, in one line.
func describeNumbers(r *Release) string {
	var parts []string
	add := func(format string, v ...any) { parts = append(parts, fmt.Sprintf(format, v...)) }
	if r.Title() != "" {
		add("%s", r.Title())
	}
	switch {
	case r.YearEnd != 0:
		add("year %d-%d", r.Year, r.YearEnd)
	case r.Year != 0:
		add("year %d", r.Year)
	}
	if !r.Date.IsZero() {
		add("%s", r.Date)
	}
	if len(r.Seasons) > 0 {
		add("S %s", numbersOf(r.Seasons))
	}
	if len(r.Episodes) > 0 {
		add("E %s", numbersOf(r.Episodes))
	}
	if r.PartOf > 0 {
		add("of %d", r.PartOf)
	}
	for _, f := range []Flags{FlagSpecial, FlagDisc} {
		if r.Flags.Has(f) {
			add("%s", f)
		}
	}
	return strings.Join(parts, "; ")
}

// TestNumbersAreRead reads the names of testdata/numbers.txt, a line each: the name, " => ", and what is to be read.
func TestNumbersAreRead(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/numbers.txt")
	if err != nil {
		t.Fatal(err)
	}
	names, wrong := 0, 0
	for line := range strings.Lines(string(b)) {
		name, want, ok := strings.Cut(strings.TrimSpace(line), " => ")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		names++
		r := Parse(name)
		if got := describeNumbers(&r); got != want {
			wrong++
			t.Errorf("%s\n\t got %s\n\twant %s", name, got, want)
		}
	}
	t.Logf("%d of %d names are read wrongly", wrong, names)
}
