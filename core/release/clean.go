package release

import (
	"html"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean makes a name safe to read: at most MaxName bytes, valid UTF-8, compatibility forms resolved, and what feeds and addresses
// do to text undone.
func clean(name string) string {
	name = truncate(name)
	if strings.IndexByte(name, '&') >= 0 {
		name = unescape(name)
	}
	if strings.IndexByte(name, '%') >= 0 {
		name = decodePercent(name)
	}
	if isASCII(name) {
		return name
	}
	if !utf8.ValidString(name) {
		b := make([]byte, 0, len(name))
		for _, r := range name {
			b = utf8.AppendRune(b, r)
		}
		name = string(b)
	}
	return truncate(compose(name))
}

// compose resolves compatibility forms, full-width letters and the like, but leaves the numbers that titles are written with:
// "Ranma ½", "Part Ⅱ".
func compose(name string) string {
	i := strings.IndexFunc(name, isNumberForm)
	if i < 0 {
		return norm.NFKC.String(name)
	}
	var b strings.Builder
	for i >= 0 {
		_, n := utf8.DecodeRuneInString(name[i:])
		b.WriteString(norm.NFKC.String(name[:i]))
		b.WriteString(name[i : i+n])
		name = name[i+n:]
		i = strings.IndexFunc(name, isNumberForm)
	}
	b.WriteString(norm.NFKC.String(name))
	return b.String()
}

// isNumberForm reports whether r is a fraction or a Roman number that is one character.
func isNumberForm(r rune) bool { return r >= '¼' && r <= '¾' || r >= 0x2150 && r <= 0x217F }

// unescape resolves "&amp;" and "&#39;", which feeds leave in names, also where it was done twice.
func unescape(name string) string {
	for range 2 {
		if !hasEntity(name) {
			break
		}
		name = html.UnescapeString(name)
	}
	return truncate(name)
}

// hasEntity reports whether "&", a short word and ";" are in the name, so that "Tom &copy Jerry" is left alone.
func hasEntity(name string) bool {
	for at := 0; ; {
		i := strings.IndexByte(name[at:], '&')
		if i < 0 {
			return false
		}
		at += i + 1
		k := at
		for k < len(name) && k-at < 8 && (isWordRune(rune(name[k])) && name[k] < utf8.RuneSelf || name[k] == '#') {
			k++
		}
		if k > at+1 && k < len(name) && name[k] == ';' {
			return true
		}
	}
}

// decodePercent reads a name that was taken from an address: it has "%20" and no spaces.
func decodePercent(name string) string {
	if strings.IndexByte(name, ' ') >= 0 || !strings.Contains(name, "%20") {
		return name
	}
	if s, err := url.PathUnescape(name); err == nil {
		return s
	}
	return name
}

func truncate(name string) string {
	if len(name) <= MaxName {
		return name
	}
	end := MaxName
	for end > MaxName-utf8.UTFMax && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
