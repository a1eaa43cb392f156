package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// wanted is how many files the film and the season come to.
const wanted = 5

// play reads from the middle of a file as a player does that was told to jump, and looks at the file with ffprobe where
// there is one.
func play(ctx context.Context, st *stage, lib library, s screen) error {
	files, err := lib.files(ctx)
	if err != nil {
		return err
	}
	if len(files) != wanted {
		return fmt.Errorf("the library holds %d files, and ought to hold %d", len(files), wanted)
	}
	film := files[0]
	o, err := st.original(ctx, lib, film)
	if err != nil {
		return err
	}
	if text := lib.probe(ctx, film); text != "" {
		s.print("ffprobe sees in " + film.path + "\n" + indent(text))
	}
	const size = 256 << 10
	offset := film.size / 2 / size * size
	got, err := lib.read(ctx, film, offset, size)
	if err != nil {
		return fmt.Errorf("read %s from byte %d: %w", film.path, offset, err)
	}
	source, err := st.world.Open(o.Hash, o.Path)
	if err != nil {
		return err
	}
	want := make([]byte, size)
	if _, err := source.ReadAt(want, offset); err != nil {
		return fmt.Errorf("read the original of %s: %w", film.path, err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%s differs from its original after byte %d", film.path, offset)
	}
	s.print(fmt.Sprintf("Jumped to byte %d of it and read %d KiB: the same as in the original", offset, size>>10))
	return nil
}

// compare reads every file whole and holds its digest to the original's; and every byte of it must have come from the seeder.
func compare(ctx context.Context, st *stage, lib library, s screen) error {
	files, err := lib.files(ctx)
	if err != nil {
		return err
	}
	of := map[string]int64{}
	lines := []string{"SHA-256 of each file, and whether the seeder's original has the same:"}
	var faults []error
	for _, f := range files {
		o, err := st.original(ctx, lib, f)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		of[o.Hash] += f.size
		lines = append(lines, fmt.Sprintf("    %s… same  %s", o.SHA256[:16], f.path))
	}
	s.print(strings.Join(lines, "\n"))
	return errors.Join(errors.Join(faults...), st.covered(of, s))
}

// original finds the file of the seeder's with the bytes of one in the library.
func (st *stage) original(ctx context.Context, lib library, f file) (world.Original, error) {
	r, err := lib.open(ctx, f)
	if err != nil {
		return world.Original{}, fmt.Errorf("open %s: %w", f.path, err)
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return world.Original{}, fmt.Errorf("read %s: %w", f.path, err)
	}
	sum := hex.EncodeToString(h.Sum(nil))
	for _, o := range st.world.Originals() {
		if o.SHA256 == sum && o.Size == f.size {
			return o, nil
		}
	}
	return world.Original{}, fmt.Errorf("%s (%s) is no file that the seeder holds", f.path, sum)
}

// covered checks that the seeder gave at least as many bytes of each torrent as were read of it.
func (st *stage) covered(of map[string]int64, s screen) error {
	var given, read int64
	for _, seed := range st.world.Seeds() {
		need, ok := of[seed.Hash]
		if !ok {
			continue
		}
		if seed.UploadedBytes < need {
			return fmt.Errorf("%d bytes were read of %s, and its seeder gave %d", need, seed.Name, seed.UploadedBytes)
		}
		given, read = given+seed.UploadedBytes, read+need
	}
	s.print(fmt.Sprintf("The seeder gave %d bytes for the %d that the files have: each came through the swarm", given, read))
	return nil
}
