package rank

// rtnWeight is a rank of RTN: where its setting is, what it is by default, and what it stands for here.
type rtnWeight struct {
	category string
	keys     []string // by which it goes in one version or another
	fetch    bool
	rank     int
	ours     []string // properties
	when     string   // or an expression
	code     NoteCode // or why there is nothing
}

// rtnRanks are the ranks of RTN with their defaults.
func rtnRanks() []rtnWeight {
	const yes, no = true, false
	one := func(category, key string, fetch bool, rank int, ours ...string) rtnWeight {
		return rtnWeight{category: category, keys: []string{key}, fetch: fetch, rank: rank, ours: ours}
	}
	return []rtnWeight{
		one("quality", "av1", no, 500, "av1"), one("quality", "avc", yes, 500, "avc"), one("quality", "hevc", yes, 500, "hevc"),
		one("quality", "mpeg", no, -1000, "mpeg2"), one("quality", "xvid", no, -10000, "xvid", "divx"),
		one("quality", "bluray", yes, 100, "bluray", "hddvd"), one("quality", "dvd", no, -5000, "dvd"), one("quality", "hdtv", yes, -5000, "hdtv", "hdtvrip"),
		one("quality", "remux", no, 10000, "remux"), one("quality", "vhs", no, -10000, "vhs"), one("quality", "web", yes, 100, "web"),
		one("quality", "webdl", yes, 200, "webdl"), one("quality", "webmux", no, -10000, "webmux"),

		one("rips", "bdrip", no, -5000, "bdrip"), one("rips", "brrip", yes, -10000, "brrip"), one("rips", "dvdrip", no, -5000, "dvdrip"),
		one("rips", "hdrip", yes, -10000, "hdrip"), one("rips", "ppvrip", no, -10000, "ppv"), one("rips", "satrip", no, -10000, "satrip"),
		one("rips", "tvrip", no, -10000, "tvrip"), one("rips", "uhdrip", no, -5000, "uhdrip"), one("rips", "vhsrip", no, -10000, "vhs"),
		one("rips", "webdlrip", no, -10000, "webdlrip"), one("rips", "webrip", yes, -1000, "webrip"),

		{"hdr", []string{"10bit", "bit10", "bit_10"}, yes, 100, []string{"10bit"}, "", ""},
		one("hdr", "dolby_vision", no, 3000, "dv"), one("hdr", "hdr", yes, 2000, "hdr10"), one("hdr", "hdr10plus", yes, 2100, "hdr10plus"),
		one("hdr", "sdr", yes, 0, "sdr"),

		one("audio", "aac", yes, 100, "aac"), one("audio", "atmos", yes, 1000, "atmos"),
		{"audio", []string{"dolby_digital", "ac3"}, yes, 50, []string{"dd"}, "", ""},
		{"audio", []string{"dolby_digital_plus", "eac3"}, yes, 150, []string{"ddp"}, "", ""},
		one("audio", "dts_lossy", yes, 100, "dts"), one("audio", "dts_lossless", yes, 2000, "dtshd", "dtsx"), one("audio", "flac", yes, 0, "flac"),
		one("audio", "truehd", yes, 2000, "truehd"), one("audio", "mp3", no, -1000, "mp3"), one("audio", "mono", no, 0, "1.0"),
		one("audio", "stereo", yes, 0, "2.0"), one("audio", "surround", yes, 0, "5.1", "6.1", "7.1"),

		{"extras", []string{"3d", "three_d"}, no, -10000, []string{"3d"}, "", ""},
		one("extras", "converted", no, -1000, "converted"), one("extras", "documentary", no, -250, "documentary"),
		one("extras", "hardcoded", yes, 0, "hardcoded"), one("extras", "proper", yes, 20, "proper"), one("extras", "repack", yes, 20, "repack"),
		one("extras", "retail", yes, 0, "retail"), one("extras", "subbed", yes, 0, "subbed"), one("extras", "upscaled", no, -10000, "upscaled"),
		one("extras", "scene", yes, 0, "scene"), one("extras", "uncensored", yes, 0, "uncensored"),
		{"extras", []string{"dubbed"}, yes, -1000, nil, `has("dubbed") or has("dual") or has("multi")`, ""},
		{"extras", []string{"edition"}, yes, 100, nil, `edition != ""`, ""},
		{"extras", []string{"network"}, yes, 0, nil, `network != ""`, ""},
		{"extras", []string{"site"}, no, -10000, nil, `site != ""`, ""},

		one("trash", "cam", no, -10000, "cam"), one("trash", "clean_audio", no, -10000, "cam-audio"), one("trash", "pdtv", no, -10000, "pdtv"),
		one("trash", "r5", no, -10000, "r5"), one("trash", "screener", no, -10000, "screener"), one("trash", "telecine", no, -10000, "telecine"),
		one("trash", "telesync", no, -10000, "telesync"),
		{"trash", []string{"size"}, no, -10000, nil, "", NoteRTNSize},
	}
}

// rtnGroups are the languages that a word stands for.
func rtnGroups() map[string][]string {
	anime := []string{"ja", "zh", "ko"}
	others := []string{
		"de", "es", "hi", "ta", "ru", "ua", "th", "it", "ar", "pt", "fr", "pa", "mr", "gu", "te", "kn", "ml", "vi", "id", "tr", "he", "fa", "el", "lt", "lv",
		"et", "pl", "cs", "sk", "hu", "ro", "bg", "sr", "hr", "sl", "nl", "da", "fi", "sv", "no", "ms",
	}
	return map[string][]string{
		"anime": anime, "non_anime": others, "common": {"de", "es", "hi", "ta", "ru", "ua", "th", "it", "zh", "ar", "fr"},
		"all": append(append([]string{}, anime...), others...),
	}
}
