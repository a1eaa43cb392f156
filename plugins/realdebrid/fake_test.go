package realdebrid

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

const token = "T0KEN"

// fake is the service as the documentation describes it, with one account.
type fake struct {
	mu       sync.Mutex // guards what follows
	torrents []*held    // newest first
	cap      int        // the most that a page holds, whatever is asked for
	noTotal  bool       // X-Total-Count is left out
	links    int        // downloads made
	files    []torrentFile
	next     []string // statuses that a new torrent goes through, one a look
	chosen   func(files []string) []string
	refuse   int // error code of an add; 0 for none
	lose     bool
}

type held struct {
	torrent
	script []string
	magnet string
	bytes  int
}

func hashOf(n int) string { return fmt.Sprintf("%040x", n) }

func newFake() *fake {
	return &fake{
		files: []torrentFile{
			{ID: 1, Path: "/Film.2010.1080p.mkv", Bytes: 1000},
			{ID: 2, Path: "/Sample/film-sample.mkv", Bytes: 10},
			{ID: 3, Path: "/Extras/Making.Of.mp4", Bytes: 700},
			{ID: 4, Path: "/Film.2010.srt", Bytes: 1},
			{ID: 5, Path: "/read.me.nfo", Bytes: 1},
		},
		next: []string{statusConversion, statusSelection},
	}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer "+token {
		answer(w, 401, `{"error": "bad_token", "error_code": 8}`)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /user", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, `{"username": "ada", "points": 7, "type": "premium", "premium": 864000, "expiration": "2030-01-02T03:04:05.000Z"}`)
	})
	mux.HandleFunc("GET /torrents/activeCount", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, `{"nb": 3, "limit": "25"}`) })
	mux.HandleFunc("GET /traffic/details", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, `{"2026-01-01": {"host": {"x": 1}, "bytes": 1}, "2026-01-02": {"host": {"x": 2147483648}, "bytes": 2147483648}}`)
	})
	mux.HandleFunc("GET /torrents", f.list)
	mux.HandleFunc("GET /torrents/info/{id}", f.info)
	mux.HandleFunc("POST /torrents/addMagnet", f.add)
	mux.HandleFunc("PUT /torrents/addTorrent", f.add)
	mux.HandleFunc("POST /torrents/selectFiles/{id}", f.choose)
	mux.HandleFunc("DELETE /torrents/delete/{id}", f.remove)
	mux.HandleFunc("POST /unrestrict/link", f.unrestrict)
	mux.ServeHTTP(w, r)
}

func answer(w http.ResponseWriter, status int, body string) {
	w.WriteHeader(status)
	fmt.Fprint(w, body)
}

func (f *fake) list(w http.ResponseWriter, r *http.Request) {
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	limit, _ := strconv.Atoi(r.FormValue("limit"))
	if f.cap > 0 {
		limit = min(limit, f.cap)
	}
	if !f.noTotal {
		w.Header().Set("X-Total-Count", strconv.Itoa(len(f.torrents)))
	}
	from := min(offset, len(f.torrents))
	page := f.torrents[from:min(from+limit, len(f.torrents))]
	if len(page) == 0 {
		w.WriteHeader(204)
		return
	}
	var out []map[string]any
	for _, t := range page {
		out = append(out, map[string]any{"id": t.ID, "filename": t.Filename, "hash": strings.ToUpper(string(t.Hash)), "bytes": t.Bytes, "progress": t.Progress, "status": t.Status, "links": t.Links})
	}
	write(w, out)
}

func write(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

func (f *fake) find(w http.ResponseWriter, r *http.Request) *held {
	for _, t := range f.torrents {
		if string(t.ID) == r.PathValue("id") {
			return t
		}
	}
	answer(w, 404, `{"error": "unknown_ressource", "error_code": 7}`)
	return nil
}

func (f *fake) info(w http.ResponseWriter, r *http.Request) {
	t := f.find(w, r)
	if t == nil {
		return
	}
	if len(t.script) > 0 {
		t.Status = httpclient.String(t.script[0])
		t.script = t.script[1:]
	}
	files := []map[string]any{}
	for _, file := range t.Files {
		selected := 0
		if file.Selected {
			selected = 1
		}
		files = append(files, map[string]any{"id": file.ID, "path": file.Path, "bytes": file.Bytes, "selected": selected})
	}
	write(w, map[string]any{
		"id": t.ID, "filename": t.Filename, "original_filename": t.OriginalFilename, "hash": t.Hash, "bytes": t.Bytes,
		"progress": t.Progress, "status": t.Status, "speed": t.Speed, "links": t.Links, "files": files,
	})
}

func (f *fake) add(w http.ResponseWriter, r *http.Request) {
	if f.refuse != 0 {
		answer(w, 403, fmt.Sprintf(`{"error": "refused", "error_code": %d}`, f.refuse))
		return
	}
	t := &held{script: slices.Clone(f.next)}
	if r.Method == http.MethodPut {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(err)
		}
		t.bytes, t.Hash = len(body), httpclient.String(hashOf(1))
	} else {
		t.magnet = r.FormValue("magnet")
		t.Hash = httpclient.String(strings.TrimPrefix(t.magnet, "magnet:?xt=urn:btih:"))
	}
	t.ID = httpclient.String("ID" + strconv.Itoa(len(f.torrents)+1))
	t.Filename, t.OriginalFilename, t.Status = "Film.2010", "Film.2010", statusConversion
	t.Files = slices.Clone(f.files)
	f.torrents = slices.Insert(f.torrents, 0, t)
	if f.lose {
		f.lose = false
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(201)
	write(w, map[string]any{"id": t.ID, "uri": "https://x/" + t.ID})
}

// choose makes the torrent downloaded unless it has more statuses to go through.
func (f *fake) choose(w http.ResponseWriter, r *http.Request) {
	t := f.find(w, r)
	if t == nil {
		return
	}
	ids := strings.Split(r.FormValue("files"), ",")
	t.Links = nil
	for i := range t.Files {
		if t.Files[i].Selected = httpclient.Bool(slices.Contains(ids, t.Files[i].id())); t.Files[i].Selected {
			t.Links = append(t.Links, "https://real-debrid.com/d/"+string(t.ID)+t.Files[i].id())
		}
	}
	if f.chosen != nil {
		t.Links = f.chosen(t.Links)
	}
	if len(t.script) == 0 {
		t.script = []string{statusDownloaded}
	}
	w.WriteHeader(204)
}

func (f *fake) remove(w http.ResponseWriter, r *http.Request) {
	if t := f.find(w, r); t != nil {
		f.torrents = slices.DeleteFunc(f.torrents, func(o *held) bool { return o == t })
		w.WriteHeader(204)
	}
}

func (f *fake) unrestrict(w http.ResponseWriter, r *http.Request) {
	link := r.FormValue("link")
	f.links++
	name := "Film.2010.1080p.mkv"
	if strings.Contains(link, "rar") {
		name = "Film.2010.rar"
	}
	url := fmt.Sprintf("https://cdn.example/%d/%s", f.links, link[strings.LastIndex(link, "/")+1:])
	if strings.Contains(link, "empty") {
		url = ""
	}
	write(w, map[string]any{"id": "D", "filename": name, "filesize": 1000, "link": link, "chunks": 32, "download": url, "streamable": 1})
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.torrents)
}

// setup gives an instance at a fake of its own.
func setup(t *testing.T) (*RealDebrid, *fake, *sdktest.Upstream) {
	t.Helper()
	f := newFake()
	up := sdktest.NewUpstream(t, f)
	return instance(t, sdktest.Env(t), up), f, up
}

func instance(t *testing.T, env sdk.Env, up *sdktest.Upstream) *RealDebrid {
	t.Helper()
	r, err := New(t.Context(), env, Settings{URL: up.URL, Token: sdk.NewSecret(" " + token + "\n")})
	if err != nil {
		t.Fatal(err)
	}
	r.pace = time.Millisecond
	return r
}

func request(n int) sdk.AddRequest {
	return sdk.AddRequest{Hash: hashOf(n), Name: "Film.2010", Magnet: "magnet:?xt=urn:btih:" + hashOf(n)}
}
