//go:build linux

package main

import (
	"os"
	"path/filepath"
)

// cached reads a film that was read before, out of the kernel's memory and from the disk: a file of the machine's own, ours
// as the kernel reads it by itself, ours as it is where the kernel may not, and rclone's.
func (b *bench) cached() error {
	sides, err := b.sides()
	if err != nil {
		return err
	}
	through, err := b.ours("-no-passthrough")
	if err != nil {
		return err
	}
	through.name = "ours, no passthrough"
	c := comparison{bench: b, sides: append(sides, through), own: filepath.Join(b.dir, "own"), film: names("cold", 0, 1)}
	if err := c.fill(); err != nil {
		return err
	}
	for _, read := range []func() (line, error){c.fromMemory, c.fromDisk} {
		l, err := read()
		if err != nil {
			return err
		}
		l.compare(against{what: "speed", got: (*figure).value, other: "native", least: true, times: 0.9})
		l.most("CPU s/GB", (*figure).perGB, 0.02)
		l.compare(against{side: "ours, no passthrough", what: "speed", got: (*figure).value, other: "rclone", least: true, times: 2})
		b.report.add(l)
	}
	return nil
}

// comparison is a film that every side has on disk.
type comparison struct {
	*bench
	sides []*server
	own   string // folder of the machine's own file
	film  []string
}

// fill has every side read the film, and what is written or looked through afterwards done.
func (c comparison) fill() error {
	if err := c.copyFilm(c.own, c.film[0]); err != nil {
		return err
	}
	if err := c.set(0, 0); err != nil {
		return err
	}
	for _, s := range c.sides {
		if err := c.prime(s, task{Do: "through", Paths: c.film, Size: copying}); err != nil {
			return err
		}
	}
	return wait(c.ctx, linger)
}

// fromMemory reads what was just read.
func (c comparison) fromMemory() (line, error) {
	return c.read("in the kernel's memory", func(again bool, s *server) error {
		if again {
			return nil
		}
		return c.prime(s, c.through())
	}, func(again bool) error {
		if again {
			return nil
		}
		_, err := c.bench.read(c.native())
		return err
	})
}

// fromDisk reads what the kernel has forgotten.
func (c comparison) fromDisk() (line, error) {
	return c.read("on disk", func(_ bool, s *server) error {
		if err := c.prime(s, task{Do: "cool", Paths: c.film}); err != nil {
			return err
		}
		_, err := c.bench.read(task{Do: "cool", Root: s.cache, Paths: []string{"."}})
		return err
	}, func(bool) error {
		_, err := c.bench.read(task{Do: "cool", Root: c.own, Paths: c.film})
		return err
	})
}

func (c comparison) through() task {
	return task{Do: "through", Paths: c.film, Size: copying, Sampled: true}
}

func (c comparison) native() task {
	t := c.through()
	t.Root = c.own
	return t
}

// read reads the film through every side in turn, several times; each side is made ready before.
func (c comparison) read(what string, ready func(again bool, s *server) error, readyOwn func(again bool) error) (line, error) {
	l := line{Row: c.row, What: what, Unit: "GB/s", Sides: figures(c.sides)}
	native := &figure{Side: "native"}
	for n := range c.sizes.repeat {
		for i, s := range c.sides {
			if err := ready(n > 0, s); err != nil {
				return l, err
			}
			if _, err := c.measure(s, l.Sides[i], reading{task: c.through(), value: rate}); err != nil {
				return l, err
			}
		}
		if err := readyOwn(n > 0); err != nil {
			return l, err
		}
		if err := c.plain(native, c.native()); err != nil {
			return l, err
		}
	}
	l.Sides = append(l.Sides, native)
	return l, nil
}

// copyFilm writes a film to a file of the machine's own.
func (b *bench) copyFilm(dir, path string) error {
	to := filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer f.Close()
	c := newContent()
	for off := int64(0); off < b.sizes.cold; off += segment {
		if _, err := f.Write(c.at(path, off, b.sizes.cold-off)); err != nil {
			return err
		}
	}
	return f.Sync()
}
