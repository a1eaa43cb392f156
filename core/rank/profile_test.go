package rank

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/millrace-media/millrace/core/release"
)

// decided is what a verdict says, in one line: its vetoes with their settings, else tier, score and what made it.
func decided(v Verdict) string {
	if v.State == Reject {
		return vetoes(v)
	}
	out := []string{fmt.Sprintf("tier %d", v.Tier)}
	for _, r := range v.Reasons {
		if r.Delta != 0 {
			out = append(out, fmt.Sprintf("%s %+d", r.Setting, r.Delta))
		}
	}
	return strings.Join(out, ", ")
}

func TestASettingDecides(t *testing.T) {
	t.Parallel()
	atLeast := func(n int) *int { return &n }
	for _, tt := range []struct {
		name    string
		profile Profile
		release string
		size    int64
		want    string
	}{
		{"a source that is not listed", Profile{Sources: []string{"webdl", "bluray"}}, "Sintel.2010.1080p.HDTV", 0, "SOURCE_NOT_WANTED sources"},
		{"a remux, which is a source of its own", Profile{Sources: []string{"bluray"}}, "Sintel.2010.1080p.BluRay.REMUX", 0, "SOURCE_NOT_WANTED sources"},
		{"a source that is not told, which is taken", Profile{Sources: []string{"bluray"}}, "Sintel.2010.1080p", 0, "tier 1"},
		{"a codec that is not listed", Profile{Codecs: []string{"hevc"}}, "Sintel.2010.1080p.x264", 0, "CODEC_NOT_WANTED codecs"},
		{"a resolution in another order than the base's", Profile{Base: "balanced", Resolutions: []string{"720p", "1080p"}}, "Sintel.2010.1080p.AMZN.WEB-DL.H264-GRP", 0, "tier 2, base.score.webdl +100, base.score.avc +20"},
		{"what the base rejects", Profile{Base: "balanced"}, "Sintel.2010.1080p.CAM-GRP", 0, "REJECTED_SOURCE base.reject.any[0]"},
		{"what is allowed all the same", Profile{Base: "balanced", Allow: []string{"cam"}}, "Sintel.2010.1080p.CAM-GRP", 0, "tier 1"},
		{"what is allowed by its other name", Profile{Base: "balanced", Allow: []string{"ts"}}, "Sintel.2010.1080p.TELESYNC-GRP", 0, "tier 1"},
		{"what is denied besides", Profile{Base: "balanced", Deny: []string{"av1"}}, "Sintel.2010.1080p.AV1-GRP", 0, "REJECTED deny[0]"},
		{"a list of its own, which replaces the base's", Profile{Base: "balanced", Reject: Condition{Any: []string{"avc"}}}, "Sintel.2010.1080p.CAM-GRP", 0, "tier 1"},
		{"a part for films", Profile{Movie: &Profile{Deny: []string{"avc"}}, Show: &Profile{Deny: []string{"1080p"}}}, "Sintel.2010.1080p.x264", 0, "REJECTED movie.deny[0]"},
		{"one of all that are required", Profile{Require: Condition{All: []string{"1080p", "hevc"}}}, "Sintel.2010.1080p.x264", 0, "REQUIRED require.all[1]"},
		{"all that together is rejected", Profile{Reject: Condition{All: []string{"1080p", "avc"}}}, "Sintel.2010.1080p.x264", 0, "REJECTED reject.all"},
		{"an expression that rejects", Profile{Reject: Condition{When: []string{"size > 1 and not cached"}}}, "Sintel.2010.1080p", 2 * gib, "EXPRESSION reject.when[0]"},
		{"an expression that is required", Profile{Require: Condition{When: []string{`group == "GRP"`}}}, "Sintel.2010.1080p-GRP", 0, "tier 1"},
		{"an expression that is preferred", Profile{Prefer: []Rule{{Name: "hd", When: "resolution >= 720 and bitrate < 20", Score: 3}}}, "Sintel.2010.1080p", gib, "tier 1, prefer.hd +3"},
		{"a pattern with look-around", Profile{Prefer: []Rule{{Name: "x", Match: `(?<!web\.)x264`, Score: 3}}}, "Sintel.2010.1080p.x264", 0, "tier 1, prefer.x +3"},
		{"a denied group", Profile{Groups: []Group{{Name: "bad", Names: []string{"AAA", "grp"}, Deny: true}}}, "Sintel.2010.1080p.x264-GRP", 0, "GROUP_DENIED group.bad.names[1]"},
		{"a good group", Profile{Groups: []Group{{Name: "good", Names: []string{"Grp"}, Score: 9}}}, "Sintel.2010.1080p.x264-GRP", 0, "tier 1, group.good +9"},
		{"the best sound alone", Profile{Score: map[string]int{"truehd": 5, "atmos": 7, "aac": 1}}, "Sintel.2010.1080p.TrueHD.Atmos.AAC", 0, "tier 1, score.atmos +7"},
		{"the narrower of two names", Profile{Score: map[string]int{"hdr": 5, "dv": 2}}, "Sintel.2010.2160p.DV", 0, "tier 1, score.dv +2"},
		{"the upper of two layers", Profile{Base: "best", Score: map[string]int{"hdr": 1}, Tiers: []Tier{{Name: "all"}}}, "Sintel.2010.2160p.HDR10-GRP", 0, "tier 1, score.hdr +1, base.score.10bit +4"},
		{"points of a name with a dot", Profile{Score: map[string]int{"5.1": 4}}, "Sintel.2010.1080p.DTS.5.1", 0, `tier 1, score["5.1"] +4`},
		{"points of a language and a network", Profile{Score: map[string]int{"language.fr": 4, "network.netflix": 2}}, "Sintel.2010.FRENCH.1080p.NF.WEB-DL", 0, `tier 1, score["language.fr"] +4, score["network.netflix"] +2`},
		{"subtitles by their place", Profile{Subtitles: []string{"en", "fr"}}, "Sintel.2010.VOSTFR.1080p", 0, "tier 1, subtitles +9"},
		{"a score that is too low", Profile{Score: map[string]int{"avc": 5}, MinScore: atLeast(6)}, "Sintel.2010.1080p.x264", 0, "SCORE_TOO_LOW min_score"},
		{"a bitrate that is too low", Profile{MinBitrate: 10}, "Sintel.2010.1080p", gib, "BITRATE_TOO_LOW min_bitrate"},
		{"a bitrate that is too high", Profile{MaxBitrate: 9}, "Sintel.2010.1080p", gib, "BITRATE_TOO_HIGH max_bitrate"},
		{"a bound of the base that is lifted", Profile{Base: "small", MaxBitrate: -1, Movie: &Profile{MaxSize: -1}, SizeScore: -1, Score: map[string]int{unknownGroup: 0}}, "Sintel.2010.1080p", 90 * gib, "tier 1"},
		{"a tier", tiered(), "Sintel.2010.720p.WEB-DL", 0, "tier 2"},
		{"a tier by what it has", tiered(), "Sintel.2010.1080p.HDTV.HEVC", 0, "tier 3"},
		{"no tier", tiered(), "Sintel.2010.720p.HDTV", 0, "NO_TIER tier"},
		{"the last place for what is not told", tiered(), "Sintel.2010.BluRay", 0, "tier 4"},
		{"a bound of the tier", tiered(), "Sintel.2010.1080p.BluRay", 3 * gib, "TOO_BIG tier.one.max_size"},
		{"a format of several conditions", Profile{Formats: []Format{webFormat()}}, "Sintel.2010.1080p.AMZN.WEB-DL-GRP", gib, "tier 1, format.web +8"},
		{"a format whose group is another's", Profile{Formats: []Format{webFormat()}}, "Sintel.2010.1080p.AMZN.WEB-DL-BAD", gib, "tier 1"},
		{"a format of which a kind fails", Profile{Formats: []Format{webFormat()}}, "Sintel.2010.1080p.AMZN.HDTV-GRP", gib, "tier 1"},
		{"a size that is nearly as preferred", Profile{PreferSize: "1GiB", SizeScore: 90}, "Sintel.2010.1080p", 2 * gib, "tier 1, prefer_size +60"},
		{"the language that is preferred", Profile{Languages: []string{"de", "any"}}, "Sintel.2010.FRENCH.1080p", 0, "tier 1"},
		{"no language, where that is said to be fine", Profile{Languages: []string{"de", "unknown"}}, "Sintel.2010.1080p", 0, "tier 1"},
		{"no language, where nothing is said of that", Profile{Languages: []string{"de"}}, "Sintel.2010.1080p", 0, "tier 1, languages -10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := wanted["sintel"]
			w.Runtime = 15
			if got := decided(compile(t, tt.profile).Explain(NewTarget(w), candidate(tt.release, tt.size, 5))); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func tiered() Profile {
	return Profile{Tiers: []Tier{
		{Name: "one", Resolutions: []string{"1080p"}, Sources: []string{"bluray", "remux"}, MaxSize: 2 * gib},
		{Name: "two", Resolutions: []string{"1080p", "720p"}, Sources: []string{"webdl"}}, {Name: "three", Has: []string{"hevc"}},
	}}
}

func webFormat() Format {
	return Format{Name: "web", Score: 8, Conditions: []FormatCondition{
		{Kind: "source", Value: "webdl"}, {Kind: "source", Value: "webrip"}, {Kind: "name", Value: "amzn|nf"},
		{Kind: "group", Value: "^bad$", Negate: true, Required: true}, {Kind: "resolution", Value: "1080p"},
	}}
}

func TestPartsForKindsGoOverOneAnother(t *testing.T) {
	t.Parallel()
	c := compile(t, Profile{
		Deny: []string{"av1"}, Movie: &Profile{Deny: []string{"avc"}}, Show: &Profile{Deny: []string{"hevc"}}, Anime: &Profile{Allow: []string{"hevc"}, Deny: []string{"xvid"}},
	})
	for _, tt := range []struct {
		name, wanted, release, want string
	}{
		{"a show is judged by what is for shows", "keepers.2x05", "The.Lighthouse.Keepers.S02E05.x265", "REJECTED show.deny[0]"},
		{"a show is not judged by what is for films", "keepers.2x05", "The.Lighthouse.Keepers.S02E05.x264", "tier 1"},
		{"all are judged by what is for all", "keepers.2x05", "The.Lighthouse.Keepers.S02E05.AV1", "REJECTED deny[0]"},
		{"what is for anime goes over what is for shows", "hoshi.s1", wanted["hoshi.s1"].Titles[0] + ".S01.1080p.x265", "tier 1"},
		{"anime is judged by what is for anime", "hoshi.s1", wanted["hoshi.s1"].Titles[0] + ".S01.XviD", "REJECTED anime.deny[0]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := decided(c.Explain(NewTarget(wanted[tt.wanted]), candidate(tt.release, 0, 5))); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestTheOrderFollowsTheProfile(t *testing.T) {
	t.Parallel()
	names := []string{"Sintel.2010.1080p.FRENCH.x264", "Sintel.2010.1080p.GERMAN.x264", "Sintel.2010.720p.GERMAN.x264", "Sintel.2010.1080p.x264"}
	sizes := []int64{gib, 2 * gib, 4 * gib, 8 * gib}
	for _, tt := range []struct {
		name    string
		profile Profile
		want    []int
	}{
		{"by language, within the resolution", Profile{Resolutions: []string{"1080p", "720p"}, Languages: []string{"de", "unknown", "fr"}}, []int{1, 3, 0, 2}},
		{"by language, with the points that it has", Profile{Mode: ModeFlat, Score: map[string]int{"1080p": 50, "language.de": 100}, PreferSize: "smaller"}, []int{1, 2, 0, 3}},
		{"by size, the smaller first", Profile{PreferSize: "smaller"}, []int{0, 1, 2, 3}},
		{"by size, the larger first", Profile{PreferSize: "larger"}, []int{3, 2, 1, 0}},
		{"by size, the nearest first", Profile{PreferSize: "3.8GiB"}, []int{2, 1, 3, 0}},
		{"by bitrate, the nearest first", Profile{PreferBitrate: 9.5}, []int{0, 1, 2, 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := wanted["sintel"]
			w.Runtime = 15
			var cands []Candidate
			for i, n := range names {
				cands = append(cands, candidate(n, sizes[i], 5))
			}
			var got []int
			for _, r := range compile(t, tt.profile).Rank(NewTarget(w), cands) {
				got = append(got, slices.Index(names, r.Release.Name))
			}
			if d := cmp.Diff(got, tt.want); d != "" {
				t.Errorf("(-got +want):\n%s", d)
			}
		})
	}
}

func TestReasonsPointAtTheName(t *testing.T) {
	t.Parallel()
	c := compile(t, Profile{
		Base: "balanced", Reject: Condition{Match: []string{`(?<=\.)x26\d`}, Any: []string{"hdtv", "repack"}}, Groups: []Group{{Name: "g", Names: []string{"GRP"}, Score: 1}},
	})
	const name = "Sintel.2010.PROPER.REPACK.1080p.HDTV.DD5.1.x264-GRP"
	var got []string
	v := c.Explain(NewTarget(wanted["sintel"]), candidate(name, gib, 5))
	for _, r := range v.Reasons {
		if r.Code != v.Match.Code {
			got = append(got, r.Setting+" "+name[r.Span.Lo:r.Span.Hi])
		}
	}
	want := []string{
		"reject.any[0] HDTV", "reject.any[1] REPACK", "reject.match[0] x264", "base.score.hdtv HDTV", "base.score.avc x264", "base.score.dd DD5",
		`base.score["5.1"] DD5.1`, "base.score.proper PROPER", "base.score.repack REPACK", "group.g GRP",
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("(-got +want):\n%s", d)
	}
}

func TestEveryMistakeHasItsPlace(t *testing.T) {
	t.Parallel()
	p := Profile{
		Base: "balancd", Mode: "flt", Sources: []string{"bluray", "blueray"}, Codecs: []string{"1080p"}, Languages: []string{"en", "en"}, Subtitles: []string{"any"},
		MinBitrate: 5, MaxBitrate: 2, PreferSize: "big", Score: map[string]int{"hdr11": 1, "dv": 5_000_000}, Allow: []string{"xx"}, Deny: []string{"camm"},
		Prefer:  []Rule{{Name: "a", When: "size >"}, {Name: "b", When: "sized > 1"}, {Name: "c", Match: "(?<=", Score: 1}, {Name: "d", When: "size"}, {Name: "e", Match: "x", When: "cached"}},
		Groups:  []Group{{Name: "g"}, {Name: "h", Names: []string{""}}},
		Tiers:   []Tier{{Name: "t", Resolutions: []string{"1081p"}, Has: []string{"nothing such"}, MinSize: 3, MaxSize: 2}, {}},
		Formats: []Format{{Name: "f"}, {Name: "g", Conditions: []FormatCondition{{Name: "x", Kind: "nam"}, {Name: "y", Kind: "source", Value: "1080p"}, {Kind: "size"}, {Name: "z", Kind: "language", Value: "qq"}}}},
		Require: Condition{When: []string{`has("hdr11")`}}, Movie: &Profile{Base: "best", Resolutions: []string{"5p"}},
		Anime: &Profile{Reject: Condition{Match: []string{"["}}},
	}
	var got []string
	for _, d := range p.Check() {
		if d.Warning || d.Summary == "" {
			t.Errorf("got %+v", d)
		}
		got = append(got, d.Attribute)
	}
	slices.Sort(got)
	want := []string{
		"allow[0]", "anime.reject.match[0]", "base", "codecs[0]", "deny[0]", "format.f", "format.g.condition.x.kind", "format.g.condition.y.value",
		"format.g.condition.z.value", "format.g.condition[2]", "group.g.names", "group.h.names[0]", "languages[1]", "max_bitrate", "mode", "movie", "movie.resolutions[0]",
		"prefer.a.when", "prefer.b.when", "prefer.c.match", "prefer.d.when", "prefer.e.when", "prefer_size", "require.when[0]", "score.dv", "score.hdr11", "sources[1]",
		"subtitles[0]", "tier.", "tier.t.has[0]", "tier.t.max_size", "tier.t.resolutions[0]",
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("(-got +want):\n%s", d)
	}
	flat := Profile{Mode: ModeFlat}.Check()
	if len(flat) != 1 || !flat[0].Warning {
		t.Errorf("flat without points: got %+v", flat)
	}
}

func TestPresetsChooseWell(t *testing.T) {
	t.Parallel()
	show, anime := wanted["keepers.2x05"], wanted["hoshi.s1"]
	show.Runtime, anime.Runtime = 50, 24
	for _, tt := range []struct {
		preset string
		wanted Wanted
		sizes  []float64 // GiB
		names  []string  // in the order that is right; after "" what is rejected
	}{
		{"balanced", wanted["sintel"], nil, []string{
			"Sintel.2010.1080p.BluRay.x264.DTS-GRP", "Sintel.2010.1080p.WEBRip.x264.AAC-GRP", "Sintel.2010.1080p.BluRay.REMUX.AVC-GRP", "Sintel.2010.720p.WEB-DL.x264-GRP",
			"Sintel.2010.2160p.WEB-DL.HDR.x265-GRP", "Sintel.2010.DVDRip.XviD-GRP", "", "Sintel.2010.1080p.HDCAM.x264", "Sintel.2010.1080p.3D.HSBS.BluRay",
		}},
		{"best", wanted["sintel"], nil, []string{
			"Sintel.2010.2160p.UHD.BluRay.REMUX.DV.HDR.TrueHD.Atmos.7.1-GRP", "Sintel.2010.2160p.UHD.BluRay.REMUX.HDR.DTS-HD.MA.5.1-GRP", "Sintel.2010.2160p.UHD.BluRay.x265.HDR-GRP",
			"Sintel.2010.2160p.WEB-DL.DV.HDR.DDP5.1.Atmos-GRP", "Sintel.2010.2160p.WEB-DL.DDP5.1-GRP", "Sintel.2010.1080p.BluRay.REMUX.AVC-GRP", "Sintel.2010.1080p.BluRay.x264-GRP",
			"Sintel.2010.1080p.BluRay.x265-GRP", "Sintel.2010.1080p.WEB-DL.x264-GRP", "Sintel.2010.1080p.HDTV.x264-GRP", "Sintel.2010.720p.BluRay.x264-GRP", "", "Sintel.2010.2160p.TS.x265", "Sintel.2010.2160p.AI.Upscaled.x265",
		}},
		{"small", show, []float64{0.8, 0.35, 1.5, 0.3, 0, 6, 2.5}, []string{
			"The.Lighthouse.Keepers.S02E05.1080p.WEB-DL.x265-GRP", "The.Lighthouse.Keepers.S02E05.1080p.WEBRip.x265-GRP", "The.Lighthouse.Keepers.S02E05.1080p.WEB-DL.x264-GRP",
			"The.Lighthouse.Keepers.S02E05.720p.WEB-DL.x265-GRP", "", "The.Lighthouse.Keepers.S02E05.1080p.BluRay.REMUX-GRP", "The.Lighthouse.Keepers.S02E05.1080p.WEB-DL.H264-GRP",
		}},
		{"anime", anime, nil, []string{
			"[Group] " + anime.Titles[0] + " S01 [BD 1080p HEVC 10bit Dual Audio FLAC]", "[Group] " + anime.Titles[0] + " S01 [BD 1080p HEVC 10bit]", "[Group] " + anime.Titles[0] + " S01 [WEB-DL 1080p AVC]",
			anime.Titles[0] + ".S01.1080p.WEB-DL.DUBBED.x264", "[Group] " + anime.Titles[0] + " S01 [BD 720p]", "", anime.Titles[0] + ".S01.2160p.AI.Upscaled.BDRip.x265",
		}},
	} {
		t.Run(tt.preset, func(t *testing.T) {
			t.Parallel()
			var cands []Candidate
			for i, n := range tt.names {
				if n != "" {
					size := int64(0)
					if len(tt.sizes) > i {
						size = int64(tt.sizes[i] * float64(gib))
					}
					cands = append(cands, candidate(n, size, 5))
				}
			}
			var got []string
			for _, r := range compile(t, Profile{Base: tt.preset}).Rank(NewTarget(tt.wanted), cands) {
				if r.State == Reject && !slices.Contains(got, "") {
					got = append(got, "")
				}
				got = append(got, r.Release.Name)
			}
			slices.Sort(got[slices.Index(got, "")+1:])
			rejected := slices.Index(tt.names, "") + 1
			want := append(slices.Clone(tt.names[:rejected]), slices.Sorted(slices.Values(tt.names[rejected:]))...)
			if d := cmp.Diff(got, want); d != "" {
				t.Errorf("(-got +want):\n%s", d)
			}
		})
	}
}

func TestAFingerprintChangesWithTheProfile(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, p := range profiles() {
		f := compile(t, p).Fingerprint()
		if other, ok := seen[f]; ok {
			t.Errorf("%s and %s have one fingerprint", name, other)
		}
		if again := compile(t, p).Fingerprint(); again != f {
			t.Errorf("%s: %s, then %s", name, f, again)
		}
		seen[f] = name
	}
}

func TestEveryPropertyHasItsPlaceInAName(t *testing.T) {
	t.Parallel()
	for _, n := range PropertyNames() {
		p, ok := lookup(n)
		if !ok || p.test == nil {
			t.Fatalf("%s cannot be looked up", n)
		}
		unknown := strings.HasPrefix(n, "unknown-")
		if p.test(&release.Release{}) != unknown {
			t.Errorf("%s holds for a name that says nothing: %v", n, !unknown)
		}
		if (p.field == noField) != unknown || p.field == release.FieldTitle {
			t.Errorf("%s is told in field %d", n, p.field)
		}
	}
}
