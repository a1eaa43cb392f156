package core

import (
	"context"
	"net/http"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
)

// serveFiles answers what a daemon asks of [Files].
func serveFiles(mux *http.ServeMux, f Files) {
	mux.HandleFunc("GET /v1/streams", reply(func(ctx context.Context, _ *http.Request) ([]vfs.Stream, error) { return f.Streams(ctx) }))
	mux.HandleFunc("GET /v1/traffic", reply(func(ctx context.Context, _ *http.Request) (vfs.Traffic, error) { return f.Traffic(ctx) }))
	mux.HandleFunc("GET /v1/cache", reply(func(ctx context.Context, _ *http.Request) (chunk.Stats, error) { return f.CacheStats(ctx) }))
}

var _ Files = (*mountProcess)(nil)

// Streams implements [Files].
func (p *mountProcess) Streams(ctx context.Context) (list []vfs.Stream, err error) {
	err = p.ask(ctx, http.MethodGet, "/v1/streams", nil, &list)
	return list, err
}

// Traffic implements [Files].
func (p *mountProcess) Traffic(ctx context.Context) (t vfs.Traffic, err error) {
	err = p.ask(ctx, http.MethodGet, "/v1/traffic", nil, &t)
	return t, err
}

// CacheStats implements [Files].
func (p *mountProcess) CacheStats(ctx context.Context) (s chunk.Stats, err error) {
	err = p.ask(ctx, http.MethodGet, "/v1/cache", nil, &s)
	return s, err
}
