package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/core"
)

var update = flag.Bool("update", false, "write the golden files anew")

// world is a data folder with a daemon that answers what it was told to.
type world struct {
	t    *testing.T
	data string // where the socket is
	home string // the working folder's stand-in

	mu      sync.Mutex
	answers map[string][]string // guarded by mu; "GET /items/3" to bodies, the last one for good
	asked   []string            // guarded by mu
}

// setup makes a data folder. Its path is short: that of a socket may not be long.
func setup(t *testing.T) *world {
	t.Helper()
	data, err := os.MkdirTemp("", "mr")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(data) })
	return &world{t: t, data: data, home: t.TempDir(), answers: map[string][]string{}}
}

// serve starts the daemon.
func (w *world) serve() {
	w.t.Helper()
	socket := core.SocketPath(w.data)
	if err := os.MkdirAll(filepath.Dir(socket), 0o700); err != nil {
		w.t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		w.t.Fatal(err)
	}
	srv := &http.Server{Handler: w}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l) // ends with Close
	}()
	w.t.Cleanup(func() {
		srv.Close()
		<-done
	})
}

// answer tells the daemon what to say: to "POST /items" one body after the other. A body that begins with a number has
// that status.
func (w *world) answer(what string, bodies ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[what] = bodies
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a broken body shows in what was asked
	what := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	w.mu.Lock()
	line := what
	if r.URL.RawQuery != "" {
		line += "?" + r.URL.RawQuery
	}
	if len(body) > 0 {
		line += " " + r.Header.Get("Content-Type") + " " + string(body)
	}
	if len(w.asked) == 0 || w.asked[len(w.asked)-1] != line {
		w.asked = append(w.asked, line)
	}
	text := `404 {"status":404,"title":"Not Found","detail":"Show an item: not in the library","kind":"not-found"}`
	if bodies := w.answers[what]; len(bodies) > 0 {
		text = bodies[0]
		if len(bodies) > 1 {
			w.answers[what] = bodies[1:]
		}
	}
	if only := r.URL.Query().Get("text"); only != "" && !strings.Contains(strings.ToLower(text), strings.ToLower(only)) {
		text = `{"items":[]}`
	}
	w.mu.Unlock()
	status, kind := http.StatusOK, "application/json"
	if !strings.HasPrefix(text, "{") && text != "" {
		if _, err := fmt.Sscanf(text, "%d", &status); err != nil {
			w.t.Errorf("the answer to %s is no JSON: %s", what, text)
		}
		_, text, _ = strings.Cut(text, " ")
		kind = "application/problem+json"
	}
	rw.Header().Set("Content-Type", kind)
	rw.WriteHeader(status)
	io.WriteString(rw, text)
}

// result is what one run of the program did.
type result struct {
	code     int
	out, err string
	asked    []string
}

// run runs the program at a fixed time. stdin, where not empty, is a person's.
func (w *world) run(stdin string, args ...string) result {
	w.t.Helper()
	return w.start(stdin, stdin != "", args)
}

// pipe runs it with text from another program.
func (w *world) pipe(text string, args ...string) result {
	w.t.Helper()
	return w.start(text, false, args)
}

func (w *world) start(stdin string, person bool, args []string) result {
	w.t.Helper()
	var out, errs bytes.Buffer
	p := &program{
		in: strings.NewReader(stdin), out: &out, err: &errs, environ: []string{"MILLRACE_PLUGINS__DIR=" + w.home}, person: person,
		now:   func() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) },
		every: time.Millisecond,
	}
	w.mu.Lock()
	w.asked = nil
	w.mu.Unlock()
	code := p.run(context.Background(), args)
	w.mu.Lock()
	defer w.mu.Unlock()
	hide := strings.NewReplacer(w.data, "DATA", w.home, "HOME")
	return result{code, hide.Replace(out.String()), hide.Replace(errs.String()), w.asked}
}

// String is the result as a golden file has it.
func (r result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "exit %d\n", r.code)
	for _, line := range r.asked {
		fmt.Fprintf(&b, "asked %s\n", line)
	}
	fmt.Fprintf(&b, "--- out\n%s--- err\n%s", r.out, r.err)
	return b.String()
}

// golden compares text with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); -update renews it\n%s", file, diff)
	}
}

func valid(t *testing.T, text string) {
	t.Helper()
	if !json.Valid([]byte(text)) {
		t.Errorf("got no JSON: %s", text)
	}
}
