package readahead_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/vfs/readahead"
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

type rd struct{ off, n int64 }

// start is when streams are read that take no time.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func TestRead(t *testing.T) {
	t.Parallel()
	const size = 1000 * mib
	tests := []struct {
		name  string
		reads []rd
		want  readahead.Plan // of the last
		mode  readahead.Mode
	}{
		{"wants nothing after one small read", []rd{{0, 128 * kib}}, readahead.Plan{}, readahead.Probe},
		{"wants nothing after one large read", []rd{{0, mib}}, readahead.Plan{}, readahead.Probe},
		{"wants nothing for head and tail", []rd{{0, 128 * kib}, {size - 128*kib, 128 * kib}}, readahead.Plan{}, readahead.Seek},
		{"wants more when a reader goes on", []rd{{0, 128 * kib}, {128 * kib, 128 * kib}}, readahead.Plan{Off: 256 * kib, Len: mib, Next: true}, readahead.Sequential},
		{"wants nothing new while there is plenty", []rd{{0, 128 * kib}, {128 * kib, 128 * kib}, {256 * kib, 128 * kib}}, readahead.Plan{Next: true}, readahead.Sequential},
		{"wants twice what was read when half is used", []rd{{0, 128 * kib}, {128 * kib, 128 * kib}, {256 * kib, 640 * kib}}, readahead.Plan{Off: 1280 * kib, Len: 1408 * kib, Next: true}, readahead.Sequential},
		{"forgives reads that are out of sequence", []rd{{0, 128 * kib}, {256 * kib, 128 * kib}, {128 * kib, 128 * kib}}, readahead.Plan{Next: true}, readahead.Sequential},
		{"keeps what it has when the reader passes over some of it", []rd{{0, 4 * mib}, {4 * mib, 4 * mib}, {13 * mib, mib}}, readahead.Plan{Skip: true}, readahead.Sequential},
		{"drops all when the reader jumps", []rd{{0, mib}, {mib, mib}, {500 * mib, 128 * kib}}, readahead.Plan{Drop: true}, readahead.Seek},
		{"wants more again after a jump", []rd{{0, mib}, {500 * mib, 128 * kib}, {500*mib + 128*kib, 128 * kib}}, readahead.Plan{Off: 500*mib + 256*kib, Len: mib, Next: true}, readahead.Sequential},
		{"wants nothing past the end", []rd{{size - 512*kib, 256 * kib}, {size - 256*kib, 256 * kib}}, readahead.Plan{Next: true}, readahead.Sequential},
		{"stops at the end", []rd{{size - 768*kib, 256 * kib}, {size - 512*kib, 256 * kib}}, readahead.Plan{Off: size - 256*kib, Len: 256 * kib, Next: true}, readahead.Sequential},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := readahead.NewPool(readahead.Options{Settle: 256 * kib}).Stream(size)
			var got readahead.Plan
			for _, r := range tt.reads {
				got = s.Read(r.off, r.n, start)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			if s.Mode() != tt.mode {
				t.Errorf("got mode %v, want %v", s.Mode(), tt.mode)
			}
		})
	}
}

// ahead reads a stream through and returns how far at most its plans went beyond the reader.
func ahead(s *readahead.Stream, from, n int64) (most int64) {
	for off := from; off < from+n; off += 128 * kib {
		if p := s.Read(off, 128*kib, start); p.Len > 0 {
			most = max(most, p.Off+p.Len-off-128*kib)
		}
	}
	return most
}

func TestStreamsShareEvenly(t *testing.T) {
	t.Parallel()
	pool := readahead.NewPool(readahead.Options{Total: 32 * mib, Max: 16 * mib})
	alone := pool.Stream(1000 * mib)
	if got := ahead(alone, 0, 100*mib); got != 16*mib {
		t.Errorf("alone it went %d ahead, want its maximum", got)
	}
	var others []*readahead.Stream
	for range 7 {
		s := pool.Stream(1000 * mib)
		ahead(s, 0, mib)
		others = append(others, s)
	}
	ahead(alone, 100*mib, 32*mib) // until what was planned before is used up
	for _, s := range append(others, alone) {
		if got := ahead(s, 132*mib, 20*mib); got > 4*mib {
			t.Errorf("one of eight went %d ahead, want at most its share", got)
		}
	}
	for _, s := range others {
		s.Close()
		s.Close()
	}
	if got := ahead(alone, 152*mib, 100*mib); got != 16*mib {
		t.Errorf("alone again it went %d ahead, want its maximum", got)
	}
}

func TestScannersHeadWantsNoMore(t *testing.T) {
	t.Parallel()
	s := readahead.NewPool(readahead.Options{}).Stream(1000 * mib)
	for _, r := range []rd{{0, 128 * kib}, {128 * kib, 256 * kib}, {384 * kib, 512 * kib}} { // what a kernel makes of 256 KiB
		if p := s.Read(r.off, r.n, start); p.Len > 0 {
			t.Errorf("after %+v it wants %+v, want nothing", r, p)
		}
	}
	if p := s.Read(896*kib, mib, start); p.Len == 0 {
		t.Error("it wants nothing, though it is a stream")
	}
}

func TestNoReadahead(t *testing.T) {
	t.Parallel()
	s := readahead.NewPool(readahead.Options{Total: -1}).Stream(1000 * mib)
	if got := ahead(s, 0, 20*mib); got != 0 {
		t.Errorf("it went %d ahead, want none", got)
	}
}

func TestResetWaitsForTheReaderToSettle(t *testing.T) {
	t.Parallel()
	s := readahead.NewPool(readahead.Options{Settle: 256 * kib}).Stream(1000 * mib)
	ahead(s, 0, mib)
	s.Reset()
	if got := s.Read(mib, 128*kib, start); got.Len != 0 {
		t.Errorf("got %+v right after a failure, want nothing", got)
	}
	if got := s.Read(mib+128*kib, 128*kib, start); got.Len == 0 {
		t.Error("it wants nothing, though the reader has settled")
	}
}

// play reads a stream from a place on at a rate, and returns how far its last plan went beyond the reader and when it ended.
func play(s *readahead.Stream, off, n, rate int64, now time.Time) (ahead int64, end time.Time) {
	const piece = 256 * kib
	for end := off + n; off < end; off += piece {
		if p := s.Read(off, piece, now); p.Len > 0 {
			ahead = p.Off + p.Len - off - piece
		}
		now = now.Add(time.Duration(piece * int64(time.Second) / rate))
	}
	return ahead, now
}

func TestWindowFollowsTheRate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		rate          int64
		atLeast, most int64
	}{
		{"a slow reader has the minimum", 100 * kib, mib, mib},
		{"a film has two seconds of it", 5 * mib, 9 * mib, 11 * mib},
		{"a fast reader has the maximum", 400 * mib, 64 * mib, 64 * mib},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := readahead.NewPool(readahead.Options{}).Stream(100000 * mib)
			got, _ := play(s, 0, tt.rate*60, tt.rate, start)
			if got < tt.atLeast || got > tt.most {
				t.Errorf("it went %d ahead, want %d to %d", got, tt.atLeast, tt.most)
			}
		})
	}
}

func TestWindowShrinksWithTheRate(t *testing.T) {
	t.Parallel()
	s := readahead.NewPool(readahead.Options{}).Stream(100000 * mib)
	if got, now := play(s, 0, 1000*mib, 400*mib, start); got != 64*mib {
		t.Errorf("it went %d ahead while it was fast, want its maximum", got)
	} else if got, _ := play(s, 1000*mib, 300*mib, 2*mib, now); got > 5*mib {
		t.Errorf("it went %d ahead when it had become slow, want what two seconds need", got)
	}
}

func TestSlowStreamsLeaveTheirShare(t *testing.T) {
	t.Parallel()
	pool := readahead.NewPool(readahead.Options{Total: 64 * mib})
	for range 15 {
		play(pool.Stream(1000*mib), 0, 30*mib, mib/2, start)
	}
	if got := ahead(pool.Stream(1000*mib), 0, 200*mib); got < 48*mib {
		t.Errorf("beside slow ones it went %d ahead, want what they leave", got)
	}
}
