package release

import (
	"fmt"
	"maps"
	"os"
	"slices"
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

// TestCorpusIsReadAccurately measures the undisputed assertions of the reference corpus and holds the share that is right where it is.
// MILLRACE_CORPUS_MISSES names a field whose misses are to be listed, or "all".
func TestCorpusIsReadAccurately(t *testing.T) {
	t.Parallel()
	const floor = 99.3
	listed := os.Getenv("MILLRACE_CORPUS_MISSES")
	var sum tally
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
	if sum.all.percent() < floor {
		t.Errorf("accuracy %.2f%% is below %.1f%%", sum.all.percent(), floor)
	}
}
