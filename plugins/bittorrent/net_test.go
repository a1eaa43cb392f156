package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
	pp "github.com/anacrolix/torrent/peer_protocol"
	"github.com/google/go-cmp/cmp"

	"github.com/millrace-media/millrace/sdk"
)

// witness is what a peer saw of those that came to it.
type witness struct {
	mu   sync.Mutex
	from []string // addresses
	pex  bool     // any spoke of peers
	dht  bool     // any spoke of the table
	told int      // handshakes
}

func (w *witness) watch(c *torrent.ClientConfig) {
	c.Callbacks.CompletedHandshake = func(p *torrent.PeerConn, _ metainfo.Hash) {
		host, _, _ := net.SplitHostPort(p.RemoteAddr.String())
		w.mu.Lock()
		defer w.mu.Unlock()
		w.from = append(w.from, host)
		w.dht = w.dht || p.PeerExtensionBytes.SupportsDHT()
	}
	c.Callbacks.ReadExtendedHandshake = func(_ *torrent.PeerConn, m *pp.ExtendedHandshakeMessage) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.pex = w.pex || m.M[pp.ExtensionNamePex] != 0
		w.told++
	}
}

func TestOnlyTheNamedInterfaceIsUsed(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 70, false, 500_000)
	var seen witness
	seed(t, tr, c, seen.watch)
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	s := defaults(t)
	s.Interface, s.Trackers = "127.0.0.2", []string{"udp://" + udp.LocalAddr().String() + "/announce"}
	if ds := validate(s); len(ds) > 0 {
		t.Skipf("this machine has no 127.0.0.2: %v", ds)
	}
	w := setup(t, s)
	p := place(t, w, c.request(t, tr.url))
	same(t, link(t, w, p, 0).URL, c.data, 0, len(c.data))
	seen.mu.Lock()
	from := slices.Concat(seen.from, tr.asked())
	seen.mu.Unlock()
	_, addr, err := udp.ReadFrom(make([]byte, 100))
	if err != nil {
		t.Fatal(err)
	}
	from = append(from, addr.(*net.UDPAddr).IP.String())
	if slices.Sort(from); !cmp.Equal(slices.Compact(from), []string{s.Interface}) {
		t.Errorf("it came from %v", from)
	}
	e, err := w.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]bool{"127.0.0.2": true, "127.0.0.1": false} {
		conn, err := net.Dial("tcp", net.JoinHostPort(host, fmt.Sprint(e.public.LocalPort())))
		if (err == nil) != want {
			t.Errorf("a peer calls %s: %v", host, err)
		}
		if err == nil {
			conn.Close()
		}
	}
}

func TestInterfaceIsNamedByItsName(t *testing.T) {
	t.Parallel()
	if _, err := net.InterfaceByName("lo"); err != nil {
		t.Skip("this machine has no interface lo")
	}
	tr, c := newTracker(t), newContent(t, 71, true, 200_000)
	seed(t, tr, c, nil)
	s := defaults(t)
	s.Interface, s.DHT = "lo", true
	w := setup(t, s)
	p := place(t, w, c.request(t, tr.url))
	same(t, link(t, w, p, 0).URL, c.data, 0, len(c.data))
	e, err := w.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n, private := len(e.public.DhtServers()), len(e.private.DhtServers()); n != 1 || private != 0 {
		t.Errorf("%d nodes of the table, %d private", n, private)
	}
	if ip := e.public.Listeners()[0].Addr().(*net.TCPAddr).IP.String(); ip != "127.0.0.1" {
		t.Errorf("listens on %s", ip)
	}
	if _, err := w.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
}

func TestNobodyIsToldMoreThanTheSettingsSay(t *testing.T) {
	t.Parallel()
	type told struct{ PEX, DHT, Node, OtherTracker bool }
	tests := []struct {
		name              string
		pex, dht, private bool
		want              told
	}{
		{"all on", true, true, false, told{true, true, true, true}},
		{"all off", false, false, false, told{OtherTracker: true}},
		{"no table", true, false, false, told{PEX: true, OtherTracker: true}},
		{"no exchange", false, true, false, told{DHT: true, Node: true, OtherTracker: true}},
		{"a private torrent", true, true, true, told{}},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr, other, c := newTracker(t), newTracker(t), newContent(t, uint64(80+i), tt.private, 200_000)
			var seen witness
			seed(t, tr, c, seen.watch)
			s := defaults(t)
			s.PEX, s.DHT, s.Trackers = tt.pex, tt.dht, []string{other.url}
			w := setup(t, s)
			place(t, w, c.request(t, tr.url))
			until(t, "hands were shaken", func() bool {
				seen.mu.Lock()
				defer seen.mu.Unlock()
				return seen.told > 0
			})
			if tt.want.OtherTracker {
				until(t, "the other tracker was asked", func() bool { return len(other.asked()) > 0 })
			}
			e, err := w.engine(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			n := e.public
			if tt.private {
				n = e.private
			}
			seen.mu.Lock()
			defer seen.mu.Unlock()
			got := told{seen.pex, seen.dht, len(n.DhtServers()) > 0, len(other.asked()) > 0}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}

func TestTorrentThatTurnsOutPrivateIsHeldSo(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 90, true, 200_000)
	seed(t, tr, c, nil)
	s := defaults(t)
	for _, r := range []sdk.AddRequest{{Hash: c.hash.HexString(), Magnet: "magnet:?xt=urn:btih:" + c.hash.HexString() + "&tr=" + tr.url}, {Hash: c.hash.HexString()}} {
		w := setup(t, s)
		p := place(t, w, r)
		same(t, link(t, w, p, 0).URL, c.data, 0, len(c.data))
		e, err := w.engine(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n := len(e.public.Torrents()); n != 0 || len(e.private.Torrents()) != 1 || !e.holds[c.hash].private {
			t.Errorf("%d torrents are public, %d private", n, len(e.private.Torrents()))
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	good := Settings{Disk: 1 << 30, Stall: readTimeout}
	tests := []struct {
		name   string
		change func(*Settings)
		want   []string // attributes that are wrong
	}{
		{"what is shipped", func(*Settings) {}, nil},
		{"an interface that there is not", func(s *Settings) { s.Interface = "nosuch0" }, []string{"interface"}},
		{"an address of another machine", func(s *Settings) { s.Interface = "192.0.2.1" }, []string{"interface"}},
		{"a router asked around the interface", func(s *Settings) { s.Interface, s.UPnP = "127.0.0.1", true }, []string{"upnp"}},
		{"no space", func(s *Settings) { s.Disk = 1 << 20 }, []string{"disk"}},
		{"no patience", func(s *Settings) { s.Stall = 0 }, []string{"stall"}},
		{"trackers", func(s *Settings) { s.Trackers = []string{"udp://a:1", "https://a/announce", "a", "ws://a"} }, []string{"trackers[2]", "trackers[3]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := good
			tt.change(&s)
			var got []string
			for _, d := range validate(s) {
				got = append(got, d.Attribute)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
	if _, err := New(context.Background(), sdk.Env{}, good); sdk.KindOf(err) != sdk.Invalid || !strings.Contains(err.Error(), "folder") {
		t.Errorf("without a folder: %v, want Invalid", err)
	}
}
