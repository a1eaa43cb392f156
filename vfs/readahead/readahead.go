// Package readahead says what a reader will want next, from what it has read. It is pure policy: it reads nothing and
// starts nothing.
//
// A reader that goes on where it ended is sequential: what follows is wanted before it is asked for. How much depends on
// how fast it reads: as much as it needs for a while, which is found out step by step. One that jumps wants nothing until
// it has settled again. One that looks at the head and the tail of a file, as a scanner does, never wants more than it
// asks for. All readers together share one bound: whoever needs less than an even share leaves the rest to the others.
package readahead

import (
	"slices"
	"sync"
	"time"
)

// Options of a Pool. The zero value has the defaults. All sizes are in bytes.
type Options struct {
	// Total bounds what all streams want ahead of their readers. 0 means 64 MiB; negative means no readahead at all.
	Total int64
	// Max bounds what one stream wants. 0 means 64 MiB.
	Max int64
	// Min is what a stream wants when it starts to, and a slow one later. 0 means 1 MiB.
	Min int64
	// Settle is how much must be read in sequence before it counts as such, in two reads at least. 0 means 1 MiB: a scanner
	// looks at less, of which the kernel makes up to three times as much.
	Settle int64
	// Slack is how far out of sequence a read may be, since kernels ask for several pieces at once. 0 means 2 MiB.
	Slack int64
	// Horizon is for how long what a stream wants should last its reader. 0 means 2 s.
	Horizon time.Duration
}

// Pool is the streams that share a bound. It is safe for concurrent use.
type Pool struct {
	o Options

	mu     sync.Mutex        // guards active
	active map[*Stream]int64 // streams with a window, and what they need
}

// NewPool returns a pool with no streams.
func NewPool(o Options) *Pool {
	set(&o.Total, 64<<20)
	set(&o.Max, 64<<20)
	set(&o.Min, 1<<20)
	set(&o.Settle, 1<<20)
	set(&o.Slack, 2<<20)
	set(&o.Horizon, 2*time.Second)
	return &Pool{o: o, active: map[*Stream]int64{}}
}

func set[T int64 | time.Duration](v *T, def T) {
	if *v == 0 {
		*v = def
	}
}

// share returns how much of what a stream needs it may want, now that it needs so much.
func (p *Pool) share(s *Stream, need int64) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active[s] = need
	return min(need, p.level())
}

func (p *Pool) leave(s *Stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.active, s)
}

// level returns the most that each stream may want: even shares, of which those that need less leave their rest to others.
func (p *Pool) level() int64 {
	needs := make([]int64, 0, len(p.active))
	for _, need := range p.active {
		needs = append(needs, need)
	}
	slices.Sort(needs)
	left := max(p.o.Total, 0)
	for i, need := range needs {
		even := left / int64(len(needs)-i)
		if need > even {
			return even
		}
		left -= need
	}
	return p.o.Max
}

// Mode is how a stream is being read.
type Mode uint8

const (
	// Probe is a stream of which little was read.
	Probe Mode = iota
	// Sequential is one that goes on where it ended.
	Sequential
	// Seek is one that has just jumped.
	Seek
)

// String returns the mode in one lower-case word.
func (m Mode) String() string { return [...]string{"probe", "sequential", "seek"}[m] }

// Plan is what to do beside a read.
type Plan struct {
	// Off and Len are the bytes to want from now on. Len is 0 where there is nothing new.
	Off, Len int64
	// Drop says that what was wanted before is of no use any more.
	Drop bool
	// Skip says so of what was wanted before the place of the read.
	Skip bool
	// Next says that the read goes on where the last one ended, more or less.
	Next bool
}

// Stream is one reader of one file. It is safe for concurrent use.
type Stream struct {
	p    *Pool
	size int64

	mu     sync.Mutex // guards everything below
	mode   Mode
	begun  bool
	next   int64 // where the reader will go on
	streak int64 // bytes read in sequence
	reads  int   // in how many reads
	window int64
	ahead  int64 // the end of what was planned
	closed bool

	rate    float64   // bytes a second that it reads; 0 while that is not known
	mark    time.Time // since when bytes are counted
	counted int64
}

// Stream returns a stream over a file of a size in bytes. Close it.
func (p *Pool) Stream(size int64) *Stream { return &Stream{p: p, size: size} }

// Mode returns how the stream is being read.
func (s *Stream) Mode() Mode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode
}

// Read tells of a read of n bytes at off that is about to happen, and returns what to do beside it.
func (s *Stream) Read(off, n int64, now time.Time) Plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || n <= 0 {
		return Plan{}
	}
	s.measure(n, now)
	if !s.follows(off) {
		return s.jump(off, n)
	}
	plan := Plan{Next: s.begun && off <= s.next+s.p.o.Slack}
	plan.Skip = s.begun && !plan.Next
	s.begun = true
	s.streak += max(0, off+n-max(s.next, off))
	s.reads++
	s.next = max(s.next, off+n)
	if s.reads >= 2 && s.streak >= s.p.o.Settle && s.p.o.Total >= 0 {
		s.mode = Sequential
		s.extend(&plan)
	}
	return plan
}

// measure finds out how fast the stream is read. Programs read in bursts, so one second counts as much as all before it.
func (s *Stream) measure(n int64, now time.Time) {
	d := now.Sub(s.mark)
	switch {
	case s.mark.IsZero():
		s.mark = now
	case d >= 250*time.Millisecond:
		rate := float64(s.counted) / d.Seconds()
		if s.rate == 0 {
			s.rate = rate
		}
		s.rate += (rate - s.rate) * min(1, d.Seconds())
		s.mark, s.counted = now, 0
	}
	s.counted += n
}

// Reset forgets what was planned, after it failed: the reader has to settle again before more is wanted.
func (s *Stream) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.close()
	s.streak, s.reads = 0, 0
}

// Close ends the stream, and leaves its share to the others.
func (s *Stream) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.close()
}

func (s *Stream) follows(off int64) bool {
	if !s.begun {
		s.next = off
		return true
	}
	return off >= s.next-s.p.o.Slack && off <= max(s.next+s.p.o.Slack, s.ahead)
}

func (s *Stream) jump(off, n int64) Plan {
	drop := s.window > 0
	s.close()
	s.mode, s.next, s.streak, s.reads = Seek, off+n, n, 1
	return Plan{Drop: drop}
}

func (s *Stream) close() {
	s.p.leave(s)
	s.window, s.ahead = 0, 0
}

// need returns how much the stream should have ahead of its reader.
func (s *Stream) need() int64 {
	if s.rate == 0 {
		return s.p.o.Max
	}
	return min(s.p.o.Max, max(s.p.o.Min, int64(s.rate*s.p.o.Horizon.Seconds())))
}

// extend plans more once half of what was planned has been used up: at most twice as much as was read in sequence, so that
// what is fetched in vain stays in proportion.
func (s *Stream) extend(plan *Plan) {
	s.ahead = max(s.ahead, s.next)
	if s.window > 0 && s.ahead-s.next > s.window/2 {
		return
	}
	s.window = min(max(2*s.streak, s.p.o.Min), s.p.share(s, s.need()))
	if end := min(s.next+s.window, s.size); end > s.ahead {
		plan.Off, plan.Len = s.ahead, end-s.ahead
		s.ahead = end
	}
}
