package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/millrace-media/millrace/sdk"
)

//go:embed templates static
var embedded embed.FS

// pages are the templates and the files that they use.
type pages struct {
	templates *template.Template
	files     map[string]staticFile
}

// staticFile is a file with the beginning of its hash, which its address carries: it can be cached for ever.
type staticFile struct {
	body    []byte
	version string
}

func newPages() (*pages, error) {
	p := &pages{files: map[string]staticFile{}}
	entries, err := fs.ReadDir(embedded, "static")
	if err != nil {
		return nil, fmt.Errorf("read the pages' files: %w", err)
	}
	for _, e := range entries {
		body, err := embedded.ReadFile(path.Join("static", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the pages' files: %w", err)
		}
		sum := sha256.Sum256(body)
		p.files[e.Name()] = staticFile{body, hex.EncodeToString(sum[:6])}
	}
	t := template.New("").Funcs(template.FuncMap{
		"asset": p.asset, "ago": ago, "in": until, "size": func(n int64) string { return sdk.Size(n).String() }, "rfc3339": rfc3339,
		"worth": worth, "rate": rate, "percent": percent, "base": path.Base, "reader": readerShown,
	})
	if p.templates, err = t.ParseFS(embedded, "templates/*.html"); err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	return p, nil
}

func (p *pages) asset(name string) string { return "/static/" + name + "?v=" + p.files[name].version }

// static serves a file of the pages.
func (p *pages) static(w http.ResponseWriter, r *http.Request) {
	name := chi.URLParam(r, "file")
	f, ok := p.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == f.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	w.Header().Set("ETag", `"`+f.version+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.body))
}

// page writes a page.
func (s *Server) page(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	var b bytes.Buffer
	if err := s.pages.templates.ExecuteTemplate(&b, name, data); err != nil {
		s.problem(r.Context(), fmt.Errorf("write page %s: %w", name, err)).write(w)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client may have left
}

// pageProblem shows an error as a page.
func (s *Server) pageProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := s.problem(r.Context(), err)
	s.page(w, r, p.Status, "problem.html", p)
}

// ago is how long something is past, for people.
func ago(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return roughly(max(time.Since(t), 0)) + " ago"
}

// until is how long something is ahead, for people; "" where it is past.
func until(t time.Time) string {
	if d := time.Until(t); d > 0 {
		return "in " + roughly(d)
	}
	return ""
}

func rfc3339(t time.Time) string { return t.Format(time.RFC3339) }
