package world

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// overseerr is a request list (Overseerr OpenAPI).
type overseerr struct {
	w   *World
	key string
}

func (o *overseerr) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/auth/me", o.me)
	mux.HandleFunc("GET /api/v1/request", o.list)
	mux.HandleFunc("POST /api/v1/request", o.create)
	mux.HandleFunc("GET /api/v1/request/count", o.count)
	mux.HandleFunc("GET /api/v1/request/{id}", o.get)
	mux.HandleFunc("DELETE /api/v1/request/{id}", o.remove)
	mux.HandleFunc("POST /api/v1/request/{id}/{status}", o.setRequest)
	mux.HandleFunc("GET /api/v1/media", o.media)
	mux.HandleFunc("POST /api/v1/media/{id}/{status}", o.setMedia)
	mux.HandleFunc("GET /api/v1/movie/{id}", o.movie)
	mux.HandleFunc("GET /api/v1/tv/{id}", o.tv)
	open := http.NewServeMux()
	open.HandleFunc("GET /api/v1/status", o.status)
	open.Handle("/", o.auth(mux))
	return open
}

// auth wants X-Api-Key (Overseerr OpenAPI, securitySchemes.apiKey); without it the answer is 403.
func (o *overseerr) auth(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Api-Key") != o.key {
			writeJSON(w, http.StatusForbidden, map[string]any{"status": 403, "error": "You do not have permission to access this endpoint"})
			return
		}
		h.ServeHTTP(w, r)
	})
}

// overseerrFailure is the failer of the request list.
func overseerrFailure(w http.ResponseWriter, status, _ int) {
	writeJSON(w, status, map[string]any{"status": status, "message": http.StatusText(status)})
}

// status answers GET /status, which is public.
func (o *overseerr) status(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"version": "1.33.2", "commitTag": "sandbox", "updateAvailable": false, "commitsBehind": 0, "restartRequired": false})
}

// user is the User schema.
func (o *overseerr) user() map[string]any {
	at := stamp(clipTime)
	return map[string]any{"id": 1, "email": "ada@sandbox.invalid", "username": "ada", "displayName": "ada", "userType": 2, "permissions": 2, "avatar": "", "createdAt": at, "updatedAt": at, "requestCount": len(o.w.requests.all())}
}

// me answers GET /auth/me.
func (o *overseerr) me(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, o.user()) }

// list answers GET /request with take, skip, filter, sort and a pageInfo; newest first.
func (o *overseerr) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	found := slices.DeleteFunc(o.w.requests.all(), func(r Request) bool { return !inFilter(r, q.Get("filter")) })
	slices.SortFunc(found, func(a, b Request) int {
		if q.Get("sort") == "modified" && !a.Updated.Equal(b.Updated) {
			return b.Updated.Compare(a.Updated)
		}
		return cmp.Compare(b.ID, a.ID)
	})
	page, info := paged(found, r)
	results := []any{}
	for _, req := range page {
		results = append(results, o.request(req))
	}
	writeJSON(w, http.StatusOK, map[string]any{"pageInfo": info, "results": results})
}

// paged cuts a list by take (default 20) and skip, and makes the PageInfo.
func paged[T any](all []T, r *http.Request) ([]T, map[string]any) {
	q := r.URL.Query()
	take, skip := max(atoi(q.Get("take"), 20), 1), max(atoi(q.Get("skip"), 0), 0)
	from := min(skip, len(all))
	info := map[string]any{"pages": (len(all) + take - 1) / take, "pageSize": take, "results": len(all), "page": skip/take + 1}
	return all[from:min(from+take, len(all))], info
}

// inFilter tells whether GET /request?filter= shows a request.
func inFilter(r Request, filter string) bool {
	switch filter {
	case "approved":
		return r.Status == RequestApproved
	case "pending":
		return r.Status == RequestPending
	case "available":
		return r.Status == RequestApproved && r.Media == MediaAvailable
	case "processing":
		return r.Status == RequestApproved && r.Media >= MediaPending && r.Media <= MediaPartial
	case "unavailable":
		return r.Status != RequestDeclined && r.Media != MediaAvailable
	case "failed":
		return false
	default:
		return true
	}
}

// request is the MediaRequest schema, with type and seasons as the server sends them.
func (o *overseerr) request(r Request) map[string]any {
	t := o.w.title(r.IMDb)
	seasons := []any{}
	for _, s := range r.Seasons {
		seasons = append(seasons, map[string]any{"id": r.ID*100 + s, "seasonNumber": s, "status": r.Status, "createdAt": stamp(r.Created), "updatedAt": stamp(r.Updated)})
	}
	return map[string]any{
		"id": r.ID, "status": r.Status, "type": mediaType(t), "is4k": r.Is4K, "createdAt": stamp(r.Created), "updatedAt": stamp(r.Updated),
		"media": o.mediaInfo(r), "seasons": seasons, "seasonCount": len(seasons), "requestedBy": o.user(), "modifiedBy": nil, "serverId": nil, "profileId": nil, "rootFolder": nil,
	}
}

// mediaInfo is the MediaInfo schema. imdbId is null, as it is on a real server for most titles: it stands in externalIds.
func (o *overseerr) mediaInfo(r Request) map[string]any {
	t := o.w.title(r.IMDb)
	status, status4k := r.Media, MediaUnknown
	if r.Is4K {
		status, status4k = MediaUnknown, r.Media
	}
	return map[string]any{
		"id": r.MediaID, "mediaType": mediaType(t), "tmdbId": t.tmdb, "tvdbId": orNull(t.tvdb), "imdbId": nil,
		"status": status, "status4k": status4k, "createdAt": stamp(r.Created), "updatedAt": stamp(r.Updated),
	}
}

// mediaType is Overseerr's word for the kind of a title.
func mediaType(t *title) string {
	if t.series() {
		return "tv"
	}
	return "movie"
}

// orNull is a number, or null for 0.
func orNull(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// stamp is a time as Overseerr writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// create answers POST /request; the caller is an administrator, so the request is approved at once.
func (o *overseerr) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		MediaType string
		MediaID   int
		Seasons   any // numbers, or "all"
		Is4K      bool
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]any{"message": "request body cannot be read"})
		return
	}
	i := slices.IndexFunc(o.w.titles, func(t *title) bool { return t.tmdb == in.MediaID && mediaType(t) == in.MediaType })
	if i < 0 {
		writeJSON(w, http.StatusNotFound, map[string]any{"status": 404, "message": "Unable to find media."})
		return
	}
	t := o.w.titles[i]
	req := o.w.requests.add(Request{IMDb: t.imdb, Seasons: seasonsOf(t, in.Seasons), Is4K: in.Is4K}, time.Now())
	writeJSON(w, http.StatusCreated, o.request(req))
}

// seasonsOf reads the seasons of a new request; all of a show's where it says "all" or nothing.
func seasonsOf(t *title, asked any) []int {
	var out []int
	if list, ok := asked.([]any); ok {
		for _, v := range list {
			if n, ok := v.(float64); ok {
				out = append(out, int(n))
			}
		}
		return out
	}
	for s := range t.seasons {
		out = append(out, s+1)
	}
	return out
}

// count answers GET /request/count.
func (o *overseerr) count(w http.ResponseWriter, _ *http.Request) {
	counts := map[string]int{"total": 0, "movie": 0, "tv": 0, "pending": 0, "approved": 0, "declined": 0, "processing": 0, "available": 0}
	for _, r := range o.w.requests.all() {
		counts["total"]++
		counts[mediaType(o.w.title(r.IMDb))]++
		counts[[...]string{"", "pending", "approved", "declined"}[r.Status]]++
		for _, f := range []string{"processing", "available"} {
			if inFilter(r, f) {
				counts[f]++
			}
		}
	}
	writeJSON(w, http.StatusOK, counts)
}

// get answers GET /request/{id}.
func (o *overseerr) get(w http.ResponseWriter, r *http.Request) {
	req, ok := o.w.requests.get(atoi(r.PathValue("id"), 0))
	o.answer(w, req, ok)
}

func (o *overseerr) answer(w http.ResponseWriter, req Request, ok bool) {
	if !ok {
		writeJSON(w, http.StatusNotFound, map[string]any{"status": 404, "message": "Request not found."})
		return
	}
	writeJSON(w, http.StatusOK, o.request(req))
}

// remove answers DELETE /request/{id}.
func (o *overseerr) remove(w http.ResponseWriter, r *http.Request) {
	id := atoi(r.PathValue("id"), 0)
	_, ok := o.w.requests.change(StatusChange{At: time.Now(), Kind: "request", ID: id, Status: "delete"}, func(r *Request) bool { return r.ID == id }, func(*Request) {})
	if !ok || !o.w.requests.drop(id) {
		writeJSON(w, http.StatusNotFound, map[string]any{"status": 404, "message": "Request not found."})
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// setRequest answers POST /request/{id}/{approve|decline|retry}.
func (o *overseerr) setRequest(w http.ResponseWriter, r *http.Request) {
	id, status := atoi(r.PathValue("id"), 0), r.PathValue("status")
	to, known := map[string]int{"approve": RequestApproved, "decline": RequestDeclined, "retry": RequestApproved, "pending": RequestPending}[status]
	if !known {
		writeJSON(w, http.StatusBadRequest, map[string]any{"message": "request.params.status should be equal to one of the allowed values: approve, decline"})
		return
	}
	req, ok := o.w.requests.change(StatusChange{At: time.Now(), Kind: "request", ID: id, Status: status}, func(r *Request) bool { return r.ID == id }, func(r *Request) {
		r.Status = to
		if to == RequestApproved {
			r.Media = max(r.Media, MediaProcessing)
		}
	})
	o.answer(w, req, ok)
}

// media answers GET /media.
func (o *overseerr) media(w http.ResponseWriter, r *http.Request) {
	seen, all := map[int]bool{}, []Request{}
	for _, req := range o.w.requests.all() {
		if !seen[req.MediaID] {
			seen[req.MediaID], all = true, append(all, req)
		}
	}
	page, info := paged(all, r)
	results := []any{}
	for _, req := range page {
		results = append(results, o.mediaInfo(req))
	}
	writeJSON(w, http.StatusOK, map[string]any{"pageInfo": info, "results": results})
}

// setMedia answers POST /media/{mediaId}/{available|partial|processing|pending|unknown}, with is4k in the body.
func (o *overseerr) setMedia(w http.ResponseWriter, r *http.Request) {
	id, status := atoi(r.PathValue("id"), 0), r.PathValue("status")
	to, known := map[string]int{"available": MediaAvailable, "partial": MediaPartial, "processing": MediaProcessing, "pending": MediaPending, "unknown": MediaUnknown}[status]
	var in struct{ Is4K bool }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil && err != io.EOF || !known {
		writeJSON(w, http.StatusBadRequest, map[string]any{"message": "status or body cannot be read"})
		return
	}
	req, ok := o.w.requests.change(StatusChange{At: time.Now(), Kind: "media", ID: id, Status: status, Is4K: in.Is4K},
		func(r *Request) bool { return r.MediaID == id && r.Is4K == in.Is4K }, func(r *Request) { r.Media = to })
	if !ok {
		writeJSON(w, http.StatusNotFound, map[string]any{"status": 404, "message": "Media does not exist."})
		return
	}
	writeJSON(w, http.StatusOK, o.mediaInfo(req))
}

// movie answers GET /movie/{tmdbId}: the part of MovieDetails that tells what the film is.
func (o *overseerr) movie(w http.ResponseWriter, r *http.Request) {
	t := o.byTMDB(r, "movie")
	if t == nil {
		writeJSON(w, http.StatusNotFound, map[string]any{"status": 404, "message": "Unable to retrieve movie."})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"id": t.tmdb, "imdbId": t.imdb, "title": t.name, "originalTitle": t.name, "originalLanguage": "en", "overview": t.overview, "releaseDate": t.released, "runtime": t.minutes, "status": "Released",
		"externalIds": map[string]any{"imdbId": t.imdb, "tvdbId": nil}, "mediaInfo": o.known(t),
	})
}

// tv answers GET /tv/{tmdbId}: the part of TvDetails that tells what the show is.
func (o *overseerr) tv(w http.ResponseWriter, r *http.Request) {
	t := o.byTMDB(r, "tv")
	if t == nil {
		writeJSON(w, http.StatusNotFound, map[string]any{"status": 404, "message": "Unable to retrieve series."})
		return
	}
	seasons, episodes := []any{}, 0
	for i, n := range t.seasons {
		seasons = append(seasons, map[string]any{"id": t.tmdb*10 + i, "seasonNumber": i + 1, "episodeCount": n, "name": fmt.Sprintf("Season %d", i+1), "airDate": o.w.aired(t, i+1, 1)[:10]})
		episodes += n
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"id": t.tmdb, "name": t.name, "originalName": t.name, "originalLanguage": "en", "overview": t.overview, "firstAirDate": t.released, "status": "Returning Series",
		"numberOfSeason": len(t.seasons), "numberOfEpisodes": episodes, "seasons": seasons, "inProduction": true,
		"externalIds": map[string]any{"imdbId": t.imdb, "tvdbId": orNull(t.tvdb)}, "mediaInfo": o.known(t),
	})
}

func (o *overseerr) byTMDB(r *http.Request, kind string) *title {
	id := atoi(r.PathValue("id"), 0)
	i := slices.IndexFunc(o.w.titles, func(t *title) bool { return t.tmdb == id && mediaType(t) == kind })
	if i < 0 {
		return nil
	}
	return o.w.titles[i]
}

// known is the media info of a title that was requested, or null.
func (o *overseerr) known(t *title) any {
	all := o.w.requests.all()
	i := slices.IndexFunc(all, func(r Request) bool { return r.IMDb == t.imdb })
	if i < 0 {
		return nil
	}
	return o.mediaInfo(all[i])
}
