// Command millrace-plugin-example scrapes an example index: a small JSON service, described in README.md. It is a template:
// copy it, and put a service of your own in the index's place.
package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
	"github.com/millrace-media/millrace/sdk/serve"
)

// version is the plugin's own; set it with -ldflags "-X main.version=1.2.3".
var version = "0.0.0"

func main() { serve.Main(plugin()) }

// plugin is what the binary offers. One with several capabilities lists several, each with settings of its own.
func plugin() serve.Plugin {
	return serve.Plugin{
		Name:         "example",
		Version:      version,
		Capabilities: []serve.Capability{serve.Scraper(New, serve.TrustUser(), serve.Limit(5, 10, 4))},
	}
}

// Settings are the attributes of a `scraper "example" { … }` block.
type Settings struct {
	URL    string     `hcl:"url" doc:"Where the index is, as https://index.example.org."`
	APIKey sdk.Secret `hcl:"api_key,optional" doc:"API key, where the index wants one."`
}

// Example is one configured index.
type Example struct{ index *httpclient.Client }

// The compiler holds the type to what it is meant to be able to do. An optional ability, as Checker, is found by itself.
var (
	_ sdk.Scraper = (*Example)(nil)
	_ sdk.Checker = (*Example)(nil)
)

// New makes an instance. It does no network: that is for Check.
func New(_ context.Context, env sdk.Env, s Settings) (*Example, error) {
	c, err := httpclient.New(env, httpclient.Options{URL: s.URL, Auth: httpclient.HeaderKey("X-Api-Key", s.APIKey)})
	if err != nil {
		return nil, err
	}
	return &Example{index: c}, nil
}

// page is one answer of the index's /search.
type page struct {
	Results []result       `json:"results"`
	Next    httpclient.Int `json:"next"` // where the next page begins; 0 after the last one
}

// result is one release. Numbers that the index may not know are pointers: unknown is not zero.
type result struct {
	Name      string            `json:"name"`
	Hash      string            `json:"infohash"`
	Size      httpclient.Int    `json:"size"`
	Seeders   *httpclient.Int   `json:"seeders"`
	Leechers  *httpclient.Int   `json:"leechers"`
	IMDb      httpclient.String `json:"imdb"`
	Published time.Time         `json:"published"`
}

// Scrape asks the index page by page and yields each as it comes.
func (e *Example) Scrape(ctx context.Context, q sdk.Query, yield func(...sdk.Release) error) error {
	for from := 0; ; {
		var p page
		if err := e.index.JSON(ctx, httpclient.Request{Path: "search", Query: query(q, from), Out: &p}); err != nil {
			return fmt.Errorf("search the index for %q: %w", q.Name(), err)
		}
		if err := yield(releases(p.Results)...); err != nil {
			return err
		}
		if int(p.Next) <= from {
			return nil
		}
		from = int(p.Next)
	}
}

// query asks as precisely as the index allows: by id where there is one, and for the season and the episode.
func query(q sdk.Query, from int) url.Values {
	v := url.Values{}
	if q.IMDb != "" {
		v.Set("imdb", q.IMDb)
	} else {
		v.Set("title", q.Name())
	}
	if q.Scope == sdk.ScopeSeason || q.Scope == sdk.ScopeEpisode {
		v.Set("season", strconv.Itoa(q.Season))
	}
	if q.Scope == sdk.ScopeEpisode {
		v.Set("episode", strconv.Itoa(q.Episode))
	}
	if from > 0 {
		v.Set("from", strconv.Itoa(from))
	}
	return v
}

// releases turns the index's words into the host's, and leaves out what cannot be used.
func releases(results []result) []sdk.Release {
	var out []sdk.Release
	for _, r := range results {
		hash := strings.ToLower(r.Hash)
		if len(hash) != 40 || r.Name == "" {
			continue
		}
		out = append(out, sdk.Release{
			Name: r.Name, Hash: hash, Size: int64(max(r.Size, 0)), Seeders: count(r.Seeders), Leechers: count(r.Leechers),
			Tracker: "example", IDs: sdk.IDs{IMDb: string(r.IMDb)}, Published: r.Published.UTC(),
		})
	}
	return out
}

// count is a number of peers, -1 where it is unknown.
func count(n *httpclient.Int) int {
	if n == nil || *n < 0 {
		return -1
	}
	return int(*n)
}

// Check asks whether the index is well.
func (e *Example) Check(ctx context.Context) (sdk.Health, error) {
	var s struct {
		Version httpclient.String `json:"version"`
		Message httpclient.String `json:"message"`
	}
	if err := e.index.JSON(ctx, httpclient.Request{Path: "status", Out: &s}); err != nil {
		return sdk.Health{}, fmt.Errorf("ask how the index is: %w", err)
	}
	return sdk.Health{Version: string(s.Version), Message: string(s.Message)}, nil
}
