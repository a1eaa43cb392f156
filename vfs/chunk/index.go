package chunk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
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
	castagnoli  = crc32.MakeTable(crc32.Castagnoli)
	errBadIndex = errors.New("not an index of this cache")
)

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
		return key{}, errBadIndex
	}
	if crc32.Checksum(h[:headerSize-4], castagnoli) != binary.BigEndian.Uint32(h[headerSize-4:]) {
		return key{}, errBadIndex
	}
	h = h[len(indexMagic):]
	size, length := int64(binary.BigEndian.Uint64(h[8:])), int(binary.BigEndian.Uint16(h[16:]))
	if int64(binary.BigEndian.Uint64(h)) != chunk || size <= 0 || length > maxID {
		return key{}, errBadIndex
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

func (s *store) readIndex() error {
	h := make([]byte, headerSize)
	if _, err := s.idx.ReadAt(h, 0); errors.Is(err, io.EOF) {
		return errBadIndex
	} else if err != nil {
		return err
	}
	if k, err := decodeHeader(h, s.d.chunk); err != nil || k != s.key {
		return errBadIndex
	}
	st, err := s.data.Stat()
	if err != nil {
		return err
	}
	if st.Size() != s.size {
		return errBadIndex
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
