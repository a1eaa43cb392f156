package rank

import (
	"strings"

	"github.com/millrace-media/millrace/core/release"
)

// What a condition of language can name beside codes.
const (
	languageOriginal = "original"
	languageUnknown  = "unknown"
	languageOther    = "not-" // before a code: another than it
)

// languageCondition compares the languages of the sound. A release that tells none is taken to be in the original one, as
// Sonarr and Radarr take it.
func (k *compiler) languageCondition(path string, c FormatCondition, out *formatCondition) {
	code, other := strings.CutPrefix(c.Value, languageOther)
	set, ok := release.Language(code)
	if !ok && code != languageOriginal && code != languageUnknown {
		k.unknown(path+".value", "language", code, append([]string{languageOriginal, languageUnknown}, release.LanguageCodes()...))
	}
	out.span = fieldSpan(release.FieldLanguages)
	out.asks = func(x formatFacts) State {
		spoken, known := x.spokenOrOriginal()
		switch code {
		case languageUnknown:
			return answerOf(known == other)
		case languageOriginal:
			return x.inOriginal(spoken, known, other)
		}
		if !known {
			return Unsure // it is in the original one, which may be this
		}
		if other {
			return answerOf(!spoken.Without(set).Empty())
		}
		return answerOf(spoken.Any(set))
	}
}

// spokenOrOriginal are the languages of the sound that the name or the scraper tells, else the original one. It is false where
// none of these is known.
func (x *formatFacts) spokenOrOriginal() (release.Languages, bool) {
	spoken := x.parsed.Languages
	for _, code := range x.languages {
		if l, ok := release.Language(code); ok {
			spoken = spoken.Union(l)
		}
	}
	if spoken.Empty() {
		return x.originalLanguage()
	}
	return spoken, true
}

// originalLanguage is that of the wanted title.
func (x *formatFacts) originalLanguage() (release.Languages, bool) {
	code := x.target.Language
	if l, ok := release.Language(code); ok {
		return l, true
	}
	code, _, _ = strings.Cut(code, "-") // "en-US"
	return release.Language(code)
}

// inOriginal compares with the original language. Where that is not known, what is told cannot be compared with it.
func (x *formatFacts) inOriginal(spoken release.Languages, known, other bool) State {
	original, ok := x.originalLanguage()
	switch {
	case !known:
		return answerOf(!other) // nothing is told of another
	case !ok:
		return Unsure
	case other:
		return answerOf(!spoken.Without(original).Empty())
	}
	return answerOf(spoken.Any(original))
}
