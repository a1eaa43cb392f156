package release

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// labelledName is a row of testdata/names-*.jsonl; testdata/README.md says what the keys mean.
type labelledName struct {
	Name      string           `json:"name"`
	Class     string           `json:"class"`
	Title     string           `json:"title"`
	Year      int              `json:"year"`
	YearEnd   int              `json:"year_end"`
	Seasons   [][2]int         `json:"seasons"`
	Episodes  [][2]int         `json:"episodes"`
	Date      string           `json:"date"`
	Group     judged[string]   `json:"group"`
	Res       judged[string]   `json:"resolution"`
	Source    judged[string]   `json:"source"`
	Languages judged[[]string] `json:"languages"`
	Subtitles judged[[]string] `json:"subtitles"`
	Note      string           `json:"note"`
	Judged    []string         `json:"judged"` // of a stranger's suite: which of title and numbers it says anything of; empty: all
}

// judged is a label that may be left out: Set tells a key that is there, null included, from one that is not.
type judged[T any] struct {
	Set   bool
	Value T
}

// UnmarshalJSON is called for null too, which leaves Value zero: the name must yield none.
func (j *judged[T]) UnmarshalJSON(b []byte) error {
	j.Set = true
	return json.Unmarshal(b, &j.Value)
}

// labelledNames reads every file of labelled names, and fails on a key that no label has.
func labelledNames(t testing.TB) map[string][]labelledName {
	t.Helper()
	paths, err := filepath.Glob("testdata/names-*.jsonl")
	if err != nil || len(paths) == 0 {
		t.Fatalf("find the labelled names: %d files, %v", len(paths), err)
	}
	all := map[string][]labelledName{}
	for _, path := range paths {
		all[path] = readLabelledNames(t, path)
	}
	return all
}

func readLabelledNames(t testing.TB, path string) []labelledName {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows []labelledName
	lines := bufio.NewScanner(f) // a row is far below the scanner's 64 KiB
	for lines.Scan() {
		dec := json.NewDecoder(strings.NewReader(lines.Text()))
		dec.DisallowUnknownFields()
		var row labelledName
		if err := dec.Decode(&row); err != nil {
			t.Fatalf("%s: line %d: %v", path, len(rows)+1, err)
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

var (
	labelResolutions = strings.Fields("240p 360p 480p 576p 720p 1080p 1440p 2160p 4320p")
	labelSources     = strings.Fields(`cam telesync telecine screener r5 workprint vhs ppv satrip tvrip pdtv hdtvrip hdtv dvdrip dvd hdrip
		webdlrip webmux webrip web webdl brrip bdrip uhdrip hddvd bluray`)
)

// TestLabelledNamesAreWellFormed holds the labels to the words and forms of testdata/README.md: a slip of the pen in a label would
// otherwise be counted against the parser.
func TestLabelledNamesAreWellFormed(t *testing.T) {
	t.Parallel()
	for path, rows := range labelledNames(t) {
		seen := map[string]bool{}
		for _, row := range rows {
			if seen[row.Name] {
				t.Errorf("%s: %q stands twice", path, row.Name)
			}
			seen[row.Name] = true
			for _, fault := range labelFaults(row) {
				t.Errorf("%s: %q: %s", path, row.Name, fault)
			}
		}
	}
}

// TestClassesOfLabelledNamesAreLargeEnough keeps the share of a class that is read right from hanging on two or three names.
func TestClassesOfLabelledNamesAreLargeEnough(t *testing.T) {
	t.Parallel()
	classes := map[string]int{}
	for _, rows := range labelledNames(t) {
		for _, row := range rows {
			classes[row.Class]++
		}
	}
	for class, n := range classes {
		if n < 10 {
			t.Errorf("class %q has %d names, want 10 or more", class, n)
		}
	}
}

func labelFaults(row labelledName) []string {
	var faults []string
	say := func(bad bool, fault string) {
		if bad {
			faults = append(faults, fault)
		}
	}
	say(row.Name == "" || row.Class == "", "no name or class")
	say(row.Year != 0 && (row.Year < 1895 || row.Year > 2030), "no year that a film can have")
	say(row.YearEnd != 0 && row.YearEnd <= row.Year, "years out of order")
	for _, r := range slices.Concat(row.Seasons, row.Episodes) {
		say(r[0] > r[1] || r[0] < 0, "range out of order")
	}
	if row.Date != "" {
		_, err := time.Parse(time.DateOnly, row.Date)
		say(err != nil, "no such date")
		say(row.Year != 0, "the year of a dated broadcast is in its date")
	}
	say(row.Res.Value != "" && !slices.Contains(labelResolutions, row.Res.Value), "unknown resolution")
	say(row.Source.Value != "" && !slices.Contains(labelSources, row.Source.Value), "unknown source")
	say(!strings.Contains(row.Name, row.Group.Value), "group is not in the name")
	return faults
}
