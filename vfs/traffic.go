package vfs

import (
	"context"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/millrace-media/millrace/vfs/chunk"
)

// Traffic is what all readers together were given, those that have closed their files included, and what was fetched.
type Traffic struct {
	// Memory, Disk and Network are what readers were given, by where it was.
	Memory, Disk, Network Flow
	// Fetched is what was fetched, also ahead of readers, by the name of who sent it, in the order of names. It is empty
	// where the source tells none.
	Fetched []Flow
}

// Flow is how much came from somewhere.
type Flow struct {
	// Name is the provider's; empty for what needs none.
	Name string
	// Bytes are those since the start.
	Bytes int64
	// Rate is in bytes a second, over the last few seconds.
	Rate int64
}

// Traffic returns what readers have been given so far, what was fetched, and at which rate.
func (f *FS) Traffic() Traffic { return f.traffic.look(time.Now()) }

// traffic counts what comes and what readers are given.
type traffic struct {
	mu      sync.Mutex // guards everything below
	served  [len(chunk.Tally{})]flow
	fetched map[string]*flow // by provider
}

func newTraffic() *traffic { return &traffic{fetched: map[string]*flow{}} }

// flow is a Flow being counted.
type flow struct {
	bytes int64
	rate  meter
}

func (f *flow) add(now time.Time, n int64) {
	f.bytes += n
	f.rate.add(now, n)
}

func (f *flow) look(name string, now time.Time) Flow {
	return Flow{Name: name, Bytes: f.bytes, Rate: f.rate.rate(now, span*time.Second)}
}

func (t *traffic) serve(now time.Time, n chunk.Tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range n {
		t.served[i].add(now, n[i])
	}
}

func (t *traffic) fetch(now time.Time, from string, n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.fetched[from]
	if f == nil {
		f = &flow{}
		t.fetched[from] = f
	}
	f.add(now, n)
}

func (t *traffic) look(now time.Time) Traffic {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := Traffic{Memory: t.served[chunk.Memory].look("", now), Disk: t.served[chunk.Disk].look("", now), Network: t.served[chunk.Network].look("", now)}
	for _, name := range slices.Sorted(maps.Keys(t.fetched)) {
		out.Fetched = append(out.Fetched, t.fetched[name].look(name, now))
	}
	return out
}

// counted is a source whose bytes are counted by who sends them, where it tells.
type counted struct {
	Source
	to *traffic
}

// sender is a body that tells who sends it.
type sender interface {
	io.ReadCloser
	From() string
}

// ReadRange implements [Source].
func (c counted) ReadRange(ctx context.Context, contentID string, off, n int64) (io.ReadCloser, error) {
	body, err := c.Source.ReadRange(ctx, contentID, off, n)
	if s, ok := body.(sender); ok && err == nil {
		return &countedBody{s, c.to}, nil
	}
	return body, err
}

type countedBody struct {
	sender
	to *traffic
}

// Read implements [io.Reader].
func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.sender.Read(p)
	b.to.fetch(time.Now(), b.From(), int64(n))
	return n, err
}

// span is over how many whole seconds a meter measures, beside the one that is under way.
const span = 5

// meter counts bytes by the second in which they came. The zero value has counted none.
type meter struct {
	slots [span + 1]int64
	at    int64 // Unix time of the newest slot
}

// turn empties the slots of seconds that have passed without a byte.
func (m *meter) turn(now time.Time) {
	at := now.Unix()
	for i := max(m.at+1, at-span); i <= at; i++ {
		m.slots[i%int64(len(m.slots))] = 0
	}
	m.at = max(m.at, at)
}

func (m *meter) add(now time.Time, n int64) {
	m.turn(now)
	m.slots[m.at%int64(len(m.slots))] += n
}

// rate returns bytes a second. What has been counted for a shorter time than a meter measures says how long; less than a
// second counts as one, since a single read is no rate yet.
func (m *meter) rate(now time.Time, age time.Duration) int64 {
	m.turn(now)
	var sum int64
	for _, n := range m.slots {
		sum += n
	}
	seen := min(age, span*time.Second+time.Duration(now.Nanosecond()))
	return int64(float64(sum) / max(seen, time.Second).Seconds())
}
