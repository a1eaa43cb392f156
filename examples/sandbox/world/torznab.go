package world

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// torznab is an indexer (Torznab 1.3 draft; the shape of answers as Jackett and Prowlarr are fed). The plain one searches by words
// alone and tells neither info hash nor magnet.
type torznab struct {
	w     *World
	key   string
	plain bool
	self  func() string // URL of its own service
}

// Limits of a page, as caps announces them.
const (
	torznabDefault = 50
	torznabMax     = 100
)

func (t *torznab) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api", t.api)
	mux.HandleFunc("GET /download/{name}", t.download)
	return mux
}

// api answers GET /api?t=… (Torznab 1.3 draft, functions caps, search, tvsearch and movie).
func (t *torznab) api(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch fn := q.Get("t"); {
	case fn == "":
		torznabError(w, 200, "Missing parameter (t)")
	case fn == "caps": // needs no key (Newznab API, "caps")
		writeBody(w, http.StatusOK, "application/xml; charset=utf-8", []byte(t.caps()))
	case q.Get("apikey") != t.key:
		torznabError(w, 100, "Incorrect user credentials")
	case fn == "search" || fn == "movie" || fn == "tvsearch":
		t.search(w, r)
	case fn == "music" || fn == "book":
		torznabError(w, 203, "Function Not Available")
	default:
		torznabError(w, 202, "No such function ("+fn+")")
	}
}

// caps tells what can be asked for; supportedParams is Torznab's addition to Newznab.
func (t *torznab) caps() string {
	movie, tv := "q,imdbid,tmdbid", "q,season,ep,imdbid,tvdbid,tmdbid"
	if t.plain {
		movie, tv = "q", "q,season,ep"
	}
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<caps>
  <server version="1.3" title="Sandbox &amp; Co" url="%s/"/>
  <limits max="%d" default="%d"/>
  <registration available="no" open="no"/>
  <searching>
    <search available="yes" supportedParams="q"/>
    <tv-search available="yes" supportedParams="%s"/>
    <movie-search available="yes" supportedParams="%s"/>
    <audio-search available="no" supportedParams="q"/>
    <book-search available="no" supportedParams="q"/>
  </searching>
  <categories>
    <category id="2000" name="Movies"><subcat id="2030" name="Movies/SD"/><subcat id="2040" name="Movies/HD"/><subcat id="2045" name="Movies/UHD"/></category>
    <category id="5000" name="TV"><subcat id="5030" name="TV/SD"/><subcat id="5040" name="TV/HD"/><subcat id="5045" name="TV/UHD"/></category>
  </categories>
</caps>
`, t.self(), torznabMax, torznabDefault, tv, movie)
}

// search answers with the page of what matches, and with response's offset and total (Newznab API).
func (t *torznab) search(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if t.plain && q.Get("imdbid")+q.Get("tmdbid")+q.Get("tvdbid") != "" {
		torznabError(w, 201, "Incorrect parameter: ids are not supported by this indexer")
		return
	}
	var found []*release
	for _, rel := range t.w.listed() {
		if t.matches(rel, r) {
			found = append(found, rel)
		}
	}
	offset := min(max(atoi(q.Get("offset"), 0), 0), len(found))
	limit := min(max(atoi(q.Get("limit"), torznabDefault), 0), torznabMax)
	page := found[offset:min(offset+limit, len(found))]
	writeBody(w, http.StatusOK, "application/rss+xml; charset=utf-8", t.feed(page, offset, len(found)))
}

// matches applies every parameter that was given.
func (t *torznab) matches(rel *release, r *http.Request) bool {
	q := r.URL.Query()
	title := t.w.title(rel.imdb)
	switch fn := q.Get("t"); {
	case fn == "movie" && rel.season > 0, fn == "tvsearch" && rel.season == 0:
		return false
	case q.Get("imdbid") != "" && strings.TrimPrefix(q.Get("imdbid"), "tt") != strings.TrimPrefix(rel.imdb, "tt"):
		return false
	case q.Get("tmdbid") != "" && q.Get("tmdbid") != strconv.Itoa(title.tmdb):
		return false
	case q.Get("tvdbid") != "" && q.Get("tvdbid") != strconv.Itoa(title.tvdb):
		return false
	case q.Get("season") != "" && atoi(strings.TrimLeft(q.Get("season"), "S"), -1) != rel.season:
		return false
	case q.Get("ep") != "" && atoi(strings.TrimLeft(q.Get("ep"), "E"), -1) != rel.episode:
		return false
	}
	return inCategory(rel.category(), q.Get("cat")) && hasWords(rel.name, q.Get("q"))
}

// inCategory tells whether a list such as "2000,5040" names a category or the one above it.
func inCategory(category int, list string) bool {
	if list == "" {
		return true
	}
	return slices.ContainsFunc(strings.Split(list, ","), func(s string) bool {
		n := atoi(strings.TrimSpace(s), -1)
		return n == category || n == category/1000*1000
	})
}

// hasWords tells whether a name has all words of a query, dots and case aside.
func hasWords(name, query string) bool {
	have := words(name)
	return !slices.ContainsFunc(words(query), func(q string) bool { return !slices.Contains(have, q) })
}

func words(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(c rune) bool {
		return c < '0' || c > '9' && c < 'a' || c > 'z' && c < 0x80
	})
}

// feed is the RSS of a page. Every other title stands in CDATA, the rest is escaped: readers meet both.
func (t *torznab) feed(page []*release, offset, total int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:newznab="http://www.newznab.com/DTD/2010/feeds/attributes/" xmlns:torznab="http://torznab.com/schemas/2015/feed">
<channel>
<atom:link href="%s/api" rel="self" type="application/rss+xml"/>
<title>Sandbox &amp; Co</title>
<newznab:response offset="%d" total="%d"/>
`, t.self(), offset, total)
	for i, rel := range page {
		t.item(&b, rel, i%2 == 1)
	}
	b.WriteString("</channel>\n</rss>\n")
	return b.Bytes()
}

// item writes one release, with categories as numbers (some clients reject others).
func (t *torznab) item(b *bytes.Buffer, rel *release, cdata bool) {
	name := escape(rel.name)
	if cdata {
		name = "<![CDATA[" + rel.name + "]]>"
	}
	link := escape(fmt.Sprintf("%s/download/%s.torrent?apikey=%s", t.self(), t.id(rel), t.key))
	fmt.Fprintf(b, "<item>\n<title>%s</title>\n<guid isPermaLink=\"false\">sandbox-%s</guid>\n<link>%s</link>\n", name, t.id(rel), link)
	fmt.Fprintf(b, "<pubDate>%s</pubDate>\n<size>%d</size>\n<category>%d</category>\n<category>%d</category>\n", clipTime.Format(time.RFC1123Z), rel.size(), rel.category()/1000*1000, rel.category())
	fmt.Fprintf(b, "<description>%s</description>\n<enclosure url=\"%s\" length=\"%d\" type=\"application/x-bittorrent\"/>\n", name, link, rel.size())
	for _, a := range t.attributes(rel) {
		fmt.Fprintf(b, "<torznab:attr name=\"%s\" value=\"%s\"/>\n", a[0], escape(a[1]))
	}
	b.WriteString("</item>\n")
}

// attributes lists a release's torznab:attr names and values.
func (t *torznab) attributes(rel *release) [][2]string {
	n := strconv.Itoa
	attrs := [][2]string{
		{"category", n(rel.category() / 1000 * 1000)}, {"category", n(rel.category())},
		{"size", strconv.FormatInt(rel.size(), 10)}, {"files", n(len(rel.files))},
		{"seeders", n(rel.seeders)}, {"peers", n(rel.seeders + 3)}, {"grabs", n(rel.seeders * 4)},
		{"downloadvolumefactor", "1"}, {"uploadvolumefactor", "1"},
	}
	if t.plain {
		return attrs
	}
	return append(attrs,
		[2]string{"infohash", rel.hash.HexString()}, [2]string{"magneturl", rel.magnet(t.w.announce())},
		[2]string{"imdb", strings.TrimPrefix(rel.imdb, "tt")}, [2]string{"imdbid", rel.imdb})
}

// id names a release in links. The plain indexer's does not give the info hash away.
func (t *torznab) id(rel *release) string {
	if t.plain {
		return fmt.Sprintf("%016x", seedOf(rel.name))
	}
	return rel.hash.HexString()
}

// download answers with the .torrent. For its 720p releases the plain indexer redirects to a magnet link, as public
// trackers behind Jackett do.
func (t *torznab) download(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("apikey") != t.key {
		torznabError(w, 100, "Incorrect user credentials")
		return
	}
	id := strings.TrimSuffix(r.PathValue("name"), ".torrent")
	all := t.w.listed()
	i := slices.IndexFunc(all, func(rel *release) bool { return t.id(rel) == id })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	rel := all[i]
	if t.plain && rel.resolution() == "720p" {
		w.Header().Set("Location", rel.magnet(t.w.announce()))
		w.WriteHeader(http.StatusFound)
		return
	}
	body, err := rel.metainfo(t.w.announce())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": rel.name + ".torrent"}))
	writeBody(w, http.StatusOK, "application/x-bittorrent", body)
}

// torznabError answers with an error element; the HTTP status is 200, as Newznab servers send it.
func torznabError(w http.ResponseWriter, code int, description string) {
	writeTorznabError(w, http.StatusOK, code, description)
}

func writeTorznabError(w http.ResponseWriter, status, code int, description string) {
	body := fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error code=\"%d\" description=\"%s\"/>\n", code, escape(description))
	writeBody(w, status, "application/xml; charset=utf-8", []byte(body))
}

// torznabFailure is the failer of the indexers: 900 is "unknown error" and 500 "request limit reached" in Newznab's table.
func torznabFailure(w http.ResponseWriter, status, code int) {
	if code == 0 {
		code = map[int]int{401: 100, 403: 101, 404: 300, 429: 500}[status]
	}
	if code == 0 {
		code = 900
	}
	writeTorznabError(w, status, code, http.StatusText(status))
}

// escape makes a text safe within XML.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
