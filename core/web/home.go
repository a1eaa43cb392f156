package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/sdk"
)

// pageSize is how many items a page lists.
const pageSize = 50

func (s *Server) pageRoutes(r chi.Router) {
	r.Post("/logout", s.logout)
	r.Get("/", s.home)
	r.Get("/items/{id}", s.itemPage)
	r.Get("/rank", s.rankPage)
	r.Get("/streams", s.streamsPage)
}

// home is the page that shows the pipeline. Its parts marked data-live are fetched again when something happens.
type home struct {
	Counts  []StateCount
	Running []RunningStep
	Failed  []Item
	Unwell  []unwell
	Watched streamsView
	Items   []Item
	States  []string // to choose from
	State   string   // chosen
	Text    string   // looked for
	Next    string   // address of the next page
	Back    bool     // this is not the first
	Session bool
	Version string
}

// unwell is a plugin or an instance with what keeps it from working.
type unwell struct {
	Name string
	Text string
}

func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), callWithin)
	defer cancel()
	q := r.URL.Query()
	h := home{
		State: q.Get("state"), Text: q.Get("text"), Version: s.o.Version, Running: s.running(ctx), Watched: s.streamsView(ctx),
		Unwell: s.unwell(ctx), Session: r.Context().Value(keyWho) == bySession,
	}
	for _, st := range library.States()[1:] {
		h.States = append(h.States, string(st))
	}
	err := h.load(ctx, s, q)
	if err != nil {
		s.pageProblem(w, r, err)
		return
	}
	s.page(w, r, http.StatusOK, "home.html", h)
}

func (h *home) load(ctx context.Context, s *Server, q url.Values) error {
	counts, err := s.o.DB.CountStates(ctx)
	if err != nil {
		return err
	}
	for _, st := range library.States() {
		if n := counts[library.KindMovie][st] + counts[library.KindEpisode][st]; n > 0 {
			h.Counts = append(h.Counts, StateCount{State: string(st), Count: n})
		}
	}
	leaves := []library.Kind{library.KindMovie, library.KindEpisode}
	rows, err := s.o.DB.Items(ctx, db.ItemFilter{States: []library.State{library.StateFailed}, Kinds: leaves, Limit: 20})
	if err != nil {
		return err
	}
	for _, row := range rows {
		h.Failed = append(h.Failed, shownRow(row))
	}
	return h.list(ctx, s, q)
}

// list is the page of items: films and shows, or with a state whatever stands in it.
func (h *home) list(ctx context.Context, s *Server, q url.Values) error {
	f := db.ItemFilter{Text: h.Text, Kinds: []library.Kind{library.KindMovie, library.KindShow}, Limit: pageSize + 1}
	if h.State != "" {
		st, ok := library.ParseState(h.State)
		if !ok {
			return sdk.Errorf(sdk.Invalid, "there is no state %q: %s", h.State, choices(library.States()))
		}
		f.States, f.Kinds = []library.State{st}, nil
	}
	if after := q.Get("after"); after != "" {
		n, err := strconv.ParseInt(after, 10, 64)
		if err != nil || n < 0 {
			return sdk.Errorf(sdk.Invalid, "after is the id of an item, not %q", after)
		}
		f.After, h.Back = n, n > 0
	}
	rows, err := s.o.DB.Items(ctx, f)
	if err != nil {
		return err
	}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		h.Next = "/?" + url.Values{
			"state": {h.State}, "text": {h.Text}, "after": {strconv.FormatInt(rows[pageSize-1].ID, 10)},
		}.Encode()
	}
	for _, row := range rows {
		h.Items = append(h.Items, shownRow(row))
	}
	return nil
}

func (s *Server) unwell(ctx context.Context) []unwell {
	var list []unwell
	for _, p := range s.plugins(ctx) {
		for _, in := range p.Instances {
			if in.Enabled && !in.OK {
				list = append(list, unwell{in.Capability + " " + in.Name, in.Unwell})
			}
		}
	}
	return list
}

// itemView is the page of one item.
type itemView struct {
	ItemDetail
	Why      Why
	Releases []ItemRelease
	Total    int
	Files    []ItemFile
	Events   []Event
	Actions  []string
	Root     bool // a film or a show: it can be removed
	Leaf     bool // a release can be taken for it
	Session  bool
	Version  string
}

func (s *Server) itemPage(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		err = sdk.Errorf(sdk.Invalid, "an item's id is a number, not %q", chi.URLParam(r, "id"))
	}
	v := itemView{Version: s.o.Version, Session: r.Context().Value(keyWho) == bySession}
	ctx, cancel := context.WithTimeout(r.Context(), callWithin)
	defer cancel()
	if err == nil {
		err = v.load(ctx, s, id)
	}
	if err != nil {
		s.pageProblem(w, r, err)
		return
	}
	s.page(w, r, http.StatusOK, "item.html", v)
}

func (v *itemView) load(ctx context.Context, s *Server, id int64) (err error) {
	if v.ItemDetail, err = s.detail(ctx, id); err != nil {
		return err
	}
	if v.Why, err = s.why(ctx, id); err != nil {
		return err
	}
	page, err := s.itemReleases(ctx, &releasesInput{IDInput: IDInput{id}, Limit: 100})
	if err != nil {
		return err
	}
	v.Releases, v.Total = page.Releases, page.Total
	files, err := s.itemFiles(ctx, id)
	if err != nil {
		return err
	}
	v.Files = files.Files
	events, err := s.itemEvents(ctx, &eventsInput{IDInput: IDInput{id}, Limit: 50})
	v.Events = events.Events
	v.Actions = actionsFor(library.State(v.State))
	v.Root = v.Parent == 0
	v.Leaf = v.Kind != string(library.KindShow)
	slices.SortStableFunc(v.Files, func(a, b ItemFile) int { return cmp.Compare(a.Path, b.Path) })
	return err
}

// actionsFor are what makes sense to offer in a state.
func actionsFor(st library.State) []string {
	switch st {
	case library.StatePaused:
		return []string{"resume", "reset"}
	case library.StateBlacklisted:
		return []string{"unblacklist"}
	case library.StateCompleted:
		return []string{"reset", "blacklist"}
	}
	return []string{"retry", "pause", "reset", "blacklist"}
}
