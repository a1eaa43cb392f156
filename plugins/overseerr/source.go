package overseerr

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

const (
	pageSize = 100
	// titleLife is how long a title's other ids are kept; they hardly ever change, but gaps in them are filled.
	titleLife = 24 * time.Hour
)

// List yields the approved requests that are not available yet. What is already there when Millrace is set up is thus not
// fetched again.
func (o *Overseerr) List(ctx context.Context, yield func(...sdk.Request) error) error {
	seen := map[httpclient.Int]bool{}
	for skip := 0; ; {
		page, total, err := o.client.approved(ctx, skip, pageSize)
		if err != nil {
			return fmt.Errorf("list the requests: %w", err)
		}
		wishes := make([]sdk.Request, 0, len(page))
		for _, r := range page {
			if r.wanted() && !seen[r.ID] { // a request made meanwhile moves the others to the next page
				wishes = append(wishes, o.wish(ctx, r))
			}
			seen[r.ID] = true
		}
		if len(wishes) > 0 {
			if err := yield(wishes...); err != nil {
				return err
			}
		}
		skip += len(page)
		if len(page) == 0 || skip >= total && (total > 0 || len(page) < pageSize) {
			return nil
		}
	}
}

// status is how much of the title is there, at the request's own resolution.
func (r request) status() httpclient.Int {
	if r.Is4K {
		return r.Media.Status4K
	}
	return r.Media.Status
}

func (r request) wanted() bool {
	return r.Status == requestApproved && r.status() < mediaAvailable && r.Media.TMDB+r.Media.TVDB > 0
}

// kind is the API's word for what is wanted.
func (r request) kind() string {
	if r.Type == "tv" || r.Type == "" && r.Media.Type == "tv" {
		return "tv"
	}
	return "movie"
}

func (r request) seasons() []int {
	var out []int
	for _, s := range r.Seasons {
		out = append(out, int(s.Number))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// wish tells of a request in the host's words. Where the title's page cannot be had it goes with the ids that the
// request has, and with more at the next List.
func (o *Overseerr) wish(ctx context.Context, r request) sdk.Request {
	w := sdk.Request{
		IDs: sdk.IDs{IMDb: imdb(r.Media.IMDb), TMDB: decimal(r.Media.TMDB), TVDB: decimal(r.Media.TVDB)},
		Ref: strconv.FormatInt(int64(r.ID), 10), Kind: sdk.Movie, Person: r.RequestedBy.name(),
	}
	if r.kind() == "tv" {
		w.Kind, w.Seasons = sdk.Show, r.seasons()
	}
	if r.Is4K {
		w.Profile = o.profile4K
	}
	t, err := o.title(ctx, r.kind(), r.Media.TMDB)
	if err != nil {
		o.log.Debug("The page of a requested title was not had.", "request", w.Ref, "error", err)
	}
	w.IDs = w.IDs.Merge(sdk.IDs{IMDb: t.IMDb, TVDB: t.TVDB})
	w.Name, w.Year = t.Name, t.Year
	return w
}

// title is what is kept of a title's page.
type title struct {
	IMDb    string `json:"imdb,omitempty"`
	TVDB    string `json:"tvdb,omitempty"`
	Name    string `json:"name,omitempty"`
	Year    int    `json:"year,omitempty"`
	Seasons []int  `json:"seasons,omitempty"` // without the specials
}

// title looks a title up by its TMDB id, in the cache first.
func (o *Overseerr) title(ctx context.Context, kind string, tmdb httpclient.Int) (t title, err error) {
	if tmdb == 0 {
		return title{}, nil
	}
	key := kind + ":" + decimal(tmdb)
	if kept, ok := o.cache.Get(ctx, key); ok && json.Unmarshal(kept, &t) == nil {
		return t, nil
	}
	d, err := o.client.details(ctx, kind, int64(tmdb))
	if err != nil {
		return title{}, fmt.Errorf("look up %s: %w", key, err)
	}
	t = d.title()
	kept, err := json.Marshal(t)
	if err == nil {
		o.cache.Put(ctx, key, kept, titleLife)
	}
	return t, err
}

func (d details) title() title {
	t := title{IMDb: imdb(d.ExternalIDs.IMDb), TVDB: decimal(d.ExternalIDs.TVDB), Name: string(d.Title + d.Name)}
	if t.IMDb == "" {
		t.IMDb = imdb(d.IMDb)
	}
	if date := string(d.ReleaseDate + d.FirstAirDate); len(date) >= 4 {
		t.Year, _ = strconv.Atoi(date[:4]) // 0 is unknown
	}
	for _, s := range d.Seasons {
		if s.Number > 0 {
			t.Seasons = append(t.Seasons, int(s.Number))
		}
	}
	return t
}

func (u user) name() string {
	for _, n := range []httpclient.String{u.DisplayName, u.Username, u.PlexUsername} {
		if n != "" {
			return string(n)
		}
	}
	return ""
}

// imdb is an IMDb id, or "" for what is none.
func imdb(s httpclient.String) string {
	if digits, ok := strings.CutPrefix(string(s), "tt"); ok && digits != "" && strings.Trim(digits, "0123456789") == "" {
		return string(s)
	}
	return ""
}

func decimal(n httpclient.Int) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 10)
}
