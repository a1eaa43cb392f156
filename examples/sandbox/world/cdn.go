package world

import (
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// cdn serves download URLs: whole files and ranges, until the URL expires.
type cdn struct{ w *World }

func (c *cdn) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /d/{id}/{name}", c.serve)
	return mux
}

// serve looks for the download in every account: the URL alone is the permission, as it is at the service.
func (c *cdn) serve(w http.ResponseWriter, r *http.Request) {
	for _, a := range c.w.debridAPI.accounts {
		f, found, fresh := a.download(r.PathValue("id"), time.Now())
		switch {
		case !found:
			continue
		case !fresh:
			w.Header().Set("X-Error", "link_expired")
			http.Error(w, "link expired", c.w.ExpiredStatus())
			return
		}
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name()}))
		serveFile(w, r, f.content, "application/force-download")
		return
	}
	w.Header().Set("X-Error", "invalid_download_code")
	http.Error(w, "invalid download code", http.StatusNotFound)
}

// mimeOf is the media type by a file's name.
func mimeOf(name string) string {
	types := map[string]string{".mkv": "video/x-matroska", ".mp4": "video/mp4", ".rar": "application/x-rar-compressed", ".nfo": "text/plain", ".torrent": "application/x-bittorrent"}
	if t, ok := types[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return "application/octet-stream"
}
