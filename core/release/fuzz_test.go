package release

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var fuzzSeeds = []string{
	"", ".", "[", "S01E", "S01E01-", "1x", "(((((", "Sintel.2010.1080p.BluRay.x264-GROUP", "[Group] Show - 01-24 [1080p][0123ABCD].mkv", "Sezon 1 2 3 4",
	"Show.S01E01-E99.S02E01", "第01話", "Серии: 1-8 из 20", "\xff\xfe\x00", "5.1.5.1.5.1", "www.www.www.com", "2012.2012.2012-2014", "S01S02S03S04E05E06E07",
	"[a][b][c][d][e][f][g][h][i][j] - 05", "10bit.10bit.HDR10+.DD+5.1", strings.Repeat("S01E01 ", 80), strings.Repeat("[", 600), "e", "x264-", "Cap.", "ep", "ßßßß ǅ Ⱥ",
}

// check holds whatever was read to what every reading promises.
func check(t *testing.T, name string, r Release) {
	t.Helper()
	checkParts(t, name, r)
	if !cmp.Equal(r, Parse(name), cmp.AllowUnexported(Release{})) {
		t.Fatalf("%q is not read the same twice", name)
	}
	b := r.AppendBinary(nil)
	if len(b) > MaxBinary {
		t.Fatalf("the stored reading of %q has %d bytes", name, len(b))
	}
	got, err := Decode(name, b)
	if err != nil {
		t.Fatalf("decode %q: %v", name, err)
	}
	if len(r.Seasons) > maxRanges || len(r.Episodes) > maxRanges {
		return
	}
	if d := cmp.Diff(got, r, cmpopts.IgnoreUnexported(Release{}), cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("%q comes back changed (-got +want):\n%s", name, d)
	}
}

// checkParts holds the spans, ranges and titles of a reading to what they promise.
func checkParts(t *testing.T, name string, r Release) {
	t.Helper()
	if !utf8.ValidString(r.Raw) || len(r.Raw) > MaxName {
		t.Fatalf("Raw of %q is not valid: %q", name, r.Raw)
	}
	for f := range numFields {
		if s := r.Span(f); int(s.Hi) > len(r.Raw) || s.Lo > s.Hi {
			t.Fatalf("span %d of %q is out of range: %v", f, name, s)
		}
	}
	for _, rs := range [][]Range{r.Seasons, r.Episodes} {
		for i, x := range rs {
			if x.Lo > x.Hi || i > 0 && rs[i-1].Hi >= x.Lo {
				t.Fatalf("ranges of %q are not sorted: %v", name, rs)
			}
		}
	}
	if r.Numbering == NumberSeasonEpisode && (len(r.Seasons) == 0 || len(r.Episodes) == 0) {
		t.Fatalf("%q has no season or no episode: %v %v", name, r.Seasons, r.Episodes)
	}
	for _, title := range r.Titles {
		if int(title.Span.Hi) > len(r.Raw) || title.Span.Lo > title.Span.Hi || title.Text == "" {
			t.Fatalf("title %q of %q is out of range: %v", title.Text, name, title.Span)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		r := Parse(name)
		check(t, name, r)
		if again := Parse(r.Raw); utf8.ValidString(name) && strings.IndexByte(name, '&') < 0 && strings.IndexByte(name, '%') < 0 && again.Raw != r.Raw {
			t.Fatalf("%q is cleaned to %q, and that to %q", name, r.Raw, again.Raw)
		}
		if key := Key(name); Key(key) != key && key == Key(Key(key)) {
			t.Fatalf("the key of %q is %q, and that of it %q", name, key, Key(key))
		}
	})
}

func FuzzParseFile(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s + "/" + s)
	}
	f.Add("Show.S01/Season 1/Extras/01.mkv")
	f.Fuzz(func(t *testing.T, path string) {
		r := ParseFile(path)
		checkParts(t, path, r)
		if !cmp.Equal(r, ParseFile(path), cmp.AllowUnexported(Release{})) {
			t.Fatalf("%q is not read the same twice", path)
		}
	})
}

func FuzzDecode(f *testing.F) {
	r := Parse("Sintel.2010.1080p.BluRay.x264-GROUP")
	f.Add("Sintel.2010.1080p.BluRay.x264-GROUP", r.AppendBinary(nil))
	f.Fuzz(func(_ *testing.T, name string, data []byte) { _, _ = Decode(name, data) })
}

// TestRandomNamesKeepThePromises builds names out of the words that release names are made of.
func TestRandomNamesKeepThePromises(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	parts := append(strings.Fields("Sintel 2010 1080p BluRay x264 S01 E02 S01E02 1x02 - [ ] ( ) / 05 01-24 Season 2 WEB DL DTS HD MA 5 1 FRENCH ITA Sub Eng of 6 第 話 "+
		"Сезон Серии HDR10+ DV - Complete 2001-2003 [Group] .mkv www.example.org cam TS 102 720 Ep #12 aka Movie"), fuzzSeeds...)
	seps := []string{" ", ".", "_", "-", " - ", "", "/", "+"}
	for range 4000 {
		var b strings.Builder
		for range 1 + rng.IntN(12) {
			b.WriteString(parts[rng.IntN(len(parts))])
			b.WriteString(seps[rng.IntN(len(seps))])
		}
		check(t, b.String(), Parse(b.String()))
	}
}

func TestDecodeRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	r := Parse("Sintel.2010.1080p.BluRay.x264-GROUP")
	good := r.AppendBinary(nil)
	if _, err := Decode(r.Raw, nil); err == nil {
		t.Error("no data was accepted")
	}
	if _, err := Decode(r.Raw, good[:20]); err == nil {
		t.Error("half the data was accepted")
	}
	if _, err := Decode("x", good); err == nil {
		t.Error("the data of another name was accepted")
	}
	old := append([]byte{Version + 1}, good[1:]...)
	if _, err := Decode(r.Raw, old); !errors.Is(err, ErrVersion) {
		t.Errorf("another version: got %v, want ErrVersion", err)
	}
}

func BenchmarkParse(b *testing.B) {
	names := []string{
		"Sintel.2010.2160p.UHD.BluRay.REMUX.DV.HDR10+.TrueHD.7.1.Atmos.HEVC-GROUP", "The.Lighthouse.Keepers.S02E05.Storm.1080p.AMZN.WEB-DL.DDP5.1.H.264-NTb",
		"[SubsGroup] Hoshi no Kaze - 12 (1080p) [0123ABCD].mkv", "Викинги / Vikings / Сезон: 5 / Серии: 1 из 20 [2017, WEB-DL 1080p] MVO",
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Parse(names[i%len(names)])
	}
}

func BenchmarkKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Key("The Lord of the Rings: The Return of the King")
	}
}

func BenchmarkParseCorpus(b *testing.B) {
	rows := readCorpus(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Parse(rows[i%len(rows)].Title)
	}
}
