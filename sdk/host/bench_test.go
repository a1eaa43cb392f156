package host

import (
	"slices"
	"testing"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// BenchmarkCall is one call through a supervisor's client, with its 50th and 99th percentile.
func BenchmarkCall(b *testing.B) {
	s := supervise(b, stubOptions(b, "ok"), Policy{})
	configured(b, s, "i", `{}`)
	sc, err := s.Client("i")
	if err != nil {
		b.Fatal(err)
	}
	c, _ := sc.(sdk.Checker)
	times := make([]time.Duration, 0, b.N)
	for b.Loop() {
		began := time.Now()
		if _, err := c.Check(b.Context()); err != nil {
			b.Fatal(err)
		}
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkStart is the time from nothing to an answered Describe, and the end of the process.
func BenchmarkStart(b *testing.B) {
	o := stubOptions(b, "ok")
	for b.Loop() {
		p, err := Start(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		p.Kill()
		b.StartTimer()
	}
}

// BenchmarkStream is ten thousand releases.
func BenchmarkStream(b *testing.B) {
	_, s := startStub(b, stubOptions(b, "ok"))
	for b.Loop() {
		n := 0
		err := s.Scrape(b.Context(), sdk.Query{Names: []string{"flood:10000"}}, func(rs ...sdk.Release) error {
			n += len(rs)
			return nil
		})
		if err != nil || n != 10000 {
			b.Fatal(n, err)
		}
	}
}
