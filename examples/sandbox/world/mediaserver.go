package world

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Heard is something that a media server was told.
type Heard struct {
	At      time.Time `json:"at"`
	Server  string    `json:"server"` // jellyfin or plex
	Kind    string    `json:"kind"`   // updated (paths), refresh (a section, perhaps one path of it), scan (everything)
	Section string    `json:"section,omitempty"`
	Paths   []Update  `json:"paths"`
}

// Update is a path and what became of it.
type Update struct {
	Path string `json:"path"`
	Type string `json:"type,omitempty"` // Created, Modified or Deleted, where it was said
}

// hearing is what the media servers heard, and where they believe their library to be.
type hearing struct {
	mu      sync.Mutex // guards what follows
	list    []Heard
	library string
}

func (h *hearing) note(e Heard) {
	e.At = time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, e)
}

func (h *hearing) all() []Heard {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Heard{}, h.list...)
}

func (h *hearing) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = nil
}

// root is the folder of the library, as the media servers see it.
func (h *hearing) root() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.library
}

func (h *hearing) setRoot(p string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.library = p
}

// jellyfin is a media server (Jellyfin OpenAPI 10.11).
type jellyfin struct {
	w    *World
	key  string
	self func() string
}

func (j *jellyfin) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /System/Info", j.info)
	mux.HandleFunc("GET /Users/Me", j.me)
	mux.HandleFunc("GET /Users", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, []any{j.user()}) })
	mux.HandleFunc("GET /Library/VirtualFolders", j.folders)
	mux.HandleFunc("POST /Library/Media/Updated", j.updated)
	mux.HandleFunc("POST /Library/Refresh", j.refresh)
	open := http.NewServeMux()
	open.HandleFunc("GET /System/Info/Public", j.info)
	open.HandleFunc("/System/Ping", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, "Jellyfin Server") })
	open.Handle("/", j.auth(mux))
	return open
}

// auth takes the token from Authorization: MediaBrowser Token="…", X-Emby-Token, X-MediaBrowser-Token, or api_key in the query
// (Jellyfin OpenAPI, CustomAuthentication; the last three are the older ways); else 401.
func (j *jellyfin) auth(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		for _, token := range []string{mediaBrowserToken(r.Header.Get("Authorization")), r.Header.Get("X-Emby-Token"), r.Header.Get("X-MediaBrowser-Token"), q.Get("api_key"), q.Get("ApiKey")} {
			if token == j.key {
				h.ServeHTTP(w, r)
				return
			}
		}
		w.WriteHeader(http.StatusUnauthorized)
	})
}

// mediaBrowserToken reads Token from `MediaBrowser Client="x", Token="y"`.
func mediaBrowserToken(header string) string {
	fields, ok := strings.CutPrefix(header, "MediaBrowser ")
	if !ok {
		return ""
	}
	for part := range strings.SplitSeq(fields, ",") {
		if name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name == "Token" {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}

// info answers GET /System/Info and /System/Info/Public.
func (j *jellyfin) info(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"LocalAddress": j.self(), "ServerName": "sandbox", "Version": "10.11.0", "ProductName": "Jellyfin Server", "OperatingSystem": "", "Id": "5a0db0c0ffee4bee8d15ea5e00000001", "StartupWizardCompleted": true,
	})
}

// user is the part of UserDto that says who it is.
func (j *jellyfin) user() map[string]any {
	return map[string]any{"Name": "ada", "ServerId": "5a0db0c0ffee4bee8d15ea5e00000001", "Id": "5a0db0c0ffee4bee8d15ea5e00000002", "HasPassword": true, "HasConfiguredPassword": true, "Policy": map[string]any{"IsAdministrator": true}}
}

// me answers GET /Users/Me: the token belongs to an administrator.
func (j *jellyfin) me(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, j.user()) }

// folders answers GET /Library/VirtualFolders.
func (j *jellyfin) folders(w http.ResponseWriter, _ *http.Request) {
	root := j.w.heard.root()
	writeJSON(w, http.StatusOK, []any{
		map[string]any{"Name": "Movies", "Locations": []string{root + "/movies"}, "CollectionType": "movies", "ItemId": "f137a2dd21bbc1b99aa5c0f6bf02a805"},
		map[string]any{"Name": "Shows", "Locations": []string{root + "/shows"}, "CollectionType": "tvshows", "ItemId": "a656b907eb3a73532e40e44b968d0225"},
	})
}

// updated answers POST /Library/Media/Updated, whose body is a MediaUpdateInfoDto.
func (j *jellyfin) updated(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Updates []struct{ Path, UpdateType string }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]any{"title": "One or more validation errors occurred.", "status": 400})
		return
	}
	e := Heard{Server: "jellyfin", Kind: "updated", Paths: []Update{}}
	for _, u := range in.Updates {
		e.Paths = append(e.Paths, Update{Path: u.Path, Type: u.UpdateType})
	}
	j.w.heard.note(e)
	w.WriteHeader(http.StatusNoContent)
}

// refresh answers POST /Library/Refresh.
func (j *jellyfin) refresh(w http.ResponseWriter, _ *http.Request) {
	j.w.heard.note(Heard{Server: "jellyfin", Kind: "scan", Paths: []Update{}})
	w.WriteHeader(http.StatusNoContent)
}

// plex is a media server (Plex API specification), which answers in XML unless JSON is asked for.
type plex struct {
	w   *World
	key string
}

// plexContainer is the MediaContainer of both forms.
type plexContainer struct {
	XMLName   xml.Name      `xml:"MediaContainer" json:"-"`
	Size      int           `xml:"size,attr" json:"size"`
	MachineID string        `xml:"machineIdentifier,attr,omitempty" json:"machineIdentifier,omitempty"`
	Version   string        `xml:"version,attr,omitempty" json:"version,omitempty"`
	Claimed   bool          `xml:"claimed,attr,omitempty" json:"claimed,omitempty"`
	Name      string        `xml:"friendlyName,attr,omitempty" json:"friendlyName,omitempty"`
	Title     string        `xml:"title1,attr,omitempty" json:"title1,omitempty"`
	Directory []plexSection `xml:"Directory" json:"Directory,omitempty"`
}

// plexSection is a library section.
type plexSection struct {
	Key        string         `xml:"key,attr" json:"key"`
	Type       string         `xml:"type,attr" json:"type"`
	Title      string         `xml:"title,attr" json:"title"`
	Agent      string         `xml:"agent,attr" json:"agent"`
	Scanner    string         `xml:"scanner,attr" json:"scanner"`
	Language   string         `xml:"language,attr" json:"language"`
	UUID       string         `xml:"uuid,attr" json:"uuid"`
	Refreshing bool           `xml:"refreshing,attr" json:"refreshing"`
	Location   []plexLocation `xml:"Location" json:"Location"`
}

// plexLocation is a folder of a section.
type plexLocation struct {
	ID   int    `xml:"id,attr" json:"id"`
	Path string `xml:"path,attr" json:"path"`
}

func (p *plex) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		p.write(w, r, plexContainer{MachineID: plexID, Version: plexVersion, Name: "sandbox"})
	})
	mux.HandleFunc("GET /library/sections", p.sections)
	mux.HandleFunc("GET /library/sections/all", p.sections)
	mux.HandleFunc("GET /library/sections/{id}/refresh", p.refresh) // as servers before the specification, and plexapi, have it
	mux.HandleFunc("POST /library/sections/{id}/refresh", p.refresh)
	open := http.NewServeMux()
	open.HandleFunc("GET /identity", p.identity)
	open.Handle("/", p.auth(mux))
	return open
}

// What the server says of itself.
const (
	plexID      = "5a0db0c0ffee5a0db0c0ffee5a0db0c0ffee0001"
	plexVersion = "1.41.3.9314-a0bfb8370"
)

// auth wants X-Plex-Token as a header or in the query; else 401.
func (p *plex) auth(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Plex-Token") != p.key && r.URL.Query().Get("X-Plex-Token") != p.key {
			writeBody(w, http.StatusUnauthorized, "text/html", []byte("<html><head><title>Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>"))
			return
		}
		h.ServeHTTP(w, r)
	})
}

// write answers in the form that Accept asks for.
func (p *plex) write(w http.ResponseWriter, r *http.Request, c plexContainer) {
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		writeJSON(w, http.StatusOK, map[string]any{"MediaContainer": c})
		return
	}
	b, err := xml.Marshal(c)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeBody(w, http.StatusOK, "text/xml;charset=utf-8", append([]byte(xml.Header), b...))
}

// identity answers GET /identity, which is public.
func (p *plex) identity(w http.ResponseWriter, r *http.Request) {
	p.write(w, r, plexContainer{MachineID: plexID, Version: plexVersion, Claimed: true})
}

// list is the server's two sections.
func (p *plex) list() []plexSection {
	root := p.w.heard.root()
	return []plexSection{
		{Key: "1", Type: "movie", Title: "Movies", Agent: "tv.plex.agents.movie", Scanner: "Plex Movie", Language: "en-US", UUID: "5a0db0c0-0000-4000-8000-000000000001", Location: []plexLocation{{ID: 1, Path: root + "/movies"}}},
		{Key: "2", Type: "show", Title: "TV Shows", Agent: "tv.plex.agents.series", Scanner: "Plex TV Series", Language: "en-US", UUID: "5a0db0c0-0000-4000-8000-000000000002", Location: []plexLocation{{ID: 2, Path: root + "/shows"}}},
	}
}

// sections answers GET /library/sections and /library/sections/all.
func (p *plex) sections(w http.ResponseWriter, r *http.Request) {
	list := p.list()
	p.write(w, r, plexContainer{Size: len(list), Title: "Plex Library", Directory: list})
}

// refresh answers /library/sections/{sectionId}/refresh?path=….
func (p *plex) refresh(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if id != "1" && id != "2" {
		http.NotFound(w, r)
		return
	}
	e := Heard{Server: "plex", Kind: "scan", Section: id, Paths: []Update{}}
	if path := r.URL.Query().Get("path"); path != "" {
		e.Kind, e.Paths = "refresh", []Update{{Path: path}}
	}
	p.w.heard.note(e)
	w.WriteHeader(http.StatusOK)
}
