package release

import (
	"math/bits"
	"strings"
)

// Languages is a set of languages. Its zero value is empty, and two sets are equal if they are ==.
type Languages [2]uint64

// language is the number of a language in its table, and its bit in a set.
type language uint8

const (
	langEN language = iota
	langJA
	langZH
	langZHTW
	langYUE
	langRU
	langAR
	langPT
	langPTBR
	langES
	langES419
	langFR
	langFRCA
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
	langOR
	langAS
	langSA
	langSD
	langBHO
	langNE
	langSI
	langTH
	langVI
	langID
	langMS
	langJV
	langSU
	langKM
	langLO
	langMY
	langMN
	langBO
	langTR
	langAZ
	langKK
	langKY
	langUZ
	langTK
	langTG
	langHE
	langYI
	langFA
	langPS
	langKU
	langUK
	langBE
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
	langMK
	langSR
	langHR
	langBS
	langSL
	langSQ
	langDA
	langFI
	langSV
	langNO
	langIS
	langFO
	langUR
	langKA
	langHY
	langTL
	langCA
	langEU
	langGL
	langGA
	langCY
	langGD
	langMT
	langLB
	langAF
	langZU
	langXH
	langSW
	langAM
	langSO
	langHA
	langYO
	langIG
	langLA
	langEO
	langMI
	langHAW
	numLanguages
)

var languageCodes = [numLanguages]string{
	"en", "ja", "zh", "zh-tw", "yue", "ru", "ar", "pt", "pt-br", "es", "es-419", "fr", "fr-ca", "it", "de", "nl", "ko", "hi", "bn", "pa", "mr", "gu", "ta",
	"te", "kn", "ml", "or", "as", "sa", "sd", "bho", "ne", "si", "th", "vi", "id", "ms", "jv", "su", "km", "lo", "my", "mn", "bo", "tr", "az", "kk", "ky", "uz",
	"tk", "tg", "he", "yi", "fa", "ps", "ku", "uk", "be", "el", "lt", "lv", "et", "pl", "cs", "sk", "hu", "ro", "bg", "mk", "sr", "hr", "bs", "sl", "sq", "da",
	"fi", "sv", "no", "is", "fo", "ur", "ka", "hy", "tl", "ca", "eu", "gl", "ga", "cy", "gd", "mt", "lb", "af", "zu", "xh", "sw", "am", "so", "ha", "yo", "ig",
	"la", "eo", "mi", "haw",
}

// set is the set of one language.
func (l language) set() Languages {
	var s Languages
	s[l/64] = 1 << (l % 64)
	return s
}

// Language is the set of the one language with this code (ISO 639-1, and es-419, fr-ca, pt-br, zh-tw, yue, bho, haw); ok is
// false if it is unknown. A variety is a language of its own: pt does not hold pt-br.
func Language(code string) (l Languages, ok bool) {
	code = strings.ToLower(code)
	for i, c := range languageCodes {
		if c == code {
			return language(i).set(), true
		}
	}
	return Languages{}, false
}

// AnyLanguage is Language with the varieties that somebody who asks for the language alone would take too: pt also means pt-br,
// zh also zh-tw and yue, fr also fr-ca. es does not mean es-419: the two are dubbed apart, and people want one of them.
func AnyLanguage(code string) (l Languages, ok bool) {
	l, ok = Language(code)
	switch l {
	case langPT.set():
		l = l.Union(langPTBR.set())
	case langZH.set():
		l = l.Union(langZHTW.set()).Union(langYUE.set())
	case langFR.set():
		l = l.Union(langFRCA.set())
	}
	return l, ok
}

// LanguageCodes lists the codes that Language knows.
func LanguageCodes() []string { return append([]string(nil), languageCodes[:]...) }

// Codes lists the languages of the set by code.
func (l Languages) Codes() []string {
	var out []string
	for i, c := range languageCodes {
		if l.has(language(i)) {
			out = append(out, c)
		}
	}
	return out
}

func (l Languages) has(x language) bool { return l[x/64]&(1<<(x%64)) != 0 }

// Empty reports whether the set holds nothing.
func (l Languages) Empty() bool { return l == Languages{} }

// Len is how many languages the set holds.
func (l Languages) Len() int { return bits.OnesCount64(l[0]) + bits.OnesCount64(l[1]) }

// Has reports whether the set holds all of x.
func (l Languages) Has(x Languages) bool { return l[0]&x[0] == x[0] && l[1]&x[1] == x[1] }

// Any reports whether the set holds any of x.
func (l Languages) Any(x Languages) bool { return l[0]&x[0]|l[1]&x[1] != 0 }

// Union is the set of what either holds.
func (l Languages) Union(x Languages) Languages { return Languages{l[0] | x[0], l[1] | x[1]} }

// Without is the set less x.
func (l Languages) Without(x Languages) Languages { return Languages{l[0] &^ x[0], l[1] &^ x[1]} }

// String lists the codes, joined by "+".
func (l Languages) String() string { return strings.Join(l.Codes(), "+") }
