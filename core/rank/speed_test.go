package rank

import (
	"fmt"
	"testing"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

func BenchmarkMatch(b *testing.B) {
	for _, tt := range []struct{ name, wanted, release string }{
		{"equal", "keepers.2x05", "The.Lighthouse.Keepers.S02E05.1080p.WEB-DL.x264-GRP"},
		{"otherEpisode", "keepers.2x05", "The.Lighthouse.Keepers.S02E06.1080p.WEB-DL.x264-GRP"},
		{"otherTitle", "keepers.2x05", "Forged.in.Iron.S02E06.1080p.WEB-DL.x264-GRP"},
		{"similar", "living", "Night.of.the.Livng.Dead.1968.1080p.WEB-DL.x264-GRP"},
		{"titleWithNumber", "br2049", "Blade.Runner.2049.2017.1080p.WEB-DL.x264-GRP"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			t := NewTarget(wanted[tt.wanted])
			r := release.Parse(tt.release)
			b.ReportAllocs()
			for b.Loop() {
				t.Match(&r)
			}
		})
	}
}

func TestMatchingAllocatesNothingForKnownTitles(t *testing.T) {
	target := NewTarget(wanted["keepers.2x05"])
	for _, name := range []string{
		"The.Lighthouse.Keepers.S02E05.1080p.WEB-DL.x264-GRP", "The.Lighthouse.Keepers.S02E06.1080p", "The.Lighthouse.Keepers.S03.1080p",
		"The.Lighthouse.Keepers.2008.S02E05.1080p", "Forged.in.Iron.S02E05.1080p",
	} {
		r := release.Parse(name)
		if n := testing.AllocsPerRun(100, func() { target.Match(&r) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// BenchmarkSelectFiles chooses one episode among the files of four seasons.
func BenchmarkSelectFiles(b *testing.B) {
	t := NewTarget(wanted["keepers.2x05"])
	var files []sdk.File
	for s := 1; s <= 4; s++ {
		for e := 1; e <= 25; e++ {
			files = append(files, sdk.File{Index: len(files), Size: 1 << 30, Path: fmt.Sprintf("The Lighthouse Keepers/Season %d/The.Lighthouse.Keepers.S%02dE%02d.1080p.mkv", s, s, e)})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		t.SelectFiles(files)
	}
}
