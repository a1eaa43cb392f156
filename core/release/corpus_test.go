package release

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
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
	"aac": AudioAAC, "ac3": AudioAC3, "eac3": AudioEAC3, "dts_lossless": AudioDTSHD, "dts_lossy": AudioDTS, "dts": AudioDTS, "truehd": AudioTrueHD,
	"atmos": AudioAtmos, "flac": AudioFLAC, "mp3": AudioMP3, "opus": AudioOpus, "pcm": AudioPCM,
}

func bitsOf[T ~uint8 | ~uint16](set T, table map[string]T) []string {
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
	switch field {
	case "title":
		return some(titlesLike(r, wanted)), wanted, true
	case "year":
		y := ""
		if r.Year != 0 {
			y = fmt.Sprint(r.Year)
		}
		if r.YearEnd != 0 {
			y += fmt.Sprint("-", r.YearEnd)
		}
		return some(y), wanted, true
	case "date":
		return some(r.Date.String()), wanted, true
	case "seasons":
		return expand(r.Seasons), wanted, true
	case "episodes":
		return expand(r.Episodes), wanted, true
	case "season_first", "episode_first":
		rs := r.Seasons
		if field == "episode_first" {
			rs = r.Episodes
		}
		return expand(rs)[:min(1, len(rs))], wanted, true
	case "resolution":
		return some(r.Resolution.String()), wanted, true
	case "source":
		if len(wanted) == 1 {
			if wanted[0] == "XviD" || wanted[0] == "REMUX" {
				return nil, nil, false
			}
			if wanted[0] == "BluRay REMUX" && !r.Remux {
				return []string{"no remux"}, wanted, true
			}
			wanted = []string{corpusSources[wanted[0]].String()}
		}
		return some(r.Source.String()), wanted, true
	case "codec":
		return some(r.Codec.String()), wanted, true
	case "audio":
		if slices.Contains(wanted, "hq_clean") {
			return truth(r.Flags.Has(FlagCamAudio)), []string{"true"}, true
		}
		table := map[string]Audio{}
		for k, v := range corpusAudio {
			if k != "dts" {
				table[k] = v
			}
		}
		return bitsOf(r.Audio, table), wanted, true
	case "channels":
		return bitsOf(r.Channels, map[string]Channels{"2.0": ChannelsStereo, "5.1": Channels51, "7.1": Channels71, "6.1": Channels61, "mono": ChannelsMono}), wanted, true
	case "hdr":
		return bitsOf(r.HDR, map[string]HDR{"DV": DolbyVision, "HDR": HDR10, "HDR10+": HDR10Plus, "SDR": SDR}), wanted, true
	case "bit_depth":
		if r.Depth == 0 {
			return nil, wanted, true
		}
		return []string{fmt.Sprintf("%dbit", r.Depth)}, wanted, true
	case "languages":
		got = (r.Languages | r.Subtitles).Codes()
		wanted = slices.DeleteFunc(wanted, func(s string) bool { return strings.HasPrefix(s, "multi_") || s == "dual_audio" })
		return got, wanted, true
	case "group":
		return some(r.GroupName()), wanted, true
	case "network":
		return some(r.Network.String()), wanted, true
	case "container":
		if r.Container >= ContainerISO {
			return nil, nil, false
		}
		return some(r.Container.String()), wanted, true
	case "edition":
		return truth(r.Edition != 0), truth(want != nil), true
	case "dubbed":
		return truth(r.Flags.Any(FlagDubbed | FlagDualAudio | FlagMultiAudio)), wanted, len(wanted) > 0
	case "three_d":
		return truth(r.Flags.Has(Flag3D)), truth(want != nil), true
	}
	f, known := map[string]Flags{
		"complete": FlagComplete, "subbed": FlagSubbed, "proper": FlagProper, "repack": FlagRepack, "hardcoded": FlagHardcoded, "converted": FlagConverted,
		"retail": FlagRetail, "upscaled": FlagUpscaled, "documentary": FlagDocumentary, "commentary": FlagCommentary, "uncensored": FlagUncensored,
		"ppv": FlagPPV,
	}[field]
	return truth(r.Flags.Has(f)), wanted, known
}

// TestCorpusIsReadAccurately measures the undisputed assertions of the reference corpus on the fields that we have, and
// holds the share that is right where it is.
func TestCorpusIsReadAccurately(t *testing.T) {
	t.Parallel()
	const floor = 96.8
	type tally struct{ right, all, rightSet, set int }
	fields := map[string]*tally{}
	verbose := os.Getenv("MILLRACE_CORPUS_MISSES")
	seen := map[string]bool{}
	for _, row := range readCorpus(t) {
		r := Parse(row.Title)
		for field, want := range row.Expect {
			if slices.Contains(row.Disputed, field) {
				continue
			}
			got, wanted, ok := corpusField(&r, field, want)
			if !ok {
				continue
			}
			sort.Strings(got)
			sort.Strings(wanted)
			c := fields[field]
			if c == nil {
				c = new(tally)
				fields[field] = c
			}
			c.all++
			right := slices.Equal(got, wanted)
			if right {
				c.right++
			}
			if len(wanted) > 0 {
				c.set++
				if right {
					c.rightSet++
				}
			}
			key := field + row.Title
			if !right && (verbose == field || verbose == "all") && !seen[key] {
				seen[key] = true
				t.Logf("%-11s got %.60q want %.60q in %q", field, got, wanted, row.Title)
			}
		}
	}
	var sum tally
	for _, field := range slices.Sorted(func(yield func(string) bool) {
		for f := range fields {
			if !yield(f) {
				return
			}
		}
	}) {
		c := fields[field]
		sum.right += c.right
		sum.all += c.all
		sum.set += c.set
		sum.rightSet += c.rightSet
		t.Logf("%-14s %5.1f%% of %4d; where something is to be found %5.1f%% of %4d", field, 100*float64(c.right)/float64(c.all), c.all,
			100*float64(c.rightSet)/float64(max(1, c.set)), c.set)
	}
	share := 100 * float64(sum.right) / float64(sum.all)
	t.Logf("all: %.2f%% of %d; where something is to be found %.2f%% of %d", share, sum.all, 100*float64(sum.rightSet)/float64(sum.set), sum.set)
	if share < floor {
		t.Errorf("accuracy %.2f%% is below %.1f%%", share, floor)
	}
}
