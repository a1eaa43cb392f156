package world

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"testing"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"
)

// leecher is another BitTorrent client, which finds peers through trackers and web seeds alone.
func leecher(t *testing.T) *torrent.Client {
	t.Helper()
	c := torrent.NewDefaultClientConfig()
	c.DataDir = t.TempDir()
	c.ListenHost = func(string) string { return "127.0.0.1" }
	c.ListenPort = 0
	c.NoDHT, c.DisablePEX, c.NoDefaultPortForwarding, c.DisableUTP, c.DisableIPv6, c.DisableWebtorrent = true, true, true, true, true, true
	c.Slogger = slog.New(slog.DiscardHandler)
	client, err := torrent.NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// fetch downloads everything and compares it.
func fetch(t *testing.T, w *World, r Release, tor *torrent.Torrent) {
	t.Helper()
	<-tor.GotInfo()
	tor.DownloadAll()
	until(t, r.Name+" arrives", func() bool { return tor.BytesMissing() == 0 })
	for i, f := range tor.Files() {
		reader := f.NewReader()
		got, err := io.ReadAll(io.LimitReader(reader, f.Length())) // v1.61.0 reads on into the next file
		reader.Close()
		if err != nil || !bytes.Equal(got, original(t, w, r, i)) {
			t.Errorf("%s: %d bytes differ, %v", f.Path(), len(got), err)
		}
	}
}

// given is the seeder's account of a release.
func given(t *testing.T, w *World, r Release) SeedStats {
	t.Helper()
	i := slices.IndexFunc(w.Seeds(), func(s SeedStats) bool { return s.Hash == r.Hash })
	return w.Seeds()[i]
}

func TestSeederGivesEveryByteThroughTheTracker(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	r := named(t, w, "Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL")
	tor, err := leecher(t).AddMagnet(r.Magnet)
	if err != nil {
		t.Fatal(err)
	}
	fetch(t, w, r, tor)
	if s := given(t, w, r); s.UploadedBytes < r.Size || s.UploadedBytes > 2*r.Size || s.WebSeedBytes != 0 {
		t.Errorf("of %d bytes the seeder counted %+v", r.Size, s)
	}
	before := given(t, w, r).UploadedBytes
	if got := call(t, "POST", w.Endpoints.Control.URL+"/seeder", `{"hash":"`+r.Hash+`","seed":false,"bytesPerSecond":1000000}`).status; got != 204 {
		t.Fatalf("status %d", got)
	}
	if s := given(t, w, r); s.Seeding || s.UploadedBytes != before {
		t.Errorf("after it was dropped: %+v, want %d bytes", s, before)
	}
	if err := w.SetSeeding(r.Hash, true); err != nil || !given(t, w, r).Seeding {
		t.Errorf("not seeded again: %v", err)
	}
	if s := w.tracker.state(); len(s.Torrents) != 1 || s.Torrents[0].Hash != r.Hash || s.Announces == 0 {
		t.Errorf("tracker: %+v", s)
	}
}

func TestWebSeedsAreEnough(t *testing.T) {
	t.Parallel()
	w, client := setup(t, Options{}), leecher(t) // one client: it asks web seeds every five seconds only
	for _, name := range []string{"Sintel.2010.720p.BluRay.x264-RACE", "The.Mill.on.the.Race.S01.720p.WEB-DL.AAC2.0.H.264-RACE", "sandbox-elephants-dream-2006"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := named(t, w, name)
			if err := w.SetSeeding(r.Hash, false); err != nil {
				t.Fatal(err)
			}
			raw, err := w.Torrent(r.Hash)
			if err != nil {
				t.Fatal(err)
			}
			m, err := metainfo.Load(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			tor, err := client.AddTorrent(m)
			if err != nil {
				t.Fatal(err)
			}
			fetch(t, w, r, tor)
			if s := given(t, w, r); s.WebSeedBytes < r.Size || s.UploadedBytes != 0 {
				t.Errorf("of %d bytes: %+v", r.Size, s)
			}
		})
	}
}

// announcement is the tracker's answer.
type announcement struct {
	Failure    string `bencode:"failure reason"`
	Interval   int    `bencode:"interval"`
	Complete   int    `bencode:"complete"`
	Incomplete int    `bencode:"incomplete"`
	Peers      string `bencode:"peers"`
}

func TestTrackerTracks(t *testing.T) {
	t.Parallel()
	w := setup(t, Options{})
	live, dead := named(t, w, "Sintel.2010.CAM.x264-SHAKY"), named(t, w, "Sintel.2010.2160p.WEB-DL.DDP5.1.HDR.H.265-LAWYER")
	announce := func(hash string, port int, more string) announcement {
		var a announcement
		h := metainfo.NewHashFromHex(hash)
		body := get(t, fmt.Sprintf("%s?info_hash=%s&peer_id=01234567890123456789&port=%d&compact=1%s", w.Endpoints.Tracker.URL, url.QueryEscape(string(h[:])), port, more)).body
		if err := bencode.Unmarshal(body, &a); err != nil {
			t.Fatalf("%v in %q", err, body)
		}
		return a
	}
	tests := []struct {
		name string
		got  announcement
		want announcement // Peers: any of the length
	}{
		{"the seeder to the first who asks", announce(live.Hash, 1001, "&left=5&uploaded=7"), announcement{Interval: 5, Complete: 1, Incomplete: 1, Peers: "6 ...."}},
		{"the first to the second", announce(live.Hash, 1002, "&left=0&event=completed"), announcement{Interval: 5, Complete: 2, Incomplete: 1, Peers: "12 ........."}},
		{"as many as are wanted", announce(live.Hash, 1002, "&left=0&numwant=1"), announcement{Interval: 5, Complete: 2, Incomplete: 1, Peers: "6 ...."}},
		{"none who stopped", announce(live.Hash, 1001, "&left=5&event=stopped"), announcement{Interval: 5, Complete: 2, Peers: "12 ........."}},
		{"nobody for the dead", announce(dead.Hash, 1001, "&left=5"), announcement{Interval: 5, Incomplete: 1}},
		{"nothing it does not know", announce("00000000000000000000000000000000000000ff", 1001, "&left=5"), announcement{Failure: "unregistered torrent"}},
		{"nothing to one without a port", announce(live.Hash, 70000, ""), announcement{Failure: "invalid announce"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, want := tt.got, tt.want
			if len(got.Peers) != len(want.Peers) {
				t.Errorf("%d bytes of peers, want %d", len(got.Peers), len(want.Peers))
			}
			if got.Peers, want.Peers = "", ""; got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
	h := metainfo.NewHashFromHex(live.Hash)
	scrape := get(t, w.service("tracker").url()+"/scrape?info_hash="+url.QueryEscape(string(h[:]))).body
	if want := "d8:completei2e10:downloadedi1e10:incompletei0ee"; !bytes.Contains(scrape, []byte(want)) {
		t.Errorf("scrape %q, want %q", scrape, want)
	}
	var stats TrackerStats
	if get(t, w.service("tracker").url()+"/stats").json(t, &stats); stats.Announces == 0 {
		t.Errorf("stats: %+v", stats)
	}
}
