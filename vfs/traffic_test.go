package vfs

import (
	"testing"
	"time"
)

func TestAMeterForgets(t *testing.T) {
	t.Parallel()
	start := time.Unix(1000, 0)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	for _, tt := range []struct {
		name string
		adds map[time.Duration]int64
		when time.Duration
		age  time.Duration
		want int64
	}{
		{"is still before the first byte", nil, time.Second, time.Minute, 0},
		{"takes a single read for a second's", map[time.Duration]int64{0: 100}, time.Millisecond, time.Millisecond, 100},
		{"divides by how long it has been open", map[time.Duration]int64{0: 100, time.Second: 100}, 2 * time.Second, 2 * time.Second, 100},
		{"is even while bytes come evenly", map[time.Duration]int64{0: 50, time.Second: 50, 2 * time.Second: 50, 3 * time.Second: 50, 4 * time.Second: 50}, 5 * time.Second, 5 * time.Second, 50},
		{"counts the second under way in part", map[time.Duration]int64{5500 * time.Millisecond: 550}, 5500 * time.Millisecond, time.Hour, 100},
		{"remembers a pause of some seconds", map[time.Duration]int64{0: 500}, 5 * time.Second, time.Hour, 100},
		{"forgets after them", map[time.Duration]int64{0: 500}, 6 * time.Second, time.Hour, 0},
		{"forgets after long", map[time.Duration]int64{0: 500}, time.Hour, time.Hour, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var m meter
			for s := time.Duration(0); s <= 6*time.Second; s += 500 * time.Millisecond {
				if n, ok := tt.adds[s]; ok {
					m.add(at(s), n)
				}
			}
			if got := m.rate(at(tt.when), tt.age); got != tt.want {
				t.Errorf("got %d bytes a second, want %d", got, tt.want)
			}
		})
	}
}

func TestAMeterOutlivesAClockThatGoesBack(t *testing.T) {
	t.Parallel()
	var m meter
	m.add(time.Unix(1000, 0), 10)
	m.add(time.Unix(900, 0), 10)
	if got := m.rate(time.Unix(1001, 0), time.Second); got != 20 {
		t.Errorf("got %d, want 20", got)
	}
}
