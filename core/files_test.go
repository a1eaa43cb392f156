package core

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/vfs"
	"github.com/millrace-media/millrace/vfs/chunk"
)

// playedFiles are files that are read as a test says.
type playedFiles struct {
	streams []vfs.Stream
	traffic vfs.Traffic
	stats   chunk.Stats
	err     error
}

func (p playedFiles) Streams(context.Context) ([]vfs.Stream, error)   { return p.streams, p.err }
func (p playedFiles) Traffic(context.Context) (vfs.Traffic, error)    { return p.traffic, p.err }
func (p playedFiles) CacheStats(context.Context) (chunk.Stats, error) { return p.stats, p.err }

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
