package release

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// Fact is one thing that a name says.
type Fact struct {
	What  string `json:"what" doc:"As title, year or resolution"`
	Value string `json:"value" doc:"What was read, as a profile would name it"`
	Span  Span   `json:"span,omitzero" doc:"The bytes of the name that say so; absent where none alone do"`
}

// Facts lists what was read for people, in the order in which they ask: which work, which part of it, what it looks and
// sounds like, who made it. What the name does not say is left out.
func (r *Release) Facts() []Fact {
	f := facts{r: r}
	f.work()
	f.numbers()
	f.add("resolution", r.Resolution.String(), FieldResolution)
	f.add("source", r.Source.String(), FieldSource)
	if r.Remux {
		f.list = append(f.list, Fact{"remux", "remux", r.find("remux")})
	}
	f.add("codec", r.Codec.String(), FieldCodec)
	f.count("bit depth", int(r.Depth), FieldDepth)
	f.add("hdr", r.HDR.String(), FieldHDR)
	f.add("3d", r.ThreeD.String(), FieldThreeD)
	f.add("audio", r.Audio.String(), FieldAudio)
	f.add("channels", r.Channels.String(), FieldChannels)
	f.add("languages", r.Languages.String(), FieldLanguages)
	f.add("subtitles", r.Subtitles.String(), FieldSubtitles)
	f.add("edition", r.Edition.String(), FieldEdition)
	for rest := uint64(r.Flags); rest != 0; rest &= rest - 1 {
		flag := Flags(1) << bits.TrailingZeros64(rest)
		f.add("flag", flag.String(), flag.Field())
	}
	f.add("extras", r.Extras.String(), FieldExtras)
	f.made()
	return f.list
}

type facts struct {
	r    *Release
	list []Fact
}

func (f *facts) add(what, value string, field Field) {
	if value != "" && value != "unknown" {
		f.list = append(f.list, Fact{what, value, f.r.Span(field)})
	}
}

func (f *facts) count(what string, n int, field Field) {
	if n != 0 {
		f.add(what, strconv.Itoa(n), field)
	}
}

// work tells which work it is.
func (f *facts) work() {
	r := f.r
	for i, t := range r.Titles {
		what := "title"
		if i > 0 {
			what = "other title"
		}
		f.list = append(f.list, Fact{what, t.Text, t.Span})
	}
	if r.Year != 0 {
		year := strconv.Itoa(int(r.Year))
		if r.YearEnd != 0 {
			year += fmt.Sprintf("-%d", r.YearEnd)
		}
		f.add("year", year, FieldYear)
	}
	f.add("country", r.Country.String(), FieldCountry)
}

// numberings say how a name counts.
var numberings = [...]string{
	NumberNone: "", NumberSeasonEpisode: "season and episode", NumberSeason: "season", NumberEpisode: "episode",
	NumberAbsolute: "episode, most likely counted over all seasons",
	NumberCompact:  "season and episode run together", NumberPart: "part", NumberDaily: "day of broadcast",
}

func (n Numbering) words() string { return numberings[min(int(n), len(numberings)-1)] }

// numbers tells which part of the work it is.
func (f *facts) numbers() {
	r := f.r
	f.add("season", ranges(r.Seasons), FieldNumber)
	f.add("episode", ranges(r.Episodes), FieldNumber)
	f.count("part of", int(r.PartOf), FieldNumber)
	f.add("date", r.Date.String(), FieldDate)
	f.add("counted as", r.Numbering.words(), FieldNumber)
	for _, o := range r.Others {
		if words := o.words(); words != "" {
			f.list = append(f.list, Fact{What: "or else", Value: words})
		}
	}
	f.add("volume", ranges(r.Volumes), FieldVolumes)
}

// words is another reading for people.
func (o *Reading) words() string {
	var parts []string
	for _, p := range []struct{ what, value string }{
		{"", o.Title.Text}, {"season ", ranges(o.Seasons)}, {"episode ", ranges(o.Episodes)}, {"of ", o.Date.String()},
	} {
		if p.value != "" {
			parts = append(parts, p.what+p.value)
		}
	}
	if o.Year != 0 {
		parts = append(parts, fmt.Sprintf("(%d)", o.Year))
	}
	return strings.Join(parts, ", ")
}

// made tells who made it and what the file is.
func (f *facts) made() {
	r := f.r
	f.add("network", r.Network.String(), FieldNetwork)
	f.add("region", r.Region.String(), FieldRegion)
	f.count("bitrate (kbit/s)", int(r.Bitrate), FieldBitrate)
	f.count("size (bytes)", int(r.Size), FieldSize)
	f.add("group", r.GroupName(), FieldGroup)
	f.add("site", r.SiteName(), FieldSite)
	if !r.Span(FieldCRC).Empty() {
		f.add("checksum", fmt.Sprintf("%08X", r.CRC), FieldCRC)
	}
	f.add("container", r.Container.String(), FieldContainer)
}

// ranges writes ranges for people: "1-3, 5".
func ranges(rs []Range) string {
	var b strings.Builder
	for i, r := range rs {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(int(r.Lo)))
		if r.Hi != r.Lo {
			b.WriteString("-" + strconv.Itoa(int(r.Hi)))
		}
	}
	return b.String()
}

// find is where a word stands in the name, in whatever capitals; nowhere if it does not. The word is of ASCII.
func (r *Release) find(word string) Span {
	for i := 0; i+len(word) <= len(r.Raw); i++ {
		if strings.EqualFold(r.Raw[i:i+len(word)], word) {
			return Span{uint16(i), uint16(i + len(word))}
		}
	}
	return Span{}
}
