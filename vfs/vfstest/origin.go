// Package vfstest tests file systems. It has a source with faults, and a suite that reads an FS in whatever way a test
// brings: directly, through a mount, over HTTP.
package vfstest

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"io"
	"sync"
	"time"
)

// Bytes fills p with what a content has from off on: the same for everybody, and different for every id and place.
func Bytes(contentID string, off int64, p []byte) {
	h := fnv.New64a()
	h.Write([]byte(contentID)) // never fails
	seed := h.Sum64()
	var word [8]byte
	for len(p) > 0 {
		binary.LittleEndian.PutUint64(word[:], mix(seed+uint64(off/8)))
		n := copy(p, word[off%8:])
		p, off = p[n:], off+int64(n)
		for ; off%8 == 0 && len(p) >= 8; p, off = p[8:], off+8 {
			binary.LittleEndian.PutUint64(p, mix(seed+uint64(off/8)))
		}
	}
}

// mix is SplitMix64's finaliser.
func mix(x uint64) uint64 {
	x *= 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Request is one call of Origin.ReadRange.
type Request struct {
	// N counts the requests, from 1.
	N         int
	ContentID string
	Off, Len  int64
}

// Fault is how an Origin answers a request. The zero value is a good answer.
type Fault struct {
	// Err is returned at once.
	Err error
	// Hang waits until the request is cancelled, before there is a body.
	Hang bool
	// Cut ends the body early, as if complete, after CutAfter bytes.
	Cut      bool
	CutAfter int64
	// Break ends the body after CutAfter bytes with this error.
	Break error
	// Stall brings no more after CutAfter bytes, until the request is cancelled.
	Stall bool
	// Extra is how many bytes too many the body has.
	Extra int64
	// Delay is the time before the body and then before each of its reads.
	Delay time.Duration
	// Gate, if not nil, is waited for before the body.
	Gate <-chan struct{}
}

// Origin is a vfs.Source that holds any content of any size, and fails as it is told.
type Origin struct {
	mu       sync.Mutex // guards everything below
	script   func(Request) Fault
	requests []Request
	served   int64
	open     int
}

// NewOrigin returns an origin that answers every request well.
func NewOrigin() *Origin { return &Origin{} }

// Script has fn say how requests are answered from now on; nil means well. Calls of fn do not overlap.
func (o *Origin) Script(fn func(Request) Fault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.script = fn
}

// Requests returns the requests made so far.
func (o *Origin) Requests() []Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Request(nil), o.requests...)
}

// Served returns how many bytes were read from bodies.
func (o *Origin) Served() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.served
}

// Open returns how many requests are under way: waiting for a body, or with one that is not closed.
func (o *Origin) Open() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.open
}

// ReadRange answers as scripted.
func (o *Origin) ReadRange(ctx context.Context, contentID string, off, n int64) (io.ReadCloser, error) {
	f := o.begin(contentID, off, n)
	if f.Err != nil {
		o.end()
		return nil, f.Err
	}
	if f.Hang {
		f.Gate = make(chan struct{})
	}
	if f.Gate != nil {
		select {
		case <-ctx.Done():
			o.end()
			return nil, ctx.Err()
		case <-f.Gate:
		}
	}
	if err := wait(ctx, f.Delay); err != nil {
		o.end()
		return nil, err
	}
	return &body{o: o, ctx: ctx, fault: f, id: contentID, off: off, left: n + f.Extra}, nil
}

func (o *Origin) begin(contentID string, off, n int64) Fault {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := Request{N: len(o.requests) + 1, ContentID: contentID, Off: off, Len: n}
	o.requests = append(o.requests, r)
	o.open++
	if o.script == nil {
		return Fault{}
	}
	return o.script(r)
}

func (o *Origin) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open--
}

func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

type body struct {
	o      *Origin
	ctx    context.Context // the request's, as in net/http
	fault  Fault
	id     string
	off    int64
	left   int64
	sent   int64
	closed bool
}

func (b *body) Read(p []byte) (int, error) {
	if err := wait(b.ctx, b.fault.Delay); err != nil {
		return 0, err
	}
	if b.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), b.left)]
	if b.fault.Cut || b.fault.Break != nil || b.fault.Stall {
		if b.sent >= b.fault.CutAfter {
			return 0, b.fail()
		}
		p = p[:min(int64(len(p)), b.fault.CutAfter-b.sent)]
	}
	Bytes(b.id, b.off, p)
	n := int64(len(p))
	b.off, b.left, b.sent = b.off+n, b.left-n, b.sent+n
	b.o.mu.Lock()
	b.o.served += n
	b.o.mu.Unlock()
	return len(p), nil
}

func (b *body) fail() error {
	switch {
	case b.fault.Stall:
		<-b.ctx.Done()
		return b.ctx.Err()
	case b.fault.Break != nil:
		return b.fault.Break
	default:
		return io.EOF
	}
}

func (b *body) Close() error {
	if !b.closed {
		b.closed = true
		b.o.end()
	}
	return nil
}
