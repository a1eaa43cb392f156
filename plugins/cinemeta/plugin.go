// Package cinemeta asks Stremio's metadata addons what a title is: Cinemeta, which knows films and shows by their IMDb id and
// needs no account, or any addon of the same shape. It knows the addon protocol's manifest, meta and catalog; what is
// done with a title is the host's business.
//
// Source: the Stremio addon protocol (github.com/Stremio/stremio-addon-sdk, docs) and what Cinemeta v3 sends.
package cinemeta

import (
	"context"
	"strings"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/serve"
)

// Plugin is the metadata "cinemeta".
var Plugin = serve.Plugin{
	Name:         "cinemeta",
	Version:      sdk.Version,
	Capabilities: []serve.Capability{serve.Metadata(New, serve.TrustUser(), serve.Limit(5, 10, 4))},
}

// Settings are the attributes of a `metadata "cinemeta" { … }` block.
type Settings struct {
	URL string `hcl:"url,optional" default:"https://v3-cinemeta.strem.io" doc:"Where the addon is: its address with or without /manifest.json."`
}

// Cinemeta is one addon.
type Cinemeta struct{ client *client }

var (
	_ sdk.Metadata  = (*Cinemeta)(nil)
	_ sdk.Searcher  = (*Cinemeta)(nil)
	_ sdk.Cataloger = (*Cinemeta)(nil)
	_ sdk.Checker   = (*Cinemeta)(nil)
)

// New makes an instance. It does no network.
func New(_ context.Context, env sdk.Env, s Settings) (*Cinemeta, error) {
	c, err := newClient(env, addonURL(s.URL))
	if err != nil {
		return nil, err
	}
	return &Cinemeta{client: c}, nil
}

// addonURL is the address below which the addon's resources are, of any of the ways in which people copy it.
func addonURL(s string) string {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "stremio://"); ok {
		s = "https://" + rest
	}
	return strings.TrimSuffix(strings.TrimSuffix(s, "/"), "/manifest.json")
}

// Check reads the manifest and tells where it has no metadata to give.
func (c *Cinemeta) Check(ctx context.Context) (sdk.Health, error) {
	m, err := c.client.fetchManifest(ctx)
	if err != nil {
		return sdk.Health{}, err
	}
	h := sdk.Health{Message: m.Name, Version: string(m.Version)}
	if !m.serves("meta") {
		h.Warnings = append(h.Warnings, "The addon gives no metadata: its manifest does not list meta.")
	}
	return h, nil
}
