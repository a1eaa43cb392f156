package rank

import "github.com/millrace-media/millrace/core/release"

// What sources are worth, by release.Source.
var sourceWorth = [...]int{
	release.SourceVHS: -80, release.SourcePPV: -20, release.SourceSAT: -20, release.SourceTV: -20, release.SourcePDTV: 0, release.SourceHDTVRip: 20,
	release.SourceHDTV: 30, release.SourceDVDRip: 20, release.SourceDVD: 10, release.SourceHDRip: 40, release.SourceWebDLRip: 60,
	release.SourceWebMux: 60, release.SourceWebRip: 70, release.SourceWeb: 95, release.SourceWebDL: 100, release.SourceBRRip: 60,
	release.SourceBDRip: 85, release.SourceUHDRip: 90, release.SourceHDDVD: 60, release.SourceBluRay: 100,
}

var codecWorth = [...]int{
	release.CodecAVC: 20, release.CodecHEVC: 20, release.CodecAV1: 15, release.CodecVP9: 10, release.CodecVVC: 0, release.CodecVC1: 0,
	release.CodecMPEG2: -20, release.CodecXviD: -60, release.CodecDivX: -60,
}

// audioWorth is ordered: the best codec that a release has counts, and no other.
var audioWorth = []struct {
	audio release.Audio
	worth int
}{
	{release.AudioAtmos, 16}, {release.AudioTrueHD, 15}, {release.AudioDTSX, 15}, {release.AudioDTSHD, 14}, {release.AudioEAC3, 13},
	{release.AudioFLAC, 12}, {release.AudioDTS, 11}, {release.AudioAC3, 10}, {release.AudioPCM, 8}, {release.AudioAAC, 8}, {release.AudioOpus, 6},
	{release.AudioVorbis, 2}, {release.AudioMP3, -10},
}

var flagWorth = []struct {
	flag  release.Flags
	worth int
}{
	{release.FlagProper, 6}, {release.FlagRepack, 6}, {release.FlagHardcoded, -60}, {release.FlagUpscaled, -100}, {release.FlagConverted, -30},
	{release.FlagCamAudio, -200}, {release.Flag3D, -200}, {release.FlagInterlaced, -20}, {release.FlagDisc, -150},
}

// score adds what is true for everybody: of each family the best counts once, so that a long list of tracks wins nothing.
// What the profile prefers comes on top.
func (j *judging) score() {
	r := j.cand.Parsed
	if int(r.Source) < len(sourceWorth) {
		j.worth(r.Source.String(), sourceWorth[r.Source], release.FieldSource)
	}
	if int(r.Codec) < len(codecWorth) {
		j.worth(r.Codec.String(), codecWorth[r.Codec], release.FieldCodec)
	}
	for i := range audioWorth {
		if a := &audioWorth[i]; r.Audio.Has(a.audio) {
			j.worth(a.audio.String(), a.worth, release.FieldAudio)
			break
		}
	}
	if r.HDR&^release.SDR != 0 {
		j.worth(r.HDR.String(), 10, release.FieldHDR)
	}
	for i := range flagWorth {
		if f := &flagWorth[i]; r.Flags.Has(f.flag) {
			j.worth(f.flag.String(), f.worth, release.FieldFlags)
		}
	}
	for i := range j.plan.prefer {
		if p := &j.plan.prefer[i]; p.holds(r) && j.points(p.Score) {
			j.tell(Reason{Code: CodePrefer, Setting: p.setting, Got: p.Name, Delta: p.Score})
		}
	}
}

func (j *judging) worth(what string, points int, f release.Field) {
	if points != 0 && j.points(points) {
		j.tell(Reason{Code: CodeQuality, Got: what, Span: j.cand.Parsed.Span(f), Delta: points})
	}
}
