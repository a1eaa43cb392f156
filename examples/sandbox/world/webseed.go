package world

import (
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/anacrolix/torrent/metainfo"
)

// webSeed serves the files of torrents over HTTP with ranges (BEP 19), at /{info hash}/{name}[/{path}].
type webSeed struct {
	w *World

	mu    sync.Mutex // guards bytes
	bytes map[metainfo.Hash]int64
}

func newWebSeed(w *World) *webSeed { return &webSeed{w: w, bytes: map[metainfo.Hash]int64{}} }

func (s *webSeed) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{hash}/{path...}", s.serve)
	return mux
}

// serve finds the file as BEP 19 builds its URL: the torrent's name, and below it the path if there are several files.
func (s *webSeed) serve(w http.ResponseWriter, r *http.Request) {
	rel := s.w.release(r.PathValue("hash"))
	if rel == nil {
		http.NotFound(w, r)
		return
	}
	p := r.PathValue("path")
	if rel.info.IsDir() {
		p = strings.TrimPrefix(p, rel.info.Name+"/")
	}
	f, ok := rel.file(p)
	if !ok {
		http.NotFound(w, r)
		return
	}
	s.send(w, r, rel, f)
}

// send answers with a file's bytes and counts them for the torrent.
func (s *webSeed) send(w http.ResponseWriter, r *http.Request, rel *release, f file) {
	rec := &recorder{ResponseWriter: w}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bytes[rel.hash] += rec.bytes
	}()
	serveFile(rec, r, f.content, mimeOf(f.name()))
}

// given is how many bytes of a torrent went out over HTTP.
func (s *webSeed) given(h metainfo.Hash) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes[h]
}

// escapePath escapes each segment of a path for a URL.
func escapePath(p string) string {
	parts := strings.Split(p, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}
