// Package torznab scrapes any indexer that speaks Torznab: those behind Jackett and Prowlarr, and the many that offer it by
// themselves. What the protocol is and how a title is asked for stands in sdk/torznab; here is what the user
// chooses and how an item becomes a release.
package torznab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/serve"
	api "github.com/millrace-media/millrace/sdk/torznab"
)

// Plugin is the scraper "torznab".
var Plugin = serve.Plugin{
	Name:         "torznab",
	Version:      sdk.Version,
	Capabilities: []serve.Capability{serve.Scraper(New, serve.TrustUser(), serve.Limit(2, 6, 4))},
}

// Settings are the attributes of a `scraper "…" { plugin = "torznab" … }` block.
type Settings struct {
	URL        string     `hcl:"url" doc:"The indexer's Torznab address, as Jackett and Prowlarr show it; /api is added where it is missing."`
	Key        sdk.Secret `hcl:"api_key,optional" doc:"The indexer's API key."`
	Categories []int      `hcl:"categories,optional" doc:"Numbers of the categories to search; all of films and shows if empty. For a film those from 2000 to 2999 and the indexer's own from 100000 on are used, for a show those from 5000 to 5999 and its own."`
	MinSeeders int        `hcl:"min_seeders,optional" default:"0" min:"0" doc:"Leave out releases that fewer than so many seed; those of which it is unknown stay."`
	Private    bool       `hcl:"private,optional" default:"false" doc:"All releases are of a private tracker, also where the indexer does not say so."`
	Titles     bool       `hcl:"titles,optional" default:"false" doc:"Search by name too when a search by id found something."`
	Results    int        `hcl:"results,optional" default:"300" min:"1" max:"1000" doc:"Take at most so many releases for one title."`
}

const (
	// capsTTL is how long what an indexer can do is believed.
	capsTTL = 24 * time.Hour
	// callTimeout bounds one call: an indexer that asks others in turn is slow.
	callTimeout = time.Minute
)

// Indexer is one Torznab indexer.
type Indexer struct {
	client   *api.Client
	settings Settings
	cache    sdk.Cache
	log      *slog.Logger
}

var (
	_ sdk.Scraper        = (*Indexer)(nil)
	_ sdk.Feed           = (*Indexer)(nil)
	_ sdk.TorrentFetcher = (*Indexer)(nil)
	_ sdk.Checker        = (*Indexer)(nil)
)

// New makes an instance. It does no network.
func New(_ context.Context, env sdk.Env, s Settings) (*Indexer, error) {
	key := sdk.NewSecret(strings.TrimSpace(s.Key.Reveal()))
	c, err := api.New(env, api.Options{URL: s.URL, Key: key, Timeout: callTimeout})
	if err != nil {
		return nil, err
	}
	return &Indexer{client: c, settings: s, cache: env.Cache, log: env.Log}, nil
}

// Check asks what the indexer can do, which needs no key, and for one item, which does.
func (x *Indexer) Check(ctx context.Context) (sdk.Health, error) {
	caps, err := x.client.Caps(ctx)
	if err != nil {
		return sdk.Health{}, err
	}
	h := sdk.Health{Message: caps.Title, Version: caps.Version}
	if !caps.Search.Supports("q") && !caps.TV.Supports("q") && !caps.Movie.Supports("q") {
		h.Warnings = append(h.Warnings, "The indexer says that it cannot be searched.")
	}
	_, err = x.client.Search(ctx, api.Query{Function: api.FunctionSearch, Season: -1, Episode: -1, Limit: 1})
	if sdk.KindOf(err) == sdk.Invalid { // it lists nothing without words; the key was taken
		err = nil
	}
	return h, err
}

// caps is what the indexer can do, as it last said. One that does not know the question is asked in the usual way.
func (x *Indexer) caps(ctx context.Context) (api.Caps, error) {
	sum := sha256.Sum256([]byte(x.settings.URL))
	key := "caps " + hex.EncodeToString(sum[:8])
	var caps api.Caps
	if data, ok := x.cache.Get(ctx, key); ok && json.Unmarshal(data, &caps) == nil {
		return caps, nil
	}
	caps, err := x.client.Caps(ctx)
	switch sdk.KindOf(err) {
	case "":
	case sdk.NotFound, sdk.Invalid:
		return api.DefaultCaps(), nil
	default:
		return api.Caps{}, err
	}
	if data, err := json.Marshal(caps); err == nil {
		x.cache.Put(ctx, key, data, capsTTL)
	}
	return caps, nil
}
