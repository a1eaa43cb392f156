package release

import (
	"fmt"
	"strings"
)

// describe writes what was read, in one line, leaving out what was not.
func describe(r Release) string {
	var b strings.Builder
	add := func(k string, v any) {
		s := fmt.Sprint(v)
		if s == "" || s == "0" && k != "S" || s == "unknown" {
			return
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		if k != "" {
			b.WriteString(k + " ")
		}
		b.WriteString(s)
	}
	for _, t := range r.Titles {
		add("", t.Text)
	}
	add("year", r.Year)
	add("to", r.YearEnd)
	add("", r.Date)
	if len(r.Seasons) > 0 {
		add("S", numbersOf(r.Seasons))
	}
	if len(r.Episodes) > 0 {
		k := "E"
		switch r.Numbering {
		case NumberAbsolute:
			k = "abs"
		case NumberCompact:
			k = "compact"
		case NumberPart:
			k = "part"
		}
		add(k, numbersOf(r.Episodes))
	}
	add("of", r.PartOf)
	add("", r.Resolution)
	add("", r.Source)
	if r.Remux {
		add("", "remux")
	}
	add("", r.Codec)
	if r.Depth > 0 {
		add("", fmt.Sprint(r.Depth, "bit"))
	}
	add("", r.HDR)
	add("", r.Audio)
	add("", r.Channels)
	if !r.Languages.Empty() {
		add("lang", r.Languages)
	}
	if !r.Subtitles.Empty() {
		add("subs", r.Subtitles)
	}
	add("", r.Flags)
	if r.ThreeD > ThreeDUnknown {
		add("", r.ThreeD)
	}
	add("", r.Extras)
	add("", r.Country)
	add("", r.Region)
	if len(r.Volumes) > 0 {
		add("vol", numbersOf(r.Volumes))
	}
	if r.Size > 0 {
		add("size", r.Size)
	}
	if r.Bitrate > 0 {
		add("rate", r.Bitrate)
	}
	if r.CRC > 0 {
		add("crc", fmt.Sprintf("%08X", r.CRC))
	}
	add("", r.Edition)
	if r.Network != NetworkUnknown {
		add("net", r.Network)
	}
	if r.Container != ContainerUnknown {
		add("file", r.Container)
	}
	if !r.Group.Empty() {
		add("by", r.GroupName())
	}
	if !r.Site.Empty() {
		add("site", r.SiteName())
	}
	return b.String()
}

func numbersOf(rs []Range) string {
	var out []string
	for _, r := range rs {
		if r.Lo == r.Hi {
			out = append(out, fmt.Sprint(r.Lo))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", r.Lo, r.Hi))
		}
	}
	return strings.Join(out, ",")
}
