package webdav

import (
	"bytes"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/millrace-media/millrace/vfs"
)

// Files serves fsys as plain files below prefix, such as "/library": GET and HEAD, with ranges, ETags and a page for
// each directory. A nil logger means silence.
func Files(fsys *vfs.FS, prefix string, log *slog.Logger) http.Handler {
	return &files{fs: fsys, prefix: strings.TrimSuffix(prefix, "/"), kind: "http", log: orSilent(log)}
}

type files struct {
	fs     *vfs.FS
	prefix string
	kind   string // of vfs.Reader
	log    *slog.Logger
}

func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "this file system is read-only", http.StatusMethodNotAllowed)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, f.prefix)
	if !ok || path != "" && path[0] != '/' || strings.Contains(path, "//") {
		http.NotFound(w, r)
		return
	}
	n, err := f.fs.Tree().Walk(path)
	switch {
	case err != nil || !n.Dir && strings.HasSuffix(path, "/"):
		http.NotFound(w, r)
	case n.Dir && !strings.HasSuffix(path, "/"):
		http.Redirect(w, r, (&url.URL{Path: r.URL.Path + "/"}).EscapedPath(), http.StatusMovedPermanently)
	case n.Dir:
		f.serveDir(w, r, n)
	default:
		f.serveFile(w, r, n)
	}
}

func (f *files) serveFile(w http.ResponseWriter, r *http.Request, n vfs.Node) {
	w.Header().Set("Content-Type", contentType(n.Name))
	w.Header().Set("ETag", etag(n))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if n.Data != nil {
		serveData(w, r, n)
		return
	}
	h, err := f.fs.OpenFor(n.Inode, f.readerOf(r))
	if err != nil {
		status, text := statusOf(err)
		http.Error(w, text, status)
		return
	}
	defer h.Close()
	body := &reader{ctx: r.Context(), h: h}
	p := &patient{ResponseWriter: w, size: n.Size}
	http.ServeContent(p, r, "", n.Mtime, body)
	if body.err == nil {
		p.flush()
		return
	}
	f.failed(p, r, body.err)
}

// longestAgent is how much of what a client calls itself is kept.
const longestAgent = 100

// readerOf tells who asks: an address, and the agent's name without what is no name.
func (f *files) readerOf(r *http.Request) vfs.Reader {
	agent := []rune(strings.ToValidUTF8(r.UserAgent(), ""))
	return vfs.Reader{Kind: f.kind, Address: r.RemoteAddr, Program: string(agent[:min(len(agent), longestAgent)])}
}

// failed ends an answer whose bytes could not be had. Once some were sent nothing can be said any more: net/http closes
// the connection, since less came than was announced, and the client does not take a part for the whole.
func (f *files) failed(p *patient, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // the client left
	}
	f.log.Warn("a file could not be served", "path", r.URL.Path, "error", err)
	if !p.sent {
		p.fail(statusOf(err))
	}
}

var page = template.Must(template.New("dir").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem}td{padding:0 1.5rem 0 0}td+td{text-align:right;color:#666}</style>
</head><body><h1>{{.Title}}</h1><table>
{{if .Up}}<tr><td><a href="../">../</a></td></tr>
{{end}}{{range .Entries}}<tr><td><a href="{{.Link}}">{{.Name}}</a></td><td>{{.Size}}</td><td>{{.Time}}</td></tr>
{{end}}</table></body></html>
`))

type row struct {
	Name, Link, Time string
	Size             any
}

func (f *files) serveDir(w http.ResponseWriter, r *http.Request, n vfs.Node) {
	nodes, err := f.fs.ReadDir(n.Inode)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	rows := make([]row, len(nodes))
	for i, c := range nodes {
		rows[i] = rowOf(c)
	}
	var html bytes.Buffer
	err = page.Execute(&html, map[string]any{"Title": "/" + n.Name, "Up": n.Inode != vfs.RootInode, "Entries": rows})
	if err != nil {
		f.log.Error("a directory could not be shown", "error", err)
		http.Error(w, "the directory could not be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodGet {
		_, _ = io.Copy(w, &html) // fails when the client has left
	}
}

func rowOf(n vfs.Node) row {
	link := (&url.URL{Path: "./" + n.Name}).EscapedPath() // "./" keeps "a:b" from being a scheme
	if n.Dir {
		return row{Name: n.Name + "/", Link: link + "/", Size: ""}
	}
	return row{Name: n.Name, Link: link, Size: n.Size, Time: n.Mtime.UTC().Format(time.DateTime)}
}
