package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/release"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

type itemsInput struct {
	State   string `query:"state" doc:"States, separated by commas"`
	Kind    string `query:"kind" doc:"Kinds, separated by commas: movie, show, season, episode"`
	Parent  int64  `query:"parent"`
	Title   int64  `query:"title"`
	Profile string `query:"profile"`
	Text    string `query:"text" doc:"Part of the name"`
	After   int64  `query:"after" doc:"Items with a greater id only"`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// IDInput names an item in the path. It is exported because huma passes over fields embedded under a name that is not.
type IDInput struct {
	ID int64 `path:"id" doc:"Of the item"`
}

type removeInput struct {
	IDInput
	Preview bool `query:"preview" doc:"Only tell what would be removed"`
}

type actInput struct {
	IDInput
	Action string `path:"action" enum:"retry,pause,resume,reset,blacklist,unblacklist"`
}

type addInput struct{ Body NewItem }

type searchInput struct {
	Text  string `query:"q" required:"true" minLength:"1" maxLength:"500"`
	Kind  string `query:"kind" enum:"movie,show"`
	Year  int    `query:"year" minimum:"0" maximum:"3000"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

// actWithin is how long an action and a removal may take: accounts are told of it.
const actWithin = 3 * time.Minute

func (s *Server) itemRoutes(a huma.API) {
	register(s, a, call{method: http.MethodGet, path: "/items", id: "list-items", summary: "List items", tag: "items"}, s.listItems)
	register(s, a, call{
		method: http.MethodPost, path: "/items", id: "add-item", summary: "Want a title", tag: "items", status: http.StatusCreated,
	}, s.addItem)
	register(s, a, call{method: http.MethodGet, path: "/items/{id}", id: "show-item", summary: "Show an item", tag: "items"},
		func(ctx context.Context, in *IDInput) (ItemDetail, error) { return s.detail(ctx, in.ID) })
	register(s, a, call{
		method: http.MethodDelete, path: "/items/{id}", id: "remove-item", summary: "Remove a film or show", tag: "items", within: actWithin,
	}, s.removeItem)
	register(s, a, call{
		method: http.MethodPost, path: "/items/{id}/{action}", id: "act-on-item", summary: "Retry, pause, resume, reset or blacklist an item",
		tag: "items", within: actWithin,
	}, s.actOnItem)
	register(s, a, call{method: http.MethodGet, path: "/search", id: "search-titles", summary: "Look for titles by name", tag: "items"}, s.searchTitles)
}

func (s *Server) listItems(ctx context.Context, in *itemsInput) (ItemPage, error) {
	f := db.ItemFilter{
		Parent: in.Parent, Title: in.Title, Profile: in.Profile, Text: in.Text, After: in.After, Limit: in.Limit + 1,
	}
	for _, name := range fields(in.State) {
		st, ok := library.ParseState(name)
		if !ok {
			return ItemPage{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "state", Message: "there is no state " + quote(name) + ": " + choices(library.States())}
		}
		f.States = append(f.States, st)
	}
	kinds := []library.Kind{library.KindMovie, library.KindShow, library.KindSeason, library.KindEpisode}
	for _, name := range fields(in.Kind) {
		if !slices.Contains(kinds, library.Kind(name)) {
			return ItemPage{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "kind", Message: "there is no kind " + quote(name) + ": " + choices(kinds)}
		}
		f.Kinds = append(f.Kinds, library.Kind(name))
	}
	rows, err := s.o.DB.Items(ctx, f)
	if err != nil {
		return ItemPage{}, err
	}
	page := ItemPage{Items: []Item{}}
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		page.Next = rows[len(rows)-1].ID
	}
	for _, r := range rows {
		page.Items = append(page.Items, shownRow(r))
	}
	return page, nil
}

func fields(s string) []string {
	return slices.DeleteFunc(strings.Split(s, ","), func(v string) bool { return v == "" })
}

func quote(s string) string { return `"` + s + `"` }

func choices[T ~string](list []T) string {
	names := make([]string, len(list))
	for i, v := range list {
		names[i] = string(v)
	}
	return "it is one of " + strings.Join(names, ", ")
}

func (s *Server) addItem(ctx context.Context, in *addInput) (AddedItem, error) {
	r, err := in.Body.request()
	if err != nil {
		return AddedItem{}, err
	}
	profiles := in.Body.Profiles
	if len(profiles) == 0 {
		profiles = []string{cmp.Or(r.Profile, "default")}
	}
	ids, err := s.o.Library.SubmitAt(ctx, "", r, profiles)
	if err != nil {
		return AddedItem{}, err
	}
	var out AddedItem
	for i, id := range ids {
		it, err := s.item(ctx, id)
		if err != nil {
			return out, err
		}
		if i == 0 {
			out.Item = it
		} else {
			out.Versions = append(out.Versions, it)
		}
	}
	return out, nil
}

// request is what is asked of the library. A magnet link alone names its title by the release's name.
func (n NewItem) request() (sdk.Request, error) {
	r := sdk.Request{
		IDs: n.IDs, Kind: sdk.TitleKind(n.Kind), Name: strings.TrimSpace(n.Name), Year: n.Year, Seasons: n.Seasons, Profile: n.Profile,
		Magnet: strings.TrimSpace(n.Magnet),
	}
	if n.Profile != "" && len(n.Profiles) > 0 {
		return r, &sdk.Error{Kind: sdk.Invalid, Attribute: "profiles", Message: "write profile or profiles, not both"}
	}
	if n.ID != "" {
		ids, err := parseID(n.ID)
		if err != nil {
			return r, err
		}
		r.IDs = r.IDs.Merge(ids)
	}
	if r.Magnet != "" {
		_, name, err := search.ParseMagnet(r.Magnet)
		if err != nil {
			return r, &sdk.Error{Kind: sdk.Invalid, Attribute: "magnet", Message: err.Error()}
		}
		if r.IDs.IsZero() && r.Name == "" {
			named(&r, name)
		}
	}
	if r.IDs.IsZero() && r.Name == "" {
		return r, invalid("say what is wanted: an id (tt1254207, tmdb:10378), a name, or a magnet link that tells its name")
	}
	return r, nil
}

// parseID reads "tt1254207" and "tmdb:10378".
func parseID(text string) (ids sdk.IDs, err error) {
	ns, value, ok := strings.Cut(strings.TrimSpace(text), ":")
	if !ok && strings.HasPrefix(ns, "tt") {
		ns, value = "imdb", ns
	}
	if value == "" || !ids.Set(ns, value) {
		return ids, &sdk.Error{
			Kind: sdk.Invalid, Attribute: "id",
			Message: quote(text) + " is no id: write tt1254207, or one as tmdb:10378; " + choices(sdk.Namespaces()),
		}
	}
	return ids, nil
}

func (s *Server) removeItem(ctx context.Context, in *removeInput) (Removal, error) {
	it, err := s.item(ctx, in.ID)
	if err != nil {
		return Removal{}, err
	}
	names := map[string]string{}
	gone, changes, err := s.o.Library.Remove(ctx, in.ID, in.Preview)
	if err != nil {
		return Removal{}, err
	}
	out := Removal{Preview: in.Preview, Item: it, Paths: []string{}, Releases: []ReleaseAtAccount{}, Requests: []Requester{}}
	for _, c := range changes {
		out.Paths = append(out.Paths, c.Path)
	}
	for _, p := range gone.Placements {
		if _, ok := names[p.Hash]; !ok {
			if r, err := s.o.DB.Release(ctx, p.Release); err == nil { // a name is for people only
				names[p.Hash] = r.Name
			}
		}
		out.Releases = append(out.Releases, ReleaseAtAccount{Instance: p.Instance, Hash: p.Hash, Name: names[p.Hash]})
	}
	for _, q := range gone.Requesters {
		out.Requests = append(out.Requests, requester(q))
	}
	return out, nil
}

func (s *Server) actOnItem(ctx context.Context, in *actInput) (Item, error) {
	if err := s.o.Library.Act(ctx, in.ID, in.Action); err != nil {
		return Item{}, err
	}
	return s.item(ctx, in.ID)
}

func (s *Server) searchTitles(ctx context.Context, in *searchInput) (FoundTitles, error) {
	q := sdk.SearchQuery{Text: in.Text, Kind: sdk.TitleKind(in.Kind), Year: in.Year, Limit: in.Limit}
	list, err := s.o.Library.Search(ctx, q)
	if err != nil {
		return FoundTitles{}, err
	}
	out := FoundTitles{Titles: []FoundTitle{}}
	for _, t := range list[:min(len(list), in.Limit)] {
		f := FoundTitle{
			Kind: string(t.Kind), Name: t.Name, Year: t.Year, IDs: t.IDs, Overview: t.Overview, Poster: t.Poster, Items: []int64{},
		}
		if f.Items, err = s.itemsOf(ctx, t); err != nil {
			return out, err
		}
		out.Titles = append(out.Titles, f)
	}
	return out, nil
}

// itemsOf lists the films or shows in the library of a title found elsewhere.
func (s *Server) itemsOf(ctx context.Context, t sdk.Title) ([]int64, error) {
	ids := []int64{}
	title, err := s.o.DB.FindTitle(ctx, t.Kind, t.IDs)
	if sdk.KindOf(err) == sdk.NotFound || title == 0 && err == nil {
		return ids, nil
	}
	if err != nil {
		return ids, err
	}
	rows, err := s.o.DB.Items(ctx, db.ItemFilter{Title: title, Kinds: []library.Kind{library.KindMovie, library.KindShow}})
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// named has a request ask for the title that a release's name tells.
func named(q *sdk.Request, name string) {
	r := release.Parse(name)
	q.Name = r.Title()
	if q.Year == 0 {
		q.Year = int(r.Year)
	}
	switch {
	case q.Kind != "":
	case len(r.Seasons) > 0 || len(r.Episodes) > 0:
		q.Kind = sdk.Show
	case r.Year > 0:
		q.Kind = sdk.Movie
	}
}
