//go:build linux

package soak

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// download gets pieces of films over WebDAV: short ones, and long ones of which it hears the beginning only.
func (r *reader) download() {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	defer client.CloseIdleConnections()
	for r.rest(150 * time.Millisecond) {
		i := r.rnd.IntN(films)
		at := r.DAV + (&url.URL{Path: "/" + filmPath(i)}).EscapedPath()
		f := &file{ReaderAt: &remote{client, at, r.rnd.Int64N(4 << 20)}, path: filmPath(i), size: filmSize(i)}
		if !r.read(f, r.rnd.Int64N(f.size), 1+r.rnd.IntN(1<<20)) {
			return
		}
		r.count(func(t *toll) { t.Downloads++ })
	}
}

// remote reads a file over HTTP. It asks for some bytes more than it wants, and leaves before they come.
type remote struct {
	client *http.Client
	url    string
	more   int64
}

func (f *remote) ReadAt(p []byte, off int64) (int, error) {
	req, err := http.NewRequest(http.MethodGet, f.url, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", off, off+int64(len(p))-1+f.more))
	resp, err := f.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusPartialContent {
		return 0, fmt.Errorf("WebDAV answers %s", resp.Status)
	}
	return io.ReadFull(resp.Body, p)
}
