// Package readahead says what a reader will want next, from what it has read. It is pure policy: it reads nothing and
// starts nothing.
//
// A reader that goes on where it ended is sequential: what follows is wanted before it is asked for, the more the longer
// it goes on, up to a bound. One that jumps wants nothing until it has settled again. One that looks at the head and the
// tail of a file, as a scanner does, never wants more than it asks for. All readers together share one bound, evenly.
package readahead

import "sync"

// Options of a Pool. The zero value has the defaults. All are in bytes.
type Options struct {
	// Total bounds what all streams want ahead of their readers. 0 means 64 MiB; negative means no readahead at all.
	Total int64
	// Max bounds what one stream wants. 0 means 16 MiB.
	Max int64
	// Min is what a stream wants when it starts to. 0 means 1 MiB.
	Min int64
	// Settle is how much must be read in sequence before it counts as such, in two reads at least. 0 means 256 KiB.
	Settle int64
	// Slack is how far out of sequence a read may be, since kernels ask for several pieces at once. 0 means 1 MiB.
	Slack int64
}

// Pool is the streams that share a bound. It is safe for concurrent use.
type Pool struct {
	o Options

	mu     sync.Mutex // guards active
	active int        // streams with a window
}

// NewPool returns a pool with no streams.
func NewPool(o Options) *Pool {
	set(&o.Total, 64<<20)
	set(&o.Max, 16<<20)
	set(&o.Min, 1<<20)
	set(&o.Settle, 256<<10)
	set(&o.Slack, 1<<20)
	return &Pool{o: o}
}

func set(v *int64, def int64) {
	if *v == 0 {
		*v = def
	}
}

// share returns how much each active stream may want, after adding to their number.
func (p *Pool) share(add int) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active += add
	return min(p.o.Max, max(p.o.Total, 0)/int64(max(p.active, 1)))
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
func (s *Stream) Read(off, n int64) Plan {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || n <= 0 {
		return Plan{}
	}
	if !s.follows(off) {
		return s.jump(off, n)
	}
	s.begun = true
	s.streak += max(0, off+n-s.next)
	s.reads++
	s.next = max(s.next, off+n)
	if s.reads < 2 || s.streak < s.p.o.Settle || s.p.o.Total < 0 {
		return Plan{}
	}
	s.mode = Sequential
	return s.extend()
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
	if s.window > 0 {
		s.p.share(-1)
	}
	s.window, s.ahead = 0, 0
}

// extend plans more once half of what was planned has been used up.
func (s *Stream) extend() Plan {
	s.ahead = max(s.ahead, s.next)
	if s.window > 0 && s.ahead-s.next > s.window/2 {
		return Plan{}
	}
	if s.window == 0 {
		s.window = min(s.p.o.Min, s.p.share(+1))
	} else {
		s.window = min(2*s.window, s.p.share(0))
	}
	s.window = max(s.window, 1) // a share of nothing still counts as one
	end := min(s.next+s.window, s.size)
	if end <= s.ahead || s.window == 1 {
		return Plan{}
	}
	plan := Plan{Off: s.ahead, Len: end - s.ahead}
	s.ahead = end
	return plan
}
