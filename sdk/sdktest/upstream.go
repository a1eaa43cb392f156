package sdktest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Upstream is a service on loopback: a handler of the test's own, with faults on demand before it and a record of what it
// was asked.
type Upstream struct {
	URL string // http://127.0.0.1:port

	handler http.Handler
	mu      sync.Mutex // guards what follows
	faults  []Fault
	calls   []Call
}

// Call is one request that an upstream got.
type Call struct {
	Method string
	URL    string // path and query
	Header http.Header
	Body   string
}

// Fault is what an upstream does instead of answering. The zero value of What answers with Status.
type Fault struct {
	Path   string // part of the path that it is for; "" is every path
	Times  int    // how many requests it is for; 0 is all
	What   Trouble
	Status int
	Header http.Header
	Body   string
}

// Trouble is a way to fail below HTTP's statuses.
type Trouble string

// The kinds of trouble.
const (
	Hang     Trouble = "hang"     // no answer until the client goes away
	Reset    Trouble = "reset"    // the connection is cut before an answer
	Truncate Trouble = "truncate" // the true answer, cut in half
	Garbage  Trouble = "garbage"  // status 200 and bytes that are nothing
	Page     Trouble = "page"     // status 200 and an HTML page, as of a captive portal
	Empty    Trouble = "empty"    // status 200 and no body
)

// NewUpstream starts a service that ends with the test.
func NewUpstream(t T, h http.Handler) *Upstream {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen on loopback: %v", err)
	}
	u := &Upstream{URL: "http://" + listener.Addr().String(), handler: h}
	server := &http.Server{Handler: u, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			t.Logf("the upstream ended: %v", err)
		}
	}()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
	return u
}

// Fault adds a fault; earlier ones go first.
func (u *Upstream) Fault(f Fault) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.faults = append(u.faults, f)
}

// Heal takes all faults away.
func (u *Upstream) Heal() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.faults = nil
}

// Calls lists what was asked so far.
func (u *Upstream) Calls() []Call {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.calls)
}

// Count is how many requests had a method and a path that begins as given; "" fits every method.
func (u *Upstream) Count(method, path string) int {
	n := 0
	for _, c := range u.Calls() {
		if (method == "" || c.Method == method) && strings.HasPrefix(c.URL, path) {
			n++
		}
	}
	return n
}

// ServeHTTP records, fails where it should, and else lets the handler answer.
func (u *Upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	u.mu.Lock()
	u.calls = append(u.calls, Call{r.Method, r.URL.RequestURI(), r.Header.Clone(), string(body)})
	f, ok := u.next(r.URL.Path)
	u.mu.Unlock()
	if !ok {
		u.handler.ServeHTTP(w, r)
		return
	}
	u.fail(f, w, r)
}

// next takes the fault for a path. mu is held.
func (u *Upstream) next(path string) (Fault, bool) {
	for i := range u.faults {
		f := &u.faults[i]
		if !strings.Contains(path, f.Path) {
			continue
		}
		found := *f
		if f.Times == 1 {
			u.faults = slices.Delete(u.faults, i, i+1)
		} else if f.Times > 1 {
			f.Times--
		}
		return found, true
	}
	return Fault{}, false
}

func (u *Upstream) fail(f Fault, w http.ResponseWriter, r *http.Request) {
	switch f.What {
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Reset:
		panic(http.ErrAbortHandler)
	case Truncate:
		u.truncate(w, r)
		return
	case Garbage:
		f.Status, f.Body = http.StatusOK, "\x00\xff{[<garbage"
	case Page:
		f.Status, f.Body = http.StatusOK, "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to the network.</body></html>"
	case Empty:
		f.Status, f.Body = http.StatusOK, ""
	}
	for name, values := range f.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(f.Status)
	if _, err := io.WriteString(w, f.Body); err != nil {
		return // the client has gone
	}
}

// truncate promises the whole of the true answer and sends the half of it.
func (u *Upstream) truncate(w http.ResponseWriter, r *http.Request) {
	answer := &buffer{header: http.Header{}, status: http.StatusOK}
	u.handler.ServeHTTP(answer, r)
	whole := answer.body.Bytes()
	w.Header().Set("Content-Type", answer.header.Get("Content-Type"))
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, buf, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	promised := max(len(whole), 2)
	head := "HTTP/1.1 200 OK\r\nContent-Type: " + answer.header.Get("Content-Type") + "\r\nContent-Length: " + strconv.Itoa(promised) + "\r\n\r\n"
	if _, err := buf.WriteString(head + string(whole[:len(whole)/2])); err != nil {
		return // the client has gone
	}
	_ = buf.Flush() // the same
}

// buffer keeps an answer.
type buffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *buffer) Header() http.Header         { return b.header }
func (b *buffer) WriteHeader(status int)      { b.status = status }
func (b *buffer) Write(p []byte) (int, error) { return b.body.Write(p) }

// within runs f and reports whether it returned in time.
func within(d time.Duration, f func()) bool {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}
