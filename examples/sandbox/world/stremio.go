package world

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// stremio is a stream addon whose answers look like Torrentio's: everything of interest stands in the text.
type stremio struct{ w *World }

func (s *stremio) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /manifest.json", s.manifest)
	mux.HandleFunc("GET /{config}/manifest.json", s.manifest)
	mux.HandleFunc("GET /stream/{type}/{id}", s.stream)
	mux.HandleFunc("GET /{config}/stream/{type}/{id}", s.stream)
	return cors(mux)
}

// manifest answers GET [/{config}]/manifest.json.
func (s *stremio) manifest(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"id": "com.sandbox.torrents", "version": "0.0.15", "name": "Torrentio (sandbox)", "description": "Streams of the sandbox's torrents",
		"catalogs": []any{}, "types": []string{"movie", "series"},
		"resources":     []any{map[string]any{"name": "stream", "types": []string{"movie", "series"}, "idPrefixes": []string{"tt"}}},
		"behaviorHints": map[string]any{"configurable": true, "configurationRequired": false},
	})
}

// stream answers GET [/{config}]/stream/{type}/{id}.json, with the cache fields of a Torrentio answer. An id that
// is not known has no streams, which is no error.
func (s *stremio) stream(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimSuffix(r.PathValue("id"), ".json")
	var imdb string
	var season, episode int
	if n, _ := fmt.Sscanf(strings.ReplaceAll(id, ":", " "), "%s %d %d", &imdb, &season, &episode); n == 0 || (r.PathValue("type") == "series") != (n == 3) {
		imdb = ""
	}
	streams := []any{}
	for _, rel := range s.w.listed() {
		if i := rel.index(season, episode); rel.imdb == imdb && i >= 0 {
			streams = append(streams, s.describe(rel, i))
		}
	}
	w.Header().Set("Cache-Control", "max-age=3600, stale-while-revalidate=14400, stale-if-error=604800, public")
	writeJSON(w, http.StatusOK, map[string]any{"streams": streams, "cacheMaxAge": 3600, "staleRevalidate": 14400, "staleError": 604800})
}

// index is where in the torrent the video of an episode stands (0, 0 for a film), or -1.
func (r *release) index(season, episode int) int {
	switch {
	case r.season != season:
		return -1
	case r.season == 0 || r.episode == episode:
		return 0
	case r.episode == 0:
		tag := fmt.Sprintf("S%02dE%02d", season, episode)
		return slices.IndexFunc(r.files, func(f file) bool { return f.video() && strings.Contains(f.path, tag) })
	default:
		return -1
	}
}

// describe is one stream object: name and title in lines, infoHash, fileIdx and behaviorHints.
func (s *stremio) describe(rel *release, i int) map[string]any {
	f := rel.files[i]
	quality := rel.resolution()
	switch quality {
	case "2160p":
		quality = "4k"
	case "":
		quality = "CAM"
	}
	lines := rel.name
	if rel.season > 0 && rel.episode == 0 {
		lines += "\n" + f.name()
	}
	return map[string]any{
		"name":     "Torrentio\n" + quality,
		"title":    fmt.Sprintf("%s\n👤 %d 💾 %.2f MB ⚙️ Sandbox", lines, rel.seeders, float64(f.size)/(1<<20)),
		"infoHash": rel.hash.HexString(), "fileIdx": i, "sources": []string{"tracker:" + s.w.announce()},
		"behaviorHints": map[string]any{"bingeGroup": "torrentio|" + quality + "|" + rel.ext, "filename": f.name()},
	}
}
