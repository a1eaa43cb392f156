package release

// kind is the field that a word of the vocabulary speaks of.
type kind uint8

const (
	kindNone kind = iota
	kindResolution
	kindSource
	kindRemux
	kindCodec
	kindDepth
	kindHDR
	kindAudio
	kindChannels
	kindLanguage
	kindSubtitle // a language of subtitles
	kindFlag
	kindEdition
	kindNetwork
	kindContainer
	kindSubMark // "subs": makes the languages beside it subtitles
	kindNoise   // technical, but of no field
	kindThreeD
	kindRegion
	kindCountry
	kindExtra
)

// strength says how much a word means by its own.
type strength uint8

const (
	// weak words are also ordinary words ("web", "French"): they count after the title has ended, or right before a strong word.
	weak strength = iota
	// upper words are weak, and count only when written in capitals or inside brackets ("IT", "MA").
	upper
	// strong words never are part of a title: the title ends before them.
	strong
)

// effect is one thing that a word says. The value's meaning hangs on the kind: an enumeration's value, or a bit's number.
type effect struct {
	kind  kind
	value uint8
}

// entry is what a phrase of the vocabulary means.
type entry struct {
	effects  [4]effect
	strength strength
}

// bit is the number of the lowest bit of a set's member.
func bit[T ~uint8 | ~uint16 | ~uint32 | ~uint64](v T) uint8 {
	var n uint8
	for v > 1 {
		v >>= 1
		n++
	}
	return n
}

func res(v Resolution) effect      { return effect{kindResolution, uint8(v)} }
func src(v Source) effect          { return effect{kindSource, uint8(v)} }
func codec(v Codec) effect         { return effect{kindCodec, uint8(v)} }
func depth(v uint8) effect         { return effect{kindDepth, v} }
func dynamic(v HDR) effect         { return effect{kindHDR, bit(v)} }
func audio(v Audio) effect         { return effect{kindAudio, bit(v)} }
func channels(v Channels) effect   { return effect{kindChannels, bit(v)} }
func spoken(v language) effect     { return effect{kindLanguage, uint8(v)} }
func written(v language) effect    { return effect{kindSubtitle, uint8(v)} }
func flag(v Flags) effect          { return effect{kindFlag, bit(v)} }
func edition(v Edition) effect     { return effect{kindEdition, bit(v)} }
func threeD(v ThreeD) effect       { return effect{kindThreeD, uint8(v)} }
func region(v Region) effect       { return effect{kindRegion, uint8(v)} }
func country(v Country) effect     { return effect{kindCountry, uint8(v)} }
func extra(v Extras) effect        { return effect{kindExtra, bit(v)} }
func network(v Network) effect     { return effect{kindNetwork, uint8(v)} }
func container(v Container) effect { return effect{kindContainer, uint8(v)} }

var (
	remux   = effect{kindRemux, 1}
	noise   = effect{kindNoise, 0}
	subMark = effect{kindSubMark, 0}
)

// phrases is one row of the vocabulary: spellings, separated by "|", that mean the same. A space stands for any separator.
type phrases struct {
	words    string
	strength strength
	effects  []effect
}

func says(s strength, words string, effects ...effect) phrases { return phrases{words, s, effects} }

// vocabulary is what the words of a release name mean. Words are folded: lower case, no accents.
var vocabulary = []phrases{
	// Resolution. Numbers of the form 1080p and 1920x1080 are read by rule.
	says(strong, "4k|4 k uhd|4kuhd|2160|uhd4k|4khdr", res(Resolution2160p)),
	says(strong, "uhd|ultrahd|ultra hd|utrahd", res(Resolution2160p)),
	says(strong, "uhd bluray|uhd blu ray|4k bluray|uhd bd|bluray uhd|uhdbd|uhdbluray", res(Resolution2160p), src(SourceBluRay)),
	says(strong, "2k|qhd|1440", res(Resolution1440p)),
	says(strong, "8k", res(Resolution4320p)),
	says(strong, "fullhd|full hd|fhd", res(Resolution1080p)),
	says(upper, "1080", res(Resolution1080p)),
	says(upper, "720", res(Resolution720p)),
	says(upper, "480", res(Resolution480p)),
	says(upper, "sd", res(Resolution480p)),
	says(upper, "hd", noise),

	// Source.
	says(strong, "bluray|blu ray|bluray disc|blurray|bdremaster|bd25|bd50|bd66|bd100|bluray25|bluray50", src(SourceBluRay)),
	says(upper, "bdmv|bdiso|br", src(SourceBluRay)),
	says(upper, "bd|bdr|bd rm", src(SourceBDRip)),
	says(strong, "bdremux|bd remux|brremux|bluray remux|blu ray remux|uhdremux|uhd remux|uhd bdremux|uhdbdremux", src(SourceBluRay), remux),
	says(strong, "4kuhdremux|4kremux", res(Resolution2160p), src(SourceBluRay), remux),
	says(strong, "remux|dvdremux|hdremux|remuxed", remux),
	says(strong, "bdrip|bd rip|blurayrip|bdmux|bdlight|hdlight|mhd|m hd|bdrips", src(SourceBDRip)),
	says(strong, "brrip|br rip|brrips|brip|bluray rip|blu ray rip", src(SourceBRRip)),
	says(strong, "uhdrip|uhd rip|uhdbdrip|uhd bdrip", src(SourceUHDRip)),
	says(strong, "hddvd|hd dvd|hddvdrip", src(SourceHDDVD)),
	says(strong, "web dl|webdl|web dlmux|webdlmux|webhd|web hd|web download|true web dl", src(SourceWebDL)),
	says(strong, "web dlrip|webdlrip|web dl rip|webdl rip|webdlrips", src(SourceWebDLRip)),
	says(strong, "webrip|web rip|webrips|webcap|web cap|vodrip|vod rip", src(SourceWebRip)),
	says(strong, "webmux|web mux", src(SourceWebMux)),
	says(weak, "web", src(SourceWeb)),
	says(strong, "dvb|hdtv|hdtv720|hdtv1080|hdtvx264|ahdtv|dtheater|uhdtv", src(SourceHDTV)),
	says(strong, "hdtvrip|hdtv rip|hdtvmux", src(SourceHDTVRip)),
	says(strong, "pdtv", src(SourcePDTV)),
	says(strong, "dsr|dsrip|satrip|sat rip|dthrip|dth rip|dvbrip|dvb rip|dvbs|dvbt", src(SourceSAT)),
	says(strong, "tvrip|tv rip|tvrips|tvhdrip|tv hdrip|iptvrip", src(SourceTV)),
	says(strong, "dvdrip|dvd rip|dvdmux|dvdrips|dvdr ip", src(SourceDVDRip)),
	says(strong, "dvd|dvdr|dvd5|dvd9|dvd 5|dvd 9|dvdfull|fulldvd|ntscdvd|paldvd|dvdiso|dvds|dvd r|dvdr9", src(SourceDVD)),
	says(strong, "dvdscr|dvd scr|dvdscreener|dvd screener|screener|bdscr|webscreener|dvdscreeners|hdscr|hd scr|web screener|prescr|bdscreener|scrrip|screeners|webscr|brscreener|br screener|predvdrip|predvd|pre dvd|pre dvdrip|pdvdrip|pdvd|predvds|predvd rip|pre hdrip",
		src(SourceScreener)),
	says(upper, "scr", src(SourceScreener)),
	says(strong, "r5", src(SourceR5), region(RegionR5)),
	says(strong, "r5line|r5 line", src(SourceR5), region(RegionR5), flag(FlagCamAudio)),
	says(strong, "dvdr5", src(SourceR5)),
	says(strong, "r2j", region(RegionR2J)),
	says(upper, "r1", region(RegionR1)),
	says(upper, "r2", region(RegionR2)),
	says(upper, "r3", region(RegionR3)),
	says(upper, "r4", region(RegionR4)),
	says(upper, "r6", region(RegionR6)),
	says(strong, "hdcam|hd cam|camrip|cam rip|hdcamrip|camrp|cam rp|hdcamrp|hqcam|hq cam|hd camrip|camhd|hdcams|s print|hq s print", src(SourceCam)),
	says(upper, "cam", src(SourceCam)),
	says(strong, "hdts|hd ts|telesync|telesynch|hdtelesync|hd telesync|tsrip|ts rip|hqts|hdtsrip|hq ts|hdtss|ts screener|ts scr",
		src(SourceTelesync)),
	says(upper, "ts", src(SourceTelesync)),
	says(strong, "telecine|hdtc|hd tc|hdtelecine|tcrip|hdtcrip", src(SourceTelecine)),
	says(upper, "tc", src(SourceTelecine)),
	says(strong, "workprint", src(SourceWorkprint)),
	says(upper, "wp", src(SourceWorkprint)),
	says(strong, "vhsrip|vhs rip", src(SourceVHS)),
	says(upper, "vhs", src(SourceVHS)),
	says(strong, "ppvrip|ppv rip", src(SourcePPV), flag(FlagPPV)),
	says(upper, "ppv|pay per view", flag(FlagPPV)),
	says(strong, "hdrip|hd rip|microhd|micro hd|dcprip|dcp rip|hdrips", src(SourceHDRip)),

	// Codec.
	says(strong, "x264|h264|h 264|x 264|avc|avc1|mpeg4 avc|x264 hi10p|rmvb264", codec(CodecAVC)),
	says(strong, "x265|h265|h 265|x 265|hevc|x265 hevc", codec(CodecHEVC)),
	says(strong, "hevc10|hevc10bit|hevc10bits|x265 10bit|hevc 10bit|hevc10p", codec(CodecHEVC), depth(10)),
	says(strong, "hi10|hi10p|hi 10|hi 10p|hi10b", codec(CodecAVC), depth(10)),
	says(strong, "av1", codec(CodecAV1)),
	says(strong, "vp9", codec(CodecVP9)),
	says(strong, "h266|x266|vvc", codec(CodecVVC)),
	says(strong, "vc1|vc 1", codec(CodecVC1)),
	says(strong, "mpeg2|mpeg 2|mpeg|h262", codec(CodecMPEG2)),
	says(strong, "xvid|xvidhd", codec(CodecXviD)),
	says(strong, "divx|divx5|dvix", codec(CodecDivX)),
	says(strong, "10bit|10bits|yuv420p10|ma10p|main10", depth(10)),
	says(weak, "10 bit|10 bits", depth(10)),
	says(weak, "8 bit|8 bits", depth(8)),
	says(strong, "8bit|8bits", depth(8)),
	says(strong, "12bit|12bits", depth(12)),

	// Dynamic range. "HDR10+" and "DD+" are seen by their plus sign.
	says(strong, "hdr|hdr1000", dynamic(HDR10)),
	says(strong, "hdr10|hdr 10", dynamic(HDR10), depth(10)), // by definition
	says(strong, "hdr10plus|hdr10 plus|hdr10p|hdrplus|hdr plus|hdr 10plus", dynamic(HDR10Plus)),
	says(strong, "dolby vision|dolbyvision|dovi|dvhdr|hdrdv|杜比视界|杜比视界版本|杜比視界", dynamic(DolbyVision)),
	says(upper, "dv|d v", dynamic(DolbyVision)),
	says(strong, "hlg", dynamic(HLG)),
	says(upper, "sdr", dynamic(SDR)),

	// Sound.
	says(strong, "dts hdma|dtshdma|dts ma|dtsma|dts hd ma|dts hd master|dtshd master|dts hd master audio|dtshd ma",
		audio(AudioDTSHD)),
	says(strong, "dts x|dtsx", audio(AudioDTSX)),
	says(strong, "dts|dts hd|dtshd|dts es|dtses|dca|dts hdhr|dts hd hr|dts hd hra|dtshdhr|dts hr|dts hdhra|dtshd hr", audio(AudioDTS)),
	says(strong, "truehd|true hd|dolby truehd|thd", audio(AudioTrueHD)),
	says(strong, "atmos|dolby atmos", audio(AudioAtmos)),
	says(strong, "ddpa|ddpatmos|ddp atmos", audio(AudioEAC3), audio(AudioAtmos)),
	says(strong, "ddp|dd p|ddplus|eac3|e ac3|eac 3|e ac 3|dolby digital plus|ddp51|ddpa51|dolby d plus", audio(AudioEAC3)),
	says(strong, "ac3|ac 3|dolby digital|dolbyd|dolby d|ac3d|ac3hq", audio(AudioAC3)),
	says(upper, "dd", audio(AudioAC3)),
	says(strong, "dd51|ac351", audio(AudioAC3), channels(Channels51)),
	says(strong, "dd20|ac320", audio(AudioAC3), channels(ChannelsStereo)),
	says(strong, "aac|aaclc|qaac|heaac|he aac|aac lc", audio(AudioAAC)),
	says(strong, "flac", audio(AudioFLAC)),
	says(strong, "mp3", audio(AudioMP3)),
	says(upper, "opus", audio(AudioOpus)),
	says(strong, "lpcm|pcm", audio(AudioPCM)),
	says(strong, "vorbis|ogg", audio(AudioVorbis)),
	says(strong, "hq clean audio|clean audio|hqclean|hq clean|line audio|mic dubbed|micdubbed|line dubbed|linedubbed", flag(FlagCamAudio)),
	says(upper, "ld|md|line", flag(FlagCamAudio)),
	says(strong, "6ch|6 ch|6channel|6 channel", channels(Channels51)),
	says(strong, "8ch|8 ch", channels(Channels71)),
	says(strong, "2ch|2 ch", channels(ChannelsStereo)),
	says(weak, "stereo", channels(ChannelsStereo)),
	says(weak, "mono", channels(ChannelsMono)),

	// Flags.
	says(weak, "proper|propper", flag(FlagProper)),
	says(strong, "real proper", flag(FlagReal), flag(FlagProper)),
	says(strong, "repack|rerip|repack2|repack3|2ndrepack|v2repack", flag(FlagRepack)),
	says(upper, "real", flag(FlagReal)),
	says(strong, "complete series|the complete series|complete season|complete collection|complete edition|full series|complete pack|complete set|the complete collection|complete tv series|complete miniseries|complete mini series|season complete|full season|complete box set|complete saga|complete anthology|serie completa|serie complete|integrale|l integrale|lintegrale|serie integrale|komplett|complete seasons|all seasons|all episodes|todas as temporadas|colecao completa|coleccion completa|toutes les saisons|polnyi sezon|collection complete|complete filmography|ultimate collection|all movies|movie collection|movies collection|movies complete|complete movie",
		flag(FlagComplete)),
	says(weak, "complete|completa|completo|complet|komplette|kompletni|incomplete set|full", flag(FlagComplete)),
	says(weak, "collection|trilogy|duology|quadrilogy|quadrology|tetralogy|pentalogy|hexalogy|heptalogy|octalogy|anthology|saga|boxset|box set|filmography|kolekcja|antologia|trilogia|trilogie|coleccion|colecao|filmografia|dilogy|dilogia",
		flag(FlagComplete)),
	says(weak, "batch", flag(FlagBatch), flag(FlagComplete)),
	says(strong, "dubbed|dubs|dual dub|fandub|dubbing|fanduba|redub|dabing|dublaj|doblado|dub", flag(FlagDubbed)),
	says(strong, "multi dub|multidub|multi dubs|multidubs|multi dubbed", flag(FlagDubbed), flag(FlagMultiAudio)),
	says(strong, "multi|multi audio|multiaudio|multi lang|multilang|multi language|multiple audio|triple audio|tri audio|multi5|multi4|multi3|multi 5|multi 4|multi 3|3audio|2audio|4audio|multi audios", flag(FlagMultiAudio)),
	says(weak, "dual", flag(FlagDualAudio)),
	says(strong, "dual audio|dualaudio|dual lang|dual language|dl audio|2 audio|dual audios", flag(FlagDualAudio)),
	says(upper, "dl", flag(FlagDualAudio)),
	says(strong, "multi subs|multi sub|multisubs|multisub|multiple subtitle|multiple subtitles|multiple subs|msubs|msub|multi subtitle|multi subtitles|m subs|dual subs|multi esub", flag(FlagMultiSubs), flag(FlagSubbed), subMark),
	says(weak, "sub|subs", flag(FlagSubbed), subMark),
	says(strong, "subbed|subtitles|subtitle|subtitulado|subtitulada|legendado|legendada|legenda|legendas|napisy|softsubs|softsub|subtitled|fansub|subtit|subtitulos|sottotitoli|titulky|altyazili|untertitel|vost|subforced|sous titres",
		flag(FlagSubbed), subMark),
	says(strong, "hardsub|hardsubs|hardcoded|hard sub|hard subs|hardsubbed|hardcoded subs|hardcoded eng subs", flag(FlagHardcoded), flag(FlagSubbed)),
	says(upper, "hc", flag(FlagHardcoded)),
	says(strong, "no subs|no subtitles|without subs|without subtitles", noise),
	says(strong, "3d", threeD(ThreeDUnknown)),
	says(strong, "3d bluray|bluray 3d|3d blu ray|blu ray 3d", src(SourceBluRay), threeD(ThreeDUnknown)),
	says(strong, "3dbd|bd3d|3 d|stereoscopic", threeD(ThreeDUnknown)),
	says(strong, "hsbs|h sbs|half sbs|halfsbs|3d hsbs|3d h sbs|3d half sbs|half sidebyside|half side by side|sbs half|3d sbs half|hsbs 3d", threeD(ThreeDHalfSBS)),
	says(strong, "full sbs|fullsbs|f sbs|fsbs|3d sbs|3dsbs|sbs 3d|3d full sbs|3d fsbs|sidebyside|side by side|3d side by side", threeD(ThreeDSBS)),
	says(strong, "half ou|halfou|h ou|hou|htab|h tab|half tab|3d hou|3d h ou|3d half ou|half overunder|half over under|half top bottom|3d htab|3d half tab|3d h tab|ou half|3d ou half", threeD(ThreeDHalfOU)),
	says(strong, "full ou|fullou|f ou|fou|3d ou|3dou|3d full ou|3d tab|overunder|over under 3d|top bottom 3d", threeD(ThreeDOU)),
	says(strong, "anaglyph|3d anaglyph|anaglyph 3d", threeD(ThreeDAnaglyph)),
	says(upper, "sbs", threeD(ThreeDSBS)),
	says(upper, "ou", threeD(ThreeDOU)),
	says(strong, "upscaled|upscale|ai upscale|aiupscale|reupscale|ai enhanced|ai upscaled|upsuhd", flag(FlagUpscaled)),
	says(upper, "convert|converted", flag(FlagConverted)),
	says(weak, "retail", flag(FlagRetail)),
	says(upper, "internal|int", flag(FlagInternal)),
	says(upper, "limited", flag(FlagLimited)),
	says(strong, "hd movies|all the seasons", flag(FlagComplete)),
	says(weak, "documentary|docu|documentaire|documental", flag(FlagDocumentary)),
	says(weak, "commentary|audio commentary", flag(FlagCommentary)),
	says(weak, "uncensored", flag(FlagUncensored)),
	says(upper, "hybrid", flag(FlagHybrid)),
	says(strong, "complete bluray|complete blu ray|full bluray", src(SourceBluRay), flag(FlagDisc)),
	says(strong, "complete uhd bluray|complete uhd", src(SourceBluRay), res(Resolution2160p), flag(FlagDisc)),
	says(strong, "complete dvd", src(SourceDVD), flag(FlagDisc)),
	says(strong, "untouched|video ts|bdmv iso", flag(FlagDisc)),
	says(strong, "ova|ovas|ova s", flag(FlagSpecial), flag(FlagOVA)),
	says(strong, "ona|onas", flag(FlagSpecial), flag(FlagONA)),
	says(strong, "oad|oads|oda", flag(FlagSpecial), flag(FlagOAD)),
	says(strong, "ova ona", flag(FlagSpecial), flag(FlagOVA), flag(FlagONA)),
	says(weak, "special|specials|speciale|especial", flag(FlagSpecial)),
	says(weak, "movie|film|movies", flag(FlagMovie)),
	says(weak, "sample", flag(FlagSample), extra(ExtraSample)),
	says(weak, "trailer|teaser|trailers|teaser trailer", flag(FlagTrailer), extra(ExtraTrailer)),
	says(strong, "featurette|featurettes", flag(FlagExtra), extra(ExtraFeaturette)),
	says(weak, "interview|interviews", flag(FlagExtra), extra(ExtraInterview)),
	says(weak, "deleted scenes|deleted scene", flag(FlagExtra), extra(ExtraDeletedScene)),
	says(weak, "behind the scenes|making of|bts", flag(FlagExtra), extra(ExtraBehindTheScenes)),
	says(weak, "bloopers|gag reel|outtakes", flag(FlagExtra), extra(ExtraBloopers)),
	says(weak, "extras|bonus|bonus disc|extra|bonus features|special features", flag(FlagExtra), extra(ExtraBonus)),
	says(strong, "ncop|nc op|creditless op|creditless opening|clean opening", flag(FlagMenu), extra(ExtraOpening)),
	says(strong, "nced|nc ed|creditless ed|creditless ending|clean ending", flag(FlagMenu), extra(ExtraEnding)),
	says(strong, "creditless", flag(FlagMenu)),
	says(upper, "menu|menus", flag(FlagMenu), extra(ExtraMenu)),
	says(weak, "xxx|porn", flag(FlagAdult)),

	// Edition.
	says(strong, "extended edition|extended cut|extended version|extended editions|version longue", edition(EditionExtended)),
	says(strong, "extended remastered", edition(EditionExtended), edition(EditionRemastered)),
	says(strong, "extended uncut", edition(EditionExtended), edition(EditionUncut)),
	says(weak, "extended|extendida", edition(EditionExtended)),
	says(strong, "directors cut|director s cut|director cut|dir cut|dircut|directors edition|version extendue|directors version", edition(EditionDirectors)),
	says(weak, "director's cut|director's edition", edition(EditionDirectors)),
	says(upper, "dc", edition(EditionDirectors)),
	says(weak, "unrated", edition(EditionUnrated)),
	says(weak, "uncut", edition(EditionUncut)),
	says(strong, "theatrical cut|theatrical version|theatrical edition", edition(EditionTheatrical)),
	says(weak, "theatrical", edition(EditionTheatrical)),
	says(strong, "imax edition|imax enhanced", edition(EditionIMAX)),
	says(weak, "imax", edition(EditionIMAX)),
	says(strong, "remastered|remaster|4k remastered|rekonstrukcja|remasterizado", edition(EditionRemastered)),
	says(weak, "restored", edition(EditionRemastered)),
	says(strong, "criterion collection|the criterion collection|criterion edition", edition(EditionCriterion)),
	says(weak, "criterion", edition(EditionCriterion)),
	says(strong, "anniversary edition|th anniversary edition|anniversary remaster|th anniversary", edition(EditionAnniversary)),
	says(strong, "ultimate edition|ultimate cut|ultimate hunter edition|ultimate extended edition", edition(EditionUltimate)),
	says(strong, "final cut|the final cut", edition(EditionFinal)),
	says(strong, "special edition|limited edition|deluxe edition", edition(EditionSpecial)),
	says(strong, "collectors edition|collector s edition|collector edition|collector's edition", edition(EditionCollectors)),
	says(strong, "open matte|openmatte", edition(EditionOpenMatte)),
	says(strong, "despecialized|despecialised", edition(EditionDespecialized)),
	says(strong, "diamond edition", edition(EditionDiamond)),

	// Containers written out.
	says(upper, "mkv", container(ContainerMKV)),
	says(upper, "mp4|m4v", container(ContainerMP4)),
	says(upper, "avi", container(ContainerAVI)),
	says(upper, "rmvb", container(ContainerRMVB)),
	says(upper, "iso", container(ContainerISO), flag(FlagDisc)),

	// Countries.
	says(upper, "us|usa", country(CountryUS)),
	says(upper, "uk", country(CountryUK)),
	says(upper, "au|aus", country(CountryAU)),
	says(upper, "nz", country(CountryNZ)),

	// Technical words without a field.
	says(strong, "60fps|50fps|30fps|24fps|120fps|60 fps|hfr|nvenc|reenc|re encoded|webz|ntsc|vmaf|crf|ds4k|tvversion|tv version|tv movie|web series|fps", noise),
	says(upper, "custom", noise),
	says(upper, "integral|integrala", flag(FlagComplete)),
	says(upper, "hq|pal|encode|bitrate|read nfo|readnfo|nfofix|nfo|dirfix|internal nfo|subpack|rip|vo|clean|ws|fs|se|qc|10th|v2|v3|v4", noise),
}

// extensions are the file extensions that are known, lower case.
var extensions = map[string]Container{
	"mkv": ContainerMKV, "mk3d": ContainerMKV, "mp4": ContainerMP4, "m4v": ContainerMP4, "avi": ContainerAVI, "mov": ContainerMOV,
	"wmv": ContainerWMV, "asf": ContainerWMV, "webm": ContainerWebM, "ts": ContainerTS, "m2ts": ContainerM2TS, "mts": ContainerM2TS,
	"mpg": ContainerMPG, "mpeg": ContainerMPG, "m2v": ContainerMPG, "vob": ContainerVOB, "flv": ContainerFLV, "ogm": ContainerOGM,
	"ogv": ContainerOGM, "rmvb": ContainerRMVB, "rm": ContainerRMVB, "divx": ContainerDivX, "3gp": Container3GP, "iso": ContainerISO,
	"img": ContainerISO, "srt": ContainerSubtitle, "ass": ContainerSubtitle, "ssa": ContainerSubtitle, "sub": ContainerSubtitle,
	"idx": ContainerSubtitle, "vtt": ContainerSubtitle, "sup": ContainerSubtitle, "smi": ContainerSubtitle, "mp3": ContainerAudio,
	"flac": ContainerAudio, "aac": ContainerAudio, "ac3": ContainerAudio, "dts": ContainerAudio, "eac3": ContainerAudio,
	"ogg": ContainerAudio, "wav": ContainerAudio, "m4a": ContainerAudio, "mka": ContainerAudio, "wma": ContainerAudio, "jpg": ContainerPicture, "jpeg": ContainerPicture,
	"png": ContainerPicture, "gif": ContainerPicture, "webp": ContainerPicture, "bmp": ContainerPicture, "tbn": ContainerPicture,
	"nfo": ContainerText, "txt": ContainerText, "md5": ContainerText, "sfv": ContainerText, "html": ContainerText, "htm": ContainerText,
	"url": ContainerText, "pdf": ContainerText, "xml": ContainerText, "par2": ContainerOther, "zip": ContainerArchive, "rar": ContainerArchive, "7z": ContainerArchive,
	"gz": ContainerArchive, "tar": ContainerArchive, "r00": ContainerArchive, "001": ContainerArchive, "torrent": ContainerTorrent, "nzb": ContainerTorrent, "exe": ContainerOther,
	"lnk": ContainerOther, "bat": ContainerOther, "db": ContainerOther, "scr": ContainerOther, "part": ContainerOther, "strm": ContainerOther,
}
