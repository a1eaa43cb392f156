//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// figure is what was measured of one side.
type figure struct {
	Side     string
	Values   []float64 // one each time
	CPU      float64   `json:",omitempty"` // seconds of the mount's process, or of the reader where there is none, in all
	Read     int64     `json:",omitempty"` // bytes, in all
	Fetched  int64     `json:",omitempty"` // bytes that the origin sent, in all
	Requests int64     `json:",omitempty"`
	Conns    int64     `json:",omitempty"` // new connections
	Peak     int64     `json:",omitempty"` // most bytes resident
	Error    string    `json:",omitempty"`

	served bool // by a mount, so that there is a cost
}

// value is the median.
func (f *figure) value() float64 { return quantile(f.Values, 0.5) }

func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// perGB is how many seconds of processor time each gigabyte took.
func (f *figure) perGB() float64 { return over(f.CPU, float64(f.Read)/1e9) }

// excess is how many bytes were fetched for each that was read.
func (f *figure) excess() float64 { return over(float64(f.Fetched), float64(f.Read)) }

// spread is from the least to the most that was measured; the value is the one in the middle.
func (f *figure) spread() string {
	if len(f.Values) < 2 {
		return ""
	}
	return fmt.Sprintf("(%.3g–%.3g)", slices.Min(f.Values), slices.Max(f.Values))
}

// enough is how much must have been read for the processor's time to be told by the gigabyte: the kernel counts it coarsely.
const enough = 2 << 20

func (f *figure) perGBText() string {
	if f.Read < enough || f.CPU == 0 && !f.served {
		return "-"
	}
	return fmt.Sprintf("%.2f", f.perGB())
}

func (f *figure) excessText() string {
	if f.Read == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", f.excess())
}

func (f *figure) megabytes() float64 { return float64(f.Peak) / 1e6 }

func (f *figure) asked() float64 { return float64(f.Requests) }

func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// aim is what a figure is meant to reach.
type aim struct {
	Text string
	Got  float64
	Met  bool
}

// line is a figure of every side.
type line struct {
	Row, What, Unit string
	Sides           []*figure
	Aims            []aim
}

// report is all that was measured.
type report struct {
	Time  time.Time
	Load  [2]string // of the machine, when it began and when it ended
	Lines []line
}

func (r *report) begin(row row) {
	if r.Time.IsZero() {
		r.Time, r.Load[0] = time.Now().UTC(), load()
	}
	fmt.Printf("\n%s: %s\n", row.name, row.about)
	fmt.Printf("  %-46s %8s %-5s %-13s %9s %13s %9s %6s %8s\n", "", "", "", "", "CPU s/GB", "fetched/read", "requests", "conns", "peak MB")
}

// add takes a line and prints it.
func (r *report) add(l line) {
	r.Lines = append(r.Lines, l)
	for _, f := range l.Sides {
		fmt.Printf("  %-25s %-20s ", l.What, f.Side)
		f.print(l.Unit)
	}
	for _, a := range l.Aims {
		verdict := "ok"
		if !a.Met {
			verdict = "MISSED"
		}
		fmt.Printf("  %-25s %s: %.2f %s\n", "", a.Text, a.Got, verdict)
	}
}

func (f *figure) print(unit string) {
	switch {
	case f.Error != "":
		fmt.Printf("failed: %s\n", f.Error)
	case !f.served:
		fmt.Printf("%8.3g %-5s %-13s %9s\n", f.value(), unit, f.spread(), f.perGBText())
	default:
		fmt.Printf("%8.3g %-5s %-13s %9s %13s %9d %6d %8.0f\n", f.value(), unit, f.spread(), f.perGBText(), f.excessText(), f.Requests, f.Conns, f.megabytes())
	}
}

// end prints how many aims were missed, and writes the figures to a file where there is to be one.
func (r *report) end(path string) error {
	all, missed := 0, 0
	for _, l := range r.Lines {
		for _, a := range l.Aims {
			all++
			if !a.Met {
				missed++
			}
		}
	}
	r.Load[1] = load()
	fmt.Printf("\n%d of %d aims met; load of the machine %s before and %s after\n", all-missed, all, r.Load[0], r.Load[1])
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// load is how many processes want a processor, on an average of the last minute.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	text, _, _ := strings.Cut(string(b), " ")
	return text
}

// of returns the figure of a side; nil where it was not measured, or failed.
func (l *line) of(side string) *figure {
	for _, f := range l.Sides {
		if f.Side == side && f.Error == "" {
			return f
		}
	}
	return nil
}

// most says that what ours needs is at most so much.
func (l *line) most(what string, got func(*figure) float64, limit float64) {
	f := l.of("ours")
	a := aim{Text: fmt.Sprintf("ours: %s, aim ≤ %g", what, limit)}
	if f != nil {
		a.Got = got(f)
		a.Met = a.Got <= limit
	}
	l.Aims = append(l.Aims, a)
}

// against says how what ours needs or gives should be beside another side's.
type against struct {
	side  string // empty: ours
	what  string
	got   func(*figure) float64
	other string
	least bool // so many times as much at least; else at most
	times float64
}

// compare sets an aim that is met or missed beside another side. Where that was not measured there is none.
func (l *line) compare(c against) {
	if c.side == "" {
		c.side = "ours"
	}
	ours, theirs := l.of(c.side), l.of(c.other)
	if theirs == nil {
		return
	}
	sign := "≤"
	if c.least {
		sign = "≥"
	}
	a := aim{Text: fmt.Sprintf("%s: %s, times %s, aim %s %g", c.side, c.what, c.other, sign, c.times)}
	if ours != nil {
		a.Got = over(c.got(ours), c.got(theirs))
		a.Met = a.Got == c.times || a.Got > c.times == c.least
	}
	l.Aims = append(l.Aims, a)
}
