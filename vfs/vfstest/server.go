package vfstest

import (
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Ask is one HTTP request to a Server.
type Ask struct {
	// N counts the requests, from 1.
	N         int
	ContentID string
	// Link and Size are what was given to URL.
	Link string
	Size int64
	// Off and Len are the range; the whole file where none was asked for.
	Off, Len int64
}

// Reply is how a Server answers. The zero value is a good answer: 206 with the range, the size and an ETag.
type Reply struct {
	// Delay is the time before the headers.
	Delay time.Duration
	// Hang sends nothing, not even headers, until the client leaves.
	Hang bool
	// Status, if not 0, is sent without any bytes of the file.
	Status int
	// RetryAfter is sent as that header.
	RetryAfter string
	// Redirect is sent as Location with 302, or with Status.
	Redirect string
	// Whole ignores the range: 200 and the file from its beginning.
	Whole bool
	// ContentRange is sent instead of the true one; "-" sends none. The bytes are those asked for.
	ContentRange string
	// Shift sends the range that is so many bytes further on, and says so.
	Shift int64
	// As, if not empty, sends the bytes of another content, whose size is Size, with an ETag of its own.
	As   string
	Size int64
	// Cut ends the body after After bytes as if it were complete.
	Cut bool
	// Reset resets the connection after After bytes.
	Reset bool
	// Stall brings no more after After bytes, until the client leaves.
	Stall bool
	After int64
	// Rate is how many bytes a second are sent; 0 means as fast as it goes.
	Rate int64
}

// Server is an origin on HTTP that holds any content of any size, and fails as it is told. It is for what reads through
// links; Origin is for what has none.
type Server struct {
	*httptest.Server
	ending chan struct{} // closed when the test ends

	mu     sync.Mutex // guards everything below
	script func(Ask) Reply
	asks   []Ask
	served int64
	open   int
}

// NewServer returns a server that answers every request well, until the test ends.
func NewServer(t testing.TB) *Server {
	s := &Server{ending: make(chan struct{})}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() {
		close(s.ending)
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// URL returns a link to a content with a size in bytes. Links to one content differ by what they are called, for scripts
// that tell them apart.
func (s *Server) URL(contentID string, size int64, link string) string {
	q := url.Values{"size": {strconv.FormatInt(size, 10)}, "link": {link}}
	return s.Server.URL + "/" + url.PathEscape(contentID) + "?" + q.Encode()
}

// Script has fn say how requests are answered from now on; nil means well. Calls of fn do not overlap.
func (s *Server) Script(fn func(Ask) Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = fn
}

// Asks returns the requests made so far.
func (s *Server) Asks() []Ask {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Ask(nil), s.asks...)
}

// Served returns how many bytes were sent.
func (s *Server) Served() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.served
}

// Open returns how many requests are being answered.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// ServeHTTP answers as scripted.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ask, err := parseAsk(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	reply := s.begin(&ask)
	defer s.end()
	if reply.Hang {
		s.untilLeft(r)
		return
	}
	if wait(r.Context(), reply.Delay) != nil {
		return
	}
	if reply.As != "" {
		ask.ContentID, ask.Size = reply.As, reply.Size
	}
	e := &exchange{s: s, w: w, r: r, ask: ask, reply: reply}
	e.answer()
}

func (s *Server) begin(ask *Ask) Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	ask.N = len(s.asks) + 1
	s.asks = append(s.asks, *ask)
	s.open++
	if s.script == nil {
		return Reply{}
	}
	return s.script(*ask)
}

func (s *Server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
}

func (s *Server) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.served += int64(n)
}

func (s *Server) untilLeft(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.ending:
	}
}

func parseAsk(r *http.Request) (Ask, error) {
	size, err := strconv.ParseInt(r.URL.Query().Get("size"), 10, 64)
	if err != nil {
		return Ask{}, fmt.Errorf("not a link of this server: %w", err)
	}
	a := Ask{ContentID: strings.TrimPrefix(r.URL.Path, "/"), Link: r.URL.Query().Get("link"), Size: size, Len: size}
	first, last, ok := parseRange(r.Header.Get("Range"), size)
	if ok {
		a.Off, a.Len = first, last-first+1
	}
	return a, nil
}

// parseRange reads "bytes=5-9" and "bytes=5-".
func parseRange(header string, size int64) (first, last int64, ok bool) {
	span, ok := strings.CutPrefix(header, "bytes=")
	lo, hi, ok2 := strings.Cut(span, "-")
	first, err := strconv.ParseInt(lo, 10, 64)
	if !ok || !ok2 || err != nil {
		return 0, 0, false
	}
	if last, err = strconv.ParseInt(hi, 10, 64); err != nil {
		last = size - 1
	}
	return first, last, true
}

// exchange is one request being answered.
type exchange struct {
	s     *Server
	w     http.ResponseWriter
	r     *http.Request
	ask   Ask
	reply Reply
}

func (e *exchange) answer() {
	h := e.w.Header()
	if e.reply.RetryAfter != "" {
		h.Set("Retry-After", e.reply.RetryAfter)
	}
	switch {
	case e.reply.Redirect != "":
		h.Set("Location", e.reply.Redirect)
		e.w.WriteHeader(max(e.reply.Status, http.StatusFound))
	case e.reply.Status != 0:
		e.w.WriteHeader(e.reply.Status)
	default:
		e.file()
	}
}

// file sends the file or the range of it.
func (e *exchange) file() {
	off := e.ask.Off + e.reply.Shift
	n := max(0, min(e.ask.Len, e.ask.Size-off))
	status := http.StatusPartialContent
	h := e.w.Header()
	h.Set("Etag", etag(e.ask.ContentID, e.ask.Size))
	switch {
	case e.reply.Whole:
		off, n, status = 0, e.ask.Size, http.StatusOK
	case n == 0:
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", e.ask.Size))
		e.w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return
	case e.reply.ContentRange == "":
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", off, off+n-1, e.ask.Size))
	case e.reply.ContentRange != "-":
		h.Set("Content-Range", e.reply.ContentRange)
	}
	if !e.reply.Cut {
		h.Set("Content-Length", strconv.FormatInt(n, 10))
	}
	e.w.WriteHeader(status)
	if e.r.Method != http.MethodHead {
		e.body(off, n)
	}
}

func etag(contentID string, size int64) string {
	h := fnv.New64a()
	fmt.Fprint(h, contentID, size)
	return fmt.Sprintf(`"%x"`, h.Sum64())
}

// body sends n bytes from off, or as many as it may.
func (e *exchange) body(off, n int64) {
	short := e.reply.Cut || e.reply.Reset || e.reply.Stall
	if short {
		n = min(n, e.reply.After)
	}
	buf := make([]byte, 64<<10)
	for n > 0 {
		p := buf[:min(n, int64(len(buf)))]
		Bytes(e.ask.ContentID, off, p)
		m, err := e.w.Write(p)
		e.s.count(m)
		if err != nil || e.slow(m) != nil {
			return
		}
		off, n = off+int64(m), n-int64(m)
	}
	if short {
		e.fail()
	}
}

func (e *exchange) slow(n int) error {
	if e.reply.Rate == 0 {
		return nil
	}
	return wait(e.r.Context(), time.Duration(int64(n)*int64(time.Second)/e.reply.Rate))
}

func (e *exchange) fail() {
	ctl := http.NewResponseController(e.w)
	_ = ctl.Flush() // the client may have left
	switch {
	case e.reply.Stall:
		e.s.untilLeft(e.r)
	case e.reply.Reset:
		conn, _, err := ctl.Hijack()
		if err != nil {
			return
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // else it is closed in an orderly way, which is a fault too
		}
		conn.Close()
	}
}
