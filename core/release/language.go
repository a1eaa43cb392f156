package release

import "strings"

// Languages is a set of languages.
type Languages uint64

// language is the number of a language in its table, and its bit in a set.
type language uint8

const (
	langEN language = iota
	langJA
	langZH
	langZHTW
	langRU
	langAR
	langPT
	langES
	langES419
	langFR
	langIT
	langDE
	langNL
	langKO
	langHI
	langBN
	langPA
	langMR
	langGU
	langTA
	langTE
	langKN
	langML
	langTH
	langVI
	langID
	langMS
	langTR
	langHE
	langFA
	langUK
	langEL
	langLT
	langLV
	langET
	langPL
	langCS
	langSK
	langHU
	langRO
	langBG
	langSR
	langHR
	langSL
	langDA
	langFI
	langSV
	langNO
	langIS
	langUR
	langKA
	langTL
	langCA
	numLanguages
)

var languageCodes = [numLanguages]string{
	"en", "ja", "zh", "zh-tw", "ru", "ar", "pt", "es", "es-419", "fr", "it", "de", "nl", "ko", "hi", "bn", "pa", "mr", "gu", "ta", "te", "kn",
	"ml", "th", "vi", "id", "ms", "tr", "he", "fa", "uk", "el", "lt", "lv", "et", "pl", "cs", "sk", "hu", "ro", "bg", "sr", "hr", "sl", "da",
	"fi", "sv", "no", "is", "ur", "ka", "tl", "ca",
}

// Language is the set of the one language with this code (ISO 639-1, and es-419, zh-tw); ok is false if it is unknown.
func Language(code string) (l Languages, ok bool) {
	code = strings.ToLower(code)
	for i, c := range languageCodes {
		if c == code {
			return 1 << i, true
		}
	}
	return 0, false
}

// LanguageCodes lists the codes that Language knows.
func LanguageCodes() []string { return append([]string(nil), languageCodes[:]...) }

// Codes lists the languages of the set by code.
func (l Languages) Codes() []string {
	var out []string
	for i, c := range languageCodes {
		if l&(1<<i) != 0 {
			out = append(out, c)
		}
	}
	return out
}

// Has reports whether the set holds all of x.
func (l Languages) Has(x Languages) bool { return l&x == x }

// Any reports whether the set holds any of x.
func (l Languages) Any(x Languages) bool { return l&x != 0 }

// String lists the codes, joined by "+".
func (l Languages) String() string { return names(languageCodes[:], uint64(l)) }
