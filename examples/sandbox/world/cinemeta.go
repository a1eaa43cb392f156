package world

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// cinemeta is a metadata addon in Cinemeta v3's shapes (Stremio addon protocol: manifest, meta, catalog).
type cinemeta struct {
	w    *World
	self func() string
}

func (c *cinemeta) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /manifest.json", c.manifest)
	mux.HandleFunc("GET /meta/{type}/{id}", c.meta)
	mux.HandleFunc("GET /catalog/{type}/{id}", c.catalog)
	mux.HandleFunc("GET /catalog/{type}/{id}/{extra}", c.catalog)
	mux.HandleFunc("GET /poster/{id}", c.poster)
	return cors(mux)
}

// cors lets web pages read the answers, as the Stremio addon protocol demands.
func cors(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Headers", "*")
		h.ServeHTTP(w, r)
	})
}

// manifest answers GET /manifest.json.
func (c *cinemeta) manifest(w http.ResponseWriter, _ *http.Request) {
	extra := []any{map[string]any{"name": "search"}, map[string]any{"name": "skip"}}
	top := func(kind string) any {
		return map[string]any{"type": kind, "id": "top", "name": "Popular", "extra": extra, "extraSupported": []string{"search", "skip"}}
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"id": "com.sandbox.cinemeta", "version": "3.0.13", "name": "Cinemeta (sandbox)", "description": "Metadata of the sandbox's titles",
		"resources": []string{"catalog", "meta"}, "types": []string{"movie", "series"}, "idPrefixes": []string{"tt"},
		"catalogs": []any{top("movie"), top("series")},
	})
}

// meta answers GET /meta/{type}/{id}.json.
func (c *cinemeta) meta(w http.ResponseWriter, r *http.Request) {
	t := c.w.title(strings.TrimSuffix(r.PathValue("id"), ".json"))
	if t == nil || t.kind() != r.PathValue("type") {
		writeJSON(w, http.StatusNotFound, map[string]any{"err": "not found"})
		return
	}
	w.Header().Set("Cache-Control", "max-age=86400")
	writeJSON(w, http.StatusOK, map[string]any{"meta": c.full(t)})
}

// catalog answers GET /catalog/{type}/top.json and /catalog/{type}/top/search=….json (or skip=N).
func (c *cinemeta) catalog(w http.ResponseWriter, r *http.Request) {
	extra, err := url.ParseQuery(strings.TrimSuffix(r.PathValue("extra"), ".json"))
	if err != nil || strings.TrimSuffix(r.PathValue("id"), ".json") != "top" {
		writeJSON(w, http.StatusNotFound, map[string]any{"err": "not found"})
		return
	}
	metas := []any{}
	for _, t := range c.w.titles {
		if t.kind() == r.PathValue("type") && hasWords(t.name, extra.Get("search")) {
			metas = append(metas, c.preview(t))
		}
	}
	metas = metas[min(max(atoi(extra.Get("skip"), 0), 0), len(metas)):]
	writeJSON(w, http.StatusOK, map[string]any{"query": extra.Get("search"), "metas": metas})
}

// preview is what a catalog shows of a title.
func (c *cinemeta) preview(t *title) map[string]any {
	return map[string]any{
		"id": t.imdb, "imdb_id": t.imdb, "type": t.kind(), "name": t.name, "releaseInfo": c.years(t),
		"poster": fmt.Sprintf("%s/poster/%s.png", c.self(), t.imdb),
	}
}

// years is "2008" for a film and "2021-" for a show that goes on, with the en dash that Cinemeta uses.
func (c *cinemeta) years(t *title) string {
	if t.series() {
		return fmt.Sprintf("%d–", t.year)
	}
	return strconv.Itoa(t.year)
}

// full is a title's meta object: year as a string, moviedb_id as a number, as Cinemeta has them.
func (c *cinemeta) full(t *title) map[string]any {
	m := c.preview(t)
	m["year"], m["released"], m["runtime"] = c.years(t), t.released+"T00:00:00.000Z", fmt.Sprintf("%d min", t.minutes)
	m["description"], m["genre"], m["genres"] = t.overview, []string{"Animation", "Short"}, []string{"Animation", "Short"}
	m["imdbRating"], m["country"], m["language"] = "6.9", "Netherlands", "English"
	m["cast"], m["director"], m["writer"] = []string{"Ada Miller"}, []string{"Ben Race"}, []string{"Cy Wheel"}
	m["background"], m["logo"] = m["poster"], m["poster"]
	m["moviedb_id"], m["slug"] = t.tmdb, t.kind()+"/"+strings.ReplaceAll(strings.ToLower(t.name), " ", "-")+"-"+strings.TrimPrefix(t.imdb, "tt")
	m["trailers"], m["links"] = []any{}, []any{}
	m["behaviorHints"] = map[string]any{"defaultVideoId": t.imdb, "hasScheduledVideos": false}
	if t.series() {
		m["tvdb_id"], m["status"] = t.tvdb, "Continuing"
		m["behaviorHints"] = map[string]any{"defaultVideoId": nil, "hasScheduledVideos": true}
		m["videos"] = c.videos(t)
	}
	return m
}

// videos lists a show's episodes, the one to come included.
func (c *cinemeta) videos(t *title) []any {
	out := []any{}
	for s, count := range t.seasons {
		for e := range count {
			out = append(out, map[string]any{
				"id": fmt.Sprintf("%s:%d:%d", t.imdb, s+1, e+1), "name": fmt.Sprintf("Turn %d of the Wheel", e+1), "season": s + 1, "number": e + 1, "episode": e + 1,
				"firstAired": c.w.aired(t, s+1, e+1), "released": c.w.aired(t, s+1, e+1), "tvdb_id": t.tvdb*100 + s*10 + e, "rating": "0",
				"overview": "The wheel turns once more.", "description": "The wheel turns once more.", "thumbnail": fmt.Sprintf("%s/poster/%s.png", c.self(), t.imdb),
			})
		}
	}
	return out
}

// aired is when an episode is broadcast, as Cinemeta writes it: weekly from the season's first day, but the show's last when
// the world was told to.
func (w *World) aired(t *title, season, episode int) string {
	first, err := time.Parse(time.DateOnly, t.released)
	if err != nil {
		return ""
	}
	at := first.AddDate(season-1, 0, 7*(episode-1))
	if season == len(t.seasons) && episode == t.seasons[season-1] {
		at = w.Airs()
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z")
}

// poster answers with a picture of 100 by 150 in a colour of the title's own.
func (c *cinemeta) poster(w http.ResponseWriter, r *http.Request) {
	seed := mix(seedOf(r.PathValue("id")))
	img := image.NewRGBA(image.Rect(0, 0, 100, 150))
	for y := range 150 {
		for x := range 100 {
			img.Set(x, y, color.RGBA{R: uint8(seed) | uint8(y), G: uint8(seed >> 8), B: uint8(seed>>16) | uint8(x), A: 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeBody(w, http.StatusOK, "image/png", b.Bytes())
}
