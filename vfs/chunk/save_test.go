package chunk

import (
	"slices"
	"testing"
	"time"
)

// slowDisk takes nothing until it is let.
type slowDisk struct {
	gate  chan struct{}
	taken []int64 // first numbers of batches; the saver's alone until it is closed
}

func (d *slowDisk) save(first int64, _ [][]byte) {
	<-d.gate
	d.taken = append(d.taken, first)
}

// saving has a saver take pieces 0 to n-1, two at once.
func saving(t *testing.T, d *slowDisk, urgent bool) (*saver, []*piece) {
	t.Helper()
	c, err := New(nil, Options{DiskWait: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	s := &saver{c: c, most: 2, save: d.save, has: func(int64) bool { return false }, urgent: func() bool { return urgent }}
	var ps []*piece
	for n := range int64(12) {
		ps = append(ps, &piece{n: n, pins: 1})
	}
	return s, ps
}

func TestSaverWritesAllWhileNobodyWaits(t *testing.T) {
	t.Parallel()
	d := &slowDisk{gate: make(chan struct{})}
	s, ps := saving(t, d, false)
	go func() {
		for range 6 { // batches
			d.gate <- struct{}{}
		}
	}()
	for _, p := range ps {
		s.add(p)
	}
	s.close()
	if want := []int64{0, 2, 4, 6, 8, 10}; !slices.Equal(d.taken, want) {
		t.Errorf("got batches from %v, want %v", d.taken, want)
	}
}

func TestSaverLetsAReaderGoOnWhenTheDiskHangs(t *testing.T) {
	t.Parallel()
	d := &slowDisk{gate: make(chan struct{})}
	s, ps := saving(t, d, true)
	for _, p := range ps {
		s.add(p) // returns, though nothing is taken
	}
	close(d.gate)
	s.close()
	for _, p := range ps {
		if p.pins != 0 {
			t.Errorf("piece %d is pinned after the end", p.n)
		}
	}
	if len(d.taken) == 0 || len(d.taken) == 6 {
		t.Errorf("got batches from %v, want some written and some given up", d.taken)
	}
}

func TestSaverWritesOnlyWhatIsConsecutiveAtOnce(t *testing.T) {
	t.Parallel()
	d := &slowDisk{gate: make(chan struct{})}
	close(d.gate)
	s, ps := saving(t, d, false)
	for _, i := range []int{0, 2, 3, 5} {
		s.add(ps[i])
	}
	s.close()
	if want := []int64{0, 2, 5}; !slices.Equal(d.taken, want) {
		t.Errorf("got batches from %v, want %v", d.taken, want)
	}
}
