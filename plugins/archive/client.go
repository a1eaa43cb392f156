package archive

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

// maxTorrent is the most bytes that a .torrent may have.
const maxTorrent = 10 << 20

// doc is an item as the search shows it (GET /advancedsearch.php, output=json).
type doc struct {
	Identifier  string             `json:"identifier"`
	Title       httpclient.Strings `json:"title"`
	Year        httpclient.Strings `json:"year"`
	LicenseURL  httpclient.Strings `json:"licenseurl"`
	Collection  httpclient.Strings `json:"collection"`
	ExternalIDs httpclient.Strings `json:"external-identifier"`
}

// item is all that the Archive knows of one (GET /metadata/{identifier}); the answer for one that is not there is {}.
type item struct {
	Dark     httpclient.Bool  `json:"is_dark"`
	Size     httpclient.Float `json:"item_size"` // bytes
	Files    []file           `json:"files"`
	Metadata struct {
		Identifier  httpclient.String  `json:"identifier"`
		Mediatype   httpclient.String  `json:"mediatype"`
		Title       httpclient.Strings `json:"title"`
		Year        httpclient.Strings `json:"year"`
		Date        httpclient.Strings `json:"date"`
		LicenseURL  httpclient.Strings `json:"licenseurl"`
		Collection  httpclient.Strings `json:"collection"`
		ExternalIDs httpclient.Strings `json:"external-identifier"`
		Restricted  httpclient.Bool    `json:"access-restricted-item"`
		PublicDate  httpclient.String  `json:"publicdate"` // when it was uploaded, in UTC
	} `json:"metadata"`
}

// file is one file of an item. Btih is of the .torrent that the Archive makes of it.
type file struct {
	Name    string            `json:"name"`
	Format  httpclient.String `json:"format"`
	Private httpclient.Bool   `json:"private"`
	Size    httpclient.String `json:"size"` // bytes
	Width   httpclient.Float  `json:"width"`
	Height  httpclient.Float  `json:"height"`
	Btih    httpclient.String `json:"btih"`
}

// size is the file's bytes, or -1 where the Archive does not say.
func (f file) size() int64 {
	n, err := strconv.ParseInt(string(f.Size), 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

type client struct{ http *httpclient.Client }

func newClient(env sdk.Env, address string) (*client, error) {
	c, err := httpclient.New(env, httpclient.Options{URL: address})
	if err != nil {
		return nil, err
	}
	return &client{c}, nil
}

// search asks the advanced search, most downloaded first. A query that it does not understand is answered with a page or with
// an error text: both are no list of items.
func (c *client) search(ctx context.Context, query string, rows int) ([]doc, error) {
	var out struct {
		Error    httpclient.String `json:"error"`
		Response *struct {
			Docs []doc `json:"docs"`
		} `json:"response"`
	}
	err := c.http.JSON(ctx, httpclient.Request{Path: "advancedsearch.php", Out: &out, Query: url.Values{
		"q": {query}, "fl[]": {"identifier", "title", "year", "licenseurl", "collection", "external-identifier"},
		"sort[]": {"downloads desc"}, "rows": {strconv.Itoa(rows)}, "page": {"1"}, "output": {"json"},
	}})
	switch {
	case err != nil:
		return nil, err
	case out.Response == nil:
		return nil, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: "the Archive's search gave no list: " + string(out.Error)}
	}
	return out.Response.Docs, nil
}

// item reads an item's metadata. One that is not there, was taken down or may only be looked at on site is [sdk.NotFound].
func (c *client) item(ctx context.Context, id string) (item, error) {
	var it item
	if err := c.http.JSON(ctx, httpclient.Request{Path: "metadata/" + url.PathEscape(id), Out: &it}); err != nil {
		return it, err
	}
	if it.Metadata.Identifier == "" || it.Dark || it.Metadata.Restricted {
		return it, sdk.Errorf(sdk.NotFound, "the Archive has no item %s for everybody", id)
	}
	return it, nil
}

func (c *client) torrent(ctx context.Context, link string) (sdk.Torrent, error) {
	data, err := c.http.Bytes(ctx, httpclient.Request{Path: link, MaxBody: maxTorrent})
	if err != nil {
		return sdk.Torrent{}, err
	}
	if len(data) < 2 || data[0] != 'd' || data[len(data)-1] != 'e' {
		return sdk.Torrent{}, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: "the Archive sent something else than a .torrent"}
	}
	return sdk.Torrent{Metainfo: data}, nil
}

// at is a URL of the Archive's, of segments that are not escaped yet.
func (c *client) at(segments ...string) string {
	u := c.http.URL()
	u.RawQuery = ""
	escaped := slices.Clone(segments)
	for i := range escaped {
		escaped[i] = url.PathEscape(escaped[i])
	}
	return u.JoinPath(strings.Join(escaped, "/")).String()
}
