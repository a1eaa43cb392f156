// Package webdav serves a vfs.FS over HTTP: as WebDAV for players and media servers that mount it, and as plain files
// with ranges for those that only download. Both are read-only and read through the FS's cache. It knows no users: who
// may come in is decided by whoever wires the handlers.
package webdav

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"os"
	"path"
	"strings"
	"time"

	"golang.org/x/net/webdav"

	"github.com/millrace-media/millrace/vfs"
)

// Handler serves fsys as WebDAV below prefix, such as "/dav": OPTIONS, PROPFIND with a depth of 0 or 1, GET and HEAD. It
// has no locks, so a client that wants some mounts it read-only. A nil logger means silence.
func Handler(fsys *vfs.FS, prefix string, log *slog.Logger) http.Handler {
	prefix = strings.TrimSuffix(prefix, "/")
	files := &files{fs: fsys, prefix: prefix, kind: "webdav", log: orSilent(log)}
	dav := &webdav.Handler{Prefix: prefix, FileSystem: davFS{fsys}, LockSystem: webdav.NewMemLS()}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			files.ServeHTTP(w, r)
		case http.MethodOptions:
			w.Header().Set("Allow", "OPTIONS, GET, HEAD, PROPFIND")
			w.Header().Set("DAV", "1")
			w.Header().Set("MS-Author-Via", "DAV")
		case "PROPFIND":
			propfind(dav, w, r)
		default:
			w.Header().Set("Allow", "OPTIONS, GET, HEAD, PROPFIND")
			http.Error(w, "this file system is read-only", http.StatusMethodNotAllowed)
		}
	})
}

// propfind lists one level at most: all of a library in one answer helps nobody (RFC 4918, 9.1, lets a server refuse).
func propfind(dav http.Handler, w http.ResponseWriter, r *http.Request) {
	if depth := r.Header.Get("Depth"); depth != "0" && depth != "1" {
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?><D:error xmlns:D="DAV:"><D:propfind-finite-depth/></D:error>`) // the client left
		return
	}
	dav.ServeHTTP(w, r)
}

func orSilent(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}

// davFS is what x/net/webdav needs of a file system.
type davFS struct{ fs *vfs.FS }

var _ webdav.FileSystem = davFS{}

func (davFS) Mkdir(context.Context, string, os.FileMode) error { return fs.ErrPermission }
func (davFS) RemoveAll(context.Context, string) error          { return fs.ErrPermission }
func (davFS) Rename(_ context.Context, _, _ string) error      { return fs.ErrPermission }
func (d davFS) Stat(_ context.Context, name string) (fs.FileInfo, error) {
	n, err := d.fs.Tree().Walk(name)
	if err != nil {
		return nil, fs.ErrNotExist
	}
	return info{n}, nil
}

func (d davFS) OpenFile(ctx context.Context, name string, flag int, _ os.FileMode) (webdav.File, error) {
	if flag&(os.O_WRONLY|os.O_RDWR|os.O_CREATE|os.O_TRUNC) != 0 {
		return nil, fs.ErrPermission
	}
	n, err := d.fs.Tree().Walk(name)
	if err != nil {
		return nil, fs.ErrNotExist
	}
	return &davFile{fs: d.fs, node: n}, nil
}

// davFile is a file that PROPFIND looks at. It is never read: GET does not come this way.
type davFile struct {
	fs   *vfs.FS
	node vfs.Node
}

func (f *davFile) Stat() (fs.FileInfo, error)     { return info{f.node}, nil }
func (f *davFile) Close() error                   { return nil }
func (f *davFile) Read([]byte) (int, error)       { return 0, fs.ErrInvalid }
func (f *davFile) Write([]byte) (int, error)      { return 0, fs.ErrPermission }
func (f *davFile) Seek(int64, int) (int64, error) { return 0, fs.ErrInvalid }

func (f *davFile) Readdir(int) ([]fs.FileInfo, error) {
	nodes, err := f.fs.ReadDir(f.node.Inode)
	if err != nil {
		return nil, fs.ErrInvalid
	}
	infos := make([]fs.FileInfo, len(nodes))
	for i, n := range nodes {
		infos[i] = info{n}
	}
	return infos, nil
}

// info is a node as package os knows it, with what keeps x/net/webdav from reading a file to describe it.
type info struct{ node vfs.Node }

var (
	_ fs.FileInfo         = info{}
	_ webdav.ContentTyper = info{}
	_ webdav.ETager       = info{}
)

func (i info) Name() string       { return i.node.Name }
func (i info) Size() int64        { return i.node.Size }
func (i info) ModTime() time.Time { return i.node.Mtime }
func (i info) IsDir() bool        { return i.node.Dir }
func (i info) Sys() any           { return nil }

func (i info) Mode() fs.FileMode {
	if i.node.Dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

func (i info) ContentType(context.Context) (string, error) { return contentType(i.node.Name), nil }

func (i info) ETag(context.Context) (string, error) { return etag(i.node), nil }

// etag names what a file is made of: it changes when the bytes may.
func etag(n vfs.Node) string {
	h := fnv.New64a()
	h.Write([]byte(n.ContentID)) // never fails
	h.Write(n.Data)
	return fmt.Sprintf(`"%x-%x-%x-%x"`, n.Inode, n.Size, n.Mtime.UnixNano(), h.Sum64())
}

// mediaTypes are those that a library has; systems differ in which of them they know.
var mediaTypes = map[string]string{
	".mkv": "video/x-matroska", ".mp4": "video/mp4", ".m4v": "video/x-m4v", ".avi": "video/x-msvideo",
	".mov": "video/quicktime", ".ts": "video/mp2t", ".m2ts": "video/mp2t", ".webm": "video/webm", ".wmv": "video/x-ms-wmv",
	".mpg": "video/mpeg", ".mpeg": "video/mpeg", ".flv": "video/x-flv", ".mp3": "audio/mpeg", ".flac": "audio/flac",
	".m4a": "audio/mp4", ".srt": "application/x-subrip", ".ass": "text/x-ssa", ".ssa": "text/x-ssa", ".vtt": "text/vtt",
	".sub": "text/plain; charset=utf-8", ".nfo": "text/xml; charset=utf-8", ".strm": "text/plain; charset=utf-8",
	".jpg": "image/jpeg", ".png": "image/png",
}

func contentType(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if t, ok := mediaTypes[ext]; ok {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

// reader reads a handle in sequence, for http.ServeContent, and remembers why it failed.
type reader struct {
	ctx context.Context // the request's: ServeContent knows of none
	h   *vfs.Handle
	off int64
	err error
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.h.ReadAt(r.ctx, p, r.off)
	r.off += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		return n, nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

func (r *reader) Seek(off int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		off += r.off
	case io.SeekEnd:
		off += r.h.Node().Size
	}
	if off < 0 {
		return 0, vfs.ErrInvalid
	}
	r.off = off
	return off, nil
}

// patient holds a status back until there is a byte to send, so that a failure can still be told.
type patient struct {
	http.ResponseWriter
	size   int64 // of the file
	status int
	sent   bool
}

// WriteHeader notes the status. One that refuses a range tells how long the file is, which net/http does not where the
// range cannot be read.
func (p *patient) WriteHeader(status int) {
	p.status = status
	if status == http.StatusRequestedRangeNotSatisfiable {
		p.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", p.size))
	}
}

func (p *patient) Write(b []byte) (int, error) {
	p.flush()
	return p.ResponseWriter.Write(b)
}

func (p *patient) flush() {
	if !p.sent {
		p.sent = true
		p.ResponseWriter.WriteHeader(max(p.status, http.StatusOK))
	}
}

// fail sends an error in place of what was announced.
func (p *patient) fail(status int, text string) {
	for _, name := range []string{"Content-Range", "Content-Length", "Etag", "Last-Modified", "Content-Type", "Accept-Ranges"} {
		p.Header().Del(name)
	}
	p.sent = true
	http.Error(p.ResponseWriter, text, status)
}

// statusOf is the one table from errors to HTTP.
func statusOf(err error) (int, string) {
	switch {
	case errors.Is(err, vfs.ErrNotExist):
		return http.StatusNotFound, "no such file"
	case errors.Is(err, vfs.ErrPermission):
		return http.StatusForbidden, "whoever holds the file refuses to give it"
	case errors.Is(err, vfs.ErrInvalid):
		return http.StatusBadRequest, "invalid request"
	case errors.Is(err, vfs.ErrBusy):
		return http.StatusServiceUnavailable, "the file cannot be had at the moment"
	default:
		return http.StatusBadGateway, "the file could not be fetched"
	}
}

var _ io.ReadSeeker = (*reader)(nil)

// serveData serves a file that the tree holds itself.
func serveData(w http.ResponseWriter, r *http.Request, n vfs.Node) {
	p := &patient{ResponseWriter: w, size: n.Size}
	http.ServeContent(p, r, "", n.Mtime, bytes.NewReader(n.Data))
	p.flush()
}
