package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace-media/millrace/sdk/torznab"
)

// film is a title of the world. Its index is its TMDB id and the number of its request, its torrent and its hash.
type film struct {
	n    int
	name string
	year int
}

func (f film) imdb() string { return fmt.Sprintf("tt%07d", 1_000_000+f.n) }

// hash is that of the ith release: the last five digits are the film's number.
func (f film) hash(i int) string { return fmt.Sprintf("%040x", (0xbe5c4+i)<<20+f.n) }

// release names the ith release, the first of which is the best.
func (f film) release(i int) string {
	kind := kinds[min(i, 1)*(1+i%(len(kinds)-1))]
	return fmt.Sprintf("%s.%d.%s-BENCH%d", strings.ReplaceAll(f.name, " ", "."), f.year, kind, i)
}

var kinds = []string{
	"1080p.BluRay.REMUX.AVC.DTS-HD.MA.5.1", "1080p.WEB-DL.DDP5.1.H.264", "720p.BluRay.x264", "2160p.WEB-DL.HDR.HEVC", "480p.DVDRip.XviD",
	"HDCAM.x264", "German.DL.1080p.BluRay.x264", "1080p.WEBRip.x265.10bit",
}

const filmSize = 8 << 30

var (
	firstWords = strings.Fields(`Amber Bitter Copper Distant Eager Frozen Gentle Hollow Iron Jagged Kindred Lonely Marble
		Narrow Open Patient Quiet Restless Silver Tender Upper Velvet Wandering Young Zealous Broken`)
	lastWords = strings.Fields(`Anchor Bridge Canyon Desert Ember Forest Garden Harbor Island Jungle Kingdom Lantern Meadow
		Needle Orchard Prairie Quarry River Summit Thunder Umbrella Valley Willow Yard Zephyr Beacon`)
)

// films gives n different ones, with numbers from 1.
func films(n int) []film {
	out := make([]film, n)
	for i := range out {
		out[i] = film{
			n: i + 1, year: 1980 + i%40,
			name: "The " + firstWords[i%len(firstWords)] + " " + lastWords[i/len(firstWords)%len(lastWords)],
		}
	}
	return out
}

// world is every service that a film needs, in this process: requests, metadata, an indexer and a debrid service that holds
// everything already. They answer at once, from what was made before.
type world struct {
	url  string
	all  []film
	asks []film // what is requested
	each int    // how many releases the indexer finds of each film

	mu     sync.Mutex        // guards what follows
	begun  time.Time         // of the first list of requests
	status map[string]string // of a requested film, by its number
	chosen map[string]bool   // torrents whose files are selected, by their number
}

// newWorld has one more film than are requested.
func newWorld(b *testing.B, requested, each int) *world {
	all := films(requested + 1)
	w := &world{all: all, asks: all[:requested], each: each, status: map[string]string{}, chosen: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /overseerr/api/v1/request", w.requests)
	mux.HandleFunc("GET /overseerr/api/v1/request/{n}", w.request)
	mux.HandleFunc("GET /overseerr/api/v1/movie/{n}", w.page)
	mux.HandleFunc("POST /overseerr/api/v1/media/{n}/{status}", w.acknowledge)
	mux.HandleFunc("GET /cinemeta/meta/movie/{id}", w.meta)
	mux.HandleFunc("GET /torznab/api", w.indexer)
	mux.HandleFunc("GET /debrid/torrents", func(r http.ResponseWriter, _ *http.Request) { r.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST /debrid/torrents/addMagnet", w.addMagnet)
	mux.HandleFunc("POST /debrid/torrents/selectFiles/{n}", w.selectFiles)
	mux.HandleFunc("GET /debrid/torrents/info/{n}", w.info)
	s := httptest.NewServer(mux)
	b.Cleanup(s.Close)
	w.url = s.URL
	return w
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(http.ErrAbortHandler) // the caller has left
	}
}

// find gives the film of a number in a path.
func (w *world) find(n string) (film, bool) {
	i, err := strconv.Atoi(n)
	if err != nil || i < 1 || i > len(w.all) {
		return film{}, false
	}
	return w.all[i-1], true
}

// requests is a page of Overseerr's list of requests.
func (w *world) requests(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.begun.IsZero() {
		w.begun = time.Now()
	}
	skip, _ := strconv.Atoi(r.FormValue("skip")) // 0 is the first page
	take, _ := strconv.Atoi(r.FormValue("take"))
	skip = min(skip, len(w.asks))
	page := []any{}
	for _, f := range w.asks[skip:min(skip+take, len(w.asks))] {
		page = append(page, w.describe(f))
	}
	answer(rw, map[string]any{"pageInfo": map[string]any{"results": len(w.asks)}, "results": page})
}

// describe is a request in Overseerr's words. The caller holds mu.
func (w *world) describe(f film) map[string]any {
	status := map[string]int{"": 2, "processing": 3, "available": 5}[w.status[strconv.Itoa(f.n)]]
	return map[string]any{
		"id": f.n, "status": 2, "type": "movie",
		"media": map[string]any{"id": f.n, "mediaType": "movie", "tmdbId": f.n, "status": status},
	}
}

func (w *world) request(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f, ok := w.find(r.PathValue("n")); ok {
		answer(rw, w.describe(f))
		return
	}
	http.NotFound(rw, r)
}

// page is a film's page at Overseerr, which tells its IMDb id.
func (w *world) page(rw http.ResponseWriter, r *http.Request) {
	f, ok := w.find(r.PathValue("n"))
	if !ok {
		http.NotFound(rw, r)
		return
	}
	answer(rw, map[string]any{"id": f.n, "title": f.name, "releaseDate": fmt.Sprintf("%d-03-01", f.year), "imdbId": f.imdb()})
}

func (w *world) acknowledge(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status[r.PathValue("n")] = r.PathValue("status")
	answer(rw, map[string]any{"id": 1})
}

// told reports whether every request was answered with its film.
func (w *world) told() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, s := range w.status {
		if s == "available" {
			n++
		}
	}
	return n >= len(w.asks)
}

// byIMDb gives the film of an IMDb id, with or without the letters before it.
func (w *world) byIMDb(id string) (film, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "tt"))
	if err != nil {
		return film{}, false
	}
	return w.find(strconv.Itoa(n - 1_000_000))
}

func (w *world) meta(rw http.ResponseWriter, r *http.Request) {
	f, ok := w.byIMDb(strings.TrimSuffix(r.PathValue("id"), ".json"))
	if !ok {
		http.NotFound(rw, r)
		return
	}
	answer(rw, map[string]any{"meta": map[string]any{
		"id": f.imdb(), "imdb_id": f.imdb(), "moviedb_id": f.n, "type": "movie", "name": f.name, "year": strconv.Itoa(f.year),
		"released": fmt.Sprintf("%d-03-01T00:00:00.000Z", f.year), "runtime": "100 min", "genres": []string{"Drama"},
		"description": "A film that is as long as its description is short.",
	}})
}

// indexer answers what can be asked, and one good release to whoever asks for a film by its IMDb id.
func (w *world) indexer(rw http.ResponseWriter, r *http.Request) {
	var body []byte
	var err error
	if r.FormValue("t") == torznab.FunctionCaps {
		body, err = torznab.Caps{
			Title: "bench", Max: 100, Default: 100, Search: torznab.Function{Available: true, Params: []string{"q"}},
			Movie:      torznab.Function{Available: true, Params: []string{"q", "imdbid"}},
			Categories: []torznab.Category{{ID: 2000, Name: "Movies"}},
		}.Encode()
	} else {
		feed := torznab.Feed{Title: "bench"}
		if f, ok := w.byIMDb(r.FormValue("imdbid")); ok {
			for i := range w.each {
				feed.Items = append(feed.Items, f.item(i))
			}
		}
		body, err = feed.Encode()
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	rw.Header().Set("Content-Type", "application/rss+xml")
	rw.Write(body)
}

func (f film) item(i int) torznab.Item {
	return torznab.Item{
		Title: f.release(i), GUID: f.hash(i), Size: filmSize, Category: []int{2000}, Published: time.Unix(1_700_000_000, 0),
		Link: "magnet:?xt=urn:btih:" + f.hash(i),
		Attrs: map[string][]string{
			"infohash": {f.hash(i)}, "seeders": {"50"}, "peers": {"60"}, "imdbid": {strings.TrimPrefix(f.imdb(), "tt")},
		},
	}
}

// addMagnet takes a torrent whose number is that of the film.
func (w *world) addMagnet(rw http.ResponseWriter, r *http.Request) {
	_, rest, _ := strings.Cut(r.FormValue("magnet"), "btih:")
	hash, _, _ := strings.Cut(rest, "&")
	i, err := strconv.ParseUint(hash[max(0, len(hash)-5):], 16, 64)
	f, ok := w.find(strconv.FormatUint(i, 10))
	if err != nil || !ok {
		http.Error(rw, `{"error": "parameter_missing", "error_code": 1}`, http.StatusBadRequest)
		return
	}
	rw.WriteHeader(http.StatusCreated)
	answer(rw, map[string]any{"id": strconv.Itoa(f.n), "uri": "https://real-debrid.example/" + strconv.Itoa(f.n)})
}

func (w *world) selectFiles(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.chosen[r.PathValue("n")] = true
	rw.WriteHeader(http.StatusNoContent)
}

// info tells that a torrent is downloaded as soon as its files are selected: the service has held it all along.
func (w *world) info(rw http.ResponseWriter, r *http.Request) {
	f, ok := w.find(r.PathValue("n"))
	if !ok {
		http.NotFound(rw, r)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	status, selected, links := "waiting_files_selection", 0, []string{}
	if w.chosen[r.PathValue("n")] {
		status, selected, links = "downloaded", 1, []string{"https://real-debrid.example/d/" + strconv.Itoa(f.n)}
	}
	answer(rw, map[string]any{
		"id": strconv.Itoa(f.n), "filename": f.release(0) + ".mkv", "original_filename": f.release(0) + ".mkv", "hash": f.hash(0),
		"bytes": filmSize, "progress": 100, "status": status, "links": links,
		"files": []any{map[string]any{"id": 1, "path": "/" + f.release(0) + ".mkv", "bytes": filmSize, "selected": selected}},
	})
}

func (w *world) start() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.begun
}
