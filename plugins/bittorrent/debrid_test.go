package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anacrolix/torrent"
	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/sdktest"
)

func TestSuite(t *testing.T) {
	tr, c := newTracker(t), newContent(t, 1, false, 300_000)
	seed(t, tr, c, nil)
	sdktest.Debrid(t, sdktest.DebridCase{
		Case: sdktest.Case{Plugin: Plugin(), Settings: map[string]any{"dir": t.TempDir(), "dht": false, "disk": "1GiB"}},
		Add:  c.request(t, tr.url),
		Want: sdk.Placement{
			ID: c.hash.HexString(), Hash: c.hash.HexString(), Name: c.name, State: sdk.PlacementReady,
			Files: []sdk.File{{Index: 0, Path: c.name, Size: 300_000, ID: "0", Ready: true}},
		},
	})
}

func TestRangesAreByteForByte(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 2, false, 700_001, 0, 3_000_000, 5, 1_234_567)
	seed(t, tr, c, nil)
	w := setup(t, defaults(t))
	p := place(t, w, c.request(t, tr.url))
	var wg sync.WaitGroup
	for reader := range 6 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(reader), 7))
			for range 25 {
				file := rnd.IntN(len(c.sizes))
				if c.sizes[file] == 0 {
					continue
				}
				from := rnd.IntN(c.sizes[file])
				to := from + 1 + rnd.IntN(min(c.sizes[file]-from, 300_000))
				same(t, link(t, w, p, file).URL, c.file(file), from, to)
			}
		})
	}
	wg.Wait()
	for file := range c.sizes {
		l := link(t, w, p, file)
		resp, err := http.Get(l.URL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if diff := cmp.Diff(string(got) == string(c.file(file)), true); err != nil || diff != "" || l.Size != int64(c.sizes[file]) {
			t.Errorf("file %d whole: %d bytes of %d, %v", file, len(got), l.Size, err)
		}
	}
}

func TestFilesAreServedToWhomTheyWerePromised(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 3, false, 200_000, 0)
	seed(t, tr, c, nil)
	w := setup(t, defaults(t))
	p := place(t, w, c.request(t, tr.url))
	l := link(t, w, p, 0)
	token := strings.Split(l.URL, "/")[3]
	tests := []struct {
		name, method, url string
		header            map[string]string
		want              int
	}{
		{"a whole file", "GET", l.URL, nil, 200},
		{"its head", "HEAD", l.URL, nil, 200},
		{"the end of it", "GET", l.URL, map[string]string{"Range": "bytes=-10"}, 206},
		{"a range of the same file", "GET", l.URL, map[string]string{"Range": "bytes=0-9", "If-Range": l.ETag}, 206},
		{"the whole where it was another file", "GET", l.URL, map[string]string{"Range": "bytes=0-9", "If-Range": `"other"`}, 200},
		{"a range beyond the end", "GET", l.URL, map[string]string{"Range": "bytes=200000-"}, 416},
		{"an empty file", "GET", link(t, w, p, 1).URL, nil, 200},
		{"a guess", "GET", strings.Replace(l.URL, token, strings.Repeat("A", len(token)), 1), nil, 404},
		{"no token", "GET", strings.Replace(l.URL, token+"/", "", 1), nil, 404},
		{"a file that there is not", "GET", strings.Replace(l.URL, "/0/", "/2/", 1), nil, 404},
		{"a file below zero", "GET", strings.Replace(l.URL, "/0/", "/-1/", 1), nil, 404},
		{"another torrent", "GET", strings.Replace(l.URL, c.hash.HexString(), strings.Repeat("0", 40), 1), nil, 404},
		{"a hash too long", "GET", strings.Replace(l.URL, c.hash.HexString(), c.hash.HexString()+"00", 1), nil, 404},
		{"a write", "PUT", l.URL, nil, 405},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, _ := http.NewRequestWithContext(t.Context(), tt.method, tt.url, nil)
			for k, v := range tt.header {
				r.Header.Set(k, v)
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != tt.want {
				t.Errorf("status %d, %v; want %d", resp.StatusCode, err, tt.want)
			}
		})
	}
	for _, f := range []sdk.File{{Index: 7, Path: p.Files[0].Path}, {Index: 0, Path: "other"}, {Index: -1, Path: "other"}} {
		if _, err := w.Link(t.Context(), sdk.LinkRequest{Placement: p.ID, File: f}); sdk.KindOf(err) != sdk.NotFound {
			t.Errorf("a link to %+v: %v, want NotFound", f, err)
		}
	}
	if l, err := w.Link(t.Context(), sdk.LinkRequest{Placement: p.ID, File: sdk.File{Index: -1, Path: c.path(0)}}); err != nil || l.Size != 200_000 {
		t.Errorf("a link by path alone: %+v, %v", l, err)
	}
}

func TestMagnetsGetTheirInfoFromPeers(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 4, false, 100_000)
	seed(t, tr, c, nil)
	w := setup(t, defaults(t))
	magnet := "magnet:?xt=urn:btih:" + c.hash.HexString() + "&tr=" + tr.url
	p := place(t, w, sdk.AddRequest{Hash: c.hash.HexString(), Name: "film", Magnet: magnet})
	if !p.Added || p.Name != c.name || len(p.Files) != 1 {
		t.Errorf("%+v", p)
	}
	same(t, link(t, w, p, 0).URL, c.data, 0, len(c.data))
}

func TestWhatCannotBeHadIsNotFound(t *testing.T) {
	t.Parallel()
	tr, c, other := newTracker(t), newContent(t, 5, false, 100_000), newContent(t, 6, false, 100_000)
	hash := c.hash.HexString()
	s := defaults(t)
	s.Stall = time.Second
	w := setup(t, s)
	tests := []struct {
		name string
		r    sdk.AddRequest
		want sdk.Kind
	}{
		{"a dead swarm", c.request(t, tr.url), sdk.NotFound},
		{"a magnet whose info nobody has", sdk.AddRequest{Hash: strings.Repeat("ab", 20)}, sdk.NotFound},
		{"the .torrent of another release", sdk.AddRequest{Hash: hash, Torrent: other.torrent(t, tr.url)}, sdk.NotFound},
		{"the magnet of another release", sdk.AddRequest{Hash: hash, Magnet: "magnet:?xt=urn:btih:" + other.hash.HexString()}, sdk.NotFound},
		{"a .torrent that is none", sdk.AddRequest{Hash: hash, Torrent: []byte("<html>")}, sdk.NotFound},
		{"a magnet that is none", sdk.AddRequest{Hash: hash, Magnet: "http://example.org"}, sdk.NotFound},
		{"a hash that is none", sdk.AddRequest{Hash: "x"}, sdk.Invalid},
		{"a hash too long", sdk.AddRequest{Hash: hash + "00"}, sdk.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			until(t, "it fails", func() bool {
				_, err = w.Add(t.Context(), tt.r)
				return err != nil
			})
			if sdk.KindOf(err) != tt.want {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
	if names, err := os.ReadDir(filepath.Join(s.Dir, "torrents")); err != nil || len(names) != 0 {
		t.Errorf("left behind: %v, %v", names, err)
	}
	if e, err := w.engine(t.Context()); err != nil || e.count() != 0 {
		t.Errorf("%d torrents in use, %v", e.count(), err)
	}
}

func TestReadOfWhichNothingComesIsCut(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 7, false, 40*pieceLength)
	cl := seed(t, tr, c, nil)
	w := setup(t, defaults(t))
	p := place(t, w, c.request(t, tr.url))
	e, err := w.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e.wait = 200 * time.Millisecond
	cl.Close() // and nobody has the rest
	l := link(t, w, p, 0)
	got, err := read(t.Context(), l.URL, 0, len(c.data))
	if err == nil || len(got) == len(c.data) {
		t.Errorf("%d bytes without an error", len(got))
	}
	if string(got) != string(c.data[:len(got)]) {
		t.Error("wrong bytes before the end")
	}
	until(t, "its reader is gone", func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return len(e.holds[c.hash].bodies) == 0
	})
}

func TestRemoveDeletesEverything(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 8, false, 400_000)
	seed(t, tr, c, nil)
	s := defaults(t)
	w := setup(t, s)
	p := place(t, w, c.request(t, tr.url))
	l := link(t, w, p, 0)
	same(t, l.URL, c.data, 0, len(c.data))
	for range 2 {
		if err := w.Remove(t.Context(), p.ID); err != nil {
			t.Fatalf("Remove: %v", err)
		}
	}
	for _, dir := range []string{"torrents", "data"} {
		if names, err := os.ReadDir(filepath.Join(s.Dir, dir)); err != nil || len(names) != 0 {
			t.Errorf("left in %s: %v, %v", dir, names, err)
		}
	}
	if _, err := w.Link(t.Context(), sdk.LinkRequest{Placement: p.ID, File: p.Files[0]}); sdk.KindOf(err) != sdk.NotFound {
		t.Errorf("a link to it: %v, want NotFound", err)
	}
	if _, err := read(t.Context(), l.URL, 0, 1); err == nil {
		t.Error("the old link still works")
	}
	same(t, link(t, w, place(t, w, c.request(t, tr.url)), 0).URL, c.data, 0, len(c.data))
}

func TestFolderHasOneUser(t *testing.T) {
	t.Parallel()
	s := defaults(t)
	s.Port = freePort(t)
	first, second := setup(t, s), setup(t, s)
	if _, err := first.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := second.Check(ctx); sdk.KindOf(err) != sdk.Unavailable || !strings.Contains(err.Error(), errInUse.Error()) {
		t.Errorf("a second instance: %v, want Unavailable because %v", err, errInUse)
	}
	waits := make(chan error)
	go func() {
		_, err := second.Check(t.Context())
		waits <- err
	}()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waits; err != nil {
		t.Errorf("once the first has ended: %v", err)
	}
	if _, err := first.Check(t.Context()); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("the first, which has ended: %v", err)
	}
}

func TestNothingIsLeftOfAnInstance(t *testing.T) {
	tr, c := newTracker(t), newContent(t, 9, false, 20*pieceLength)
	seed(t, tr, c, nil)
	s := defaults(t)
	s.DHT = true
	descriptors := func() int {
		names, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("there is no /proc to count descriptors in")
		}
		return len(names)
	}
	once := func() {
		w, err := New(t.Context(), sdk.Env{Log: slog.New(slog.DiscardHandler)}, s)
		if err != nil {
			t.Fatal(err)
		}
		p := place(t, w, c.request(t, tr.url))
		same(t, link(t, w, p, 0).URL, c.data, 0, len(c.data))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		http.DefaultClient.CloseIdleConnections()
	}
	once()
	before := descriptors()
	for range 4 {
		once()
	}
	until(t, fmt.Sprintf("there are %d descriptors again", before), func() bool { return descriptors() <= before })
}

func TestSharesWhatItHas(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 10, false, 1_000_000)
	first := seed(t, tr, c, nil)
	s := defaults(t)
	s.Upload = 3 << 20
	w := setup(t, s)
	p := place(t, w, c.request(t, tr.url))
	same(t, link(t, w, p, 0).URL, c.data, 0, len(c.data))
	e, err := w.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := float64(e.both.up.Limit()); got != 3<<20 || e.both.down != nil {
		t.Errorf("upload is bounded to %v bytes a second, download %v", got, e.both.down)
	}
	first.Close()
	leecher := client(t, func(c *torrent.ClientConfig) { c.DisableTrackers = true })
	tor, _, err := leecher.AddTorrentSpec(&torrent.TorrentSpec{
		AddTorrentOpts: torrent.AddTorrentOpts{InfoHash: c.hash}, PeerAddrs: []string{fmt.Sprintf("127.0.0.1:%d", e.public.LocalPort())},
	})
	if err != nil {
		t.Fatal(err)
	}
	<-tor.GotInfo()
	tor.DownloadAll()
	until(t, "another has it from us", func() bool { return tor.BytesMissing() == 0 })
}
