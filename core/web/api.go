package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
)

// The API, all under /api/v1. Errors are a [Problem].
//
//	GET    /items                              ItemPage      ?state=a,b &kind=movie,show &parent= &profile= &text= &after= &limit=
//	POST   /items                              Item          NewItem
//	GET    /items/{id}                         ItemDetail
//	DELETE /items/{id}                         Removal       ?preview=true
//	GET    /items/{id}/releases                ReleasePage   ?state= &offset= &limit=
//	GET    /items/{id}/why                     Why
//	GET    /items/{id}/files                   FilePage
//	GET    /items/{id}/events                  EventPage     ?limit=
//	POST   /items/{id}/import                  Imported      Magnet, or a .torrent as application/x-bittorrent
//	POST   /items/{id}/{action}                Item          retry pause resume reset blacklist unblacklist
//	POST   /rank/explain                       Explanation   ExplainOrder
//	POST   /rank/compare                       Comparison    CompareOrder
//	POST   /rank/what-if                       Trial         WhatIfOrder
//	GET    /rank/profiles/{name}               ProfileText
//	GET    /search                             FoundTitles   ?q= &kind= &year= &limit=
//	POST   /sources/{name}/collect             Accepted
//	GET    /events                             text/event-stream of Event, and of StreamPage ?streams=true; Last-Event-ID resumes
//	GET    /counts, /running, /jobs            Counts, RunningPage, JobPage ?state= &step= &limit=
//	GET    /streams                            StreamPage
//	GET    /cache                              CachePage     ?path=
//	POST   /cache/pin, /cache/unpin            CachePage     PathOrder
//	POST   /cache/drop                         Dropped       DropOrder
//	GET    /plugins                            PluginPage
//	GET    /plugins/{name}                     PluginInfo
//	POST   /plugins/{name}/restart             Accepted
//	POST   /plugins/{capability}/{name}/check  CheckResult   of an instance
//	GET    /config, /config/env                ConfigText, ConfigVariables
//	POST   /reload                             Reloaded
//	GET    /doctor                             Diagnosis
//	POST   /backup                             BackupDone    BackupOrder
//	GET    /version                            Version
//	GET    /keys                               KeyPage
//	POST   /keys                               NewKey        NewKeyOrder
//	DELETE /keys/{id}
//	PUT    /password                           Accepted      NewPassword
//	GET    /openapi.json                       this, as OpenAPI 3.1
func (s *Server) api(r chi.Router) huma.API {
	c := huma.DefaultConfig("Millrace", s.o.Version)
	c.Info.Description = "What Millrace wants, has and does."
	c.Servers = []*huma.Server{{URL: "/api/v1"}}
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/openapi", "", ""
	c.CreateHooks = nil // no $schema in every answer
	c.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{sameShape}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key":    {Type: "apiKey", In: "header", Name: "X-Api-Key"},
		"bearer": {Type: "http", Scheme: "bearer"},
		"cookie": {Type: "apiKey", In: "cookie", Name: cookieName},
	}
	c.Security = []map[string][]string{{"key": {}}, {"bearer": {}}, {"cookie": {}}}
	a := humachi.New(r, c)
	s.itemRoutes(a)
	s.partRoutes(a)
	s.importRoute(a)
	s.eventRoutes(a)
	s.streamRoutes(a)
	s.cacheRoutes(a)
	s.pluginRoutes(a)
	s.systemRoutes(a)
	s.keyRoutes(a)
	s.rankRoutes(a)
	describeProblems(a)
	return a
}

// describeProblems gives the errors in the description the fields that ours have.
func describeProblems(a huma.API) {
	m := a.OpenAPI().Components.Schemas.Map()["ErrorModel"]
	if m == nil {
		return
	}
	m.Properties["kind"] = &huma.Schema{Type: huma.TypeString, Description: "What to do about it"}
	m.Properties["request"] = &huma.Schema{Type: huma.TypeString, Description: "Finds the request in the log"}
}

// callWithin bounds a call of the API; those that take their time say so themselves.
const callWithin = 60 * time.Second

// reply is an answer with a body.
type reply[T any] struct{ Body T }

// none is the input of a call without any.
type none struct{}

// call registers one call of the API. How long it may take is told by within; 0 is callWithin.
type call struct {
	method, path, id, summary, tag string
	status                         int               // 0: 200
	within                         time.Duration     // 0: callWithin; below 0: as long as it takes
	body                           *huma.RequestBody // of what the call reads itself
	maxBody                        int64             // 0: huma's 1 MiB
}

func (c call) operation() huma.Operation {
	return huma.Operation{
		OperationID: c.id, Method: c.method, Path: c.path, Summary: c.summary, Tags: []string{c.tag}, DefaultStatus: c.status,
		RequestBody: c.body, SkipValidateBody: c.body != nil, MaxBodyBytes: c.maxBody,
		BodyReadTimeout: -1, // timedBody bounds it
	}
}

func register[I, O any](s *Server, a huma.API, c call, do func(ctx context.Context, in *I) (O, error)) {
	huma.Register(a, c.operation(), func(ctx context.Context, in *I) (*reply[O], error) {
		ctx, cancel := bounded(ctx, c.within)
		defer cancel()
		out, err := do(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &reply[O]{out}, nil
	})
}

func bounded(ctx context.Context, within time.Duration) (context.Context, context.CancelFunc) {
	if within < 0 {
		return context.WithCancel(ctx)
	}
	if within == 0 {
		within = callWithin
	}
	return context.WithTimeout(ctx, within)
}

// noSuchCall answers what is not in the API.
func (s *Server) noSuchCall(w http.ResponseWriter, r *http.Request) {
	p := &Problem{Kind: "not-found", Request: requestID(r.Context())}
	p.Status, p.Title = http.StatusNotFound, "There is no such call."
	p.Detail = "See /api/v1/openapi.json for those that there are."
	p.write(w)
}
