package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/core/link"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs"
)

const separate = "mount { process = \"separate\" }\n"

// keeping runs the process of "millrace mount" in this one.
func keeping(t *testing.T, file string) (m *Mounter, stop func()) {
	t.Helper()
	begun := make(chan struct{})
	m, ds, err := NewMounter(t.Context(), Options{Config: file, Version: "1.2.3", Started: func(Started) { close(begun) }})
	if err != nil || ds.HasErrors() {
		t.Fatalf("%v, %v", err, ds)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the mount ended with %v", err)
		}
	})
	t.Cleanup(stop)
	select {
	case <-begun:
	case err := <-ended:
		t.Fatalf("the mount did not start: %v", err)
	}
	return m, stop
}

// soon waits until something is so.
func soon(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); !so(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// ask sends a request to the daemon's own socket.
func (r running) ask(t *testing.T, method, path string) (status int, body string) {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", r.Socket)
	}}}
	req, err := http.NewRequestWithContext(t.Context(), method, "http://x"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Depth", "1") // of PROPFIND
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestFilesAreServedByTheProcessBesideTheDaemon(t *testing.T) {
	t.Parallel()
	_, file := folder(t, separate)
	r := start(t, file)
	const list, want = "/dav/movies/", "a.mkv"
	if status, body := r.ask(t, "PROPFIND", list); status != http.StatusServiceUnavailable || !strings.Contains(body, "millrace mount") {
		t.Errorf("before it runs: %d %s", status, body)
	}
	place(t, r.db, "movies/a.mkv")
	_, stop := keeping(t, file)
	listed := func() bool {
		status, body := r.ask(t, "PROPFIND", list)
		return status == http.StatusMultiStatus && strings.Contains(body, want)
	}
	soon(t, "a list of files", listed)
	if stats, err := r.files.CacheStats(t.Context()); err != nil || stats.MaxMemory == 0 {
		t.Errorf("CacheStats: %+v, %v", stats, err)
	}
	if ds, err := r.Reload(t.Context()); err != nil || ds.HasErrors() {
		t.Errorf("Reload: %v, %v", ds, err)
	}
	place(t, r.db, "movies/b.mkv")
	soon(t, "a file that came later", func() bool { _, body := r.ask(t, "PROPFIND", list); return strings.Contains(body, "b.mkv") })
	stop()
	soon(t, "the daemon to notice", func() bool { status, _ := r.ask(t, "PROPFIND", list); return status == http.StatusServiceUnavailable })
	if _, err := r.files.Streams(t.Context()); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("Streams: %v", err)
	}
	keeping(t, file)
	soon(t, "the files again", listed)
}

func TestTheMountGoesOnWithoutTheDaemonAndWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	_, file := folder(t, separate)
	log := &lockedBuffer{}
	ctx, cancel := context.WithCancel(t.Context())
	waited := make(chan error, 1)
	go func() {
		_, _, err := NewMounter(ctx, Options{Config: file, Log: textLog(log)})
		waited <- err
	}()
	soon(t, "word that it waits", func() bool { return strings.Contains(log.String(), "waiting for the daemon") })
	cancel()
	if err := <-waited; !errors.Is(err, context.Canceled) {
		t.Errorf("one that is interrupted while it waits: %v", err)
	}
	r := start(t, file)
	m, _ := keeping(t, file)
	r.stop()
	if _, err := m.mount.Tree().ReadDir(vfs.RootInode); err != nil {
		t.Error(err)
	}
	if err := Restore(t.Context(), m.cfg.Load(), "none.zip"); !errors.Is(err, errMountRuns) {
		t.Errorf("restoring under it: %v", err)
	}
}

func TestOnlyOneProcessKeepsTheFiles(t *testing.T) {
	t.Parallel()
	_, file := folder(t, separate)
	_, alone := folder(t, "")
	start(t, file)
	keeping(t, file)
	if _, _, err := NewMounter(t.Context(), Options{Config: file}); !errors.Is(err, errMountRuns) {
		t.Errorf("a second mount: %v", err)
	}
	if _, _, err := NewMounter(t.Context(), Options{Config: alone}); err == nil || !strings.Contains(err.Error(), "process") {
		t.Errorf("a mount where the daemon keeps the files: %v", err)
	}
}

func TestADaemonDoesNotTakeTheFilesOfAMountThatRuns(t *testing.T) {
	t.Parallel()
	_, file := folder(t, separate)
	first := start(t, file)
	keeping(t, file)
	first.stop()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, strings.ReplaceAll(string(text), "separate", "daemon"))
	if _, _, err := New(t.Context(), Options{Config: file}); !errors.Is(err, errMountRuns) {
		t.Errorf("got %v", err)
	}
}

func TestEvidenceCrossesAndIsDroppedWhereNobodyTakesIt(t *testing.T) {
	t.Parallel()
	_, file := folder(t, separate)
	r := start(t, file)
	r.stop()
	m, _ := keeping(t, file)
	for range 2 * maxTold {
		m.tell(t.Context(), db.File{ID: 1}, link.Evidence{Placement: db.Placement{Instance: "a", Release: 2}, Kind: sdk.Gone, Text: "so it says"})
	}
	p := neighbour(t, m.cfg.Load().Data)
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan told, 2*maxTold)
	ended := make(chan error, 1)
	go func() { ended <- p.run(ctx, func(_ context.Context, e told) { heard <- e }) }()
	for range maxTold {
		if d := cmp.Diff(told{File: 1, Release: 2, Instance: "a", Kind: sdk.Gone, Text: "so it says"}, <-heard); d != "" {
			t.Fatal(d)
		}
	}
	cancel()
	if err := <-ended; err != nil || len(heard) > 0 {
		t.Errorf("%d more came; %v", len(heard), err)
	}
}

// neighbour is the mount process of a data folder, as a daemon has it.
func neighbour(t *testing.T, data string) *mountProcess {
	t.Helper()
	p, err := newMountProcess(data, textLog(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

// stand serves in place of a mount process.
func stand(t *testing.T, h http.Handler) (data string) {
	t.Helper()
	data, _ = folder(t, "")
	if err := os.MkdirAll(filepath.Join(data, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	lis, err := listenUnix(MountSocketPath(data), "the test")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h}
	served := make(chan error, 1)
	go func() { served <- s.Serve(lis) }()
	t.Cleanup(func() {
		s.Close()
		<-served
	})
	return data
}

func TestProcessesOfOtherVersionsDoNotTalk(t *testing.T) {
	t.Parallel()
	p := neighbour(t, stand(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/hello" {
			t.Errorf("it was asked for %s", r.URL.Path)
		}
		answer(w, http.StatusOK, greeting{Protocol: mountProtocol + 1, Version: "9.9.9"})
	})))
	if err := p.greet(t.Context()); err == nil || !strings.Contains(err.Error(), "9.9.9") {
		t.Errorf("greeted with %v", err)
	}
	if _, err := p.Streams(t.Context()); sdk.KindOf(err) != sdk.Unavailable || !strings.Contains(err.Error(), "9.9.9") {
		t.Errorf("Streams: %v", err)
	}
	if err := p.remote.Ready(); sdk.KindOf(err) != sdk.Unavailable {
		t.Errorf("calls are refused with %v", err)
	}
	older := spoken(http.NotFoundHandler(), http.NotFoundHandler())
	data := stand(t, older)
	if err := neighbour(t, data).call(t.Context(), http.MethodGet, "/v1/streams", nil, new(any)); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("this version is answered %v", err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://mount/dav/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := neighbour(t, data).http.Do(req)
	if err != nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("no version is answered %v, %v", resp, err)
	}
	resp.Body.Close()
}

func TestNothingOfFilesIsLostBetweenTheProcesses(t *testing.T) {
	t.Parallel()
	whole := reading()
	now := time.Date(2026, 5, 4, 3, 2, 1, 987, time.UTC)
	whole.streams[0] = vfs.Stream{
		ID: 1, Inode: 2, Path: "a b", ContentID: "c", Reader: vfs.Reader{Kind: "fuse", Program: "mpv", Address: "x", PID: 3}, Size: 4, Opened: now, Last: now,
		Offset: 5, Rate: 6, FromMemory: 7, FromDisk: 8, FromNetwork: 9, Ahead: 10, From: "seedr", Mode: "seek", Passthrough: true,
	}
	mux := http.NewServeMux()
	serveFiles(mux, whole)
	p := neighbour(t, stand(t, mux))
	p.note(nil)
	streams, err := p.Streams(t.Context())
	if d := cmp.Diff(whole.streams, streams); d != "" || err != nil {
		t.Error(d, err)
	}
	traffic, err := p.Traffic(t.Context())
	if d := cmp.Diff(whole.traffic, traffic); d != "" || err != nil {
		t.Error(d, err)
	}
	stats, err := p.CacheStats(t.Context())
	if d := cmp.Diff(whole.stats, stats); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestAnErrorOfFilesKeepsItsMeaningBetweenTheProcesses(t *testing.T) {
	t.Parallel()
	for _, want := range []error{vfs.ErrNotExist, vfs.ErrInvalid, vfs.ErrPermission, vfs.ErrBusy} {
		mux := http.NewServeMux()
		serveFiles(mux, playedFiles{err: fmt.Errorf("stat it: %w", want)})
		p := neighbour(t, stand(t, mux))
		p.note(nil)
		if _, err := p.Streams(t.Context()); !errors.Is(err, want) || !strings.Contains(err.Error(), "stat it") {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

func TestMetricsOfTheMountHaveALabel(t *testing.T) {
	t.Parallel()
	_, file := folder(t, separate)
	r := start(t, file)
	up := func() (up float64, theirs int) {
		families, err := r.gatherer().Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, m := range f.Metric {
				if f.GetName() == "millrace_mount_up" {
					up = m.Gauge.GetValue()
				}
				if len(m.Label) > 0 && labelled(m.Label) {
					theirs++
				}
			}
		}
		return up, theirs
	}
	if n, theirs := up(); n != 0 || theirs != 0 {
		t.Errorf("without the mount: up %v, %d metrics of it", n, theirs)
	}
	keeping(t, file)
	soon(t, "metrics of both", func() bool { n, theirs := up(); return n == 1 && theirs > 10 })
	if status, body := r.ask(t, http.MethodGet, "/metrics"); status != http.StatusOK || !strings.Contains(body, `process="mount"`) {
		t.Errorf("/metrics: %d", status)
	}
}

func labelled(ls []*dto.LabelPair) bool {
	for _, l := range ls {
		if l.GetName() == "process" && l.GetValue() == "mount" {
			return true
		}
	}
	return false
}

func TestOneSecretIsMadeHoweverManyMakeIt(t *testing.T) {
	t.Parallel()
	c := &config.Config{Data: t.TempDir()}
	got := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			s, err := secret(c)
			if err != nil {
				t.Error(err)
			}
			got[i] = s
		})
	}
	wg.Wait()
	for _, s := range got {
		if !bytes.Equal(s, got[0]) {
			t.Fatal("they differ")
		}
	}
}

// lockedBuffer is written by a process under test and read by the test.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
