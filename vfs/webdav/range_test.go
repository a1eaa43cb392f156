package webdav_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/vfstest"
	"github.com/millrace-media/millrace/vfs/webdav"
)

// bothWays are a world's files as they are served over WebDAV and plainly.
func bothWays(t *testing.T) (*vfstest.World, map[string]client) {
	t.Helper()
	w := vfstest.NewWorld(t, vfs.Options{})
	return w, map[string]client{
		"webdav": serve(t, webdav.Handler(w.FS, "/dav", nil), "/dav"),
		"http":   serve(t, webdav.Files(w.FS, "/library", nil), "/library"),
	}
}

// big is the world's largest file, and whole what it is made of.
func big() (path string, whole []byte) {
	f := vfstest.Files()[0]
	whole = make([]byte, f.Size)
	vfstest.Bytes(f.ContentID, 0, whole)
	return f.Path, whole
}

func TestConditionsAndRanges(t *testing.T) {
	t.Parallel()
	_, ways := bothWays(t)
	path, whole := big()
	size := len(whole)
	head, _, err := ways["http"].do("HEAD", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	tag, modified := head.Header.Get("ETag"), head.Header.Get("Last-Modified")
	at, err := http.ParseTime(modified)
	if err != nil {
		t.Fatal(err)
	}
	before, after := at.Add(-time.Hour).Format(http.TimeFormat), at.Add(time.Hour).Format(http.TimeFormat)
	type header map[string]string
	for _, tt := range []struct {
		name   string
		header header
		status int
		lo, hi int // of what is given
	}{
		{"everything", nil, 200, 0, size},
		{"a range", header{"Range": "bytes=1000-1999"}, 206, 1000, 2000},
		{"a range to the end", header{"Range": fmt.Sprintf("bytes=%d-", size-10)}, 206, size - 10, size},
		{"a range over the end", header{"Range": fmt.Sprintf("bytes=%d-%d", size-10, size+10)}, 206, size - 10, size},
		{"the tail", header{"Range": "bytes=-100"}, 206, size - 100, size},
		{"a tail that is longer than the file", header{"Range": fmt.Sprintf("bytes=-%d", 2*size)}, 206, 0, size},
		{"a range past the end", header{"Range": fmt.Sprintf("bytes=%d-", size)}, 416, 0, 0},
		{"a range that goes backwards", header{"Range": "bytes=9-3"}, 416, 0, 0},
		{"a range that is none", header{"Range": "bytes=x-y"}, 416, 0, 0},
		{"a number that is too large", header{"Range": "bytes=99999999999999999999-"}, 416, 0, 0},
		{"ranges that are more than the file", header{"Range": "bytes=0-,0-,0-"}, 200, 0, size},
		{"a range of the same file", header{"Range": "bytes=0-9", "If-Range": tag}, 206, 0, 10},
		{"a range of another file", header{"Range": "bytes=0-9", "If-Range": `"other"`}, 200, 0, size},
		{"a range of the file as it was then", header{"Range": "bytes=0-9", "If-Range": modified}, 206, 0, 10},
		{"a range of the file as it was before", header{"Range": "bytes=0-9", "If-Range": before}, 200, 0, size},
		{"a file that is known", header{"If-None-Match": `"x", ` + tag}, 304, 0, 0},
		{"a file that is not known", header{"If-None-Match": `"x"`, "Range": "bytes=0-9"}, 206, 0, 10},
		{"a file that has to be the same", header{"If-Match": tag, "Range": "bytes=5-9"}, 206, 5, 10},
		{"a file that had to be the same", header{"If-Match": `"other"`}, 412, 0, 0},
		{"a file that is not newer", header{"If-Modified-Since": after}, 304, 0, 0},
		{"a file that is newer", header{"If-Modified-Since": before, "Range": "bytes=7-7"}, 206, 7, 8},
		{"a file that has changed since", header{"If-Unmodified-Since": before}, 412, 0, 0},
	} {
		for way, c := range ways {
			for _, method := range []string{"GET", "HEAD"} {
				resp, body, err := c.do(method, path, tt.header)
				if resp == nil || resp.StatusCode != tt.status {
					t.Errorf("%s %s of %s: got %+v, %v; want status %d", way, method, tt.name, resp, err, tt.status)
					continue
				}
				checkPart(t, way+" "+method+" of "+tt.name, resp, body, whole, tt.lo, tt.hi)
			}
		}
	}
}

// checkPart compares an answer with what there is from lo to hi.
func checkPart(t *testing.T, name string, resp *http.Response, body, whole []byte, lo, hi int) {
	t.Helper()
	if resp.StatusCode >= 300 {
		if got, want := resp.Header.Get("Content-Range"), fmt.Sprintf("bytes */%d", len(whole)); resp.StatusCode == 416 && got != want {
			t.Errorf("%s: Content-Range is %q, want %q", name, got, want)
		}
		return
	}
	if got := resp.Header.Get("Content-Length"); got != strconv.Itoa(hi-lo) {
		t.Errorf("%s: Content-Length is %s, want %d", name, got, hi-lo)
	}
	if want := fmt.Sprintf("bytes %d-%d/%d", lo, hi-1, len(whole)); resp.StatusCode == 206 && resp.Header.Get("Content-Range") != want {
		t.Errorf("%s: Content-Range is %q, want %q", name, resp.Header.Get("Content-Range"), want)
	}
	if resp.Request.Method == "GET" && !bytes.Equal(body, whole[lo:hi]) {
		t.Errorf("%s: other bytes came: %d, want %d", name, len(body), hi-lo)
	}
}

func TestSeveralRangesAtOnce(t *testing.T) {
	t.Parallel()
	_, ways := bothWays(t)
	path, whole := big()
	for way, c := range ways {
		resp, body, err := c.do("GET", path, map[string]string{"Range": "bytes=0-9,300000-300099,-5"})
		if err != nil || resp.StatusCode != 206 {
			t.Fatalf("%s: %+v, %v", way, resp, err)
		}
		kind, params, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/byteranges" {
			t.Fatalf("%s: it is %s, %v", way, kind, err)
		}
		parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for _, want := range [][2]int{{0, 10}, {300000, 300100}, {len(whole) - 5, len(whole)}} {
			p, err := parts.NextPart()
			if err != nil {
				t.Fatalf("%s: %v", way, err)
			}
			got, err := io.ReadAll(p)
			span := fmt.Sprintf("bytes %d-%d/%d", want[0], want[1]-1, len(whole))
			if err != nil || !bytes.Equal(got, whole[want[0]:want[1]]) || p.Header.Get("Content-Range") != span {
				t.Errorf("%s: got %d bytes of %q, %v; want %q", way, len(got), p.Header.Get("Content-Range"), err, span)
			}
		}
		if _, err := parts.NextPart(); err != io.EOF { //nolint:errorlint // the reader says so itself
			t.Errorf("%s: there is more: %v", way, err)
		}
	}
}

func TestManyClientsReadTheSameBytes(t *testing.T) {
	t.Parallel()
	w, ways := bothWays(t)
	path, whole := big()
	var wg sync.WaitGroup
	for i := range 12 {
		c := ways[[]string{"webdav", "http"}[i%2]]
		wg.Go(func() {
			r := rand.New(rand.NewPCG(7, uint64(i)))
			for range 12 {
				lo := r.IntN(len(whole))
				hi := min(lo+1+r.IntN(1<<r.IntN(20)), len(whole))
				resp, body, err := c.do("GET", path, map[string]string{"Range": fmt.Sprintf("bytes=%d-%d", lo, hi-1)})
				if err != nil || resp.StatusCode != 206 {
					t.Errorf("bytes %d-%d: %+v, %v", lo, hi, resp, err)
					return
				}
				checkPart(t, fmt.Sprintf("client %d", i), resp, body, whole, lo, hi)
			}
		})
	}
	wg.Wait()
	for _, way := range []string{"http", "webdav"} {
		_, body, err := ways[way].do("GET", path, nil)
		if err != nil || !bytes.Equal(body, whole) {
			t.Errorf("%s: the whole has %d bytes, %v; want %d", way, len(body), err, len(whole))
		}
		if way == "http" {
			w.Origin.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Err: vfs.ErrBusy} })
		} // from now on there is the cache alone, which is one for both
	}
}

func TestHeadersReadNoByte(t *testing.T) {
	t.Parallel()
	w, ways := bothWays(t)
	for _, f := range vfstest.Files() {
		for way, c := range ways {
			if resp, _, err := c.do("HEAD", f.Path, map[string]string{"Range": "bytes=0-9"}); resp == nil {
				t.Errorf("%s: %s: %v", way, f.Path, err)
			}
		}
		if resp, _, err := ways["webdav"].do("PROPFIND", f.Path, map[string]string{"Depth": "0"}); resp == nil || resp.StatusCode != 207 {
			t.Errorf("PROPFIND of %s: %+v, %v", f.Path, resp, err)
		}
	}
	if got := w.Origin.Requests(); len(got) != 0 {
		t.Errorf("the origin was asked: %+v", got)
	}
}

func TestAStreamKnowsItsClientAndNoPassword(t *testing.T) {
	t.Parallel()
	w, ways := bothWays(t)
	gate := make(chan struct{})
	w.Origin.Script(func(vfstest.Request) vfstest.Fault { return vfstest.Fault{Gate: gate} })
	path, _ := big()
	var wg sync.WaitGroup
	for way, c := range ways {
		wg.Go(func() {
			header := map[string]string{"User-Agent": "player of " + way, "Authorization": "Basic aHVudGVyMg==", "Range": "bytes=0-9"}
			if resp, _, err := c.do("GET", path, header); resp == nil || resp.StatusCode != 206 {
				t.Errorf("%s: %+v, %v", way, resp, err)
			}
		})
	}
	var streams []vfs.Stream
	for end := time.Now().Add(30 * time.Second); len(streams) < 2 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		streams = w.FS.Streams()
	}
	close(gate)
	wg.Wait()
	if len(streams) != 2 {
		t.Fatalf("got %+v, want two streams", streams)
	}
	for _, s := range streams {
		if r := s.Reader; r.Program != "player of "+r.Kind || !strings.HasPrefix(r.Address, "127.0.0.1:") {
			t.Errorf("got %+v", r)
		}
		if text := fmt.Sprintf("%+v", s); strings.Contains(text, "aHVudGVyMg") {
			t.Errorf("it has what is secret: %s", text)
		}
	}
}
