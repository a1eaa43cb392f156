package world

import (
	"bytes"
	"cmp"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong on purpose. The first that matches a request is the one that happens.
type Fault struct {
	ID         int    `json:"id"`
	Service    string `json:"service"`                  // name of the service; "" or "*" for all but the control API
	Method     string `json:"method,omitempty"`         // "" for all
	Match      string `json:"match,omitempty"`          // part of the path, query included; "" for all
	Mode       string `json:"mode"`                     // see Modes
	After      int    `json:"after,omitempty"`          // so many matching requests are answered well first
	Times      int    `json:"times,omitempty"`          // then so many fail; 0 for all until it is cleared
	DelayMS    int    `json:"delayMs,omitempty"`        // slow, hang: milliseconds (hang: 0 until the client goes)
	Speed      int    `json:"bytesPerSecond,omitempty"` // slow: of the body, 0 for no bound
	RetryAfter int    `json:"retryAfter,omitempty"`     // seconds, sent as Retry-After where not 0
	Code       int    `json:"code,omitempty"`           // the service's own error code, where it has such (realdebrid, torznab)
	Seen       int    `json:"seen"`                     // matching requests so far
	Hits       int    `json:"hits"`                     // those that failed
}

// Modes lists what a Fault may do: answer late, answer with a status (any of 400 to 599), break off in the middle, answer with
// rubbish, never answer, ignore the range, give another range than it says, or reset the connection.
func Modes() []string {
	return []string{"slow", "401", "403", "404", "410", "429", "500", "503", "truncate", "garbage", "hang", "200instead206", "badrange", "reset"}
}

// check reports a mode that does not exist.
func (f Fault) check() error {
	if _, ok := f.status(); ok || slices.Contains(Modes(), f.Mode) {
		return nil
	}
	return fmt.Errorf("fault mode %q: want a status from 400 to 599 or one of %s", f.Mode, strings.Join(Modes(), ", "))
}

// status is the mode as an HTTP status, if it is one.
func (f Fault) status() (int, bool) {
	n := atoi(f.Mode, 0)
	return n, n >= 400 && n <= 599
}

// matches tells whether the fault is about a request.
func (f Fault) matches(service string, r *http.Request) bool {
	switch {
	case f.Service != service && (service == "control" || f.Service != "" && f.Service != "*"):
		return false
	case f.Method != "" && !strings.EqualFold(f.Method, r.Method):
		return false
	default:
		return strings.Contains(r.URL.RequestURI(), f.Match) || strings.Contains(r.URL.Path, f.Match)
	}
}

// faults is the list of those that are set.
type faults struct {
	mu   sync.Mutex // guards what follows
	next int
	list []*Fault
}

// set adds a fault and tells its number.
func (fs *faults) set(f Fault) (int, error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.next++
	f.ID, f.Seen, f.Hits = fs.next, 0, 0
	fs.list = append(fs.list, &f)
	return f.ID, nil
}

// clear removes a fault, or all for 0.
func (fs *faults) clear(id int) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = slices.DeleteFunc(fs.list, func(f *Fault) bool { return id == 0 || f.ID == id })
}

// all copies the list.
func (fs *faults) all() []Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	out := []Fault{}
	for _, f := range fs.list {
		out = append(out, *f)
	}
	return out
}

// take counts a request and gives the fault that happens to it, or one without a mode.
func (fs *faults) take(service string, r *http.Request) Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range fs.list {
		if !f.matches(service, r) || f.Times > 0 && f.Hits >= f.Times {
			continue
		}
		if f.Seen++; f.Seen <= f.After {
			continue
		}
		f.Hits++
		return *f
	}
	return Fault{}
}

// serve lets the fault happen.
func (f Fault) serve(w http.ResponseWriter, r *http.Request, s *service) {
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	if status, ok := f.status(); ok {
		s.fail(w, status, f.Code)
		return
	}
	switch f.Mode {
	case "slow":
		f.serveSlowly(w, r, s.handler)
	case "hang":
		f.wait(r, 365*24*time.Hour)
		panic(http.ErrAbortHandler)
	case "reset":
		reset(w)
	case "garbage":
		writeBody(w, http.StatusOK, "text/html", garbage())
	case "truncate":
		s.handler.ServeHTTP(&cutWriter{ResponseWriter: w}, r)
	case "200instead206":
		r.Header.Del("Range")
		s.handler.ServeHTTP(w, r)
	case "badrange":
		s.handler.ServeHTTP(&shiftWriter{ResponseWriter: w}, r)
	}
}

// serveSlowly lets the answer begin late, by a second unless a delay or a speed is set, and come at that speed.
func (f Fault) serveSlowly(w http.ResponseWriter, r *http.Request, h http.Handler) {
	if f.Speed > 0 {
		w = &slowWriter{ResponseWriter: w, r: r, speed: f.Speed}
		f.DelayMS = max(f.DelayMS, 1)
	}
	if f.wait(r, time.Second) {
		h.ServeHTTP(w, r)
	}
}

// slowWriter lets a body through at so many bytes a second, in a tenth of a second's portions.
type slowWriter struct {
	http.ResponseWriter
	r     *http.Request
	speed int
}

func (s *slowWriter) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := s.ResponseWriter.Write(p[done:min(len(p), done+max(s.speed/10, 1))])
		if done += n; err != nil {
			return done, err
		}
		_ = http.NewResponseController(s.ResponseWriter).Flush() // where it cannot, it comes in larger portions
		if !(Fault{}).wait(s.r, 100*time.Millisecond) {
			return done, s.r.Context().Err()
		}
	}
	return done, nil
}

// wait lasts DelayMS, or the default, and tells whether the client is still there.
func (f Fault) wait(r *http.Request, otherwise time.Duration) bool {
	t := time.NewTimer(cmp.Or(time.Duration(f.DelayMS)*time.Millisecond, otherwise))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// reset closes the connection with a TCP reset.
func reset(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0) // where it fails the connection closes politely, which is a fault too
	}
	_ = c.Close()
}

// garbage is neither JSON nor XML nor a video.
func garbage() []byte {
	return append([]byte("<html><body>It works! {\"[<&\xff\xfe\x00"), bytes.Repeat([]byte{0x81, 0xC0, '<'}, 100)...)
}

// cutWriter lets half of the announced body through and breaks the connection.
type cutWriter struct {
	http.ResponseWriter
	left    int64
	started bool
}

func (c *cutWriter) Write(p []byte) (int, error) {
	if !c.started {
		c.started = true
		announced, err := strconv.ParseInt(c.Header().Get("Content-Length"), 10, 64)
		if err != nil {
			announced = int64(len(p))
		}
		c.left = announced / 2
	}
	n, err := c.ResponseWriter.Write(p[:min(int64(len(p)), c.left)])
	if c.left -= int64(n); c.left <= 0 {
		_ = http.NewResponseController(c.ResponseWriter).Flush() // the abort follows either way
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// shiftWriter says of a partial answer that it starts one byte later than it does.
type shiftWriter struct{ http.ResponseWriter }

func (s *shiftWriter) WriteHeader(status int) {
	var from, to, size int64
	if n, _ := fmt.Sscanf(s.Header().Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &size); n == 3 {
		s.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from+1, to+1, size))
	}
	s.ResponseWriter.WriteHeader(status)
}
