package release

import (
	"math/bits"
	"strings"
)

// Resolution is the height class of the picture. Larger is more.
type Resolution uint8

// Resolutions. Odd heights are read as the class that they belong to: 1036 as 1080p.
const (
	ResolutionUnknown Resolution = iota
	Resolution240p
	Resolution360p
	Resolution480p
	Resolution576p
	Resolution720p
	Resolution1080p
	Resolution1440p
	Resolution2160p
	Resolution4320p
)

var resolutionNames = []string{"unknown", "240p", "360p", "480p", "576p", "720p", "1080p", "1440p", "2160p", "4320p"}

// String is the name used in settings: "1080p", or "unknown".
func (r Resolution) String() string { return name(resolutionNames, int(r)) }

// Source is where the picture was taken from.
type Source uint8

// Sources, from the worst kept to the best.
const (
	SourceUnknown Source = iota
	SourceCam
	SourceTelesync
	SourceTelecine
	SourceScreener
	SourceR5
	SourceWorkprint
	SourceVHS
	SourcePPV
	SourceSAT
	SourceTV
	SourcePDTV
	SourceHDTVRip
	SourceHDTV
	SourceDVDRip
	SourceDVD
	SourceHDRip
	SourceWebDLRip
	SourceWebMux
	SourceWebRip
	SourceWeb
	SourceWebDL
	SourceBRRip
	SourceBDRip
	SourceUHDRip
	SourceHDDVD
	SourceBluRay
)

var sourceNames = []string{
	"unknown", "cam", "telesync", "telecine", "screener", "r5", "workprint", "vhs", "ppv", "satrip", "tvrip", "pdtv", "hdtvrip",
	"hdtv", "dvdrip", "dvd", "hdrip", "webdlrip", "webmux", "webrip", "web", "webdl", "brrip", "bdrip", "uhdrip", "hddvd", "bluray",
}

// String is the name used in settings: "webdl", "cam", or "unknown".
func (s Source) String() string { return name(sourceNames, int(s)) }

// Codec is how the picture is coded.
type Codec uint8

// Codecs.
const (
	CodecUnknown Codec = iota
	CodecAVC
	CodecHEVC
	CodecAV1
	CodecVP9
	CodecVVC
	CodecVC1
	CodecMPEG2
	CodecXviD
	CodecDivX
)

var codecNames = []string{"unknown", "avc", "hevc", "av1", "vp9", "vvc", "vc1", "mpeg2", "xvid", "divx"}

// String is the name used in settings: "hevc", or "unknown".
func (c Codec) String() string { return name(codecNames, int(c)) }

// Container is the kind of file, from its extension.
type Container uint8

// Containers. Those up to ContainerISO hold video.
const (
	ContainerUnknown Container = iota
	ContainerMKV
	ContainerMP4
	ContainerAVI
	ContainerMOV
	ContainerWMV
	ContainerWebM
	ContainerTS
	ContainerM2TS
	ContainerMPG
	ContainerVOB
	ContainerFLV
	ContainerOGM
	ContainerRMVB
	ContainerDivX
	Container3GP
	ContainerISO
	ContainerSubtitle
	ContainerAudio
	ContainerPicture
	ContainerText
	ContainerArchive
	ContainerTorrent
	ContainerOther
)

var containerNames = []string{
	"unknown", "mkv", "mp4", "avi", "mov", "wmv", "webm", "ts", "m2ts", "mpg", "vob", "flv", "ogm", "rmvb", "divx", "3gp", "iso",
	"subtitle", "audio", "picture", "text", "archive", "torrent", "other",
}

// String is a lower-case name: "mkv", "subtitle", or "unknown".
func (c Container) String() string { return name(containerNames, int(c)) }

// IsVideo reports whether a player can play a file of this kind as it is. Disc images and program files cannot be played.
func (c Container) IsVideo() bool { return c >= ContainerMKV && c <= Container3GP }

// HDR is a set of dynamic-range formats.
type HDR uint8

// Dynamic-range formats. HDR10 also stands for a plain "HDR".
const (
	HDR10 HDR = 1 << iota
	HDR10Plus
	DolbyVision
	HLG
	SDR
)

var hdrNames = []string{"hdr10", "hdr10plus", "dv", "hlg", "sdr"}

// String lists the formats, joined by "+".
func (h HDR) String() string { return names(hdrNames, uint64(h)) }

// Has reports whether the set holds all of x.
func (h HDR) Has(x HDR) bool { return h&x == x }

// Audio is a set of sound codecs.
type Audio uint16

// Sound codecs. DTSHD is the lossless one (MA); DTS also stands for a DTS-HD that does not say MA, since HRA is not lossless.
const (
	AudioMP3 Audio = 1 << iota
	AudioAAC
	AudioOpus
	AudioVorbis
	AudioAC3
	AudioEAC3
	AudioDTS
	AudioDTSHD
	AudioDTSX
	AudioFLAC
	AudioPCM
	AudioTrueHD
	AudioAtmos
)

var audioNames = []string{"mp3", "aac", "opus", "vorbis", "dd", "ddp", "dts", "dtshd", "dtsx", "flac", "pcm", "truehd", "atmos"}

// String lists the codecs, joined by "+".
func (a Audio) String() string { return names(audioNames, uint64(a)) }

// Has reports whether the set holds all of x.
func (a Audio) Has(x Audio) bool { return a&x == x }

// Channels is a set of speaker layouts.
type Channels uint8

// Speaker layouts.
const (
	ChannelsMono Channels = 1 << iota
	ChannelsStereo
	Channels21
	Channels51
	Channels61
	Channels71
)

var channelNames = []string{"1.0", "2.0", "2.1", "5.1", "6.1", "7.1"}

// String lists the layouts, joined by "+".
func (c Channels) String() string { return names(channelNames, uint64(c)) }

// Flags is a set of what else a name says of a release.
type Flags uint64

// Flags. FlagSample to FlagMenu mark what is not the film or episode itself.
const (
	FlagProper Flags = 1 << iota
	FlagRepack
	FlagReal
	FlagComplete // a whole season or series, a trilogy, a box
	FlagBatch
	FlagDubbed
	FlagSubbed // a word says that there are subtitles; where only their language is told, "VOSTFR", Release.Subtitles has it
	FlagMultiAudio
	FlagDualAudio
	FlagMultiSubs
	FlagHardcoded // subtitles burnt in
	FlagCamAudio  // sound recorded in a cinema: line, mic, "clean"
	Flag3D
	FlagUpscaled
	FlagConverted
	FlagRetail
	FlagInternal
	FlagLimited
	FlagDocumentary
	FlagCommentary
	FlagUncensored
	FlagInterlaced
	FlagHybrid
	FlagDisc    // a whole disc: BDMV, ISO, VIDEO_TS
	FlagSpecial // OVA, ONA, special: not one of the regular episodes
	FlagMovie   // the name says that it is a film
	FlagSample
	FlagTrailer
	FlagExtra // featurette, interview, deleted scenes, making of
	FlagMenu  // creditless opening or ending, menu
	FlagAdult
	FlagPPV
	FlagScene  // named by the rules of the scene
	FlagOVA    // made for sale, not for broadcast
	FlagONA    // made for the net
	FlagOAD    // came with a book
	FlagLeaked // got out before its time
	numFlags   = iota
)

var flagNames = []string{
	"proper", "repack", "real", "complete", "batch", "dubbed", "subbed", "multi", "dual", "multisubs", "hardcoded", "cam-audio", "3d",
	"upscaled", "converted", "retail", "internal", "limited", "documentary", "commentary", "uncensored", "interlaced", "hybrid", "disc",
	"special", "movie", "sample", "trailer", "extra", "menu", "adult", "ppv", "scene", "ova", "ona", "oad", "leaked",
}

// NotMain are the flags of files that are not the film or episode itself.
const NotMain = FlagSample | FlagTrailer | FlagExtra | FlagMenu

// String lists the flags, joined by "+".
func (f Flags) String() string { return names(flagNames, uint64(f)) }

// Has reports whether the set holds all of x.
func (f Flags) Has(x Flags) bool { return f&x == x }

// Any reports whether the set holds any of x.
func (f Flags) Any(x Flags) bool { return f&x != 0 }

// Field is the field under which Release.Span tells where the lowest flag of the set was read.
func (f Flags) Field() Field {
	if f == 0 {
		return FieldFlags
	}
	return fieldOfFlags + Field(bits.TrailingZeros64(uint64(f)))
}

// Edition is a set of words for the cut of a film.
type Edition uint32

// Editions.
const (
	EditionExtended Edition = 1 << iota
	EditionDirectors
	EditionUnrated
	EditionUncut
	EditionTheatrical
	EditionIMAX
	EditionRemastered
	EditionCriterion
	EditionAnniversary
	EditionUltimate
	EditionFinal
	EditionSpecial
	EditionCollectors
	EditionOpenMatte
	EditionDespecialized
	EditionDiamond
)

var editionNames = []string{
	"extended", "directors", "unrated", "uncut", "theatrical", "imax", "remastered", "criterion", "anniversary", "ultimate", "final",
	"special-edition", "collectors", "openmatte", "despecialized", "diamond",
}

// String lists the editions, joined by "+".
func (e Edition) String() string { return names(editionNames, uint64(e)) }

// Has reports whether the set holds all of x.
func (e Edition) Has(x Edition) bool { return e&x == x }

func name(table []string, i int) string {
	if i < 0 || i >= len(table) {
		return ""
	}
	return table[i]
}

func names(table []string, set uint64) string {
	if set == 0 {
		return ""
	}
	var b strings.Builder
	for i, n := range table {
		if set&(1<<i) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('+')
		}
		b.WriteString(n)
	}
	return b.String()
}

// Test reports whether a release has a property, so that settings can name it.
type Test func(*Release) bool

// Properties are the names by which settings may speak of a release, each with its test: every resolution, source,
// codec, dynamic range, sound codec, layout, flag and edition, and a few words that people use for several of them.
func Properties() map[string]Test {
	m := map[string]Test{
		"remux":       func(r *Release) bool { return r.Remux },
		"hdr":         func(r *Release) bool { return r.HDR&^SDR != 0 },
		"dolbyvision": func(r *Release) bool { return r.HDR.Has(DolbyVision) },
		"10bit":       func(r *Release) bool { return r.Depth == 10 },
		"ts":          func(r *Release) bool { return r.Source == SourceTelesync },
		"tc":          func(r *Release) bool { return r.Source == SourceTelecine },
		"scr":         func(r *Release) bool { return r.Source == SourceScreener },
		"x264":        func(r *Release) bool { return r.Codec == CodecAVC },
		"h264":        func(r *Release) bool { return r.Codec == CodecAVC },
		"x265":        func(r *Release) bool { return r.Codec == CodecHEVC },
		"h265":        func(r *Release) bool { return r.Codec == CodecHEVC },
		"ac3":         func(r *Release) bool { return r.Audio.Has(AudioAC3) },
		"eac3":        func(r *Release) bool { return r.Audio.Has(AudioEAC3) },
		"pack":        func(r *Release) bool { return r.IsPack() },
		"trash":       func(r *Release) bool { return r.IsTrash() },
		"4k":          func(r *Release) bool { return r.Resolution == Resolution2160p },
	}
	for i, n := range resolutionNames[1:] {
		v := Resolution(i + 1)
		m[n] = func(r *Release) bool { return r.Resolution == v }
	}
	for i, n := range sourceNames[1:] {
		v := Source(i + 1)
		m[n] = func(r *Release) bool { return r.Source == v }
	}
	for i, n := range codecNames[1:] {
		v := Codec(i + 1)
		m[n] = func(r *Release) bool { return r.Codec == v }
	}
	addBits(m, hdrNames, func(r *Release) uint64 { return uint64(r.HDR) })
	addBits(m, audioNames, func(r *Release) uint64 { return uint64(r.Audio) })
	addBits(m, channelNames, func(r *Release) uint64 { return uint64(r.Channels) })
	addBits(m, flagNames, func(r *Release) uint64 { return uint64(r.Flags) })
	addBits(m, editionNames, func(r *Release) uint64 { return uint64(r.Edition) })
	m["subbed"] = func(r *Release) bool { return r.Flags.Has(FlagSubbed) || !r.Subtitles.Empty() }
	addBits(m, extraNames, func(r *Release) uint64 { return uint64(r.Extras) })
	return m
}

func addBits(m map[string]Test, table []string, set func(*Release) uint64) {
	for i, n := range table {
		m[n] = func(r *Release) bool { return set(r)&(1<<i) != 0 }
	}
}

// ParseResolution finds a resolution by its name in settings: "1080p", "4k", "unknown".
func ParseResolution(s string) (Resolution, bool) {
	s = strings.ToLower(s)
	if s == "4k" || s == "uhd" {
		return Resolution2160p, true
	}
	for i, n := range resolutionNames {
		if n == s {
			return Resolution(i), true
		}
	}
	return ResolutionUnknown, false
}

// ResolutionNames lists what ParseResolution knows, in rising order.
func ResolutionNames() []string { return append([]string(nil), resolutionNames...) }
