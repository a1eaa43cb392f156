package torznab

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

const (
	// defaultPage is how many items are asked for where the indexer tells no limit.
	defaultPage = 100
	// maxPages bounds how often one query is continued.
	maxPages = 10
	// MaxTorrent is the most bytes that a .torrent may have.
	MaxTorrent = 10 << 20
)

// Options name an indexer.
type Options struct {
	URL     string     // of the API; "/api" is added where it is missing
	Key     sdk.Secret // sent as apikey; may be empty
	Header  http.Header
	Timeout time.Duration // of one call; indexers that ask others in turn are slow: 30 s where it is 0
}

// Client asks one indexer. It is safe for concurrent use.
type Client struct{ http *httpclient.Client }

// New makes a client. It does no network. A URL that cannot be used is an [sdk.Invalid] of the attribute "url".
func New(env sdk.Env, o Options) (*Client, error) {
	c, err := httpclient.New(env, httpclient.Options{
		URL: apiURL(o.URL), Auth: httpclient.QueryKey("apikey", o.Key), Header: o.Header, Timeout: o.Timeout, Errors: Errors,
	})
	if err != nil {
		return nil, err
	}
	return &Client{http: c}, nil
}

// apiURL adds the usual name of the API to a URL that names an indexer: Jackett's ends with /results/torznab/, Prowlarr's with
// the indexer's number.
func apiURL(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return text
	}
	if last := path.Base(u.Path); last != "api" && !strings.Contains(last, ".php") {
		u = u.JoinPath("api")
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), ""
	return u.String()
}

// Caps asks what the indexer can do.
func (c *Client) Caps(ctx context.Context) (Caps, error) {
	data, err := c.http.Bytes(ctx, httpclient.Request{Query: url.Values{"t": {FunctionCaps}}})
	if err != nil {
		return Caps{}, err
	}
	return ParseCaps(data)
}

// Search asks for one page.
func (c *Client) Search(ctx context.Context, q Query) (Feed, error) {
	a, err := c.http.Do(ctx, httpclient.Request{Query: q.Values()})
	if err != nil {
		return Feed{}, err
	}
	base, err := url.Parse(a.URL)
	if err != nil {
		base = c.http.URL()
	}
	return Parse(a.Body, base)
}

// Pages asks for page after page and yields each as it comes, until the indexer has no more, yield returns false or an
// error, or ten pages were read. limit is the most items that the indexer gives at once, of [Caps].Max; 0 is unknown.
func (c *Client) Pages(ctx context.Context, q Query, limit int, yield func(Feed) (more bool, err error)) error {
	if limit <= 0 {
		limit = defaultPage
	}
	if q.Limit <= 0 || q.Limit > limit {
		q.Limit = limit
	}
	before := ""
	for range maxPages {
		feed, err := c.Search(ctx, q)
		if err != nil {
			return err
		}
		mark := feed.mark()
		if mark == before { // empty, or an indexer that knows no offset and starts again
			return nil
		}
		if more, err := yield(feed); err != nil || !more {
			return err
		}
		before = mark
		q.Offset += len(feed.Items)
		if feed.last(q) {
			return nil
		}
	}
	return nil
}

// mark names a page by its first item; "" for an empty one.
func (f Feed) mark() string {
	if len(f.Items) == 0 {
		return ""
	}
	i := f.Items[0]
	return i.GUID + "\x00" + i.Link + "\x00" + i.Title
}

// last reports whether no page follows; q is the query for it.
func (f Feed) last(q Query) bool {
	if f.Total > 0 && f.Total > len(f.Items) {
		return q.Offset >= f.Total
	}
	return len(f.Items) != q.Limit // fewer: the end; more: it gave all that it has
}

// Torrent fetches what an item's Torrent leads to: a .torrent of at most [MaxTorrent] bytes, or a magnet.
func (c *Client) Torrent(ctx context.Context, link string) (sdk.Torrent, error) {
	if strings.HasPrefix(strings.ToLower(link), "magnet:") {
		return sdk.Torrent{Magnet: link}, nil
	}
	if !isWeb(link) {
		return sdk.Torrent{}, sdk.Errorf(sdk.Invalid, "the link to the .torrent is no URL")
	}
	a, err := c.http.Do(ctx, httpclient.Request{Path: link, MaxBody: MaxTorrent})
	if err != nil {
		return sdk.Torrent{}, err
	}
	text := strings.TrimSpace(string(a.Body[:min(len(a.Body), 8<<10)]))
	switch {
	case strings.HasPrefix(strings.ToLower(a.Location), "magnet:"):
		return sdk.Torrent{Magnet: a.Location}, nil
	case strings.HasPrefix(text, "magnet:?") && len(a.Body) < 8<<10:
		return sdk.Torrent{Magnet: text}, nil
	case len(a.Body) > 2 && a.Body[0] == 'd' && strings.HasSuffix(strings.TrimSpace(string(a.Body[len(a.Body)-2:])), "e"):
		return sdk.Torrent{Metainfo: a.Body}, nil
	}
	return sdk.Torrent{}, unavailable("the link to the .torrent leads to something else")
}
