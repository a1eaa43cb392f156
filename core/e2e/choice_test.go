package e2e

import (
	"strings"
	"testing"

	"github.com/millrace-media/millrace/examples/sandbox/world"
)

// best has the best-looking releases come first, which cannot be had.
const best = `profile "default" {
  resolutions = ["2160p", "1080p", "720p"]
  min_bitrate = 0
}`

func TestSecondReleaseIsTakenWhereTheFirstCannotBeHad(t *testing.T) {
	t.Parallel()
	s := setup(t, world.Options{})
	d := s.start(append(s.usual(), best)...)
	tests := []struct{ name, imdb, first, second, path, file string }{
		{"no one seeds it", world.BigBuckBunny, "Big.Buck.Bunny.2008.2160p.UHD.BluRay.REMUX.HDR.HEVC.DTS-HD.MA.5.1-DEADSEED",
			"Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL", bunnyPath, bunnyFile},
		{"the service refuses it", world.Sintel, "Sintel.2010.2160p.WEB-DL.DDP5.1.HDR.H.265-LAWYER", "Sintel.2010.1080p.WEB-DL.AAC2.0.H.264-MILL",
			sintelPath, sintelFile},
		{"the service fails to fetch it", world.TearsOfSteel, "Tears.of.Steel.2012.2160p.BluRay.REMUX.HEVC.TrueHD.7.1-BROKEN",
			"Tears.of.Steel.2012.1080p.WEB-DL.DDP5.1.H.264-MILL", tearsPath, tearsFile},
	}
	want := map[string]string{}
	for _, tt := range tests {
		s.want(tt.imdb)
		want[tt.path] = tt.file
	}
	d.waitTree(keys(want)...)
	d.plays(want)
	for _, tt := range tests {
		rs := d.releases(d.item(tt.imdb).ID)
		if r := rs[tt.first]; r.State != "failed" && r.State != "blacklisted" || r.Evidence == "" {
			t.Errorf("%s: the first is %q with the evidence %q", tt.name, r.State, r.Evidence)
		}
		if r := rs[tt.second]; r.State != "used" {
			t.Errorf("%s: the second is %q", tt.name, r.State)
		}
		for name, r := range rs {
			if (strings.HasSuffix(name, "-SHAKY") || strings.HasSuffix(name, "-NEAR")) && (r.State != "rejected" || len(r.Reasons) == 0) {
				t.Errorf("%s: %s is %q for %v", tt.name, name, r.State, r.Reasons)
			}
		}
	}
}
