package main

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/anacrolix/torrent"

	"github.com/millrace-media/millrace/sdk"
)

func TestDiskIsBoundedWhileAFileIsReadThatIsLarger(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 30, false, 40<<20)
	seed(t, tr, c, nil)
	s := defaults(t)
	s.Disk = 24 << 20
	w := setup(t, s)
	p := place(t, w, c.request(t, tr.url))
	e, err := w.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !e.data.punches {
		t.Skip("the file system of the temporary folder cannot free a part of a file")
	}
	url := link(t, w, p, 0).URL
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	most, off, buf := int64(0), 0, make([]byte, 1<<20)
	for off < len(c.data) {
		n, err := io.ReadFull(resp.Body, buf)
		if err != nil || string(buf[:n]) != string(c.data[off:off+n]) {
			t.Fatalf("wrong after %d bytes: %v", off, err)
		}
		off += n
		used, _ := e.data.total()
		most = max(most, used)
	}
	if most > int64(s.Disk)+8<<20 {
		t.Errorf("%s were on disk at once, of %s", sdk.Size(most), s.Disk)
	}
	var wg sync.WaitGroup
	for i := range 4 { // far from one another, what was given up among it
		wg.Go(func() { same(t, url, c.data, i*10<<20, i*10<<20+3<<20) })
	}
	wg.Wait()
	until(t, "the bound is kept", func() bool {
		e.tidyOnce(time.Now())
		used, _ := e.data.total()
		return used <= int64(s.Disk)
	})
	leecher := client(t, func(c *torrent.ClientConfig) { c.DisableTrackers = true })
	tor, _, err := leecher.AddTorrentSpec(&torrent.TorrentSpec{
		AddTorrentOpts: torrent.AddTorrentOpts{InfoHash: c.hash}, PeerAddrs: []string{at(e.public.Client).String()},
	})
	if err != nil {
		t.Fatal(err)
	}
	<-tor.GotInfo()
	tor.DownloadAll()
	until(t, "another has what is left", func() bool { return tor.BytesCompleted() > 4<<20 })
	same(t, url, c.data, 12<<20, 24<<20)
	if stats := tor.Stats(); stats.PiecesDirtiedBad.Int64() > 0 {
		t.Errorf("%d wrong pieces were given to others", stats.PiecesDirtiedBad.Int64())
	}
}

func TestWhatNobodyReadsIsDropped(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		keep time.Duration
		disk sdk.Size
		in   time.Duration // when the tidier looks
		want []bool        // whether the torrent read first and the one read second are still there
	}{
		{"nothing where there is space and time", 0, 1 << 30, 1000 * time.Hour, []bool{true, true}},
		{"nothing before its age", 2 * time.Hour, 1 << 30, time.Hour, []bool{true, true}},
		{"all beyond its age", 2 * time.Hour, 1 << 30, 3 * time.Hour, []bool{false, false}},
		{"what was read longest ago where space is short", 0, 6 << 20, time.Hour, []bool{false, true}},
		{"pieces of what was read lately", 0, 6 << 20, time.Minute, []bool{true, true}},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := defaults(t)
			s.Keep, s.Disk = tt.keep, tt.disk
			w := setup(t, s)
			e, err := w.engine(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			e.data.slack = 1 << 40 // the tidier is called by hand
			var all []*content
			for n := range 2 {
				tr, c := newTracker(t), newContent(t, uint64(40+2*i+n), false, 3<<20)
				seed(t, tr, c, nil)
				same(t, link(t, w, place(t, w, c.request(t, tr.url)), 0).URL, c.data, 0, len(c.data))
				until(t, "its reader is gone", func() bool {
					e.mu.Lock()
					defer e.mu.Unlock()
					return len(e.holds[c.hash].bodies) == 0
				})
				all = append(all, c)
			}
			e.tidyOnce(time.Now().Add(tt.in))
			for n, c := range all {
				if got := e.data.use(c.hash) > 0; got != tt.want[n] {
					t.Errorf("torrent %d is there: %v", n, got)
				}
			}
			if used, _ := e.data.total(); used > int64(tt.disk) {
				t.Errorf("%d bytes are on disk", used)
			}
			for _, c := range all { // whatever was dropped comes again
				p := sdk.Placement{ID: c.hash.HexString(), Files: []sdk.File{{Index: 0}}}
				same(t, link(t, w, p, 0).URL, c.data, 0, len(c.data))
			}
		})
	}
}

func TestIdleTorrentsAreTakenOutOfUse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		seed bool
		in   time.Duration
		want int
	}{
		{"none that was used lately", false, idleAfter / 2, 1},
		{"one that is not shared", false, 2 * idleAfter, 0},
		{"none that is shared", true, 2 * idleAfter, 1},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr, c := newTracker(t), newContent(t, uint64(60+i), false, 100_000)
			seed(t, tr, c, nil)
			s := defaults(t)
			s.Seed = tt.seed
			w := setup(t, s)
			p := place(t, w, c.request(t, tr.url))
			e, err := w.engine(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			e.release(time.Now().Add(tt.in))
			if got := e.count(); got != tt.want {
				t.Errorf("%d torrents in use, want %d", got, tt.want)
			}
			same(t, link(t, w, p, 0).URL, c.data, 0, len(c.data))
		})
	}
}
