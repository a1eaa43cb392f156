// Package overseerr takes the approved requests of Overseerr, Jellyseerr or Seerr, which share one API, and writes back
// what became of them. It knows the API and its webhook; whether a title can be had is the host's business.
package overseerr

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
	"github.com/millrace-media/millrace/sdk/serve"
)

// Plugin is the source "overseerr".
var Plugin = serve.Plugin{
	Name:         "overseerr",
	Version:      sdk.Version,
	Capabilities: []serve.Capability{serve.Source(New, serve.Limit(20, 20, 4))},
}

// Settings are the attributes of a `source "overseerr" { … }` block.
type Settings struct {
	URL        string     `hcl:"url" doc:"Where Overseerr, Jellyseerr or Seerr is, as http://localhost:5055."`
	APIKey     sdk.Secret `hcl:"api_key" doc:"API key, from its settings page."`
	Profile4K  string     `hcl:"profile_4k,optional" doc:"Profile of requests made for 4K; without it they get the same as others."`
	HookSecret sdk.Secret `hcl:"hook_secret,optional" doc:"What the webhook must send as its authorization header."`
}

// Overseerr is one server.
type Overseerr struct {
	client    *client
	cache     sdk.Cache
	log       *slog.Logger
	profile4K string
	secret    sdk.Secret
}

var (
	_ sdk.Source       = (*Overseerr)(nil)
	_ sdk.Acknowledger = (*Overseerr)(nil)
	_ sdk.Hook         = (*Overseerr)(nil)
	_ sdk.Checker      = (*Overseerr)(nil)
)

// New makes an instance. It does no network.
func New(_ context.Context, env sdk.Env, s Settings) (*Overseerr, error) {
	key := sdk.NewSecret(strings.TrimSpace(s.APIKey.Reveal()))
	if key.IsZero() {
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "api_key", Message: "the API key is empty"}
	}
	if env.Cache == nil {
		return nil, errors.New("the environment has no cache")
	}
	base := strings.TrimRight(s.URL, "/")
	if !strings.HasSuffix(base, "/api/v1") {
		base += "/api/v1"
	}
	c, err := httpclient.New(env, httpclient.Options{URL: base, Auth: httpclient.HeaderKey("X-Api-Key", key)})
	if err != nil {
		return nil, err
	}
	return &Overseerr{client: &client{c}, cache: env.Cache, log: env.Log, profile4K: s.Profile4K, secret: s.HookSecret}, nil
}
