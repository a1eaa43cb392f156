package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"

	"github.com/millrace-media/millrace/sdk"
)

// pieceLength of the tests' torrents, bytes.
const pieceLength = 64 << 10

// content is a torrent and its bytes, one file after the other.
type content struct {
	name  string
	sizes []int // of file 0, 1, 2, …
	paths []string
	data  []byte
	info  metainfo.Info
	raw   []byte
	hash  metainfo.Hash
}

// newContent makes a torrent of files of the sizes given. The seed makes it another one.
func newContent(t testing.TB, seed uint64, private bool, sizes ...int) *content {
	t.Helper()
	c := &content{name: fmt.Sprintf("Größe 映画 %d", seed), sizes: sizes}
	total := 0
	for i, n := range sizes {
		c.paths = append(c.paths, fmt.Sprintf("Étage %d/файл %d.mkv", i, i))
		total += n
	}
	c.data = make([]byte, total)
	src := rand.NewChaCha8([32]byte{byte(seed), 1})
	src.Read(c.data)
	c.info = metainfo.Info{Name: c.name, PieceLength: pieceLength}
	if private {
		c.info.Private = &private
	}
	if len(sizes) == 1 {
		c.info.Length = int64(total)
	} else {
		for i, n := range sizes {
			c.info.Files = append(c.info.Files, metainfo.FileInfo{Path: strings.Split(c.paths[i], "/"), Length: int64(n)})
		}
	}
	var err error
	if c.info.Pieces, err = metainfo.GeneratePieces(bytes.NewReader(c.data), pieceLength, nil); err != nil {
		t.Fatal(err)
	}
	if c.raw, err = bencode.Marshal(c.info); err != nil {
		t.Fatal(err)
	}
	c.hash = metainfo.HashBytes(c.raw)
	return c
}

// file gives the bytes of one file.
func (c *content) file(i int) []byte {
	off := 0
	for _, n := range c.sizes[:i] {
		off += n
	}
	return c.data[off : off+c.sizes[i]]
}

// path is how the plugin names a file.
func (c *content) path(i int) string {
	if len(c.sizes) == 1 {
		return c.name
	}
	return c.name + "/" + c.paths[i]
}

// torrent is a .torrent that names a tracker.
func (c *content) torrent(t testing.TB, announce string) []byte {
	t.Helper()
	odd := strings.Replace(announce, "http://", "http://user:password@", 1) // what the library would panic at
	m := metainfo.MetaInfo{InfoBytes: c.raw, AnnounceList: [][]string{{announce, odd, "wss://127.0.0.1:1", "udp://", "%"}}}
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// request asks for it by its .torrent.
func (c *content) request(t testing.TB, announce string) sdk.AddRequest {
	t.Helper()
	return sdk.AddRequest{Hash: c.hash.HexString(), Name: c.name, Torrent: c.torrent(t, announce)}
}

// localTracker is a BitTorrent tracker that knows one swarm: those that announced themselves to it, and those it is told.
type localTracker struct {
	url string

	mu    sync.Mutex
	peers []netip.AddrPort
	from  []string // addresses that asked
}

func newTracker(t testing.TB) *localTracker {
	t.Helper()
	tr := &localTracker{}
	s := httptest.NewServer(http.HandlerFunc(tr.announce))
	t.Cleanup(s.Close)
	tr.url = s.URL + "/announce"
	return tr
}

func (tr *localTracker) add(p netip.AddrPort) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.peers = append(tr.peers, p)
}

func (tr *localTracker) asked() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return slices.Clone(tr.from)
}

func (tr *localTracker) announce(w http.ResponseWriter, r *http.Request) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.from = append(tr.from, host)
	var compact []byte
	for _, p := range tr.peers {
		compact = append(compact, p.Addr().AsSlice()...)
		compact = append(compact, byte(p.Port()>>8), byte(p.Port()))
	}
	b, _ := bencode.Marshal(map[string]any{"interval": 1, "min interval": 1, "peers": string(compact)})
	w.Write(b)
}

// client is another BitTorrent client on loopback, which finds nobody by itself.
func client(t testing.TB, change func(*torrent.ClientConfig)) *torrent.Client {
	t.Helper()
	c := torrent.NewDefaultClientConfig()
	c.DataDir = t.TempDir()
	c.ListenHost = func(string) string { return "127.0.0.1" }
	c.ListenPort = 0
	c.Seed, c.KeepAliveTimeout = true, wakeEvery // it has the library's fault too
	c.NoDHT, c.DisablePEX, c.NoDefaultPortForwarding, c.DisableUTP, c.DisableIPv6, c.DisableWebtorrent = true, true, true, true, true, true
	c.Slogger = slog.New(slog.DiscardHandler)
	if change != nil {
		change(c)
	}
	cl, err := torrent.NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cl.Close() })
	return cl
}

// seed makes another client offer the content, and tells a tracker of it.
func seed(t testing.TB, tr *localTracker, c *content, change func(*torrent.ClientConfig)) *torrent.Client {
	t.Helper()
	cl := client(t, func(cfg *torrent.ClientConfig) {
		cfg.DisableTrackers = true
		off := 0
		for i, n := range c.sizes {
			p := filepath.Join(cfg.DataDir, filepath.FromSlash(c.path(i)))
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(p, c.data[off:off+n], 0o644); err != nil {
				t.Fatal(err)
			}
			off += n
		}
		if change != nil {
			change(cfg)
		}
	})
	tor, err := cl.AddTorrent(&metainfo.MetaInfo{InfoBytes: c.raw})
	if err != nil {
		t.Fatal(err)
	}
	if err := tor.VerifyDataContext(t.Context()); err != nil || tor.BytesMissing() != 0 {
		t.Fatalf("the seeder lacks %d bytes, %v", tor.BytesMissing(), err)
	}
	tr.add(at(cl))
	return cl
}

func at(cl *torrent.Client) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(cl.LocalPort()))
}

// defaults are settings that leave the machine alone.
func defaults(t testing.TB) Settings {
	return Settings{
		Dir: t.TempDir(), Upload: 0, Seed: true, Disk: 1 << 30, WebSeeds: true, Peers: 50, Stall: 30 * time.Second, PEX: true,
	}
}

// setup makes an instance that ends with the test.
func setup(t testing.TB, s Settings) *swarm {
	t.Helper()
	w, err := New(t.Context(), sdk.Env{Log: slog.New(slog.DiscardHandler)}, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return w
}

// place adds a release again and again, as a host does, until it is ready.
func place(t testing.TB, w sdk.Debrid, r sdk.AddRequest) sdk.Placement {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		p, err := w.Add(ctx, r)
		if err != nil {
			t.Fatalf("Add: %v", err)
		}
		if p.State == sdk.PlacementReady {
			return p
		}
		if ctx.Err() != nil {
			t.Fatalf("%s is still %s: %s", r.Name, p.State, p.Message)
		}
	}
}

func link(t testing.TB, w sdk.Debrid, p sdk.Placement, file int) sdk.Link {
	t.Helper()
	l, err := w.Link(t.Context(), sdk.LinkRequest{Placement: p.ID, Hash: p.Hash, File: p.Files[file]})
	if err != nil {
		t.Fatalf("Link: %v", err)
	}
	return l
}

// read fetches a range, from the first byte to before the last.
func read(ctx context.Context, url string, from, to int) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to-1))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusPartialContent {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	return io.ReadAll(resp.Body)
}

// same reads a range and compares it.
func same(t testing.TB, url string, want []byte, from, to int) {
	t.Helper()
	got, err := read(t.Context(), url, from, to)
	if err != nil || !bytes.Equal(got, want[from:to]) {
		t.Errorf("bytes %d to %d: %d of them, equal: %v, error: %v", from, to, len(got), bytes.Equal(got, want[from:to]), err)
	}
}

// until waits for something to become true.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// freePort is a port that nobody has now.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
