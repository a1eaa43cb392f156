//go:build linux

package soak

import (
	"strings"
	"testing"
	"time"
)

// watch looks at a soak from outside, once a second.
type watch struct {
	t               *testing.T
	cache           string
	server, readers *child
	begun           time.Time
	samples         []sample
	last            toll
}

// watch takes samples for a while, and longer on a machine so busy that not everybody came to read yet.
func (w *watch) watch(long time.Duration) {
	w.t.Helper()
	told := time.Duration(0)
	for (time.Since(w.begun) < long || time.Since(w.begun) < long+patience && !w.last.full()) && !w.t.Failed() {
		s := w.sample()
		w.samples = append(w.samples, s)
		if s.At-told >= 10*time.Second {
			told = s.At
			w.t.Logf("%4.0f s: read %d MB, resident %d MB, goroutines %d, descriptors %d, open %d, cache %d MB",
				s.At.Seconds(), s.Read/1e6, s.RSS/1e6, s.Goroutines, s.Descriptors, s.Open, s.Disk/1e6)
		}
	}
	var b strings.Builder
	if err := table(&b, w.samples); err != nil {
		w.t.Error(err)
	}
	w.t.Logf("\n%s", b.String())
}

// sample waits for what both processes say next, and looks at them.
func (w *watch) sample() sample {
	w.t.Helper()
	in := next[inside](w.t, w.server)
	w.hear(next[toll](w.t, w.readers))
	pid := w.server.cmd.Process.Pid
	rss, err := resident(pid)
	if err != nil {
		w.t.Fatal(err)
	}
	fds, err := descriptors(pid)
	if err != nil {
		w.t.Fatal(err)
	}
	disk, err := within(w.cache, pid)
	if err != nil {
		w.t.Fatal(err)
	}
	return sample{
		At: time.Since(w.begun), RSS: rss, Heap: in.Heap, Goroutines: in.Goroutines, Descriptors: fds,
		Disk: disk.data, Index: disk.index, Files: len(disk.seen), Open: in.Open, Passed: in.Passed, Read: w.last.Bytes,
	}
}

// hear fails the test for what the readers met.
func (w *watch) hear(t toll) {
	w.t.Helper()
	for _, wrong := range t.Wrong[min(len(t.Wrong), len(w.last.Wrong)):] {
		w.t.Error(wrong)
	}
	if t.Oldest > deadline {
		w.t.Errorf("a read took %v", t.Oldest)
	}
	w.last = t
}

// end ends the readers, checks that what serves comes to rest as it was at first, and ends that too.
func (w *watch) end(first inside) {
	w.t.Helper()
	w.finish()
	for begun := time.Now(); ; {
		in := next[inside](w.t, w.server)
		if in.Open == 0 && in.Goroutines <= first.Goroutines+restSlack {
			break
		}
		if time.Since(begun) > patience {
			w.t.Errorf("without readers there are %d open handles and %d goroutines; at first there were %d", in.Open, in.Goroutines, first.Goroutines)
			break
		}
	}
	w.server.stop(w.t)
}

// restSlack is how many goroutines more than at first there may be: those of idle connections, and of the FUSE server.
const restSlack = 80

// finish ends the readers and hears what they say last.
func (w *watch) finish() {
	w.t.Helper()
	w.readers.in.Close()
	for {
		select {
		case <-w.server.lines: // or it would wait to be heard
			continue
		case line, ok := <-w.readers.lines:
			if !ok {
				w.readers.stop(w.t)
				w.t.Logf("in all: %+v", w.last)
				w.enough()
				return
			}
			w.hear(decode[toll](w.t, line))
		}
	}
}

// enough fails the test unless each kind of reader did something.
func (w *watch) enough() {
	w.t.Helper()
	if !w.last.full() {
		w.t.Errorf("not everything was read: %+v", w.last)
	}
}

func (t toll) full() bool { return t.Bytes > 0 && t.Scanned > 0 && t.Visited > 0 && t.Downloads > 0 }
