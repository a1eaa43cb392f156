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

// numberedNames reads testdata/numbers.txt, a name a line: the name, " => ", and what is to be read.
func numberedNames(t *testing.T) (names, wants []string) {
	t.Helper()
	b, err := os.ReadFile("testdata/numbers.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if name, want, ok := strings.Cut(strings.TrimSpace(line), " => "); ok && !strings.HasPrefix(name, "#") {
			names, wants = append(names, name), append(wants, want)
		}
	}
	return names, wants
}

func TestNumbersAreRead(t *testing.T) {
	t.Parallel()
	names, wants := numberedNames(t)
	if len(names) < 400 {
		t.Errorf("there are %d names, want 400 or more", len(names))
	}
	for i, name := range names {
		r := Parse(name)
		if got := describeNumbers(&r); got != wants[i] {
			t.Errorf("%s\n\t got %s\n\twant %s", name, got, wants[i])
		}
	}
}

// TestNumbersDoNotHangOnSeparators reads the same names with other separators.
func TestNumbersDoNotHangOnSeparators(t *testing.T) {
	t.Parallel()
	dotted := map[string]string{
		"Paper.Harbour.Season.1.3.4.DVDRip":       "only dots make a list of numbers that leaves some out",
		"Lamp.Studio.24.11.15.Somebody.XXX.1080p": "only dots make a day of three numbers of two digits",
		"Lamp.Studio.02.01.19.1080p":              "only dots make a day of three numbers of two digits",
	}
	numbers := func(name string) string {
		r := Parse(name)
		return fmt.Sprint(Key(r.Title()), r.Year, r.YearEnd, r.Date, r.Seasons, r.Episodes)
	}
	names, _ := numberedNames(t)
	for _, name := range names {
		from, seps := " ", "._"
		if !strings.Contains(name, " ") {
			from, seps = ".", " _"
		}
		file := strings.HasSuffix(name, ".mkv") || strings.HasSuffix(name, ".avi") || strings.HasSuffix(name, ".mp4")
		if dotted[name] != "" || file || from == " " && strings.Contains(name, ".") {
			continue
		}
		want := numbers(name)
		for _, sep := range seps {
			other := strings.ReplaceAll(name, from, string(sep))
			if got := numbers(other); got != want {
				t.Errorf("%s\n\t got %s\n\twant %s", other, got, want)
			}
		}
	}
}
