package release

import (
	goflag "flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = goflag.Bool("update", false, "write the goldens anew")

// TestNamesAreRead reads every name of testdata/names.txt: a line with a name, then a line with what is read in it.
func TestNamesAreRead(t *testing.T) {
	t.Parallel()
	const golden = "testdata/names.txt"
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	n := 0
	for line := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
		if strings.HasPrefix(line, "\t") {
			continue
		}
		n++
		out.WriteString(line + "\n\t" + describe(Parse(line)) + "\n")
	}
	if n < 150 {
		t.Errorf("there are %d names, want 150 or more", n)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(out.String(), string(b)); d != "" {
		t.Errorf("names are read otherwise (-got +want):\n%s", d)
	}
}

func TestPathsAreRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ path, want string }{
		{"Sintel.2010.1080p.BluRay.x264-GRP/sintel.mkv", "Sintel; year 2010; 1080p; bluray; avc; file mkv"},
		{"Show.Name.S02.1080p.WEB-DL/Show.Name.S02E05.mkv", "Show Name; S 2; E 5; 1080p; webdl; file mkv"},
		{"Show Name/Season 2/05 - The Title.mkv", "Show Name; S 2; abs 5; file mkv"},
		{"Show Name/Season 2/E05.mkv", "Show Name; S 2; E 5; file mkv"},
		{"Show Name/Season 2/S02E05 - The Title.mkv", "Show Name; S 2; E 5; file mkv"},
		{"Show Name/S02/Show Name 2x05.mkv", "Show Name; S 2; E 5; file mkv"},
		{"Show.Name.S02E05.1080p/x.mkv", "Show Name; S 2; E 5; 1080p; file mkv"},
		{"Show.Name.S02.1080p/x.mkv", "x; 1080p; file mkv"},
		{"[Group] Hoshi no Kaze (01-24) [1080p]/[Group] Hoshi no Kaze - 05.mkv", "Hoshi no Kaze; abs 5; 1080p; file mkv; by Group"},
		{"Sintel (2010)/Sample/sintel-sample.mkv", "sintel-sample; year 2010; sample; file mkv"},
		{"Sintel (2010)/sample.mkv", "sample; year 2010; sample; file mkv"},
		{"Sintel (2010)/Extras/Making of.mkv", "Making of; year 2010; extra; file mkv"},
		{"Sintel (2010)/Featurettes/Drawing.mkv", "Drawing; year 2010; extra; file mkv"},
		{"Sintel (2010)/Sintel-trailer.mkv", "Sintel-trailer; year 2010; trailer; file mkv"},
		{"Sintel (2010)/Subs/2_English.srt", "lang en; file subtitle"},
		{`Show Name\Season 1\01.avi`, "Show Name; S 1; abs 1; file avi"},
		{"Show Name/Specials/S00E02.mkv", "Show Name; S 0; E 2; special; file mkv"},
		{"", ""},
		{"///", ""},
	} {
		r := ParseFile(tt.path)
		got := describe(r)
		if tt.path == "Sintel (2010)/Subs/2_English.srt" {
			got = describe(Release{Languages: r.Languages.Union(r.Subtitles), Container: r.Container})
		}
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.path, got, tt.want)
		}
	}
}

// TestSeparatorsDoNotMatter reads names with other separators: nothing but the spans and the group may change.
func TestSeparatorsDoNotMatter(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Sintel.2010.1080p.BluRay.x264", "The.Lighthouse.Keepers.S02E05.720p.WEB-DL.AAC.x265", "The.Lighthouse.Keepers.S01.COMPLETE.1080p.BluRay",
		"Night.of.the.Living.Dead.1968.REMASTERED.1080p.BluRay", "Charade.1963.German.DL.720p.BluRay", "Sintel.2010.2160p.WEB-DL.DV.HDR.H265",
	} {
		want := Parse(name)
		for _, sep := range []string{" ", "_"} {
			got := Parse(strings.ReplaceAll(name, ".", sep))
			ignore := []cmp.Option{cmpopts.IgnoreUnexported(Release{}), cmpopts.IgnoreFields(Release{}, "Raw"), cmpopts.IgnoreTypes(Span{})}
			if d := cmp.Diff(got, want, ignore...); d != "" {
				t.Errorf("%q with %q (-got +want):\n%s", name, sep, d)
			}
		}
	}
}

// TestAddingAGroupOrASiteChangesNothingElse is what a re-poster does to names.
func TestAddingAGroupOrASiteChangesNothingElse(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Sintel.2010.1080p.BluRay.x264", "The.Lighthouse.Keepers.S02E05.720p.WEB-DL.x265", "Charade.1963.720p.BluRay.x264"} {
		want := describe(Parse(name))
		for _, other := range []string{name + "-GRP", name + "-GRP[tag]", "www.example.org - " + name, "[www.example.org] " + name} {
			got, _, _ := strings.Cut(describe(Parse(other)), "; by ")
			got, _, _ = strings.Cut(got, "; site ")
			if got != want {
				t.Errorf("%q:\n got %s\nwant %s", other, got, want)
			}
		}
	}
}

func TestLongNamesAreCut(t *testing.T) {
	t.Parallel()
	r := Parse("Sintel.2010." + strings.Repeat("日本", 300))
	if len(r.Raw) > MaxName || r.Year != 2010 {
		t.Errorf("got %d bytes, year %d", len(r.Raw), r.Year)
	}
}

func TestKeysTellTitlesApart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"Rocky II", "Rocky 2", true},
		{"Rocky II", "Rocky III", false},
		{"Rocky", "Rocky II", false},
		{"Alien", "Aliens", false},
		{"Frozen", "Frozen II", false},
		{"The Office", "Office", true},
		{"The Office US", "The Office", false},
		{"Tom & Jerry", "Tom and Jerry", true},
		{"Amélie", "Amelie", true},
		{"Pokémon", "Pokemon", true},
		{"Ocean's Eleven", "Oceans 11", true},
		{"S.H.I.E.L.D.", "SHIELD", true},
		{"Spider-Man", "Spiderman", true},
		{"Spider-Man: No Way Home", "Spider Man No Way Home", true},
		{"Guardians of the Galaxy Vol. 3", "Guardians of the Galaxy Volume 3", true},
		{"V", "5", false},
		{"Toy Story 3", "Toy Story 4", false},
		{"The", "A", false},
		{"Æon Flux", "Aeon Flux", true},
		{"Blåkläder", "Blaklader", true},
		{"Сталкер", "Stalker", false},
		{"10 Things", "Ten Things", true},
		{"Dune: Part Two", "Dune Part 2", true},
		{"Henry VIII", "Henry 8", true},
		{"Ranma ½", "Ranma 1/2", true},
		{"The Westward Ⅱ", "The Westward II", true},
		{"Ｆｕｌｌ Width", "Full Width", true},
	} {
		if got := Key(tt.a) == Key(tt.b); got != tt.same {
			t.Errorf("%q (%s) and %q (%s) are the same: got %v", tt.a, Key(tt.a), tt.b, Key(tt.b), got)
		}
	}
	if Key("!?") != "" || Key("") != "" {
		t.Error("a title without letters has a key")
	}
}

func TestRangesAreMerged(t *testing.T) {
	t.Parallel()
	got := addRanges(nil, []Range{{5, 6}, {1, 2}, {3, 3}, {9, 9}, {7, 7}, {8, 3}})
	if d := cmp.Diff(got, []Range{{1, 3}, {5, 7}, {9, 9}}); d != "" {
		t.Error(d)
	}
	if !Contains(got, 6) || Contains(got, 4) || Count(got) != 7 {
		t.Errorf("Contains or Count is wrong on %v", got)
	}
}

func TestNamesOfPropertiesFindWhatTheySay(t *testing.T) {
	t.Parallel()
	props := Properties()
	r := Parse("Sintel.2010.EXTENDED.PROPER.2160p.UHD.BluRay.REMUX.DV.HDR.TrueHD.7.1.Atmos.HEVC.10bit-GRP")
	for _, n := range []string{"2160p", "4k", "bluray", "remux", "dv", "dolbyvision", "hdr", "hdr10", "truehd", "atmos", "7.1", "hevc", "x265", "10bit", "proper", "extended"} {
		if f := props[n]; f == nil || !f(&r) {
			t.Errorf("%s does not hold", n)
		}
	}
	for _, n := range []string{"cam", "1080p", "webdl", "avc", "repack", "3d", "pack"} {
		if f := props[n]; f == nil || f(&r) {
			t.Errorf("%s holds", n)
		}
	}
}

func TestLanguagesAreFoundByCode(t *testing.T) {
	t.Parallel()
	for _, c := range LanguageCodes() {
		l, ok := Language(strings.ToUpper(c))
		if !ok || len(l.Codes()) != 1 || l.Codes()[0] != c {
			t.Errorf("%s: got %v, %v", c, l.Codes(), ok)
		}
	}
	if _, ok := Language("xx"); ok {
		t.Error("xx is no language")
	}
	if r, ok := ParseResolution("4K"); !ok || r != Resolution2160p {
		t.Error("4K is not 2160p")
	}
}
