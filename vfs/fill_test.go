package vfs

import "testing"

func TestFillingStopsWhereNothingStays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		disk []int64 // cached, at each look
		want []bool
	}{
		{"goes on while all stays", []int64{0, 10, 20, 30, 40, 50}, []bool{true, true, true, true, true, true}},
		{"goes on while some is on its way", []int64{0, 0, 0, 10, 20, 30}, []bool{true, true, true, true, true, true}},
		{"stops where nothing stays", []int64{0, 0, 0, 0, 0}, []bool{true, true, true, true, false}},
		{"stops when the disk has become full", []int64{0, 10, 20, 30, 40, 40, 40, 40, 40}, []bool{true, true, true, true, true, true, true, true, false}},
	} {
		k := keeping{due: 40}
		for i, cached := range tt.disk {
			if got := k.look(cached, 10); got != tt.want[i] {
				t.Errorf("one that %s: look %d says %v, want %v", tt.name, i, got, tt.want[i])
			}
		}
	}
}
