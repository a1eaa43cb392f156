package rank

import "maps"

// PresetNames lists the presets that a profile can have as its base.
func PresetNames() []string { return []string{"anime", "balanced", "best", "small"} }

// Preset is a profile that ships.
func Preset(name string) (Profile, bool) {
	switch name {
	case "anime":
		return animePreset(), true
	case "balanced":
		return Balanced(), true
	case "best":
		return bestPreset(), true
	case "small":
		return smallPreset(), true
	}
	return Profile{}, false
}

// neverWanted is what no preset takes: recorded in a cinema, not yet for sale, blown up, of no use on a screen, or not the
// film at all.
func neverWanted() []string {
	return []string{
		"cam", "telesync", "telecine", "screener", "r5", "workprint", "cam-audio", "leaked", "3d", "upscaled", "disc", "sample", "trailer", "adult",
	}
}

// common are the points that all presets start from.
func common(more map[string]int) map[string]int {
	points := map[string]int{
		"bluray": 100, "webdl": 100, "web": 95, "uhdrip": 90, "bdrip": 85, "remux": 70, "webrip": 70, "webmux": 60, "webdlrip": 60,
		"brrip": 60, "hddvd": 60, "hdrip": 40, "hdtv": 30, "hdtvrip": 20, "dvdrip": 20, "dvd": 10, "tvrip": -20, "satrip": -20, "ppv": -20, "vhs": -80,

		"avc": 20, "hevc": 20, "av1": 15, "vp9": 10, "mpeg2": -20, "xvid": -60, "divx": -60,
		"hdr10": 10, "hdr10plus": 12, "dv": 12, "hlg": 5, dolbyOnly: -40,

		"atmos": 16, "truehd": 15, "dtsx": 15, "dtshd": 14, "ddp": 13, "flac": 12, "dts": 11, "dd": 10, "pcm": 8, "aac": 8, "opus": 6, "vorbis": 2, "mp3": -10,
		"7.1": 4, "5.1": 4, "1.0": -5,

		"10bit": 4, "proper": 6, "repack": 6, "hybrid": 4, "dubbed": -10, "hardcoded": -60, "converted": -30, "interlaced": -20,
		"upscaled": -100, "cam-audio": -200, "3d": -200, "disc": -150, unknownGroup: -10,
	}
	maps.Copy(points, more)
	return points
}

// Balanced is a profile for most people: 1080p, then 720p, then 2160p; a good encode rather than a copy of the disc; nothing
// recorded in a cinema.
func Balanced() Profile {
	return Profile{
		Name:        "balanced",
		Resolutions: []string{"1080p", "720p", "2160p", "576p", "480p"},
		MinBitrate:  0.25,
		Score:       common(nil),
		Reject:      Condition{Any: neverWanted()},
		Anime:       &Profile{Score: map[string]int{"dual": 12, "multisubs": 6, "10bit": 8, "hevc": 24, "dubbed": -20}},
	}
}

// bestPreset takes the best picture and sound that there is, whatever its size.
func bestPreset() Profile {
	disc, web := []string{"bluray", "bdrip", "uhdrip", "brrip", "hddvd"}, []string{"webdl", "web", "webmux", "webrip", "webdlrip"}
	remux := []string{"remux"}
	return Profile{
		Name: "best",
		Tiers: []Tier{
			{Name: "2160p-remux", Resolutions: []string{"2160p"}, Sources: remux},
			{Name: "2160p-disc", Resolutions: []string{"2160p"}, Sources: disc},
			{Name: "2160p-web", Resolutions: []string{"2160p"}, Sources: web},
			{Name: "1080p-remux", Resolutions: []string{"1080p"}, Sources: remux},
			{Name: "1080p-disc", Resolutions: []string{"1080p"}, Sources: disc},
			{Name: "1080p-web", Resolutions: []string{"1080p"}, Sources: web},
			{Name: "2160p", Resolutions: []string{"2160p"}},
			{Name: "1080p", Resolutions: []string{"1080p", "1440p"}},
			{Name: "720p-disc-or-web", Resolutions: []string{"720p"}, Sources: append(append(remux, disc...), web...)},
			{Name: "720p", Resolutions: []string{"720p"}},
			{Name: "576p", Resolutions: []string{"576p"}},
			{Name: "480p", Resolutions: []string{"480p"}},
		},
		PreferSize: "larger",
		MinBitrate: 0.5,
		Score: common(map[string]int{
			"remux": 120, "dv": 60, "hdr10plus": 50, "hdr10": 40, "hlg": 20, dolbyOnly: -30,
			"atmos": 52, "dtsx": 52, "truehd": 50, "dtshd": 45, "flac": 35, "pcm": 35, "ddp": 25, "dts": 20, "dd": 15, "mp3": -30,
			"7.1": 8, "5.1": 6, "1.0": -10, "hybrid": 10, "imax": 10, "criterion": 6, "remastered": 6, "proper": 10, "repack": 10, unknownGroup: -20,
		}),
		Formats: []Format{smallHEVC()},
		Reject:  Condition{Any: neverWanted()},
		Anime:   &Profile{Score: map[string]int{"dual": 15, "multisubs": 6, "10bit": 8}},
	}
}

// smallHEVC costs what is coded with HEVC below 2160p: but for HDR it is nearly always coded a second time, to be small.
func smallHEVC() Format {
	return Format{Name: "hevc-below-2160p", Score: -30, Conditions: []FormatCondition{
		{Name: "hevc", Kind: "flag", Value: "hevc", Required: true}, {Name: "hdr", Kind: "flag", Value: "hdr", Negate: true, Required: true},
		{Name: "2160p", Kind: "resolution", Value: "2160p", Negate: true},
	}}
}

// smallPreset is for a slow line or a small disk: efficient codecs at 1080p and below, about 2.5 Mbit/s.
func smallPreset() Profile {
	return Profile{
		Name:          "small",
		Resolutions:   []string{"1080p", "720p", "576p", "480p"},
		MinBitrate:    0.25,
		MaxBitrate:    8,
		PreferBitrate: 2.5,
		SizeScore:     60,
		Score: common(map[string]int{
			"bluray": 40, "webdl": 40, "web": 40, "bdrip": 40, "uhdrip": 40, "brrip": 30, "webrip": 36, "webmux": 30, "webdlrip": 30, "hddvd": 20, "remux": 0,
			"hdrip": 20, "hdtv": 15, "hdtvrip": 15, "hevc": 60, "av1": 55, "vp9": 20, "avc": 10, "xvid": -30, "divx": -30,
			"hdr10": 0, "hdr10plus": 0, "dv": 0, "hlg": 0, "opus": 12, "aac": 12, "ddp": 8, "dd": 6,
			"atmos": 0, "truehd": -30, "dtsx": -20, "dtshd": -30, "flac": -20, "pcm": -40, "dts": -10, "7.1": 0, "5.1": 2,
		}),
		Reject: Condition{Any: append(neverWanted(), "remux")},
		Movie:  &Profile{MaxSize: 5 * gigabyte, PreferSize: "2GB"},
		Show:   &Profile{MaxSize: 2 * gigabyte, PreferSize: "700MB"},
		Anime:  &Profile{PreferBitrate: 1.5, PreferSize: "350MB", Score: map[string]int{"dual": 6, "multisubs": 6, "10bit": 12, "flac": -10}},
	}
}

// animePreset is for a library of anime: from disc before the web, two tracks of sound, subtitles that can be turned off, ten
// bits; no upscales, which at 2160p nearly all are.
func animePreset() Profile {
	return Profile{
		Name:        "anime",
		Resolutions: []string{"1080p", "720p", "2160p", "576p", "480p"},
		MinBitrate:  0.25,
		Score: common(map[string]int{
			"remux": 100, "bdrip": 100, "webdl": 90, "web": 88, "webrip": 75, "dvdrip": 30, "dvd": 20,
			"hevc": 30, "av1": 25, "flac": 16, "opus": 12, "aac": 10, "10bit": 15,
			"dual": 30, "multi": 15, "multisubs": 12, "subbed": 6, "dubbed": -40, "uncensored": 10, "hardcoded": -80, unknownGroup: -20,
		}),
		Reject: Condition{Any: neverWanted()},
	}
}
