package web

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/rank"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

type releasesInput struct {
	IDInput
	State  string `query:"state" enum:"open,rejected,failed,used,blacklisted"`
	Offset int    `query:"offset" minimum:"0"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type eventsInput struct {
	IDInput
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// FilePage are an item's files, with those of what is below it.
type FilePage struct {
	Files []ItemFile `json:"files"`
}

// EventPage is what happened, the newest first.
type EventPage struct {
	Events []Event `json:"events"`
}

// partRoutes are what belongs to one item.
func (s *Server) partRoutes(a huma.API) {
	register(s, a, call{
		method: http.MethodGet, path: "/items/{id}/releases", id: "item-releases", summary: "List releases judged for an item", tag: "items",
	}, s.itemReleases)
	register(s, a, call{
		method: http.MethodGet, path: "/items/{id}/why", id: "item-why", summary: "Tell why an item is not here", tag: "items",
	}, func(ctx context.Context, in *IDInput) (Why, error) { return s.why(ctx, in.ID) })
	register(s, a, call{
		method: http.MethodGet, path: "/items/{id}/files", id: "item-files", summary: "List an item's files", tag: "items",
	}, func(ctx context.Context, in *IDInput) (FilePage, error) { return s.itemFiles(ctx, in.ID) })
	register(s, a, call{
		method: http.MethodGet, path: "/items/{id}/events", id: "item-events", summary: "Tell what happened to an item", tag: "items",
	}, s.itemEvents)
}

func (s *Server) itemReleases(ctx context.Context, in *releasesInput) (ReleasePage, error) {
	it, err := s.o.DB.Item(ctx, in.ID)
	if err != nil {
		return ReleasePage{}, err
	}
	all, err := s.o.DB.Candidates(ctx, in.ID)
	if err != nil {
		return ReleasePage{}, err
	}
	if in.State != "" {
		all = slices.DeleteFunc(all, func(c db.Candidate) bool { return string(c.State) != in.State })
	}
	out := ReleasePage{Total: len(all)}
	from := min(in.Offset, len(all))
	out.Releases, err = s.releases(ctx, it, all[from:min(from+in.Limit, len(all))])
	return out, err
}

// releases shows candidates of an item with who found them, and why they stand where they do.
func (s *Server) releases(ctx context.Context, it library.Item, list []db.Candidate) ([]ItemRelease, error) {
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = c.Release
	}
	explained, err := s.o.Explain.Explain(ctx, it, ids)
	if err != nil {
		return nil, err
	}
	why := map[int64]search.Explained{}
	for _, e := range explained {
		why[e.Release] = e
	}
	out := make([]ItemRelease, 0, len(list))
	for _, c := range list {
		r, err := s.release(ctx, c, why[c.Release])
		if err != nil {
			return out, err
		}
		out = append(out, r)
	}
	return out, nil
}

func (s *Server) release(ctx context.Context, c db.Candidate, why search.Explained) (ItemRelease, error) {
	out := ItemRelease{
		Release: c.Release, Hash: c.Hash, Name: c.Name, Size: c.Size, Order: c.Order, Verdict: c.Verdict, Tier: c.Tier, Score: c.Score,
		Code: c.Code, State: string(c.State), Evidence: c.Evidence, Again: c.Again, Changed: c.Changed, FoundBy: []string{},
		Reasons: append([]rank.Reason{}, why.Verdict.Reasons...),
	}
	if c.State == db.CandidateRejected {
		out.Changes = why.Changes
	}
	r, err := s.o.DB.Release(ctx, c.Release)
	if err != nil {
		return out, err
	}
	out.Seeders = r.Seeders()
	for _, sight := range r.Sightings {
		out.FoundBy = append(out.FoundBy, sight.Instance)
	}
	return out, nil
}

func (s *Server) itemFiles(ctx context.Context, id int64) (FilePage, error) {
	if _, err := s.o.DB.Item(ctx, id); err != nil {
		return FilePage{}, err
	}
	files, err := s.o.DB.FilesOf(ctx, id)
	if err != nil {
		return FilePage{}, err
	}
	out := FilePage{Files: []ItemFile{}}
	for _, f := range files {
		shown, err := s.file(ctx, f)
		if err != nil {
			return out, err
		}
		out.Files = append(out.Files, shown)
	}
	return out, nil
}

func (s *Server) file(ctx context.Context, f db.File) (ItemFile, error) {
	out := ItemFile{
		ID: f.ID, Path: f.Path, Size: f.Size, Release: f.Release, Hash: f.Hash, Items: append([]int64{}, f.Items...), Part: f.Part, Created: f.Created,
		Places: []FilePlace{}, Placements: []FilePlacement{},
	}
	rows, err := s.o.DB.Paths(ctx, f.ID)
	if err != nil {
		return out, err
	}
	for _, r := range rows {
		out.Places = append(out.Places, FilePlace{Library: r.Library, Path: r.Path})
	}
	placements, err := s.o.DB.PlacementsFor(ctx, f.ID)
	for _, p := range placements {
		out.Placements = append(out.Placements, FilePlacement{
			Instance: p.Instance, State: string(p.State), Added: p.Added, Checked: p.Checked, Evidence: p.Evidence,
		})
	}
	return out, err
}

func (s *Server) itemEvents(ctx context.Context, in *eventsInput) (EventPage, error) {
	if _, err := s.o.DB.Item(ctx, in.ID); err != nil {
		return EventPage{}, err
	}
	list, err := s.o.DB.Events(ctx, db.EventFilter{Item: in.ID, Limit: in.Limit})
	out := EventPage{Events: []Event{}}
	for _, e := range list {
		out.Events = append(out.Events, told(e))
	}
	return out, err
}

func told(e db.Event) Event {
	return Event{
		ID: e.Cursor.String(), At: e.At, Item: e.Item, Root: e.Root, Name: e.Name, From: string(e.From), To: string(e.To), Text: e.Text,
		File: e.File, Library: e.Library, Path: e.Path,
	}
}

// importInput is a magnet link in JSON, or a .torrent.
type importInput struct {
	IDInput
	Type    string `header:"Content-Type"`
	RawBody []byte
}

// maxTorrent is the most that a .torrent may have, in bytes: the library refuses larger ones.
const maxTorrent = 10 << 20

func (s *Server) importRoute(a huma.API) {
	magnet := a.OpenAPI().Components.Schemas.Schema(typeOf[Magnet](), true, "Magnet")
	register(s, a, call{
		method: http.MethodPost, path: "/items/{id}/import", id: "import-release", tag: "items", status: http.StatusAccepted, maxBody: maxTorrent + 1,
		summary: "Take a release for an item, by its magnet link or .torrent",
		body: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json":         {Schema: magnet},
			"application/x-bittorrent": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}},
	}, s.importRelease)
}

func (s *Server) importRelease(ctx context.Context, in *importInput) (Imported, error) {
	it, err := s.item(ctx, in.ID)
	if err != nil {
		return Imported{}, err
	}
	var magnet Magnet
	switch mediaType(in.Type) {
	case "application/json":
		if err := json.Unmarshal(in.RawBody, &magnet); err != nil {
			return Imported{}, invalid(`the body is not JSON as {"magnet": "magnet:?xt=urn:btih:…"}`)
		}
		if magnet.Magnet == "" {
			return Imported{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "magnet", Message: "magnet is missing"}
		}
		err = s.o.Library.Import(ctx, in.ID, magnet.Magnet, nil)
	case "application/x-bittorrent", "application/octet-stream":
		if len(in.RawBody) == 0 {
			return Imported{}, invalid("the .torrent is empty")
		}
		err = s.o.Library.Import(ctx, in.ID, "", in.RawBody)
	default:
		return Imported{}, invalid("send a magnet link as application/json, or a .torrent as application/x-bittorrent")
	}
	if err != nil {
		return Imported{}, err
	}
	return Imported{Item: in.ID, Text: "The release will be taken for " + it.Label + "."}, nil
}

// mediaType is the type of a body without its parameters.
func mediaType(header string) string {
	t, _, err := mime.ParseMediaType(header)
	if err != nil {
		return ""
	}
	return t
}
