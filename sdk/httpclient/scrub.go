package httpclient

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// longSegment is the length from which a segment of a path is taken for a key or a user's settings.
const longSegment = 20

var urlInText = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s"'<>]*[^\s"'<>:,.;!?)]`)

// Redact writes a URL such that it may be logged: without credentials and fragment, the names of its query without
// their values, and "…" for segments of the path that look like a key or like a user's settings.
func Redact(u *url.URL) string {
	if u == nil {
		return ""
	}
	segments := strings.Split(u.EscapedPath(), "/")
	for i, s := range segments {
		if len(s) >= longSegment || strings.ContainsAny(s, "=|@:;,") || strings.Contains(strings.ToLower(s), "%7c") {
			segments[i] = "…"
		}
	}
	text := strings.Join(segments, "/")
	if u.Host != "" {
		text = u.Scheme + "://" + u.Host + text
	}
	if u.RawQuery != "" {
		text += "?" + strings.Join(queryNames(u), "&")
	}
	return text
}

func queryNames(u *url.URL) []string {
	var names []string
	for name := range u.Query() {
		names = append(names, url.QueryEscape(name))
	}
	slices.Sort(names)
	return names
}

// scrub takes the secrets of a call, and the values in any URL, out of a text.
func scrub(text string, secrets []string) string {
	text = urlInText.ReplaceAllStringFunc(text, func(s string) string {
		u, err := url.Parse(s)
		if err != nil {
			return "(a URL)"
		}
		return Redact(u)
	})
	return mask(text, secrets)
}

// mask takes the secrets of a call out of a text, plain or escaped.
func mask(text string, secrets []string) string {
	for _, s := range secrets {
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s)} {
			text = strings.ReplaceAll(text, form, "***")
		}
	}
	return text
}
