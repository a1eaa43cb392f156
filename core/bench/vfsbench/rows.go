//go:build linux

package main

import (
	"os"
	"path/filepath"
	"time"
)

// rows are all that can be measured, in the order in which it is.
var rows = []row{
	{"cached", "a film that is wholly in the disk cache, beside a file of the machine's own", (*bench).cached},
	{"cold", "a film read for the first time, from one end to the other", (*bench).cold},
	{"first", "the first 64 KiB after open, 50 ms away", (*bench).first},
	{"random", "64 KiB at random places of a film, 50 ms away", (*bench).random},
	{"list", "names and attributes, 50 ms away", (*bench).list},
	{"scan", "head and tail of films, as a media server looks at them that finds them, 50 ms away", (*bench).scan},
	{"play", "16 films at 40 Mbit/s, with 2 s in hand, 50 ms away", (*bench).play},
	{"bad", "14 such films beside one that never comes and one that comes a hundred times too slowly", (*bench).bad},
	{"memory", "most memory resident, by what is read", (*bench).memory},
}

// rtt is how far the origin is where it is far.
const rtt = 50 * time.Millisecond

// cap250 is the rate of an origin that is slower than the machine.
const cap250 = 250e6

// copying is how much cp and its like read at once.
const copying = 256 << 10

// cold reads films through: from an origin that is as fast as it can, from one with a cap, and from that 50 ms away.
func (b *bench) cold() error {
	sides, err := b.sides()
	if err != nil {
		return err
	}
	next := 0
	for _, c := range []struct {
		what   string
		rtt    time.Duration
		rate   float64
		repeat int
		aims   func(*line)
	}{
		{"uncapped", 0, 0, b.sizes.repeat, func(l *line) {
			l.compare(against{what: "speed", got: (*figure).value, other: "rclone", least: true, times: 1.7})
			l.compare(against{what: "CPU per GB", got: (*figure).perGB, other: "rclone", times: 0.5})
		}},
		{"capped at 0.25 GB/s", 0, cap250, 1, func(l *line) {
			l.compare(against{what: "speed", got: (*figure).value, other: "cap", least: true, times: 0.95})
		}},
		{"capped, and 50 ms away", rtt, cap250, 1, func(*line) {}},
	} {
		if err := b.set(c.rtt, c.rate); err != nil {
			return err
		}
		l := line{Row: b.row, What: c.what, Unit: "GB/s", Sides: figures(sides)}
		l.Sides = append(l.Sides, &figure{Side: "direct"}, &figure{Side: "direct, to a file"})
		for range c.repeat {
			t := task{Do: "through", Paths: names("cold", next, 1), Size: copying, Sampled: c.rate == 0}
			if err := b.coldOnce(sides, l.Sides, t); err != nil {
				return err
			}
			next++
		}
		if c.rate > 0 {
			l.Sides = append(l.Sides, &figure{Side: "cap", Values: []float64{c.rate / 1e9}})
		}
		c.aims(&l)
		b.report.add(l)
	}
	return nil
}

// coldOnce reads a film through each mount, and gets it from the origin without one: the second time into a file, which is
// what anybody must do who keeps what comes.
func (b *bench) coldOnce(sides []*server, figures []*figure, t task) error {
	for i, s := range sides {
		if _, err := b.measure(s, figures[i], reading{t, rate, linger}); err != nil {
			return err
		}
	}
	t.Do, t.Root = "get", b.origin.url()
	if err := b.plain(figures[len(sides)], t); err != nil {
		return err
	}
	t.Keep = filepath.Join(b.dir, "kept")
	defer os.Remove(t.Keep)
	return b.plain(figures[len(sides)+1], t)
}

// linger is how long a mount has to write what it read and to look it through.
const linger = 3 * time.Second

// piece is how much a player reads to start or after a jump.
const piece = 64 << 10

// roundTrips is a median in milliseconds as a number of round trips.
func roundTrips(f *figure) float64 { return f.value() / float64(rtt.Milliseconds()) }

// first opens films and reads their beginning: with nothing at hand, and with a link and a connection from before.
func (b *bench) first() error {
	sides, err := b.sides()
	if err != nil {
		return err
	}
	if err := b.set(rtt, 0); err != nil {
		return err
	}
	n := b.sizes.first
	cold := line{Row: b.row, What: "no link, no connection", Unit: "ms", Sides: figures(sides)}
	warm := line{Row: b.row, What: "leased, connected", Unit: "ms", Sides: figures(sides)}
	for i, s := range sides {
		if err := b.prime(s, task{Do: "stat", Paths: names("far", 0, 2*n)}); err != nil {
			return err
		}
		for k := range n {
			if err := b.firstOf(s, cold.Sides[i], name("far", k), false); err != nil {
				return err
			}
			if err := b.firstOf(s, warm.Sides[i], name("far", n+k), true); err != nil {
				return err
			}
		}
	}
	cold.most("round trips", roundTrips, 2.3)
	warm.most("round trips", roundTrips, 1.15)
	b.report.add(cold)
	b.report.add(warm)
	return nil
}

// firstOf measures one opening. Warm is after another place of the film was read; else the origin has closed every
// connection.
func (b *bench) firstOf(s *server, f *figure, path string, warm bool) error {
	t := task{Do: "first", Paths: []string{path}, Size: piece, Off: far / 2}
	if warm {
		if err := b.prime(s, t); err != nil {
			return err
		}
	} else if err := b.origin.post("hangup", nil); err != nil {
		return err
	}
	if err := wait(b.ctx, quiet); err != nil {
		return err
	}
	t.Off = 0
	_, err := b.measure(s, f, reading{task: t, value: laps})
	return err
}

// random jumps about in a film.
func (b *bench) random() error {
	sides, err := b.sides()
	if err != nil {
		return err
	}
	if err := b.set(rtt, 0); err != nil {
		return err
	}
	half := line{Row: b.row, What: "p50", Unit: "ms", Sides: figures(sides)}
	most := line{Row: b.row, What: "p95", Unit: "ms"}
	for i, s := range sides {
		if err := b.prime(s, task{Do: "stat", Paths: names("far", 0, 1)}); err != nil {
			return err
		}
		t := task{Do: "random", Paths: names("far", 0, 1), Size: piece, Count: b.sizes.random, Seed: 7}
		if _, err := b.measure(s, half.Sides[i], reading{task: t, value: laps}); err != nil {
			return err
		}
		p95 := *half.Sides[i]
		p95.Values = []float64{quantile(p95.Values, 0.95)}
		most.Sides = append(most.Sides, &p95)
	}
	half.most("round trips", roundTrips, 1.15)
	half.most("bytes fetched per byte read", (*figure).excess, 8)
	b.report.add(half)
	b.report.add(most)
	return nil
}
