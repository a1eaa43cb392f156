package realdebrid

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

// client calls the API as https://api.real-debrid.com describes it.
type client struct {
	repeat *httpclient.Client
	once   *httpclient.Client // for what must not happen twice, though HTTP would allow to ask again
}

// user is GET /user.
type user struct {
	Username   httpclient.String `json:"username"`
	Type       httpclient.String `json:"type"`    // premium or free
	Premium    httpclient.Int    `json:"premium"` // seconds left
	Points     httpclient.Int    `json:"points"`
	Expiration httpclient.String `json:"expiration"` // ISO 8601
}

// activeCount is GET /torrents/activeCount.
type activeCount struct {
	Active httpclient.Int `json:"nb"`
	Limit  httpclient.Int `json:"limit"`
}

// torrent is an element of GET /torrents and, with files, GET /torrents/info/{id}.
type torrent struct {
	ID               httpclient.String `json:"id"`
	Filename         httpclient.String `json:"filename"`
	OriginalFilename httpclient.String `json:"original_filename"`
	Hash             httpclient.String `json:"hash"`
	Bytes            httpclient.Int    `json:"bytes"`
	Progress         httpclient.Float  `json:"progress"` // 0 to 100
	Status           httpclient.String `json:"status"`
	Speed            httpclient.Int    `json:"speed"` // bytes a second
	Links            []string          `json:"links"` // one for each selected file, in their order
	Files            []torrentFile     `json:"files"`
}

type torrentFile struct {
	ID       httpclient.Int    `json:"id"`   // from 1, in torrent order
	Path     httpclient.String `json:"path"` // "/name", below the torrent's folder
	Bytes    httpclient.Int    `json:"bytes"`
	Selected httpclient.Bool   `json:"selected"`
}

// download is POST /unrestrict/link.
type download struct {
	Filename httpclient.String `json:"filename"`
	Filesize httpclient.Int    `json:"filesize"`
	Chunks   httpclient.Int    `json:"chunks"` // connections allowed
	Download httpclient.String `json:"download"`
}

func (c *client) user(ctx context.Context) (u user, err error) {
	return u, c.repeat.JSON(ctx, httpclient.Request{Path: "user", Out: &u})
}

func (c *client) activeCount(ctx context.Context) (a activeCount, err error) {
	return a, c.repeat.JSON(ctx, httpclient.Request{Path: "torrents/activeCount", Out: &a})
}

// traffic is GET /traffic/details: bytes of each day, keyed as 2026-11-21.
func (c *client) traffic(ctx context.Context) (days map[string]struct{ Bytes httpclient.Int }, err error) {
	return days, c.repeat.JSON(ctx, httpclient.Request{Path: "traffic/details", Out: &days})
}

// page gives the torrents from an offset, newest first, and how many there are, or -1 where the service does not tell.
func (c *client) page(ctx context.Context, offset, limit int) (list []torrent, total int, err error) {
	q := url.Values{"offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(limit)}}
	a, err := c.repeat.Do(ctx, httpclient.Request{Path: "torrents", Query: q})
	if err != nil {
		return nil, 0, err
	}
	if a.Status == http.StatusNoContent { // past the last one
		return nil, -1, nil
	}
	if err := httpclient.DecodeJSON(a.Body, &list); err != nil {
		return nil, 0, sdk.Errorf(sdk.Unavailable, "read the list of torrents: %w", err)
	}
	total, err = strconv.Atoi(a.Header.Get("X-Total-Count"))
	if err != nil {
		total = -1
	}
	return list, total, nil
}

func (c *client) info(ctx context.Context, id string) (t torrent, err error) {
	err = c.repeat.JSON(ctx, httpclient.Request{Path: "torrents/info/" + url.PathEscape(id), Out: &t})
	if err == nil && t.ID == "" {
		err = &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: "the service answered without a torrent"}
	}
	return t, err
}

// add puts a release into the account and gives its id there.
func (c *client) add(ctx context.Context, r sdk.AddRequest) (string, error) {
	var added struct{ ID httpclient.String }
	args := url.Values{}
	if r.IP != "" {
		args.Set("ip", r.IP)
	}
	request := httpclient.Request{Method: http.MethodPut, Path: "torrents/addTorrent", Query: args, Raw: r.Torrent, Type: "application/x-bittorrent", Out: &added}
	if len(r.Torrent) == 0 {
		args.Set("magnet", r.Magnet)
		request = httpclient.Request{Path: "torrents/addMagnet", Form: args, Out: &added}
	}
	if err := c.once.JSON(ctx, request); err != nil {
		return "", err
	}
	if added.ID == "" {
		return "", &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: "the service took the release and gave no id"}
	}
	return string(added.ID), nil
}

// choose selects files of a torrent by their ids. Files that are selected already are no error.
func (c *client) choose(ctx context.Context, id string, files []string) error {
	err := c.repeat.JSON(ctx, httpclient.Request{
		Path: "torrents/selectFiles/" + url.PathEscape(id),
		Form: url.Values{"files": {strings.Join(files, ",")}}, Idempotent: true,
	})
	if codeOf(err) == codeDone {
		return nil
	}
	return err
}

// remove takes a torrent out of the account. One that is not there is no error.
func (c *client) remove(ctx context.Context, id string) error {
	err := c.repeat.JSON(ctx, httpclient.Request{Method: http.MethodDelete, Path: "torrents/delete/" + url.PathEscape(id)})
	if sdk.KindOf(err) == sdk.NotFound || codeOf(err) == codeDone {
		return nil
	}
	return err
}

func (c *client) unrestrict(ctx context.Context, link, ip string) (d download, err error) {
	form := url.Values{"link": {link}}
	if ip != "" {
		form.Set("ip", ip)
	}
	return d, c.repeat.JSON(ctx, httpclient.Request{Path: "unrestrict/link", Form: form, Idempotent: true, Out: &d})
}
