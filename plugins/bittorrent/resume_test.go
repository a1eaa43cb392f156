package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/anacrolix/torrent"
	"golang.org/x/time/rate"

	"github.com/millrace-media/millrace/sdk"
)

// childFolder and childTorrent tell a copy of this test's process what to download.
const (
	childFolder  = "MILLRACE_TEST_CHILD_FOLDER"
	childTorrent = "MILLRACE_TEST_CHILD_TORRENT"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := child(dir, os.Getenv(childTorrent)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// child downloads a torrent and prints how many bytes it has read, until it is killed.
func child(dir, path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	w, err := New(context.Background(), sdk.Env{Log: slog.New(slog.DiscardHandler)}, Settings{Dir: dir, Disk: 1 << 30, Peers: 50, Stall: readTimeout})
	if err != nil {
		return err
	}
	hash := strings.TrimSuffix(filepath.Base(path), ".torrent")
	ctx := context.Background()
	for {
		p, err := w.Add(ctx, sdk.AddRequest{Hash: hash, Torrent: raw})
		if err != nil {
			return err
		}
		if p.State != sdk.PlacementReady {
			continue
		}
		l, err := w.Link(ctx, sdk.LinkRequest{Placement: p.ID, File: p.Files[0]})
		if err != nil {
			return err
		}
		resp, err := http.Get(l.URL)
		if err != nil {
			return err
		}
		buf, n := make([]byte, 64<<10), 0
		for {
			got, err := resp.Body.Read(buf)
			if n += got; err != nil {
				return err
			}
			fmt.Println(n)
		}
	}
}

// hashed is how many bytes of a torrent were verified in this run.
func hashed(t testing.TB, w *swarm, c *content) (bytes int64, pieces int) {
	t.Helper()
	e, err := w.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h, err := e.known(c.hash)
	if err != nil || h == nil {
		t.Fatalf("the torrent is not held: %v", err)
	}
	stats := h.t.Stats()
	return stats.BytesHashed.Int64(), stats.PiecesComplete
}

func TestRestartNeitherHashesNorAsks(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 20, false, 30*pieceLength, 5*pieceLength)
	cl := seed(t, tr, c, nil)
	s := defaults(t)
	first := setup(t, s)
	p := place(t, first, c.request(t, tr.url))
	same(t, link(t, first, p, 0).URL, c.file(0), 0, c.sizes[0])
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	cl.Close()

	second := setup(t, s)
	var held []sdk.Placement
	if err := second.Library(t.Context(), func(ps ...sdk.Placement) error {
		held = append(held, ps...)
		return nil
	}); err != nil || len(held) != 1 || held[0].ID != p.ID || len(held[0].Files) != 2 || held[0].State != sdk.PlacementReady {
		t.Fatalf("Library: %+v, %v", held, err)
	}
	if e, err := second.engine(t.Context()); err != nil || e.count() != 0 {
		t.Errorf("a look at the library began %d torrents, %v", e.count(), err)
	}
	same(t, link(t, second, p, 0).URL, c.file(0), 0, c.sizes[0])
	if n, pieces := hashed(t, second, c); n != 0 || pieces < 30 {
		t.Errorf("%d bytes were verified again, %d pieces are here", n, pieces)
	}
	if got, err := second.Add(t.Context(), sdk.AddRequest{Hash: p.Hash}); err != nil || got.State != sdk.PlacementReady {
		t.Errorf("Add of what is here: %s, %v", got.State, err)
	}
}

func TestKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 21, false, 200*pieceLength)
	seed(t, tr, c, func(cfg *torrent.ClientConfig) { cfg.UploadRateLimiter = rate.NewLimiter(10<<20, 256<<10) })
	s := defaults(t)
	path := filepath.Join(t.TempDir(), c.hash.HexString()+".torrent")
	if err := os.WriteFile(path, c.torrent(t, tr.url), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childFolder+"="+s.Dir, childTorrent+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := 0
	for lines := bufio.NewScanner(out); read < len(c.data)/4 && lines.Scan(); {
		read, _ = strconv.Atoi(lines.Text())
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Errorf("it ended by itself: %v", err)
	}
	_, _ = io.Copy(io.Discard, out) // what it still told
	_ = cmd.Wait()                  // it was killed
	if read < len(c.data)/4 {
		t.Fatalf("it read %d bytes before it ended", read)
	}

	w := setup(t, s)
	p := place(t, w, sdk.AddRequest{Hash: c.hash.HexString()})
	n, pieces := hashed(t, w, c)
	if n != 0 || pieces < read/pieceLength {
		t.Errorf("after %d bytes were read, %d pieces are here and %d bytes were verified again", read, pieces, n)
	}
	same(t, link(t, w, p, 0).URL, c.data, 0, len(c.data))
	if n, _ := hashed(t, w, c); n > int64(len(c.data)-pieces*pieceLength) {
		t.Errorf("%d pieces were here, and %d of %d bytes were verified", pieces, n, len(c.data))
	}
}

func TestDataIsNotBelievedOnceTheMachineWentDown(t *testing.T) {
	t.Parallel()
	tr, c := newTracker(t), newContent(t, 22, false, 20*pieceLength)
	seed(t, tr, c, nil)
	s := defaults(t)
	first := setup(t, s)
	p := place(t, first, c.request(t, tr.url))
	same(t, link(t, first, p, 0).URL, c.data, 0, len(c.data))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	// Of another boot: five pieces that were sure, the rest fresh; of these one never reached the disk.
	dir := filepath.Join(s.Dir, "data", p.ID)
	marks := make([]byte, bootLength+20)
	copy(marks, "another boot")
	for i := range 20 {
		if marks[bootLength+i] = byte(fresh); i < 5 {
			marks[bootLength+i] = byte(sure)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, marksName), marks, 0o600); err != nil {
		t.Fatal(err)
	}
	data, err := os.OpenFile(filepath.Join(dir, dataName), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := data.WriteAt(make([]byte, pieceLength), 7*pieceLength); err != nil {
		t.Fatal(err)
	}
	data.Close()

	second := setup(t, s)
	same(t, link(t, second, p, 0).URL, c.data, 0, len(c.data))
	if n, _ := hashed(t, second, c); n != 15*pieceLength {
		t.Errorf("%d bytes were verified as they came, want 15 pieces", n)
	}
	if err := os.Remove(filepath.Join(dir, dataName)); err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	third := setup(t, s)
	same(t, link(t, third, p, 0).URL, c.data, 0, len(c.data))
}
