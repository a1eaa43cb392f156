// Package web is the daemon's HTTP side: the JSON API with its OpenAPI description, the pages, hooks of plugins, health and
// metrics, and who may use them. It reads the database and asks the rest of the daemon through the small interfaces below;
// it decides nothing about items itself.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/library"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/search"
	"github.com/millrace-media/millrace/sdk"
)

// Library is what can be done to the library: the pipeline.
type Library interface {
	// Submit puts a request into the library and returns its item.
	Submit(ctx context.Context, source string, r sdk.Request) (int64, error)
	// SubmitAt puts a request into the library at each of some profiles and returns its items in their order.
	SubmitAt(ctx context.Context, source string, r sdk.Request, profiles []string) ([]int64, error)
	// Import has a release taken for an item, by its magnet link or its .torrent.
	Import(ctx context.Context, item int64, magnet string, torrent []byte) error
	// Collect has a source asked soon.
	Collect(ctx context.Context, source string) error
	// Search asks metadata services for titles by name.
	Search(ctx context.Context, q sdk.SearchQuery) ([]sdk.Title, error)
	// Act does retry, pause, resume, reset, blacklist or unblacklist to an item.
	Act(ctx context.Context, item int64, action string) error
	// Remove takes a film or show out of the library, or with preview tells what that would remove.
	Remove(ctx context.Context, item int64, preview bool) (db.Removal, []sdk.Change, error)
}

// Explainer says why releases were judged as they were.
type Explainer interface {
	// Explain gives every reason of candidates of an item, by the profile in force.
	Explain(ctx context.Context, it library.Item, releases []int64) ([]search.Explained, error)
}

// Running is a step under way in this daemon.
type Running struct {
	Job     int64            `json:"job"`
	Step    library.StepKind `json:"step"`
	Item    int64            `json:"item"`
	Attempt int              `json:"attempt"`
	Since   time.Time        `json:"since"`
}

// Check is one finding of doctor.
type Check struct {
	Name   string `json:"name"` // what was looked at, as "fuse" or "debrid realdebrid"
	OK     bool   `json:"ok"`
	Warn   bool   `json:"warn"`   // works, but worth a look
	Text   string `json:"text"`   // what was seen
	Remedy string `json:"remedy"` // what to do about it, where it is not well
}

// Options are what the server stands on. All but the funcs whose comment says otherwise are required.
type Options struct {
	DB       *db.DB
	Pool     *plugin.Pool
	Library  Library
	Explain  Explainer
	Ranking  Ranking
	Config   func() *config.Config                                 // the one in force
	Reload   func(ctx context.Context) (config.Diagnostics, error) // reads the configuration again; the error is not about its text
	Doctor   func(ctx context.Context) []Check
	Storage  Storage
	Running  func() []Running
	Backup   func(ctx context.Context, to string) (string, error) // writes a backup and returns its path
	Ready    func() error                                         // nil once everything has started
	DAV      http.Handler                                         // serves /dav/
	Files    http.Handler                                         // serves /library/
	Metrics  prometheus.Gatherer
	Password string // of the configuration; empty: what the settings hold
	Secret   []byte // what cookies and hook addresses are derived from
	Version  string
	Log      *slog.Logger
}

// Server answers HTTP. It is safe for use by many.
type Server struct {
	o         Options
	log       *slog.Logger
	passwords *passwords
	tries     tries
	setup     string // of the link under which the password is set for the first time
	pages     *pages
	chi       chi.Router // all routes but those of trees
	outer     http.Handler
}

// New checks the options. It opens nothing and starts nothing.
func New(o Options) (*Server, error) {
	if o.DB == nil || o.Pool == nil || o.Library == nil || o.Explain == nil || o.Ranking == nil || len(o.Secret) == 0 {
		return nil, errors.New("web: a database, plugins, a library, what explains it, a ranking and a secret are needed")
	}
	if o.Config == nil || o.Reload == nil || o.Doctor == nil || o.Storage == nil || o.Running == nil || o.Backup == nil || o.Ready == nil {
		return nil, errors.New("web: one of the daemon's parts is missing")
	}
	if o.DAV == nil || o.Files == nil || o.Metrics == nil {
		return nil, errors.New("web: WebDAV, files and metrics are needed")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p, err := newPages()
	if err != nil {
		return nil, err
	}
	s := &Server{o: o, log: o.Log, passwords: newPasswords(o.Password, o.DB), setup: randomHex(16), pages: p}
	s.chi = s.routes()
	s.outer = s.arrive(secure(s.trees(s.chi)))
	return s, nil
}

// Handler answers the outside: everything but health, the login and hooks needs the password or an API key.
func (s *Server) Handler() http.Handler { return s.outer }

// Local answers the command line, on a socket that only its owner can open: it asks for no credentials.
func (s *Server) Local() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.outer.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), keyLocal, true)))
	})
}

// routes are all there are. What stands in the first group is open to everybody; whatever is added to the second is not.
func (s *Server) routes() chi.Router {
	r := chi.NewRouter()
	r.Use(middleware.GetHead)
	r.Group(func(r chi.Router) {
		r.Get("/healthz", alive)
		r.With(fresh).Get("/readyz", s.ready)
		r.Get("/static/{file}", s.pages.static)
		r.With(fresh).Route("/login", s.loginRoutes)
		r.With(fresh).Route("/setup", s.setupRoutes)
		r.With(fresh).Handle(hookRoot+"{instance}/{token}", http.HandlerFunc(s.hook))
		r.With(fresh).Handle(hookRoot+"{instance}/{token}/*", http.HandlerFunc(s.hook))
	})
	r.Group(func(r chi.Router) {
		r.Use(s.guard)
		r.Get("/metrics", promhttp.HandlerFor(s.o.Metrics, promhttp.HandlerOpts{}).ServeHTTP)
		r.With(fresh).Route("/api/v1", func(r chi.Router) {
			s.api(r)
			r.NotFound(s.noSuchCall)
			r.MethodNotAllowed(s.noSuchCall)
		})
		r.Group(func(r chi.Router) {
			r.Use(fresh)
			s.pageRoutes(r)
		})
	})
	return r
}

// trees serves the library's files, by methods that the router does not know.
func (s *Server) trees(next http.Handler) http.Handler {
	dav, files := s.guard(s.o.DAV), s.guard(s.o.Files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == "/dav" || strings.HasPrefix(path, "/dav/"):
			dav.ServeHTTP(w, r)
		case strings.HasPrefix(path, "/library/"):
			files.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// SetupURL is the link under which the password is set for the first time; "" where it is set.
func (s *Server) SetupURL(base string) string {
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin) // the daemon has none to hand at this place
	defer cancel()
	if current, err := s.passwords.current(ctx); err != nil || current != "" {
		return ""
	}
	return strings.TrimSuffix(base, "/") + "/setup?token=" + s.setup
}
