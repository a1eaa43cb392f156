//go:build linux

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// options are the command line's.
type options struct {
	only     string
	quick    bool
	json     string
	profiles string
	trace    string
	rclone   string
	dir      string
	list     bool
}

func parse(args []string) (o options, err error) {
	fs := flag.NewFlagSet("bench-vfs", flag.ContinueOnError)
	fs.StringVar(&o.only, "only", "", "rows to measure, separated by commas; all where empty")
	fs.BoolVar(&o.quick, "quick", false, "smaller files, fewer repeats: to see a change, not to report")
	fs.StringVar(&o.json, "json", "", "write the figures to a file as well")
	fs.StringVar(&o.profiles, "profiles", "", "write profiles of our mount to a folder")
	fs.StringVar(&o.trace, "trace", "", "write every reading from the origin to a file")
	fs.StringVar(&o.rclone, "rclone", "rclone", "the rclone to compare with; empty: none")
	fs.StringVar(&o.dir, "dir", "", "where to keep caches while it runs; empty: the system's folder for such things")
	fs.BoolVar(&o.list, "list", false, "list the rows")
	return o, fs.Parse(args)
}

// bench is one run.
type bench struct {
	ctx     context.Context // the run's, of which everything here is a part
	o       options
	sizes   sizes
	self    string // this program
	dir     string
	library string // path of the database
	origin  *remote
	report  report

	row     string // the one that is being measured
	started int    // servers so far
	servers []*server
	readers []*process
}

// row is a group of figures that are measured together.
type row struct {
	name, about string
	measure     func(*bench) error
}

func measureAll(ctx context.Context, args []string) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	chosen, err := choose(o.only)
	if err != nil {
		return err
	}
	if o.list {
		for _, r := range rows {
			fmt.Printf("%-8s %s\n", r.name, r.about)
		}
		return nil
	}
	b := &bench{ctx: ctx, o: o, sizes: sizesOf(o.quick)}
	defer b.close()
	if err := b.prepare(); err != nil {
		return err
	}
	for _, r := range chosen {
		if err := b.measureRow(r); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return b.report.end(o.json)
}

// choose finds the rows that are asked for.
func choose(only string) ([]row, error) {
	if only == "" {
		return rows, nil
	}
	var chosen []row
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(rows, func(r row) bool { return r.name == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("there is no row %q: -list tells which there are", name)
		}
		chosen = append(chosen, rows[i])
	}
	return chosen, nil
}

// prepare makes what all rows need: the library and the origin.
func (b *bench) prepare() (err error) {
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp(b.o.dir, "bench-vfs-"); err != nil {
		return err
	}
	if b.o.profiles != "" {
		if err := os.MkdirAll(b.o.profiles, 0o755); err != nil {
			return err
		}
	}
	if path, err := exec.LookPath(b.o.rclone); err != nil {
		fmt.Println("rclone is not installed: there is nothing to compare with")
		b.o.rclone = ""
	} else {
		b.o.rclone = path
	}
	b.library = filepath.Join(b.dir, "library.db")
	if err := fill(b.ctx, b.library, catalogue(b.sizes)); err != nil {
		return fmt.Errorf("make a library: %w", err)
	}
	b.origin, err = startOrigin(b.self, b.o)
	return err
}

func (b *bench) measureRow(r row) error {
	b.row = r.name
	b.report.begin(r)
	defer b.clear()
	begun := time.Now()
	err := r.measure(b)
	fmt.Printf("  (%.0f s)\n", time.Since(begun).Seconds())
	return err
}

// clear ends what a row has started and removes what it has kept.
func (b *bench) clear() {
	for _, s := range b.servers {
		s.close()
		os.RemoveAll(s.home)
	}
	for _, p := range b.readers {
		p.stop()
	}
	b.servers, b.readers = nil, nil
}

func (b *bench) close() {
	b.clear()
	if b.origin != nil {
		b.origin.stop()
	}
	if b.dir != "" {
		os.RemoveAll(b.dir)
	}
}

// set says how far the origin is and how fast.
func (b *bench) set(rtt time.Duration, rate float64) error {
	return b.origin.post("set", conditions{RTT: rtt, Rate: rate})
}

// sides starts what is compared: ours, and rclone where there is one.
func (b *bench) sides() ([]*server, error) {
	ours, err := b.ours()
	if err != nil || b.o.rclone == "" {
		return []*server{ours}, err
	}
	theirs, err := b.rclone()
	return []*server{ours, theirs}, err
}
