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
func (r *Release) AppendBinary(b []byte) []byte {
	start := len(b)
	e := binary.AppendUvarint
	b = append(b, r.Version)
	b = e(b, uint64(r.Year))
	b = e(b, uint64(r.YearEnd))
	b = e(b, uint64(r.Date.Year))
	b = append(b, r.Date.Month, r.Date.Day, byte(r.Numbering), byte(r.Resolution), byte(r.Source), byte(r.Codec), r.Depth, byte(r.HDR),
		byte(r.Channels), byte(r.Network), byte(r.Container), bools(r.Remux, r.Ext, r.NumberFirst))
	b = e(b, uint64(r.PartOf))
	b = e(b, uint64(r.Audio))
	b = e(b, uint64(r.Languages))
	b = e(b, uint64(r.Subtitles))
	b = e(b, uint64(r.Flags))
	b = e(b, uint64(r.Edition))
	b = appendSpan(b, r.Group)
	b = appendSpan(b, r.Site)
	b = append(b, byte(len(r.Titles)))
	for _, t := range r.Titles {
		b = appendSpan(b, t.Span)
	}
	b = appendRanges(b, r.Seasons)
	b = appendRanges(b, r.Episodes)
	b = appendReadings(b, r.Others)
	for _, s := range r.spans {
		if len(b)-start > MaxBinary-5 {
			break
		}
		b = appendSpan(b, s)
	}
	return b
}

func bools(bs ...bool) byte {
	var n byte
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
	r.Year, r.YearEnd = uint16(d.uvarint()), uint16(d.uvarint())
	r.Date.Year, r.Date.Month, r.Date.Day = uint16(d.uvarint()), d.byte(), d.byte()
	r.Numbering, r.Resolution, r.Source, r.Codec = Numbering(d.byte()), Resolution(d.byte()), Source(d.byte()), Codec(d.byte())
	r.Depth, r.HDR, r.Channels, r.Network, r.Container = d.byte(), HDR(d.byte()), Channels(d.byte()), Network(d.byte()), Container(d.byte())
	bits := d.byte()
	r.Remux, r.Ext, r.NumberFirst = bits&1 != 0, bits&2 != 0, bits&4 != 0
	r.PartOf, r.Audio = uint16(d.uvarint()), Audio(d.uvarint())
	r.Languages, r.Subtitles = Languages(d.uvarint()), Languages(d.uvarint())
	r.Flags, r.Edition = Flags(d.uvarint()), Edition(d.uvarint())
	r.Group, r.Site = d.span(size), d.span(size)
	for range min(int(d.byte()), maxTitles) {
		s := d.span(size)
		r.Titles = append(r.Titles, Title{Text: spaced(r.Raw[s.Lo:s.Hi]), Span: s})
	}
	r.Seasons, r.Episodes = d.ranges(), d.ranges()
	r.Others = d.readings(r.Raw)
	if d.failed {
		return Release{}, fmt.Errorf("decode reading: %w", errShort)
	}
	for i := range r.spans {
		if len(d.b) == 0 {
			break
		}
		r.spans[i] = d.span(size)
	}
	if d.failed {
		return Release{}, fmt.Errorf("decode reading: %w", errShort)
	}
	return r, nil
}
