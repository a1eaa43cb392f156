package core

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
)

// serveFiles answers what a daemon asks of [Files].
func serveFiles(mux *http.ServeMux, f Files) {
	mux.HandleFunc("GET /v1/streams", reply(func(ctx context.Context, _ *http.Request) ([]vfs.Stream, error) { return f.Streams(ctx) }))
	mux.HandleFunc("GET /v1/traffic", reply(func(ctx context.Context, _ *http.Request) (vfs.Traffic, error) { return f.Traffic(ctx) }))
	mux.HandleFunc("GET /v1/cache", reply(func(ctx context.Context, _ *http.Request) (chunk.Stats, error) { return f.CacheStats(ctx) }))
	mux.HandleFunc("GET /v1/contents", reply(func(ctx context.Context, _ *http.Request) ([]vfs.Content, error) { return f.Contents(ctx) }))
	mux.HandleFunc("POST /v1/pin", onPath(func(ctx context.Context, path string) (int64, error) { return 0, f.Pin(ctx, path) }))
	mux.HandleFunc("POST /v1/unpin", onPath(func(ctx context.Context, path string) (int64, error) { return 0, f.Unpin(ctx, path) }))
	mux.HandleFunc("POST /v1/drop", onPath(f.Drop))
}

// longestOrder bounds what a daemon says of a path, in bytes.
const longestOrder = 64 << 10

// onPath answers what is to be done with a path. Errors are told in the words for people already: their types do not cross.
func onPath(do func(ctx context.Context, path string) (int64, error)) http.HandlerFunc {
	return reply(func(ctx context.Context, r *http.Request) (int64, error) {
		var path string
		if err := json.NewDecoder(io.LimitReader(r.Body, longestOrder)).Decode(&path); err != nil {
			return 0, sdk.Errorf(sdk.Invalid, "no path was said")
		}
		n, err := do(ctx, path)
		return n, storageError(path, err)
	})
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

// Contents implements [Files].
func (p *mountProcess) Contents(ctx context.Context) (list []vfs.Content, err error) {
	err = p.ask(ctx, http.MethodGet, "/v1/contents", nil, &list)
	return list, err
}

// Pin implements [Files].
func (p *mountProcess) Pin(ctx context.Context, path string) error {
	return p.ask(ctx, http.MethodPost, "/v1/pin", path, new(int64))
}

// Unpin implements [Files].
func (p *mountProcess) Unpin(ctx context.Context, path string) error {
	return p.ask(ctx, http.MethodPost, "/v1/unpin", path, new(int64))
}

// Drop implements [Files].
func (p *mountProcess) Drop(ctx context.Context, path string) (freed int64, err error) {
	err = p.ask(ctx, http.MethodPost, "/v1/drop", path, &freed)
	return freed, err
}
