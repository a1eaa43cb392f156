package chunk

import (
	"container/list"
	"slices"
	"time"
)

// add counts a chunk that is on disk.
func (d *disk) add(e *entry, n, bytes int64, used time.Time) {
	sg := e.segments[n/d.per]
	if sg == nil {
		sg = &segment{of: e, n: n / d.per}
		e.segments[sg.n] = sg
		if !e.kept() {
			sg.elem = d.recent.PushBack(sg)
		}
	}
	sg.used, e.used = used, used
	sg.bytes += bytes
	e.bytes += bytes
	d.used += bytes
}

// kept says whether nothing of an entry may be taken away.
func (e *entry) kept() bool { return e.pinned || e.lent > 0 || e.gone }

// settle makes it so for the segments that an entry has. Those that may be taken away again count as just used.
func (d *disk) settle(e *entry) {
	kept, now := e.kept(), time.Now()
	for _, sg := range e.segments {
		switch {
		case kept && sg.elem != nil:
			d.recent.Remove(sg.elem)
			sg.elem = nil
		case !kept && sg.elem == nil:
			sg.used, e.used = now, now
			sg.elem = d.recent.PushBack(sg)
		}
	}
}

// recount makes an entry's segments what its store, which was just opened, has.
func (d *disk) recount(e *entry) {
	for n := range chunks(chunks(e.key.size, d.chunk), d.per) {
		have, counted := e.store.bytesIn(n*d.per, (n+1)*d.per), int64(0)
		sg := e.segments[n]
		if sg != nil {
			counted = sg.bytes
		}
		switch {
		case have > counted:
			d.add(e, n*d.per, have-counted, e.used)
		case have < counted:
			d.lessen(sg, counted-have)
		}
	}
}

// account counts chunks that are about to be written, from first on, and returns how many of them may be.
func (d *disk) account(e *entry, first int64, bufs [][]byte) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	for i, b := range bufs {
		n := first + int64(i)
		if sg := e.segments[n/d.per]; e.gone || sg != nil && sg.going || d.used+int64(len(b)) > d.o.MaxBytes {
			return i
		}
		d.add(e, n, int64(len(b)), now)
		d.renew(e.segments[n/d.per], now)
	}
	return len(bufs)
}

// unaccount takes account back.
func (d *disk) unaccount(e *entry, first int64, bufs [][]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, b := range bufs {
		if sg := e.segments[(first+int64(i))/d.per]; sg != nil {
			d.lessen(sg, int64(len(b)))
		}
	}
}

func (d *disk) lessen(sg *segment, bytes int64) {
	e := sg.of
	if e.segments[sg.n] != sg {
		return // all of it went meanwhile
	}
	sg.bytes -= bytes
	e.bytes -= bytes
	d.used -= bytes
	if sg.bytes <= 0 {
		delete(e.segments, sg.n)
		if sg.elem != nil {
			d.recent.Remove(sg.elem)
			sg.elem = nil
		}
	}
}

// touch notes that chunk n of an entry was used.
func (d *disk) touch(e *entry, n int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if sg := e.segments[n/d.per]; sg != nil {
		d.renew(sg, time.Now())
	}
}

func (d *disk) renew(sg *segment, now time.Time) {
	sg.used, sg.of.used = now, now
	if sg.elem != nil {
		d.recent.MoveToBack(sg.elem)
	}
}

// drop takes a single chunk away, which was found damaged. Where others read the data file it stays as it is, for they
// must not see a hole, until the chunk is written again.
func (d *disk) drop(s *store, n int64) {
	ok, shared := d.condemn(s, n)
	if !ok {
		return
	}
	taken := s.take(n, n+1, !shared)
	d.mu.Lock()
	defer d.mu.Unlock()
	s.e.drops--
	if sg := s.e.segments[n/d.per]; sg != nil {
		d.lessen(sg, taken)
	}
}

// condemn announces that a chunk is to be dropped, so that the file is not lent meanwhile, and says whether others have
// it. It is not ok where the chunk is going anyway.
func (d *disk) condemn(s *store, n int64) (ok, shared bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if sg := s.e.segments[n/d.per]; sg == nil || sg.going {
		return false, false
	}
	s.e.drops++
	return true, s.shared()
}

// room sees to it that bytes more fit, within MaxBytes and beside what the disk must keep free.
func (d *disk) room(bytes int64) error {
	d.evicting.Lock()
	defer d.evicting.Unlock()
	for {
		victim, err := d.crowded(bytes)
		if victim == nil {
			return err
		}
		d.remove(victim)
	}
}

// crowded returns the segment that has to go before bytes fit; nil with no error means that they fit.
func (d *disk) crowded(bytes int64) (*segment, error) {
	free, known := int64(0), false
	if d.o.KeepFree > 0 {
		free, known = freeBytes(d.o.Dir)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if time.Now().Before(d.fullUntil) {
		return nil, errNoRoom
	}
	diskFull := known && free-bytes < d.o.KeepFree
	if d.used+bytes <= d.o.MaxBytes && !diskFull {
		return nil, nil
	}
	if victim := d.oldest(); victim != nil {
		return victim, nil
	}
	if diskFull {
		d.fail(errNoRoom)
	}
	return nil, errNoRoom
}

// oldest picks the segment that was unused for longest.
func (d *disk) oldest() *segment {
	for el := d.recent.Front(); el != nil; {
		sg := el.Value.(*segment)
		if sg.going {
			el = el.Next()
			continue
		}
		if d.pick(sg) {
			return sg
		}
		el = d.recent.Front() // at least this segment has left the list
	}
	return nil
}

// pick opens the store of a segment that is to go. It returns false where opening showed that it has gone already, or
// where the content can go as a whole only, and has: others have its file open, and must not see a hole.
func (d *disk) pick(sg *segment) bool {
	e := sg.of
	if err := d.open(e); err != nil {
		d.o.Logger.Warn("a cached file cannot be opened and is removed", "error", err)
		d.detach(e)
		return false
	}
	if e.store.shared() {
		d.o.Observer.Lost(Evicted, e.bytes)
		d.detach(e)
	} else if e.segments[sg.n] == sg {
		sg.going = true
		return true
	}
	d.unuse(e)
	return false
}

// unuse takes use back.
func (d *disk) unuse(e *entry) {
	e.refs--
	if e.refs == 0 {
		e.idle = d.idle.PushBack(e)
		d.shutIdle()
	}
}

// remove takes away a segment that was picked.
func (d *disk) remove(sg *segment) {
	s := sg.of.store
	d.o.Observer.Lost(Evicted, s.take(sg.n*d.per, (sg.n+1)*d.per, true))
	d.mu.Lock()
	d.lessen(sg, sg.bytes)
	d.mu.Unlock()
	d.release(s)
}

// expire removes what was unused for longer than the TTL.
func (d *disk) expire() {
	for d.o.TTL > 0 {
		sg := d.expired()
		if sg == nil {
			return
		}
		d.remove(sg)
	}
}

func (d *disk) expired() *segment {
	d.mu.Lock()
	defer d.mu.Unlock()
	for el := d.recent.Front(); el != nil; el = d.recent.Front() {
		sg := el.Value.(*segment)
		if time.Since(sg.used) < d.o.TTL || sg.going {
			return nil
		}
		if d.pick(sg) {
			return sg
		}
	}
	return nil
}

// sortRecent orders segments that were just found by when they were used.
func (d *disk) sortRecent() {
	var all []*segment
	for el := d.recent.Front(); el != nil; el = el.Next() {
		all = append(all, el.Value.(*segment))
	}
	slices.SortStableFunc(all, func(a, b *segment) int { return a.used.Compare(b.used) })
	d.recent = list.List{}
	d.recent.Init()
	for _, sg := range all {
		sg.elem = d.recent.PushBack(sg)
	}
}
