package rank

// Code says why a release or a file was or was not taken. Codes are stable: they are stored and part of the API.
type Code string

// Codes of matching.
const (
	CodeMatch        Code = "MATCH"
	CodeOtherTitle   Code = "OTHER_TITLE"
	CodeSimilarTitle Code = "SIMILAR_TITLE" // spelled a little differently, and nothing else confirms it
	CodeOtherCountry Code = "OTHER_COUNTRY"
	CodeOtherYear    Code = "OTHER_YEAR"
	CodeNoYear       Code = "NO_YEAR"
	CodeOtherSeason  Code = "OTHER_SEASON"
	CodeOtherEpisode Code = "OTHER_EPISODE"
	CodeOtherDate    Code = "OTHER_DATE"
	CodeNoNumber     Code = "NO_NUMBER"     // no season or episode is told
	CodeNoSeason     Code = "NO_SEASON"     // an episode is told, but of which season is not
	CodeOnlyEpisodes Code = "ONLY_EPISODES" // a whole season is wanted
	CodeIsSeries     Code = "IS_SERIES"     // a film is wanted
	CodeIsSpecial    Code = "IS_SPECIAL"    // a regular episode is wanted
	CodeIsMovie      Code = "IS_MOVIE"      // an episode is wanted
	CodeNamesake     Code = "NAMESAKE"      // another work has the same name, and nothing tells which it is
	CodeOtherOrder   Code = "OTHER_ORDER"   // the number is right in another order of the episodes
	CodePartly       Code = "PARTLY"        // a part of the season or show that is wanted
	CodeCollection   Code = "COLLECTION"    // several films, or all seasons: the list of files must tell
)

// Codes of judging.
const (
	CodeResolution  Code = "RESOLUTION_NOT_WANTED"
	CodeSourceList  Code = "SOURCE_NOT_WANTED" // is not in the list of sources
	CodeCodec       Code = "CODEC_NOT_WANTED"  // is not in the list of codecs
	CodeTier        Code = "NO_TIER"           // no tier is for it
	CodeRejected    Code = "REJECTED"          // by a name in reject.any
	CodeSource      Code = "REJECTED_SOURCE"
	CodeRequired    Code = "REQUIRED" // has none of require.any
	CodePattern     Code = "PATTERN"
	CodeExpression  Code = "EXPRESSION"
	CodeGroup       Code = "GROUP_DENIED"
	CodeScore       Code = "SCORE_TOO_LOW"
	CodeTooBig      Code = "TOO_BIG"
	CodeBitrateHigh Code = "BITRATE_TOO_HIGH"
	CodeBitrateLow  Code = "BITRATE_TOO_LOW"
	CodeTooSmall    Code = "TOO_SMALL"
	CodeLanguage    Code = "LANGUAGE"
	CodeNoLanguage  Code = "NO_LANGUAGE" // languages are wanted and the name tells none
	CodeNotMedia    Code = "NOT_MEDIA"   // music, a book, an archive
	CodePreferGroup Code = "PREFER_GROUP"
	CodeFormat      Code = "FORMAT"
	CodeSizeFit     Code = "SIZE_FIT"
	CodeSubtitles   Code = "SUBTITLES"
	CodePrefer      Code = "PREFER"
	CodeQuality     Code = "QUALITY"
	CodeLimit       Code = "LIMIT" // enough of its kind are better
)

// Codes of choosing files.
const (
	CodeNoFile    Code = "NO_FILE"
	CodeNotVideo  Code = "NOT_VIDEO"
	CodeNotMain   Code = "NOT_MAIN"  // a sample, trailer, extra or menu
	CodeNotBest   Code = "NOT_BEST"  // another file holds the same
	CodeUnnamed   Code = "UNNAMED"   // the name says too little
	CodeAmbiguous Code = "AMBIGUOUS" // it could be one of several
)

// sentences explain codes to people.
var sentences = map[Code]string{
	CodeMatch: "This is it.", CodeOtherTitle: "The title is another.", CodeSimilarTitle: "The title is spelled differently and nothing confirms it.",
	CodeOtherCountry: "It is a show of the same name from another country.", CodeOtherYear: "The year is another.", CodeNoYear: "The name tells no year.",
	CodeOtherSeason: "It is another season.", CodeOtherEpisode: "It is another episode.", CodeOtherDate: "It is of another day.",
	CodeNoNumber: "The name tells neither season nor episode.", CodeNoSeason: "The name tells no season.", CodeOnlyEpisodes: "It holds single episodes, not the season.",
	CodeIsMovie: "It is a film.", CodeNamesake: "Another work has the same name, and nothing tells which of them it is.",
	CodeOtherOrder: "The number is right in another order of the episodes.", CodePartly: "It holds a part of what is wanted.",
	CodeIsSeries: "It is of a series, not a film.", CodeIsSpecial: "It is a special.", CodeCollection: "It holds several titles; its files must tell.",
	CodeResolution: "The profile does not take this resolution.", CodeRejected: "The profile rejects this.", CodeSource: "The profile rejects this source.",
	CodeRequired: "It has nothing that the profile requires.", CodePattern: "A pattern of the profile decides so.", CodeTooBig: "It is larger than the profile allows.",
	CodeTooSmall: "It is smaller than the profile allows.", CodeLanguage: "The language is not one of the profile's.", CodeNoLanguage: "The name tells no language.",
	CodeNotMedia: "It is not video.", CodePrefer: "The profile prefers this.", CodeQuality: "What the source and the coding are worth.",
	CodeLimit:      "Enough of its kind are better.",
	CodeSourceList: "The profile does not take this source.", CodeCodec: "The profile does not take this codec.", CodeTier: "No tier of the profile is for this.",
	CodeExpression: "An expression of the profile decides so.", CodeGroup: "The profile takes nothing of this group.", CodeScore: "The score is too low.",
	CodeBitrateHigh: "The bitrate is higher than the profile allows.", CodeBitrateLow: "The bitrate is lower than the profile allows.",
	CodePreferGroup: "What the group is worth.", CodeFormat: "What the format is worth.", CodeSubtitles: "It has subtitles that are wanted.",
	CodeSizeFit: "How near its size is to what is preferred.",
	CodeNoFile:  "No file in it is the wanted one.", CodeNotVideo: "It is not a video file.", CodeNotMain: "It is a sample, a trailer or an extra.",
	CodeNotBest: "Another file holds the same.", CodeUnnamed: "The file's name says too little.", CodeAmbiguous: "It could be one of several.",
}

// Text is a sentence for people.
func (c Code) Text() string { return sentences[c] }
