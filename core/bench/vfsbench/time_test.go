//go:build linux

package main

import (
	"testing"
	"testing/synctest"
	"time"
)

// bites has a player get its film a bite at a time, one each interval.
func bites(rate float64, n int, interval time.Duration) play {
	p := player{task: task{Rate: rate, Buffer: 2}}
	opened := time.Now()
	for range n {
		time.Sleep(interval)
		p.Bytes += bite
		p.arrived(opened)
		p.rest()
	}
	return p.play
}

func TestAFilmStandsStillWhereItComesTooLate(t *testing.T) {
	t.Parallel()
	const bitesASecond = 20
	for name, c := range map[string]struct {
		interval time.Duration
		start    float64
		stalls   bool
	}{
		"twice as fast as it is watched":     {time.Second / 40, 1, false},
		"just as fast":                       {time.Second / 20, 2, false},
		"a little more slowly than that":     {time.Second / 18, 20. * 2 / 18, true},
		"at half the speed":                  {time.Second / 10, 4, true},
		"as a whole, before anybody notices": {0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := bites(bitesASecond*bite, 600, c.interval)
				if (p.Stalls > 0) != c.stalls || (p.Stalled > 0) != c.stalls {
					t.Errorf("got %d stalls of %.3f s in all", p.Stalls, p.Stalled)
				}
				if d := p.Start - c.start; d < -0.001 || d > 0.001 {
					t.Errorf("it began after %.3f s, want %.3f", p.Start, c.start)
				}
			})
		})
	}
}

func TestAPlayerHasNoMoreInHandThanItsBuffer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		bites(20*bite, 640, 0)
		if took, want := time.Since(begun), 30*time.Second; took < want-100*time.Millisecond || took > want+100*time.Millisecond {
			t.Errorf("32 s of a film were taken in %s", took)
		}
	})
}

func TestBytesPassAtTheirRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var p pace
		pass := func(n int) time.Duration {
			begun := time.Now()
			for range n {
				if err := p.take(t.Context(), 1000); err != nil {
					t.Fatal(err)
				}
			}
			return time.Since(begun)
		}
		if took := pass(1000); took != 0 || p.on() {
			t.Errorf("without a rate it took %s", took)
		}
		p.set(1e6)
		if took := pass(5000); took < 5*time.Second-2*slack || took > 5*time.Second+2*slack || !p.on() {
			t.Errorf("5 MB at 1 MB/s took %s", took)
		}
		time.Sleep(time.Minute) // time that nobody used is lost
		if took := pass(1000); took < time.Second-2*slack || took > time.Second+2*slack {
			t.Errorf("another took %s", took)
		}
	})
}
