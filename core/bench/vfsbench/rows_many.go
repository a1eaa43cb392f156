//go:build linux

package main

import "fmt"

// list looks at names and attributes, and opens files without reading them.
func (b *bench) list() error {
	sides, err := b.sides()
	if err != nil {
		return err
	}
	if err := b.set(rtt, 0); err != nil {
		return err
	}
	var some []string
	for i := range 10 {
		some = append(some, names(fmt.Sprintf("shows/show-%02d", i), 0, inEach)...)
	}
	for _, c := range []struct {
		what string
		task task
	}{
		{"1,000 × stat", task{Do: "stat", Paths: some}},
		{"1,000 × open and close", task{Do: "open", Paths: some}},
		{"ls -lR of 10,000 files", task{Do: "list", Paths: []string{"shows"}}},
		{"the same again", task{Do: "list", Paths: []string{"shows"}}},
	} {
		l := line{Row: b.row, What: c.what, Unit: "s", Sides: figures(sides)}
		for i, s := range sides {
			if _, err := b.measure(s, l.Sides[i], reading{task: c.task, value: seconds}); err != nil {
				return err
			}
		}
		l.most("seconds", (*figure).value, 1)
		l.most("requests", (*figure).asked, 0)
		b.report.add(l)
	}
	return nil
}

// scan looks at head and tail of many films, and then once more, when the kernel has forgotten them.
func (b *bench) scan() error {
	sides, err := b.sides()
	if err != nil {
		return err
	}
	if err := b.set(rtt, 0); err != nil {
		return err
	}
	films := names("scan", 0, b.sizes.scanned)
	t := task{Do: "scan", Paths: films, Size: 256 << 10, Workers: 4}
	first := line{Row: b.row, What: fmt.Sprintf("%d films", len(films)), Unit: "s", Sides: figures(sides)}
	again := line{Row: b.row, What: "the same again", Unit: "s", Sides: figures(sides)}
	for i, s := range sides {
		if err := b.prime(s, task{Do: "stat", Paths: films}); err != nil {
			return err
		}
		if _, err := b.measure(s, first.Sides[i], reading{t, seconds, linger}); err != nil {
			return err
		}
		if err := b.prime(s, task{Do: "cool", Paths: films}); err != nil {
			return err
		}
		if _, err := b.measure(s, again.Sides[i], reading{task: t, value: seconds}); err != nil {
			return err
		}
	}
	first.most("bytes fetched per byte read", (*figure).excess, 4)
	again.most("bytes fetched per byte read", (*figure).excess, 0)
	again.most("requests", (*figure).asked, 0)
	b.report.add(first)
	b.report.add(again)
	return nil
}

const (
	film40 = 40e6 / 8 // bytes a second of a film
	inHand = 2        // seconds
)

func stalls(o outcome) []float64 {
	n := 0
	for _, p := range o.Plays {
		n += p.Stalls
	}
	return []float64{float64(n)}
}

// starts is how long each film took to begin; one that never did took as long as it was waited for.
func (b *bench) starts(o outcome) []float64 {
	var list []float64
	for _, p := range o.Plays {
		if p.Start == 0 {
			p.Start = b.sizes.play
		}
		list = append(list, p.Start)
	}
	return list
}

// play plays sixteen films at once.
func (b *bench) play() error { return b.playing(16, nil) }

// bad plays some films beside others of which nothing, or too little, comes.
func (b *bench) bad() error { return b.playing(14, []string{"bad/dead.mkv", "bad/slow.mkv"}) }

func (b *bench) playing(n int, beside []string) error {
	sides, err := b.sides()
	if err != nil {
		return err
	}
	if err := b.set(rtt, 0); err != nil {
		return err
	}
	still := line{Row: b.row, What: "stalls", Sides: figures(sides)}
	start := line{Row: b.row, What: "until the last began", Unit: "s"}
	for i, s := range sides {
		t := task{Do: "play", Paths: names("play", 0, n), Rate: film40, Buffer: inHand, Seconds: b.sizes.play}
		began, err := b.playOn(s, still.Sides[i], t, beside)
		if err != nil {
			return err
		}
		start.Sides = append(start.Sides, began)
	}
	still.most("stalls", (*figure).value, 0)
	if len(beside) == 0 {
		still.most("peak MB", (*figure).megabytes, 250)
		still.most("bytes fetched per byte read", (*figure).excess, 1.1)
	}
	b.report.add(still)
	b.report.add(start)
	return nil
}

// playOn plays on one side, and returns how long the films took to begin.
func (b *bench) playOn(s *server, f *figure, t task, beside []string) (*figure, error) {
	began := &figure{Side: s.name}
	if err := b.prime(s, task{Do: "stat", Paths: append(beside, t.Paths...)}); err != nil {
		return nil, err
	}
	if len(beside) > 0 {
		poor := t
		poor.Root, poor.Paths, poor.Seconds = s.dir, beside, readWithin.Seconds()
		p, err := b.reader(poor)
		if err != nil {
			return nil, err
		}
		defer p.cmd.Process.Kill() //nolint:errcheck // it has ended already
	}
	o, err := b.measure(s, f, reading{task: t, value: stalls})
	for _, p := range o.Plays {
		if p.Error != "" {
			f.Error = p.Error
		}
	}
	if began.Error = f.Error; f.Error == "" {
		began.Values = []float64{quantile(b.starts(o), 1)}
	}
	return began, err
}

// memory reads a film, one that is several times as long, and a little of each of many that are open at once.
func (b *bench) memory() error {
	sides, err := b.sides()
	if err != nil {
		return err
	}
	if err := b.set(0, 0); err != nil {
		return err
	}
	gb := func(n int64) string { return fmt.Sprintf("%.1f GB", float64(n)/1e9) }
	for _, c := range []struct {
		what string
		task task
	}{
		{"a film of " + gb(b.sizes.cold), task{Do: "through", Paths: names("cold", 0, 1), Size: copying, Sampled: true}},
		{"a film of " + gb(b.sizes.long), task{Do: "through", Paths: names("long", 0, 1), Size: copying, Sampled: true}},
		{fmt.Sprintf("%d open files", b.sizes.handles), task{Do: "hold", Paths: names("many", 0, b.sizes.handles), Off: far / 2, Size: piece, Workers: 16}},
	} {
		l := line{Row: b.row, What: c.what, Unit: "MB", Sides: figures(sides)}
		for i, s := range sides {
			if _, err := b.measure(s, l.Sides[i], reading{task: c.task, value: nothing}); err != nil {
				return err
			}
			l.Sides[i].Values = []float64{l.Sides[i].megabytes()}
		}
		l.most("peak MB", (*figure).megabytes, 250)
		b.report.add(l)
	}
	return nil
}
