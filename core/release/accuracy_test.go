package release

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// tally counts assertions: all of them, and those where something is to be found.
type tally struct{ all, found share }

func (c *tally) add(right, set bool) {
	c.all.add(right)
	if set {
		c.found.add(right)
	}
}

func (c *tally) String() string {
	return fmt.Sprintf("%6.2f%% of %5d; where something is to be found %6.2f%% of %5d", c.all.percent(), c.all.all, c.found.percent(), c.found.all)
}

// contradicted reads testdata/contradicted.txt: assertions of the corpus that say something else than the name, each with the reason
// why we keep our reading: field, name, reason.
func contradicted(t *testing.T) map[string]bool {
	t.Helper()
	b, err := os.ReadFile("testdata/contradicted.txt")
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		parts := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(parts) != 3 || parts[2] == "" {
			t.Fatalf("not a field, a name and a reason: %q", line)
		}
		set[parts[0]+"\t"+parts[1]] = true
	}
	return set
}

// TestCorpusIsReadAccurately measures the undisputed assertions of the reference corpus and holds the share that is right where it is.
// MILLRACE_CORPUS_MISSES names a field whose misses are to be listed, or "all".
func TestCorpusIsReadAccurately(t *testing.T) {
	t.Parallel()
	const floor = 98.9
	against, listed := contradicted(t), os.Getenv("MILLRACE_CORPUS_MISSES")
	var sum, fair tally
	fields, told := map[string]*tally{}, map[string]bool{}
	for _, row := range readCorpus(t) {
		r := Parse(row.Title)
		for field, want := range row.Expect {
			if slices.Contains(row.Disputed, field) {
				continue
			}
			got, wanted, ok := corpusField(&r, field, want)
			if !ok {
				continue
			}
			slices.Sort(got)
			slices.Sort(wanted)
			right, key := slices.Equal(got, wanted), field+"\t"+row.Title
			if fields[field] == nil {
				fields[field] = new(tally)
			}
			fields[field].add(right, len(wanted) > 0)
			sum.add(right, len(wanted) > 0)
			if !against[key] {
				fair.add(right, len(wanted) > 0)
			}
			if !right && (listed == field || listed == "all") && !told[key] {
				told[key] = true
				t.Logf("miss: %s: got %.60q want %.60q in %q", field, got, wanted, row.Title)
			}
		}
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		t.Logf("%-16s %v", field, fields[field])
	}
	t.Logf("%-16s %v", "all", &sum)
	t.Logf("without the %d assertions that contradict their name (testdata/contradicted.txt): %.2f%%", sum.all.all-fair.all.all, fair.all.percent())
	if sum.all.percent() < floor {
		t.Errorf("accuracy %.2f%% is below %.1f%%", sum.all.percent(), floor)
	}
}
