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
		sg.elem = d.recent.PushBack(sg)
		e.segments[sg.n] = sg
	}
	sg.bytes += bytes
	sg.used, e.used = used, used
	d.used += bytes
}

// account counts chunks that are about to be written, from first on, and returns how many of them may be.
func (d *disk) account(e *entry, first int64, bufs [][]byte) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, b := range bufs {
		n := first + int64(i)
		if sg := e.segments[n/d.per]; sg != nil && sg.going || d.used+int64(len(b)) > d.o.MaxBytes {
			return i
		}
		d.add(e, n, int64(len(b)), time.Now())
		d.recent.MoveToBack(e.segments[n/d.per].elem)
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
	if sg.of.segments[sg.n] != sg {
		return // all of it went meanwhile
	}
	sg.bytes -= bytes
	d.used -= bytes
	if sg.bytes <= 0 {
		d.recent.Remove(sg.elem)
		delete(sg.of.segments, sg.n)
	}
}

// touch notes that chunk n of an entry was used.
func (d *disk) touch(e *entry, n int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if sg := e.segments[n/d.per]; sg != nil {
		sg.used = time.Now()
		e.used = sg.used
		d.recent.MoveToBack(sg.elem)
	}
}

// drop takes a single chunk away, which was found damaged.
func (d *disk) drop(s *store, n int64) {
	taken := s.take(n, n+1)
	d.mu.Lock()
	defer d.mu.Unlock()
	if sg := s.e.segments[n/d.per]; sg != nil {
		d.lessen(sg, taken)
	}
}

// room sees to it that bytes more fit, within MaxBytes and beside what the disk must keep free.
func (d *disk) room(bytes int64) error {
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

// oldest picks the segment that was unused for longest, and opens its store.
func (d *disk) oldest() *segment {
	for el := d.recent.Front(); el != nil; el = el.Next() {
		if sg := el.Value.(*segment); !sg.going {
			return d.pick(sg)
		}
	}
	return nil
}

func (d *disk) pick(sg *segment) *segment {
	if err := d.open(sg.of); err != nil {
		d.fail(err)
		return nil
	}
	sg.going = true
	return sg
}

// remove takes away a segment that was picked.
func (d *disk) remove(sg *segment) {
	s := sg.of.store
	d.o.Observer.Lost(Evicted, s.take(sg.n*d.per, (sg.n+1)*d.per))
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
	for el := d.recent.Front(); el != nil; el = el.Next() {
		sg := el.Value.(*segment)
		if time.Since(sg.used) < d.o.TTL {
			return nil
		}
		if !sg.going {
			return d.pick(sg)
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
