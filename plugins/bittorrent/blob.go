package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/anacrolix/torrent/storage"
)

// blob is the data of one torrent in use.
type blob struct {
	s           *store
	pieceLength int64
	size        int64

	mu     sync.RWMutex // guards what follows; data is read and written under it for reading
	data   *os.File
	marks  *marks
	used   []int64 // when a piece was last read or came, by the store's clock
	drops  int64   // how often pieces were given up
	closed bool
}

// errTaken is what a read of a piece gets that was given up for space.
var errTaken = errors.New("the piece was given up for space")

// piece is one piece of a blob as the client sees it.
type piece struct {
	b      *blob
	index  int
	offset int64
}

var _ storage.PieceImpl = piece{}

// ReadAt reads what was written, verified or not; the client knows which.
func (p piece) ReadAt(b []byte, off int64) (int, error) {
	p.b.mu.RLock()
	defer p.b.mu.RUnlock()
	if p.b.closed {
		return 0, os.ErrClosed
	}
	if p.b.marks.all[p.index] == taken {
		return 0, errTaken
	}
	return p.b.data.ReadAt(b, p.offset+off)
}

// WriteAt writes what came from a peer. A piece that is verified stays as it is: a peer may send a block late.
func (p piece) WriteAt(b []byte, off int64) (int, error) {
	if err := p.revive(); err != nil {
		return 0, err
	}
	p.b.mu.RLock()
	defer p.b.mu.RUnlock()
	if p.b.closed {
		return 0, os.ErrClosed
	}
	if p.b.marks.all[p.index].here() {
		return len(b), nil
	}
	n, err := p.b.data.WriteAt(b, p.offset+off)
	p.b.s.wrote(n)
	return n, err
}

// revive lets a piece that was given up come again.
func (p piece) revive() error {
	p.b.mu.RLock()
	gone := p.b.marks.all[p.index] == taken
	p.b.mu.RUnlock()
	if !gone {
		return nil
	}
	return p.mark(absent)
}

func (p piece) mark(m mark) error {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	if p.b.closed {
		return os.ErrClosed
	}
	p.b.used[p.index] = p.b.s.clock.Add(1)
	if m == absent && p.b.marks.all[p.index].here() {
		p.b.drops++
	}
	return p.b.marks.set(p.index, m)
}

// MarkComplete notes that the piece was verified.
func (p piece) MarkComplete() error { return p.mark(fresh) }

// MarkNotComplete notes that it is not what it should be.
func (p piece) MarkNotComplete() error { return p.mark(absent) }

// Completion tells whether the piece is here.
func (p piece) Completion() storage.Completion {
	p.b.mu.RLock()
	defer p.b.mu.RUnlock()
	return storage.Completion{Ok: true, Complete: p.b.marks.all[p.index].here()}
}

// generation changes whenever pieces are given up. What was read across a change may be nothing but zeros.
func (b *blob) generation() int64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.drops
}

// touch notes that a range was read.
func (b *blob) touch(off, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := off / b.pieceLength; i*b.pieceLength < off+n; i++ {
		b.used[i] = b.s.clock.Add(1)
	}
}

// here is how many pieces are verified.
func (b *blob) here() (n int) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, m := range b.marks.all {
		if m.here() {
			n++
		}
	}
	return n
}

// length of a piece, bytes.
func (b *blob) length(i int) int64 { return min(b.pieceLength, b.size-int64(i)*b.pieceLength) }

// oldest lists verified pieces outside the kept ranges (first piece to the one after the last), read longest ago first,
// until they make so many bytes.
func (b *blob) oldest(bytes int64, kept [][2]int) []int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var all []int
	for i, m := range b.marks.all {
		if m.here() && !slices.ContainsFunc(kept, func(k [2]int) bool { return i >= k[0] && i < k[1] }) {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(x, y int) int { return cmp.Compare(b.used[x], b.used[y]) })
	for i := range all {
		if bytes -= b.length(all[i]); bytes <= 0 {
			return all[:i+1]
		}
	}
	return all
}

// take gives pieces up. Their marks are off the disk before their data is.
func (b *blob) take(pieces []int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return os.ErrClosed
	}
	b.drops++
	for _, i := range pieces {
		if err := b.marks.set(i, taken); err != nil {
			return err
		}
	}
	if err := b.marks.f.Sync(); err != nil {
		return fmt.Errorf("write marks of pieces: %w", err)
	}
	for _, i := range pieces {
		if err := punch(b.data, int64(i)*b.pieceLength, b.length(i)); err != nil {
			return fmt.Errorf("free the space of a piece: %w", err)
		}
	}
	return nil
}

// sync brings the data to the disk and then marks as sure what was fresh before.
func (b *blob) sync() error {
	b.mu.RLock()
	var pieces []int
	for i, m := range b.marks.all {
		if m == fresh {
			pieces = append(pieces, i)
		}
	}
	var err error
	if b.closed {
		err = os.ErrClosed
	} else if len(pieces) > 0 {
		err = b.data.Sync()
	}
	drops := b.drops
	b.mu.RUnlock()
	if err != nil || len(pieces) == 0 {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.drops != drops {
		return nil // next time
	}
	for _, i := range pieces {
		if b.marks.all[i] != fresh {
			continue
		}
		if err := b.marks.set(i, sure); err != nil {
			return err
		}
	}
	return nil
}

func (b *blob) close() error {
	err := b.sync()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	return errors.Join(err, b.data.Close(), b.marks.f.Close())
}
