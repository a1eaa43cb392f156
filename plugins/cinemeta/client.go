package cinemeta

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

// manifestTTL is how long a manifest is believed.
const manifestTTL = 24 * time.Hour

// manifest is what an addon says of itself (GET /manifest.json).
type manifest struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Version    httpclient.String `json:"version"`
	Resources  []resource        `json:"resources"`
	IDPrefixes []string          `json:"idPrefixes"`
	Catalogs   []catalog         `json:"catalogs"`
}

// resource is a name, or an object with one and with prefixes of its own.
type resource struct {
	Name       string   `json:"name"`
	IDPrefixes []string `json:"idPrefixes"`
}

// UnmarshalJSON reads either form.
func (r *resource) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &r.Name)
	}
	type plain resource
	return json.Unmarshal(b, (*plain)(r))
}

// catalog is a list of titles that an addon offers. Extra is how it can be narrowed; older addons say it in three lists.
type catalog struct {
	Type           string   `json:"type"`
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	Extra          []extra  `json:"extra"`
	ExtraSupported []string `json:"extraSupported"`
	ExtraRequired  []string `json:"extraRequired"`
	Genres         []string `json:"genres"`
}

type extra struct {
	Name     string             `json:"name"`
	Required httpclient.Bool    `json:"isRequired"`
	Options  httpclient.Strings `json:"options"`
}

func (m manifest) serves(name string) bool {
	return slices.ContainsFunc(m.Resources, func(r resource) bool { return r.Name == name })
}

// knows reports whether the addon answers for ids that begin like this one.
func (m manifest) knows(id string) bool {
	prefixes := m.IDPrefixes
	for _, r := range m.Resources {
		if r.Name == "meta" && r.IDPrefixes != nil {
			prefixes = r.IDPrefixes
		}
	}
	return slices.ContainsFunc(prefixes, func(p string) bool { return p != "" && strings.HasPrefix(id, p) })
}

// narrows reports whether a catalog can be narrowed by an extra of this name, and whether it must be.
func (c catalog) narrows(name string) (can, must bool) {
	for _, e := range c.Extra {
		if e.Name == name {
			return true, bool(e.Required)
		}
	}
	must = slices.Contains(c.ExtraRequired, name)
	return must || slices.Contains(c.ExtraSupported, name), must
}

// browsable reports whether a catalog can be read without more than a genre.
func (c catalog) browsable() bool {
	for _, e := range c.Extra {
		if bool(e.Required) && e.Name != "genre" {
			return false
		}
	}
	return !slices.ContainsFunc(c.ExtraRequired, func(s string) bool { return s != "genre" })
}

func (c catalog) genres() []string {
	for _, e := range c.Extra {
		if e.Name == "genre" && len(e.Options) > 0 {
			return e.Options
		}
	}
	return c.Genres
}

type client struct {
	http  *httpclient.Client
	cache sdk.Cache
}

func newClient(env sdk.Env, address string) (*client, error) {
	c, err := httpclient.New(env, httpclient.Options{URL: address})
	if err != nil {
		return nil, err
	}
	return &client{http: c, cache: env.Cache}, nil
}

// fetchManifest reads the manifest from the addon and remembers it.
func (c *client) fetchManifest(ctx context.Context) (manifest, error) {
	var m manifest
	data, err := c.http.Bytes(ctx, httpclient.Request{Path: "manifest.json"})
	if err != nil {
		return m, fmt.Errorf("read the addon's manifest: %w", err)
	}
	if httpclient.DecodeJSON(data, &m) != nil || m.ID == "" {
		return m, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: "the addon's manifest is none"}
	}
	c.cache.Put(ctx, c.manifestKey(), data, manifestTTL)
	return m, nil
}

// manifest is what the addon last said of itself.
func (c *client) manifest(ctx context.Context) (manifest, error) {
	var m manifest
	if data, ok := c.cache.Get(ctx, c.manifestKey()); ok && httpclient.DecodeJSON(data, &m) == nil && m.ID != "" {
		return m, nil
	}
	return c.fetchManifest(ctx)
}

// manifestKey names the addon without telling its address, which may hold a user's settings.
func (c *client) manifestKey() string {
	sum := sha256.Sum256([]byte(c.http.URL().String()))
	return "manifest " + hex.EncodeToString(sum[:8])
}

// meta reads GET /meta/{type}/{id}.json. An addon that does not know the id says so by an empty object, by null, by an error
// text of its own or by 404: all are [sdk.NotFound].
func (c *client) meta(ctx context.Context, kind, id string) (meta, error) {
	var out struct {
		Meta *meta `json:"meta"`
	}
	err := c.http.JSON(ctx, httpclient.Request{Path: "meta/" + kind + "/" + url.PathEscape(id) + ".json", Out: &out})
	if err != nil {
		return meta{}, err
	}
	if out.Meta == nil || out.Meta.ID == "" || out.Meta.Name == "" {
		return meta{}, sdk.Errorf(sdk.NotFound, "the addon has no %s %s", kind, id)
	}
	return *out.Meta, nil
}

// catalog reads GET /catalog/{type}/{id}/{extra}.json, extra being a query in which a space is %20.
func (c *client) catalog(ctx context.Context, kind, id string, narrow url.Values) ([]meta, error) {
	path := "catalog/" + kind + "/" + url.PathEscape(id)
	if len(narrow) > 0 {
		path += "/" + strings.ReplaceAll(narrow.Encode(), "+", "%20")
	}
	var out struct {
		Metas []meta `json:"metas"`
	}
	err := c.http.JSON(ctx, httpclient.Request{Path: path + ".json", Out: &out})
	return out.Metas, err
}
