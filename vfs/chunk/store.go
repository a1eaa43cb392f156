package chunk

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// store is one content on disk, open. Its methods may be called on nil: nothing is there, and nothing stays.
type store struct {
	key
	d    *disk
	e    *entry
	seed uint32
	data *os.File
	idx  *os.File

	io sync.RWMutex // held to read or write the files; alone, to take chunks away

	mu    sync.Mutex       // guards the two below
	have  []uint64         // a bit for each chunk that is there
	fresh map[int64]uint32 // checksums of chunks that are written but not yet in the index
}

// openStore opens a content's files, or makes them. Where anything is wrong with the index both are made anew: to cut
// them off would take the bytes from under who reads them.
func openStore(d *disk, e *entry) (*store, error) {
	s := &store{key: e.key, d: d, e: e, seed: seedOf(e.key, d.chunk), fresh: map[int64]uint32{}}
	s.have = make([]uint64, (chunks(s.size, d.chunk)+63)/64)
	err := s.openFiles(os.O_RDWR)
	if err == nil {
		err = s.readIndex()
	}
	if err == nil {
		return s, nil
	}
	s.closeFiles()
	if !errors.Is(err, errBadIndex) && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("open cache file: %w", err)
	}
	d.unlink(e.name, indexExt, dataExt)
	if err := s.create(); err != nil {
		s.closeFiles()
		return nil, fmt.Errorf("make cache file: %w", err)
	}
	return s, nil
}

func (s *store) openFiles(flags int) (err error) {
	if s.data, err = os.OpenFile(s.d.path(s.e.name, dataExt), flags, 0o600); err != nil {
		return err
	}
	s.idx, err = os.OpenFile(s.d.path(s.e.name, indexExt), flags, 0o600)
	return err
}

func (s *store) create() error {
	clear(s.have)
	s.e.verified = stamp{}
	if err := s.openFiles(os.O_RDWR | os.O_CREATE | os.O_EXCL); err != nil {
		return err
	}
	if err := s.data.Truncate(s.size); err != nil {
		return err
	}
	_, err := s.idx.WriteAt(encodeHeader(s.key, s.d.chunk), 0)
	return err
}

func (s *store) closeFiles() {
	for _, f := range []*os.File{s.data, s.idx} {
		if f != nil {
			f.Close() // what had to last was synced, and the rest is checked when it is read
		}
	}
}

// deleted says whether somebody has deleted the files since they were opened.
func (s *store) deleted() bool {
	for _, f := range []*os.File{s.data, s.idx} {
		if st, err := stampOf(f); err == nil && st.links == 0 {
			return true
		}
	}
	return false
}

// shared says whether others read the data file, so that it must not get holes. The disk's mu is held.
func (s *store) shared() bool {
	others, _ := othersHave(s.data)
	return others || s.e.lent > 0
}

// busy says whether a store that nobody uses must stay open: it has something to flush, or is gone and others have its
// file, so that it takes room still.
func (s *store) busy() bool { return s.e.gone && s.shared() || !s.e.gone && s.dirty() }

// bytesIn returns how many bytes the chunks from first to end-1 have that are there.
func (s *store) bytesIn(first, end int64) (total int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := first; n < min(end, chunks(s.size, s.d.chunk)); n++ {
		if s.have[n/64]&(1<<(n%64)) != 0 {
			total += min(s.d.chunk, s.size-n*s.d.chunk)
		}
	}
	return total
}

// has says whether chunk n is there, if its checksum is right.
func (s *store) has(n int64) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.have[n/64]&(1<<(n%64)) != 0
}

// load reads chunk n into buf, which has its length, and says whether it was there and right.
func (s *store) load(n int64, buf []byte) bool {
	if !s.has(n) || !s.check(n, buf) {
		return false
	}
	s.d.touch(s.e, n)
	return true
}

// check is load without counting as a use. A damaged chunk is dropped.
func (s *store) check(n int64, buf []byte) bool {
	s.io.RLock()
	ok := s.verified(n, buf)
	gone := !s.has(n)
	s.io.RUnlock()
	if !ok && !gone {
		s.d.o.Logger.Warn("a cached chunk is damaged and is fetched again", "content", s.id, "chunk", n)
		s.d.o.Observer.Lost(Corrupt, int64(len(buf)))
		s.d.drop(s, n)
	}
	return ok
}

func (s *store) verified(n int64, buf []byte) bool {
	want, ok := s.checksum(n)
	if !ok {
		return false
	}
	if _, err := s.data.ReadAt(buf, n*s.d.chunk); err != nil {
		return false
	}
	return s.sum(n, buf) == want
}

func (s *store) checksum(n int64) (uint32, bool) {
	s.mu.Lock()
	sum, ok := s.fresh[n]
	s.mu.Unlock()
	if ok {
		return sum, true
	}
	var b [slotSize]byte
	if _, err := s.idx.ReadAt(b[:], headerSize+n*slotSize); err != nil {
		return 0, false
	}
	return s.parse(b[:], n)
}

// save writes consecutive chunks, of which bufs has the data, where the disk has room for them.
func (s *store) save(first int64, bufs [][]byte) {
	for len(bufs) > 0 && s != nil {
		n := s.missing(first, len(bufs))
		if n > 0 {
			s.write(first, bufs[:n])
		}
		n = min(n+1, len(bufs)) // the one after is there
		first, bufs = first+int64(n), bufs[n:]
	}
}

// missing returns how many of the n chunks from first on are not there, up to the first that is.
func (s *store) missing(first int64, n int) int {
	for i := range n {
		if s.has(first + int64(i)) {
			return i
		}
	}
	return n
}

func (s *store) write(first int64, bufs [][]byte) {
	total := sizeOf(bufs)
	if err := s.d.room(total); err != nil {
		s.d.o.Observer.Lost(Unwritten, total)
		return
	}
	s.io.RLock()
	defer s.io.RUnlock()
	n := s.d.account(s.e, first, bufs)
	bufs = bufs[:n]
	if lost := total - sizeOf(bufs); lost > 0 {
		s.d.o.Observer.Lost(Unwritten, lost)
	}
	if n == 0 {
		return
	}
	if err := writeAt(s.data, bufs, first*s.d.chunk); err != nil {
		s.d.unaccount(s.e, first, bufs)
		s.d.failed(err)
		s.d.o.Observer.Lost(Unwritten, sizeOf(bufs))
		return
	}
	s.wrote(first, bufs)
	s.hurry(first, first+int64(len(bufs)))
}

// hurry has the disk begin with segments that chunks first to end-1 have completed, so that the next flush finds little
// left to wait for.
func (s *store) hurry(first, end int64) {
	from, to := first/s.d.per*s.d.per, end/s.d.per*s.d.per
	if end == chunks(s.size, s.d.chunk) {
		to = end
	}
	if to > from {
		startWriting(s.data, from*s.d.chunk, (to-from)*s.d.chunk)
	}
}

// wrote notes that chunks are there. What another wrote meanwhile was counted twice.
func (s *store) wrote(first int64, bufs [][]byte) {
	for i, data := range bufs {
		n := first + int64(i)
		sum := s.sum(n, data)
		s.mu.Lock()
		twice := s.have[n/64]&(1<<(n%64)) != 0
		if !twice {
			s.have[n/64] |= 1 << (n % 64)
			s.fresh[n] = sum
		}
		s.mu.Unlock()
		if twice {
			s.d.unaccount(s.e, n, bufs[i:i+1])
		}
	}
}

func sizeOf(bufs [][]byte) (n int64) {
	for _, b := range bufs {
		n += int64(len(b))
	}
	return n
}

// dirty says whether there is anything to flush.
func (s *store) dirty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.fresh) > 0
}

// unsynced returns the numbers of the chunks that are written but not yet in the index.
func (s *store) unsynced() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	numbers := make([]int64, 0, len(s.fresh))
	for n := range s.fresh {
		numbers = append(numbers, n)
	}
	return numbers
}

// flush syncs what was written and then enters it in the index.
func (s *store) flush(numbers []int64) error {
	if len(numbers) == 0 {
		return nil
	}
	if err := syncData(s.data); err != nil {
		return fmt.Errorf("sync cache file: %w", err)
	}
	s.io.RLock()
	defer s.io.RUnlock()
	for _, n := range numbers {
		if err := s.enter(n); err != nil {
			return fmt.Errorf("write cache index: %w", err)
		}
	}
	return nil
}

func (s *store) enter(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum, ok := s.fresh[n]
	if !ok {
		return nil // taken away meanwhile
	}
	var b [slotSize]byte
	s.slot(b[:], n, sum)
	if _, err := s.idx.WriteAt(b[:], headerSize+n*slotSize); err != nil {
		return err
	}
	delete(s.fresh, n)
	return nil
}

// take removes the chunks from first to end-1, and returns how many bytes they had. The slots go first: a hole without
// slots is nothing, slots over a hole would be damage. Where it is not punched the data stays.
func (s *store) take(first, end int64, punched bool) int64 {
	s.io.Lock()
	defer s.io.Unlock()
	end = min(end, chunks(s.size, s.d.chunk))
	taken := s.clearBits(first, end)
	err := s.clearSlots(first, end)
	if err == nil && punched {
		err = punch(s.data, first*s.d.chunk, min(end*s.d.chunk, s.size)-first*s.d.chunk)
	}
	if err != nil {
		s.d.failed(err)
	}
	return taken
}

func (s *store) clearSlots(first, end int64) error {
	st, err := s.idx.Stat()
	if err != nil || st.Size() <= headerSize+first*slotSize {
		return err
	}
	last := min(end, (st.Size()-headerSize+slotSize-1)/slotSize)
	_, err = s.idx.WriteAt(make([]byte, (last-first)*slotSize), headerSize+first*slotSize)
	return err
}

func (s *store) clearBits(first, end int64) (taken int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := first; n < end; n++ {
		if s.have[n/64]&(1<<(n%64)) != 0 {
			s.have[n/64] &^= 1 << (n % 64)
			delete(s.fresh, n)
			taken += min(s.d.chunk, s.size-n*s.d.chunk)
		}
	}
	return taken
}
