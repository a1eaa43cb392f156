//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// origin is a web server that is as far away and as fast as it is told to be. It serves files with ranges and lists folders
// over WebDAV, and counts what it does.
type origin struct {
	content content
	files   map[string]file
	folders map[string][]string // what is in each: paths
	conns   *farListener
	rate    pace
	trace   *log.Logger // one line for each reading; silent unless one was asked for

	sent, requests atomic.Int64
}

func newOrigin(list []file) *origin {
	o := &origin{content: newContent(), files: map[string]file{}, folders: map[string][]string{}, trace: log.New(io.Discard, "", 0)}
	for _, f := range list {
		o.files[f.path] = f
		child := f.path
		for child != "" {
			parent := strings.TrimPrefix(path.Dir(child), ".")
			_, known := o.folders[parent]
			o.folders[parent] = append(o.folders[parent], child)
			if known {
				break
			}
			child = parent
		}
	}
	return o
}

// addresses is what the origin's process prints when it listens.
type addresses struct{ Data, Control string }

// serveOrigin is the origin's process.
func serveOrigin(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("origin", flag.ContinueOnError)
	quick := fs.Bool("quick", false, "files of a quick run")
	trace := fs.String("trace", "", "write a line for each reading to a file")
	if err := fs.Parse(args); err != nil {
		return err
	}
	data, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	o := newOrigin(catalogue(sizesOf(*quick)))
	if *trace != "" {
		f, err := os.Create(*trace)
		if err != nil {
			return err
		}
		defer f.Close()
		o.trace = log.New(f, "", log.Lmicroseconds)
	}
	o.conns = &farListener{Listener: data}
	srv := &http.Server{Handler: o, ConnState: o.conns.state}
	ctl := &http.Server{Handler: o.control()}
	var ended sync.WaitGroup
	ended.Go(func() { srv.Serve(o.conns) }) //nolint:errcheck // ends when it is closed
	ended.Go(func() { ctl.Serve(control) }) //nolint:errcheck // ends when it is closed
	defer ended.Wait()
	defer ctl.Close()
	defer srv.Close()
	if err := json.NewEncoder(os.Stdout).Encode(addresses{data.Addr().String(), control.Addr().String()}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// ServeHTTP implements [http.Handler]. Every answer is a round trip away.
func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.requests.Add(1)
	if wait(r.Context(), o.conns.delay()) != nil {
		o.trace.Printf("%s %s %s: gone before the answer", r.RemoteAddr, strings.Trim(r.URL.Path, "/"), r.Header.Get("Range"))
		return
	}
	switch r.Method {
	case http.MethodOptions:
		w.Header().Set("DAV", "1")
		w.Header().Set("Allow", "OPTIONS, PROPFIND, GET, HEAD")
	case "PROPFIND":
		o.list(w, r)
	case http.MethodGet, http.MethodHead:
		o.serve(w, r)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// changed is when every file was written last.
const changed = "Mon, 01 Jan 2024 00:00:00 GMT"

func (o *origin) serve(w http.ResponseWriter, r *http.Request) {
	f, ok := o.files[strings.Trim(r.URL.Path, "/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Type", "video/x-matroska")
	h.Set("Last-Modified", changed)
	first, end, partial, err := parseRange(r.Header.Get("Range"), f.size)
	if err != nil {
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", f.size))
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return
	}
	h.Set("Content-Length", strconv.FormatInt(end-first, 10))
	if r.Method == http.MethodGet && f.kind == dead {
		<-r.Context().Done()
		return
	}
	if partial {
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, end-1, f.size))
		w.WriteHeader(http.StatusPartialContent)
	}
	if r.Method != http.MethodGet {
		return
	}
	begun := time.Now()
	sent := o.send(r.Context(), w, f, first, end)
	o.trace.Printf("%s %s from %d: %d of %d bytes in %s", r.RemoteAddr, f.path, first, sent, end-first, time.Since(begun))
}

// paced is how much is sent at once where there is a rate: little, so that it is even.
const paced = 64 << 10

// slowRate is that of a slow file, in bytes a second.
const slowRate = 50_000

// send sends bytes of a file, and returns how many went before the client had left.
func (o *origin) send(ctx context.Context, w http.ResponseWriter, f file, off, end int64) (sent int64) {
	own := pace{}
	if f.kind == slow {
		own.set(slowRate)
	}
	for off < end {
		n := end - off
		if o.rate.on() || own.on() {
			n = min(n, paced)
		}
		p := o.content.at(f.path, off, n)
		if own.take(ctx, len(p)) != nil || o.rate.take(ctx, len(p)) != nil {
			return sent
		}
		m, err := w.Write(p)
		o.sent.Add(int64(m))
		off, sent = off+int64(m), sent+int64(m)
		if err != nil {
			return sent
		}
	}
	return sent
}

var errRange = errors.New("no such range")

// parseRange reads one range of a file: from first to before end. Without one it is the whole file.
func parseRange(header string, size int64) (first, end int64, partial bool, err error) {
	text, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return 0, size, false, nil
	}
	from, to, _ := strings.Cut(text, "-")
	a, errA := strconv.ParseInt(from, 10, 64)
	b, errB := strconv.ParseInt(to, 10, 64)
	switch {
	case from == "" && errB == nil: // the last so many
		return max(0, size-b), size, true, nil
	case errA != nil || a >= size || to != "" && (errB != nil || b < a):
		return 0, 0, false, errRange
	case to == "":
		return a, size, true, nil
	}
	return a, min(b+1, size), true, nil
}

// list answers PROPFIND, of depth 0 or 1.
func (o *origin) list(w http.ResponseWriter, r *http.Request) {
	at := strings.Trim(r.URL.Path, "/")
	inside, isFolder := o.folders[at]
	if _, isFile := o.files[at]; !isFolder && !isFile {
		http.NotFound(w, r)
		return
	}
	paths := []string{at}
	if r.Header.Get("Depth") != "0" {
		paths = append(paths, inside...)
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.WriteHeader(http.StatusMultiStatus)
	fmt.Fprint(w, `<?xml version="1.0" encoding="utf-8"?><D:multistatus xmlns:D="DAV:">`)
	for _, p := range paths {
		o.describe(w, p)
	}
	fmt.Fprint(w, `</D:multistatus>`)
}

func (o *origin) describe(w http.ResponseWriter, p string) {
	href, what := "/"+p, "<D:resourcetype/>"
	if f, ok := o.files[p]; ok {
		what += fmt.Sprintf("<D:getcontentlength>%d</D:getcontentlength>", f.size)
	} else {
		what = "<D:resourcetype><D:collection/></D:resourcetype>"
		href = strings.TrimSuffix(href, "/") + "/"
	}
	fmt.Fprintf(w, "<D:response><D:href>%s</D:href><D:propstat><D:prop>%s<D:getlastmodified>%s</D:getlastmodified></D:prop>"+
		"<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>", href, what, changed)
}

// wait waits, or returns the error of a context that ends first.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
