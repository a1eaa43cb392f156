package rank

// dialect is how one of the programs that have custom formats numbers values.
type dialect struct {
	app       string
	sources   map[int]term
	languages map[int]term
	modifiers map[int]term // nil: it has none
	types     map[int]term
	flags     map[int]term
}

// term is what a number stands for.
type term struct {
	ours  string // as a condition's value here
	names string // by which people call it there, parted by spaces, as letters and digits alone
}

// Apps that number values.
const (
	appSonarr = "sonarr"
	appRadarr = "radarr"
)

// Sources, as this package names those that they take for one.
const (
	wordsTV     = "hdtv,hdtvrip,pdtv,tvrip,satrip"
	wordsWebDL  = "webdl,web"
	wordsWebRip = "webrip,webdlrip,webmux"
	wordsDisc   = "bluray,bdrip,brrip,uhdrip,hddvd"
)

func dialects() []dialect {
	return []dialect{
		{
			app: appSonarr,
			sources: map[int]term{
				0: {"unknown", "unknown"}, 1: {wordsTV, "television hdtv sdtv"}, 2: {"hdtv", "televisionraw rawhd"}, 3: {wordsWebDL, "webdl web"},
				4: {wordsWebRip, "webrip"}, 5: {"dvd,dvdrip", "dvd"}, 6: {wordsDisc, "bluray"}, 7: {"remux", "blurayraw remux"},
			},
			languages: sonarrLanguages(),
			types:     map[int]term{1: {"episode", "singleepisode"}, 2: {"episodes", "multiepisode"}, 3: {"season", "seasonpack"}},
			flags: map[int]term{
				1: {"freeleech", "freeleech"}, 2: {"halfleech", "halfleech"}, 4: {"doubleupload", "doubleupload"}, 8: {"internal", "internal"},
				16: {"scene", "scene"}, 32: {"freeleech75", "freeleech75"}, 64: {"freeleech25", "freeleech25"}, 128: {"nuked", "nuked"},
			},
		},
		{
			app: appRadarr,
			sources: map[int]term{
				0: {"unknown", "unknown"}, 1: {"cam", "cam"}, 2: {"telesync", "telesync"}, 3: {"telecine", "telecine"}, 4: {"workprint", "workprint"},
				5: {"dvd,dvdrip,screener,r5", "dvd"}, 6: {wordsTV, "television hdtv sdtv tv"}, 7: {wordsWebDL, "webdl"}, 8: {wordsWebRip, "webrip"},
				9: {wordsDisc + ",remux", "bluray"},
			},
			languages: radarrLanguages(),
			modifiers: map[int]term{
				0: {"none", "none"}, 1: {"r5", "regional"}, 2: {"screener", "screener"}, 4: {"disc", "brdisk"}, 5: {"remux", "remux"},
			},
			flags: map[int]term{
				1: {"freeleech", "freeleech"}, 2: {"halfleech", "halfleech"}, 4: {"doubleupload", "doubleupload"}, 8: {"golden", "golden"},
				16: {"approved", "approved"}, 32: {"internal", "internal"}, 128: {"scene", "scene"}, 256: {"freeleech75", "freeleech75"},
				512: {"freeleech25", "freeleech25"}, 2048: {"nuked", "nuked"},
			},
		},
	}
}

// resolutions are numbered alike everywhere.
func resolutionTerms() map[int]term {
	return map[int]term{
		0: {"unknown", ""}, 360: {"360p", ""}, 480: {"480p", ""}, 576: {"576p", ""}, 720: {"720p", ""}, 1080: {"1080p", ""}, 2160: {"2160p", ""},
	}
}

// commonLanguages are those that have the same number in both programs.
func commonLanguages() map[int]term {
	return map[int]term{
		-2: {languageOriginal, "original"}, 0: {languageUnknown, "unknown"}, 1: {"en", "english"}, 2: {"fr", "french"}, 3: {"es", "spanish"},
		4: {"de", "german"}, 5: {"it", "italian"}, 6: {"da", "danish"}, 7: {"nl", "dutch"}, 8: {"ja", "japanese"}, 9: {"is", "icelandic"},
		10: {"zh", "chinese"}, 11: {"ru", "russian"}, 12: {"pl", "polish"}, 13: {"vi", "vietnamese"}, 14: {"sv", "swedish"}, 15: {"no", "norwegian"},
		16: {"fi", "finnish"}, 17: {"tr", "turkish"}, 18: {"pt", "portuguese"}, 19: {"nl", "flemish"}, 20: {"el", "greek"}, 21: {"ko", "korean"},
		22: {"hu", "hungarian"}, 23: {"he", "hebrew"}, 24: {"lt", "lithuanian"}, 25: {"cs", "czech"},
	}
}

func sonarrLanguages() map[int]term {
	m := commonLanguages()
	for i, w := range [...]term{
		{"ar", "arabic"}, {"hi", "hindi"}, {"bg", "bulgarian"}, {"ml", "malayalam"}, {"uk", "ukrainian"}, {"sk", "slovak"}, {"th", "thai"},
		{"pt-br", "brazil brazilian"}, {"es-419", "latino"}, {"ro", "romanian"}, {"lv", "latvian"}, {"fa", "persian"}, {"ca", "catalan"}, {"hr", "croatian"},
		{"sr", "serbian"}, {"bs", "bosnian"}, {"et", "estonian"}, {"ta", "tamil"}, {"id", "indonesian"}, {"mk", "macedonian"}, {"sl", "slovenian"},
		{"az", "azerbaijani"}, {"uz", "uzbek"}, {"ms", "malay"}, {"ur", "urdu"},
	} {
		m[26+i] = w
	}
	return m
}

func radarrLanguages() map[int]term {
	m := commonLanguages()
	for i, w := range [...]term{
		{"hi", "hindi"}, {"ro", "romanian"}, {"th", "thai"}, {"bg", "bulgarian"}, {"pt-br", "brazil brazilian"}, {"ar", "arabic"}, {"uk", "ukrainian"},
		{"fa", "persian"}, {"bn", "bengali"}, {"sk", "slovak"}, {"lv", "latvian"}, {"es-419", "latino"}, {"ca", "catalan"}, {"hr", "croatian"},
		{"sr", "serbian"}, {"bs", "bosnian"}, {"et", "estonian"}, {"ta", "tamil"}, {"id", "indonesian"}, {"te", "telugu"}, {"mk", "macedonian"},
		{"sl", "slovenian"}, {"ml", "malayalam"}, {"kn", "kannada"}, {"sq", "albanian"}, {"af", "afrikaans"}, {"mr", "marathi"}, {"tl", "tagalog"},
		{"ur", "urdu"},
	} {
		m[26+i] = w
	}
	return m
}
