package torznab

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"
)

type (
	capsOut struct {
		XMLName xml.Name `xml:"caps"`
		Server  struct {
			Version string `xml:"version,attr"`
			Title   string `xml:"title,attr"`
		} `xml:"server"`
		Limits struct {
			Max     int `xml:"max,attr"`
			Default int `xml:"default,attr"`
		} `xml:"limits"`
		Search     functionOut   `xml:"searching>search"`
		TV         functionOut   `xml:"searching>tv-search"`
		Movie      functionOut   `xml:"searching>movie-search"`
		Categories []categoryOut `xml:"categories>category"`
	}
	functionOut struct {
		Available string `xml:"available,attr"`
		Params    string `xml:"supportedParams,attr"`
	}
	categoryOut struct {
		ID   int         `xml:"id,attr"`
		Name string      `xml:"name,attr"`
		Subs []subcatOut `xml:"subcat"`
	}
	subcatOut struct {
		ID   int    `xml:"id,attr"`
		Name string `xml:"name,attr"`
	}
	rssOut struct {
		XMLName  xml.Name `xml:"rss"`
		Version  string   `xml:"version,attr"`
		Newznab  string   `xml:"xmlns:newznab,attr"`
		Torznab  string   `xml:"xmlns:torznab,attr"`
		Title    string   `xml:"channel>title"`
		Response struct {
			Offset int `xml:"offset,attr"`
			Total  int `xml:"total,attr"`
		} `xml:"channel>newznab:response"`
		Items []itemOut `xml:"channel>item"`
	}
	itemOut struct {
		Title     string        `xml:"title"`
		GUID      guidOut       `xml:"guid"`
		Type      string        `xml:"type,omitempty"`
		Indexer   *indexerOut   `xml:"jackettindexer"`
		Link      string        `xml:"link"`
		Comments  string        `xml:"comments,omitempty"`
		PubDate   string        `xml:"pubDate,omitempty"`
		Size      int64         `xml:"size"`
		Category  []int         `xml:"category"`
		Enclosure *enclosureOut `xml:"enclosure"`
		Attrs     []attrOut     `xml:"torznab:attr"`
	}
	guidOut struct {
		Permanent bool   `xml:"isPermaLink,attr"`
		Text      string `xml:",chardata"`
	}
	indexerOut struct {
		ID   string `xml:"id,attr"`
		Name string `xml:",chardata"`
	}
	enclosureOut struct {
		URL    string `xml:"url,attr"`
		Length int64  `xml:"length,attr"`
		Type   string `xml:"type,attr"`
	}
	attrOut struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	errorOut struct {
		XMLName     xml.Name `xml:"error"`
		Code        int      `xml:"code,attr"`
		Description string   `xml:"description,attr"`
	}
)

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// Encode writes the answer to [FunctionCaps].
func (c Caps) Encode() ([]byte, error) {
	out := capsOut{Search: c.Search.out(), TV: c.TV.out(), Movie: c.Movie.out()}
	out.Server.Version, out.Server.Title = c.Version, c.Title
	out.Limits.Max, out.Limits.Default = c.Max, c.Default
	for _, top := range c.Categories {
		t := categoryOut{ID: top.ID, Name: top.Name}
		for _, sub := range top.Subs {
			t.Subs = append(t.Subs, subcatOut{ID: sub.ID, Name: sub.Name})
		}
		out.Categories = append(out.Categories, t)
	}
	return encode(out)
}

func (f Function) out() functionOut {
	if !f.Available {
		return functionOut{Available: "no"}
	}
	return functionOut{Available: "yes", Params: strings.Join(f.Params, ",")}
}

// Encode writes the feed. Categories are numbers, in the item and as attributes, because readers look in either place and
// reject names; a Total below the number of items is that number.
func (f Feed) Encode() ([]byte, error) {
	out := rssOut{
		Version: "2.0", Title: f.Title,
		Newznab: "http://www.newznab.com/DTD/2010/feeds/attributes/", Torznab: "http://torznab.com/schemas/2015/feed",
	}
	out.Response.Offset, out.Response.Total = f.Offset, max(f.Total, f.Offset+len(f.Items))
	for _, i := range f.Items {
		out.Items = append(out.Items, i.out())
	}
	return encode(out)
}

func (i Item) out() itemOut {
	o := itemOut{
		Title: i.Title, GUID: guidOut{Permanent: isWeb(i.GUID), Text: i.GUID}, Type: i.Type,
		Link: i.Link, Comments: i.Comments, Size: i.Size, Category: i.Category,
	}
	if i.Indexer != "" {
		o.Indexer = &indexerOut{ID: i.Indexer, Name: i.Indexer}
	}
	if !i.Published.IsZero() {
		o.PubDate = i.Published.UTC().Format(time.RFC1123Z)
	}
	if e := i.Enclosure; e.URL != "" {
		o.Enclosure = &enclosureOut{URL: e.URL, Length: e.Length, Type: e.Type}
	}
	for _, c := range i.Category {
		o.Attrs = append(o.Attrs, attrOut{"category", strconv.Itoa(c)})
	}
	names := make([]string, 0, len(i.Attrs))
	for name := range i.Attrs {
		if name != "category" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range i.Attrs[name] {
			o.Attrs = append(o.Attrs, attrOut{name, v})
		}
	}
	return o
}

// EncodeError writes an error document of Newznab's table: 100 wrong key, 200 a parameter is missing, 201 a parameter is wrong, 202 no
// such function, 203 the function is not available, 300 no such item, 500 limit reached, 900 unknown.
func EncodeError(code int, description string) ([]byte, error) {
	return encode(errorOut{Code: code, Description: description})
}
