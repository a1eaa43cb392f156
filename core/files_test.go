package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
)

// playedFiles are files that are read as a test says.
type playedFiles struct {
	streams []vfs.Stream
	traffic vfs.Traffic
	stats   chunk.Stats

	contents []vfs.Content
	freed    int64
	err      error
}

func (p playedFiles) Streams(context.Context) ([]vfs.Stream, error)   { return p.streams, p.err }
func (p playedFiles) Traffic(context.Context) (vfs.Traffic, error)    { return p.traffic, p.err }
func (p playedFiles) CacheStats(context.Context) (chunk.Stats, error) { return p.stats, p.err }

func (p playedFiles) Contents(context.Context) ([]vfs.Content, error) { return p.contents, p.err }
func (p playedFiles) Pin(context.Context, string) error               { return p.err }
func (p playedFiles) Unpin(context.Context, string) error             { return p.err }
func (p playedFiles) Drop(context.Context, string) (int64, error)     { return p.freed, p.err }

func reading() playedFiles {
	stream := func(kind, mode string) vfs.Stream {
		return vfs.Stream{Path: "film.mkv", Reader: vfs.Reader{Kind: kind, Program: "mpv", PID: 7}, Rate: 9, Ahead: 8, From: "seedr", Mode: mode}
	}
	return playedFiles{
		streams: []vfs.Stream{stream("fuse", "sequential"), stream("fuse", "sequential"), stream("http", "probe")},
		traffic: vfs.Traffic{Memory: vfs.Flow{Bytes: 1}, Disk: vfs.Flow{Bytes: 2, Rate: 5}, Network: vfs.Flow{Bytes: 3}, Fetched: []vfs.Flow{{Name: "seedr", Bytes: 4, Rate: 6}}},
		stats:   chunk.Stats{Memory: 10, MaxMemory: 11, Disk: 12, MaxDisk: 13, Contents: 14, Fetching: 15, Queued: 16},
	}
}

// scraped is what a collector tells, as "name label=value".
func scraped(t *testing.T, c prometheus.Collector) map[string]float64 {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(c)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := strings.TrimPrefix(f.GetName(), "millrace_")
			for _, l := range m.GetLabel() {
				name += " " + l.GetName() + "=" + l.GetValue()
			}
			got[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	return got
}

func TestMetricsTellWhatIsRead(t *testing.T) {
	t.Parallel()
	want := map[string]float64{
		"read_bytes_total from=memory": 1, "read_bytes_total from=disk": 2, "read_bytes_total from=network": 3, "provider_bytes_total instance=seedr": 4,
		"open_streams mode=sequential reader=fuse": 2, "open_streams mode=probe reader=http": 1,
		"cache_memory_bytes": 10, "cache_memory_max_bytes": 11, "cache_disk_bytes": 12, "cache_disk_max_bytes": 13, "cache_contents": 14,
		"fetches state=running": 15, "fetches state=waiting": 16,
	}
	if diff := cmp.Diff(want, scraped(t, readings{reading()})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := scraped(t, readings{playedFiles{err: errors.New("away")}}); len(got) != 0 {
		t.Errorf("of files that do not answer it tells %v", got)
	}
}

func TestTheWebIsToldWhatIsRead(t *testing.T) {
	t.Parallel()
	got, err := storage{reading()}.Streams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := web.Stream{Path: "film.mkv", Reader: web.Reader{Kind: "fuse", Program: "mpv", PID: 7}, Rate: 9, Ahead: 8, Provider: "seedr", Mode: "sequential"}
	if diff := cmp.Diff(want, got.Streams[0]); diff != "" {
		t.Errorf("a stream (-want +got)\n%s", diff)
	}
	if got.Traffic.Disk.Rate != 5 || got.Traffic.Fetched[0].Rate != 6 || got.Cache.MaxDisk != 13 || got.Cache.Queued != 16 {
		t.Errorf("got %+v", got)
	}
	if _, err := (storage{playedFiles{err: errors.New("away")}}).Streams(t.Context()); err == nil {
		t.Error("files that do not answer are no error")
	}
}

// across has files asked as if they were another process's.
func across(t *testing.T, f Files) Files {
	t.Helper()
	mux := http.NewServeMux()
	serveFiles(mux, f)
	dir, err := os.MkdirTemp("", "mr") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Mkdir(filepath.Join(dir, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	lis, err := net.Listen("unix", MountSocketPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(mux)
	s.Listener.Close()
	s.Listener = lis
	s.Start()
	t.Cleanup(s.Close)
	p, err := newMountProcess(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	p.note(nil)
	return p
}

func TestFilesOfAnotherProcessAreAsked(t *testing.T) {
	t.Parallel()
	own := reading()
	own.contents = []vfs.Content{{ID: "a", Paths: []string{"x.mkv"}, Size: 10, Cached: 5, Used: time.Unix(1, 0).UTC(), Pinned: true}}
	own.freed = 7
	away := across(t, own)
	streams, err := away.Streams(t.Context())
	if diff := cmp.Diff(own.streams, streams); diff != "" || err != nil {
		t.Errorf("streams: %v (-want +got)\n%s", err, diff)
	}
	contents, err := away.Contents(t.Context())
	if diff := cmp.Diff(own.contents, contents); diff != "" || err != nil {
		t.Errorf("contents: %v (-want +got)\n%s", err, diff)
	}
	freed, err := away.Drop(t.Context(), "x.mkv")
	if freed != 7 || err != nil || away.Pin(t.Context(), "x.mkv") != nil || away.Unpin(t.Context(), "x.mkv") != nil {
		t.Errorf("drop: got %d, %v", freed, err)
	}
	if diff := cmp.Diff(scraped(t, readings{own}), scraped(t, readings{away})); diff != "" {
		t.Errorf("metrics (-want +got)\n%s", diff)
	}
}

func TestErrorsOfTheCacheAreForPeople(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		kind sdk.Kind
		want string
	}{
		{"nothing of that name", vfs.ErrNotExist, sdk.NotFound, `neither the library nor the cache has "movies/x.mkv"`},
		{"no room", &vfs.RoomError{Need: 3 << 30, Pinned: 2 << 30, Max: 4 << 30}, sdk.Invalid, "it needs 3GiB, and of the cache 4GiB may be pinned, of which 2GiB are"},
		{"no disk", fmt.Errorf("%w: there is no disk cache", vfs.ErrInvalid), sdk.Invalid, "there is no disk cache"},
		{"a broken disk", vfs.ErrBroken, sdk.Other, vfs.ErrBroken.Error()},
	} {
		for where, files := range map[string]Files{"here": playedFiles{err: tt.err}, "in another process": across(t, playedFiles{err: tt.err})} {
			s := storage{files}
			_, dropped := s.Drop(t.Context(), "movies/x.mkv")
			for _, err := range []error{s.Pin(t.Context(), "movies/x.mkv"), s.Unpin(t.Context(), "movies/x.mkv"), dropped} {
				if sdk.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s, %s: got %v (%s), want %q (%s)", tt.name, where, err, sdk.KindOf(err), tt.want, tt.kind)
				}
			}
		}
	}
}
