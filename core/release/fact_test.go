package release_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core/release"
)

func TestFactsTellWhatWasReadAndWhere(t *testing.T) {
	t.Parallel()
	r := release.Parse("The.Mill.on.the.Race.S01E02-E03.2020.German.DL.1080p.WEB-DL.DDP5.1.H.265.PROPER-ABC.mkv")
	got := []string{}
	for _, f := range r.Facts() {
		if f.What == "or else" {
			continue // the next test looks at those
		}
		got = append(got, fmt.Sprintf("%s: %s [%s]", f.What, f.Value, r.Raw[f.Span.Lo:f.Span.Hi]))
	}
	want := []string{
		"title: The Mill on the Race [The.Mill.on.the.Race]", "year: 2020 [2020]", "season: 1 [S01E02-E03]", "episode: 2-3 [S01E02-E03]",
		"counted as: season and episode [S01E02-E03]", "resolution: 1080p [1080p]", "source: webdl [WEB-DL]", "codec: hevc [H.265]",
		"audio: ddp [DDP5]", "channels: 5.1 [DDP5.1]", "languages: de [German]", "flag: proper [PROPER]", "flag: dual [DL]",
		"group: ABC [ABC]", "container: mkv [mkv]",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("got before want:\n%s", diff)
	}
}

func TestEveryFieldThatWasReadIsAFact(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ name, want string }{
		"another title":    {"Синтел / Sintel (2010) BDRip 720p", "other title: "},
		"a range of years": {"The Mill Collection 2001-2011 1080p BluRay", "year: 2001-2011"},
		"a day":            {"The.Late.Mill.2024.05.03.720p.WEB.H264-XYZ", "date: 2024-05-03"},
		"another reading":  {"the.mill.117.hdtv-lol", "or else: the mill, episode 117"},
		"a part":           {"The Mill 2of6 720p HDTV", "part of: 6"},
		"a checksum":       {"[Group] The Mill - 05 [1080p][0A1B2C3D].mkv", "checksum: 0A1B2C3D"},
		"a remux":          {"Sintel.2010.2160p.UHD.BluRay.REMUX.HDR.HEVC.TrueHD.7.1.Atmos-XYZ", "remux: remux [REMUX]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := release.Parse(tt.name)
			var all strings.Builder
			for _, f := range r.Facts() {
				fmt.Fprintf(&all, "%s: %s [%s]\n", f.What, f.Value, r.Raw[f.Span.Lo:f.Span.Hi])
			}
			if !strings.Contains(all.String(), tt.want) {
				t.Errorf("want %q in\n%s", tt.want, all.String())
			}
		})
	}
}
