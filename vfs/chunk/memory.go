package chunk

import (
	"container/list"
	"context"
)

// memory counts every buffer of the cache.
type memory struct {
	max, used int // buffers; the free ones are not in use, but there were never more than max in all
	arena     arena
	free      [][]byte
	recent    shelf         // whole pieces that were read
	unread    shelf         // those that were not yet
	done      shelf         // those that were read to their end and are on disk
	starved   int           // goroutines that wait for room
	room      chan struct{} // closed when there may be some
}

// shelf is pieces in the order in which they may go.
type shelf struct{ list.List }

// first returns the first piece that nobody uses.
func (s *shelf) first() *piece {
	for e := s.Front(); e != nil; e = e.Next() {
		if p := e.Value.(*piece); p.pins == 0 {
			return p
		}
	}
	return nil
}

// put puts a piece that is not on a shelf on one.
func (s *shelf) put(p *piece) { p.shelf, p.elem = s, s.PushBack(p) }

// take takes a piece off the shelf that it is on.
func (p *piece) take() {
	p.shelf.Remove(p.elem)
	p.shelf, p.elem = nil, nil
}

// touch notes that a whole piece is read.
func (m *memory) touch(p *piece) {
	if p.shelf == &m.unread {
		p.take()
		m.recent.put(p)
		return
	}
	p.shelf.MoveToBack(p.elem)
}

// finish notes that a whole piece was read to its end, or that it is on disk. With both it is easily done without.
func (m *memory) finish(p *piece) {
	if p.read && p.kept && p.shelf != &m.done {
		p.take()
		m.done.put(p)
	}
}

// victim returns the piece that can best be done without. What was read goes before what will be, or a fast stream would
// push out what a slow one has been brought; but of that, half of the memory at most is kept, since readers may have left it.
func (m *memory) victim() *piece {
	order := [...]*shelf{&m.done, &m.recent, &m.unread}
	if m.unread.Len() > m.max/2 {
		order = [...]*shelf{&m.done, &m.unread, &m.recent}
	}
	for _, s := range order {
		if p := s.first(); p != nil {
			return p
		}
	}
	return nil
}

// spare returns a buffer of the size of a chunk where there is room for it, else nil. It takes one that was used a short
// while ago rather than a new one: the processor still has it, and the process stays as small as its readers allow.
func (c *Cache) spare() []byte {
	m := &c.memory
	if len(m.free) == 0 && m.done.Len() > m.max/32 {
		if p := m.done.first(); p != nil {
			c.drop(p)
		}
	}
	if m.used < m.max || c.evict() {
		m.used++
		return m.take()
	}
	return nil
}

// buffer returns a buffer of the size of a chunk, when there is room for it.
func (c *Cache) buffer(ctx context.Context) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := &c.memory
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if buf := c.spare(); buf != nil {
			return buf, nil
		}
		room := m.room
		m.starved++
		c.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-room:
		}
		c.mu.Lock()
		m.starved--
	}
}

func (m *memory) take() []byte {
	if n := len(m.free); n > 0 {
		buf := m.free[n-1]
		m.free = m.free[:n-1]
		return buf
	}
	return m.arena.take()
}

// recycle gives a buffer back.
func (c *Cache) recycle(buf []byte) {
	m := &c.memory
	m.used--
	m.free = append(m.free, buf[:cap(buf)])
	m.announce()
}

func (m *memory) announce() {
	if m.starved > 0 {
		close(m.room)
		m.room = make(chan struct{})
	}
}

// evict drops a whole piece, and says whether there was one that nobody uses.
func (c *Cache) evict() bool {
	p := c.memory.victim()
	if p != nil {
		c.drop(p)
	}
	return p != nil
}

// drop forgets a whole piece that nobody uses.
func (c *Cache) drop(p *piece) {
	p.take()
	delete(p.of.pieces, p.n)
	c.forget(p.of)
	c.memory.used--
	c.memory.free = append(c.memory.free, p.buf[:cap(p.buf)])
	p.buf = nil
}

func (c *Cache) unpin(p *piece) {
	p.pins--
	if p.pins > 0 || p.buf == nil {
		return
	}
	c.memory.announce()
	if c.closed {
		c.drop(p)
		c.empty()
	}
}

// empty gives the memory of a closed cache back, once nobody uses any of it.
func (c *Cache) empty() {
	for c.evict() {
	}
	if c.memory.used == 0 {
		c.memory.free = nil
		c.memory.arena.release()
	}
}
