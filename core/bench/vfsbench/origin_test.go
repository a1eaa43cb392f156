//go:build linux

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func world(t *testing.T, list ...file) (*origin, string) {
	t.Helper()
	o := newOrigin(list)
	srv := httptest.NewUnstartedServer(o)
	o.conns = &farListener{Listener: srv.Listener}
	srv.Listener, srv.Config.ConnState = o.conns, o.conns.state
	srv.Start()
	t.Cleanup(srv.Close)
	return o, srv.URL
}

func ask(t *testing.T, method, url string, header http.Header) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, b
}

func TestAWrongByteIsSeen(t *testing.T) {
	t.Parallel()
	c := newContent()
	p := make([]byte, 0, 3*segment)
	for int64(len(p)) < 3*segment-7 {
		p = append(p, c.at("a", int64(len(p))+7, 100_000)...)
	}
	if at := c.differs("a", 7, p); at != -1 {
		t.Errorf("right bytes are called wrong at %d", at)
	}
	for _, i := range []int{0, segment - 8, segment - 7, len(p) - 1} {
		p[i]++
		if at := c.differs("a", 7, p); at != int64(i)+7 {
			t.Errorf("a wrong byte at %d is seen at %d", i+7, at)
		}
		p[i]--
	}
	if c.differs("b", 7, p) < 0 || c.differs("a", 8, p) < 0 || c.differs("a", 7+segment, p) < 0 {
		t.Error("bytes of another file or place are called right")
	}
}

func TestARangeIsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	const size = 2*segment + 11
	o, url := world(t, file{path: "a/f.mkv", size: size})
	for header, want := range map[string]struct {
		status     int
		first, end int64
	}{
		"":                              {200, 0, size},
		"bytes=0-0":                     {206, 0, 1},
		"bytes=1048570-1048580":         {206, segment - 6, segment + 5},
		"bytes=2097152-":                {206, 2 * segment, size},
		"bytes=-11":                     {206, 2 * segment, size},
		fmt.Sprintf("bytes=5-%d", size): {206, 5, size},
		fmt.Sprintf("bytes=%d-", size):  {416, 0, 0},
		"bytes=7-3":                     {416, 0, 0},
		"bytes=x-3":                     {416, 0, 0},
	} {
		resp, b := ask(t, http.MethodGet, url+"/a/f.mkv", http.Header{"Range": {header}})
		if resp.StatusCode != want.status || int64(len(b)) != want.end-want.first || o.content.differs("a/f.mkv", want.first, b) >= 0 {
			t.Errorf("%q: got status %d with %d bytes", header, resp.StatusCode, len(b))
		}
		if got := resp.Header.Get("Content-Range"); want.status == 206 && got != fmt.Sprintf("bytes %d-%d/%d", want.first, want.end-1, size) {
			t.Errorf("%q: got range %q", header, got)
		}
	}
}

func TestTheOriginCountsWhatItDoes(t *testing.T) {
	t.Parallel()
	o, url := world(t, file{path: "f.mkv", size: 100})
	ask(t, http.MethodGet, url+"/f.mkv", http.Header{"Range": {"bytes=10-19"}})
	ask(t, http.MethodHead, url+"/f.mkv", nil)
	ask(t, http.MethodGet, url+"/none.mkv", nil)
	got := counts{o.sent.Load(), o.requests.Load(), o.conns.n.Load()}
	if got.Conns < 1 || got.Conns > 3 { // how many there are is the client's choice
		t.Errorf("got %d connections", got.Conns)
	}
	if want := (counts{10, 3, got.Conns}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAFolderIsListed(t *testing.T) {
	t.Parallel()
	_, url := world(t, file{path: "a/b/f.mkv", size: 7}, file{path: "a/g.mkv", size: 8})
	for _, c := range []struct {
		path, depth string
		want        []string
	}{
		{"/", "1", []string{"/", "/a/"}},
		{"/a/", "1", []string{"/a/", "/a/b/", "/a/g.mkv"}},
		{"/a/b", "0", []string{"/a/b/"}},
		{"/a/g.mkv", "0", []string{"/a/g.mkv"}},
	} {
		_, b := ask(t, "PROPFIND", url+c.path, http.Header{"Depth": {c.depth}})
		var got []string
		for _, rest := range strings.Split(string(b), "<D:href>")[1:] {
			href, _, _ := strings.Cut(rest, "<")
			got = append(got, href)
		}
		if d := cmp.Diff(got, c.want); d != "" {
			t.Errorf("%s at depth %s, got before want:\n%s", c.path, c.depth, d)
		}
	}
	if resp, _ := ask(t, "PROPFIND", url+"/none", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("got %d for what is not there", resp.StatusCode)
	}
}

func TestAnAimIsMetOrMissed(t *testing.T) {
	t.Parallel()
	l := line{Sides: []*figure{{Side: "ours", Values: []float64{3, 1, 2}}, {Side: "rclone", Values: []float64{1}}, {Side: "direct", Error: "x"}}}
	l.compare(against{what: "a", got: (*figure).value, other: "rclone", least: true, times: 2})
	l.compare(against{what: "b", got: (*figure).value, other: "rclone", least: true, times: 2.1})
	l.compare(against{what: "c", got: (*figure).value, other: "rclone", times: 2})
	l.compare(against{what: "d", got: (*figure).value, other: "rclone", times: 1.9})
	l.compare(against{what: "nobody to compare with", got: (*figure).value, other: "direct", least: true, times: 1})
	l.most("e", (*figure).value, 2)
	l.most("f", (*figure).value, 1.9)
	l.Sides[0].Error = "x"
	l.most("g", (*figure).value, 2)
	l.compare(against{what: "h", got: (*figure).value, other: "rclone", times: 2})
	var got []bool
	for _, a := range l.Aims {
		got = append(got, a.Met)
	}
	if d := cmp.Diff(got, []bool{true, false, true, false, true, false, false, false}); d != "" {
		t.Error(d)
	}
}
