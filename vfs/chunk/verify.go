package chunk

import (
	"runtime"
	"sync"
	"time"
)

// verifier compares whole contents with their checksums: one at a time, and leaving half of the disk's time to others.
type verifier struct {
	stop    chan struct{} // closed when there is to be no more of it
	running sync.WaitGroup

	// Guarded by the disk's mu.
	queue []*entry
	busy  bool // there is a goroutine
	ended bool
}

// verifyLater has a content compared with its checksums in the background.
func (d *disk) verifyLater(e *entry) {
	v := &d.verifier
	if e.queued || v.ended {
		return
	}
	e.queued = true
	v.queue = append(v.queue, e)
	if !v.busy {
		v.busy = true
		v.running.Go(d.verifyQueue)
	}
}

// verifyComplete has a content compared that has just become whole.
func (d *disk) verifyComplete(s *store) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.e.whole() && !s.dirty() {
		d.verifyLater(s.e)
	}
}

// endVerifying returns when nothing is being compared any more, nor will be.
func (d *disk) endVerifying() {
	v := &d.verifier
	d.mu.Lock()
	if !v.ended {
		v.ended = true
		close(v.stop)
	}
	d.mu.Unlock()
	v.running.Wait()
}

func (d *disk) verifyQueue() {
	runtime.LockOSThread() // and never unlocked: the thread, with its rank, ends with this goroutine
	beModest()
	for {
		s := d.nextUnverified()
		if s == nil {
			return
		}
		d.verify(s)
		d.release(s)
	}
}

// nextUnverified opens what is to be compared next; with nothing left the goroutine ends.
func (d *disk) nextUnverified() *store {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := &d.verifier
	for len(v.queue) > 0 && !v.ended {
		e := v.queue[0]
		v.queue = v.queue[1:]
		e.queued = false
		if e.whole() && d.open(e) == nil {
			return e.store
		}
	}
	v.queue, v.busy = nil, false
	return nil
}

// verify compares a content with its checksums and notes what its file was like, if nobody changed it meanwhile.
// Damaged chunks are dropped, so that they are fetched again.
func (d *disk) verify(s *store) {
	d.flushing.Lock()
	d.flushStore(s)
	d.flushing.Unlock()
	before, err := stampOf(s.data)
	if err != nil || before.size != s.size || !d.compare(s) {
		return
	}
	after, err := stampOf(s.data)
	if err != nil || after != before {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.e.whole() {
		s.e.verified = after
	}
}

// compare says whether all chunks are there and right.
func (d *disk) compare(s *store) bool {
	buf, ok := make([]byte, d.chunk), true
	for first := int64(0); first < chunks(s.size, d.chunk); first += d.per {
		began := time.Now()
		for n := first; n < min(first+d.per, chunks(s.size, d.chunk)); n++ {
			b := buf[:min(d.chunk, s.size-n*d.chunk)]
			ok = (s.verified(n, b) || s.check(n, b)) && ok // without the lock first: this may have to wait for the disk
		}
		if !d.verifier.rest(time.Since(began)) {
			return false
		}
	}
	return ok
}

// rest waits for as long as work took, and says whether there is to be more.
func (v *verifier) rest(worked time.Duration) bool {
	t := time.NewTimer(worked)
	defer t.Stop()
	select {
	case <-v.stop:
		return false
	case <-t.C:
		return true
	}
}
