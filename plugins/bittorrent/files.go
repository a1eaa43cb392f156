package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
)

// fileServer serves ranges of files on a loopback port, under a path that cannot be guessed and that changes at each start.
type fileServer struct {
	e      *engine
	l      net.Listener
	token  string
	server *http.Server
}

func listenFiles(e *engine) (*fileServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	var b [24]byte
	rand.Read(b[:]) // never fails
	f := &fileServer{e: e, l: l, token: base64.RawURLEncoding.EncodeToString(b[:])}
	f.server = &http.Server{Handler: http.HandlerFunc(f.serveHTTP), ReadHeaderTimeout: 10 * time.Second}
	return f, nil
}

func (f *fileServer) serve() error {
	if err := f.server.Serve(f.l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve files: %w", err)
	}
	return nil
}

func (f *fileServer) close() { _ = f.server.Close() } // readers are cut off, as they are when the process ends

func (f *fileServer) url(hash metainfo.Hash, index int, name string) string {
	return fmt.Sprintf("http://%s/%s/%s/%d/%s", f.l.Addr(), f.token, hash.HexString(), index, url.PathEscape(name))
}

func etag(hash metainfo.Hash, index int) string {
	return fmt.Sprintf(`"%s-%d"`, hash.HexString(), index)
}

// serveHTTP answers /<token>/<hash>/<index>/<name>.
func (f *fileServer) serveHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 4)
	var hash metainfo.Hash
	if len(parts) < 3 || parts[0] != f.token || hash.FromHexString(parts[1]) != nil {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "read only", http.StatusMethodNotAllowed)
		return
	}
	h, file, err := f.e.open(hash, parts[2])
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if file == nil {
		http.NotFound(w, r)
		return
	}
	defer f.e.done(h)
	f.stream(w, r, h, file)
}

func (f *fileServer) stream(w http.ResponseWriter, r *http.Request, h *hold, file *torrent.File) {
	reader := file.NewReader()
	defer reader.Close()
	reader.SetReadahead(8 << 20)
	body := &timedReader{ctx: r.Context(), r: reader}
	w.Header().Set("ETag", etag(h.hash, indexOf(h.t, file)))
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, body)
	if body.err != nil {
		// The length was promised: the connection is cut so that the host sees a short body and asks again.
		panic(http.ErrAbortHandler)
	}
}

func indexOf(t *torrent.Torrent, file *torrent.File) int {
	for i, f := range t.Files() {
		if f == file {
			return i
		}
	}
	return -1
}

// open finds the file and counts its reader, so that its data is not dropped meanwhile.
func (e *engine) open(hash metainfo.Hash, index string) (*hold, *torrent.File, error) {
	h, err := e.known(hash)
	if err != nil || h == nil || h.t.Info() == nil {
		return nil, nil, err
	}
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(h.t.Files()) {
		return nil, nil, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.holds[hash] != h {
		return nil, nil, nil // forgotten in between
	}
	h.readers++
	h.used = time.Now()
	return h, h.t.Files()[i], nil
}

func (e *engine) done(h *hold) {
	e.mu.Lock()
	defer e.mu.Unlock()
	h.readers--
	h.used = time.Now()
}

// timedReader ends a read of which nothing comes, rather than hang.
type timedReader struct {
	ctx context.Context // of the request that the reader serves, no longer
	r   torrent.Reader
	err error
}

func (t *timedReader) Read(b []byte) (int, error) {
	ctx, cancel := context.WithTimeout(t.ctx, readTimeout)
	defer cancel()
	n, err := t.r.ReadContext(ctx, b)
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}

func (t *timedReader) Seek(off int64, whence int) (int64, error) { return t.r.Seek(off, whence) }
