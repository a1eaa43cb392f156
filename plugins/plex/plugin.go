// Package plex tells a Plex Media Server which folders of the library changed, so that it scans these and not whole
// sections. It knows the server's API and how paths here are called there.
package plex

import (
	"context"
	"net/http"
	"strings"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
	"github.com/millrace-media/millrace/sdk/pathmap"
	"github.com/millrace-media/millrace/sdk/serve"
)

// Plugin is the updater "plex".
var Plugin = serve.Plugin{
	Name:         "plex",
	Version:      sdk.Version,
	Capabilities: []serve.Capability{serve.Updater(New, serve.Validate(validate))},
}

// Settings are the attributes of an `updater "plex" { … }` block.
type Settings struct {
	URL     string            `hcl:"url" doc:"Where the server is, as http://localhost:32400."`
	Token   sdk.Secret        `hcl:"token" doc:"The X-Plex-Token of the server's owner."`
	PathMap map[string]string `hcl:"path_map,optional" doc:"Folders here, and what the server calls them, where the two differ."`
}

// Plex is one server.
type Plex struct {
	client *client
	paths  pathmap.Map
}

var (
	_ sdk.Updater = (*Plex)(nil)
	_ sdk.Checker = (*Plex)(nil)
)

// New makes an instance. It does no network.
func New(_ context.Context, env sdk.Env, s Settings) (*Plex, error) {
	token := sdk.NewSecret(strings.TrimSpace(s.Token.Reveal()))
	if token.IsZero() {
		return nil, &sdk.Error{Kind: sdk.Invalid, Attribute: "token", Message: "the token is empty"}
	}
	c, err := httpclient.New(env, httpclient.Options{
		URL: s.URL, Auth: httpclient.HeaderKey("X-Plex-Token", token),
		Header: http.Header{"X-Plex-Client-Identifier": {"millrace"}, "X-Plex-Product": {"Millrace"}}, // the specification requires them
	})
	if err != nil {
		return nil, err
	}
	return &Plex{client: &client{c}, paths: pathmap.New(s.PathMap)}, nil
}

func validate(s Settings) []sdk.Diagnostic { return pathmap.Validate("path_map", s.PathMap) }
