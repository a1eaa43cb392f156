package vfstest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"

	"github.com/millrace-media/millrace/vfs"
)

const (
	// Ranges asks for each read with a request of its own.
	Ranges Way = "range"
	// Stream asks for all that follows, as players do, and anew when it is read elsewhere.
	Stream Way = "stream"
)

// Web keeps files open that are served over HTTP below a URL. That the client's own time runs out is ErrHang.
func Web(c *http.Client, base string) Holder { return web{c, base} }

type web struct {
	c    *http.Client
	base string
}

func (w web) Ways() []Way { return []Way{Ranges, Stream} }

func (w web) Hold(path string, by Way) (Held, error) {
	p := &webFile{w: w, url: w.base + (&url.URL{Path: "/" + path}).EscapedPath(), stream: by == Stream}
	resp, err := p.ask(http.MethodHead, 0, "")
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	p.size = resp.ContentLength
	return p, nil
}

// webFile is one file of a web, being read.
type webFile struct {
	w      web
	url    string
	size   int64
	stream bool

	mu   sync.Mutex    // guards the two below; held while a stream is read
	body io.ReadCloser // of a stream, nil for none
	off  int64         // where it stands
}

func (p *webFile) ask(method string, off int64, last string) (*http.Response, error) {
	req, err := http.NewRequest(method, p.url, nil)
	if err != nil {
		return nil, err
	}
	if method == http.MethodGet {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%s", off, last))
	}
	resp, err := p.w.c.Do(req)
	if err != nil {
		return nil, cutShort(err)
	}
	if err := meaning(resp.StatusCode); err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

func meaning(status int) error {
	switch {
	case status < 400:
		return nil
	case status == http.StatusNotFound:
		return vfs.ErrNotExist
	case status == http.StatusForbidden:
		return vfs.ErrPermission
	case status == http.StatusServiceUnavailable:
		return vfs.ErrBusy
	case status == http.StatusBadGateway:
		return vfs.ErrBroken
	default:
		return fmt.Errorf("status %d", status)
	}
}

func (p *webFile) ReadAt(off int64, n int) ([]byte, error) {
	n = int(max(0, min(int64(n), p.size-off)))
	if n == 0 {
		return nil, nil
	}
	if p.stream {
		return p.readOn(off, n)
	}
	resp, err := p.ask(http.MethodGet, off, fmt.Sprint(off+int64(n)-1))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusPartialContent {
		return nil, fmt.Errorf("a range was answered with %d", resp.StatusCode)
	}
	data, err := io.ReadAll(resp.Body)
	return data, cutShort(err)
}

// cutShort says what an error of the connection means.
func cutShort(err error) error {
	var late net.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &late) && late.Timeout():
		return fmt.Errorf("%w: %w", ErrHang, err)
	default:
		return fmt.Errorf("%w: %w", vfs.ErrBroken, err)
	}
}

// readOn reads from the stream that stands at off, or from a new one.
func (p *webFile) readOn(off int64, n int) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.body == nil || p.off != off {
		p.hangUp()
		resp, err := p.ask(http.MethodGet, off, "")
		if err != nil {
			return nil, err
		}
		p.body, p.off = resp.Body, off
	}
	data := make([]byte, n)
	m, err := io.ReadFull(p.body, data)
	p.off += int64(m)
	if err != nil {
		p.hangUp()
		return nil, cutShort(err)
	}
	return data, nil
}

func (p *webFile) hangUp() {
	if p.body != nil {
		p.body.Close()
		p.body = nil
	}
}

func (p *webFile) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hangUp()
	return nil
}
