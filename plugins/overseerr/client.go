package overseerr

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/millrace-media/millrace/sdk/httpclient"
)

// client calls the API as its OpenAPI document (overseerr-api.yml in each of the three projects) describes it.
type client struct{ http *httpclient.Client }

// Statuses of a request (schema MediaRequest) and of a media (schema MediaInfo). Above available the three differ: blocked
// and deleted in one order or the other.
const (
	requestApproved = 2

	mediaUnknown    = 1
	mediaProcessing = 3
	mediaPartial    = 4
	mediaAvailable  = 5
)

// request is the schema MediaRequest, with the type and the seasons that servers send too.
type request struct {
	ID          httpclient.Int    `json:"id"`
	Status      httpclient.Int    `json:"status"`
	Type        httpclient.String `json:"type"` // movie or tv
	Is4K        httpclient.Bool   `json:"is4k"`
	Media       media             `json:"media"`
	RequestedBy user              `json:"requestedBy"`
	Seasons     []struct {
		Number httpclient.Int `json:"seasonNumber"`
	} `json:"seasons"`
}

type media struct {
	ID       httpclient.Int    `json:"id"`
	Type     httpclient.String `json:"mediaType"`
	TMDB     httpclient.Int    `json:"tmdbId"`
	TVDB     httpclient.Int    `json:"tvdbId"`
	IMDb     httpclient.String `json:"imdbId"`
	Status   httpclient.Int    `json:"status"`
	Status4K httpclient.Int    `json:"status4k"`
}

type user struct {
	DisplayName  httpclient.String `json:"displayName"`
	Username     httpclient.String `json:"username"`
	PlexUsername httpclient.String `json:"plexUsername"`
	Permissions  httpclient.Int    `json:"permissions"` // bits
}

// details are what is used of the schemas MovieDetails and TvDetails.
type details struct {
	Title        httpclient.String `json:"title"` // of a film
	Name         httpclient.String `json:"name"`  // of a show
	ReleaseDate  httpclient.String `json:"releaseDate"`
	FirstAirDate httpclient.String `json:"firstAirDate"`
	ExternalIDs  struct {
		IMDb httpclient.String `json:"imdbId"`
		TVDB httpclient.Int    `json:"tvdbId"`
	} `json:"externalIds"`
	IMDb    httpclient.String `json:"imdbId"` // of a film
	Seasons []struct {
		Number httpclient.Int `json:"seasonNumber"`
	} `json:"seasons"`
}

// approved gives a page of the approved requests, newest first, and how many there are in all.
func (c *client) approved(ctx context.Context, skip, take int) (list []request, total int, err error) {
	var page struct {
		PageInfo struct {
			Results httpclient.Int `json:"results"`
		} `json:"pageInfo"`
		Results []request `json:"results"`
	}
	q := url.Values{"filter": {"approved"}, "sort": {"added"}, "skip": {strconv.Itoa(skip)}, "take": {strconv.Itoa(take)}}
	err = c.http.JSON(ctx, httpclient.Request{Path: "request", Query: q, Out: &page})
	return page.Results, int(page.PageInfo.Results), err
}

func (c *client) request(ctx context.Context, id string) (r request, err error) {
	return r, c.http.JSON(ctx, httpclient.Request{Path: "request/" + url.PathEscape(id), Out: &r})
}

// details asks for a title by its TMDB id; kind is movie or tv.
func (c *client) details(ctx context.Context, kind string, tmdb int64) (d details, err error) {
	return d, c.http.JSON(ctx, httpclient.Request{Path: kind + "/" + strconv.FormatInt(tmdb, 10), Out: &d})
}

// setMedia writes the status of a title: available, partial, processing or unknown.
func (c *client) setMedia(ctx context.Context, id int64, status string, is4K bool) error {
	return c.http.JSON(ctx, httpclient.Request{
		Method: http.MethodPost, Path: "media/" + strconv.FormatInt(id, 10) + "/" + status,
		Body: map[string]bool{"is4k": is4K}, Idempotent: true,
	})
}

// version is GET /status, which needs no key.
func (c *client) version(ctx context.Context) (string, error) {
	var s struct {
		Version httpclient.String `json:"version"`
	}
	err := c.http.JSON(ctx, httpclient.Request{Path: "status", Out: &s})
	return string(s.Version), err
}

func (c *client) me(ctx context.Context) (u user, err error) {
	return u, c.http.JSON(ctx, httpclient.Request{Path: "auth/me", Out: &u})
}
