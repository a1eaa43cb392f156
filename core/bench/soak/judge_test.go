//go:build linux

package soak

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// judge says what is wrong with samples: what grew from the second third to the last, after the first in which everything warms
// up, and what was over its bound at any time.
func judge(samples []sample) (wrong []string) {
	n := len(samples) / 3
	if n < 5 {
		return []string{fmt.Sprintf("%d samples tell nothing", len(samples))}
	}
	second, last := samples[n:2*n], samples[2*n:]
	for _, g := range gauges {
		before, after := quantile(second, g.quantile, g.of), quantile(last, g.quantile, g.of)
		if after > before+before/8+g.slack {
			wrong = append(wrong, fmt.Sprintf("%s grew from %d to %d", g.name, before, after))
		}
	}
	return append(wrong, over(samples)...)
}

// memoryMost is what the serving process may hold: as much as sixteen streams may take.
const memoryMost = 250_000_000

// over says where a bound was passed.
func over(samples []sample) (wrong []string) {
	for _, s := range samples {
		if s.RSS > memoryMost {
			wrong = append(wrong, fmt.Sprintf("after %v %d bytes of memory were in use, more than %d", s.At, s.RSS, int64(memoryMost)))
		}
		if most := mostDisk(s.Files); s.Disk > most {
			wrong = append(wrong, fmt.Sprintf("after %v the cache took %d bytes of disk, more than %d", s.At, s.Disk, most))
		}
	}
	return wrong[:min(len(wrong), 10)]
}

// gauges are what must not grow, and by how much it may all the same, besides an eighth of it. Requests come in waves, and each
// has goroutines and a connection: what leaks is still there when it is quiet, so the lowest tenth is compared.
var gauges = []struct {
	name     string
	of       func(sample) int64
	quantile float64
	slack    int64
}{
	{"resident memory", func(s sample) int64 { return s.RSS }, 0.5, 24 << 20},
	{"goroutines", func(s sample) int64 { return int64(s.Goroutines) }, 0.1, 30},
	{"descriptors", func(s sample) int64 { return int64(s.Descriptors) }, 0.1, 30},
}

func quantile(samples []sample, q float64, of func(sample) int64) int64 {
	values := make([]int64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[int(q*float64(len(values)))]
}

// table prints some of the samples, evenly spread, the last among them.
func table(w io.Writer, samples []sample) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "time\tread MB\tresident MB\theap MB\tgoroutines\tdescriptors\topen\tpassed through\tcache on disk MB\tindex MB\t")
	const rows = 24
	for i := range min(rows, len(samples)) {
		s := samples[(i+1)*len(samples)/min(rows, len(samples))-1]
		fmt.Fprintf(tw, "%v\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f\t\n", s.At.Round(time.Second), s.Read/1e6, s.RSS/1e6, s.Heap/1e6, s.Goroutines, s.Descriptors, s.Open, s.Passed, s.Disk/1e6, float64(s.Index)/1e6)
	}
	return tw.Flush()
}

// steady are samples of a process with which nothing is wrong.
func steady() []sample {
	out := make([]sample, 90)
	for i := range out {
		out[i] = sample{At: time.Duration(i) * time.Second, RSS: 150<<20 + int64(i%7)<<20, Goroutines: 50 + i%11*20, Descriptors: 200 + i%5, Disk: cacheBytes, Files: 120}
	}
	return out
}

func TestWhatGrowsOrPassesItsBoundIsFound(t *testing.T) {
	t.Parallel()
	each := func(do func(i int, s *sample)) []sample {
		all := steady()
		for i := range all {
			do(i, &all[i])
		}
		return all
	}
	for _, tt := range []struct {
		name    string
		samples []sample
		want    string // how the only complaint begins; empty: there is none
	}{
		{"nothing is wrong", steady(), ""},
		{"what grows while it warms up is as it should be", each(func(i int, s *sample) { s.RSS -= int64(max(0, 30-i)) << 20 }), ""},
		{"what comes in waves is as it should be", each(func(i int, s *sample) { s.Goroutines += i / 60 * (i % 2) * 200 }), ""},
		{"memory grows", each(func(i int, s *sample) { s.RSS = int64(20+2*i) << 20 }), "resident memory grew"},
		{"goroutines grow", each(func(i int, s *sample) { s.Goroutines += 2 * i }), "goroutines grew"},
		{"descriptors grow", each(func(i int, s *sample) { s.Descriptors += 3 * i }), "descriptors grew"},
		{"memory passes its bound once", each(func(i int, s *sample) { s.RSS += int64(1-cmp.Compare(i, 70)*cmp.Compare(i, 70)) * memoryMost }), "after 1m10s"},
		{"the cache passes its bound once", each(func(i int, s *sample) { s.Disk += int64(1-cmp.Compare(i, 3)*cmp.Compare(i, 3)) * (8 << 20) }), "after 3s the cache"},
		{"too few samples tell nothing", steady()[:9], "9 samples"},
	} {
		got := judge(tt.samples)
		if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], tt.want)) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
