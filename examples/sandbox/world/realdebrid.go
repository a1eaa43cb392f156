package world

import (
	"context"
	"io"
	"math"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"
)

// realdebrid is a debrid service with Real-Debrid's REST API 1.0: bearer tokens, forms in, JSON out, and its table of errors.
type realdebrid struct {
	w        *World
	accounts map[string]*account // by token
}

// accountKey is where a request's context holds the account.
type accountKey struct{}

func (d *realdebrid) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h func(http.ResponseWriter, *http.Request, *account)) {
		method, p, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /rest/1.0"+p, func(w http.ResponseWriter, r *http.Request) {
			h(w, r, r.Context().Value(accountKey{}).(*account))
		})
	}
	handle("GET /user", d.user)
	handle("GET /torrents", d.list)
	handle("GET /torrents/info/{id}", d.info)
	handle("GET /torrents/activeCount", d.activeCount)
	handle("GET /torrents/availableHosts", d.hosts)
	handle("GET /torrents/instantAvailability/{rest...}", func(w http.ResponseWriter, _ *http.Request, _ *account) { errDisabled.write(w) })
	handle("POST /torrents/addMagnet", d.addMagnet)
	handle("PUT /torrents/addTorrent", d.addTorrent)
	handle("POST /torrents/selectFiles/{id}", d.selectFiles)
	handle("DELETE /torrents/delete/{id}", d.remove)
	handle("POST /unrestrict/link", d.unrestrict)
	handle("POST /unrestrict/check", d.check)
	handle("GET /downloads", d.downloads)
	handle("DELETE /downloads/delete/{id}", d.removeDownload)
	handle("GET /traffic/details", d.traffic)
	handle("GET /streaming/mediaInfos/{id}", d.mediaInfos)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { errUnknownMethod.write(w) })
	open := http.NewServeMux()
	open.HandleFunc("GET /rest/1.0/time", d.time)
	open.HandleFunc("GET /rest/1.0/time/iso", d.time)
	open.Handle("/", d.auth(mux))
	return open
}

// auth wants a bearer token, or auth_token in the query; else error 8.
func (d *realdebrid) auth(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			token = r.URL.Query().Get("auth_token")
		}
		a := d.accounts[token]
		if a == nil {
			errBadToken.write(w)
			return
		}
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), accountKey{}, a)))
	})
}

// time answers GET /time and /time/iso, which are public.
func (d *realdebrid) time(w http.ResponseWriter, r *http.Request) {
	layout := time.DateTime
	if path.Base(r.URL.Path) == "iso" {
		layout = "2006-01-02T15:04:05-0700"
	}
	writeBody(w, http.StatusOK, "text/plain", []byte(time.Now().UTC().Format(layout)))
}

// user answers GET /user.
func (d *realdebrid) user(w http.ResponseWriter, _ *http.Request, a *account) {
	a.mu.Lock()
	free := a.free
	a.mu.Unlock()
	kind, left := "premium", 30*24*time.Hour
	if free {
		kind, left = "free", 0
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"id": seedOf(a.token) % 1_000_000, "username": "ada", "email": "a**@sandbox.invalid", "points": 100, "locale": "en", "avatar": "",
		"type": kind, "premium": int(left.Seconds()), "expiration": rdTime(time.Now().Add(left)),
	})
}

// rdTime is a time as the service writes it.
func rdTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// rdPage reads offset, page (from 1; it wins over offset) and limit (0 to 5000, default 100) and cuts the list; the total goes into
// X-Total-Count. It answers 204 and gives false when nothing is left.
func rdPage[T any](w http.ResponseWriter, r *http.Request, all []T) ([]T, bool) {
	q := r.URL.Query()
	limit := min(max(atoi(q.Get("limit"), 100), 0), 5000)
	offset := max(atoi(q.Get("offset"), 0), 0)
	if page := atoi(q.Get("page"), 0); page > 0 {
		offset = (page - 1) * limit
	}
	w.Header().Set("X-Total-Count", strconv.Itoa(len(all)))
	offset = min(offset, len(all))
	cut := all[offset:min(offset+limit, len(all))]
	if len(cut) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil, false
	}
	return cut, true
}

// list answers GET /torrents with offset, page, limit and filter=active; newest first.
func (d *realdebrid) list(w http.ResponseWriter, r *http.Request, a *account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	all := []map[string]any{}
	for _, t := range a.torrents {
		if entry := d.short(a, t, now); r.URL.Query().Get("filter") != "active" || isActive(entry) {
			all = append(all, entry)
		}
	}
	if page, ok := rdPage(w, r, all); ok {
		writeJSON(w, http.StatusOK, page)
	}
}

// isActive tells whether a described torrent takes a slot.
func isActive(entry map[string]any) bool {
	for _, s := range activeStatuses {
		if entry["status"] == s {
			return true
		}
	}
	return false
}

// short describes a torrent as the list does. The caller holds the account's lock.
func (d *realdebrid) short(a *account, t *rdTorrent, now time.Time) map[string]any {
	s := a.status(t, now)
	m := map[string]any{
		"id": t.id, "filename": t.name(), "hash": t.hash, "bytes": t.bytes(), "host": "real-debrid.com", "split": 2000,
		"progress": s.progress, "status": s.word, "added": rdTime(t.added), "links": a.linksOf(t, now),
	}
	switch s.word {
	case "downloaded":
		m["ended"] = rdTime(s.done)
	case "downloading":
		m["speed"], m["seeders"] = 1_000_000, 5
		if t.debrid != Uncached {
			m["speed"], m["seeders"] = 0, 0
		}
	}
	return m
}

// info answers GET /torrents/info/{id}: the list's fields, and the files with ids from 1 and paths that begin with a slash.
func (d *realdebrid) info(w http.ResponseWriter, r *http.Request, a *account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.find(r.PathValue("id"))
	if t == nil {
		errUnknown.write(w)
		return
	}
	m := d.short(a, t, time.Now())
	files := []any{}
	m["original_filename"], m["original_bytes"] = t.name(), int64(0)
	if t.rel != nil && m["status"] != "magnet_conversion" {
		m["original_bytes"] = t.rel.size()
		chosen := map[int]int{}
		for _, n := range t.selected {
			chosen[n] = 1
		}
		for i, f := range t.rel.files {
			files = append(files, map[string]any{"id": i + 1, "path": "/" + f.path, "bytes": f.size, "selected": chosen[i+1]})
		}
	}
	m["files"] = files
	writeJSON(w, http.StatusOK, m)
}

// activeCount answers GET /torrents/activeCount.
func (d *realdebrid) activeCount(w http.ResponseWriter, _ *http.Request, a *account) {
	s := a.state(time.Now())
	writeJSON(w, http.StatusOK, map[string]any{"nb": s.Active, "limit": s.Slots})
}

// hosts answers GET /torrents/availableHosts; sizes are in gigabytes.
func (d *realdebrid) hosts(w http.ResponseWriter, _ *http.Request, _ *account) {
	writeJSON(w, http.StatusOK, []any{map[string]any{"host": "real-debrid.com", "max_file_size": 2000}})
}

// addMagnet answers POST /torrents/addMagnet, form magnet (a magnet link; a bare hash does too, as clients send it).
func (d *realdebrid) addMagnet(w http.ResponseWriter, r *http.Request, a *account) {
	magnet := r.PostFormValue("magnet")
	if magnet == "" {
		errMissing.write(w)
		return
	}
	if !strings.HasPrefix(magnet, "magnet:") {
		magnet = "magnet:?xt=urn:btih:" + magnet
	}
	m, err := metainfo.ParseMagnetUri(magnet)
	if err != nil {
		errBadParameter("magnet").write(w)
		return
	}
	d.added(w, a, m.InfoHash.HexString(), false)
}

// addTorrent answers PUT /torrents/addTorrent, whose body is the .torrent.
func (d *realdebrid) addTorrent(w http.ResponseWriter, r *http.Request, a *account) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 10<<20))
	var m metainfo.MetaInfo
	if err != nil || bencode.Unmarshal(body, &m) != nil || len(m.InfoBytes) == 0 {
		errTorrentInvalid.write(w)
		return
	}
	d.added(w, a, m.HashInfoBytes().HexString(), true)
}

// added puts a torrent into the account: 201 with id and uri.
func (d *realdebrid) added(w http.ResponseWriter, a *account, hash string, byFile bool) {
	t, bad := a.add(d.w.release(hash), hash, byFile, time.Now())
	if bad != nil {
		bad.write(w)
		return
	}
	writeJSON(w, http.StatusCreated, map[string]any{"id": t.id, "uri": d.w.realdebrid.url() + "/rest/1.0/torrents/info/" + t.id})
}

// selectFiles answers POST /torrents/selectFiles/{id}, form files: 204, or 202 where it was done before.
func (d *realdebrid) selectFiles(w http.ResponseWriter, r *http.Request, a *account) {
	files := r.PostFormValue("files")
	if files == "" {
		errMissing.write(w)
		return
	}
	if bad := a.choose(r.PathValue("id"), files, time.Now()); bad != nil {
		bad.write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// remove answers DELETE /torrents/delete/{id}.
func (d *realdebrid) remove(w http.ResponseWriter, r *http.Request, a *account) {
	if !a.remove(r.PathValue("id")) {
		errUnknown.write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// unrestrict answers POST /unrestrict/link, form link.
func (d *realdebrid) unrestrict(w http.ResponseWriter, r *http.Request, a *account) {
	link := r.PostFormValue("link")
	if link == "" {
		errMissing.write(w)
		return
	}
	dl, bad := a.unrestrict(link, time.Now())
	if bad != nil {
		bad.write(w)
		return
	}
	m := d.describe(dl)
	m["crc"], m["alternative"] = 1, []any{}
	writeJSON(w, http.StatusOK, m)
}

// describe is a download as unrestrict/link and downloads give it.
func (d *realdebrid) describe(dl *rdDownload) map[string]any {
	streamable := 0
	if dl.file.video() {
		streamable = 1
	}
	return map[string]any{
		"id": dl.id, "filename": dl.file.name(), "mimeType": mimeOf(dl.file.name()), "filesize": dl.file.size, "link": dl.link, "host": "real-debrid.com", "host_icon": "", "chunks": 32,
		"download": d.w.cdn.url() + "/d/" + dl.id + "/" + escapePath(dl.file.name()), "streamable": streamable,
	}
}

// check answers POST /unrestrict/check, form link.
func (d *realdebrid) check(w http.ResponseWriter, r *http.Request, a *account) {
	link := r.PostFormValue("link")
	if link == "" {
		errMissing.write(w)
		return
	}
	f, bad := a.check(link)
	if bad != nil {
		bad.write(w)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"host": "real-debrid.com", "link": link, "filename": f.name(), "filesize": f.size, "supported": 1})
}

// downloads answers GET /downloads; newest first.
func (d *realdebrid) downloads(w http.ResponseWriter, r *http.Request, a *account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	page, ok := rdPage(w, r, a.downloads)
	if !ok {
		return
	}
	out := []any{}
	for _, dl := range page {
		m := d.describe(dl)
		m["generated"] = rdTime(dl.made)
		out = append(out, m)
	}
	writeJSON(w, http.StatusOK, out)
}

// removeDownload answers DELETE /downloads/delete/{id}.
func (d *realdebrid) removeDownload(w http.ResponseWriter, r *http.Request, a *account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, dl := range a.downloads {
		if dl.id == r.PathValue("id") {
			a.downloads = append(a.downloads[:i], a.downloads[i+1:]...)
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	errUnknown.write(w)
}

// traffic answers GET /traffic/details: by day, then by host.
func (d *realdebrid) traffic(w http.ResponseWriter, _ *http.Request, a *account) {
	n := a.state(time.Now()).TrafficBytes
	writeJSON(w, http.StatusOK, map[string]any{time.Now().UTC().Format(time.DateOnly): map[string]any{"host": map[string]any{"real-debrid.com": n}, "bytes": n}})
}

// mediaInfos answers GET /streaming/mediaInfos/{id} for a download; what is empty in details is [] and not {}.
func (d *realdebrid) mediaInfos(w http.ResponseWriter, r *http.Request, a *account) {
	f, found, _ := a.download(r.PathValue("id"), time.Now())
	if !found || !f.video() {
		errUnknown.write(w)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"filename": f.name(), "hoster": "real-debrid.com", "type": "movie", "season": nil, "episode": nil, "year": nil,
		"duration": 10.0, "bitrate": math.Round(float64(f.size*8) / 10), "size": f.size,
		"details": map[string]any{
			"video":     map[string]any{"und1": map[string]any{"stream": "0:0", "lang": "Unknown", "lang_iso": "und", "codec": "h264", "colorspace": "yuv420p", "width": 320, "height": 180}},
			"audio":     map[string]any{"und1": map[string]any{"stream": "0:1", "lang": "Unknown", "lang_iso": "und", "codec": "aac", "sampling": 44100, "channels": 1}},
			"subtitles": []any{},
		},
	})
}
