package chunk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"
)

// The two files of a content: NAME.dat is sparse and has each chunk at its place; NAME.idx has a header and then, for
// each chunk, a slot: the checksum of its data and a check of the slot itself. A slot of zeros means that the chunk is
// not there. A slot is written after its data was synced, and both checksums are seeded with what the content is, so
// that neither a torn write nor a chunk that belongs elsewhere passes for a good one.
const (
	indexMagic = "MRCHUNK1"
	headerSize = 4096
	slotSize   = 8
	maxID      = headerSize - len(indexMagic) - 8 - 8 - 2 - 4
)

var (
	castagnoli   = crc32.MakeTable(crc32.Castagnoli)
	errBadHeader = errors.New("not an index of this cache")
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

func encodeHeader(k key, chunk int64) []byte {
	h := make([]byte, 0, headerSize)
	h = append(h, indexMagic...)
	h = binary.BigEndian.AppendUint64(h, uint64(chunk))
	h = binary.BigEndian.AppendUint64(h, uint64(k.size))
	h = binary.BigEndian.AppendUint16(h, uint16(len(k.id)))
	h = append(h, k.id...)
	h = h[:headerSize-4]
	return binary.BigEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

func decodeHeader(h []byte, chunk int64) (key, error) {
	if len(h) != headerSize || !bytes.HasPrefix(h, []byte(indexMagic)) {
		return key{}, errBadHeader
	}
	if crc32.Checksum(h[:headerSize-4], castagnoli) != binary.BigEndian.Uint32(h[headerSize-4:]) {
		return key{}, errBadHeader
	}
	h = h[len(indexMagic):]
	size, length := int64(binary.BigEndian.Uint64(h[8:])), int(binary.BigEndian.Uint16(h[16:]))
	if int64(binary.BigEndian.Uint64(h)) != chunk || size <= 0 || length > maxID {
		return key{}, errBadHeader
	}
	return key{string(h[18 : 18+length]), size}, nil
}

func seedOf(k key, chunk int64) uint32 { return crc32.Checksum(encodeHeader(k, chunk), castagnoli) }

func (s *store) sum(n int64, data []byte) uint32 {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	return crc32.Update(crc32.Update(s.seed, castagnoli, b[:]), castagnoli, data)
}

// slot encodes chunk n's checksum.
func (s *store) slot(b []byte, n int64, sum uint32) {
	binary.BigEndian.PutUint32(b, sum)
	binary.BigEndian.PutUint32(b[4:], ^s.sum(n, b[:4]))
}

// parse decodes a slot; ok is false where the chunk is not there.
func (s *store) parse(b []byte, n int64) (sum uint32, ok bool) {
	return binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:]) == ^s.sum(n, b[:4])
}

func chunks(size, chunk int64) int64 { return (size + chunk - 1) / chunk }

// openStore opens a content's files, or makes them. Whatever is wrong with the index makes it empty.
func openStore(d *disk, e *entry, k key) (s *store, err error) {
	s = &store{key: k, d: d, e: e, seed: seedOf(k, d.chunk), fresh: map[int64]uint32{}}
	s.have = make([]uint64, (chunks(k.size, d.chunk)+63)/64)
	defer func() {
		if err != nil {
			s.closeFiles()
		}
	}()
	if s.data, err = os.OpenFile(d.path(e.name, dataExt), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	if s.idx, err = os.OpenFile(d.path(e.name, indexExt), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	if err = s.readIndex(); err == nil {
		return s, nil
	}
	if err = s.reset(); err != nil {
		return nil, fmt.Errorf("make cache file: %w", err)
	}
	return s, nil
}

func (s *store) readIndex() error {
	h := make([]byte, headerSize)
	if _, err := s.idx.ReadAt(h, 0); err != nil {
		return err
	}
	if k, err := decodeHeader(h, s.d.chunk); err != nil || k != s.key {
		return errBadHeader
	}
	st, err := s.data.Stat()
	if err != nil || st.Size() != s.size {
		return errBadHeader
	}
	return s.readSlots(func(n int64) { s.have[n/64] |= 1 << (n % 64) })
}

// readSlots calls found for every chunk that the index names.
func (s *store) readSlots(found func(n int64)) error {
	total := chunks(s.size, s.d.chunk)
	r := io.NewSectionReader(s.idx, headerSize, total*slotSize)
	buf := make([]byte, 4096*slotSize)
	for n := int64(0); n < total; {
		m, err := io.ReadFull(r, buf[:min(int64(len(buf)), (total-n)*slotSize)])
		for b := buf[:m/slotSize*slotSize]; len(b) > 0; b = b[slotSize:] {
			if _, ok := s.parse(b, n); ok {
				found(n)
			}
			n++
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil // an index ends with its last chunk that is there
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *store) reset() error {
	clear(s.have)
	for _, f := range []*os.File{s.idx, s.data} {
		if err := f.Truncate(0); err != nil {
			return err
		}
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
	if !s.has(n) {
		return false
	}
	s.io.RLock()
	ok := s.verified(n, buf)
	gone := !s.has(n)
	s.io.RUnlock()
	if ok {
		s.d.touch(s.e, n)
		return true
	}
	if !gone {
		s.d.o.Logger.Warn("a cached chunk is damaged and is fetched again", "content", s.id, "chunk", n)
		s.d.o.Observer.Lost(Corrupt, int64(len(buf)))
		s.d.drop(s, n)
	}
	return false
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
// slots is nothing, slots over a hole would be damage.
func (s *store) take(first, end int64) int64 {
	s.io.Lock()
	defer s.io.Unlock()
	end = min(end, chunks(s.size, s.d.chunk))
	taken := s.clearBits(first, end)
	st, err := s.idx.Stat()
	if err == nil && st.Size() > headerSize+first*slotSize {
		last := min(end, (st.Size()-headerSize+slotSize-1)/slotSize)
		_, err = s.idx.WriteAt(make([]byte, (last-first)*slotSize), headerSize+first*slotSize)
	}
	if err == nil {
		err = punch(s.data, first*s.d.chunk, min(end*s.d.chunk, s.size)-first*s.d.chunk)
	}
	if err != nil {
		s.d.failed(err)
	}
	return taken
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
