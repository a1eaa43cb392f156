package torznab

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

// document is any answer of an indexer: which it is shows in its root element.
type document struct {
	XMLName     xml.Name
	Code        string     `xml:"code,attr"`        // of error
	Description string     `xml:"description,attr"` // of error
	Channel     channelXML `xml:"channel"`          // of rss
	capsXML                // of caps
}

type channelXML struct {
	Title    string `xml:"title"`
	Response struct {
		Offset string `xml:"offset,attr"`
		Total  string `xml:"total,attr"`
	} `xml:"response"`
	Items []itemXML `xml:"item"`
}

type itemXML struct {
	Title     string   `xml:"title"`
	GUID      string   `xml:"guid"`
	Links     []string `xml:"link"`
	Comments  string   `xml:"comments"`
	PubDate   string   `xml:"pubDate"`
	Size      string   `xml:"size"`
	Category  []string `xml:"category"`
	Type      string   `xml:"type"`
	Enclosure struct {
		URL    string `xml:"url,attr"`
		Length string `xml:"length,attr"`
		Type   string `xml:"type,attr"`
	} `xml:"enclosure"`
	Jackett indexerXML `xml:"jackettindexer"`
	Prowlar indexerXML `xml:"prowlarrindexer"`
	Attrs   []struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	} `xml:"attr"`
}

type indexerXML struct {
	ID   string `xml:"id,attr"`
	Type string `xml:"type,attr"`
	Name string `xml:",chardata"`
}

type capsXML struct {
	Server struct {
		Title      string `xml:"title,attr"`
		Version    string `xml:"version,attr"`
		AppVersion string `xml:"appversion,attr"`
	} `xml:"server"`
	Limits struct {
		Max     string `xml:"max,attr"`
		Default string `xml:"default,attr"`
	} `xml:"limits"`
	Searching struct {
		Search *functionXML `xml:"search"`
		TV     *functionXML `xml:"tv-search"`
		Movie  *functionXML `xml:"movie-search"`
	} `xml:"searching"`
	Categories []categoryXML `xml:"categories>category"`
}

type functionXML struct {
	Available string  `xml:"available,attr"`
	Params    *string `xml:"supportedParams,attr"`
}

type categoryXML struct {
	ID   string        `xml:"id,attr"`
	Name string        `xml:"name,attr"`
	Subs []categoryXML `xml:"subcat"`
}

// read decodes a document whose root is the wanted one. An error document is its error; anything else, such as a
// web page, is [sdk.Unavailable]: something stands where the indexer should be.
func read(data []byte, wanted string) (document, error) {
	var d document
	if err := httpclient.DecodeXML(data, &d); err != nil {
		return d, unavailable("the answer is not XML: " + err.Error())
	}
	root := strings.ToLower(d.XMLName.Local)
	switch {
	case root == "error":
		return d, codeError(d.Code, d.Description)
	case root != wanted:
		return d, unavailable(fmt.Sprintf("the answer is not of an indexer: it begins with <%.20s>", root))
	}
	return d, nil
}

func unavailable(message string) error {
	return &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: message}
}

// codeError is the error of Newznab's table of codes, of which servers also use HTTP's.
func codeError(code, description string) *sdk.Error {
	e := &sdk.Error{Kind: sdk.Other, Code: code, Message: "the indexer says: " + description}
	n, _ := strconv.Atoi(code) // 0 is as unknown as any other
	switch {
	case n >= 100 && n <= 104, n == 401, n == 403:
		e.Kind, e.Scope = sdk.Denied, sdk.ReachAccount
	case n >= 200 && n <= 203, n == 400:
		e.Kind = sdk.Invalid
	case n == 300, n == 404:
		e.Kind = sdk.NotFound
	case n == 429, n == 500, n == 501:
		e.Kind, e.Scope = sdk.Limited, sdk.ReachAccount
	case n == 910, n == 502, n == 503:
		e.Kind, e.Scope = sdk.Unavailable, sdk.ReachProvider
	}
	return e
}

// Errors finds the error that an answer holds, for [httpclient.Options]. An unknown one leaves the judgement to the HTTP
// status where that is an error too.
func Errors(status int, _ http.Header, body []byte) error {
	if head := body[:min(len(body), 512)]; !strings.Contains(strings.ToLower(string(head)), "<error") {
		return nil
	}
	var d document
	if httpclient.DecodeXML(body, &d) != nil || strings.ToLower(d.XMLName.Local) != "error" {
		return nil
	}
	if e := codeError(d.Code, d.Description); e.Kind != sdk.Other || status < 300 {
		return e
	}
	return nil
}

// ParseCaps reads the answer to [FunctionCaps].
func ParseCaps(data []byte) (Caps, error) {
	d, err := read(data, "caps")
	if err != nil {
		return Caps{}, err
	}
	c := Caps{
		Title: clean(d.Server.Title), Version: cmpOr(d.Server.Version, d.Server.AppVersion),
		Max: number(d.Limits.Max), Default: number(d.Limits.Default),
		Search: d.Searching.Search.function("q"),
		TV:     d.Searching.TV.function("q", "season", "ep"),
		Movie:  d.Searching.Movie.function("q"),
	}
	c.Categories = categories(d.Categories)
	return c, nil
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// function reads what is told of a function; where its parameters are not told, it has the usual ones.
func (f *functionXML) function(usual ...string) Function {
	if f == nil || strings.EqualFold(f.Available, "no") || strings.EqualFold(f.Available, "false") {
		return Function{}
	}
	if f.Params == nil {
		return Function{Available: true, Params: usual}
	}
	params := strings.FieldsFunc(strings.ToLower(*f.Params), func(r rune) bool { return r == ',' || r == ' ' })
	return Function{Available: true, Params: params}
}

func categories(list []categoryXML) []Category {
	var out []Category
	for _, c := range list {
		if id := number(c.ID); id > 0 {
			out = append(out, Category{ID: id, Name: clean(c.Name), Subs: categories(c.Subs)})
		}
	}
	return out
}

// Parse reads a feed. Relative addresses are taken as seen from base, which may be nil.
func Parse(data []byte, base *url.URL) (Feed, error) {
	d, err := read(data, "rss")
	if err != nil {
		return Feed{}, err
	}
	f := Feed{Title: clean(d.Channel.Title), Offset: number(d.Channel.Response.Offset), Total: -1}
	if n, err := strconv.Atoi(strings.TrimSpace(d.Channel.Response.Total)); err == nil && n >= 0 {
		f.Total = n
	}
	for _, raw := range d.Channel.Items {
		if i := raw.item(base); i.Title != "" {
			f.Items = append(f.Items, i)
		}
	}
	return f, nil
}

func (x itemXML) item(base *url.URL) Item {
	i := Item{
		Title: clean(x.Title), GUID: strings.TrimSpace(x.GUID), Published: date(x.PubDate),
		Link: resolve(first(x.Links), base), Comments: resolve(x.Comments, base),
		Enclosure: Enclosure{URL: resolve(x.Enclosure.URL, base), Length: byteCount(x.Enclosure.Length), Type: strings.ToLower(x.Enclosure.Type)},
		Indexer:   clean(cmpOr(x.Jackett.name(), x.Prowlar.name())),
		Type:      strings.ToLower(strings.TrimSpace(cmpOr(x.Type, x.Prowlar.Type))),
	}
	for _, a := range x.Attrs {
		name, value := strings.ToLower(strings.TrimSpace(a.Name)), strings.TrimSpace(a.Value)
		if i.Attrs == nil {
			i.Attrs = map[string][]string{}
		}
		i.Attrs[name] = append(i.Attrs[name], value)
	}
	for _, size := range []int64{byteCount(i.Attr("size")), byteCount(x.Size), i.Enclosure.Length} {
		if i.Size == 0 {
			i.Size = size
		}
	}
	for _, c := range slices.Concat(x.Category, i.Attrs["category"]) {
		if n := number(c); n > 0 && !slices.Contains(i.Category, n) {
			i.Category = append(i.Category, n)
		}
	}
	return i
}

func (x indexerXML) name() string { return cmpOr(strings.TrimSpace(x.Name), x.ID) }

// first is the first text that is not empty: an atom:link within an item is read as a link without one.
func first(list []string) string {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	return ""
}

func resolve(ref string, base *url.URL) string {
	ref = strings.TrimSpace(ref)
	if ref == "" || base == nil || isWeb(ref) || strings.HasPrefix(strings.ToLower(ref), "magnet:") {
		return ref
	}
	u, err := base.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}

// clean puts a text on one line, with single spaces for white space of every kind.
func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

func number(s string) int {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return int(n)
}

// byteCount reads a size: a number, or a number with a unit; 0 where it is neither.
func byteCount(s string) int64 {
	n, err := sdk.ParseSize(strings.ReplaceAll(s, ",", ""))
	if err != nil {
		return 0
	}
	return int64(n)
}

// dateLayouts are the ways in which feeds write a date, RSS's own first.
var dateLayouts = []string{
	time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700",
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly,
}

func date(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
