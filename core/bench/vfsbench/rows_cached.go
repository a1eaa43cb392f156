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
	film := names("cold", 0, 1)
	own := filepath.Join(b.dir, "own")
	if err := b.copyFilm(own, film[0]); err != nil {
		return err
	}
	if err := b.set(0, 0); err != nil {
		return err
	}
	for _, s := range sides {
		if err := b.prime(s, task{Do: "through", Paths: film, Size: copying}); err != nil {
			return err
		}
	}
	if err := wait(b.ctx, linger); err != nil {
		return err
	}
	lines, err := b.readCached(own, film, sides)
	if err != nil {
		return err
	}
	for i := range lines {
		lines[i].compare("speed", (*figure).value, "native", "≥", 0.9)
		lines[i].most("CPU s/GB", (*figure).perGB, 0.02)
		b.report.add(lines[i])
	}
	return b.fallback(own, film, sides)
}

// fallback measures ours once more where every read passes through the process.
func (b *bench) fallback(own string, film []string, sides []*server) error {
	sides[0].close()
	ours, err := b.ours("-no-passthrough", "-cache", sides[0].cache)
	if err != nil {
		return err
	}
	sides[0] = ours
	lines, err := b.readCached(own, film, sides)
	if err != nil {
		return err
	}
	for i := range lines {
		lines[i].What += ", no passthrough"
		lines[i].compare("speed", (*figure).value, "rclone", "≥", 2)
		b.report.add(lines[i])
	}
	return nil
}

// readCached reads the film through every side in turn: after it was just read, and after the kernel has forgotten it.
func (b *bench) readCached(own string, film []string, sides []*server) ([]line, error) {
	lines := []line{{Row: b.row, What: "kernel's memory", Unit: "GB/s"}, {Row: b.row, What: "disk", Unit: "GB/s"}}
	t := task{Do: "through", Paths: film, Size: copying, Sampled: true}
	for i := range lines {
		native := &figure{Side: "native"}
		lines[i].Sides = append(figures(sides), native)
		for range b.sizes.repeat {
			for k, s := range sides {
				if err := b.readAgain(s, lines[i].Sides[k], t, i == 1); err != nil {
					return nil, err
				}
			}
			if err := b.readOwn(native, own, t, i == 1); err != nil {
				return nil, err
			}
		}
	}
	return lines, nil
}

func (b *bench) readAgain(s *server, f *figure, t task, fromDisk bool) error {
	before := t
	if fromDisk {
		if err := b.prime(s, task{Do: "cool", Paths: t.Paths}); err != nil {
			return err
		}
		if _, err := b.read(task{Do: "cool", Root: s.cache, Paths: []string{"."}}); err != nil {
			return err
		}
	} else if err := b.prime(s, before); err != nil {
		return err
	}
	_, err := b.measure(s, f, reading{task: t, value: rate})
	return err
}

func (b *bench) readOwn(f *figure, own string, t task, fromDisk bool) error {
	t.Root = own
	before := t
	if fromDisk {
		before = task{Do: "cool", Root: own, Paths: t.Paths}
	}
	if _, err := b.read(before); err != nil {
		return err
	}
	return b.plain(f, t)
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
