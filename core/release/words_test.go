package release

import (
	"fmt"
	"strings"
	"testing"
)

// told is what a reading says of one field, in words.
func told(r *Release, field string) string {
	switch field {
	case "resolution":
		return r.Resolution.String()
	case "source":
		return r.Source.String()
	case "codec":
		return r.Codec.String()
	case "depth":
		return fmt.Sprint(r.Depth)
	case "hdr":
		return r.HDR.String()
	case "audio":
		return r.Audio.String()
	case "channels":
		return r.Channels.String()
	case "3d":
		return r.ThreeD.String()
	case "sound":
		return r.Languages.String()
	case "subtitles":
		return r.Subtitles.String()
	case "flags":
		return r.Flags.String()
	case "edition":
		return r.Edition.String()
	case "network":
		return r.Network.String()
	case "size":
		return fmt.Sprint(r.Size)
	case "bitrate":
		return fmt.Sprint(r.Bitrate)
	case "volumes":
		return numbersOf(r.Volumes)
	case "region":
		return r.Region.String()
	case "country":
		return r.Country.String()
	case "extras":
		return r.Extras.String()
	case "crc":
		return fmt.Sprintf("%08X", r.CRC)
	case "extension":
		return r.Extension()
	case "title":
		return r.Title()
	}
	panic("no field " + field)
}

// TestWordsMeanWhatTheyMean reads one field a row. What is not told is "unknown", "0" or nothing.
func TestWordsMeanWhatTheyMean(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ field, name, want string }{
		{"resolution", "Winter Harbour 2019 1080p WEB-DL", "1080p"},
		{"resolution", "Winter.Harbour.2019.1080i.HDTV", "1080p"},
		{"resolution", "Winter Harbour 2019 1920x804 BluRay", "1080p"},
		{"resolution", "Winter Harbour 2019 4K WEB-DL", "2160p"},
		{"resolution", "Winter Harbour 2019 UHD BluRay 2160p", "2160p"},
		{"resolution", "Winter Harbour 2019 1080р BDRip", "1080p"}, // a Cyrillic p
		{"resolution", "Harbour League 2024-01-20 720p60 WEB", "720p"},
		{"resolution", "Winter.Harbour.2019.10800p.WEB", "1080p"},
		{"resolution", "WinterHarbourBD1080.mkv", "1080p"},
		{"resolution", "Winter Harbour 2019 m720p BluRay", "720p"},
		{"resolution", "Winter Harbour [480p-720p] WEB-DL", "720p"},
		{"resolution", "Winter Harbour 2019 x264 5.1", "unknown"},
		{"resolution", "Winter Harbour S01E07 H264 10bit", "unknown"},

		{"source", "Winter.Harbour.2019.HDTV.XviD-GRP", "hdtv"},
		{"source", "Winter.Harbour.2019.720p.HDTV.ts", "hdtv"},
		{"source", "Winter Harbour 2019 WEB-DLRip", "webdlrip"},
		{"source", "Winter Harbour 2019 BDRemux 1080p", "bluray"},
		{"source", "Winter Harbour 2019 TC1080P x264", "telecine"},
		{"source", "Winter Harbour 2019 HDCAM x264", "cam"},
		{"source", "Winter.Harbour.2019.DVDR-GRP", "dvd"},
		{"source", "Winter Harbour 2019 R5 XviD", "r5"},
		{"source", "Winter Harbour 2019 720p PPV HDTV x264", "hdtv"},
		{"source", "Cam Harbour 2019 1080p", "unknown"},
		{"source", "Web of Winter 2019 1080p", "unknown"},

		{"codec", "Winter.Harbour.2019.H.265.10bit", "hevc"},
		{"codec", "Winter Harbour 2019 AV1 Opus", "av1"},
		{"codec", "Winter.Harbour.2019.OPUS.5.1.AV1.2160p.WEBRip", "av1"},
		{"flags", "Winter.Harbour.2019.iNT.BDRip.x264-GRP", "internal"},
		{"depth", "Winter Harbour 2019 2160p HDR10 HEVC", "10"},
		{"depth", "Winter Harbour 2019 2160p HDR HEVC", "0"},
		{"depth", "Winter Harbour 2019 Hi10P", "10"},
		{"hdr", "Winter Harbour 2019 2160p DV HDR10+ WEB-DL", "hdr10plus+dv"},
		{"hdr", "Winter.Harbour.2019.2160p.DoVi.HDR.HEVC", "hdr10+dv"},
		{"hdr", "Winter Harbour 2019 2160p HLG HDTV", "hlg"},

		{"audio", "Winter.Harbour.2019.DDP5.1.Atmos", "ddp+atmos"},
		{"audio", "Winter Harbour 2019 DTS-HD MA 7.1", "dtshd"},
		{"audio", "Winter Harbour 2019 DD+5.1", "ddp"},
		{"audio", "Winter.Harbour.2019.TrueHD.7.1.FLAC.2.0", "flac+truehd"},
		{"channels", "Winter.Harbour.2019.TrueHD.7.1.FLAC.2.0", "2.0+7.1"},
		{"channels", "Winter Harbour 5 1", ""},

		{"3d", "Winter Harbour 2019 1080p 3D HSBS", "hsbs"},
		{"3d", "Winter.Harbour.2019.3D.Half-OU.1080p", "hou"},
		{"3d", "Winter Harbour 2019 3D BluRay 1080p", "3d"},
		{"3d", "Winter Harbour 3D 2019 1080p BluRay", ""},
		{"3d", "[Group] 3D Harbour - 01 [1080p]", ""},

		{"size", "Winter Harbour 2019 1080p 850MB", "850000000"},
		{"size", "Winter Harbour 2019 1080p [2.3GB]", "2300000000"},
		{"size", "Winter Harbour 2019 1080p 8,5 GiB", "9126805504"},
		{"size", "Winter Harbour 2019 1080p GB", "0"},
		{"bitrate", "Winter Harbour 2019 DDP5.1 (192 Kbps)", "192"},
		{"bitrate", "Winter Harbour 2019 DD+5.1 640Kbps", "640"},
		{"bitrate", "Winter Harbour 2019 23.976fps", "0"},

		{"volumes", "[Group] Hoshi no Kaze - Vol. 2 [BD 1080p]", "2"},
		{"volumes", "[Group] Hoshi no Kaze - Volume 1-3 [BD 1080p]", "1-3"},
		{"volumes", "Winter Harbour Vol. 2 (2019) 1080p", ""},
		{"title", "Winter Harbour Vol 2 1080p BluRay", "Winter Harbour Vol 2"},
		{"region", "Winter Harbour 2019 R5 XviD", "R5"},
		{"region", "[Group] Hoshi no Kaze [R2J] [x264]", "R2J"},
		{"country", "The.Harbour.US.S01E02.720p.WEB", "US"},
		{"country", "The Harbour S01E02 720p WEB", ""},

		{"network", "Winter.Harbour.S01E02.1080p.AMZN.WEB-DL", "Amazon"},
		{"network", "Winter.Harbour.S01E02.1080p.iP.WEB-DL", "BBC"},
		{"network", "Winter.Harbour.S01E02.1080p.iT.WEB-DL", "iTunes"},
		{"network", "Winter.Harbour.S01E02.1080p.NOW.WEB-DL", "NOW"},
		{"network", "Winter.Harbour.S01E02.Here.And.Now.1080p.WEB-DL", ""},
		{"network", "Max Harbour 2019 1080p BluRay", ""},
		{"network", "Harbour Sci-Fi Collection 2019 1080p", ""},

		{"edition", "Winter.Harbour.2019.EXTENDED.REMASTERED.1080p", "extended+remastered"},
		{"edition", "Winter Harbour - Extended (2019) 1080p", "extended"},
		{"edition", "Winter Harbour 2019 Director's Cut 1080p", "directors"},

		{"sound", "Winter.Harbour.2019.iTA.ENG.1080p.BluRay", "en+it"},
		{"sound", "Winter Harbour - 4x01-12 iTA 1080p WEBMux", "it"},
		{"sound", "Winter Harbour (2019) NTSC WS -Eng/Fre/Spa- [grp]", "en+es+fr"},
		{"sound", "Winter Harbour 1, 2 Greek Language", "el"},
		{"sound", "Winter.Harbour.2019.VFQ.1080p.BluRay", "fr-ca"},
		{"sound", "Winter Harbour 2019 Latino 1080p", "es-419"},
		{"sound", "Winter Harbour 2019 PT-BR 1080p", "pt-br"},
		{"sound", "Winter Harbour 2019 Castellano 1080p", "es"},
		{"sound", "Winter Harbour 2019 Lektor PL 1080p", "pl"},
		{"sound", "Winter Harbour 2019 1080p MVO", "ru"},
		{"sound", "Winter Harbour 2019 1080p Swahili AAC", "sw"},
		{"sound", "The French Harbour 2019 1080p", ""},
		{"sound", "Winter Harbour 2019 1080p x264 [Ben The Baker]", ""},
		{"sound", "Зимова гавань: Її море (2019) WEB-DL 1080p", "uk"},
		{"sound", "Зимняя гавань (2019) WEB-DL 1080p", "ru"},
		{"sound", "冬の港 第05話 1080p", "ja"},
		{"sound", "冬港.2019.1080p.国英双语.中英字幕", "en+zh"},
		{"subtitles", "冬港.2019.1080p.国英双语.中英字幕", "en+zh"},
		{"subtitles", "[Group] Hoshi no Kaze - 05 [1080p][简繁日内封字幕]", "ja+zh+zh-tw"},
		{"subtitles", "[日剧] 冬港 EP07 1080p 中日双语字幕", "ja+zh"},

		{"subtitles", "Winter Harbour 2019 1080p Hindi AAC ESubs", "en"},
		{"subtitles", "Winter.Harbour.2019.VOSTFR.1080p", "fr"},
		{"subtitles", "Winter.Harbour.2019.1080p.GB.WEB-DL.H264-GRP", ""},
		{"subtitles", "[字幕组][冬港][Winter Harbour][05][1080P][GB].mp4", "zh"},
		{"subtitles", "Winter Harbour 2019 Ita Eng Sub Ita 1080p", "it"},
		{"subtitles", "Winter Harbour (2019) WEB-DL 1080p Ukr/Eng | Sub Ukr/Eng", "en+uk"},
		{"subtitles", "[Group] Winter Harbour - 07 [1080p][Multiple Subtitle] [ENG][SPA-LA][FRE]", "en+es-419+fr"},
		{"subtitles", "Winter Harbour (2019) [RUS, JAP+Sub] [1080p]", ""},
		{"sound", "Winter Harbour (2019) [RUS, JAP+Sub] [1080p]", "ja+ru"},
		{"flags", "Winter Harbour 2019 1080p [NO SUBS]", ""},
		{"flags", "Winter.Harbour.S01.1080p.WEB.H264-GRP", "scene"},
		{"flags", "Winter.Harbour.S01.1080p.WEB-DL.H264-GRP", ""},
		{"flags", "Winter Harbour 2001-2005 S01-S05 1080p", "complete"},
		{"flags", "Winter Harbour All 7 Seasons 1080p", "complete"},
		{"flags", "Winter Harbour Collection - 15 HD Movies", "complete"},
		{"title", "WinterHarbour2BD1080.mkv", "WinterHarbour2"},
		{"flags", "Winter Harbour 2019 REAL PROPER 1080p", "proper+real"},
		{"flags", "[Group] Hoshi no Kaze OVA - 02 [1080p]", "special+ova"},

		{"extras", "Winter.Harbour.Featurette.1080p", "featurette"},
		{"extras", "[Group] Hoshi no Kaze - NCED1 [BD 1080p]", "ending"},
		{"crc", "[Group] Hoshi no Kaze - 05 [1080p][0123ABCD].mkv", "0123ABCD"},
		{"extension", "Winter.Harbour.2019.1080p.WEB-DL.MKV", "MKV"},
		{"extension", "Winter Harbour 2019 1080p WEB-DL mkv", ""},
	} {
		r := Parse(tt.name)
		if got := told(&r, tt.field); got != tt.want {
			t.Errorf("%s of %q: got %q, want %q", tt.field, tt.name, got, tt.want)
		}
	}
}

// TestSetsOfLanguagesAreSets does with two words of bits what one would do.
func TestSetsOfLanguagesAreSets(t *testing.T) {
	t.Parallel()
	var all Languages
	for _, code := range LanguageCodes() {
		l, _ := Language(code)
		if all.Any(l) {
			t.Errorf("%s has the bit of another", code)
		}
		all = all.Union(l)
	}
	en, _ := Language("en")
	haw, _ := Language("haw")
	both := en.Union(haw)
	switch {
	case all.Len() != len(LanguageCodes()), !all.Has(both), both.Len() != 2:
		t.Errorf("got %d languages, want %d", all.Len(), len(LanguageCodes()))
	case both.Without(en) != haw, both.Without(both) != (Languages{}), !both.Without(both).Empty():
		t.Errorf("%v without %v is %v", both, en, both.Without(en))
	case both.String() != "en+haw", en.Has(both), !en.Any(both):
		t.Errorf("got %v", both)
	}
	if pt, _ := AnyLanguage("pt"); strings.Join(pt.Codes(), " ") != "pt pt-br" {
		t.Errorf("any Portuguese is %v", pt)
	}
	if es, _ := AnyLanguage("es"); strings.Join(es.Codes(), " ") != "es" {
		t.Errorf("any Spanish is %v", es)
	}
}

// TestWordsAreToldOnce finds words of the vocabulary that stand in two rows, of which the second would never count.
func TestWordsAreToldOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range allWords() {
		for w := range strings.SplitSeq(row.words, "|") {
			if seen[w] {
				t.Errorf("%q stands in two rows", w)
			}
			seen[w] = true
			if n := strings.Count(w, " ") + 1; n > maxPhrase {
				t.Errorf("%q has %d words, more than %d are never looked up", w, n, maxPhrase)
			}
		}
	}
}

// TestSubbedIsToldByALanguageToo holds what settings call "subbed" to both ways of telling it, each with the bytes that tell it.
func TestSubbedIsToldByALanguageToo(t *testing.T) {
	t.Parallel()
	subbed := Properties()["subbed"]
	for name, want := range map[string]string{
		"Winter.Harbour.2019.VOSTFR.1080p": "VOSTFR", "Winter.Harbour.2019.SUBBED.1080p": "SUBBED", "Winter.Harbour.2019.FRENCH.1080p": "",
	} {
		r := Parse(name)
		if got := r.text(r.Span(FlagSubbed.Field())); got != want || subbed(&r) != (want != "") {
			t.Errorf("%s: got subbed %v by %q, want it by %q", name, subbed(&r), got, want)
		}
	}
}

// TestSpansAreOfTheWordThatCounts holds a field that a later word corrected to that word.
func TestSpansAreOfTheWordThatCounts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		field Field
		want  string
	}{
		{"Winter.Harbour.2019.2160p.WEB-DL.CAM.H264-A", FieldSource, "CAM"},
		{"Winter.Harbour.2019.HDTV.WEB-DL.H264-A", FieldSource, "WEB-DL"},
		{"Winter.Harbour.2019.WEB-DL.HDTV.H264-A", FieldSource, "WEB-DL"},
		{"Winter.Harbour.2019.720p.BluRay.1080p.x264-A", FieldResolution, "1080p"},
		{"Winter.Harbour.2019.UHD.FullHD.WEB-DL.x264-A", FieldResolution, "FullHD"},
		{"Winter.Harbour.2019.WEB-DL.MPEG.x264-A", FieldCodec, "x264"},
	} {
		r := Parse(tt.name)
		if got := r.text(r.Span(tt.field)); got != tt.want {
			t.Errorf("%s: field %d is told by %q, want %q", tt.name, tt.field, got, tt.want)
		}
	}
}
