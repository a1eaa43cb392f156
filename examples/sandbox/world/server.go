package world

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// service is one simulated upstream: an HTTP server of its own on loopback, which can be stopped and started again at
// the same address.
type service struct {
	name   string
	fail   failer // the form in which this service reports errors
	faults *faults
	log    *requestLog

	addr    string // set by the first listen, and the same ever after
	handler http.Handler

	mu     sync.Mutex   // guards what follows
	ln     net.Listener // open, and not yet served from
	srv    *http.Server
	cancel context.CancelFunc
	served chan struct{} // closed when Serve has returned

	live sync.RWMutex // held for reading by each request that is being answered
}

// failer writes an error answer: an HTTP status, and the service's own code where it has any (0: the usual one).
type failer func(w http.ResponseWriter, status, code int)

// listen opens the service's address: where it was before, else the one given, else any of loopback. It does not serve yet.
func (s *service) listen(addr string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.srv != nil || s.ln != nil {
		return nil
	}
	ln, err := net.Listen("tcp", cmp.Or(s.addr, addr, "127.0.0.1:0"))
	if err != nil && s.addr == "" {
		ln, err = net.Listen("tcp", "127.0.0.1:0") // the wished for address is taken
	}
	if err != nil {
		return fmt.Errorf("listen for %s: %w", s.name, err)
	}
	if s.ln = ln; s.addr == "" { // read without a lock from then on
		s.addr = ln.Addr().String()
	}
	return nil
}

// start serves until stop. To start a running service does nothing.
func (s *service) start() error {
	if err := s.listen(""); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.srv != nil {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	srv, ln, served := &http.Server{Handler: http.HandlerFunc(s.serve), BaseContext: func(net.Listener) context.Context { return ctx }, ReadHeaderTimeout: 10 * time.Second}, s.ln, make(chan struct{})
	s.srv, s.ln, s.cancel, s.served = srv, nil, cancel, served
	go func() {
		defer close(served)
		_ = srv.Serve(ln) // always an error: that the server was closed
	}()
	return nil
}

// stop cuts every connection, as a killed process does, and waits for the handlers. To stop a stopped service does nothing.
func (s *service) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ln != nil {
		err := s.ln.Close()
		s.ln = nil
		return err
	}
	if s.srv == nil {
		return nil
	}
	s.cancel()
	err := s.srv.Close()
	<-s.served
	s.live.Lock() // until the last request has let go
	s.srv = nil
	s.live.Unlock()
	if err != nil {
		return fmt.Errorf("stop %s: %w", s.name, err)
	}
	return nil
}

// running tells whether it serves.
func (s *service) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.srv != nil
}

// url of the service, without a path.
func (s *service) url() string { return "http://" + s.addr }

// serve answers one request: logged, and with the first fault that matches.
func (s *service) serve(w http.ResponseWriter, r *http.Request) {
	s.live.RLock()
	defer s.live.RUnlock()
	rec := &recorder{ResponseWriter: w}
	start := time.Now()
	f := s.faults.take(s.name, r)
	asked := r.Header.Get("Range")
	defer func() {
		s.log.note(Call{At: start, Service: s.name, Method: r.Method, Path: r.URL.EscapedPath(), Range: asked, Status: rec.status, Bytes: rec.bytes, Fault: f.Mode})
	}()
	if f.Mode != "" {
		f.serve(rec, r, s)
		return
	}
	s.handler.ServeHTTP(rec, r)
}

// recorder remembers what was answered, for the log.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Call is a request that a service answered.
type Call struct {
	At      time.Time `json:"at"`
	Service string    `json:"service"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`   // without the query
	Range   string    `json:"range"`  // header of the request
	Status  int       `json:"status"` // 0 where the connection was cut before an answer
	Bytes   int64     `json:"bytes"`  // of the answer's body
	Fault   string    `json:"fault"`  // mode of the one that happened
}

// maxCalls is how many calls are remembered; older ones are forgotten.
const maxCalls = 20_000

// requestLog writes a line for each request and remembers it.
type requestLog struct {
	mu    sync.Mutex // guards what follows
	w     io.Writer
	calls []Call
}

// note leaves out the query, where keys are.
func (l *requestLog) note(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) >= maxCalls {
		l.calls = append(l.calls[:0], l.calls[maxCalls/2:]...)
	}
	l.calls = append(l.calls, c)
	if l.w == nil {
		return
	}
	fault := ""
	if c.Fault != "" {
		fault = " fault=" + c.Fault
	}
	fmt.Fprintf(l.w, "%s %-13s %s %s %d %dB %s%s\n", c.At.UTC().Format("15:04:05.000"), c.Service, c.Method, c.Path, c.Status, c.Bytes, time.Since(c.At).Round(time.Millisecond), fault)
}

// all copies the calls of a service, or of all for "", oldest first.
func (l *requestLog) all(service string) []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []Call{}
	for _, c := range l.calls {
		if service == "" || c.Service == service {
			out = append(out, c)
		}
	}
	return out
}

func (l *requestLog) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = nil
}

// writeJSON answers with a JSON value and its length.
func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeBody(w, status, "application/json; charset=utf-8", b)
}

// writeBody answers with bytes and their length.
func writeBody(w http.ResponseWriter, status int, contentType string, b []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // a client that has gone is its own affair
}

// plainFailure is the failer of services without a form of their own.
func plainFailure(w http.ResponseWriter, status, _ int) {
	http.Error(w, http.StatusText(status), status)
}

// clipTime is the Last-Modified of everything, so that answers do not change from run to run.
var clipTime = time.Date(2020, 9, 13, 12, 26, 40, 0, time.UTC)

// serveFile answers with the bytes of a file: whole, or the ranges asked for (RFC 9110, 14), with a strong ETag.
func serveFile(w http.ResponseWriter, r *http.Request, f *content, contentType string) {
	w.Header().Set("ETag", fmt.Sprintf(`"%016x-%x"`, f.seed, f.size))
	w.Header().Set("Content-Type", contentType)
	http.ServeContent(w, r, "", clipTime, f.reader())
}

// atoi reads a number from a query, or the default where there is none or it is none.
func atoi(s string, otherwise int) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return otherwise
	}
	return n
}

// closeAll stops services, all of them, and gathers what went wrong.
func closeAll(services []*service) error {
	var errs []error
	for _, s := range services {
		errs = append(errs, s.stop())
	}
	return errors.Join(errs...)
}
