// Package torznab speaks Torznab, the way in which torrent indexers are asked (Jackett, Prowlarr and many others): what an
// indexer can do, which queries to send it for a title, its feeds read as they are found in the wild, and a writer of both
// documents for whoever answers such queries.
//
// Sources: the Torznab 1.3 draft (torznab.github.io), the Newznab API that it extends, and what Jackett and Prowlarr
// really send. The package knows nothing of what a release name means.
package torznab

import (
	"encoding/base32"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Category numbers of Newznab that concern a media library. A hundred and the following numbers are their children.
const (
	CategoryMovies = 2000
	CategoryTV     = 5000
	CategoryAnime  = 5070
	// CategoryCustom is the first number of an indexer's own categories.
	CategoryCustom = 100000
)

// Functions of an indexer: the values of the query parameter t.
const (
	FunctionCaps   = "caps"
	FunctionSearch = "search"
	FunctionTV     = "tvsearch"
	FunctionMovie  = "movie"
)

// Caps is what an indexer says it can do.
type Caps struct {
	Title      string     `json:"title,omitempty"`
	Version    string     `json:"version,omitempty"`
	Max        int        `json:"max,omitempty"`     // items of one page at most; 0 unknown
	Default    int        `json:"default,omitempty"` // items of one page where the query does not say
	Search     Function   `json:"search"`
	TV         Function   `json:"tv"`
	Movie      Function   `json:"movie"`
	Categories []Category `json:"categories,omitempty"`
}

// Function is one way to search.
type Function struct {
	Available bool     `json:"available"`
	Params    []string `json:"params,omitempty"` // lower case, "q" among them
}

// Supports reports whether the function can be used with a parameter.
func (f Function) Supports(param string) bool { return f.Available && slices.Contains(f.Params, param) }

// Category is a numbered kind of content.
type Category struct {
	ID   int        `json:"id"`
	Name string     `json:"name"`
	Subs []Category `json:"subs,omitempty"`
}

// DefaultCaps is what can be asked of an indexer that does not say what it can do.
func DefaultCaps() Caps {
	return Caps{
		Search: Function{Available: true, Params: []string{"q"}},
		TV:     Function{Available: true, Params: []string{"q", "season", "ep"}},
		Movie:  Function{Available: true, Params: []string{"q"}},
	}
}

// Within narrows a top category to what the indexer has: the category itself, else its children. An empty list means
// that the indexer has nothing of the kind; a nil one that it uses no common categories at all and is asked without.
func (c Caps) Within(top int) []int {
	var within []int
	common := false
	for id := range c.ids {
		common = common || id < CategoryCustom
		if id == top {
			return []int{top}
		}
		if id > top && id < top+1000 {
			within = append(within, id)
		}
	}
	switch {
	case len(c.Categories) == 0:
		return []int{top}
	case !common:
		return nil
	case within == nil:
		return []int{}
	}
	return within
}

// ids yields every category's number, children after their parents.
func (c Caps) ids(yield func(int) bool) {
	for _, top := range c.Categories {
		if !yield(top.ID) {
			return
		}
		for _, sub := range top.Subs {
			if !yield(sub.ID) {
				return
			}
		}
	}
}

// Feed is a page of items.
type Feed struct {
	Title  string
	Offset int // of the first item, where the indexer says so
	Total  int // of all pages; -1 where the indexer does not say
	Items  []Item
}

// Item is one release of a feed.
type Item struct {
	Title     string
	GUID      string
	Link      string // as published: a .torrent, a magnet or a page
	Comments  string // URL for people
	Published time.Time
	Size      int64 // bytes; 0 unknown
	Enclosure Enclosure
	Category  []int               // numbers only
	Indexer   string              // who published it, where the feed is of several
	Type      string              // "public", "private", "semi-private" or empty
	Attrs     map[string][]string // extended attributes by lower-case name
}

// Enclosure is the file that an item leads to.
type Enclosure struct {
	URL    string
	Length int64
	Type   string
}

// Attr is the first value of an extended attribute, or "".
func (i Item) Attr(name string) string {
	if v := i.Attrs[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Int is the first value of an extended attribute as a number that is not negative, or fallback.
func (i Item) Int(name string, fallback int) int {
	n, err := strconv.Atoi(i.Attr(name))
	if err != nil || n < 0 {
		return fallback
	}
	return n
}

// Magnet is the item's magnet link, wherever it stands, or "".
func (i Item) Magnet() string {
	for _, s := range []string{i.Attr("magneturl"), i.Enclosure.URL, i.Link, i.GUID} {
		if strings.HasPrefix(strings.ToLower(s), "magnet:?") {
			return s
		}
	}
	return ""
}

// Torrent is the URL of the item's .torrent, or "". It may turn out to lead to a magnet.
func (i Item) Torrent() string {
	if i.Enclosure.URL != "" {
		if isWeb(i.Enclosure.URL) && strings.Contains(i.Enclosure.Type, "bittorrent") {
			return i.Enclosure.URL
		}
		return ""
	}
	if isWeb(i.Link) && i.Link != i.Comments {
		return i.Link
	}
	return ""
}

func isWeb(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// Hash is the v1 info-hash, told by an attribute or by the magnet, as 40 lower-case hex digits, or "".
func (i Item) Hash() string {
	if h := NormalHash(i.Attr("infohash")); h != "" {
		return h
	}
	return MagnetHash(i.Magnet())
}

// NormalHash turns a v1 info-hash in hex or base 32 into 40 lower-case hex digits; "" where it is none.
func NormalHash(s string) string {
	s = strings.TrimSpace(s)
	switch len(s) {
	case 40:
		if _, err := hex.DecodeString(s); err == nil {
			return strings.ToLower(s)
		}
	case 32:
		if b, err := base32.StdEncoding.DecodeString(strings.ToUpper(s)); err == nil {
			return hex.EncodeToString(b)
		}
	}
	return ""
}

// MagnetHash is the v1 info-hash of a magnet link, or "".
func MagnetHash(magnet string) string {
	_, query, ok := strings.Cut(magnet, "?")
	if !ok || !strings.HasPrefix(strings.ToLower(magnet), "magnet:") {
		return ""
	}
	values, _ := url.ParseQuery(query) // what could be read is enough
	for _, xt := range values["xt"] {
		if rest, ok := strings.CutPrefix(strings.ToLower(xt), "urn:btih:"); ok {
			if h := NormalHash(rest); h != "" {
				return h
			}
		}
	}
	return ""
}

// Seeders is how many have the whole release; -1 unknown.
func (i Item) Seeders() int { return i.Int("seeders", -1) }

// Leechers is how many want it; -1 unknown. Torznab's peers are seeders and leechers together, but some indexers
// send leechers alone.
func (i Item) Leechers() int {
	if n := i.Int("leechers", -1); n >= 0 {
		return n
	}
	peers, seeders := i.Int("peers", -1), i.Seeders()
	if peers < 0 || seeders < 0 {
		return peers
	}
	return max(peers-seeders, 0)
}

// IMDb is the item's id with its prefix, or "".
func (i Item) IMDb() string {
	for _, name := range []string{"imdbid", "imdb"} {
		if n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(i.Attr(name)), "tt"), 10, 48); err == nil && n > 0 {
			text := strconv.FormatUint(n, 10)
			return "tt" + strings.Repeat("0", max(7-len(text), 0)) + text
		}
	}
	return ""
}

// Number is a decimal id of an extended attribute ("tmdbid", "tvdbid"), or "" where it is absent or 0.
func (i Item) Number(name string) string {
	if n := i.Int(name, 0); n > 0 {
		return strconv.Itoa(n)
	}
	return ""
}

// Private reports whether the item is of a private tracker: the indexer says so, or asks for a ratio or a time of seeding.
func (i Item) Private() bool {
	switch i.Type {
	case "private", "semi-private":
		return true
	case "public":
		return false
	}
	ratio, _ := strconv.ParseFloat(i.Attr("minimumratio"), 64)
	return ratio > 0 || i.Int("minimumseedtime", 0) > 0
}
