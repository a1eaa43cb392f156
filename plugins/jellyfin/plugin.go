// Package jellyfin tells a Jellyfin server which files of the library changed, so that it looks at these and does not scan
// the whole. It knows the server's API and how paths here are called there.
package jellyfin

import (
	"context"
	"strings"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
	"github.com/millrace-media/millrace/sdk/pathmap"
	"github.com/millrace-media/millrace/sdk/serve"
)

// Plugin is the updater "jellyfin".
var Plugin = serve.Plugin{
	Name:         "jellyfin",
	Version:      sdk.Version,
	Capabilities: []serve.Capability{serve.Updater(New, serve.Validate(validate))},
}

// Settings are the attributes of an `updater "jellyfin" { … }` block.
type Settings struct {
	URL     string            `hcl:"url" doc:"Where the server is, as http://localhost:8096."`
	APIKey  sdk.Secret        `hcl:"api_key" doc:"API key, from the dashboard."`
	PathMap map[string]string `hcl:"path_map,optional" doc:"Folders here, and what the server calls them, where the two differ."`
}

// Jellyfin is one server.
type Jellyfin struct {
	http  *httpclient.Client
	paths pathmap.Map
}

var (
	_ sdk.Updater = (*Jellyfin)(nil)
	_ sdk.Checker = (*Jellyfin)(nil)
)

// New makes an instance. It does no network.
func New(_ context.Context, env sdk.Env, s Settings) (*Jellyfin, error) {
	key := strings.TrimSpace(s.APIKey.Reveal())
	if key == "" || strings.ContainsAny(key, "\"\r\n") {
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "api_key", Message: "the API key is empty, or is not one"}
	}
	token := sdk.NewSecret(`MediaBrowser Client="Millrace", Token="` + key + `"`)
	c, err := httpclient.New(env, httpclient.Options{URL: s.URL, Auth: httpclient.HeaderKey("Authorization", token)})
	if err != nil {
		return nil, err
	}
	return &Jellyfin{http: c, paths: pathmap.New(s.PathMap)}, nil
}

func validate(s Settings) []sdk.Diagnostic { return pathmap.Validate("path_map", s.PathMap) }
