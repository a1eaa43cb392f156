package archive

import (
	"net/url"
	"strings"
)

// free is what counts as free to share.
type free struct {
	licenses    map[string]bool // codes
	collections map[string]bool // identifiers in lower case
}

// allows reports whether an item with this licence and in these collections is free.
func (f free) allows(licenseURL string, collections []string) bool {
	if f.licenses[license(licenseURL)] {
		return true
	}
	for _, c := range collections {
		if f.collections[strings.ToLower(c)] {
			return true
		}
	}
	return false
}

// license is the code of a Creative Commons licence, or "" for a URL that names none. Only the licences' own site counts:
// anybody can put anything into the field.
//
//	https://creativecommons.org/licenses/by-nc/3.0/      by-nc
//	https://creativecommons.org/publicdomain/zero/1.0/   zero
//	http://creativecommons.org/licenses/publicdomain/    publicdomain
func license(text string) string {
	u, err := url.Parse(strings.ToLower(strings.TrimSpace(text)))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || strings.TrimPrefix(u.Hostname(), "www.") != "creativecommons.org" {
		return ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 || parts[0] != "licenses" && parts[0] != "publicdomain" {
		return ""
	}
	return parts[1]
}
