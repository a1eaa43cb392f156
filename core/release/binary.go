package release

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// MaxBinary is the most bytes that AppendBinary writes.
const MaxBinary = 250

// ErrVersion means that a stored reading is of another version of the parser: the name should be read again.
var ErrVersion = errors.New("release: stored reading is of another parser version")

// errShort means that a stored reading ends too early or does not fit its name.
var errShort = errors.New("release: stored reading is damaged")

// AppendBinary adds the compact form of a reading that Parse made, at most MaxBinary bytes, to b. The name itself is not in it.
//
// The form is the version, a mask of the numbers that are not zero, those numbers, the spans of group and site, titles, and lists of
// ranges. Then come the spans of the fields, each after its field's number, as many as there is room for.
func (r *Release) AppendBinary(b []byte) []byte {
	start := len(b)
	b = append(b, r.Version)
	values := r.values()
	var mask uint64
	for i, v := range values {
		if v != 0 {
			mask |= 1 << i
		}
	}
	b = binary.AppendUvarint(b, mask)
	for _, v := range values {
		if v != 0 {
			b = binary.AppendUvarint(b, v)
		}
	}
	b = appendSpan(b, r.Group)
	b = appendSpan(b, r.Site)
	b = append(b, byte(len(r.Titles)))
	for _, t := range r.Titles {
		b = appendSpan(b, t.Span)
	}
	b = appendRanges(b, r.Seasons)
	b = appendRanges(b, r.Episodes)
	b = appendRanges(b, r.Volumes[:min(len(r.Volumes), maxVolumes)])
	b = appendReadings(b, r.Others)
	count := len(b)
	b = append(b, 0)
	for f, s := range r.spans {
		if len(b)-start > MaxBinary-6 {
			break
		}
		if s != (Span{}) {
			b = appendSpan(append(b, byte(f)), s)
			b[count]++
		}
	}
	return b
}

// numValues is how many numbers values gives.
const numValues = 30

// values are the fields that are a number each. Decode gives them back to setValues.
func (r *Release) values() [numValues]uint64 {
	return [numValues]uint64{
		uint64(r.Year), uint64(r.YearEnd), uint64(r.Date.Year), uint64(r.Date.Month), uint64(r.Date.Day), uint64(r.Numbering), uint64(r.PartOf),
		uint64(r.Resolution), uint64(r.Source), uint64(r.Codec), uint64(r.Depth), uint64(r.HDR), uint64(r.Audio), uint64(r.Channels),
		uint64(r.ThreeD), r.Languages[0], r.Languages[1], r.Subtitles[0], r.Subtitles[1], uint64(r.Flags), uint64(r.Edition),
		uint64(r.Network), uint64(r.Container), uint64(r.Extras), uint64(r.Country), uint64(r.Region), uint64(r.Size), uint64(r.Bitrate),
		uint64(r.CRC), bools(r.Remux, r.Ext, r.NumberFirst),
	}
}

func (r *Release) setValues(v [numValues]uint64) {
	r.Year, r.YearEnd = uint16(v[0]), uint16(v[1])
	r.Date = Date{uint16(v[2]), uint8(v[3]), uint8(v[4])}
	r.Numbering, r.PartOf = Numbering(v[5]), uint16(v[6])
	r.Resolution, r.Source, r.Codec, r.Depth = Resolution(v[7]), Source(v[8]), Codec(v[9]), uint8(v[10])
	r.HDR, r.Audio, r.Channels, r.ThreeD = HDR(v[11]), Audio(v[12]), Channels(v[13]), ThreeD(v[14])
	r.Languages, r.Subtitles = Languages{v[15], v[16]}, Languages{v[17], v[18]}
	r.Flags, r.Edition, r.Network, r.Container = Flags(v[19]), Edition(v[20]), Network(v[21]), Container(v[22])
	r.Extras, r.Country, r.Region = Extras(v[23]), Country(v[24]), Region(v[25])
	r.Size, r.Bitrate, r.CRC = int64(v[26]), uint32(v[27]), uint32(v[28])
	r.Remux, r.Ext, r.NumberFirst = v[29]&1 != 0, v[29]&2 != 0, v[29]&4 != 0
}

func bools(bs ...bool) uint64 {
	var n uint64
	for i, b := range bs {
		if b {
			n |= 1 << i
		}
	}
	return n
}

func appendSpan(b []byte, s Span) []byte {
	b = binary.AppendUvarint(b, uint64(s.Lo))
	return binary.AppendUvarint(b, uint64(s.Hi-min(s.Lo, s.Hi)))
}

// maxRanges is how many ranges are stored.
const maxRanges = 12

// maxVolumes is how many ranges of volumes are stored.
const maxVolumes = 4

func appendRanges(b []byte, rs []Range) []byte {
	rs = rs[:min(len(rs), maxRanges)]
	b = append(b, byte(len(rs)))
	for _, r := range rs {
		b = binary.AppendUvarint(b, uint64(r.Lo))
		b = binary.AppendUvarint(b, uint64(r.Hi-r.Lo))
	}
	return b
}

// decoder reads the compact form. After a failure everything it reads is zero.
type decoder struct {
	b      []byte
	failed bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.failed, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.failed = true
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

// span reads a span that must lie in a name of size bytes.
func (d *decoder) span(size int) Span {
	lo, n := d.uvarint(), d.uvarint()
	if lo > uint64(size) || n > uint64(size)-lo {
		d.failed = true
		return Span{}
	}
	return Span{uint16(lo), uint16(lo + n)}
}

func (d *decoder) ranges() []Range {
	n := int(d.byte())
	if n == 0 || n > maxRanges {
		d.failed = d.failed || n > maxRanges
		return nil
	}
	rs := make([]Range, 0, n)
	for range n {
		lo, more := d.uvarint(), d.uvarint()
		if lo+more > 0xFFFF {
			d.failed = true
			return nil
		}
		rs = append(rs, Range{uint16(lo), uint16(lo + more)})
	}
	return rs
}

// Decode reads the compact form of the reading of name. The error is ErrVersion where the parser has changed since.
func Decode(name string, data []byte) (Release, error) {
	if len(data) == 0 {
		return Release{}, fmt.Errorf("decode reading: %w", errShort)
	}
	if data[0] != Version {
		return Release{}, ErrVersion
	}
	d := decoder{b: data}
	r := Release{Raw: clean(name)}
	size := len(r.Raw)
	r.Version = d.byte()
	mask := d.uvarint()
	var values [numValues]uint64
	for i := range values {
		if mask&(1<<i) != 0 {
			values[i] = d.uvarint()
		}
	}
	r.setValues(values)
	r.Group, r.Site = d.span(size), d.span(size)
	for range min(int(d.byte()), maxTitles) {
		s := d.span(size)
		r.Titles = append(r.Titles, Title{Text: spaced(r.Raw[s.Lo:s.Hi]), Span: s})
	}
	r.Seasons, r.Episodes, r.Volumes = d.ranges(), d.ranges(), d.ranges()
	r.Others = d.readings(r.Raw)
	if d.failed {
		return Release{}, fmt.Errorf("decode reading: %w", errShort)
	}
	for range d.byte() {
		f, s := Field(d.byte()), d.span(size)
		if f >= numFields {
			d.failed = true
			break
		}
		r.spans[f] = s
	}
	if d.failed {
		return Release{}, fmt.Errorf("decode reading: %w", errShort)
	}
	return r, nil
}
