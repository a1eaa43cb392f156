package plex

import (
	"context"
	"net/http"
	"net/url"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

// client calls the API as the Plex Media Server specification (developer.plex.tv/pms) describes it. The server answers in
// XML unless JSON is accepted.
type client struct{ http *httpclient.Client }

// section is one library of the server.
type section struct {
	Key      httpclient.String `json:"key"`
	Title    httpclient.String `json:"title"`
	Location []struct {
		Path string `json:"path"`
	} `json:"Location"`
}

// container is the wrapping of every answer.
type container struct {
	MediaContainer *struct {
		Version   httpclient.String `json:"version"`
		Directory []section         `json:"Directory"`
	} `json:"MediaContainer"`
}

func (c *client) get(ctx context.Context, path string) (container, error) {
	var out container
	if err := c.http.JSON(ctx, httpclient.Request{Path: path, Out: &out}); err != nil {
		return container{}, err
	}
	if out.MediaContainer == nil {
		return container{}, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: "the answer holds no MediaContainer: it may not be from Plex"}
	}
	return out, nil
}

// sections is GET /library/sections, which servers of every age have; the specification has it as /library/sections/all.
func (c *client) sections(ctx context.Context) ([]section, error) {
	out, err := c.get(ctx, "library/sections")
	if sdk.KindOf(err) == sdk.NotFound {
		out, err = c.get(ctx, "library/sections/all")
	}
	if err != nil {
		return nil, err
	}
	return out.MediaContainer.Directory, nil
}

// version is GET /identity, which needs no token.
func (c *client) version(ctx context.Context) (string, error) {
	out, err := c.get(ctx, "identity")
	if err != nil {
		return "", err
	}
	return string(out.MediaContainer.Version), nil
}

// refresh scans one folder of a section. It is sent with GET, which servers of every age take; the specification has POST.
func (c *client) refresh(ctx context.Context, key, folder string) error {
	r := httpclient.Request{Path: "library/sections/" + url.PathEscape(key) + "/refresh", Query: url.Values{"path": {folder}}}
	err := c.http.JSON(ctx, r)
	if kind := sdk.KindOf(err); kind == sdk.NotFound || kind == sdk.Invalid {
		r.Method, r.Idempotent = http.MethodPost, true
		err = c.http.JSON(ctx, r)
	}
	return err
}
