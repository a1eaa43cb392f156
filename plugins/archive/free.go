package archive

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// identifier is what the Archive's identifiers look like.
var identifier = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// free is what counts as free to share.
type free struct {
	licenses    []string // codes
	collections []string // identifiers
}

// query narrows a search to what may be free, in the search's own language; "" where nothing is. It is generous: what
// it finds is looked at by allows.
func (f free) query() string {
	var parts []string
	if len(f.licenses) > 0 {
		parts = append(parts, "licenseurl:*creativecommons.org*")
	}
	if len(f.collections) > 0 {
		parts = append(parts, "collection:("+strings.Join(f.collections, " OR ")+")")
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// allows reports whether an item with this licence and in these collections is free.
func (f free) allows(licenseURL string, collections []string) bool {
	if code := license(licenseURL); code != "" && slices.Contains(f.licenses, code) {
		return true
	}
	return slices.ContainsFunc(f.collections, func(c string) bool {
		return slices.ContainsFunc(collections, func(has string) bool { return strings.EqualFold(c, has) })
	})
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
	if parts[1] == "by-nd-nc" { // as version 1.0 has it
		return "by-nc-nd"
	}
	return parts[1]
}
