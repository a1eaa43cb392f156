package rank

import (
	"fmt"
	"math/bits"

	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/sdk"
)

// Candidate is a release to be judged.
type Candidate struct {
	Release sdk.Release
	Parsed  *release.Release // of Release.Name
	Cached  bool             // a debrid provider has it ready; such ones come first
}

// Decision is what becomes of a candidate.
type Decision uint8

// The decisions, from the worst.
const (
	Reject Decision = iota
	Open            // acceptable, but the name does not tell surely that it is the wanted title: its files must
	Accept
)

// String is "reject", "unsure" or "accept".
func (d Decision) String() string {
	switch d {
	case Accept:
		return "accept"
	case Open:
		return "unsure"
	}
	return "reject"
}

// Reason is one thing that counted for or against a candidate.
type Reason struct {
	Code    Code   `json:"code"`
	Text    string `json:"text"`              // a sentence for people
	Setting string `json:"setting,omitempty"` // the setting that decided: "reject.any[0]"
	Want    string `json:"want,omitempty"`
	Got     string `json:"got,omitempty"`
	Delta   int    `json:"delta,omitempty"` // added to the score
	Veto    bool   `json:"veto,omitempty"`  // this alone rejects
}

// Verdict is the judgement of one candidate. It is Reject exactly if a Reason is a veto, and Score is the sum of their Deltas.
type Verdict struct {
	State   Decision
	Match   MatchResult
	Tier    uint8 // of the resolution, 1 is the best; the score never outweighs it
	Score   int
	Reasons []Reason
	Key     Key
}

// Key orders verdicts: the greater comes first. It holds, from the highest bit, decision, cached, confidence, tier, score;
// then seeders, size and the beginning of the info-hash.
type Key struct{ Hi, Lo uint64 }

// Compare is -1 if k comes before o, 1 if after, 0 if they are equal.
func (k Key) Compare(o Key) int {
	switch {
	case k.Hi != o.Hi:
		if k.Hi > o.Hi {
			return -1
		}
		return 1
	case k.Lo != o.Lo:
		if k.Lo > o.Lo {
			return -1
		}
		return 1
	}
	return 0
}

// Judge says what a candidate is worth to a target under a profile, with every reason.
func (c *Compiled) Judge(t *Target, cand Candidate) Verdict {
	v := Verdict{Match: t.Match(cand.Parsed), Reasons: make([]Reason, 0, 4)}
	r := cand.Parsed
	v.Reasons = append(v.Reasons, Reason{
		Code: v.Match.Code, Text: v.Match.Code.Text(), Want: v.Match.Want, Got: v.Match.Got, Veto: v.Match.State == No,
	})
	c.gates(&v, t, cand)
	v.score(r)
	for i := range c.prefer {
		p := &c.prefer[i]
		if p.holds(r, cand.Release.Name) {
			v.add(Reason{Code: CodePrefer, Setting: p.setting, Got: p.Name, Delta: p.Score})
		}
	}
	v.Tier = c.tiers[min(int(r.Resolution), len(c.tiers)-1)]
	v.decide()
	v.Key = c.key(&v, cand)
	return v
}

func (v *Verdict) add(r Reason) {
	r.Text = r.Code.Text()
	v.Reasons = append(v.Reasons, r)
	v.Score += r.Delta
}

func (v *Verdict) decide() {
	v.State = Accept
	if v.Match.State == Unsure {
		v.State = Open
	}
	for _, r := range v.Reasons {
		if r.Veto {
			v.State = Reject
		}
	}
}

func (p *rule) holds(r *release.Release, name string) bool {
	if p.pattern != nil {
		return p.pattern.MatchString(name)
	}
	return p.test(r)
}

// gates notes everything that rejects a candidate.
func (c *Compiled) gates(v *Verdict, t *Target, cand Candidate) {
	r, name := cand.Parsed, cand.Release.Name
	if c.tiers[min(int(r.Resolution), len(c.tiers)-1)] == 0 {
		v.add(Reason{Code: CodeResolution, Setting: "resolutions", Want: fmt.Sprint(c.profile.Resolutions), Got: r.Resolution.String(), Veto: true})
	}
	if r.Container > release.ContainerISO && r.Ext {
		v.add(Reason{Code: CodeNotMedia, Got: r.Container.String(), Veto: true})
	}
	for i := range c.reject.any {
		p := &c.reject.any[i]
		if !p.test(r) {
			continue
		}
		code := CodeRejected
		if r.Source != release.SourceUnknown && r.Source.String() == p.Name {
			code = CodeSource
		}
		v.add(Reason{Code: code, Setting: p.setting, Got: p.Name, Veto: true})
	}
	for i := range c.reject.match {
		if p := &c.reject.match[i]; p.pattern.MatchString(name) {
			v.add(Reason{Code: CodePattern, Setting: p.setting, Got: p.Match, Veto: true})
		}
	}
	c.required(v, r, name)
	c.language(v, cand)
	c.size(v, t, cand)
}

// required holds a release to require: it must have one of the properties or match one of the patterns.
func (c *Compiled) required(v *Verdict, r *release.Release, name string) {
	if len(c.require.any)+len(c.require.match) == 0 {
		return
	}
	for i := range c.require.any {
		if c.require.any[i].test(r) {
			return
		}
	}
	for i := range c.require.match {
		if c.require.match[i].pattern.MatchString(name) {
			return
		}
	}
	v.add(Reason{Code: CodeRequired, Setting: "require", Veto: true})
}

// language rejects a release whose sound is told to be in none of the wanted languages. One that tells nothing, or that
// several are in it, is taken and loses a few points.
func (c *Compiled) language(v *Verdict, cand Candidate) {
	if c.languages == 0 {
		return
	}
	told := cand.Parsed.Languages
	for _, code := range cand.Release.Languages {
		if l, ok := release.Language(code); ok {
			told |= l
		}
	}
	switch {
	case told&c.languages != 0:
	case told == 0 || cand.Parsed.Flags.Any(release.FlagMultiAudio|release.FlagDualAudio):
		v.add(Reason{Code: CodeNoLanguage, Setting: "languages", Want: c.languages.String(), Delta: -10})
	default:
		v.add(Reason{Code: CodeLanguage, Setting: "languages", Want: c.languages.String(), Got: told.String(), Veto: true})
	}
}

// size holds the size of a film, or of one episode on average, to the limits. An unknown size or count passes.
func (c *Compiled) size(v *Verdict, t *Target, cand Candidate) {
	per := t.sizePerEpisode(v.Match.Covers, cand.Release.Size)
	if per <= 0 {
		return
	}
	if limit := c.profile.MinSize; limit > 0 && per < limit {
		v.add(Reason{Code: CodeTooSmall, Setting: "min_size", Want: sdk.Size(limit).String(), Got: sdk.Size(per).String(), Veto: true})
	}
	if limit := c.profile.MaxSize; limit > 0 && per > limit {
		v.add(Reason{Code: CodeTooBig, Setting: "max_size", Want: sdk.Size(limit).String(), Got: sdk.Size(per).String(), Veto: true})
	}
}

// sizePerEpisode divides a release's size by what it covers; 0 if that is not known.
func (t *Target) sizePerEpisode(cover Coverage, size int64) int64 {
	if size <= 0 {
		return 0
	}
	if cover.Movie {
		if cover.Pack {
			return 0
		}
		return size
	}
	n := release.Count(cover.Episodes)
	if n > 0 {
		return size / int64(n)
	}
	for _, s := range cover.Seasons {
		for k := int(s.Lo); k <= int(s.Hi); k++ {
			if t.length(k) == 0 {
				return 0
			}
			n += t.length(k)
		}
	}
	if n == 0 {
		return 0
	}
	return size / int64(n)
}

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
func (v *Verdict) score(r *release.Release) {
	if int(r.Source) < len(sourceWorth) {
		v.worth(r.Source.String(), sourceWorth[r.Source])
	}
	if int(r.Codec) < len(codecWorth) {
		v.worth(r.Codec.String(), codecWorth[r.Codec])
	}
	for _, a := range audioWorth {
		if r.Audio.Has(a.audio) {
			v.worth(a.audio.String(), a.worth)
			break
		}
	}
	if r.HDR&^release.SDR != 0 {
		v.worth(r.HDR.String(), 10)
	}
	for _, f := range flagWorth {
		if r.Flags.Has(f.flag) {
			v.worth(f.flag.String(), f.worth)
		}
	}
}

func (v *Verdict) worth(what string, points int) {
	if points != 0 {
		v.add(Reason{Code: CodeQuality, Got: what, Delta: points})
	}
}

// scoreBits is the room for a score in a key; scores beyond are cut.
const scoreBits = 24

func (c *Compiled) key(v *Verdict, cand Candidate) Key {
	cached := uint64(0)
	if cand.Cached {
		cached = 1
	}
	const middle = 1 << (scoreBits - 1)
	score := uint64(min(max(v.Score+middle, 0), 1<<scoreBits-1))
	hi := uint64(v.State)<<62 | cached<<61 | uint64(min(v.Match.Confidence, 15))<<57 | uint64(63-min(v.Tier, 63))<<51 | score<<(51-scoreBits)
	lo := uint64(seedClass(cand.Release.Seeders))<<60 | uint64(sizeClass(cand.Release.Size))<<52 | hashBits(cand.Release.Hash)>>12
	return Key{hi, lo}
}

// seedClass is 0 for none or unknown, else the number of decimal digits: 1 for 1 to 9 seeders, 2 for 10 to 99.
func seedClass(n int) uint8 {
	class := uint8(0)
	for n > 0 {
		class++
		n /= 10
	}
	return min(class, 15)
}

// sizeClass grows with the size, four steps to a doubling. Within what the profile allows more is better.
func sizeClass(size int64) uint8 {
	if size <= 0 {
		return 0
	}
	n := bits.Len64(uint64(size))
	quarter := 0
	if n > 3 {
		quarter = int(uint64(size)>>(n-3)) & 3
	}
	return uint8(min(4*n+quarter, 255))
}

// hashBits is the beginning of an info-hash in hexadecimal, inverted so that the smaller hash comes first.
func hashBits(hash string) uint64 {
	var n uint64
	for i := range min(len(hash), 16) {
		d := uint64(0)
		switch c := hash[i]; {
		case c >= '0' && c <= '9':
			d = uint64(c - '0')
		case c >= 'a' && c <= 'f':
			d = uint64(c-'a') + 10
		case c >= 'A' && c <= 'F':
			d = uint64(c-'A') + 10
		}
		n |= d << (60 - 4*i)
	}
	return ^n
}
