package file

import (
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

var slugYear = regexp.MustCompile(`^(.+)-((?:18|19|20|21)\d\d)$`)

// magnet reads a magnet link: the release itself is wanted, not a search for it.
func magnet(text string) (sdk.Request, error) {
	u, err := url.Parse(text)
	if err != nil {
		return sdk.Request{}, fmt.Errorf("%s is no magnet link", quoteShort(text))
	}
	q := u.Query()
	for _, xt := range q["xt"] {
		if hash, ok := strings.CutPrefix(strings.ToLower(xt), "urn:btih:"); ok && validHash(hash) {
			return sdk.Request{Magnet: text, Name: strings.TrimSpace(strings.ToValidUTF8(q.Get("dn"), ""))}, nil
		}
	}
	return sdk.Request{}, fmt.Errorf("%s has no info-hash of 40 hex or 32 base-32 digits", quoteShort(text))
}

func validHash(lower string) bool {
	if len(lower) == 32 {
		_, err := base32.StdEncoding.DecodeString(strings.ToUpper(lower))
		return err == nil
	}
	b, err := hex.DecodeString(lower)
	return err == nil && len(b) == 20
}

// link reads the address of a title's page.
func link(text string) (sdk.Request, error) {
	u, err := url.Parse(text)
	if err != nil {
		return sdk.Request{}, fmt.Errorf("%s is no link", quoteShort(text))
	}
	host := strings.ToLower(u.Hostname())
	path := strings.FieldsFunc(strings.ToLower(u.Path), func(r rune) bool { return r == '/' })
	for _, site := range []struct {
		domain string
		read   func([]string, url.Values) (sdk.Request, bool)
	}{{"imdb.com", imdb}, {"themoviedb.org", tmdb}, {"thetvdb.com", tvdb}, {"trakt.tv", trakt}} {
		if host != site.domain && !strings.HasSuffix(host, "."+site.domain) {
			continue
		}
		if wish, ok := site.read(path, u.Query()); ok {
			return wish, nil
		}
		return sdk.Request{}, fmt.Errorf("%s is not the page of a title", quoteShort(u.Host+u.Path))
	}
	return sdk.Request{}, fmt.Errorf("links to %s are not known: use IMDb, TMDB, TheTVDB or Trakt, or a magnet", quoteShort(host))
}

// imdb reads /title/tt0133093, also behind a language as in /de/title/….
func imdb(path []string, _ url.Values) (sdk.Request, bool) {
	for i, p := range path {
		if p == "title" && i+1 < len(path) && imdbID.MatchString(path[i+1]) {
			return sdk.Request{IDs: sdk.IDs{IMDb: path[i+1]}}, true
		}
	}
	return sdk.Request{}, false
}

// tmdb reads /movie/603-the-matrix and /tv/1399-game-of-thrones/season/2.
func tmdb(path []string, _ url.Values) (sdk.Request, bool) {
	if len(path) < 2 || path[0] != "movie" && path[0] != "tv" {
		return sdk.Request{}, false
	}
	id, _, _ := strings.Cut(path[1], "-")
	if !number.MatchString(id) {
		return sdk.Request{}, false
	}
	wish := sdk.Request{IDs: sdk.IDs{TMDB: id}, Kind: sdk.Movie}
	if path[0] == "tv" {
		wish.Kind, wish.Seasons = sdk.Show, seasonIn(path, "season")
	}
	return wish, true
}

// tvdb reads /series/the-name, /movies/the-name, /dereferrer/series/121361 and the old /?tab=series&id=121361. An address
// with a name only becomes a search by that name.
func tvdb(path []string, q url.Values) (sdk.Request, bool) {
	if id := q.Get("id"); len(path) == 0 && number.MatchString(id) {
		return sdk.Request{IDs: sdk.IDs{TVDB: id}, Kind: sdk.Show}, true
	}
	if len(path) > 0 && path[0] == "dereferrer" {
		path = path[1:]
	}
	if len(path) < 2 {
		return sdk.Request{}, false
	}
	k, err := kind(path[0])
	if err != nil {
		return sdk.Request{}, false
	}
	if number.MatchString(path[1]) {
		return sdk.Request{IDs: sdk.IDs{TVDB: path[1]}, Kind: k}, true
	}
	return slug(path[1], k), true
}

// trakt reads /movies/the-matrix-1999 and /shows/game-of-thrones/seasons/2, which name no id, and numbers in their place.
func trakt(path []string, _ url.Values) (sdk.Request, bool) {
	if len(path) < 2 || path[0] != "movies" && path[0] != "shows" {
		return sdk.Request{}, false
	}
	k := sdk.Movie
	if path[0] == "shows" {
		k = sdk.Show
	}
	wish := slug(path[1], k)
	if number.MatchString(path[1]) {
		wish = sdk.Request{IDs: sdk.IDs{Trakt: path[1]}, Kind: k}
	}
	if k == sdk.Show {
		wish.Seasons = seasonIn(path, "seasons")
	}
	return wish, true
}

// slug turns "the-matrix-1999" into a name and a year.
func slug(s string, k sdk.TitleKind) sdk.Request {
	wish := sdk.Request{Kind: k}
	if m := slugYear.FindStringSubmatch(s); m != nil {
		if year, err := strconv.Atoi(m[2]); err == nil {
			s, wish.Year = m[1], year
		}
	}
	wish.Name = strings.ReplaceAll(s, "-", " ")
	return wish
}

// seasonIn finds the number that follows a word of an address.
func seasonIn(path []string, after string) []int {
	for i, p := range path {
		if p != after || i+1 == len(path) {
			continue
		}
		if n, err := strconv.Atoi(path[i+1]); err == nil && n >= 0 && n <= maxSeason {
			return []int{n}
		}
	}
	return nil
}
