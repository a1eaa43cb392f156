package torznab

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/millrace-media/millrace/sdk"
	api "github.com/millrace-media/millrace/sdk/torznab"
)

// Scrape asks by id where the indexer can, and by name where it cannot or knows nothing of the id.
func (x *Indexer) Scrape(ctx context.Context, q sdk.Query, yield func(...sdk.Release) error) error {
	caps, err := x.caps(ctx)
	if err != nil {
		return fmt.Errorf("ask what the indexer can do: %w", err)
	}
	plan := caps.Plan(q, x.settings.Categories)
	s := x.search(caps.Max, q.Limit, yield)
	err = s.run(ctx, plan.Exact)
	switch kind := sdk.KindOf(err); {
	case kind == sdk.Invalid || kind == sdk.NotFound:
		x.log.Debug("the indexer refused a search by id", "error", err)
	case err != nil:
		return err
	case s.found > 0 && !x.settings.Titles:
		return nil
	}
	return s.run(ctx, plan.Text)
}

// Feed lists what is new, newest first, back to since or for ten pages.
func (x *Indexer) Feed(ctx context.Context, since time.Time, yield func(...sdk.Release) error) error {
	caps, err := x.caps(ctx)
	if err != nil {
		return fmt.Errorf("ask what the indexer can do: %w", err)
	}
	s := x.search(caps.Max, 0, yield)
	s.since, s.most = since, 0
	return s.run(ctx, []api.Query{{Function: api.FunctionSearch, Season: -1, Episode: -1, Categories: x.feedCategories(caps)}})
}

// feedCategories are the user's, or all of films and shows that the indexer has.
func (x *Indexer) feedCategories(caps api.Caps) []int {
	if len(x.settings.Categories) > 0 {
		return x.settings.Categories
	}
	return append(caps.Within(api.CategoryMovies), caps.Within(api.CategoryTV)...)
}

// Torrent fetches a .torrent, or the magnet that the indexer sends instead.
func (x *Indexer) Torrent(ctx context.Context, url string) (sdk.Torrent, error) {
	return x.client.Torrent(ctx, url)
}

// search gathers the releases of several queries: each once, not too many, none that is too old.
type search struct {
	x     *Indexer
	yield func(...sdk.Release) error
	page  int // items of one page at most
	most  int // releases; 0 is no limit
	since time.Time
	seen  map[string]bool
	found int
}

func (x *Indexer) search(page, limit int, yield func(...sdk.Release) error) *search {
	most := x.settings.Results
	if limit > 0 && (most == 0 || limit < most) {
		most = limit
	}
	return &search{x: x, yield: yield, page: page, most: most, seen: map[string]bool{}}
}

func (s *search) run(ctx context.Context, queries []api.Query) error {
	for _, q := range queries {
		if s.full() {
			return nil
		}
		if err := s.x.client.Pages(ctx, q, s.page, s.take); err != nil {
			return err
		}
	}
	return nil
}

func (s *search) full() bool { return s.most > 0 && s.found >= s.most }

// take passes a page on and reports whether the next one could hold more.
func (s *search) take(f api.Feed) (more bool, err error) {
	var releases []sdk.Release
	fresh := false
	for _, i := range f.Items {
		if !s.since.IsZero() && !i.Published.IsZero() && i.Published.Before(s.since) {
			continue
		}
		fresh = true
		if s.full() {
			break
		}
		if r, ok := s.x.release(i, f.Title); ok && !s.again(r) {
			releases = append(releases, r)
			s.found++
		}
	}
	if len(releases) > 0 {
		err = s.yield(releases...)
	}
	return fresh && !s.full(), err
}

// again reports whether a release was seen, and remembers it.
func (s *search) again(r sdk.Release) bool {
	key := r.Hash
	if key == "" {
		key = r.Torrent
	}
	before := s.seen[key]
	s.seen[key] = true
	return before
}

// release turns an item into a release; one that cannot be fetched, or has too few seeders, is none.
func (x *Indexer) release(i api.Item, feed string) (sdk.Release, bool) {
	r := sdk.Release{
		Name: i.Title, Hash: i.Hash(), Size: i.Size, Seeders: i.Seeders(), Leechers: i.Leechers(),
		Tracker: i.Indexer, Magnet: i.Magnet(), Torrent: i.Torrent(), Page: page(i),
		Private: x.settings.Private || i.Private(), Published: i.Published, Languages: languages(i),
		IDs: sdk.IDs{IMDb: i.IMDb(), TMDB: i.Number("tmdbid"), TVDB: i.Number("tvdbid")},
	}
	if r.Tracker == "" {
		r.Tracker = feed
	}
	if r.Hash == "" {
		r.Magnet = "" // of a kind of hash that cannot be used
	}
	few := r.Seeders >= 0 && r.Seeders < x.settings.MinSeeders
	return r, !few && (r.Hash != "" || r.Torrent != "")
}

// page is the item's URL for people.
func page(i api.Item) string {
	for _, u := range []string{i.Comments, i.GUID} {
		if (strings.HasPrefix(u, "http://") || strings.HasPrefix(u, "https://")) && u != i.Torrent() {
			return u
		}
	}
	return ""
}

// languages are those that the item tells by a code; names in words are left to the reader of the release's name.
func languages(i api.Item) []string {
	var out []string
	for _, l := range i.Attrs["language"] {
		if l = strings.ToLower(l); len(l) == 2 && l[0] >= 'a' && l[0] <= 'z' && l[1] >= 'a' && l[1] <= 'z' {
			out = append(out, l)
		}
	}
	return out
}
