package sdktest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// exchange is a file of a recording: what was asked, and what was answered.
type exchange struct {
	Method string      `json:"method"`
	URL    string      `json:"url"` // path and query
	Body   string      `json:"body,omitempty"`
	Status int         `json:"status"`
	Header http.Header `json:"header,omitempty"`
	Answer string      `json:"answer,omitempty"`
	Base64 string      `json:"base64,omitempty"` // the answer, where it is no text
}

// kept are the headers of answers that are worth recording; the others may tell of the account.
func kept() []string {
	return []string{"Content-Type", "Content-Range", "Etag", "Link", "Location", "Retry-After", "X-Total-Count"}
}

// recording is a folder of exchanges.
type recording struct {
	t       T
	dir     string
	origin  *url.URL
	secrets []string
	client  *http.Client // set while recording

	mu        sync.Mutex // guards what follows
	exchanges []exchange
	played    []int // how often each was
}

// Replay is an upstream that answers from the files of a folder, as NNN.json, and from nothing else: a request must be
// like a recorded one in method, path, query and body, or the test fails. Answers to requests that are alike come in
// their order, the last one again and again. An exchange that nobody asks for fails the test too.
//
// Where the test declares a flag "record", as
//
//	var _ = flag.Bool("record", false, "record the answers of the real service")
//
// and it is set, requests go to the origin, and what comes back is written to the folder, which is emptied before. Every
// secret is written as "***", in requests and in answers; headers of requests are not written at all. Look at the files
// before they are committed: an answer may tell more of an account than its secrets.
func Replay(t T, dir, origin string, secrets ...string) *Upstream {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		t.Fatalf("replay: the origin must be a URL")
	}
	r := &recording{t: t, dir: dir, origin: u, secrets: forms(secrets)}
	if f := flag.Lookup("record"); f != nil && f.Value.String() == "true" {
		r.begin()
	} else {
		r.load()
	}
	up := NewUpstream(t, r)
	t.Cleanup(r.finish)
	return up
}

// forms are the ways in which a secret may be written, the longest first.
func forms(secrets []string) []string {
	var out []string
	for _, s := range secrets {
		if s != "" {
			out = append(out, s, url.QueryEscape(s), url.PathEscape(s), base64.StdEncoding.EncodeToString([]byte(s)))
		}
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(out)
}

func (r *recording) scrub(text string) string {
	for _, s := range r.secrets {
		text = strings.ReplaceAll(text, s, "***")
	}
	return text
}

func (r *recording) load() {
	r.t.Helper()
	files, err := filepath.Glob(filepath.Join(r.dir, "*.json"))
	if err != nil || len(files) == 0 {
		r.t.Fatalf("there is no recording in %s: run the test with -record", r.dir)
	}
	slices.Sort(files)
	for _, name := range files {
		var e exchange
		data, err := os.ReadFile(name)
		if err == nil {
			err = json.Unmarshal(data, &e)
		}
		if err != nil {
			r.t.Fatalf("read the recording %s: %v", name, err)
		}
		r.exchanges = append(r.exchanges, e)
	}
	r.played = make([]int, len(r.exchanges))
}

// begin empties the folder and makes a client that follows no redirect: these are recorded too.
func (r *recording) begin() {
	r.t.Helper()
	files, err := filepath.Glob(filepath.Join(r.dir, "*.json"))
	if err == nil {
		err = os.MkdirAll(r.dir, 0o755)
	}
	for _, name := range files {
		err = errors.Join(err, os.Remove(name))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.t.Fatalf("empty the recording: %v", err)
	}
	r.client = &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// ServeHTTP plays, or records.
func (r *recording) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the client has gone
	}
	asked := exchange{Method: req.Method, URL: r.scrub(canonical(req.URL)), Body: r.scrub(string(body))}
	e, err := r.answer(req.Context(), req, body, asked)
	if err != nil {
		r.t.Errorf("replay: %v", err)
		http.Error(w, "this was not recorded", http.StatusNotImplemented)
		return
	}
	answer := []byte(e.Answer)
	if e.Base64 != "" {
		if answer, err = base64.StdEncoding.DecodeString(e.Base64); err != nil {
			r.t.Errorf("replay: the answer to %s %s is broken: %v", e.Method, e.URL, err)
		}
	}
	for name, values := range e.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(e.Status)
	_, _ = w.Write(answer) // an error says that the client has gone
}

// canonical is path and query, with the query in order.
func canonical(u *url.URL) string {
	if u.RawQuery == "" {
		return u.EscapedPath()
	}
	return u.EscapedPath() + "?" + u.Query().Encode()
}

func (r *recording) answer(ctx context.Context, req *http.Request, body []byte, asked exchange) (exchange, error) {
	if r.client != nil {
		return r.record(ctx, req, body, asked)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	found := -1
	for i, e := range r.exchanges {
		if e.Method != asked.Method || e.URL != asked.URL || e.Body != asked.Body {
			continue
		}
		if found = i; r.played[i] == 0 {
			break
		}
	}
	if found < 0 {
		return exchange{}, fmt.Errorf("%s %s with the body %q was not recorded", asked.Method, asked.URL, asked.Body)
	}
	r.played[found]++
	return r.exchanges[found], nil
}

// record asks the origin and keeps what it says.
func (r *recording) record(ctx context.Context, req *http.Request, body []byte, asked exchange) (exchange, error) {
	u := *req.URL
	u.Scheme, u.Host = r.origin.Scheme, r.origin.Host
	u.Path = strings.TrimSuffix(r.origin.Path, "/") + u.Path
	out, err := http.NewRequestWithContext(ctx, req.Method, u.String(), bytes.NewReader(body))
	if err != nil {
		return exchange{}, fmt.Errorf("ask the origin: %s", r.scrub(err.Error()))
	}
	out.Header = req.Header.Clone()
	out.Header.Del("Accept-Encoding") // the transport unpacks what it asked for itself
	resp, err := r.client.Do(out)
	if err != nil {
		return exchange{}, fmt.Errorf("ask the origin: %s", r.scrub(err.Error()))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return exchange{}, fmt.Errorf("read the origin's answer: %w", err)
	}
	asked.Status, asked.Header = resp.StatusCode, http.Header{}
	for _, name := range kept() {
		for _, v := range resp.Header.Values(name) {
			asked.Header.Add(name, r.scrub(v))
		}
	}
	if utf8.Valid(answer) {
		asked.Answer = r.scrub(string(answer))
	} else {
		asked.Base64 = base64.StdEncoding.EncodeToString(answer)
	}
	return asked, r.keep(asked)
}

func (r *recording) keep(e exchange) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, e)
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(e); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.dir, fmt.Sprintf("%03d.json", len(r.exchanges))), text.Bytes(), 0o644)
}

// finish tells of exchanges that nobody asked for: they say nothing of the plugin any more.
func (r *recording) finish() {
	if r.client != nil {
		r.client.CloseIdleConnections()
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, n := range r.played {
		if n == 0 && !r.t.Failed() {
			r.t.Errorf("replay: nobody asked for %s %s", r.exchanges[i].Method, r.exchanges[i].URL)
		}
	}
}
