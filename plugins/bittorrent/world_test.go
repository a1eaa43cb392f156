package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace-media/millrace/examples/sandbox/world"
	"github.com/millrace-media/millrace/sdk"
)

// start gives a world with a tracker, a seeder and web seeds, and one of its releases.
func start(t *testing.T, release string) (*world.World, world.Release, sdk.AddRequest) {
	t.Helper()
	w, err := world.Start(t.Context(), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close the world: %v", err)
		}
	})
	rs := w.Catalog()
	i := slices.IndexFunc(rs, func(r world.Release) bool { return r.Name == release })
	if i < 0 {
		t.Fatalf("the world has no %s", release)
	}
	raw, err := w.Torrent(rs[i].Hash)
	if err != nil {
		t.Fatal(err)
	}
	return w, rs[i], sdk.AddRequest{Hash: rs[i].Hash, Name: release, Torrent: raw}
}

// whole reads every file and compares it with the original.
func whole(t *testing.T, w *world.World, d sdk.Debrid, p sdk.Placement) {
	t.Helper()
	for _, o := range w.Originals() {
		if o.Hash != p.Hash {
			continue
		}
		resp, err := http.Get(link(t, d, p, o.Index).URL)
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		n, err := io.Copy(h, resp.Body)
		resp.Body.Close()
		if got := hex.EncodeToString(h.Sum(nil)); err != nil || got != o.SHA256 {
			t.Errorf("%s: %d of %d bytes, %v", o.Path, n, o.Size, err)
		}
	}
}

func TestWebSeedsAreEnough(t *testing.T) {
	t.Parallel()
	w, r, request := start(t, "Sintel.2010.720p.BluRay.x264-RACE")
	if err := w.SetSeeding(r.Hash, false); err != nil {
		t.Fatal(err)
	}
	s := defaults(t)
	d := setup(t, s)
	whole(t, w, d, place(t, d, request))
	if err := d.Close(); err != nil { // else it would be the swarm
		t.Fatal(err)
	}

	s = defaults(t)
	s.WebSeeds, s.Stall = false, time.Second
	d = setup(t, s)
	var err error
	until(t, "it fails", func() bool {
		_, err = d.Add(t.Context(), request)
		return err != nil
	})
	if sdk.KindOf(err) != sdk.NotFound {
		t.Errorf("without web seeds: %v, want NotFound", err)
	}
}

// aria starts a client of another kind, which downloads a .torrent and seeds it. Its address is one of its own: it does
// not speak to peers on the same.
func aria(t *testing.T, address string, torrent []byte) (dir string, end func()) {
	t.Helper()
	program, err := exec.LookPath("aria2c")
	if err != nil {
		if os.Getenv("MILLRACE_REQUIRE_TOOLS") == "1" {
			t.Fatal(err)
		}
		t.Skip("aria2c is not installed (apt-get install aria2)")
	}
	dir = t.TempDir()
	path := filepath.Join(dir, "it.torrent")
	if err := os.WriteFile(path, torrent, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--no-conf", "--quiet", "--dir="+dir, "--interface="+address, "--enable-dht=false", "--enable-dht6=false",
		"--bt-enable-lpd=false", "--enable-peer-exchange=false", "--disable-ipv6=true", "--seed-ratio=0.0", "--bt-tracker-interval=1",
		"--file-allocation=none", "--stop=120", path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()         // it was killed
	})
	t.Cleanup(end)
	return dir, end
}

// seeders is how many the tracker knows.
func seeders(t *testing.T, w *world.World, hash string) int {
	t.Helper()
	resp, err := http.Get(strings.TrimSuffix(w.Endpoints.Tracker.URL, "/announce") + "/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var stats world.TrackerStats
	if err := json.NewDecoder(resp.Body).Decode(&stats); err != nil {
		t.Fatal(err)
	}
	for _, s := range stats.Torrents {
		if s.Hash == hash {
			return s.Seeders
		}
	}
	return 0
}

func TestAnotherKindOfClientSeedsAndFetches(t *testing.T) {
	t.Parallel()
	w, r, request := start(t, "Big.Buck.Bunny.2008.1080p.WEB-DL.DDP5.1.H.264-MILL")
	_, end := aria(t, "127.0.0.3", request.Torrent)
	until(t, "the other client has it all", func() bool { return seeders(t, w, r.Hash) == 2 })
	if err := w.SetSeeding(r.Hash, false); err != nil {
		t.Fatal(err)
	}
	s := defaults(t)
	s.Interface = "127.0.0.4"
	d := setup(t, s)
	p := place(t, d, request)
	whole(t, w, d, p)

	end() // now we are the only one who has it
	other, _ := aria(t, "127.0.0.5", request.Torrent)
	for _, o := range w.Originals() {
		if o.Hash != r.Hash {
			continue
		}
		until(t, "another client has "+o.Path+" from us", func() bool {
			b, _ := os.ReadFile(filepath.Join(other, filepath.FromSlash(p.Files[o.Index].Path))) // not there yet
			sum := sha256.Sum256(b)
			return hex.EncodeToString(sum[:]) == o.SHA256
		})
	}
}
