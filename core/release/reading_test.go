package release

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// describeReading writes another reading in one line.
func describeReading(o Reading) string {
	r := Release{Numbering: o.Numbering, Seasons: o.Seasons, Episodes: o.Episodes, Year: o.Year, Date: o.Date}
	if o.Title.Text != "" {
		r.Titles = []Title{o.Title}
	}
	return describe(r)
}

func TestAmbiguousNumbersKeepTheirOtherReadings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, want string }{
		{"the.lamp.keepers.117.hdtv.xvid-grp", "the lamp keepers; abs 117"},
		{"[Group] Hoshi no Kaze - 117 [720p].mkv", "Hoshi no Kaze; S 1; compact 17"},
		{"[Group] Hoshi no Kaze 05 [720p].mkv", "Hoshi no Kaze 05"},
		{"[Group] Hoshi no Kaze 105 [720p].mkv", "Hoshi no Kaze; S 1; compact 5 | Hoshi no Kaze 105"},
		{"Lamp.Keeper.1984.1080p.BluRay.x264-GRP", ""},
		{"Lamp Keeper (1984) 1080p", ""},
		{"Lamp.Keeper.3.1080p.BluRay", "Lamp Keeper; abs 3"},
		{"Lamp.Keeper.3.2010.1080p.BluRay", ""},
		{"The Daily Lamp 05-06-2020 720p", "The Daily Lamp; 2020-06-05"},
		{"The Daily Lamp 25-06-2020 720p", ""},
		{"The.Daily.Lamp.05.06.2020.720p", "The Daily Lamp; 2020-05-06"},
		{"The.Daily.Lamp.02.01.19.720p", "The Daily Lamp; 2019-01-02"},
		{"Lamp.Keepers.S01E05.2023.1080p", "Lamp Keepers; S 1; E 5"},
		{"2012 Lamp Games 1080p", "2012 Lamp Games"},
		{"[Group] Lamp Keepers - 30 (S02E05) [720p]", "Lamp Keepers; abs 30"},
		{"Lamp.Keepers.S01E17.1080p.WEB-DL", ""},
		{"Sintel", ""},
	} {
		r := Parse(tt.name)
		var got []string
		for _, o := range r.Others {
			got = append(got, describeReading(o))
		}
		if d := cmp.Diff(strings.Join(got, " | "), tt.want); d != "" {
			t.Errorf("%s (-got +want):\n%s", tt.name, d)
		}
		back, err := Decode(tt.name, r.AppendBinary(nil))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(back.Others, r.Others); d != "" {
			t.Errorf("%s comes back changed (-got +want):\n%s", tt.name, d)
		}
	}
}

func TestFoldersSettleNumbersRunTogether(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ path, want string }{
		{"Lamp Keepers/Season 1/lamp.keepers.117.hdtv.avi", "S [{1 1}] E [{17 17}] 0"},
		{"Lamp Keepers/Season 4/lamp.keepers.117.hdtv.avi", "S [{4 4}] E [{117 117}] 0"},
		{"Lamp Keepers/lamp.keepers.117.hdtv.avi", "S [{1 1}] E [{17 17}] 1"},
	} {
		r := ParseFile(tt.path)
		if got := fmt.Sprintf("S %v E %v %d", r.Seasons, r.Episodes, len(r.Others)); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.path, got, tt.want)
		}
	}
}
