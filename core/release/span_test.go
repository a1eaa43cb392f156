package release

import (
	"os"
	"strings"
	"testing"
)

// unproven lists the fields of a reading that have a value and no span.
func unproven(r *Release) []string {
	var out []string
	say := func(name string, read bool, f Field) {
		if read && r.Span(f).Empty() {
			out = append(out, name)
		}
	}
	say("title", len(r.Titles) > 0, FieldTitle)
	say("year", r.Year != 0, FieldYear)
	say("date", !r.Date.IsZero(), FieldDate)
	say("number", r.Numbering != NumberNone && r.Numbering != NumberDaily, FieldNumber)
	say("resolution", r.Resolution != ResolutionUnknown, FieldResolution)
	say("source", r.Source != SourceUnknown, FieldSource)
	say("codec", r.Codec != CodecUnknown, FieldCodec)
	say("depth", r.Depth != 0, FieldDepth)
	say("hdr", r.HDR != 0, FieldHDR)
	say("audio", r.Audio != 0, FieldAudio)
	say("channels", r.Channels != 0, FieldChannels)
	say("3d", r.ThreeD != ThreeDNone, FieldThreeD)
	say("languages", !r.Languages.Empty(), FieldLanguages)
	say("subtitles", !r.Subtitles.Empty(), FieldSubtitles)
	say("flags", r.Flags != 0, FieldFlags)
	say("edition", r.Edition != 0, FieldEdition)
	say("network", r.Network != NetworkUnknown, FieldNetwork)
	say("container", r.Container != ContainerUnknown, FieldContainer)
	say("group", !r.Group.Empty(), FieldGroup)
	say("site", !r.Site.Empty(), FieldSite)
	say("extras", r.Extras != 0, FieldExtras)
	say("country", r.Country != CountryNone, FieldCountry)
	say("region", r.Region != RegionNone, FieldRegion)
	say("volumes", len(r.Volumes) > 0, FieldVolumes)
	say("size", r.Size != 0, FieldSize)
	say("bitrate", r.Bitrate != 0, FieldBitrate)
	for i, n := range flagNames {
		say("flag "+n, r.Flags&(1<<i) != 0, Flags(1<<i).Field())
	}
	return out
}

// TestEverythingReadHasASpan holds a reading to its promise that Span tells where each field was read.
func TestEverythingReadHasASpan(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Split(string(b), "\n")
	for _, rows := range labelledNames(t) {
		for _, row := range rows {
			names = append(names, row.Name)
		}
	}
	for _, name := range names {
		if strings.HasPrefix(name, "\t") {
			continue
		}
		r := Parse(name)
		for _, f := range unproven(&r) {
			t.Errorf("%s: %s has no span", name, f)
		}
	}
}
