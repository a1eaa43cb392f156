package release

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// corpusRow is one title of the reference corpus with what its authors expect; null stands for "must be absent".
type corpusRow struct {
	Title    string
	Expect   map[string]any
	Disputed []string
}

// readCorpus reads the reference corpus, which is no part of this repository. Without it the test is skipped.
func readCorpus(tb testing.TB) []corpusRow {
	tb.Helper()
	dir := os.Getenv("MILLRACE_REFERENCE")
	if dir == "" {
		tb.Skip("MILLRACE_REFERENCE is not set: the accuracy on the reference corpus is not measured")
	}
	f, err := os.Open(filepath.Join(dir, "corpus", "release-names.jsonl"))
	if err != nil {
		tb.Skipf("the reference corpus cannot be read, so accuracy is not measured: %v", err)
	}
	defer f.Close()
	var rows []corpusRow
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var row corpusRow
		if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
			tb.Fatalf("row %d: %v", len(rows)+1, err)
		}
		rows = append(rows, row)
	}
	if err := sc.Err(); err != nil {
		tb.Fatal(err)
	}
	return rows
}

// corpusSources are the corpus' words for sources, ours on the right.
var corpusSources = map[string]Source{
	"CAM": SourceCam, "TeleSync": SourceTelesync, "TeleCine": SourceTelecine, "SCR": SourceScreener, "R5": SourceR5, "HDTV": SourceHDTV,
	"HDTVRip": SourceHDTVRip, "PDTV": SourcePDTV, "SATRip": SourceSAT, "TVRip": SourceTV, "DVD": SourceDVD, "DVDRip": SourceDVDRip,
	"HDRip": SourceHDRip, "WEB": SourceWeb, "WEB-DL": SourceWebDL, "WEBRip": SourceWebRip, "WEB-DLRip": SourceWebDLRip, "WEBMux": SourceWebMux,
	"BRRip": SourceBRRip, "BDRip": SourceBDRip, "UHDRip": SourceUHDRip, "BluRay": SourceBluRay, "BluRay REMUX": SourceBluRay, "PPVRip": SourcePPV,
}

var corpusAudio = map[string]Audio{
	"aac": AudioAAC, "ac3": AudioAC3, "eac3": AudioEAC3, "dts_lossless": AudioDTSHD, "dts_lossy": AudioDTS, "truehd": AudioTrueHD,
	"atmos": AudioAtmos, "flac": AudioFLAC, "mp3": AudioMP3, "opus": AudioOpus, "pcm": AudioPCM,
}

func bitsOf[T ~uint8 | ~uint16 | ~uint64](set T, table map[string]T) []string {
	var out []string
	for n, b := range table {
		if set&b != 0 {
			out = append(out, n)
		}
	}
	return out
}

func expand(rs []Range) []string {
	var out []string
	for _, r := range rs {
		for n := int(r.Lo); n <= int(r.Hi) && len(out) < 3000; n++ {
			out = append(out, fmt.Sprint(n))
		}
	}
	return out
}

func listOf(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, fmt.Sprint(x))
		}
		return out
	}
	return []string{fmt.Sprint(v)}
}

func truth(b bool) []string {
	if b {
		return []string{"true"}
	}
	return nil
}

func some(s string) []string {
	if s == "" || s == "unknown" {
		return nil
	}
	return []string{s}
}

// titlesLike is the title, or as many titles as the corpus has in one: it leaves "A / B" as it stands, we tell the two apart.
func titlesLike(r *Release, wanted []string) string {
	title := r.Title()
	if len(wanted) == 1 && len(r.Titles) == 2 && strings.HasSuffix(wanted[0], ")") {
		return title + " (" + r.Titles[1].Text + ")"
	}
	if len(wanted) == 1 {
		for i := 1; i <= strings.Count(wanted[0], " / ") && i < len(r.Titles); i++ {
			title += " / " + r.Titles[i].Text
		}
	}
	return title
}

// corpusField reads one field of the corpus out of a Release; ok is false where we have no such field or draw its line elsewhere.
func corpusField(r *Release, field string, want any) (got, wanted []string, ok bool) {
	wanted = listOf(want)
	if read, known := corpusReaders[field]; known {
		got, wanted = read(r, wanted)
		return got, wanted, got != nil || !slices.Equal(wanted, notOurs)
	}
	f, known := corpusFlags[field]
	return truth(r.Flags.Any(f)), wanted, known
}

// notOurs is what a reader gives for wanted where our line is drawn elsewhere.
var notOurs = []string{"not ours"}

// corpusFlags are the fields of the corpus that are flags of ours.
var corpusFlags = map[string]Flags{
	"complete": FlagComplete, "subbed": FlagSubbed, "proper": FlagProper, "repack": FlagRepack, "hardcoded": FlagHardcoded, "converted": FlagConverted,
	"retail": FlagRetail, "upscaled": FlagUpscaled, "documentary": FlagDocumentary, "commentary": FlagCommentary, "uncensored": FlagUncensored,
	"ppv": FlagPPV, "adult": FlagAdult, "scene": FlagScene,
}

// corpusEditions are the corpus' words for editions. It keeps one a name; where ours has more, the others do not count.
var corpusEditions = map[string]Edition{
	"Extended Edition": EditionExtended, "Remastered": EditionRemastered, "IMAX": EditionIMAX, "Anniversary Edition": EditionAnniversary,
	"Uncut": EditionUncut, "Director's Cut": EditionDirectors,
}

// corpusNetworks are the networks that the suites of the corpus have words for; that they find none says nothing of the others.
var corpusNetworks = []Network{
	NetworkAppleTV, NetworkAmazon, NetworkNetflix, NetworkNickelodeon, NetworkDisney, NetworkHBO, NetworkHulu, NetworkCBS, NetworkNBC, NetworkAMC, NetworkPBS,
	NetworkCrunchyroll, NetworkVICE, NetworkHallmark, NetworkAdultSwim, NetworkAnimalPlanet, NetworkCartoonNetwork,
}

var corpusReaders = map[string]func(r *Release, wanted []string) (got, want []string){
	"title": func(r *Release, w []string) ([]string, []string) { return some(titlesLike(r, w)), w },
	"normalized_title": func(r *Release, w []string) ([]string, []string) {
		plain := strings.NewReplacer("'", "", ".", " ", "_", " ", ":", "", "!", "", "?", "", "%", "", ",", "", "&", "and")
		return some(strings.TrimSpace(plain.Replace(strings.ToLower(r.Title())))), w
	},
	"year": func(r *Release, w []string) ([]string, []string) {
		y := ""
		if r.Year != 0 {
			y = fmt.Sprint(r.Year)
		}
		if r.YearEnd != 0 {
			y += fmt.Sprint("-", r.YearEnd)
		}
		return some(y), w
	},
	"date":     func(r *Release, w []string) ([]string, []string) { return some(r.Date.String()), w },
	"seasons":  func(r *Release, w []string) ([]string, []string) { return expand(r.Seasons), w },
	"episodes": func(r *Release, w []string) ([]string, []string) { return expand(r.Episodes), w },
	"volumes":  func(r *Release, w []string) ([]string, []string) { return expand(r.Volumes), w },
	"season_first": func(r *Release, w []string) ([]string, []string) {
		return expand(r.Seasons)[:min(1, len(r.Seasons))], w
	},
	"episode_first": func(r *Release, w []string) ([]string, []string) {
		return expand(r.Episodes)[:min(1, len(r.Episodes))], w
	},
	"resolution": func(r *Release, w []string) ([]string, []string) { return some(r.Resolution.String()), w },
	"source":     corpusSource,
	"codec":      func(r *Release, w []string) ([]string, []string) { return some(r.Codec.String()), w },
	"audio":      corpusSound,
	"channels": func(r *Release, w []string) ([]string, []string) {
		return bitsOf(r.Channels, map[string]Channels{"2.0": ChannelsStereo, "5.1": Channels51, "7.1": Channels71, "6.1": Channels61, "mono": ChannelsMono}), w
	},
	"hdr": func(r *Release, w []string) ([]string, []string) {
		return bitsOf(r.HDR, map[string]HDR{"DV": DolbyVision, "HDR": HDR10, "HDR10+": HDR10Plus, "SDR": SDR}), w
	},
	"bit_depth": func(r *Release, w []string) ([]string, []string) {
		if r.Depth == 0 {
			return nil, w
		}
		return []string{fmt.Sprintf("%dbit", r.Depth)}, w
	},
	"languages": corpusLanguages,
	"group":     func(r *Release, w []string) ([]string, []string) { return some(r.GroupName()), w },
	"site":      func(r *Release, w []string) ([]string, []string) { return some(r.SiteName()), w },
	"network": func(r *Release, w []string) ([]string, []string) {
		if len(w) == 0 && !slices.Contains(corpusNetworks, r.Network) {
			return nil, w
		}
		return some(r.Network.String()), w
	},
	"container": func(r *Release, w []string) ([]string, []string) {
		if r.Container >= ContainerISO { // the corpus knows films only
			return nil, w
		}
		return some(r.Container.String()), w
	},
	"extension": func(r *Release, w []string) ([]string, []string) { return some(strings.ToLower(r.Extension())), w },
	"edition": func(r *Release, w []string) ([]string, []string) {
		for _, n := range w {
			if r.Edition.Has(corpusEditions[n]) {
				return w, w
			}
		}
		return some((r.Edition &^ (EditionUnrated | EditionOpenMatte)).String()), w // the corpus has the former apart, and no word for the latter
	},
	"remastered": func(r *Release, w []string) ([]string, []string) { return truth(r.Edition.Has(EditionRemastered)), w },
	"extended":   func(r *Release, w []string) ([]string, []string) { return truth(r.Edition.Has(EditionExtended)), w },
	"unrated":    func(r *Release, w []string) ([]string, []string) { return truth(r.Edition.Has(EditionUnrated)), w },
	// A release with several sounds is "dubbed" to the corpus. Where it wants none, that is asked of the word alone.
	"dubbed": func(r *Release, w []string) ([]string, []string) {
		if len(w) == 0 {
			return truth(r.Flags.Has(FlagDubbed)), w
		}
		return truth(r.Flags.Any(FlagDubbed | FlagDualAudio | FlagMultiAudio)), w
	},
	"three_d": func(r *Release, w []string) ([]string, []string) {
		names := map[ThreeD]string{ThreeDUnknown: "3D", ThreeDSBS: "3D SBS", ThreeDHalfSBS: "3D HSBS", ThreeDOU: "3D OU", ThreeDHalfOU: "3D HOU", ThreeDAnaglyph: "3D"}
		return some(names[r.ThreeD]), w
	},
	"crc32": func(r *Release, w []string) ([]string, []string) {
		if r.Span(FieldCRC).Empty() {
			return nil, w
		}
		return []string{fmt.Sprintf("%08X", r.CRC)}, w
	},
	"size": func(r *Release, w []string) ([]string, []string) {
		switch {
		case r.Size == 0:
			return nil, w
		case r.Size < 1e9:
			return []string{fmt.Sprint(float64(r.Size)/1e6, "MB")}, w
		}
		return []string{fmt.Sprint(float64(r.Size)/1e9, "GB")}, w
	},
	"bitrate": func(r *Release, w []string) ([]string, []string) {
		if r.Bitrate == 0 {
			return nil, w
		}
		return []string{fmt.Sprint(r.Bitrate, "kbps")}, w
	},
	"region":  func(r *Release, w []string) ([]string, []string) { return some(r.Region.String()), w },
	"country": func(r *Release, w []string) ([]string, []string) { return some(r.Country.String()), w },
	"trash":   func(r *Release, w []string) ([]string, []string) { return truth(r.IsTrash()), w },
	"type": func(r *Release, w []string) ([]string, []string) {
		if len(r.Seasons)+len(r.Episodes) > 0 {
			return []string{"show"}, w
		}
		return []string{"movie"}, w
	},
	"release_types": func(r *Release, w []string) ([]string, []string) {
		return bitsOf(r.Flags, map[string]Flags{"OVA": FlagOVA, "ONA": FlagONA, "ODA": FlagOAD}), w
	},
	// The corpus calls an OVA an extra too; ours are flags.
	"extras": func(r *Release, w []string) ([]string, []string) {
		got := bitsOf(r.Extras, map[string]Extras{
			"Sample": ExtraSample, "Featurette": ExtraFeaturette, "Trailer": ExtraTrailer, "Deleted Scene": ExtraDeletedScene, "NCOP": ExtraOpening, "NCED": ExtraEnding,
		})
		if r.Flags.Has(FlagOVA) && slices.Contains(w, "OVA") {
			got = append(got, "OVA")
		}
		return got, w
	},
}

func corpusSource(r *Release, w []string) ([]string, []string) {
	if len(w) == 0 {
		return some(r.Source.String()), w
	}
	switch s := w[0]; {
	case s == "XviD": // a codec, not a source
		return nil, notOurs
	case s == "REMUX":
		return truth(r.Remux), []string{"true"}
	case s == "BluRay REMUX" && !r.Remux:
		return []string{"no remux"}, w
	case s == "DVDRip" && r.Source == SourceHDDVD: // the corpus has no word for an HD DVD
		return w, w
	default:
		return some(r.Source.String()), []string{corpusSources[s].String()}
	}
}

func corpusSound(r *Release, w []string) ([]string, []string) {
	got := bitsOf(r.Audio, corpusAudio)
	if slices.Contains(w, "hq_clean") {
		if r.Flags.Has(FlagCamAudio) {
			got = append(got, "hq_clean")
		}
	}
	if slices.Contains(w, "dts") && r.Audio&(AudioDTS|AudioDTSHD|AudioDTSX) != 0 { // one suite does not tell the kinds of DTS apart
		got = append(slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "dts_") }), "dts")
	}
	return got, w
}

// corpusLanguages compares sound and subtitles together, as the corpus has them. It does not tell Brazil's Portuguese and
// Canada's French apart. "multi_audio", "dual_audio" and "multi_subs" are flags of ours.
func corpusLanguages(r *Release, w []string) ([]string, []string) {
	var got []string
	for _, c := range r.Languages.Union(r.Subtitles).Codes() {
		switch c {
		case "pt-br":
			c = "pt"
		case "fr-ca":
			c = "fr"
		case "yue":
			c = "zh"
		case "zh-tw": // the suites have it where it is written out, and plain Chinese for "CHT"
			if slices.Contains(w, "zh") {
				c = "zh"
			}
		}
		if !slices.Contains(got, c) {
			got = append(got, c)
		}
	}
	for name, f := range map[string]Flags{"multi_audio": FlagMultiAudio, "dual_audio": FlagDualAudio, "multi_subs": FlagMultiSubs} {
		if slices.Contains(w, name) && r.Flags.Has(f) {
			got = append(got, name)
		}
	}
	return got, w
}
