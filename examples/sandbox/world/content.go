package world

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/fnv"
	"io"
	"path"
	"strings"
)

// The two base clips are our own: ffmpeg's testsrc2 and sine, ten seconds, 320x180, H.264 and AAC.
var (
	//go:embed media/clip.mp4
	clipMP4 []byte
	//go:embed media/clip.mkv
	clipMKV []byte
)

// content is the bytes of one file: a head kept in memory, then a tail that is computed where it is read, so that the
// whole world costs neither memory nor disk. It is an io.ReaderAt and safe for use by many goroutines.
type content struct {
	head []byte
	seed uint64
	size int64 // bytes, head and tail together
}

// newContent gives the file that belongs to a name: for a video a base clip followed by seeded filling of exactly
// size bytes in all, for anything else a short text.
func newContent(release, name string, size int64) *content {
	seed := seedOf(release + "/" + name)
	switch strings.ToLower(path.Ext(name)) {
	case ".mp4":
		return &content{head: append(clipMP4[:len(clipMP4):len(clipMP4)], freeBox(size-int64(len(clipMP4)))...), seed: seed, size: size}
	case ".mkv":
		return &content{head: longerMKV(size - int64(len(clipMKV))), seed: seed, size: size}
	case ".rar":
		// RAR 5 signature; what follows is filling, since nobody is meant to unpack it.
		return &content{head: []byte("Rar!\x1a\x07\x01\x00"), seed: seed, size: size}
	case ".xml":
		text := fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata><identifier>%s</identifier></metadata>\n", release)
		return &content{head: []byte(text), seed: seed, size: int64(len(text))}
	default:
		text := fmt.Sprintf("%s\n%s\n\nMade for tests. Free to share.\n", release, name)
		return &content{head: []byte(text), seed: seed, size: int64(len(text))}
	}
}

// freeBox is the header of an ISO base media `free` box of n bytes in all: players skip it (ISO/IEC 14496-12, 8.1.2).
func freeBox(n int64) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(n))
	return append(b, "free"...)
}

// voidElement is the header of an EBML Void element of n bytes in all: readers skip it (RFC 8794, 11.3.2). Its length
// is written as an eight-byte number.
func voidElement(n int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{0xEC}, 1<<56|uint64(n-9))
}

// longerMKV is the Matroska clip and the head of a Void of n bytes at the end of its Segment, whose length (eight bytes after its
// id, as ffmpeg writes it) grows by as much.
func longerMKV(n int64) []byte {
	b := append(clipMKV[:len(clipMKV):len(clipMKV)], voidElement(n)...)
	at := bytes.Index(b, []byte{0x18, 0x53, 0x80, 0x67}) + 4
	binary.BigEndian.PutUint64(b[at:], binary.BigEndian.Uint64(b[at:])+uint64(n))
	return b
}

// seedOf makes the seed of a file's filling from its name, the same on every machine.
func seedOf(s string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, s) // a hash's Write never fails
	return h.Sum64()
}

// ReadAt implements io.ReaderAt.
func (c *content) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read at %d: negative offset", off)
	}
	if off >= c.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), c.size-off))
	done := 0
	if off < int64(len(c.head)) {
		done = copy(p[:n], c.head[off:])
	}
	c.fill(p[done:n], off+int64(done))
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// fillBlock is how much of a clip the filling takes at once, bytes.
const fillBlock = 4 << 10

// fill writes the filling that stands at an offset: each block is a slice of a base clip (of the one without EBML ids), from where the seed and the block's number say. So
// any of it can be had without what comes before, at the price of a copy.
func (c *content) fill(p []byte, off int64) {
	for len(p) > 0 {
		block := uint64(off / fillBlock)
		from := int64(mix(c.seed+block*0x9E3779B97F4A7C15) % uint64(len(clipMP4)-fillBlock))
		n := copy(p, clipMP4[from+off%fillBlock:from+fillBlock])
		p, off = p[n:], off+int64(n)
	}
}

// mix is the output function of SplitMix64 (Steele, Lea and Flood, 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// reader reads the whole file from its start.
func (c *content) reader() *io.SectionReader { return io.NewSectionReader(c, 0, c.size) }

// sum is the file's digest in hex.
func (c *content) sum(h hash.Hash) string {
	if _, err := io.Copy(h, c.reader()); err != nil {
		panic("content in memory cannot be read: " + err.Error()) // ReadAt fails for negative offsets only
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (c *content) sha256() string { return c.sum(sha256.New()) }
