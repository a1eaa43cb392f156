// Package release reads the name of a release or of a file: titles, year, numbering, resolution, source, codecs,
// languages and the rest. It knows the habits of the people who name releases and nothing else: not what is wanted,
// not which release is better, not where a name came from. It is pure, runs in time linear in the name, looks at its
// first 512 bytes only and never panics.
//
// A name often has several readings ("117" is season 1 episode 17, or episode 117). Release is the likeliest, says by
// Numbering how it was written, and keeps the others in Others, so that whoever knows what is wanted can settle it.
package release

import "fmt"

// Version numbers the rules of this parser. A stored reading of an older version should be read again.
const Version uint8 = 2

// MaxName is how many bytes of a name are read; the rest is ignored.
const MaxName = 512

// Span is a half-open range of bytes of Release.Raw. The zero Span means "nowhere".
type Span struct {
	Lo uint16 `json:"lo"`
	Hi uint16 `json:"hi"`
}

// Empty reports whether the span covers nothing.
func (s Span) Empty() bool { return s.Hi <= s.Lo }

// Range is an inclusive range of season or episode numbers. A single number has Lo == Hi.
type Range struct{ Lo, Hi uint16 }

// Contains reports whether n lies in the range.
func (r Range) Contains(n int) bool { return n >= int(r.Lo) && n <= int(r.Hi) }

// Len is how many numbers the range covers.
func (r Range) Len() int { return int(r.Hi) - int(r.Lo) + 1 }

// Contains reports whether any of the ranges contains n.
func Contains(rs []Range, n int) bool {
	for _, r := range rs {
		if r.Contains(n) {
			return true
		}
	}
	return false
}

// Count is how many numbers the ranges cover together. Ranges of a Release never overlap.
func Count(rs []Range) int {
	n := 0
	for _, r := range rs {
		n += r.Len()
	}
	return n
}

// Date is a day of broadcast. The zero Date means "none".
type Date struct {
	Year       uint16
	Month, Day uint8
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d.Year == 0 }

// String is the date as 2006-01-02, or "" for none.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Numbering says in which way seasons and episodes were written, and so how far they can be trusted.
type Numbering uint8

const (
	// NumberNone means that the name has no numbering.
	NumberNone Numbering = iota
	// NumberSeasonEpisode is an explicit season and episode: S01E02, 1x02, "Season 1 Episode 2".
	NumberSeasonEpisode
	// NumberSeason is seasons only: S01, "Season 1-3". The release is a pack.
	NumberSeason
	// NumberEpisode is an explicit episode without a season: E02, "Ep 2", "Capitulo 2".
	NumberEpisode
	// NumberAbsolute is a bare number where fan subbers put the episode: "Title - 05", "[05]", "Title 679 [".
	NumberAbsolute
	// NumberCompact is a bare number of three or four digits that is most likely season and episode run together: "title.117.hdtv"
	// is season 1, episode 17.
	NumberCompact
	// NumberPart is one of so many: "2of6".
	NumberPart
	// NumberDaily is a day of broadcast.
	NumberDaily
)

// Field names a part of a reading that has evidence in the name.
type Field uint8

// The fields that Release.Span can be asked for.
const (
	FieldTitle Field = iota
	FieldYear
	FieldDate
	FieldNumber
	FieldResolution
	FieldSource
	FieldCodec
	FieldHDR
	FieldAudio
	FieldChannels
	FieldLanguages
	FieldFlags
	FieldEdition
	FieldNetwork
	FieldGroup
	FieldSite
	FieldSubtitles
	FieldDepth
	FieldThreeD
	FieldContainer
	FieldSize
	FieldBitrate
	FieldVolumes
	FieldRegion
	FieldCountry
	FieldExtras
	FieldCRC
	// fieldOfFlags is the field of the first flag; those of the others follow, see Flags.Field.
	fieldOfFlags
	numFields = fieldOfFlags + numFlags
)

// Title is one of the names of the work that the release name gives.
type Title struct {
	Text string // as written, with separators made spaces
	Span Span   // where it stands in Raw
}

// Release is what a name says. Its zero value says nothing. What a field cannot say is zero, never a guess.
type Release struct {
	Raw     string  // the name as read: valid UTF-8, NFKC, at most MaxName bytes
	Titles  []Title // likeliest first; others come from "/", "|", "aka" and from a second script
	Version uint8   // of the parser

	Year, YearEnd uint16 // YearEnd is zero but for a range, "2001-2011"
	Date          Date
	Numbering     Numbering
	Seasons       []Range   // sorted, not overlapping; season 0 holds specials
	Episodes      []Range   // sorted, not overlapping; of the one season, or absolute
	PartOf        uint16    // the "6" of "2of6"
	Others        []Reading // other ways to read an ambiguous number, likeliest first; nil if there are none
	NumberFirst   bool      // the numbering comes before the title, which then may be the episode's own

	Resolution Resolution
	Source     Source
	Remux      bool
	Codec      Codec
	Depth      uint8 // bits per sample, 0 if not said
	HDR        HDR
	Audio      Audio
	Channels   Channels
	ThreeD     ThreeD
	Languages  Languages // of sound, or not said of what
	Subtitles  Languages
	Flags      Flags
	Edition    Edition
	Network    Network
	Container  Container // from the extension or a bare "mkv"
	Ext        bool      // Container was read from a file's extension
	Extras     Extras
	Country    Country
	Region     Region
	Volumes    []Range // sorted, not overlapping: "Vol. 1-3"
	Size       int64   // bytes, as the name tells; 0 if it does not
	Bitrate    uint32  // kbit/s of the sound or picture, as the name tells
	CRC        uint32  // of the file, where FieldCRC has a span

	Group Span
	Site  Span

	spans [numFields]Span
}

// Title is the likeliest title, or "".
func (r *Release) Title() string {
	if len(r.Titles) == 0 {
		return ""
	}
	return r.Titles[0].Text
}

// GroupName is who made the release, or "".
func (r *Release) GroupName() string { return r.text(r.Group) }

// SiteName is the site that put its name on the release, or "".
func (r *Release) SiteName() string { return r.text(r.Site) }

// Span is where in Raw the field was read first; empty if it was not. That there are subtitles is told by their language too.
func (r *Release) Span(f Field) Span {
	if f >= numFields {
		return Span{}
	}
	if f == FlagSubbed.Field() && r.spans[f].Empty() {
		return r.spans[FieldSubtitles]
	}
	return r.spans[f]
}

// IsSeries reports whether the name speaks of seasons, episodes or a day of broadcast.
func (r *Release) IsSeries() bool {
	return r.Numbering != NumberNone || !r.Date.IsZero()
}

// IsPack reports whether the release holds more than single episodes: whole seasons, or a complete series.
func (r *Release) IsPack() bool {
	return r.Numbering == NumberSeason || (r.Numbering == NumberNone && r.Flags.Has(FlagComplete))
}

// IsTrash reports whether the name tells of a recording that hardly anybody wants: off a cinema's screen, or leaked before its time.
func (r *Release) IsTrash() bool {
	return r.Source >= SourceCam && r.Source <= SourceWorkprint || r.Flags.Any(FlagCamAudio|FlagLeaked)
}

// Extension is the file's extension as written, without its dot, or "" if there is none or its dot was lost.
func (r *Release) Extension() string {
	if !r.Ext {
		return ""
	}
	s := r.spans[FieldContainer]
	if s.Lo == 0 || int(s.Lo) > len(r.Raw) || r.Raw[s.Lo-1] != '.' {
		return ""
	}
	return r.text(s)
}

func (r *Release) text(s Span) string {
	if s.Empty() || int(s.Hi) > len(r.Raw) {
		return ""
	}
	return r.Raw[s.Lo:s.Hi]
}
