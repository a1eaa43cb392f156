package release

import (
	"bufio"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	ptt "github.com/MunifTanjim/go-ptt"
)

// benchNames are the names of this repository and, where it is at hand, of the reference corpus, each once.
func benchNames(b *testing.B) []string {
	b.Helper()
	var names []string
	seen := map[string]bool{}
	add := func(s string) {
		if s != "" && !seen[s] {
			seen[s] = true
			names = append(names, s)
		}
	}
	f, err := os.Open("testdata/names.txt")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if !strings.HasPrefix(sc.Text(), "\t") {
			add(sc.Text())
		}
	}
	for _, rows := range labelledNames(b) {
		for _, l := range rows {
			add(l.Name)
		}
	}
	if os.Getenv("MILLRACE_REFERENCE") != "" {
		for _, row := range readCorpus(b) {
			add(row.Title)
		}
	}
	return names
}

// processorTime is what this process has used.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkNames reads the same names with this parser and with go-ptt, turn by turn on one core, and tells the processor
// time that each takes for a name and their ratio. One operation is one turn over all names.
func BenchmarkNames(b *testing.B) {
	names := benchNames(b)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const often = 40 // times that ours reads the names in a turn, as it is so much faster
	var ours, theirs time.Duration
	var before, after runtime.MemStats
	var mallocs uint64
	for b.Loop() {
		runtime.ReadMemStats(&before)
		begin := processorTime(b)
		for range often {
			for _, n := range names {
				Parse(n)
			}
		}
		middle := processorTime(b)
		runtime.ReadMemStats(&after)
		mallocs += after.Mallocs - before.Mallocs
		middleAgain := processorTime(b)
		for _, n := range names {
			ptt.Parse(n)
		}
		ours, theirs = ours+middle-begin, theirs+processorTime(b)-middleAgain
	}
	turns := float64(b.N * len(names))
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(len(names)), "names")
	b.ReportMetric(float64(ours.Nanoseconds())/turns/often, "cpu-ns/name")
	b.ReportMetric(float64(mallocs)/turns/often, "allocs/name")
	b.ReportMetric(float64(theirs.Nanoseconds())/turns, "go-ptt-cpu-ns/name")
	b.ReportMetric(float64(theirs)/float64(ours)*often, "times-go-ptt")
}

// peer is what go-ptt reads in a name, as far as title and numbers go.
func peer(name string) *Release {
	p := ptt.Parse(name).Normalize()
	r := &Release{Titles: []Title{{Text: p.Title}}, Seasons: listed(p.Seasons), Episodes: listed(p.Episodes)}
	first, last, _ := strings.Cut(p.Year, "-")
	r.Year, r.YearEnd = year(first), year(last)
	if t, err := time.Parse(time.DateOnly, p.Date); err == nil {
		r.Date = Date{Year: uint16(t.Year()), Month: uint8(t.Month()), Day: uint8(t.Day())}
	}
	return r
}

func listed(ns []int) []Range {
	var rs []Range
	for _, n := range ns {
		rs = append(rs, Range{uint16(n), uint16(n)})
	}
	return addRanges(nil, rs)
}

func year(s string) uint16 {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return uint16(n)
}

// TestAccuracyAgainstPeer has go-ptt read the labelled names too: no release of this parser may fall behind it.
func TestAccuracyAgainstPeer(t *testing.T) {
	t.Parallel()
	compare := func(path string, rows []labelledName) {
		var ours, theirs share
		for _, l := range rows {
			r := Parse(l.Name)
			ours.add(len(l.wrong(&r)) == 0)
			theirs.add(len(l.wrong(peer(l.Name))) == 0)
		}
		t.Logf("%s: title and every number: ours %v, go-ptt %v", path, ours, theirs)
		if ours.right <= theirs.right {
			t.Errorf("%s: go-ptt reads %d names right, we %d", path, theirs.right, ours.right)
		}
	}
	for path, rows := range labelledNames(t) {
		compare(path, rows)
	}
	if path := os.Getenv("MILLRACE_NAMES"); path != "" {
		compare(path, readLabelledNames(t, path))
	}
}
